/*
 * Structured fields (RFC 9651), as far as requests have them here: items, and dictionaries. The whole
 * grammar is held to; of a value that nobody here reads, it is only known that it is one.
 * Parameters are read over. Pure; thread-safe.
 */
#ifndef STATUTE_MESSAGE_STRUCTURED_H
#define STATUTE_MESSAGE_STRUCTURED_H

#include "base/str.h"

enum structured_kind {
	STRUCTURED_OTHER,   /* a string, a token, a decimal, a date, an inner list */
	STRUCTURED_INTEGER,
	STRUCTURED_BOOLEAN,
	STRUCTURED_BYTES
};

struct structured_value {
	enum structured_kind kind;
	int64_t integer;
	bool boolean;
	struct str bytes; /* base64, for structured_decode; borrowed */
};

/* An item that is all of the text, as it is trimmed. False where it is none. */
bool structured_item(struct str text, struct structured_value *ret_value);

enum structured_part { STRUCTURED_END, STRUCTURED_MEMBER, STRUCTURED_MALFORMED };

/*
 * Cuts the next member off a dictionary, which is trimmed. A key may come again: its last value counts
 * (section 4.2.2). What is malformed makes all of the field so, whatever came before.
 */
enum structured_part structured_next(struct str *rest, struct str *ret_key, struct structured_value *ret_value);

/* How many bytes a value of kind BYTES has, written to `out` where `max` is as large; they are valid base64. */
size_t structured_decode(struct str bytes, unsigned char *out, size_t max);

#endif
