/*
 * `lock` of x-statute: the member of a row that names who holds it. While it does, nobody else changes or
 * deletes the row: 423.
 */
#include "openapi/binder.h"

enum { ROLES_MAX = 64 };
static const char remedy[] = "write lock: lockedBy, or lock: {member: lockedBy, break: [admin]}";

/* False where it is none, and that was told. */
static bool read_member(struct binder *binder, const struct resource *resource, const struct json *value,
                        size_t *ret_member)
{
	const struct collection *collection = &resource->collection;
	const struct json text = { .at = value->at }; /* what is wrong stands there, and not at the key */
	enum store_type type;

	if (!json_is(value, JSON_STRING)) {
		bind_issue_type(binder, value, "lock", remedy);
		return false;
	}
	if (!bind_extension_member(binder, resource, &text, value->text, ret_member))
		return false;
	type = collection->members[*ret_member].type;
	if (type == STORE_TEXT || type == STORE_INTEGER)
		return true;
	issues_add(binder->issues, value->at, "name a text or an integer",
	           "'%.*s' cannot hold who has the lock", STR_ARG(value->text));
	return false;
}

static int read_breakers(struct binder *binder, const struct json *value, struct resource_roles *ret_roles)
{
	bool fits = json_is(value, JSON_ARRAY) && value->count <= ROLES_MAX;
	struct str *names = arena_array(binder->arena, fits ? value->count : 0, sizeof(*names));
	size_t count = 0;

	if (!names)
		return STATUTE_ENOMEM;
	json_each(name, fits ? value : NULL) {
		if (json_is(name, JSON_STRING))
			names[count++] = name->text;
		else
			fits = false;
	}
	if (!fits)
		issues_add(binder->issues, value->at, remedy, "x-statute.lock.break is no list of roles");
	*ret_roles = (struct resource_roles){ names, count };
	return 0;
}

static const struct json *member_of(struct binder *binder, const struct json *value)
{
	const struct json *member = json_is(value, JSON_OBJECT) ? json_get(value, S("member")) : value;

	json_each(key, json_is(value, JSON_OBJECT) ? value : NULL)
		if (!str_eq(key->name, S("member")) && !str_eq(key->name, S("break")))
			issues_add(binder->issues, key->name_at, remedy, "'%.*s' is no key of a lock",
			           STR_ARG(key->name));
	if (!member)
		issues_add(binder->issues, value->at, remedy, "the lock has no `member`");
	return member;
}

int bind_lock_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	const struct json *member = member_of(binder, value);
	const struct json *breakers = json_is(value, JSON_OBJECT) ? json_get(value, S("break")) : NULL;
	struct resource_lock *lock;

	if (!member || !resource)
		return 0;
	lock = arena_new(binder->arena, struct resource_lock);
	if (!lock)
		return STATUTE_ENOMEM;
	*lock = (struct resource_lock){ 0 };
	if (read_member(binder, resource, member, &lock->member))
		resource->lock = lock;
	return breakers ? read_breakers(binder, breakers, &lock->breakers) : 0;
}
