/*
 * The tokens of JSON: see scan.h. Strings: RFC 8259 section 7; numbers: section 6.
 *
 * A string is read twice only where it has escapes: the first reading proves it
 * well-formed and counts its bytes, so that the second cannot fail and needs no
 * more memory than the text itself.
 */
#include "json/scan.h"

#include <endian.h>

const char *json_scan_fail(struct json_scan *scan, const char *at, const char *issue)
{
	scan->fault_at = at;
	scan->issue = issue;
	return NULL;
}

#define ONES UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)

/* Where the first byte stands that is no plain ASCII: '"', '\\', a control character, or past 0x7F. */
static const char *skip_plain(const char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t word, special;

		memcpy(&word, at, sizeof(word));
		word = le64toh(word);
		special = (word - ONES * 0x20) | ((word ^ ONES * '"') - ONES) | ((word ^ ONES * '\\') - ONES);
		special = ((special & ~word) | word) & HIGH;
		if (special)
			return at + (__builtin_ctzll(special) >> 3);
		at += 8;
	}
	while (at < end && *at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' && *at != '\\')
		at++;
	return at;
}

/* The text may end inside a character: then its bytes become one with some bytes more. */
static bool is_cut_character(const char *at, const char *end)
{
	char low[4], high[4];
	size_t len = (size_t)(end - at);
	const char *low_at = low, *high_at = high;

	if (len >= sizeof(low))
		return false;
	memset(low, 0x80, sizeof(low));
	memset(high, 0xBF, sizeof(high));
	memcpy(low, at, len);
	memcpy(high, at, len);
	return (utf8_next(&low_at, low + sizeof(low)) >= 0 && (size_t)(low_at - low) > len) ||
	       (utf8_next(&high_at, high + sizeof(high)) >= 0 && (size_t)(high_at - high) > len);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static const char *scan_hex(struct json_scan *scan, const char *at, uint32_t *ret_unit)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++, at++) {
		int digit;

		if (at == scan->end)
			return json_scan_fail(scan, at, "the text ends inside an escape");
		if ((digit = hex_value(*at)) < 0)
			return json_scan_fail(scan, at, "expected four hexadecimal digits after '\\u'");
		unit = unit << 4 | (uint32_t)digit;
	}
	*ret_unit = unit;
	return at;
}

/* `at` is the byte after "\u"; a fault of the pair stands at its backslash. */
static const char *scan_unicode(struct json_scan *scan, const char *at, size_t *size)
{
	static const char no_low[] = "a high surrogate escape without a low one after it";
	const char *backslash = at - 2;
	uint32_t unit, low;

	if (!(at = scan_hex(scan, at, &unit)))
		return NULL;
	if (unit < 0xD800 || unit > 0xDFFF) {
		*size += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
		return at;
	}
	if (unit >= 0xDC00)
		return json_scan_fail(scan, backslash, "a low surrogate escape without a high one before it");
	for (const char *c = "\\u"; *c; c++, at++) {
		if (at == scan->end)
			return json_scan_fail(scan, at, "the text ends inside a surrogate pair");
		if (*at != *c)
			return json_scan_fail(scan, backslash, no_low);
	}
	if (!(at = scan_hex(scan, at, &low)))
		return NULL;
	if (low < 0xDC00 || low > 0xDFFF)
		return json_scan_fail(scan, backslash, no_low);
	*size += 4;
	return at;
}

/* `at` is the byte after the backslash. */
static const char *scan_escape(struct json_scan *scan, const char *at, size_t *size)
{
	if (at == scan->end)
		return json_scan_fail(scan, at, "the text ends inside an escape");
	if (*at == 'u')
		return scan_unicode(scan, at + 1, size);
	if (!memchr("\"\\/bfnrt", *at, 8))
		return json_scan_fail(scan, at, "no such escape: after '\\' stands one of \"\\/bfnrtu");
	*size += 1;
	return at + 1;
}

static const char *scan_character(struct json_scan *scan, const char *at, size_t *size)
{
	const char *begin = at;

	if ((unsigned char)*at < 0x20)
		return json_scan_fail(scan, at, "a control character inside a string must be escaped");
	if (utf8_next(&at, scan->end) < 0) {
		if (is_cut_character(at, scan->end))
			return json_scan_fail(scan, scan->end, "the text ends inside a character");
		return json_scan_fail(scan, at, "bytes that are not UTF-8");
	}
	*size += (size_t)(at - begin);
	return at;
}

const char *json_scan_string(struct json_scan *scan, const char *at, struct json_quoted *ret_quoted)
{
	const char *begin = at;
	size_t size = 0;

	for (;;) {
		const char *plain = at;

		at = skip_plain(at, scan->end);
		size += (size_t)(at - plain);
		if (at == scan->end)
			return json_scan_fail(scan, at, "the text ends inside a string");
		if (*at == '"')
			break;
		at = *at == '\\' ? scan_escape(scan, at + 1, &size) : scan_character(scan, at, &size);
		if (!at)
			return NULL;
	}
	*ret_quoted = (struct json_quoted){ .raw = str_of(begin, (size_t)(at - begin)), .size = size };
	return at + 1;
}

static uint32_t hex_unit(const char *at)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++)
		unit = unit << 4 | (uint32_t)hex_value(at[i]);
	return unit;
}

/* `*at` is the byte after the backslash of an escape that was scanned before. */
static uint32_t unescape_one(const char **at)
{
	static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
	char c = *(*at)++;
	const char *letter = strchr(letters, c);
	uint32_t unit;

	if (letter)
		return (uint32_t)meanings[letter - letters];
	if (c != 'u')
		return (uint32_t)c;
	unit = hex_unit(*at);
	*at += 4;
	if (unit < 0xD800 || unit > 0xDBFF)
		return unit;
	unit = 0x10000 + ((unit - 0xD800) << 10) + (hex_unit(*at + 2) - 0xDC00);
	*at += 6;
	return unit;
}

void json_unescape(struct str raw, char *out)
{
	const char *at = raw.at, *end = raw.at + raw.len;

	while (at < end) {
		const char *backslash = memchr(at, '\\', (size_t)(end - at));
		size_t plain = (size_t)((backslash ? backslash : end) - at);
		char bytes[4];
		size_t size;

		memcpy(out, at, plain);
		out += plain;
		if (!backslash)
			return;
		at = backslash + 1;
		size = utf8_put(bytes, unescape_one(&at));
		memcpy(out, bytes, size);
		out += size;
	}
}

static const char *skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* One digit at least. */
static const char *scan_digits(struct json_scan *scan, const char *at, const char *issue)
{
	const char *after = skip_digits(at, scan->end);

	if (after > at)
		return after;
	return json_scan_fail(scan, at, at == scan->end ? "the text ends inside a number" : issue);
}

static const char *scan_whole(struct json_scan *scan, const char *at)
{
	bool has_zero = at < scan->end && *at == '0';
	const char *after = scan_digits(scan, at, "expected a digit after '-'");

	if (after && has_zero && after > at + 1)
		return json_scan_fail(scan, at + 1, "a digit after a leading zero");
	return after;
}

const char *json_scan_number(struct json_scan *scan, const char *at)
{
	at = scan_whole(scan, *at == '-' ? at + 1 : at);
	if (at && at < scan->end && *at == '.')
		at = scan_digits(scan, at + 1, "expected a digit after the decimal point");
	if (at && at < scan->end && (*at == 'e' || *at == 'E')) {
		at++;
		if (at < scan->end && (*at == '+' || *at == '-'))
			at++;
		at = scan_digits(scan, at, "expected a digit in the exponent");
	}
	return at;
}

const char *json_scan_word(struct json_scan *scan, const char *at, struct str word, const char *issue)
{
	for (size_t i = 0; i < word.len; i++, at++) {
		if (at == scan->end)
			return json_scan_fail(scan, at, "the text ends inside a word");
		if (*at != word.at[i])
			return json_scan_fail(scan, at, issue);
	}
	return at;
}
