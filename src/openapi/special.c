/*
 * Operations that are bound to something else than a resource: a key of x-statute, on a path
 * or an operation, says to what. One row a key; see binder.h.
 */
#include "openapi/binder.h"

const struct special specials[] = {
	{ STR_INIT("unsupported"), BINDING_UNSUPPORTED, unsupported_read, NULL, unsupported_settle },
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
