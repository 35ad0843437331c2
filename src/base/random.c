/* Random bytes and ids: see random.h. */
#include "base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

static void fill_from_system(unsigned char *at, size_t len)
{
	while (len) {
		ssize_t got = getrandom(at, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		at += got;
		len -= (size_t)got;
	}
}

void random_fill(void *at, size_t len)
{
	static _Thread_local unsigned char pool[512];
	static _Thread_local size_t left;

	if (len > sizeof(pool)) {
		fill_from_system(at, len);
		return;
	}
	if (left < len) {
		fill_from_system(pool, sizeof(pool));
		left = sizeof(pool);
	}
	left -= len;
	memcpy(at, pool + left, len);
	memset(pool + left, 0, len); /* what was handed out is not kept */
}

void random_uuid7(char out[UUID_LEN], int64_t wall_ms)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[16];
	size_t at = 0;

	random_fill(bytes, sizeof(bytes));
	for (int i = 0; i < 6; i++)
		bytes[i] = (unsigned char)((uint64_t)wall_ms >> (40 - 8 * i));
	bytes[6] = (unsigned char)(0x70 | (bytes[6] & 0x0F));
	bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = hex[bytes[i] >> 4];
		out[at++] = hex[bytes[i] & 15];
	}
}

void random_sortable_id(char out[RANDOM_ID_LEN], int64_t wall_ms)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint64_t time = (uint64_t)wall_ms;
	size_t at = 8;

	while (at) {
		out[--at] = digits[time % 62];
		time /= 62;
	}
	at = 8;
	while (at < RANDOM_ID_LEN) {
		unsigned char byte;

		random_fill(&byte, 1);
		if (byte < 248) /* 4 * 62: no digit is likelier than another */
			out[at++] = digits[byte % 62];
	}
}
