/* The schemas of a document. Internal to the room. */
#ifndef STATUTE_OPENAPI_SCHEMAS_H
#define STATUTE_OPENAPI_SCHEMAS_H

#include "openapi/check.h"

/*
 * Makes every loaded file known to a new set of schemas and compiles all of `places`.
 * What is wrong in them becomes issues; document_schema then finds each again.
 * Returns 0 also where there are issues; STATUTE_ENOMEM.
 */
STATUTE_CHECK int schemas_compile(struct loader *loader, const struct schema_place *places, size_t count);

#endif
