/*
 * Whole OpenAPI documents, YAML or JSON: loaded, bound, listed, completed. Nothing fails
 * without a word; and the completed text loads again with the same operations, answers
 * all that the first one answers, and needs no further completing.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <statute/document.h>
#include <statute/routes.h>

#include "fuzz/fuzz.h"

/* A file in memory with this text; the path is the same each time. */
static const char *memory_file(struct str text)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fuzz", 0);
		must(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	must(ftruncate(fd, 0) == 0 && pwrite(fd, text.at, text.len, 0) == (ssize_t)text.len);
	return path;
}

static struct statute_document *load(struct str text, int *ret_result)
{
	struct statute_document *document = NULL;

	*ret_result = statute_document_load(memory_file(text), &document);
	must(document || *ret_result == STATUTE_ENOMEM);
	must(!document || (*ret_result == 0) == (statute_document_error_count(document) == 0));
	must(*ret_result == 0 || !document || *statute_document_problems(document));
	return document;
}

static void list(const struct statute_document *document)
{
	for (size_t i = 0; i < statute_document_operation_count(document); i++) {
		const struct statute_answers *answers = statute_document_answers(document, i);
		const struct statute_route *route = statute_document_route(document, i);

		must(route && answers && answers->count && !route->resource == !!route->why_not);
		must(!strcmp(route->method, statute_document_operation(document, i)->method));
	}
	must(!statute_document_operation(document, statute_document_operation_count(document)));
}

static size_t count_unmentioned(const struct statute_document *document)
{
	size_t count = 0;

	for (size_t i = 0; i < statute_document_operation_count(document); i++) {
		const struct statute_answers *answers = statute_document_answers(document, i);

		for (size_t j = 0; j < answers->count; j++)
			count += answers->list[j].mention == STATUTE_UNMENTIONED;
	}
	return count;
}

/* `text` is what completing `first` came to, with nothing left out. */
static void load_completed(const struct statute_document *first, const char *text, size_t len)
{
	size_t again_len, left;
	const char *again;
	int r;
	struct statute_document *document = load(str_of(text, len), &r);

	must(r == 0 || r == STATUTE_ENOMEM);
	if (r == 0 && (r = statute_document_find_answers(document)) != STATUTE_ENOMEM) {
		must(r == 0);
		must(statute_document_operation_count(document) == statute_document_operation_count(first));
		must(count_unmentioned(document) == 0);
		r = statute_document_complete(document, &again, &again_len, &left);
		must(r == STATUTE_ENOMEM ||
		     (r == 0 && left == 0 && again_len == len && !memcmp(again, text, len)));
	}
	statute_document_free(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct statute_document *document;
	size_t len, left = 0;
	const char *text;
	int r;

	if (size > 20000)
		return 0;
	document = load(str_of((const char *)data, size), &r);
	if (r == 0 && (r = statute_document_bind(document)) == STATUTE_EDOCUMENT)
		must(statute_document_error_count(document));
	if (r == 0 && statute_document_find_answers(document) == 0) {
		list(document);
		r = statute_document_complete(document, &text, &len, &left);
		must(r == 0 || r == STATUTE_EINVAL || r == STATUTE_ENOMEM);
		if (r == 0 && left == 0)
			load_completed(document, text, len);
	}
	statute_document_free(document);
	return 0;
}
