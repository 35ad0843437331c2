/*
 * Operations that are bound to something else than a resource: a key of x-statute, on a path
 * or an operation, says to what. One row a key; see binder.h.
 */
#include "openapi/binder.h"

const struct special specials[] = {
	{ STR_INIT("batch"), BINDING_BATCH, batch_read, batch_complete, batch_settle },
	{ STR_INIT("choices"), BINDING_CHOICES, choices_read, choices_complete, choices_settle },
	{ STR_INIT("feed"), BINDING_FEED, feed_binding_read, feed_binding_complete, feed_binding_settle },
	{ STR_INIT("files"), BINDING_FILES, folder_read, folder_complete, folder_settle },
	{ STR_INIT("gone"), BINDING_GONE, gone_read, elsewhere_complete, gone_settle },
	{ STR_INIT("job"), BINDING_JOB, job_read, job_complete, job_settle },
	{ STR_INIT("job-result"), BINDING_JOB_RESULT, job_result_read, job_result_complete, job_result_settle },
	{ STR_INIT("jobs"), BINDING_JOB_MONITOR, job_monitor_read, job_monitor_complete, job_monitor_settle },
	{ STR_INIT("legal"), BINDING_LEGAL, legal_read, NULL, legal_settle },
	{ STR_INIT("redirect"), BINDING_REDIRECT, redirect_read, elsewhere_complete, redirect_settle },
	{ STR_INIT("unsupported"), BINDING_UNSUPPORTED, unsupported_read, elsewhere_complete, unsupported_settle },
	{ { NULL, 0 }, BINDING_NONE, NULL, NULL, NULL },
};

const struct special *special_named(struct str key)
{
	for (const struct special *special = specials; special->read; special++)
		if (str_eq(special->key, key))
			return special;
	return NULL;
}

/* The first key of the extension that is one; a second one is an issue. */
static const struct json *special_member(struct binder *binder, const struct json *extension)
{
	const struct json *found = NULL;

	json_each(member, extension) {
		if (!special_named(member->name))
			continue;
		if (found)
			issues_add(binder->issues, member->name_at, "keep one of them",
			           "x-statute has '%.*s' and '%.*s', and an operation is bound to one thing",
			           STR_ARG(found->name), STR_ARG(member->name));
		else
			found = member;
	}
	return found;
}

bool special_is_on(const struct json *extension)
{
	json_each(member, extension)
		if (special_named(member->name))
			return true;
	return false;
}

int special_read(struct binder *binder, const struct path_item *path, const struct json *extension,
                 struct special_binding *ret_binding)
{
	const struct json *member = special_member(binder, extension);
	struct special_binding binding = { 0 };
	int r;

	if (!member)
		return 0;
	binding.special = special_named(member->name);
	binding.key = member->name;
	if ((r = binding.special->read(binder, path, member, &binding.said)) < 0)
		return r;
	*ret_binding = binding;
	return 0;
}

int special_bind(struct binder *binder, const struct place *place, struct bound_operation *bound)
{
	struct special_binding binding = place->special;
	int r = special_read(binder, place->item, bound->operation->extension, &binding);

	if (r < 0 || !binding.special)
		return r;
	bound->kind = binding.special->kind;
	bound->special = binding;
	bound->resource = NULL;
	bound->scopes = NULL;
	bound->scope_count = 0;
	return binding.special->complete ? binding.special->complete(binder, bound) : 0;
}

/* Rows C05 and C06 come before the method is asked about. */
static bool holds_for_any_method(const struct place *place)
{
	return place->special.special &&
	       (place->special.special->kind == BINDING_REDIRECT || place->special.special->kind == BINDING_GONE);
}

int bind_otherwise(struct binder *binder, const struct place *place, struct bound_path *path)
{
	struct operation *operation;

	if (!holds_for_any_method(place))
		return 0;
	operation = arena_new(binder->arena, struct operation);
	path->otherwise = arena_new(binder->arena, struct bound_operation);
	if (!operation || !path->otherwise)
		return STATUTE_ENOMEM;
	*operation = (struct operation){ .path = place->item, .base = place->item->base, .at = place->item->at };
	*path->otherwise = (struct bound_operation){
		.operation = operation,
		.kind = place->special.special->kind,
		.special = place->special,
		.sort = BINDING_NOT,
		.limit = BINDING_NOT,
		.cursor = BINDING_NOT,
		.deprecation = place->deprecation,
	};
	bind_facts(binder->api, path->otherwise);
	return 0;
}
