/*
 * A document's text with a response for each status that can come and is not mentioned.
 * Internal to the room; <statute/routes.h> is its public face.
 */
#ifndef STATUTE_OPENAPI_COMPLETE_H
#define STATUTE_OPENAPI_COMPLETE_H

#include <statute/routes.h>

#include "openapi/bind.h"

/*
 * `answers` are those of each operation, by index. *ret_text is in `arena`; *ret_left
 * counts operations that stand in other files, which are left as they are. The results
 * of insert_members.
 */
STATUTE_CHECK int complete_document(struct arena *arena, const struct document *document, const struct api *api,
                                    const struct statute_answers *answers, struct str *ret_text, size_t *ret_left);

/* ---- complete_parts.c: what is added. Each returns NULL without memory. ---- */

/* The schema of every error, in the words of JSON Schema that 3.0 and 3.1 share. */
struct json *complete_problem_schema(struct arena *arena);
/* Of an error: what it means, its fields and a problem with the schema that `schema` refers to. */
struct json *complete_error(struct arena *arena, int status, struct str schema);
/* Of a success or a redirect: its fields, and content of any form where there is some. */
struct json *complete_success(struct arena *arena, const struct bound_operation *bound, int status);
/* {"$ref": text} */
struct json *complete_reference(struct arena *arena, struct str text);
/* "NotFound": the phrase of a status in one word. */
struct str complete_name(struct arena *arena, int status);

#endif
