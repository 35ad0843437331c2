/* A document of a folder, bound: what it is bound to, or all that is wrong with it. */
#ifndef STATUTE_TEST_BOUND_H
#define STATUTE_TEST_BOUND_H

#include "unit/openapi/folder.h"

#include "openapi/bind.h"

static const struct api *api; /* of the last bind_text; NULL where it was refused */

/* Writes `text` as api.yaml, loads and binds it. `issues`: all that it has; NULL: whatever it has. */
static inline void bind_text(struct str text, int result, const char *issues)
{
	struct api *bound = NULL;

	write_file("api.yaml", text);
	document = NULL;
	assert_int_equal(document_load(&arena, "api.yaml", &document), 0);
	assert_int_equal(bind_document(document, &bound), result);
	issues_sort(&document->issues);
	if (issues)
		assert_str(issues_text(), issues);
	api = bound;
}

#endif
