/* Path templates, "/users/{id}": text to segments. Internal to the room. */
#ifndef STATUTE_OPENAPI_TEMPLATE_H
#define STATUTE_OPENAPI_TEMPLATE_H

#include "openapi/document.h"

enum { TEMPLATE_SEGMENTS_MAX = 64, TEMPLATE_PARAMETERS_MAX = 16 };

/*
 * Splits the path's template_text into its segments and counts its parameters.
 * STATUTE_ESYNTAX with *ret_issue (static text) where it is malformed; STATUTE_ENOMEM.
 */
STATUTE_CHECK int template_parse(struct arena *arena, struct path_item *path, const char **ret_issue);
/* The name of the template's parameter `index`, in the order of the text; {NULL, 0} past the last. */
struct str template_parameter(const struct path_item *path, size_t index);

#endif
