/*
 * x-statute: {feed: COLLECTION} on a path or an operation: GET is the changes of that collection, as
 * server-sent events or over a WebSocket. See struct feed_binding.
 */
#include "openapi/binder.h"

#define EXAMPLE "name the collection: feed: orders"

int feed_binding_read(struct binder *binder, const struct path_item *path, const struct json *value,
                      const void **ret_said)
{
	struct feed_binding *said = arena_new(binder->arena, struct feed_binding);

	(void)path;
	if (!said)
		return STATUTE_ENOMEM;
	if (!json_is(value, JSON_STRING) || !value->text.len)
		bind_issue_type(binder, value, "feed", EXAMPLE);
	said->collection = value;
	*ret_said = said;
	return 0;
}

static struct resource *find_resource(struct binder *binder, const struct json *name)
{
	struct resource *resource = map_get(&binder->by_name, json_text(name));

	if (resource && !resource->collection.is_singleton)
		return resource;
	if (json_text(name).len)
		bind_issue_collection(binder, name);
	return NULL;
}

/* A parameter of the path narrows the feed to the rows that have its value. */
static void bind_path_parameters(struct binder *binder, struct bound_operation *bound)
{
	const struct operation *operation = bound->operation;
	size_t member;

	for (size_t i = 0; i < operation->parameter_count; i++) {
		const struct parameter *parameter = &operation->parameters[i];

		if (parameter->in != IN_PATH)
			continue;
		if (bind_member_find(bound->resource, parameter->name, &member))
			bound->filters[bound->filter_count++] =
				(struct binding_filter){ .parameter = i, .member = member };
		else
			issues_add(binder->issues, parameter->at, "call it like the member that it narrows the feed by",
			           "the path parameter '%.*s' is no scalar member of '%.*s'",
			           STR_ARG(parameter->name), STR_ARG(bound->resource->collection.name));
	}
}

int feed_binding_complete(struct binder *binder, struct bound_operation *bound)
{
	const struct feed_binding *said = bound->special.said;
	int r;

	if (bound->operation->method != METHOD_GET) {
		issues_add(binder->issues, said->collection->at, "put the other methods on another path",
		           "a feed takes GET, and the path has %.*s", STR_ARG(method_name(bound->operation->method)));
		return 0;
	}
	bound->resource = find_resource(binder, said->collection);
	if (!bound->resource)
		return 0;
	bound->resource->collection.is_watched = true;
	if ((r = bind_filters(binder, bound)) < 0)
		return r;
	bind_path_parameters(binder, bound);
	return 0;
}

/* What it is asked for, a stream or a WebSocket, the head of each request says. */
void feed_binding_settle(const struct api *api, struct bound_operation *bound)
{
	static const struct {
		enum statute_fact fact;
		bool is;
	} settled[] = {
		{ STATUTE_FACT_ACCEPT_FITS, true },
		{ STATUTE_FACT_TAKES_CONTENT, false },
		{ STATUTE_FACT_NEEDS_CONTENT, false },
		{ STATUTE_FACT_PARENTS_EXIST, true },
		{ STATUTE_FACT_HAS_NO_ROW, true },
		{ STATUTE_FACT_VISIBLE, true },
		{ STATUTE_FACT_ALLOWED_ON_RESOURCE, true },
		{ STATUTE_FACT_IS_ACTION, false },
		{ STATUTE_FACT_IF_NONE_MATCH_HOLDS, true }, /* a feed has no state of its own that a tag could name */
		{ STATUTE_FACT_HAS_MODIFICATION_DATE, false },
	};

	(void)api;
	for (size_t i = 0; i < sizeof(settled) / sizeof(*settled); i++)
		statute_fact_set(&bound->fixed, settled[i].fact, settled[i].is);
	statute_fact_forget(&bound->fixed, STATUTE_FACT_IS_WEBSOCKET);
}
