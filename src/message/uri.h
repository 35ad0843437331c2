/* URI references (RFC 3986): percent-encoding, paths, queries. Pure; thread-safe. */
#ifndef STATUTE_MESSAGE_URI_H
#define STATUTE_MESSAGE_URI_H

#include <statute/error.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* True where every '%' is followed by two hex digits and what they decode to, taken whole, is UTF-8 without NUL. */
bool uri_is_valid_encoding(struct str text);
/*
 * Decodes %XX (and '+' to a space where `plus_is_space`, for queries). Borrows
 * where nothing is encoded. {NULL, 0} without memory; malformed escapes stay as they are.
 */
struct str uri_decode(struct arena *arena, struct str text, bool plus_is_space);
/* Appends with everything but unreserved characters encoded. */
void uri_encode(struct buf *buf, struct str text);
/* Appends what is encoded already, or was meant to be: only what no URI can hold is encoded ("é", " ", '"'). */
void uri_encode_rest(struct buf *buf, struct str text);
/*
 * Cuts the next name=value pair off a raw query, not decoded; false at its end. Empty
 * pairs are skipped; one without '=' has a value with at NULL.
 */
bool query_next(struct str *rest, struct str *ret_name, struct str *ret_value);

/*
 * Resolves `reference` against `base` (section 5.2) into `arena`; dot segments are
 * removed. {NULL, 0} without memory.
 */
struct str uri_resolve(struct arena *arena, struct str base, struct str reference);

#endif
