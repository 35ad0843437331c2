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

/*
 * Ids of one thread sort in the order in which they were made, also within one
 * millisecond and when the clock goes back (RFC 9562 section 6.2): the time never
 * falls, and where it stays, a counter behind it grows.
 */
struct sequence {
	int64_t ms;
	uint32_t counter;
};

/* The counter begins anew, somewhere in its lower half, with each millisecond; full, it borrows the next one. */
static void advance(struct sequence *sequence, int64_t wall_ms, uint32_t limit)
{
	uint32_t chance;

	if (wall_ms <= sequence->ms && ++sequence->counter < limit)
		return;
	random_fill(&chance, sizeof(chance));
	sequence->ms = wall_ms > sequence->ms ? wall_ms : sequence->ms + 1;
	sequence->counter = chance % (limit / 2);
}

void random_uuid7(char out[UUID_LEN], int64_t wall_ms)
{
	static const char hex[] = "0123456789abcdef";
	static _Thread_local struct sequence sequence;
	unsigned char bytes[16];
	size_t at = 0;

	advance(&sequence, wall_ms, 1 << 12);
	random_fill(bytes, sizeof(bytes));
	for (int i = 0; i < 6; i++)
		bytes[i] = (unsigned char)((uint64_t)sequence.ms >> (40 - 8 * i));
	bytes[6] = (unsigned char)(0x70 | sequence.counter >> 8);
	bytes[7] = (unsigned char)sequence.counter;
	bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = hex[bytes[i] >> 4];
		out[at++] = hex[bytes[i] & 15];
	}
}

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static void write_base62(char *out, size_t len, uint64_t value)
{
	while (len) {
		out[--len] = digits[value % 62];
		value /= 62;
	}
}

void random_sortable_id(char out[RANDOM_ID_LEN], int64_t wall_ms)
{
	enum { TIME = 8, COUNTER = 4, COUNTERS = 62 * 62 * 62 * 62 };
	static _Thread_local struct sequence sequence;
	static _Thread_local int64_t written_ms = -1; /* many ids are made within one millisecond */
	static _Thread_local char written[TIME];
	unsigned char chance[16];
	size_t at = TIME + COUNTER, left = 0;

	advance(&sequence, wall_ms, COUNTERS);
	if (sequence.ms != written_ms)
		write_base62(written, TIME, (uint64_t)sequence.ms);
	written_ms = sequence.ms;
	memcpy(out, written, TIME);
	write_base62(out + TIME, COUNTER, sequence.counter);
	while (at < RANDOM_ID_LEN) {
		if (!left) {
			random_fill(chance, sizeof(chance));
			left = sizeof(chance);
		}
		if (chance[--left] < 248) /* 4 * 62: no digit is likelier than another */
			out[at++] = digits[chance[left] % 62];
	}
}
