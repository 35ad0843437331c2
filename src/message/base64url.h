/*
 * base64url without padding (RFC 4648 section 5), strict: non-canonical tail bits are
 * refused. Pure; thread-safe.
 */
#ifndef STATUTE_MESSAGE_BASE64URL_H
#define STATUTE_MESSAGE_BASE64URL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

void base64url_encode(struct buf *buf, struct str bytes);
/* False where it is malformed or without memory. */
bool base64url_decode(struct arena *arena, struct str text, struct str *ret_bytes);

#endif
