/* What stands behind the public `struct statute_document`, for this room and those above. */
#ifndef STATUTE_OPENAPI_PUBLIC_H
#define STATUTE_OPENAPI_PUBLIC_H

#include <statute/routes.h>

#include "openapi/bind.h"

struct statute_document {
	struct arena arena;
	struct document *document;
	struct api *api;              /* NULL until it is bound */
	int bound;                    /* what binding came to, once it was tried: 0 or STATUTE_EDOCUMENT */
	bool was_bound;
	const char *problems, *title, *version;
	struct statute_operation *operations;
	struct statute_route *routes; /* by operation->index, once it is bound */
	struct statute_answers *answers; /* the same, once they are found */
	struct statute_answers anywhere, elsewhere;
};

/* Lives as long as the public one. */
struct document *statute_document_internal(const struct statute_document *document);
/* The same; NULL until statute_document_bind returned 0. */
const struct api *statute_document_api(const struct statute_document *document);
/* Writes document->problems anew from the issues. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int public_write_problems(struct statute_document *document);

#endif
