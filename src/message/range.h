/*
 * Parts of a representation: Range, If-Range and Content-Range in bytes (RFC 9110 sections 13.1.5 and
 * 14). Pure; thread-safe.
 */
#ifndef STATUTE_MESSAGE_RANGE_H
#define STATUTE_MESSAGE_RANGE_H

#include "base/str.h"

enum {
	RANGES_MAX = 16,          /* more of them at once cost more than they are worth */
	CONTENT_RANGE_MAX = 70    /* "bytes 18446744073709551614-…/…" */
};

/* Positions of bytes; both are part of it. */
struct byte_range {
	uint64_t first, last;
};

struct byte_ranges {
	struct byte_range list[RANGES_MAX]; /* as they were asked for, those that begin beyond the end left out */
	size_t count;
};

enum range_reading {
	RANGE_NONE,          /* to be ignored: malformed, of another unit, too many, overlapping, of nothing */
	RANGE_UNSATISFIABLE, /* none of them begins within the content */
	RANGE_SOME           /* *ret_ranges has at least one */
};

/*
 * What a Range field asks of a representation of `length` bytes. A last position beyond the end is
 * the end, a suffix longer than the content is all of it. Two ranges that share a byte are an
 * attack or a mistake (section 14.2), and none is read then.
 */
enum range_reading range_read(struct str field, uint64_t length, struct byte_ranges *ret_ranges);

/* "bytes 0-99/1234" into `to`; returns how long it is. */
size_t content_range_write(char to[CONTENT_RANGE_MAX], const struct byte_range *range, uint64_t length);
/* "bytes * /1234", without the blank: what a 416 says. */
size_t content_range_write_length(char to[CONTENT_RANGE_MAX], uint64_t length);

/*
 * Does If-Range hold? The tag must be the current one and both strong; a date must be that of the last
 * modification, to the second. `etag` may be empty, and `modified_s` -1, where there is none. `now_s` is for
 * dates with two digits of the year.
 */
bool if_range_holds(struct str field, struct str etag, int64_t modified_s, int64_t now_s);

#endif
