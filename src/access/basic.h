/* User and password as HTTP basic sends them (RFC 7617), in UTF-8. Pure. */
#ifndef STATUTE_ACCESS_BASIC_H
#define STATUTE_ACCESS_BASIC_H

#include "base/arena.h"
#include "base/str.h"

enum { BASIC_MAX = 4096 }; /* bytes of what is sent */

enum basic_outcome { BASIC_READ, BASIC_MALFORMED, BASIC_NO_MEMORY };

/*
 * `text` is what follows "Basic"; what it says is in `arena`, both texts perhaps empty. MALFORMED sets
 * *ret_why, a static sentence.
 */
enum basic_outcome basic_read(struct arena *arena, struct str text, struct str *ret_user,
                              struct str *ret_password, const char **ret_why);

#endif
