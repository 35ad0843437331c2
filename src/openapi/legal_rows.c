/*
 * x-statute: {legal-rows: …} on a collection: a member of a row says that law forbids to serve it (row G07),
 * but to whoever has one of the roles.
 */
#include "openapi/binder.h"

#define EXAMPLE "write legal-rows: {member: takedown, by: \"https://regulator.example/\", roles: [admin]}"

static int read_roles(struct binder *binder, const struct json *value, struct resource_roles *roles)
{
	struct str *names = arena_array(binder->arena, value->count, sizeof(*names));

	if (!names)
		return STATUTE_ENOMEM;
	roles->names = names;
	json_each(role, json_is(value, JSON_ARRAY) ? value : NULL)
		if (json_is(role, JSON_STRING) && role->text.len)
			names[roles->count++] = role->text;
	if (!json_is(value, JSON_ARRAY) || !roles->count || roles->count < value->count)
		issues_add(binder->issues, value->at, "write roles: [admin]",
		           "x-statute.legal-rows.roles is no list of roles");
	return 0;
}

static bool read_member(struct binder *binder, struct resource *resource, const struct json *name, size_t *ret_member)
{
	enum store_type type;

	if (!json_is(name, JSON_STRING)) {
		issues_add(binder->issues, name->at, EXAMPLE, "x-statute.legal-rows names no member");
		return false;
	}
	if (!bind_extension_member(binder, resource, name, name->text, ret_member))
		return false;
	type = resource->collection.members[*ret_member].type;
	if (type == STORE_BOOLEAN || type == STORE_TEXT)
		return true;
	issues_add(binder->issues, name->at, "name a boolean, or a text that says why",
	           "x-statute.legal-rows cannot be '%.*s'", STR_ARG(name->text));
	return false;
}

static int read_key(struct binder *binder, struct resource *resource, const struct json *member,
                    struct legal_rows *legal, bool *ret_has_member)
{
	if (str_eq(member->name, S("member"))) {
		*ret_has_member = read_member(binder, resource, member, &legal->member);
	} else if (str_eq(member->name, S("by"))) {
		if (!json_is(member, JSON_STRING) || !target_is_reference(member->text))
			issues_add(binder->issues, member->at, EXAMPLE,
			           "x-statute.legal-rows names nobody who blocks it by a URL");
		legal->block.by = json_text(member);
	} else if (str_eq(member->name, S("roles"))) {
		return read_roles(binder, member, &legal->roles);
	} else {
		issues_add(binder->issues, member->name_at, "use member, by and roles",
		           "x-statute.legal-rows has no key '%.*s'", STR_ARG(member->name));
	}
	return 0;
}

int bind_legal_rows_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	struct legal_rows *legal = arena_new(binder->arena, struct legal_rows);
	bool has_member = false;
	int r;

	if (!legal)
		return STATUTE_ENOMEM;
	if (!json_get(value, S("member")) || !json_get(value, S("by")) || resource->collection.is_singleton) {
		issues_add(binder->issues, value->at, EXAMPLE,
		           "x-statute.legal-rows needs a member of a collection's items, and who blocks them");
		return 0;
	}
	json_each(member, value)
		if ((r = read_key(binder, resource, member, legal, &has_member)) < 0)
			return r;
	if (has_member)
		resource->legal = legal;
	return 0;
}
