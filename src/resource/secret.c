/*
 * writeOnly members and passwords leave the representation for good, at whatever depth
 * the schema declares them. At the top they are kept by their name, deeper by their
 * pointer. What is null in a merge patch is no longer there to be taken: it replaces
 * what is kept.
 */
#include "json/pointer.h"
#include "resource/resource.h"

enum { POINTER_MAX = 1 << 20 };

struct taking {
	struct exchange *x;
	struct json *secrets, *passwords;
	struct buf pointer; /* of the value that is looked at */
};

bool resource_is_secret(const struct exchange *x, struct str name)
{
	const struct resource *resource = x->bound->resource;

	for (size_t i = 0; i < resource->secret_count; i++)
		if (str_eq(resource->secrets[i]->name, name))
			return true;
	return false;
}

static int take(struct taking *taking, struct json *object, struct json *value, bool is_password)
{
	struct arena *arena = &taking->x->arena;
	struct str key = buf_str(&taking->pointer);
	int r;

	key = str_sub(key, 1, key.len);
	key = memchr(key.at, '/', key.len) ? buf_str(&taking->pointer) : value->name;
	key = str_dup(arena, key);
	if (!key.at)
		return STATUTE_ENOMEM;
	r = json_set(arena, is_password ? taking->passwords : taking->secrets, key, json_copy(arena, value));
	json_remove(object, value->name);
	return r;
}

static int take_within(struct taking *taking, const struct schema *schema, struct json *value,
                       unsigned depth);

static int take_member(struct taking *taking, const struct schema_member *member, struct json *object,
                       struct json *value, unsigned depth)
{
	size_t len = taking->pointer.len;
	int r;

	json_pointer_add(&taking->pointer, value->name);
	if (taking->pointer.failed)
		return STATUTE_ENOMEM;
	if (member->is_write_only || member->is_password)
		r = take(taking, object, value, member->is_password);
	else
		r = take_within(taking, member->schema, value, depth);
	taking->pointer.len = len;
	return r;
}

static int take_item(struct taking *taking, const struct schema *schema, struct json *value, size_t index,
                     unsigned depth)
{
	size_t len = taking->pointer.len;
	int r;

	buf_printf(&taking->pointer, "/%zu", index);
	r = taking->pointer.failed ? STATUTE_ENOMEM : take_within(taking, schema, value, depth);
	taking->pointer.len = len;
	return r;
}

/* `depth` bounds the recursion: no body is deeper than what json_write takes. */
static int take_within(struct taking *taking, const struct schema *schema, struct json *value, unsigned depth)
{
	const struct schema *items = schema_items(schema);
	size_t index = 0;
	int r = 0;

	if (!schema || value->type < JSON_ARRAY)
		return 0;
	if (!depth)
		return STATUTE_EINVAL;
	for (struct json *child = json_first(value), *next; child && r == 0; child = next) {
		const struct schema_member *member = json_is(value, JSON_OBJECT)
		                                             ? schema_member(schema, child->name)
		                                             : NULL;

		next = child->next;
		if (member)
			r = take_member(taking, member, value, child, depth - 1);
		else if (items && json_is(value, JSON_ARRAY))
			r = take_item(taking, items, child, index++, depth - 1);
	}
	return r;
}

/* Those of the top level: some other operation of the resource may say that they are secret. */
static int take_top(struct taking *taking, struct json *body)
{
	const struct resource *resource = taking->x->bound->resource;
	int r = 0;

	for (size_t i = 0; i < resource->secret_count && r == 0; i++) {
		const struct schema_member *member = resource->secrets[i];
		struct json *value = json_get(body, member->name);

		if (value)
			r = take_member(taking, member, body, value, 0);
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
		.secrets = json_new(&x->arena, JSON_OBJECT),
		.passwords = json_new(&x->arena, JSON_OBJECT),
	};
	int r;

	if (!taking.secrets || !taking.passwords)
		return STATUTE_ENOMEM;
	buf_init(&taking.pointer, &x->arena, POINTER_MAX);
	if (json_is(change->after, JSON_OBJECT) &&
	    ((r = take_top(&taking, change->after)) < 0 ||
	     (r = take_within(&taking, x->bound->resource->schema, change->after, JSON_DEPTH_MAX)) < 0 ||
	     (r = take_within(&taking, x->bound->body, change->after, JSON_DEPTH_MAX)) < 0 ||
	     (r = take_removed(&taking)) < 0))
		return r;
	if (change->has_hashed) /* decided again, with the hashes that are made already */
		return 0;
	change->secrets = taking.secrets;
	change->passwords = taking.passwords;
	return 0;
}
