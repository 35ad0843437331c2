/* The tokens between the slashes of a JSON Pointer (RFC 6901 section 4); internal to the room. */
#ifndef STATUTE_JSON_TOKEN_H
#define STATUTE_JSON_TOKEN_H

#include "json/json.h"

/* The child that an escaped token names, or NULL; "-" names none. */
struct json *json_token_child(const struct json *parent, struct str token);
/* "0", or digits that begin with no '0'; false for anything else. */
bool json_token_index(struct str token, size_t *ret_index);
/* The token unescaped, in `arena` where it must be; {NULL, 0} without memory. */
struct str json_token_text(struct arena *arena, struct str token);

#endif
