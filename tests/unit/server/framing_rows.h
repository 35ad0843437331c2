/* The bytes of tests/framing, whose README says how they are written. The answers are not for here. */
#ifndef STATUTE_TEST_FRAMING_ROWS_H
#define STATUTE_TEST_FRAMING_ROWS_H

#include "unit/test.h"

#include "base/buf.h"

static inline unsigned hex_of(struct str text, size_t at)
{
	char digits[3] = { text.at[at], text.at[at + 1], '\0' };

	return (unsigned)strtoul(digits, NULL, 16);
}

/* Where the "<a*9000>" that begins at `at` ends; 0: it is none. */
static inline size_t repetition_end(struct str text, size_t at)
{
	size_t end = at + str_find(str_sub(text, at, text.len), '>');

	return end < text.len && memchr(text.at + at, '*', end - at) ? end : 0;
}

static inline size_t add_escape(struct buf *out, struct str text, size_t at)
{
	assert_true(at + 1 < text.len);
	switch (text.at[at + 1]) {
	case 'x':
		assert_true(at + 3 < text.len);
		buf_add_char(out, (char)hex_of(text, at + 2));
		return at + 4;
	case 'r': buf_add_char(out, '\r'); break;
	case 'n': buf_add_char(out, '\n'); break;
	case 't': buf_add_char(out, '\t'); break;
	case '0': buf_add_char(out, '\0'); break;
	case '\\': buf_add_char(out, '\\'); break;
	default: fail_msg("no escape: %.*s", STR_ARG(text));
	}
	return at + 2;
}

static inline void add_bytes(struct buf *out, struct str text)
{
	for (size_t at = 0; at < text.len;) {
		size_t end = text.at[at] == '<' ? repetition_end(text, at) : 0, star;

		if (text.at[at] == '\\') {
			at = add_escape(out, text, at);
		} else if (end) {
			star = at + str_find(str_sub(text, at, end), '*');
			for (long count = strtol(text.at + star + 1, NULL, 10); count > 0; count--)
				add_bytes(out, str_sub(text, at + 1, star - at - 1));
			at = end + 1;
		} else {
			buf_add_char(out, text.at[at++]);
		}
	}
}

/* What stands between the first backquote and the next one. */
static inline void set_bytes(struct buf *out, struct str text)
{
	size_t from = str_find(text, '`') + 1, len = str_find(str_sub(text, from, text.len), '`');

	assert_true(from + len < text.len);
	buf_reset(out);
	add_bytes(out, str_sub(text, from, len));
}

/* Calls fn with the bytes of each row of a file; returns how many there were. */
static inline unsigned for_each_row(struct str text, void (*fn)(struct str bytes, void *data), void *data)
{
	struct buf given = { .max = 1 << 20 }, then = { .max = 1 << 20 }, row = { .max = 1 << 20 };
	bool is_in_table = false;
	unsigned count = 0;

	while (text.len) {
		struct str line = str_cut(&text, '\n');

		if (str_starts(line, S("#"))) {
			buf_reset(&given);
			buf_reset(&then);
		} else if (str_starts(line, S("Given: "))) {
			set_bytes(&given, line);
		} else if (str_starts(line, S("Then: `"))) {
			set_bytes(&then, line);
		} else if (is_in_table && str_starts(line, S("|"))) {
			struct buf whole = { .max = 1 << 20 };

			set_bytes(&row, line);
			buf_add(&whole, buf_str(&given));
			buf_add(&whole, buf_str(&row));
			buf_add(&whole, buf_str(&then));
			fn(buf_str(&whole), data);
			buf_done(&whole);
			count++;
		}
		is_in_table = str_starts(line, S("|---")) || (is_in_table && str_starts(line, S("|")));
	}
	buf_done(&given);
	buf_done(&then);
	buf_done(&row);
	return count;
}

#endif
