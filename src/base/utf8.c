/* UTF-8 (RFC 3629), strict: declarations in str.h. */
#include "base/str.h"

int32_t utf8_next(const char **at, const char *end)
{
	const unsigned char *s = (const unsigned char *)*at;
	size_t left = (size_t)(end - *at);
	uint32_t c, least;
	size_t more;

	if (!left)
		return -1;
	if (s[0] < 0x80) {
		*at += 1;
		return s[0];
	}
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		more = 1, c = s[0] & 0x1Fu, least = 0x80;
	else if ((s[0] & 0xF0) == 0xE0)
		more = 2, c = s[0] & 0x0Fu, least = 0x800;
	else if (s[0] >= 0xF0 && s[0] <= 0xF4)
		more = 3, c = s[0] & 0x07u, least = 0x10000;
	else
		return -1;
	if (left <= more)
		return -1;
	for (size_t i = 1; i <= more; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return -1;
		c = c << 6 | (s[i] & 0x3Fu);
	}
	if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return -1;
	*at += more + 1;
	return (int32_t)c;
}

/* Eight bytes at a time while all are ASCII. */
static const char *skip_ascii(const char *at, const char *end)
{
	uint64_t word;

	while (end - at >= 8) {
		memcpy(&word, at, 8);
		if (word & UINT64_C(0x8080808080808080))
			break;
		at += 8;
	}
	return at;
}

bool str_is_utf8(struct str s)
{
	const char *at = s.at, *end = s.len ? s.at + s.len : s.at;

	while ((at = skip_ascii(at, end)) < end)
		if (utf8_next(&at, end) < 0)
			return false;
	return true;
}

size_t str_code_points(struct str s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += ((unsigned char)s.at[i] & 0xC0) != 0x80;
	return count;
}

size_t utf8_put(char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}
