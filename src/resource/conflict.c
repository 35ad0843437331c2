/* What an error about a stored resource adds: who stood in the way, and which code that has here. */
#include <string.h>

#include "json/pointer.h"
#include "resource/resource.h"

static int set_text(struct exchange *x, struct json *object, struct str name, struct str text)
{
	return text.at ? json_set(&x->arena, object, name, json_new_string(&x->arena, text)) : 0;
}

static int add_names(struct exchange *x, struct json *details, const struct collection *collection,
                     size_t unique)
{
	const struct store_unique *keys = unique == SIZE_MAX ? NULL : &collection->uniques[unique];
	struct json *fields;
	int r;

	if (!keys || keys->count == 1)
		return set_text(x, details, S("field"),
		                keys ? collection->members[keys->members[0]].name : collection->id_name);
	fields = json_new(&x->arena, JSON_ARRAY);
	for (size_t i = 0; i < keys->count; i++)
		if ((r = json_append(fields, json_new_string(&x->arena,
		                                             collection->members[keys->members[i]].name))) <
		    0)
			return r;
	return json_set(&x->arena, details, S("fields"), fields);
}

static int explain_duplicate(struct exchange *x, struct json *details)
{
	const struct store_conflict *conflict = &x->write.conflict;
	struct str path = !x->sees_undone && resource_is_visible_id(x, x->bound->resource, conflict->id)
	                          ? resource_path_of_id(x, x->bound->resource, conflict->id)
	                          : (struct str){ 0 };
	int r = add_names(x, details, conflict->collection, conflict->unique);

	x->problem.detail = str_printf(&x->arena, "Another %.*s has this value already.",
	                               STR_ARG(x->bound->resource->singular));
	if (r < 0 || !path.at)
		return r;
	return set_text(x, details, S("conflictingResource"), path);
}

static struct str reference_member(const struct collection *collection, size_t reference)
{
	return collection->members[collection->references[reference].member].name;
}

static int add_missing(struct exchange *x, struct str member)
{
	struct buf pointer;

	buf_init(&pointer, &x->arena, 1 << 16);
	json_pointer_add(&pointer, member);
	return resource_error(x, &(struct problem_error){
					 .field = member,
					 .pointer = buf_str(&pointer),
					 .code = S("REFERENCE_NOT_FOUND"),
					 .message = S("Names nothing that exists"),
					 .value = json_get(change_of(x)->after, member),
				 });
}

/* The details name the first one; the errors are about each. */
static int explain_reference(struct exchange *x, struct json *details)
{
	const struct store_conflict *conflict = &x->write.conflict;
	const struct collection *collection = &x->bound->resource->collection;
	struct str first = reference_member(collection, conflict->reference);
	int r;

	if ((r = set_text(x, details, S("field"), first)) < 0 ||
	    (r = set_text(x, details, S("collection"), conflict->collection->name)) < 0)
		return r;
	x->problem.detail = str_printf(&x->arena, "%.*s names no row of %.*s.", STR_ARG(first),
	                               STR_ARG(conflict->collection->name));
	for (size_t i = 0; i < collection->reference_count; i++)
		if (conflict->missing >> i & 1 && (r = add_missing(x, reference_member(collection, i))) < 0)
			return r;
	return 0;
}

static int explain_in_use(struct exchange *x, struct json *details)
{
	const struct store_conflict *conflict = &x->write.conflict;
	const struct collection *other = conflict->collection;
	int r;

	if ((r = set_text(x, details, S("collection"), other->name)) < 0 ||
	    (r = set_text(x, details, S("field"),
	                  other->members[other->references[conflict->reference].member].name)) < 0)
		return r;
	x->problem.detail = str_printf(&x->arena, "The %.*s is still referred to by %.*s.",
	                               STR_ARG(x->bound->resource->singular), STR_ARG(other->name));
	if (x->sees_undone || !resource_is_visible_id(x, x->host->api->resources[other->index], conflict->id))
		return 0;
	return set_text(x, details, S("id"), conflict->id);
}

static int explain_transition(struct exchange *x, struct json *details)
{
	const struct change *change = change_of(x);
	struct json *allowed = json_get(change->blamed, change->blamed_from);
	int r;

	if ((r = set_text(x, details, S("field"), change->blamed->name)) < 0 ||
	    (r = set_text(x, details, S("from"), change->blamed_from)) < 0 ||
	    (r = set_text(x, details, S("to"), change->blamed_to)) < 0)
		return r;
	x->problem.detail = str_printf(&x->arena, "%.*s cannot go from %.*s to %.*s.",
	                               STR_ARG(change->blamed->name), STR_ARG(change->blamed_from),
	                               STR_ARG(change->blamed_to));
	return json_set(&x->arena, details, S("allowed"),
	                allowed ? json_copy(&x->arena, allowed) : json_new(&x->arena, JSON_ARRAY));
}

static int explain_version(struct exchange *x, struct json *details)
{
	const struct json *sent = json_get(x->body, x->bound->resource->version_member);
	int r = 0;

	if (!x->sees_undone)
		r = json_set(&x->arena, details, S("currentVersion"),
		             json_new_int(&x->arena, x->target.row.version));
	if (r < 0 || !sent)
		return r;
	return json_set(&x->arena, details, S("yourVersion"), json_copy(&x->arena, sent));
}

/* "The order breaks 2 rules." */
static int explain_validation(struct exchange *x, struct json *details)
{
	size_t count = x->problem.error_count;

	(void)details;
	x->problem.detail = str_printf(&x->arena, "The %.*s breaks %zu rule%s.",
	                               STR_ARG(x->bound->resource->singular), count, count == 1 ? "" : "s");
	return 0;
}

static int explain_block(struct exchange *x, struct json *details)
{
	(void)details;
	resource_explain_blocked_row(x);
	return 0;
}

void resource_explain(struct exchange *x)
{
	static const struct {
		const char *code;
		int (*explain)(struct exchange *x, struct json *details);
	} rows[] = {
		{ "RESOURCE_ALREADY_EXISTS", explain_duplicate },
		{ "REFERENCE_NOT_FOUND", explain_reference },
		{ "RESOURCE_IN_USE", explain_in_use },
		{ "INVALID_STATE_TRANSITION", explain_transition },
		{ "VERSION_MISMATCH", explain_version },
		{ "VALIDATION_FAILED", explain_validation },
		{ "RESOURCE_FORBIDDEN", resource_explain_denial },
		{ "LEGALLY_BLOCKED", explain_block },
		{ "RESOURCE_LOCKED", resource_explain_lock },
		{ "MEMBER_FORBIDDEN", resource_explain_other_owner },
	};
	struct json *details = json_new(&x->arena, JSON_OBJECT);

	for (size_t i = 0; details && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].code, x->verdict.code) != 0)
			continue;
		if (rows[i].explain(x, details) == 0 && details->count)
			x->problem.details = details;
	}
	if (x->verdict.status != 422 &&
	    x->verdict.status != 400) /* errors found on the way to another answer */
		x->problem.error_count = 0;
}
