/*
 * Finding identifiers in a document (JSON Schema Core, section 8.2): see registry.h.
 *
 * A JSON Schema document is a schema, and schemas stand only where keywords say
 * so: an $id in an enum or under an unknown keyword is no identifier. In an
 * OpenAPI document schemas stand at many places; there every object is searched,
 * but for what holds values of the owner's: examples, defaults, enums, extensions.
 */
#include "schema/scan.h"

#include "json/pointer.h"
#include "message/uri.h"

enum { LOCATION_MAX = 64 * 1024 };

/* What a node is taken for. */
enum kind { KIND_SCHEMA, KIND_SCHEMA_LIST, KIND_SCHEMA_MAP, KIND_VALUE };

struct scan {
	struct schema_set *set;
	struct buf location; /* of the node that is looked at */
	bool is_open;        /* schemas stand anywhere */
};

static int visit(struct scan *scan, const struct json *node, enum kind kind,
                 struct schema_resource *resource);

static struct str without_fragment(struct str uri)
{
	return str_sub(uri, 0, str_find(uri, '#'));
}

static int put(struct map *map, struct str key, void *value)
{
	void **place = map_put(map, key);

	if (!place)
		return STATUTE_ENOMEM;
	if (!*place)
		*place = value; /* the first of two equal identifiers counts */
	return 0;
}

int scan_resource_new(struct schema_set *set, struct str uri, const struct json *root,
                      struct schema_resource *parent, struct str location,
                      struct schema_resource **ret_resource)
{
	struct schema_resource *resource = arena_new(set->arena, struct schema_resource);

	if (!resource)
		return STATUTE_ENOMEM;
	resource->uri = str_dup(set->arena, without_fragment(uri));
	resource->location = str_dup(set->arena, location);
	if (!resource->uri.at || !resource->location.at)
		return STATUTE_ENOMEM;
	resource->root = root;
	resource->parent = parent;
	map_init(&resource->anchors, set->arena);
	if (put(&set->resources, resource->uri, resource) < 0 ||
	    put(&set->roots, registry_key(&resource->root), resource) < 0)
		return STATUTE_ENOMEM;
	*ret_resource = resource;
	return 0;
}

static int add_anchor(struct scan *scan, const struct json *node, struct str name, bool is_dynamic,
                      struct schema_resource *resource)
{
	struct anchor *anchor;

	if (!name.at)
		return 0;
	if (!(anchor = arena_new(scan->set->arena, struct anchor)))
		return STATUTE_ENOMEM;
	anchor->node = node;
	anchor->is_dynamic = is_dynamic;
	anchor->location = str_dup(scan->set->arena, buf_str(&scan->location));
	return anchor->location.at ? put(&resource->anchors, name, anchor) : STATUTE_ENOMEM;
}

/* $id, $anchor and $dynamicAnchor of a schema object; *resource becomes its own. */
static int identify(struct scan *scan, const struct json *node, struct schema_resource **resource)
{
	struct schema_set *set = scan->set;
	struct str id = json_get_text(node, S("$id")), uri;
	int r = 0;

	if (id.at && !registry_resource(set, node)) {
		uri = uri_resolve(set->arena, (*resource)->uri, id);
		r = uri.at ? scan_resource_new(set, uri, node, *resource, buf_str(&scan->location), resource)
		           : STATUTE_ENOMEM;
	} else if (id.at) {
		*resource = registry_resource(set, node);
	}
	if (r == 0)
		r = add_anchor(scan, node, json_get_text(node, S("$dynamicAnchor")), true, *resource);
	if (r == 0)
		r = add_anchor(scan, node, json_get_text(node, S("$anchor")), false, *resource);
	return r;
}

/* Visits the members or items of `node`, all taken for the same. */
static int visit_all(struct scan *scan, const struct json *node, enum kind kind,
                     struct schema_resource *resource)
{
	size_t len = scan->location.len, index = 0;
	int r = 0;

	for (const struct json *child = json_first(node); child && r == 0; child = child->next, index++) {
		if (node->type == JSON_OBJECT)
			json_pointer_add(&scan->location, child->name);
		else
			buf_printf(&scan->location, "/%zu", index);
		r = scan->location.failed ? STATUTE_ENOMEM : visit(scan, child, kind, resource);
		scan->location.len = len;
	}
	return r;
}

/* What the value of an OpenAPI member is, which is no keyword. */
static enum kind kind_of_open(struct str name)
{
	static const struct str maps[] = {
		STR_INIT("schemas"), STR_INIT("responses"), STR_INIT("parameters"),    STR_INIT("headers"),
		STR_INIT("content"), STR_INIT("callbacks"), STR_INIT("requestBodies"), STR_INIT("pathItems"),
		STR_INIT("paths"),   STR_INIT("webhooks"),  STR_INIT("encoding"),
	};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		if (str_eq(name, maps[i]))
			return KIND_SCHEMA_MAP;
	if (str_eq(name, S("example")) || str_starts(name, S("x-")))
		return KIND_VALUE;
	return KIND_SCHEMA;
}

static enum kind kind_of(const struct scan *scan, struct str name)
{
	const struct keyword_row *row = map_get(&scan->set->keywords, name);

	if (!row)
		return scan->is_open ? kind_of_open(name) : KIND_VALUE;
	switch (row->shape) {
	case SHAPE_SCHEMA: return KIND_SCHEMA;
	case SHAPE_SCHEMA_LIST: return KIND_SCHEMA_LIST;
	case SHAPE_SCHEMA_MAP:
	case SHAPE_PATTERN_MAP:
	case SHAPE_DEPENDENCY_MAP: return KIND_SCHEMA_MAP;
	default: return KIND_VALUE;
	}
}

static int visit_object(struct scan *scan, const struct json *node, struct schema_resource *resource)
{
	size_t len = scan->location.len;
	int r = identify(scan, node, &resource);

	for (const struct json *member = json_first(node); member && r == 0; member = member->next) {
		enum kind kind = kind_of(scan, member->name);

		if (kind == KIND_VALUE || member->type < JSON_ARRAY)
			continue;
		json_pointer_add(&scan->location, member->name);
		r = scan->location.failed ? STATUTE_ENOMEM : visit(scan, member, kind, resource);
		scan->location.len = len;
	}
	return r;
}

/* Recursion is bounded by JSON_DEPTH_MAX: no parsed tree is deeper. */
static int visit(struct scan *scan, const struct json *node, enum kind kind, struct schema_resource *resource)
{
	if (kind == KIND_SCHEMA && node->type == JSON_OBJECT)
		return visit_object(scan, node, resource);
	if (node->type < JSON_ARRAY || (kind == KIND_SCHEMA && !scan->is_open))
		return 0;
	return visit_all(scan, node, KIND_SCHEMA, resource);
}

int scan_document(struct schema_set *set, const struct json *node, struct schema_resource *resource,
                  struct str location)
{
	struct scan scan = { .set = set, .is_open = set->dialect == SCHEMA_OPENAPI_3_1 };

	if (set->dialect == SCHEMA_OPENAPI_3_0)
		return 0; /* it has no identifiers */
	buf_init(&scan.location, set->arena, LOCATION_MAX);
	buf_add(&scan.location, location);
	return scan.location.failed ? STATUTE_ENOMEM : visit(&scan, node, KIND_SCHEMA, resource);
}
