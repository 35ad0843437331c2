/* Names under x-statute: what they name, or else the nearest name that there is. */
#include "openapi/binder.h"

/* Reports the name that is no member, with the nearest one that is. */
static void issue_member(struct binder *binder, const struct resource *resource, const struct json *node,
                         struct str name)
{
	const struct collection *collection = &resource->collection;
	struct str nearest = { 0 };
	size_t best = 4;

	for (size_t i = 0; i < collection->member_count; i++) {
		size_t distance = str_distance(name, collection->members[i].name);

		if (distance < best) {
			best = distance;
			nearest = collection->members[i].name;
		}
	}
	issues_add(binder->issues, node->name.at ? node->name_at : node->at,
	           nearest.at ? str_printf(binder->arena, "did you mean '%.*s'?", STR_ARG(nearest)).at
	                      : "name a string, number, integer or boolean member of its schema",
	           "'%.*s' is no scalar member of '%.*s'", STR_ARG(name), STR_ARG(collection->name));
}

bool bind_extension_member(struct binder *binder, const struct resource *resource, const struct json *node,
                           struct str name, size_t *ret_member)
{
	if (bind_member_find(resource, name, ret_member) && *ret_member != STORE_MEMBER_ID)
		return true;
	issue_member(binder, resource, node, name);
	return false;
}

void bind_issue_collection(struct binder *binder, const struct json *node)
{
	struct str nearest = { 0 };
	size_t best = 4;

	for (size_t i = 0; i < binder->by_name.count; i++) {
		const struct resource *resource = binder->by_name.entries[i].value;
		size_t distance = str_distance(json_text(node), binder->by_name.entries[i].key);

		if (distance < best && !resource->collection.is_singleton) {
			best = distance;
			nearest = binder->by_name.entries[i].key;
		}
	}
	issues_add(binder->issues, node->at,
	           nearest.at ? str_printf(binder->arena, "did you mean '%.*s'?", STR_ARG(nearest)).at : NULL,
	           "'%.*s' is no collection of this document", STR_ARG(json_text(node)));
}

struct str bind_path_beside(struct binder *binder, uint32_t at, struct str path)
{
	uint32_t line, column;
	const struct source *source = sources_find(&binder->document->sources, at, &line, &column);
	size_t folder = source && path.len && path.at[0] != '/' ? source->path.len : 0;

	while (folder && source->path.at[folder - 1] != '/')
		folder--;
	return str_printf(binder->arena, "%.*s%.*s", (int)folder, folder ? source->path.at : "", STR_ARG(path));
}
