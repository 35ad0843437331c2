/* Characters of patterns and their escapes (ECMA-262, section 22.2.1): see regex_parts.h. */
#include "schema/regex_parts.h"

#include <stdarg.h>
#include <stdio.h>

enum { PIECE_MAX = 512 };

void regex_fail(struct regex_reader *r, const char *issue)
{
	if (r->issue)
		return;
	r->issue = issue;
	r->fault_at = r->at < r->source.len ? r->at : r->source.len;
	r->at = r->source.len;
}

void regex_printf(struct regex_reader *r, const char *format, ...)
{
	char piece[PIECE_MAX];
	va_list args;
	int len;

	if (!r->out)
		return;
	va_start(args, format);
	len = vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(piece))
		r->out->failed = true;
	else
		buf_add(r->out, str_of(piece, (size_t)len));
}

void regex_put(struct regex_reader *r, uint32_t c)
{
	if (regex_is_word(c))
		regex_printf(r, "%c", (char)c);
	else
		regex_printf(r, "\\x{%x}", (unsigned)c);
}

uint32_t regex_next(struct regex_reader *r)
{
	const char *at = r->source.at + r->at;
	int32_t c = utf8_next(&at, r->source.at + r->source.len);

	if (c < 0) {
		regex_fail(r, "it is not UTF-8");
		return 0;
	}
	r->at = (size_t)(at - r->source.at);
	return (uint32_t)c;
}

bool regex_take(struct regex_reader *r, const char *text)
{
	if (!str_starts(str_sub(r->source, r->at, SIZE_MAX), str_from(text)))
		return false;
	r->at += strlen(text);
	return true;
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Exactly `count` hex digits; fails where there are fewer. */
static uint32_t read_hex(struct regex_reader *r, unsigned count)
{
	uint32_t value = 0;

	for (; count && !r->issue; count--) {
		int digit = hex_digit(regex_peek(r));

		if (digit < 0)
			regex_fail(r, "an escape lacks hex digits");
		else
			r->at++;
		value = value << 4 | (uint32_t)(digit < 0 ? 0 : digit);
	}
	return value;
}

static uint32_t read_braced_hex(struct regex_reader *r)
{
	uint32_t value = 0;
	size_t digits = 0;

	for (int digit; (digit = hex_digit(regex_peek(r))) >= 0 && value <= 0x10FFFF; digits++) {
		value = value << 4 | (uint32_t)digit;
		r->at++;
	}
	if (!digits || value > 0x10FFFF || !regex_take(r, "}"))
		regex_fail(r, "\\u{…} is no code point");
	return value;
}

/* \u: two that make a surrogate pair are one character. */
static uint32_t read_unicode(struct regex_reader *r)
{
	uint32_t c, low = 0;
	size_t after;

	if (regex_take(r, "{"))
		return read_braced_hex(r);
	c = read_hex(r, 4);
	after = r->at;
	if (c >= 0xD800 && c <= 0xDBFF && regex_take(r, "\\u")) {
		if (regex_peek(r) != '{')
			low = read_hex(r, 4);
		if (low >= 0xDC00 && low <= 0xDFFF)
			return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		if (!r->issue)
			r->at = after;
	}
	return c;
}

static uint32_t read_control(struct regex_reader *r)
{
	int c = regex_peek(r);

	if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
		regex_fail(r, "\\c is not followed by a letter");
		return 0;
	}
	r->at++;
	return (uint32_t)c & 0x1F;
}

static uint32_t read_zero(struct regex_reader *r)
{
	if (regex_peek(r) >= '0' && regex_peek(r) <= '9')
		regex_fail(r, "\\0 is followed by a digit");
	return 0;
}

uint32_t regex_character_escape(struct regex_reader *r)
{
	static const char letters[] = "tnvfr", means[] = "\t\n\v\f\r";
	int c = regex_peek(r);
	const char *letter = c > 0 ? strchr(letters, c) : NULL;

	r->at += c >= 0;
	if (letter)
		return (uint32_t)means[letter - letters];
	if (c == 'c')
		return read_control(r);
	if (c == '0')
		return read_zero(r);
	if (c == 'x')
		return read_hex(r, 2);
	if (c == 'u')
		return read_unicode(r);
	if (c >= 0x20 && c < 0x7F && (!regex_is_word((uint32_t)c) || c == '_'))
		return (uint32_t)c;
	regex_fail(r, c < 0 ? "it ends in a '\\'" : "an escape is not known");
	return 0;
}
