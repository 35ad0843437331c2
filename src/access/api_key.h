/*
 * API keys: 256 random bits as text, of which only the SHA-256 is kept. No slow hash is needed, as for
 * passwords: nobody guesses 256 bits. Looking the hash up in an index, whose time may depend on the bytes
 * that agree, tells nothing: whoever could choose the bytes of a hash has broken SHA-256.
 */
#ifndef STATUTE_ACCESS_API_KEY_H
#define STATUTE_ACCESS_API_KEY_H

#include <statute/error.h>

#include "base/str.h"

enum {
	API_KEY_MAX = 256,    /* bytes of one that is sent */
	API_KEY_SIZE = 46 + 1, /* of one that is made: "sk_", 43 characters, NUL */
	API_KEY_HASH_LEN = 64
};

/* A new one, NUL-terminated. */
STATUTE_CHECK int api_key_make(char ret_key[API_KEY_SIZE]);
/* SHA-256 in lower-case hexadecimal digits, not NUL-terminated. */
void api_key_hash(struct str key, char ret_hash[API_KEY_HASH_LEN]);

#endif
