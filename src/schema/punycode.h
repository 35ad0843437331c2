/* Punycode (RFC 3492); internal to the room. */
#ifndef STATUTE_SCHEMA_PUNYCODE_H
#define STATUTE_SCHEMA_PUNYCODE_H

#include "base/str.h"

enum { PUNYCODE_MAX = 63 }; /* characters of a label, either way */

/* The code points of what follows "xn--"; 0 where it is malformed. */
size_t punycode_decode(struct str text, uint32_t out[PUNYCODE_MAX]);
/* The text for code points, in lower case; 0 where it would be longer than the maximum. */
size_t punycode_encode(const uint32_t *points, size_t count, char out[PUNYCODE_MAX]);

#endif
