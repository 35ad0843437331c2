/*
 * x-statute: {see-other: …} on an operation that writes: once it is done the client is sent on with 303
 * (row L02), to the row itself or to where a template leads.
 */
#include "openapi/binder.h"

#define EXAMPLE "write see-other: true, or see-other: /orders/{id}"

static bool writes(const struct bound_operation *bound)
{
	enum method method = bound->operation->method;

	return bound->resource && bound->kind != BINDING_NONE &&
	       (method == METHOD_POST || method == METHOD_PUT || method == METHOD_PATCH || method == METHOD_DELETE);
}

int bind_see_other(struct binder *binder, struct bound_operation *bound)
{
	const struct json *value = json_get(bound->operation->extension, S("see-other"));
	struct see_other *see_other = value ? arena_new(binder->arena, struct see_other) : NULL;
	bool is_delete = bound->operation->method == METHOD_DELETE;

	if (!value)
		return 0;
	if (!see_other)
		return STATUTE_ENOMEM;
	if (!writes(bound)) {
		issues_add(binder->issues, value->at, "write it at a POST, PUT, PATCH or DELETE of a resource",
		           "x-statute.see-other stands on an operation that writes nothing");
		return 0;
	}
	bound->see_other = see_other;
	if (!json_is_true(value)) /* of a row that was deleted nothing is left to name */
		return target_read(binder, bound->operation->path, is_delete ? NULL : bound->resource, value,
		                   "see-other", &see_other->to);
	if (is_delete)
		issues_add(binder->issues, value->at, "write see-other: /orders",
		           "x-statute.see-other leads to a row that was deleted");
	return 0;
}
