/* Percent-encoding and queries: see uri.h. */
#include "message/uri.h"

#include "message/syntax.h"

static bool is_escape(struct str text, size_t at)
{
	return text.len - at > 2 && char_is(text.at[at + 1], CHAR_HEX) && char_is(text.at[at + 2], CHAR_HEX);
}

static char escaped_byte(struct str text, size_t at)
{
	return (char)(char_hex(text.at[at + 1]) << 4 | char_hex(text.at[at + 2]));
}

/* Takes one byte of what the text decodes to; false at its end or at a malformed escape. */
static bool next_byte(struct str *rest, char *ret_byte)
{
	bool is_encoded = rest->len && rest->at[0] == '%';

	if (!rest->len || (is_encoded && !is_escape(*rest, 0)))
		return false;
	*ret_byte = is_encoded ? escaped_byte(*rest, 0) : rest->at[0];
	*rest = str_sub(*rest, is_encoded ? 3 : 1, rest->len);
	return true;
}

static size_t utf8_len_from(char lead)
{
	unsigned char c = (unsigned char)lead;

	return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

bool uri_is_valid_encoding(struct str text)
{
	char bytes[4];

	while (next_byte(&text, &bytes[0])) {
		size_t len = utf8_len_from(bytes[0]);
		const char *at = bytes;

		if (len == 1 && bytes[0])
			continue;
		for (size_t i = 1; i < len; i++)
			if (!next_byte(&text, &bytes[i]))
				return false;
		if (!bytes[0] || utf8_next(&at, bytes + len) < 0 || at != bytes + len)
			return false;
	}
	return text.len == 0;
}

struct str uri_decode(struct arena *arena, struct str text, bool plus_is_space)
{
	size_t from = str_find(text, '%'), len;
	char *out;

	if (plus_is_space)
		from = str_find(str_sub(text, 0, from), '+');
	if (from == text.len)
		return text;
	if (!(out = arena_alloc(arena, text.len)))
		return (struct str){ 0 };
	memcpy(out, text.at, from);
	len = from;
	for (size_t i = from; i < text.len; i++) {
		char c = text.at[i];

		if (c == '%' && is_escape(text, i)) {
			c = escaped_byte(text, i);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		out[len++] = c;
	}
	return str_of(out, len);
}

static void add_escape(struct buf *buf, char byte)
{
	static const char digits[16] = "0123456789ABCDEF";
	unsigned char c = (unsigned char)byte;

	buf_add(buf, str_of((char[]){ '%', digits[c >> 4], digits[c & 15] }, 3));
}

void uri_encode(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (char_is(text.at[i], CHAR_UNRESERVED))
			buf_add_char(buf, text.at[i]);
		else
			add_escape(buf, text.at[i]);
	}
}

/* RFC 3986 section 2.2: what is reserved stays, and so does an escape. */
static bool may_stay(struct str text, size_t at)
{
	char c = text.at[at];

	if (c == '%')
		return is_escape(text, at);
	return char_is(c, CHAR_UNRESERVED | CHAR_SUB_DELIM) || (c && strchr(":/?#[]@", c));
}

void uri_encode_rest(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (may_stay(text, i))
			buf_add_char(buf, text.at[i]);
		else
			add_escape(buf, text.at[i]);
	}
}

bool query_next(struct str *rest, struct str *ret_name, struct str *ret_value)
{
	struct str pair = { 0 }, name;

	while (rest->len && !pair.len)
		pair = str_cut(rest, '&');
	if (!pair.len)
		return false;
	name = str_cut(&pair, '=');
	*ret_name = name;
	*ret_value = pair;
	return true;
}
