/*
 * JSON Pointer: a document and a pointer, a line each. The pointer that is written for
 * a place finds that place, for every place of the document. Second opinion: RFC 6901's
 * steps over jansson's tree.
 */
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "fuzz/oracle.h"
#include "json/pointer.h"

static void visit(struct json *root, struct json *node, struct buf *path)
{
	size_t len = path->len, index = 0;

	must(json_pointer_is_valid(buf_str(path)) && json_pointer_get(root, buf_str(path)) == node);
	json_each(child, node) {
		char digits[24];
		struct str token = child->name;

		if (node->type == JSON_ARRAY)
			token = str_of(digits, (size_t)snprintf(digits, sizeof(digits), "%zu", index++));
		json_pointer_add(path, token);
		must(!path->failed);
		visit(root, child, path);
		path->len = len;
	}
}

static void ask_jansson(struct arena *arena, struct str document, struct str pointer,
                        const struct json *found)
{
	enum oracle_verdict verdict;
	char *theirs = NULL, *ours;
	struct buf written;
	bool is_beyond;

	verdict = oracle_pointer(document.at, document.len, pointer.at, pointer.len, &theirs);
	if (verdict != ORACLE_UNKNOWN)
		must(!found == (verdict == ORACLE_REFUSES));
	if (verdict == ORACLE_APPLIES) {
		buf_init(&written, arena, 1 << 20);
		json_write(&written, found);
		ours = oracle_canonical(written.at, written.len, &is_beyond);
		must(ours && strcmp(ours, theirs) == 0);
		free(ours);
	}
	free(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits limits = { .depth = 32, .nodes = 500 };
	struct str text, pointer, document;
	struct json_fault fault;
	struct json *root;
	struct arena arena;
	struct buf path;

	if (size > 5000)
		return 0;
	text = pointer = fuzz_text(data, size);
	document = fuzz_cut(&pointer);
	arena_init(&arena, 4096, 16 << 20);
	if (json_parse(&arena, document, &limits, &root, &fault) == 0) {
		buf_init(&path, &arena, 1 << 20);
		visit(root, root, &path);
		/* A pointer that is no UTF-8 can name nothing; jansson would be asked for bytes it cannot hold. */
		if (str_is_utf8(pointer) && pointer.at)
			ask_jansson(&arena, document, pointer, json_pointer_get(root, pointer));
		if (!json_pointer_is_valid(pointer))
			must(!json_pointer_get(root, pointer));
	}
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
