/*
 * Binds the paths of a document: see bind.h.
 *
 * Paths first, then resources, then operations. A path that ends in a literal and
 * has "/{parameter}" below it is a collection, what is below it an item; a nested
 * path that ends in the name of a collection is that collection, scoped by its
 * parents; a lone path with GET and PUT or PATCH is a singleton. Everything else
 * is left unbound with the reason, and answered with 501.
 */
#include "openapi/binder.h"

/* NULL for the root path, whose one segment is empty. */
static struct path_segment *last_segment(const struct path_item *item)
{
	struct path_segment *last = &item->segments[item->segment_count - 1];

	return item->segment_count == 1 && !last->parameter.at && !last->literal.len ? NULL : last;
}

static bool is_parameter(const struct path_segment *segment)
{
	return segment && segment->parameter.at;
}

/* A parameter that is a whole segment; only such a one names an item. */
static bool is_whole_parameter(const struct path_segment *segment)
{
	return is_parameter(segment) && !segment->prefix.len && !segment->suffix.len;
}

/* "/users/{}" for the first `segments` of a template; {NULL, 0} without memory. */
static struct str norm_of(struct arena *arena, const struct path_item *item, size_t segments)
{
	struct buf buf;

	buf_init(&buf, arena, 1 << 16);
	for (size_t i = 0; i < segments; i++) {
		const struct path_segment *segment = &item->segments[i];

		buf_add_char(&buf, '/');
		if (is_parameter(segment)) {
			buf_add(&buf, segment->prefix);
			buf_lit(&buf, "{}");
			buf_add(&buf, segment->suffix);
		} else {
			buf_add(&buf, segment->literal);
		}
	}
	buf_lit(&buf, "");
	if (!segments)
		buf_add_char(&buf, '/');
	return buf_whole(&buf);
}

static struct place *place_at(const struct binder *binder, const struct path_item *item, size_t segments)
{
	struct str norm = norm_of(binder->arena, item, segments);

	return norm.at ? map_get(&binder->by_norm, norm) : NULL;
}

static bool has_item_below(const struct binder *binder, const struct place *place)
{
	struct str norm = str_printf(binder->arena, "%.*s/{}", STR_ARG(place->norm));
	const struct place *below = norm.at ? map_get(&binder->by_norm, norm) : NULL;

	return below && !special_is_on(below->item->extension);
}

/* The resource of a name, made where it is missing; NULL without memory. */
static struct resource *resource_named(struct binder *binder, struct str name, const struct path_item *item)
{
	struct resource *resource = map_get(&binder->by_name, name);
	void **slot;

	if (resource)
		return resource;
	slot = map_put(&binder->by_name, name);
	resource = arena_new(binder->arena, struct resource);
	if (!slot || !resource)
		return NULL;
	*slot = resource;
	resource->collection.name = name;
	resource->collection.at = item->at;
	resource->path = item->template_text;
	resource->singular = bind_singular(binder->arena, name);
	return resource;
}

/* Its literals joined by '_', for a second collection whose last literal is taken: "admin_users". */
static struct str long_name(struct binder *binder, const struct path_item *item)
{
	struct buf buf;

	buf_init(&buf, binder->arena, 1 << 16);
	for (size_t i = 0; i < item->segment_count; i++) {
		if (is_parameter(&item->segments[i]))
			continue;
		if (buf.len)
			buf_add_char(&buf, '_');
		buf_add(&buf, item->segments[i].literal);
	}
	return buf_whole(&buf);
}

static int make_collection(struct binder *binder, struct place *place, bool is_nested)
{
	struct str name = bind_extension_collection(place->item);

	if (!name.at) {
		name = last_segment(place->item)->literal;
		if (!is_nested && map_get(&binder->by_name, name))
			name = long_name(binder, place->item);
	}
	place->kind = BINDING_COLLECTION;
	place->resource = name.at ? resource_named(binder, name, place->item) : NULL;
	return place->resource ? 0 : STATUTE_ENOMEM;
}

/* Does the path look like a collection, whatever x-statute says? */
static bool looks_like_collection(const struct binder *binder, const struct place *place)
{
	return has_item_below(binder, place) ||
	       (place->item->parameter_count && map_get(&binder->by_name, last_segment(place->item)->literal));
}

/*
 * Collections at the top first, so that nested paths find them by name; and before those that only say that they
 * are one ("/checkout": `collection: orders`), so that a collection has its own path.
 */
static int find_collections(struct binder *binder, bool nested, bool asked)
{
	for (size_t i = 0; i < binder->count; i++) {
		struct place *place = &binder->places[i];
		struct path_segment *last = last_segment(place->item);
		bool is_nested = place->item->parameter_count > 0;
		int r;

		if (!last || is_parameter(last) || is_nested != nested || special_is_on(place->item->extension) ||
		    place->kind != BINDING_NONE)
			continue;
		if (asked ? !bind_extension_collection(place->item).at : !looks_like_collection(binder, place))
			continue;
		if ((r = make_collection(binder, place, is_nested)) < 0)
			return r;
	}
	return 0;
}

static void find_items(struct binder *binder)
{
	for (size_t i = 0; i < binder->count; i++) {
		struct place *place = &binder->places[i];
		struct place *above;

		if (!is_whole_parameter(last_segment(place->item)) || special_is_on(place->item->extension))
			continue;
		above = place_at(binder, place->item, place->item->segment_count - 1);
		if (!above || above->kind != BINDING_COLLECTION)
			continue;
		place->kind = BINDING_ITEM;
		place->resource = above->resource;
		if (!place->resource->item || place->item->parameter_count == 1)
			place->resource->item = place->item;
	}
}

/* A single thing that clients read and none of them writes must say so: it might be anything else. */
static bool is_asked_singleton(const struct path_item *item)
{
	return json_is_true(json_get(item->extension, S("singleton")));
}

static int find_singletons(struct binder *binder)
{
	for (size_t i = 0; i < binder->count; i++) {
		struct place *place = &binder->places[i];
		struct operation **operations = place->item->operations;
		struct str name;

		if (place->kind != BINDING_NONE || special_is_on(place->item->extension))
			continue;
		if (place->item->parameter_count || !last_segment(place->item) || !operations[METHOD_GET] ||
		    !(operations[METHOD_PUT] || operations[METHOD_PATCH] || is_asked_singleton(place->item)))
			continue;
		name = long_name(binder, place->item);
		if (!name.at || !(place->resource = resource_named(binder, name, place->item)))
			return STATUTE_ENOMEM;
		place->kind = BINDING_SINGLETON;
		place->resource->collection.is_singleton = true;
	}
	return 0;
}

static const char *reason_unbound(const struct place *place)
{
	struct path_segment *last = last_segment(place->item);

	if (!last)
		return "the root path is neither a collection nor an item";
	if (is_parameter(last))
		return is_whole_parameter(last) ? "the path above it is no collection of this document"
		                                : "only a parameter that is a whole segment names an item";
	if (place->item->parameter_count)
		return "it has no item path below it and no collection has its name";
	return "it has no item path below it, and not both GET and PUT or PATCH";
}

/* The member of a nested resource that holds its parent's id. */
static size_t scope_member(struct binder *binder, struct resource *resource, const struct resource *parent,
                           struct str parameter)
{
	struct str names[3] = {
		parameter,
		str_printf(binder->arena, "%.*sId", STR_ARG(parent->singular)),
		str_printf(binder->arena, "%.*s_id", STR_ARG(parent->singular)),
	};
	size_t member;

	for (size_t i = 0; i < 3; i++)
		if (bind_member_find(resource, names[i], &member) && member != STORE_MEMBER_ID)
			return member;
	return bind_member_add(binder, resource,
	                       str_eq(parameter, resource->collection.id_name) ? names[1] : parameter,
	                       parent->collection.id_kind == STORE_ID_INTEGER ? STORE_INTEGER : STORE_TEXT);
}

/* A place under "/users/{userId}" is scoped by it: one scope a parameter before the collection's own segment. */
static int find_scopes(struct binder *binder, struct place *place)
{
	const struct path_item *item = place->item;
	size_t end = item->segment_count - (place->kind == BINDING_ITEM ? 2 : 1);
	size_t parameter = 0;

	if (!item->parameter_count || item->segment_count < 2 || place->kind == BINDING_NONE)
		return 0;
	place->scopes = arena_array(binder->arena, item->parameter_count, sizeof(*place->scopes));
	if (!place->scopes)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < end; i++) {
		struct place *parent;
		struct binding_scope *scope;

		if (!is_parameter(&item->segments[i]))
			continue;
		parent = place_at(binder, item, i + 1);
		if (!parent || parent->kind != BINDING_ITEM) {
			place->kind = BINDING_NONE;
			place->why_not = "a parent in its path is no item of this document";
			return 0;
		}
		scope = &place->scopes[place->scope_count++];
		scope->parameter = parameter++;
		scope->parent = parent->resource;
		scope->member = scope_member(binder, place->resource, parent->resource,
		                             item->segments[i].parameter);
		if (scope->member == SIZE_MAX)
			return STATUTE_ENOMEM;
		place->resource->collection.members[scope->member].is_indexed = true;
	}
	return 0;
}

static int list_places(struct binder *binder)
{
	struct document *document = binder->document;

	binder->count = document->path_count;
	binder->places = arena_array(binder->arena, binder->count, sizeof(*binder->places));
	if (!binder->places)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < binder->count; i++) {
		struct place *place = &binder->places[i];
		void **slot;

		place->item = document->paths[i];
		place->norm = norm_of(binder->arena, place->item, place->item->segment_count);
		if (!place->norm.at || !(slot = map_put(&binder->by_norm, place->norm)))
			return STATUTE_ENOMEM;
		*slot = place;
	}
	return 0;
}

static int classify(struct binder *binder)
{
	int r;

	if ((r = list_places(binder)) < 0 || (r = find_collections(binder, false, false)) < 0 ||
	    (r = find_collections(binder, false, true)) < 0 || (r = find_collections(binder, true, false)) < 0 ||
	    (r = find_collections(binder, true, true)) < 0)
		return r;
	find_items(binder);
	if ((r = find_singletons(binder)) < 0)
		return r;
	for (size_t i = 0; i < binder->count; i++)
		if (binder->places[i].kind == BINDING_NONE)
			binder->places[i].why_not = reason_unbound(&binder->places[i]);
	return 0;
}

/* Of two places of one resource: its own path tells more of it than one that only makes rows of it. */
static bool tells_more(const struct resource *resource, const struct place *place, const struct place *other)
{
	if (place->item->parameter_count == other->item->parameter_count)
		return str_eq(place->item->template_text, resource->path);
	return place->item->parameter_count < other->item->parameter_count;
}

/* The places that describe a resource best: those with the fewest parameters. */
static struct resource_places places_of(const struct binder *binder, const struct resource *resource)
{
	struct resource_places found = { 0 };

	for (size_t i = 0; i < binder->count; i++) {
		struct place *place = &binder->places[i];
		struct place **slot = place->kind == BINDING_COLLECTION ? &found.collection
		                      : place->kind == BINDING_ITEM     ? &found.item
		                                                        : &found.singleton;

		if (place->resource != resource || place->kind == BINDING_NONE)
			continue;
		if (!*slot || tells_more(resource, place, *slot))
			*slot = place;
	}
	return found;
}

static int list_resources(struct binder *binder)
{
	struct api *api = binder->api;
	size_t count = binder->by_name.count;
	struct collection **collections = arena_array(binder->arena, count, sizeof(*collections));

	api->resources = arena_array(binder->arena, count, sizeof(*api->resources));
	if (!collections || !api->resources)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		api->resources[i] = binder->by_name.entries[i].value;
		api->resources[i]->collection.index = i;
		collections[i] = &api->resources[i]->collection;
	}
	api->resource_count = count;
	api->spec = (struct store_spec){ .collections = collections, .count = count };
	return 0;
}

/* Members first, then scopes (which may add one), then what x-statute says of them. */
static int bind_resources(struct binder *binder)
{
	int r;

	for (size_t i = 0; i < binder->api->resource_count; i++) {
		struct resource *resource = binder->api->resources[i];
		struct resource_places places = places_of(binder, resource);

		if ((r = bind_resource(binder, resource, &places)) < 0)
			return r;
	}
	for (size_t i = 0; i < binder->count; i++)
		if ((r = find_scopes(binder, &binder->places[i])) < 0)
			return r;
	for (size_t i = 0; i < binder->count; i++) {
		struct place *place = &binder->places[i];

		if ((r = bind_extension(binder, place->resource, place->item->extension)) < 0)
			return r;
	}
	bind_canonicals(binder);
	return bind_owners(binder);
}

static int add_allow(struct binder *binder, struct bound_path *path)
{
	struct buf buf;

	buf_init(&buf, binder->arena, 256);
	for (enum method method = METHOD_UNKNOWN; method < METHOD_COUNT; method++) {
		if (!path->operations[method])
			continue;
		buf_add(&buf, method_name(method));
		buf_lit(&buf, ", ");
	}
	buf_lit(&buf, "OPTIONS");
	path->allow = buf_str(&buf);
	return buf.failed ? STATUTE_ENOMEM : 0;
}

/* "application/json, application/merge-patch+json": for Accept-Post, Accept-Patch, Accept. */
static int add_accepts(struct binder *binder, struct bound_path *path, enum method method,
                       struct str *ret_list)
{
	const struct operation *operation = path->item->operations[method];
	struct buf buf;

	if (!operation || !operation->body)
		return 0;
	buf_init(&buf, binder->arena, 1 << 16);
	for (size_t i = 0; i < operation->body->media_count; i++) {
		if (i)
			buf_lit(&buf, ", ");
		buf_add(&buf, operation->body->media[i].name);
	}
	*ret_list = buf_str(&buf);
	return buf.failed ? STATUTE_ENOMEM : 0;
}

static int bind_path(struct binder *binder, struct place *place, struct bound_path *path)
{
	int r;

	path->item = place->item;
	bind_check_roles(binder, place->item, place->resource);
	if ((r = special_read(binder, place->item, place->item->extension, &place->special)) < 0)
		return r;
	if ((r = bind_deprecation(binder, place->item, place->item->extension, &place->deprecation)) < 0)
		return r;
	if ((r = bind_path_limits(binder, path)) < 0 || (r = bind_otherwise(binder, place, path)) < 0)
		return r;
	for (enum method method = METHOD_UNKNOWN; method < METHOD_COUNT; method++) {
		if (!place->item->operations[method])
			continue;
		path->operations[method] = arena_new(binder->arena, struct bound_operation);
		if (!path->operations[method])
			return STATUTE_ENOMEM;
		r = bind_operation(binder, place, place->item->operations[method], path->operations[method]);
		if (r < 0 || (r = bind_operation_limits(binder, path, path->operations[method])) < 0)
			return r;
		if (place->resource && (path->operations[method]->creates || place->resource->client_makes_id))
			place->resource->collection.ids_come_again = true;
		bind_check_owner(binder, path->operations[method]);
		bind_facts(binder->api, path->operations[method]);
		binder->api->implements[method] = true;
	}
	if (path->operations[METHOD_GET] && !path->operations[METHOD_HEAD]) {
		struct bound_operation *head = arena_new(binder->arena, struct bound_operation);

		if (!head)
			return STATUTE_ENOMEM;
		*head = *path->operations[METHOD_GET];
		statute_facts_set_method(&head->fixed, "HEAD");
		path->operations[METHOD_HEAD] = head;
	}
	if ((r = add_allow(binder, path)) < 0 ||
	    (r = add_accepts(binder, path, METHOD_POST, &path->accept_post)) < 0 ||
	    (r = add_accepts(binder, path, METHOD_PATCH, &path->accept_patch)) < 0)
		return r;
	if ((r = add_accepts(binder, path, METHOD_PUT, &path->accept_put)) < 0)
		return r;
	return bind_path_cors(binder, path);
}

static int bind_operations(struct binder *binder)
{
	struct api *api = binder->api;
	int r;

	api->paths = arena_array(binder->arena, binder->count, sizeof(*api->paths));
	if (!api->paths)
		return STATUTE_ENOMEM;
	api->path_count = binder->count;
	for (size_t i = 0; i < binder->count; i++)
		if ((r = bind_path(binder, &binder->places[i], &api->paths[binder->places[i].item->index])) <
		    0)
			return r;
	return 0;
}

int bind_document(struct document *document, struct api **ret_api)
{
	struct binder binder = { .document = document,
		                 .issues = &document->issues,
		                 .arena = document->arena };
	int r;

	binder.api = arena_new(binder.arena, struct api);
	if (!binder.api)
		return STATUTE_ENOMEM;
	binder.api->document = document;
	map_init(&binder.by_norm, binder.arena);
	map_init(&binder.by_name, binder.arena);
	for (enum method method = METHOD_GET; method <= METHOD_QUERY; method++)
		binder.api->implements[method] = true;
	if ((r = router_new(document, &binder.api->router)) < 0 || (r = bind_root_extension(&binder)) < 0 ||
	    (r = bind_security_schemes(&binder)) < 0 ||
	    (r = classify(&binder)) < 0 || (r = list_resources(&binder)) < 0 ||
	    (r = bind_resources(&binder)) < 0 || (r = bind_security_rows(&binder)) < 0 ||
	    (r = bind_operations(&binder)) < 0 || (r = bind_jobs(&binder)) < 0)
		return r;
	if (document->arena->failed) /* then a part of what was bound may be missing */
		return STATUTE_ENOMEM;
	if (document->issues.errors)
		return STATUTE_EDOCUMENT;
	*ret_api = binder.api;
	return 0;
}
