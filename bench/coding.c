/*
 * What a coding costs and gains on a page of rows: ours, and what else there was to choose from.
 *
 *	coding SECONDS     time of ours (brotli) a page, as a part of that of zlib's level 6: one number
 *	coding SECONDS all every setting and length: bytes as a part of the text, time as a part of that of ours
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <brotli/encode.h>
#include <zlib.h>

#include "base/buf.h"
#include "message/encode.h"

enum { TEXT_MAX = 256 << 10, PAGE = 16 << 10, ROOM = TEXT_MAX * 2 };

static char text[TEXT_MAX + 512];
static unsigned char room[ROOM];

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* Rows as a store has them, the same in every run. */
static void make_rows(void)
{
	uint32_t dice = 1;
	size_t len = 0;

	for (unsigned id = 1; len < TEXT_MAX; id++) {
		dice = dice * 1664525 + 1013904223;
		len += (size_t)sprintf(text + len,
		                       "{\"id\":%u,\"slug\":\"thing-%u\",\"name\":\"Thing number %u\",\"price\":%u.%02u,"
		                       "\"stock\":%u,\"createdAt\":\"2026-01-%02uT12:%02u:00.%03uZ\"},",
		                       id, dice % 9973, id, dice >> 22, dice % 100, dice >> 8 & 0xff, 1 + dice % 28,
		                       dice >> 3 & 31, dice % 1000);
	}
}

/* One way to code `len` bytes of rows; the bytes that came of it. */
typedef size_t way(size_t len, int setting);

static size_t ours(size_t len, int setting)
{
	static struct encoder *encoder;
	static struct buf into;

	if (!encoder) {
		encoder = encoder_new();
		buf_init(&into, NULL, ROOM);
	}
	buf_reset(&into);
	if (encoder_run(encoder, (enum coding)setting, str_of(text, len), &into) < 0)
		abort();
	return into.len;
}

static size_t zlib(size_t len, int level)
{
	static z_stream streams[10];
	z_stream *z = &streams[level];

	if (!z->state && deflateInit2(z, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	deflateReset(z);
	z->next_in = (unsigned char *)text;
	z->avail_in = (unsigned)len;
	z->next_out = room;
	z->avail_out = ROOM;
	deflate(z, Z_FINISH);
	return ROOM - z->avail_out;
}

static size_t brotli(size_t len, int quality)
{
	size_t made = ROOM;

	if (!BrotliEncoderCompress(quality, 18, BROTLI_MODE_GENERIC, len, (const uint8_t *)text, &made, room))
		abort();
	return made;
}

/* Seconds for one. */
static double time_of(way *code, size_t len, int setting, double seconds, size_t *ret_made)
{
	double began = now(), ended;
	unsigned times = 0;

	do {
		*ret_made = code(len, setting);
		times++;
		ended = now();
	} while (ended - began < seconds);
	return (ended - began) / times;
}

static void compare(const char *name, way *code, int setting, double seconds)
{
	static const size_t lengths[] = { 1 << 10, 4 << 10, PAGE, 64 << 10, TEXT_MAX };

	printf("%-10s", name);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t made, other;
		double mine = time_of(ours, lengths[i], CODING_BR, seconds, &other);
		double theirs = time_of(code, lengths[i], setting, seconds, &made);

		printf("  %6zu: %4.1f %% %5.2f x", lengths[i], 100.0 * (double)made / (double)lengths[i], theirs / mine);
	}
	putchar('\n');
}

int main(int count, char **arguments)
{
	double seconds = count > 1 ? atof(arguments[1]) : 1;
	size_t made;

	make_rows();
	if (count < 3) {
		double mine = time_of(ours, PAGE, CODING_BR, seconds / 2, &made);

		printf("%.3f\n", mine / time_of(zlib, PAGE, 6, seconds / 2, &made));
		return 0;
	}
	compare("our br", ours, CODING_BR, seconds / 40);
	compare("our gzip", ours, CODING_GZIP, seconds / 40);
	compare("zlib 1", zlib, 1, seconds / 40);
	compare("zlib 4", zlib, 4, seconds / 40);
	compare("zlib 6", zlib, 6, seconds / 40);
	compare("brotli 1", brotli, 1, seconds / 40);
	compare("brotli 4", brotli, 4, seconds / 40);
	compare("brotli 5", brotli, 5, seconds / 40);
	return 0;
}
