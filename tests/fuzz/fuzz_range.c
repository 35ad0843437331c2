/*
 * Range fields. Second opinion: the grammar of RFC 9110 section 14.1.1 as a pattern, and of what it lets through a
 * map of which bytes are asked for. The first byte is the length of the content.
 */
#include "fuzz/pattern.h"
#include "message/range.h"

#define SPEC "(?:[0-9]++-[0-9]*+|-[0-9]++)"

static struct pattern field_rule = { .text = "[Bb][Yy][Tt][Ee][Ss]=" OWS "(?:" SPEC ")?" OWS "(?:," OWS "(?:" SPEC
	                                     ")?" OWS ")*+$" };
static struct pattern next_spec = { .text = "[^-0-9]*+([0-9]*+)-([0-9]*+)" };

enum { LENGTH_MAX = 255 };

/* What a number is worth where no content is longer than LENGTH_MAX. */
static unsigned number(struct str text)
{
	unsigned value = 0;

	for (size_t i = 0; i < text.len; i++) {
		value = value * 10 + (unsigned)(text.at[i] - '0');
		if (value > LENGTH_MAX)
			value = LENGTH_MAX + 1;
	}
	return value;
}

/* "007" is less than "10": by length without zeros, then by digits. */
static bool is_less(struct str a, struct str b)
{
	while (a.len && a.at[0] == '0')
		a = str_sub(a, 1, a.len);
	while (b.len && b.at[0] == '0')
		b = str_sub(b, 1, b.len);
	return a.len != b.len ? a.len < b.len : memcmp(a.at ? a.at : "", b.at ? b.at : "", a.len) < 0;
}

/* Beyond what fits into 64 bits all are the same, so that of two such numbers none is less. */
static bool is_huge(struct str text)
{
	return !is_less(text, S("18446744073709551614"));
}

/* Marks the bytes of one range; false where one of them was marked already. */
static bool mark(bool *asked, unsigned first, unsigned last)
{
	for (unsigned at = first; at <= last; at++) {
		if (asked[at])
			return false;
		asked[at] = true;
	}
	return true;
}

static enum range_reading read_plainly(struct str field, unsigned length, bool *asked)
{
	size_t specs = 0, satisfiable = 0, suffixes = 0;

	if (!pattern_match(&field_rule, field, 0))
		return RANGE_NONE;
	for (size_t at = 5; pattern_match(&next_spec, field, at); at = pattern_end(&next_spec)) {
		struct str first = pattern_group(&next_spec, 1), last = pattern_group(&next_spec, 2);
		unsigned from = number(first), to = last.len ? number(last) : LENGTH_MAX;

		specs++;
		if (first.len && last.len && is_less(last, first) && !(is_huge(first) && is_huge(last)))
			return RANGE_NONE;
		if (!first.len) {
			suffixes += to > 0;
			from = to < length ? length - to : 0;
			if (!to)
				continue;
			to = LENGTH_MAX;
		}
		if (from >= length)
			continue;
		satisfiable++;
		if (!mark(asked, from, to < length ? to : length - 1))
			return RANGE_NONE;
	}
	if (!specs || specs > RANGES_MAX || (!length && suffixes))
		return RANGE_NONE;
	return satisfiable ? RANGE_SOME : RANGE_UNSATISFIABLE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool asked[LENGTH_MAX] = { false }, got[LENGTH_MAX] = { false };
	unsigned length = fuzz_choice(&data, &size) % (LENGTH_MAX + 1);
	struct byte_ranges ranges = { .count = 0 };
	enum range_reading reading;
	struct str field;

	if (size > 10000)
		return 0;
	field = fuzz_text(data, size);
	reading = range_read(field, length, &ranges);
	must(reading == read_plainly(field, length, asked));
	must((reading == RANGE_SOME) == (ranges.count > 0) && ranges.count <= RANGES_MAX);
	for (size_t i = 0; i < ranges.count; i++) {
		const struct byte_range *range = &ranges.list[i];
		char text[CONTENT_RANGE_MAX];

		must(range->first <= range->last && range->last < length);
		must(mark(got, (unsigned)range->first, (unsigned)range->last));
		must(content_range_write(text, range, length) < CONTENT_RANGE_MAX);
	}
	if (reading == RANGE_SOME)
		must(memcmp(asked, got, sizeof(got)) == 0);
	fuzz_free(field);
	return 0;
}
