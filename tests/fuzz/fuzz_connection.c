/*
 * Whole connections of HTTP/1.1: heads, framing, chunks, pipelines. The bytes in one
 * piece, byte by byte, and parted where the first bytes say: the same events.
 */
#include "unit/wire/drive.h"

#include "fuzz/fuzz.h"

enum { PARTS = 4 };

static const struct h1_limits *limits_of(unsigned choice)
{
	static struct h1_limits small;

	small = h1_limits_default;
	small.header_bytes = 256;
	small.header_count = 4;
	small.field_line = 64;
	small.trailer_bytes = 32;
	small.chunk_line = 24;
	return choice & 1 ? &small : &h1_limits_default;
}

/* The sizes of the parts, over and over. */
static void say_parted(struct drive *drive, struct bytes bytes, const uint8_t parts[PARTS])
{
	for (size_t at = 0, i = 0; at < bytes.len; i++) {
		size_t want = parts[i % PARTS] + 1u, len = bytes.len - at < want ? bytes.len - at : want;

		drive_feed(drive, bytes.at + at, len);
		at += len;
	}
	drive_finish(drive);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t single[PARTS];
	struct drive whole, parted, slow;
	const struct h1_limits *limits;
	struct bytes bytes;

	if (size < PARTS + 2 || size > 20000)
		return 0;
	limits = limits_of(data[PARTS]);
	bytes = (struct bytes){ (const char *)data + PARTS + 1, size - PARTS - 1 };
	drive_init(&whole, limits);
	drive_init(&parted, limits);
	drive_all(&whole, bytes, 0, bytes.len);
	say_parted(&parted, bytes, data);
	must(str_eq(buf_str(&whole.said), buf_str(&parted.said)));
	if (size < 1000) {
		drive_init(&slow, limits);
		say_parted(&slow, bytes, single);
		must(str_eq(buf_str(&whole.said), buf_str(&slow.said)));
		drive_done(&slow);
	}
	drive_done(&whole);
	drive_done(&parted);
	return 0;
}
