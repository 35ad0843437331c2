/*
 * Who holds a row: the fact LOCKED (G09) of resources with a lock. The holder is named by a member of the
 * row, which clients write as any other: a lock is taken by a change, and given back by one.
 */
#include "resource/resource.h"

static bool is_holder(const struct json *holder, struct str id)
{
	return id.len && str_eq(holder->text, id);
}

/* Null, "" and nothing at all are nobody. */
static const struct json *holder_of(struct exchange *x, const struct resource *resource)
{
	const struct json *holder;
	struct json *value;

	if (resource_parse(x, x->target.row.body, &value) < 0)
		return NULL;
	holder = json_get(value, resource->collection.members[resource->lock->member].name);
	return (json_is(holder, JSON_STRING) || json_is(holder, JSON_NUMBER)) && holder->text.len ? holder
	                                                                                          : NULL;
}

static bool breaks_locks(const struct exchange *x, const struct resource_lock *lock)
{
	for (size_t i = 0; i < lock->breakers.count; i++)
		if (principal_has_role(&x->principal, lock->breakers.names[i]))
			return true;
	return false;
}

void resource_find_lock(struct exchange *x)
{
	const struct resource *resource = x->bound->resource;
	const struct json *holder;

	if (!resource->lock || method_is_safe(x->request.method))
		return;
	if (x->host->settings->ignores_security || x->target.row.state != ROW_LIVE ||
	    breaks_locks(x, resource->lock)) {
		FACT(LOCKED, false);
		return;
	}
	holder = holder_of(x, resource);
	FACT(LOCKED, holder && !is_holder(holder, x->principal.id));
}

int resource_explain_lock(struct exchange *x, struct json *details)
{
	const struct resource *resource = x->bound->resource;
	struct str name = resource->collection.members[resource->lock->member].name;

	x->problem.detail = str_printf(&x->arena, "Somebody else holds the %.*s: see its %.*s.",
	                               STR_ARG(resource->singular), STR_ARG(name));
	return json_set(&x->arena, details, S("field"), json_new_string(&x->arena, name));
}
