/*
 * Text as a pointer and a length. A `struct str` borrows: who made the bytes
 * says how long they live. It is never NUL-terminated unless a declaration
 * says so, and a NULL `at` with length 0 is the empty text.
 */
#ifndef STATUTE_BASE_STR_H
#define STATUTE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

struct str {
	const char *at;
	size_t len;
};

/* A str from a string literal; S("GET"). */
#define S(literal) ((struct str){ .at = "" literal, .len = sizeof(literal) - 1 })
/* The same as a constant initialiser. */
#define STR_INIT(literal) { .at = "" literal, .len = sizeof(literal) - 1 }
/* For printf: "%.*s", STR_ARG(s). Lengths past INT_MAX are cut. */
#define STR_ARG(s) ((s).len > INT32_MAX ? INT32_MAX : (int)(s).len), ((s).at ? (s).at : "")

static inline struct str str_of(const char *at, size_t len)
{
	return (struct str){ .at = at, .len = len };
}

/* From a NUL-terminated text, or the empty str from NULL. */
static inline struct str str_from(const char *text)
{
	return (struct str){ .at = text, .len = text ? strlen(text) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* The part from `from` on, at most `len` bytes; out of range is empty. */
static inline struct str str_sub(struct str s, size_t from, size_t len)
{
	if (from > s.len)
		from = s.len;
	if (len > s.len - from)
		len = s.len - from;
	return str_of(s.at ? s.at + from : NULL, len);
}

/* Compares byte by byte, a shorter prefix first: <0, 0, >0 as strcmp. */
int str_cmp(struct str a, struct str b);
/* Equal but for ASCII case. */
bool str_eq_nocase(struct str a, struct str b);
static inline bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && str_eq(str_of(s.at, prefix.len), prefix);
}
bool str_ends(struct str s, struct str suffix);
/* The index of the first `c`, or s.len. */
size_t str_find(struct str s, char c);
/* Without spaces and tabs at both ends (OWS, RFC 9110 section 5.6.3). */
struct str str_trim(struct str s);
/*
 * Cuts the text before the next `c` off `*rest` and returns it; `*rest` begins
 * after the `c`, or is {NULL, 0} when there was none. Loop while rest->at.
 */
struct str str_cut(struct str *rest, char c);
/*
 * Digits alone to a number: false where empty, anything but digits, or past
 * UINT64_MAX. Leading zeros are allowed.
 */
bool str_to_u64(struct str s, uint64_t *ret_value);
/* The same with an optional leading '-'. */
bool str_to_i64(struct str s, int64_t *ret_value);

enum { STR_DIGITS_MAX = 20, STR_INTEGER_LEN = STR_DIGITS_MAX + 1 };
/* Decimal digits to `out`, not NUL-terminated; returns their number. */
size_t str_put_u64(char out[STR_DIGITS_MAX], uint64_t value);
/* The same with a '-' before a negative number. */
size_t str_put_i64(char out[STR_INTEGER_LEN], int64_t value);

/* Copies into `arena`; the copy is NUL-terminated beyond its length. {NULL,0} on lack of memory. */
struct str str_dup(struct arena *arena, struct str s);
/* printf into `arena`, NUL-terminated; {NULL,0} on lack of memory. */
struct str str_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* True where the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool str_is_utf8(struct str s);
/* The number of code points of well-formed UTF-8. */
size_t str_code_points(struct str s);
/*
 * Reads one code point at `*at` (< end) and moves `*at` past it; -1 and `*at`
 * unchanged where the bytes are not UTF-8.
 */
int32_t utf8_next(const char **at, const char *end);
/* Writes 1 to 4 bytes for code point `c`; returns their number. */
size_t utf8_put(char out[4], uint32_t c);

/* How many edits (insert, delete, change, swap) lie between two short names; for "did you mean". */
size_t str_distance(struct str a, struct str b);

#endif
