/*
 * An OpenAPI document (3.0 or 3.1, YAML or JSON) with every file that it refers to.
 *
 * It never changes once it is loaded: any thread may ask it. Texts that are returned
 * live as long as the document and are UTF-8, NUL-terminated.
 */
#ifndef STATUTE_DOCUMENT_H
#define STATUTE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <statute/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct statute_document;

struct statute_operation {
	const char *method;  /* "GET" */
	const char *path;    /* its template: "/users/{id}" */
	const char *id;      /* operationId, or "" */
	const char *summary; /* or "" */
	bool is_deprecated;
};

/*
 * Loads the document in the file `path`. Returns 0; STATUTE_EDOCUMENT where it has
 * errors; STATUTE_EIO where the file cannot be read; STATUTE_ENOMEM. *ret_document is
 * set in all cases but the last: statute_document_problems says what is wrong, and
 * statute_document_free is due.
 */
STATUTE_CHECK STATUTE_API int statute_document_load(const char *path, struct statute_document **ret_document);
/* Accepts NULL. */
STATUTE_API void statute_document_free(struct statute_document *document);

/*
 * Everything that is wrong with it, errors and warnings, a line each, in the order of
 * the text: "shop.yaml:12:7: error: 'qux' is not a type; use string, …\n". "" where all is well.
 */
STATUTE_API const char *statute_document_problems(const struct statute_document *document);
STATUTE_API size_t statute_document_error_count(const struct statute_document *document);

/* info.title and info.version; "" where they are missing. */
STATUTE_API const char *statute_document_title(const struct statute_document *document);
STATUTE_API const char *statute_document_version(const struct statute_document *document);
/* The operations under `paths`, in the order of the document. */
STATUTE_API size_t statute_document_operation_count(const struct statute_document *document);
/* NULL past the last. */
STATUTE_API const struct statute_operation *statute_document_operation(const struct statute_document *document,
                                                                       size_t index);

#ifdef __cplusplus
}
#endif

#endif
