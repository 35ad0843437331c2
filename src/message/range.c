/* Range, If-Range and Content-Range: see range.h. */
#include "message/range.h"

#include <inttypes.h>
#include <stdio.h>

#include "message/date.h"
#include "message/syntax.h"

/* One of the ranges as it is written: 0-99, 100-, or -500. */
struct range_spec {
	uint64_t first, last; /* last is UINT64_MAX where none is given */
	bool is_suffix;       /* `last` bytes at the end */
};

/* Digits alone, one at least; what is too large for any file is so in any case. */
static bool read_position(struct str text, uint64_t *ret_position)
{
	uint64_t position = 0;

	if (!syntax_all(text, CHAR_DIGIT))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = (unsigned)(text.at[i] - '0');

		position = position > (UINT64_MAX - 1 - digit) / 10 ? UINT64_MAX - 1 : position * 10 + digit;
	}
	*ret_position = position;
	return true;
}

/* No blanks within it (section 14.1.1). */
static bool read_spec(struct str text, struct range_spec *ret_spec)
{
	size_t dash = str_find(text, '-');
	struct str first = str_sub(text, 0, dash), last = str_sub(text, dash + 1, text.len);
	struct range_spec spec = { .last = UINT64_MAX, .is_suffix = !first.len };

	if (dash == text.len || (first.len && !read_position(first, &spec.first)))
		return false;
	if (last.len ? !read_position(last, &spec.last) : spec.is_suffix)
		return false;
	if (!spec.is_suffix && spec.first > spec.last)
		return false;
	*ret_spec = spec;
	return true;
}

/* False where it begins beyond the end: it cannot be satisfied (section 14.1.2). */
static bool clamp(const struct range_spec *spec, uint64_t length, struct byte_range *ret_range)
{
	if (spec->is_suffix) {
		if (!spec->last)
			return false;
		*ret_range = (struct byte_range){ spec->last < length ? length - spec->last : 0, length - 1 };
		return true;
	}
	if (spec->first >= length)
		return false;
	*ret_range = (struct byte_range){ spec->first, spec->last < length ? spec->last : length - 1 };
	return true;
}

static bool overlaps(const struct byte_ranges *ranges, const struct byte_range *range)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (range->first <= ranges->list[i].last && ranges->list[i].first <= range->last)
			return true;
	return false;
}

/* What follows "bytes=", whose letters may be of either case (section 14.1). */
static bool cut_unit(struct str field, struct str *ret_set)
{
	size_t equals = str_find(field, '=');

	if (equals == field.len || !str_eq_nocase(str_sub(field, 0, equals), S("bytes")))
		return false;
	*ret_set = str_sub(field, equals + 1, field.len);
	return true;
}

/* Of no bytes Content-Range could name no part: a suffix is all of them, anything else is beyond their end. */
enum range_reading range_read(struct str field, uint64_t length, struct byte_ranges *ret_ranges)
{
	struct byte_ranges ranges = { .count = 0 };
	size_t specs = 0, suffixes = 0;
	struct str set;

	if (!cut_unit(field, &set))
		return RANGE_NONE;
	for (struct str text; (text = syntax_list_next(&set)).at;) {
		struct byte_range range;
		struct range_spec spec;

		if (!read_spec(text, &spec) || ++specs > RANGES_MAX)
			return RANGE_NONE;
		suffixes += spec.is_suffix && spec.last;
		if (!length || !clamp(&spec, length, &range))
			continue;
		if (overlaps(&ranges, &range))
			return RANGE_NONE;
		ranges.list[ranges.count++] = range;
	}
	if (!specs || (!length && suffixes))
		return RANGE_NONE;
	if (!ranges.count)
		return RANGE_UNSATISFIABLE;
	*ret_ranges = ranges;
	return RANGE_SOME;
}

size_t content_range_write(char to[CONTENT_RANGE_MAX], const struct byte_range *range, uint64_t length)
{
	return (size_t)snprintf(to, CONTENT_RANGE_MAX, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range->first,
	                        range->last, length);
}

size_t content_range_write_length(char to[CONTENT_RANGE_MAX], uint64_t length)
{
	return (size_t)snprintf(to, CONTENT_RANGE_MAX, "bytes */%" PRIu64, length);
}

bool if_range_holds(struct str field, struct str etag, int64_t modified_s, int64_t now_s)
{
	int64_t date;

	if (str_starts(field, S("\"")) || str_starts(field, S("W/")))
		return str_eq(field, etag) && !str_starts(etag, S("W/"));
	return modified_s >= 0 && http_date_parse(field, now_s, &date) && date == modified_s;
}
