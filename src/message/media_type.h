/* Media types (RFC 9110 section 8.3) and the structured suffix (RFC 6839). Pure; thread-safe. */
#ifndef STATUTE_MESSAGE_MEDIA_TYPE_H
#define STATUTE_MESSAGE_MEDIA_TYPE_H

#include "base/str.h"

struct media_type {
	struct str type, subtype; /* as sent; compare without case */
	struct str parameters;    /* what follows, from the first ';' on */
};

/* False where it is malformed (parameters included). "*" parts are allowed where `is_range`. */
bool media_type_parse(struct str text, bool is_range, struct media_type *ret_type);
/*
 * The value of a parameter, unquoted into `scratch` (of at least the text's length)
 * where it was quoted; {NULL,0} if absent.
 */
struct str media_type_parameter(const struct media_type *type, struct str name, char *scratch);
/*
 * Does a declared type (as OpenAPI writes them: whole, or with "*" for its subtype or
 * for both parts) cover the type that was sent? Parameters that the
 * declaration names must be equal; others do not matter, charset=utf-8 never does.
 */
bool media_type_covers(const struct media_type *declared, const struct media_type *sent);
/* application/json, anything +json. */
bool media_type_is_json(const struct media_type *type);

#endif
