/*
 * One operation of a bound path: what it takes, what it returns, its filters, how
 * its list is wrapped. See binder.h.
 */
#include "openapi/binder.h"

static bool is_patch_type(const struct media *media)
{
	return str_eq_nocase(media->type.subtype, S("merge-patch+json")) ||
	       str_eq_nocase(media->type.subtype, S("json-patch+json"));
}

const struct schema *bind_body_schema(const struct operation *operation)
{
	const struct request_body *body = operation ? operation->body : NULL;

	for (size_t i = 0; body && i < body->media_count; i++)
		if (body->media[i].is_json && !is_patch_type(&body->media[i]) && body->media[i].schema)
			return body->media[i].schema;
	return NULL;
}

static const struct documented_response *response_of(const struct operation *operation, int status)
{
	for (size_t i = 0; operation && i < operation->response_count; i++)
		if (operation->responses[i].status == status)
			return &operation->responses[i];
	return NULL;
}

bool bind_documents(const struct operation *operation, int status)
{
	return response_of(operation, status) != NULL;
}

const struct schema *bind_response_schema(const struct operation *operation, int status)
{
	const struct documented_response *response = response_of(operation, status);

	for (size_t i = 0; response && i < response->media_count; i++)
		if (response->media[i].is_json && response->media[i].schema)
			return response->media[i].schema;
	return NULL;
}

static void find_content(struct bound_operation *bound)
{
	const struct request_body *body = bound->operation->body;

	for (size_t i = 0; body && i < body->media_count; i++) {
		const struct media *media = &body->media[i];

		if (str_eq_nocase(media->type.subtype, S("merge-patch+json")))
			bound->takes_merge_patch = true;
		else if (str_eq_nocase(media->type.subtype, S("json-patch+json")))
			bound->takes_json_patch = true;
		else
			bound->takes_json |= media->is_json || str_find(media->name, '*') < media->name.len;
		if (!bound->body && media->schema && media->is_json &&
		    !str_eq_nocase(media->type.subtype, S("json-patch+json")))
			bound->body = media->schema;
	}
}

static bool is_in_query(const struct parameter *parameter, struct str name)
{
	return parameter->in == IN_QUERY && str_eq(parameter->name, name);
}

int bind_filters(struct binder *binder, struct bound_operation *bound)
{
	const struct operation *operation = bound->operation;
	struct resource *resource = bound->resource;

	bound->filters = arena_array(binder->arena, operation->parameter_count, sizeof(*bound->filters));
	if (!bound->filters)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < operation->parameter_count; i++) {
		const struct parameter *parameter = &operation->parameters[i];
		size_t member;

		if (is_in_query(parameter, S("sort"))) {
			bound->sort = (int)i;
		} else if (is_in_query(parameter, S("limit"))) {
			int64_t max;

			bound->limit = (int)i;
			if (json_to_i64(json_get(schema_node(parameter->schema), S("maximum")), &max) &&
			    max > 0 && max <= UINT32_MAX)
				bound->limit_max = (uint32_t)max;
		} else if (is_in_query(parameter, S("cursor"))) {
			bound->cursor = (int)i;
		} else if (parameter->in == IN_QUERY &&
		           bind_member_find(resource, parameter->name, &member)) {
			bound->filters[bound->filter_count++] = (struct binding_filter){ .parameter = i,
				                                                         .member = member };
			if (member != STORE_MEMBER_ID)
				resource->collection.members[member].is_indexed = true;
		} else if (parameter->in == IN_QUERY && schema_member(resource->schema, parameter->name)) {
			issues_warn(binder->issues, parameter->at, NULL,
			            "'%.*s' filters nothing: the member is not one text, number or boolean "
			            "that clients may see",
			            STR_ARG(parameter->name));
		}
	}
	return 0;
}

static bool is_one_of(struct str name, const char *const *names)
{
	for (; *names; names++)
		if (str_eq(name, str_from(*names)))
			return true;
	return false;
}

/* An array, or an object whose one array member takes the rows. */
static void find_list_shape(struct bound_operation *bound)
{
	static const char *const total[] = { "total", "totalCount", "total_count", "count", NULL };
	static const char *const cursor[] = { "cursor", "nextCursor", "next_cursor", NULL };
	static const char *const prev[] = { "prev", "previous", NULL };
	const struct schema *schema = bind_response_schema(bound->operation, 200);
	const struct schema_member *members;
	size_t count = schema_members(schema, &members), arrays = 0;

	for (size_t i = 0; i < count; i++) {
		struct str name = members[i].name;

		if (members[i].types & SCHEMA_TYPE_ARRAY && members[i].types != SCHEMA_TYPE_ANY) {
			bound->list.items = name;
			arrays++;
		} else if (str_eq(name, S("next"))) {
			bound->list.next = name;
		} else if (str_eq(name, S("limit"))) {
			bound->list.limit = name;
		} else if (is_one_of(name, prev)) {
			bound->list.prev = name;
		} else if (is_one_of(name, total)) {
			bound->list.total = name;
		} else if (is_one_of(name, cursor)) {
			bound->list.cursor = name;
		}
	}
	if (arrays != 1)
		bound->list = (struct list_shape){ 0 };
}

static bool has_empty_answer(const struct operation *operation)
{
	return bind_documents(operation, 204) || bind_documents(operation, 205);
}

/* Does an unsafe method's success carry the resource? The document says; where it is silent, it does. */
static bool returns_content(const struct operation *operation)
{
	switch (operation->method) {
	case METHOD_POST:
		return !has_empty_answer(operation) || bind_documents(operation, 201) ||
		       bind_documents(operation, 200);
	case METHOD_DELETE: return bind_response_schema(operation, 200) && !bind_documents(operation, 204);
	default: return bind_documents(operation, 200) || !has_empty_answer(operation);
	}
}

static const char *reason_unbound(const struct place *place, enum method method)
{
	switch (place->kind) {
	case BINDING_NONE: return place->why_not;
	case BINDING_FEED:
	case BINDING_UNSUPPORTED:
	case BINDING_REDIRECT:
	case BINDING_GONE:
	case BINDING_LEGAL:
	case BINDING_CHOICES:
	case BINDING_BATCH:
	case BINDING_JOB:
	case BINDING_JOB_MONITOR:
	case BINDING_JOB_RESULT:
	case BINDING_FILES:
	case BINDING_UPLOAD: return NULL; /* no place is of such a kind: see special.c */
	case BINDING_COLLECTION:
		return method == METHOD_GET || method == METHOD_HEAD || method == METHOD_POST ||
		                       method == METHOD_OPTIONS
		               ? NULL
		               : "a collection takes GET and POST";
	case BINDING_ITEM:
		return method == METHOD_POST || method == METHOD_QUERY
		               ? "an item takes GET, PUT, PATCH and DELETE"
		               : NULL;
	case BINDING_SINGLETON:
		return method == METHOD_POST || method == METHOD_DELETE || method == METHOD_QUERY
		               ? "a singleton takes GET, PUT and PATCH"
		               : NULL;
	}
	return NULL;
}

/* A body that is no JSON cannot be stored, nor a patch that is none of the two known ones. */
static const char *reason_content(const struct bound_operation *bound)
{
	if (!bound->operation->body || !bound->operation->body->media_count)
		return bound->operation->method == METHOD_PUT || bound->operation->method == METHOD_PATCH
		               ? "it declares no JSON content to take"
		               : NULL;
	if (bound->operation->method == METHOD_PATCH)
		return bound->takes_merge_patch || bound->takes_json_patch || bound->takes_json
		               ? NULL
		               : "PATCH takes application/merge-patch+json or application/json-patch+json";
	return bound->takes_json ? NULL : "it takes no JSON";
}

static void set_unbound(struct bound_operation *bound, const char *why_not)
{
	bound->kind = BINDING_NONE;
	bound->why_not = str_from(why_not);
}

int bind_operation(struct binder *binder, const struct place *place, const struct operation *operation,
                   struct bound_operation *bound)
{
	const char *why_not = reason_unbound(place, operation->method);
	int r;

	*bound = (struct bound_operation){
		.operation = operation,
		.kind = place->kind,
		.resource = place->resource,
		.scopes = place->scopes,
		.scope_count = place->scope_count,
		.id_parameter = place->item->parameter_count ? place->item->parameter_count - 1 : 0,
		.sort = BINDING_NOT,
		.limit = BINDING_NOT,
		.cursor = BINDING_NOT,
		.creates = operation->method == METHOD_PUT && place->kind == BINDING_ITEM &&
		           bind_documents(operation, 201),
		.returns_content = returns_content(operation),
		.deprecation = place->deprecation,
	};
	if ((r = bind_deprecation(binder, place->item, operation->extension, &bound->deprecation)) < 0 ||
	    (r = bind_security(binder, operation, bound)) < 0 || (r = bind_operation_extension(binder, operation)) < 0)
		return r;
	find_content(bound);
	bind_idempotency(binder, operation, bound);
	if ((r = bind_operation_keys(binder, bound)) < 0)
		return r;
	if ((r = special_bind(binder, place, bound)) < 0)
		return r;
	if (bound->special.special)
		return (r = bind_see_other(binder, bound)) < 0 ? r : bind_representations(binder, bound);
	if (!why_not)
		why_not = reason_content(bound);
	if (why_not)
		set_unbound(bound, why_not);
	if ((r = bind_see_other(binder, bound)) < 0 || (r = bind_representations(binder, bound)) < 0)
		return r;
	if (bound->kind != BINDING_COLLECTION || operation->method != METHOD_GET)
		return 0;
	find_list_shape(bound);
	return bind_filters(binder, bound);
}
