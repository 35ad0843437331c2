/*
 * Whole connections of HTTP/1.1: heads, framing, chunks, pipelines. The bytes in one
 * piece, byte by byte, and parted where the first byte says: the same events.
 */
#include "unit/wire/drive.h"

#include "fuzz/fuzz.h"

static struct str say_all(struct drive *drive, struct bytes bytes, size_t piece)
{
	drive_init(drive, &h1_limits_default);
	drive_all(drive, bytes, piece < bytes.len ? piece : bytes.len, piece);
	return buf_str(&drive->said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct drive whole, parted;
	struct bytes bytes;
	size_t piece;

	if (size < 2 || size > 40000)
		return 0;
	piece = data[0] ? data[0] : 1;
	bytes = (struct bytes){ (const char *)data + 1, size - 1 };
	must(str_eq(say_all(&whole, bytes, bytes.len), say_all(&parted, bytes, piece)));
	drive_done(&whole);
	drive_done(&parted);
	return 0;
}
