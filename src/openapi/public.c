/* The public face of a document: see <statute/document.h>. */
#include "openapi/public.h"

#include <stdlib.h>

#include <statute/document.h>

enum { FIRST_BLOCK = 64 * 1024, PROBLEMS_MAX = 4 * 1024 * 1024 };

/* A file of 64 MiB is a tree of ten times that; what is bound and compiled later has room too. */
static const size_t arena_max = (size_t)2 << 30;

static bool copy(struct arena *arena, struct str text, const char **ret_text)
{
	return (*ret_text = str_dup(arena, text).at) != NULL;
}

int public_write_problems(struct statute_document *public)
{
	const struct document *document = public->document;
	struct buf buf;

	buf_init(&buf, &public->arena, PROBLEMS_MAX);
	issues_write(&document->issues, &document->sources, &buf);
	buf_add_char(&buf, '\0');
	if (buf.failed)
		return STATUTE_ENOMEM;
	public->problems = buf.at;
	return 0;
}

static bool copy_operation(struct arena *arena, const struct operation *operation,
                           struct statute_operation *ret_copy)
{
	ret_copy->is_deprecated = operation->is_deprecated;
	return copy(arena, method_name(operation->method), &ret_copy->method) &&
	       copy(arena, operation->path->template_text, &ret_copy->path) &&
	       copy(arena, operation->id, &ret_copy->id) &&
	       copy(arena, operation->summary, &ret_copy->summary);
}

static int copy_texts(struct statute_document *public)
{
	const struct document *document = public->document;
	struct arena *arena = &public->arena;

	public->operations = arena_array(arena, document->operation_count, sizeof(*public->operations));
	if (!public->operations || !copy(arena, document->title, &public->title) ||
	    !copy(arena, document->version, &public->version))
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < document->operation_count; i++)
		if (!copy_operation(arena, document->operations[i], &public->operations[i]))
			return STATUTE_ENOMEM;
	return public_write_problems(public);
}

int statute_document_load(const char *path, struct statute_document **ret_document)
{
	struct statute_document *public = calloc(1, sizeof(*public));
	int r, texts;

	if (!public)
		return STATUTE_ENOMEM;
	arena_init(&public->arena, FIRST_BLOCK, arena_max);
	r = document_load(&public->arena, path, &public->document);
	texts = r == STATUTE_ENOMEM ? r : copy_texts(public);
	if (public->arena.failed)
		texts = STATUTE_ENOMEM;
	if (texts < 0) {
		statute_document_free(public);
		return texts;
	}
	*ret_document = public;
	return r;
}

void statute_document_free(struct statute_document *document)
{
	if (!document)
		return;
	arena_done(&document->arena);
	free(document);
}

const char *statute_document_problems(const struct statute_document *document)
{
	return document->problems;
}

size_t statute_document_error_count(const struct statute_document *document)
{
	return document->document->issues.errors;
}

const char *statute_document_title(const struct statute_document *document)
{
	return document->title;
}

const char *statute_document_version(const struct statute_document *document)
{
	return document->version;
}

size_t statute_document_operation_count(const struct statute_document *document)
{
	return document->document->operation_count;
}

const struct statute_operation *statute_document_operation(const struct statute_document *document,
                                                           size_t index)
{
	return index < document->document->operation_count ? &document->operations[index] : NULL;
}

struct document *statute_document_internal(const struct statute_document *document)
{
	return document->document;
}

const struct api *statute_document_api(const struct statute_document *document)
{
	return document->api;
}
