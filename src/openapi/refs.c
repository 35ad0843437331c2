/* Where a $ref leads (RFC 3986 section 5 for the file, RFC 6901 section 6 for the fragment). */
#include "openapi/load.h"

#include "json/pointer.h"
#include "message/uri.h"

/* The node at a fragment, percent-decoded; the whole file where there is none. */
static enum reference_result find_in(const struct loaded_file *file, struct arena *arena, struct str fragment,
                                     struct reference_target *ret_target)
{
	struct str pointer = uri_decode(arena, fragment, false);
	const struct json *node;

	if (fragment.len && !pointer.at)
		return REFERENCE_NO_MEMORY;
	if (pointer.len && !json_pointer_is_valid(pointer))
		return REFERENCE_NO_POINTER;
	if (!file->root)
		return REFERENCE_BROKEN_FILE;
	if (!(node = json_pointer_get(file->root, pointer)))
		return REFERENCE_NO_TARGET;
	*ret_target = (struct reference_target){ .node = node, .base = file->uri };
	return REFERENCE_FOUND;
}

enum reference_result reference_find(const struct loader *loader, struct arena *arena, struct str base,
                                     struct str reference, struct reference_target *ret_target)
{
	struct str fragment = reference, path = str_cut(&fragment, '#'), uri = base;
	const struct loaded_file *file;

	if (path.len && !(uri = uri_resolve(arena, base, path)).at)
		return REFERENCE_NO_MEMORY;
	if ((file = map_get(&loader->files, uri)))
		return find_in(file, arena, fragment, ret_target);
	if (!str_starts(uri, S("file:///")))
		return REFERENCE_NOT_A_FILE;
	ret_target->uri = uri;
	return REFERENCE_NOT_LOADED;
}

static void report(struct loader *loader, enum reference_result result, const struct json *reference,
                   bool is_needed)
{
	struct issues *issues = &loader->document.issues;
	struct str text = reference->text;

	if (result == REFERENCE_NOT_A_FILE)
		(is_needed ? issues_add : issues_warn)(
			issues, reference->at, "keep a copy of it in a file beside this one",
			"'%.*s' is not fetched: $ref may name files only", STR_ARG(text));
	else if (result == REFERENCE_NO_POINTER)
		issues_add(issues, reference->at, "write it as '#/components/…'",
		           "the fragment of '%.*s' is not a JSON pointer", STR_ARG(text));
	else if (result == REFERENCE_NO_TARGET)
		issues_add(issues, reference->at, NULL, "nothing stands at '%.*s'", STR_ARG(text));
}

int reference_resolve(struct loader *loader, struct str base, const struct json *reference, bool is_needed,
                      struct reference_target *ret_target)
{
	struct arena *arena = loader->document.arena;
	struct reference_target target = { 0 };
	enum reference_result result = reference_find(loader, arena, base, reference->text, &target);
	const struct loaded_file *file;
	int r;

	if (result == REFERENCE_NOT_LOADED) {
		if ((r = files_load(loader, target.uri, reference->at, &file)) < 0)
			return r;
		result = reference_find(loader, arena, base, reference->text, &target);
	}
	if (result == REFERENCE_NO_MEMORY)
		return STATUTE_ENOMEM;
	report(loader, result, reference, is_needed);
	*ret_target = result == REFERENCE_FOUND ? target : (struct reference_target){ 0 };
	return 0;
}

/* One hop from `*target`, which has a $ref; false where it leads nowhere. */
static bool hop(const struct loader *loader, struct arena *scratch, struct reference_target *target)
{
	struct str from = target->base;

	return reference_find(loader, scratch, from, reference_of(target->node), target) == REFERENCE_FOUND;
}

bool reference_is_circular(const struct loader *loader, struct str base, const struct json *node)
{
	struct reference_target target = { .node = node, .base = base };
	struct arena scratch;
	bool is_back = false;

	arena_init(&scratch, 1024, 1 << 20);
	for (int hops = 0; hops < REFERENCE_HOPS_MAX && !is_back && reference_of(target.node).at; hops++) {
		if (!hop(loader, &scratch, &target))
			break;
		is_back = target.node == node;
	}
	arena_done(&scratch);
	return is_back;
}

const struct json *document_follow(const struct document *document, const struct json *node, struct str *base)
{
	struct reference_target target = { .node = node, .base = *base };
	bool is_broken = false;
	struct arena scratch;

	arena_init(&scratch, 1024, 1 << 20);
	for (int hops = 0; !is_broken && reference_of(target.node).at; hops++)
		is_broken = hops == REFERENCE_HOPS_MAX || !hop(loader_of(document), &scratch, &target);
	arena_done(&scratch);
	if (is_broken)
		return NULL;
	*base = target.base;
	return target.node;
}
