/* What stands behind the public `struct statute_document`, for the rooms above. */
#ifndef STATUTE_OPENAPI_PUBLIC_H
#define STATUTE_OPENAPI_PUBLIC_H

#include "openapi/document.h"

struct statute_document;

/* Lives as long as the public one. */
struct document *statute_document_internal(const struct statute_document *document);

#endif
