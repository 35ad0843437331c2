/*
 * `owner`, `roles` and `conceal` of x-statute: whose rows are, who else may, and whether the others
 * may know that a row is there. They stand on any path of a resource and hold on all of them.
 */
#include "openapi/binder.h"

#include "message/syntax.h"

enum { ROLES_MAX = 64 };

/* False where it is none, and that was told. */
static bool read_owner(struct binder *binder, struct resource *resource, const struct json *value)
{
	struct collection *collection = &resource->collection;
	const struct json text = { .at = value->at }; /* what is wrong stands there, and not at the key */
	size_t member;

	if (!json_is(value, JSON_STRING)) {
		issues_add(binder->issues, value->at, "name the member with its owner's id: owner: userId",
		           "x-statute.owner is no text");
		return false;
	}
	if (collection->is_singleton) {
		issues_add(binder->issues, value->at, "say who may with roles: {put: [admin]}",
		           "what there is one of has no owner");
		return false;
	}
	if (str_eq(value->text, collection->id_name)) {
		resource->owner->member = STORE_MEMBER_ID;
		return true;
	}
	if (!bind_extension_member(binder, resource, &text, value->text, &member))
		return false;
	if (collection->members[member].type != STORE_TEXT && collection->members[member].type != STORE_INTEGER) {
		issues_add(binder->issues, value->at, "name a text or an integer", "'%.*s' cannot hold an id",
		           STR_ARG(value->text));
		return false;
	}
	resource->owner->member = member;
	collection->members[member].is_indexed = true;
	return true;
}

/* Where it is no list of names, somebody has said so already. */
static int read_names(struct binder *binder, const struct json *value, struct resource_roles *roles)
{
	size_t count = json_is(value, JSON_ARRAY) && value->count <= ROLES_MAX ? value->count : 0;
	struct str *names = arena_array(binder->arena, roles->count + count + 1, sizeof(*names));

	if (!names)
		return STATUTE_ENOMEM;
	if (roles->count)
		memcpy(names, roles->names, roles->count * sizeof(*names));
	json_each(name, count ? value : NULL)
		if (json_is(name, JSON_STRING))
			names[roles->count++] = name->text;
	roles->names = names;
	return 0;
}

static int read_roles(struct binder *binder, struct resource_owner *owner, const struct json *value)
{
	int r;

	for (enum method method = METHOD_UNKNOWN + 1; method < METHOD_COUNT; method++) {
		if (json_is(value, JSON_ARRAY) && (r = read_names(binder, value, &owner->roles[method])) < 0)
			return r;
		json_each(roles, json_is(value, JSON_OBJECT) ? value : NULL)
			if (str_eq_nocase(roles->name, method_name(method)) &&
			    (r = read_names(binder, roles, &owner->roles[method])) < 0)
				return r;
	}
	return 0;
}

static int find_owners(struct binder *binder)
{
	for (size_t i = 0; i < binder->count; i++) {
		const struct json *value = json_get(binder->places[i].item->extension, S("owner"));
		struct resource *resource = binder->places[i].resource;

		if (!value || !resource)
			continue;
		if (!resource->owner) {
			resource->owner = arena_new(binder->arena, struct resource_owner);
			if (!resource->owner)
				return STATUTE_ENOMEM;
			*resource->owner = (struct resource_owner){ .conceals = true };
		}
		if (!read_owner(binder, resource, value))
			resource->owner = NULL;
	}
	return 0;
}

static int read_place(struct binder *binder, const struct place *place)
{
	struct resource_owner *owner = place->resource ? place->resource->owner : NULL;
	const struct json *conceal = json_get(place->item->extension, S("conceal"));
	int r;

	if (!owner)
		return 0;
	if (conceal)
		owner->conceals = json_is_true(conceal);
	r = read_roles(binder, owner, json_get(place->item->extension, S("roles")));
	owner->roles[METHOD_HEAD] = owner->roles[METHOD_GET];
	return r;
}

int bind_owners(struct binder *binder)
{
	int r = find_owners(binder);

	for (size_t i = 0; i < binder->count && r == 0; i++)
		r = read_place(binder, &binder->places[i]);
	return r;
}

void bind_check_owner(struct binder *binder, const struct bound_operation *bound)
{
	const struct operation *operation = bound->operation;
	const struct resource_owner *owner = bound->resource ? bound->resource->owner : NULL;

	if (!owner || bound->kind == BINDING_NONE || bound->needs_credentials)
		return;
	if (operation->method == METHOD_POST && owner->member == STORE_MEMBER_ID) /* whoever signs up */
		return;
	issues_add(binder->issues, operation->at, "demand credentials in its `security`",
	           "%.*s %.*s is of rows that have an owner, and lets a client go without credentials",
	           STR_ARG(method_name(operation->method)), STR_ARG(operation->path->template_text));
}
