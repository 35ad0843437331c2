/* base64url: see base64url.h. */
#include "message/base64url.h"

static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_encode(struct buf *buf, struct str bytes)
{
	size_t len = bytes.len / 3 * 4 + (bytes.len % 3 ? bytes.len % 3 + 1 : 0);
	const unsigned char *in = (const unsigned char *)bytes.at;
	char *out = buf_reserve(buf, len);

	if (!out)
		return;
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t bits = (uint32_t)in[i] << 16;

		if (left > 1)
			bits |= (uint32_t)in[i + 1] << 8;
		if (left > 2)
			bits |= in[i + 2];
		for (size_t j = 0; j < (left > 2 ? 4 : left + 1); j++)
			*out++ = alphabet[bits >> (18 - 6 * j) & 63];
	}
	buf->len += len;
}

bool base64url_decode(struct arena *arena, struct str text, struct str *ret_bytes)
{
	char *bytes = arena_alloc(arena, text.len / 4 * 3 + 3);
	uint32_t bits = 0;
	unsigned held = 0;
	size_t len = 0;

	if (!bytes || text.len % 4 == 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = base64_digit(text.at[i], "-_");

		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		held += 6;
		if (held >= 8) {
			held -= 8;
			bytes[len++] = (char)(bits >> held & 0xFF);
		}
	}
	if (bits & ((1u << held) - 1))
		return false; /* bits that the last digit must not have: two texts for the same bytes */
	*ret_bytes = str_of(bytes, len);
	return true;
}
