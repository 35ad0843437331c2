/*
 * The value of Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a String of a
 * structured field (RFC 8941 section 3.3.3). Many clients send the text without its quotes,
 * so that is read too: a word of visible ASCII without `"`, `\`, comma and semicolon. Both
 * forms of one text are the same key. Pure; thread-safe.
 */
#ifndef STATUTE_MESSAGE_IDEMPOTENCY_KEY_H
#define STATUTE_MESSAGE_IDEMPOTENCY_KEY_H

#include "base/str.h"

enum { IDEMPOTENCY_KEY_MAX = 255 };

/* Writes the key's text, of 1 to IDEMPOTENCY_KEY_MAX characters. False where the value is none. */
bool idempotency_key_read(struct str value, char ret_text[IDEMPOTENCY_KEY_MAX], size_t *ret_len);

#endif
