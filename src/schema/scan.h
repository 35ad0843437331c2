/* Finding the identifiers of a document; internal to the room. */
#ifndef STATUTE_SCHEMA_SCAN_H
#define STATUTE_SCHEMA_SCAN_H

#include "schema/registry.h"

/* Makes a resource and registers it under its URI (any fragment is left out) and by its root. */
STATUTE_CHECK int scan_resource_new(struct schema_set *set, struct str uri, const struct json *root,
                                    struct schema_resource *parent, struct str location,
                                    struct schema_resource **ret_resource);
/* Registers what is named at `node`, at `location` of its document, and below it. */
STATUTE_CHECK int scan_document(struct schema_set *set, const struct json *node,
                                struct schema_resource *resource, struct str location);

#endif
