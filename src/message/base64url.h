/*
 * base64url without padding (RFC 4648 section 5), strict: non-canonical tail bits are
 * refused. Pure; thread-safe.
 */
#ifndef STATUTE_MESSAGE_BASE64URL_H
#define STATUTE_MESSAGE_BASE64URL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/*
 * 0 to 63 by the alphabets of RFC 4648, or -1; `last` are the two digits behind letters and numbers: "+/" of
 * section 4, "-_" of section 5.
 */
static inline int base64_digit(char c, const char last[2])
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == last[0] ? 62 : c == last[1] ? 63 : -1;
}

void base64url_encode(struct buf *buf, struct str bytes);
/* False where it is malformed or without memory. */
bool base64url_decode(struct arena *arena, struct str text, struct str *ret_bytes);

#endif
