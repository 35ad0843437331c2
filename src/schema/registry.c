/* Documents, resources and what references name (JSON Schema Core, sections 8.2 and 9): see registry.h. */
#include "schema/registry.h"

#include "json/pointer.h"
#include "message/uri.h"
#include "schema/scan.h"

enum { LOCATION_MAX = 64 * 1024 };

const struct keyword_row keyword_rows[KEYWORD_COUNT] = {
#define K(id, text, vocab, form, dialect) \
	[KEYWORD_##id] = { .name = STR_INIT(text), \
		           .vocabulary = VOCABULARY_##vocab, \
		           .shape = SHAPE_##form, \
		           .dialects = DIALECT_##dialect },
#include "schema/keyword.def"
#undef K
};

static int index_keywords(struct schema_set *set)
{
	map_init(&set->keywords, set->arena);
	for (size_t i = 0; i < KEYWORD_COUNT; i++) {
		void **place;

		if (!(keyword_rows[i].dialects & DIALECT_NEW))
			continue;
		place = map_put(&set->keywords, keyword_rows[i].name);
		if (!place)
			return STATUTE_ENOMEM;
		*place = (void *)(uintptr_t)&keyword_rows[i];
	}
	return 0;
}

int schema_set_new(struct arena *arena, enum schema_dialect dialect, struct schema_set **ret_set)
{
	struct schema_set *set = arena_new(arena, struct schema_set);

	if (!set)
		return STATUTE_ENOMEM;
	set->arena = arena;
	set->dialect = dialect;
	set->asserts_format = dialect != SCHEMA_2020_12;
	map_init(&set->resources, arena);
	map_init(&set->roots, arena);
	map_init(&set->schemas, arena);
	map_init(&set->patterns, arena);
	if (index_keywords(set) < 0)
		return STATUTE_ENOMEM;
	*ret_set = set;
	return 0;
}

void schema_set_fetch(struct schema_set *set, schema_fetch *fetch, void *data)
{
	set->fetch = fetch;
	set->fetch_data = data;
}

void schema_set_assert_format(struct schema_set *set, bool asserts)
{
	set->asserts_format = asserts || set->dialect != SCHEMA_2020_12;
}

int schema_set_add(struct schema_set *set, struct str uri, const struct json *root)
{
	struct schema_resource *resource;
	int r = set->failure;

	uri = str_sub(uri, 0, str_find(uri, '#'));
	if (r < 0 || map_get(&set->resources, uri))
		return r;
	r = scan_resource_new(set, uri, root, NULL, S(""), &resource);
	if (r == 0 && json_get_text(root, S("$id")).at && set->dialect != SCHEMA_OPENAPI_3_0) {
		struct str own = uri_resolve(set->arena, uri, json_get_text(root, S("$id")));
		void **place;

		own = str_sub(own, 0, str_find(own, '#'));
		place = own.at ? map_put(&set->resources, own) : NULL;
		resource->uri = own;
		if (place && !*place)
			*place = resource;
		r = place ? 0 : STATUTE_ENOMEM;
	}
	if (r == 0)
		r = scan_document(set, root, resource, S(""));
	set->failure = r;
	return r;
}

/* Writes the token with '~' and '/' escaped; only counts where `at` is NULL. */
static size_t write_token(char *at, struct str token)
{
	size_t len = 0;

	for (size_t i = 0; i < token.len; i++) {
		bool is_escaped = token.at[i] == '~' || token.at[i] == '/';

		if (at) {
			at[len] = is_escaped ? '~' : token.at[i];
			if (is_escaped)
				at[len + 1] = token.at[i] == '~' ? '0' : '1';
		}
		len += is_escaped ? 2 : 1;
	}
	return len;
}

/* There is one for each schema, so that no byte is wasted. */
struct str registry_location(struct schema_set *set, struct str location, struct str keyword, struct str name)
{
	size_t len = location.len + 1 + keyword.len + (name.at ? 1 + write_token(NULL, name) : 0);
	char *at = arena_alloc(set->arena, len);

	if (!at)
		return (struct str){ 0 };
	if (location.len)
		memcpy(at, location.at, location.len);
	at[location.len] = '/';
	memcpy(at + location.len + 1, keyword.at, keyword.len);
	if (name.at) {
		at[location.len + 1 + keyword.len] = '/';
		write_token(at + location.len + 1 + keyword.len + 1, name);
	}
	return str_of(at, len);
}

struct schema_resource *registry_resource(const struct schema_set *set, const struct json *node)
{
	return map_get(&set->roots, registry_key(&node));
}

int registry_adopt(struct schema_set *set, const struct json *node, struct schema_resource *parent,
                   struct str location, struct schema_resource **ret_resource)
{
	struct schema_resource *resource = registry_resource(set, node);
	int r = 0;

	if (!resource && set->dialect != SCHEMA_OPENAPI_3_0 && json_get_text(node, S("$id")).at) {
		if ((r = scan_document(set, node, parent, location)) < 0)
			return r;
		resource = registry_resource(set, node);
	}
	*ret_resource = resource ? resource : parent;
	return 0;
}

int registry_find(struct schema_set *set, struct str uri, struct schema_resource **ret_resource)
{
	struct schema_resource *resource = map_get(&set->resources, uri);
	const struct json *root = NULL;
	int r;

	if (!resource) {
		if (set->fetch)
			root = set->fetch(set->fetch_data, uri);
		if (!root && (r = metaschema_make(set, uri, &root)) < 0)
			return r;
		if (!root)
			return STATUTE_ENOTFOUND;
		if (!(uri = str_dup(set->arena, uri)).at)
			return STATUTE_ENOMEM;
		if ((r = schema_set_add(set, uri, root)) < 0)
			return r;
		resource = map_get(&set->resources, uri);
	}
	*ret_resource = resource;
	return 0;
}

/* The child whose bytes hold those of `node`. */
static const struct json *child_towards(const struct json *parent, const struct json *node, size_t *ret_index)
{
	size_t index = 0;

	json_each(child, parent) {
		if (child == node ||
		    (child->type >= JSON_ARRAY && child->at <= node->at && node->end <= child->end)) {
			*ret_index = index;
			return child;
		}
		index++;
	}
	return NULL;
}

/*
 * Trees have no way up, but every node knows its bytes: from the root the way
 * down is the child that holds them. A node that was made has none; then it is
 * taken to stand in the root's resource, at no known location.
 */
int registry_place(struct schema_set *set, struct str base, const struct json *node,
                   struct target *ret_target)
{
	struct target target = { 0 };
	struct buf location;
	size_t index;
	int r = registry_find(set, str_sub(base, 0, str_find(base, '#')), &target.resource);

	if (r < 0)
		return r;
	buf_init(&location, set->arena, LOCATION_MAX);
	for (const struct json *at = target.resource->root; at && at != node;) {
		const struct json *child = child_towards(at, node, &index);
		struct schema_resource *inner = child ? registry_resource(set, child) : NULL;

		if (child && at->type == JSON_OBJECT)
			json_pointer_add(&location, child->name);
		else if (child)
			buf_printf(&location, "/%zu", index);
		if (inner && child != node)
			target.resource = inner;
		at = child;
	}
	if (location.failed)
		return STATUTE_ENOMEM;
	target.node = node;
	target.location = buf_str(&location);
	*ret_target = target;
	return 0;
}

/* Follows a pointer from the root of a resource; what it crosses may be other resources. */
static int follow_pointer(struct schema_set *set, struct str pointer, struct target *target)
{
	struct schema_resource *resource = target->resource;
	const struct json *node = resource->root;
	struct buf location;

	buf_init(&location, set->arena, LOCATION_MAX);
	buf_add(&location, resource->location);
	for (size_t at = 0; node && at < pointer.len;) {
		struct str token = str_sub(pointer, at,
		                           str_find(str_sub(pointer, at + 1, SIZE_MAX), '/') + 1);
		struct schema_resource *inner;

		node = json_pointer_get((struct json *)(uintptr_t)node, token);
		buf_add(&location, token);
		at += token.len;
		inner = node && at < pointer.len ? registry_resource(set, node) : NULL;
		if (inner)
			target->resource = inner;
	}
	if (location.failed)
		return STATUTE_ENOMEM;
	target->node = node;
	target->location = buf_str(&location);
	return node ? 0 : STATUTE_ENOTFOUND;
}

static int follow_anchor(struct str name, struct target *target)
{
	const struct anchor *anchor = map_get(&target->resource->anchors, name);

	if (!anchor)
		return STATUTE_ENOTFOUND;
	target->node = anchor->node;
	target->location = anchor->location;
	target->anchor = name;
	target->is_dynamic = anchor->is_dynamic;
	return 0;
}

int registry_resolve(struct schema_set *set, const struct schema_resource *resource, struct str reference,
                     struct target *ret_target)
{
	size_t hash = str_find(reference, '#');
	struct str uri = str_sub(reference, 0, hash), fragment;
	struct target target = { .resource = (struct schema_resource *)(uintptr_t)resource };
	int r = 0;

	fragment = uri_decode(set->arena, str_sub(reference, hash + 1, SIZE_MAX), false);
	if (uri.len) {
		uri = uri_resolve(set->arena, resource->uri, uri);
		r = uri.at ? registry_find(set, uri, &target.resource) : STATUTE_ENOMEM;
	}
	if (hash + 1 < reference.len && !fragment.at)
		return STATUTE_ENOMEM;
	if (r == 0)
		r = !fragment.len || fragment.at[0] == '/' ? follow_pointer(set, fragment, &target)
		                                           : follow_anchor(fragment, &target);
	if (r == 0)
		*ret_target = target;
	return r;
}
