/*
 * writeOnly members and passwords leave the representation for good, wherever the
 * schema places them. At the top they are kept by their name, deeper by their
 * pointer. What is null in a merge patch is no longer there to be taken: it replaces
 * what is kept.
 */
#include <stdlib.h>

#include "json/pointer.h"
#include "resource/resource.h"

enum { BODY_MAX = 64 << 20 };

struct taking {
	struct exchange *x;
	struct json *body;
	struct json *secrets, *passwords;
};

bool resource_is_secret(const struct exchange *x, struct str name)
{
	const struct resource *resource = x->bound->resource;

	for (size_t i = 0; i < resource->secret_count; i++)
		if (str_eq(resource->secrets[i]->name, name))
			return true;
	return false;
}

/* A name may be a part of something else: then there is nothing to be removed. */
static bool may_hold_secret(const struct resource *resource, struct str body)
{
	for (size_t i = 0; i < resource->secret_count; i++) {
		struct str name = resource->secrets[i]->name;

		if (memmem(body.at, body.len, name.at, name.len))
			return true;
	}
	return false;
}

struct str resource_hide_secrets(struct exchange *x, struct str body)
{
	const struct resource *resource = x->bound->resource;
	size_t found = 0;
	struct json *tree;
	struct buf buf;

	if (!may_hold_secret(resource, body))
		return body;
	if (resource_parse(x, body, &tree) < 0)
		return (struct str){ 0 };
	for (size_t i = 0; i < resource->secret_count; i++)
		found += json_remove(tree, resource->secrets[i]->name);
	if (!found)
		return body;
	buf_init(&buf, &x->arena, BODY_MAX);
	json_write(&buf, tree);
	return buf_whole(&buf);
}

static struct str parent_of(struct str pointer)
{
	size_t len = pointer.len;

	while (len && pointer.at[len - 1] != '/')
		len--;
	return str_sub(pointer, 0, len ? len - 1 : 0);
}

static int take(struct taking *taking, struct json *object, struct json *value, struct str pointer,
                bool is_password)
{
	struct arena *arena = &taking->x->arena;
	struct str key = str_dup(arena, object == taking->body ? value->name : pointer);
	int r;

	if (!key.at)
		return STATUTE_ENOMEM;
	r = json_set(arena, is_password ? taking->passwords : taking->secrets, key, json_copy(arena, value));
	json_remove(object, value->name);
	return r;
}

/* The member that a pointer names, or that has the array which it points into; gone with an outer one perhaps. */
static int take_at(struct taking *taking, const struct schema_secret *secret)
{
	struct str pointer = secret->pointer, parent = parent_of(pointer);
	struct json *object = json_pointer_get(taking->body, parent), *value;

	while (pointer.len && json_is(object, JSON_ARRAY)) {
		pointer = parent;
		parent = parent_of(pointer);
		object = json_pointer_get(taking->body, parent);
	}
	value = pointer.len && json_is(object, JSON_OBJECT) ? json_pointer_get(taking->body, pointer) : NULL;
	if (!value)
		return 0;
	return take(taking, object, value, pointer, secret->is_password && json_is(value, JSON_STRING));
}

/* Inner ones first: a password within a secret object is hashed too. */
static int longest_first(const void *a, const void *b)
{
	const struct schema_secret *one = a, *other = b;

	return (one->pointer.len < other->pointer.len) - (one->pointer.len > other->pointer.len);
}

/* A value that takes too many steps to know breaks the schema. */
static int give_up(struct exchange *x)
{
	FACT(SCHEMA_HOLDS, false);
	return resource_error(x,
	                      &(struct problem_error){ .code = S("TOO_COMPLEX"),
	                                               .message = S("Takes too many steps to be checked") });
}

/* What breaks its schema is never written: where its secrets are need not be known. */
static int take_by_schema(struct taking *taking, const struct schema *schema)
{
	struct schema_secret *list = NULL;
	size_t count = 0;
	int r;

	if (!statute_fact_is(&taking->x->facts, STATUTE_FACT_SCHEMA_HOLDS))
		return 0;
	r = schema_secrets(schema, taking->body, &taking->x->arena, &list, &count);
	if (r == STATUTE_ELIMIT)
		return give_up(taking->x);
	if (count)
		qsort(list, count, sizeof(*list), longest_first);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = take_at(taking, &list[i]);
	return r;
}

/* Those of the top level: some other operation of the resource may say that they are secret. */
static int take_top(struct taking *taking)
{
	const struct resource *resource = taking->x->bound->resource;
	int r = 0;

	for (size_t i = 0; i < resource->secret_count && r == 0; i++) {
		const struct schema_member *member = resource->secrets[i];
		struct json *value = json_get(taking->body, member->name);

		if (value)
			r = take(taking, taking->body, value, member->name, member->is_password);
	}
	return r;
}

static int take_removed(struct taking *taking)
{
	struct exchange *x = taking->x;

	if (x->request.method != METHOD_PATCH)
		return 0;
	json_each(member, x->body) {
		int r;

		if (!json_is(member, JSON_NULL) || !resource_is_secret(x, member->name))
			continue;
		r = json_set(&x->arena, taking->secrets, member->name, json_new(&x->arena, JSON_NULL));
		if (r < 0)
			return r;
	}
	return 0;
}

int resource_take_secrets(struct exchange *x, struct change *change)
{
	struct taking taking = {
		.x = x,
		.body = change->after,
		.secrets = json_new(&x->arena, JSON_OBJECT),
		.passwords = json_new(&x->arena, JSON_OBJECT),
	};
	int r;

	if (!taking.secrets || !taking.passwords)
		return STATUTE_ENOMEM;
	if (json_is(taking.body, JSON_OBJECT) &&
	    ((r = take_by_schema(&taking, x->bound->resource->schema)) < 0 ||
	     (r = take_by_schema(&taking, x->bound->body)) < 0 || (r = take_top(&taking)) < 0 ||
	     (r = take_removed(&taking)) < 0))
		return r;
	if (change->has_hashed) /* decided again, with the hashes that are made already */
		return 0;
	change->secrets = taking.secrets;
	change->passwords = taking.passwords;
	return 0;
}
