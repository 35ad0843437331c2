/*
 * The tree: looking, making, changing, copying, comparing. See json.h.
 *
 * Members are a list in the order of the text. An object that outgrows a few
 * members also has an index by name, kept from then on: built while writing,
 * never while looking, so that readers share a tree without a lock.
 */
#include "json/json.h"

#include <stdio.h>

#include "base/map.h"
#include "json/link.h"

enum { MEMBERS_WITHOUT_INDEX = 8 };

struct json_index {
	struct map map; /* a removed member leaves its name with NULL */
};

static struct json *find_in_list(const struct json *object, struct str name)
{
	json_each(member, object)
		if (str_eq(member->name, name))
			return member;
	return NULL;
}

struct json *json_get(const struct json *object, struct str name)
{
	if (!json_is(object, JSON_OBJECT))
		return NULL;
	return object->index ? map_get(&object->index->map, name) : find_in_list(object, name);
}

struct json *json_item(const struct json *array, size_t index)
{
	struct json *item;

	if (!json_is(array, JSON_ARRAY) || index >= array->count)
		return NULL;
	if (index == array->count - 1)
		return array->last;
	for (item = array->first; item && index; index--)
		item = item->next;
	return item;
}

struct str json_get_text(const struct json *object, struct str name)
{
	return json_text(json_get(object, name));
}

const char *json_type_name(enum json_type type)
{
	static const char *const names[] = { "null",   "boolean", "boolean", "number",
		                             "string", "array",   "object" };

	return names[type];
}

struct json *json_new(struct arena *arena, enum json_type type)
{
	struct json *node = arena_new(arena, struct json);

	if (node)
		node->type = type;
	return node;
}

struct json *json_new_string(struct arena *arena, struct str text)
{
	struct json *node = json_new(arena, JSON_STRING);

	if (node)
		node->text = text;
	return node;
}

struct json *json_new_int(struct arena *arena, int64_t value)
{
	struct json *node = json_new(arena, JSON_NUMBER);
	char text[STR_INTEGER_LEN];
	struct str digits = str_dup(arena, str_of(text, str_put_i64(text, value)));

	if (!node || !digits.at)
		return NULL;
	node->text = digits;
	return node;
}

void json_link(struct json *array, struct json *node)
{
	if (array->last)
		array->last->next = node;
	else
		array->first = node;
	array->last = node;
	array->count++;
}

void json_insert(struct json *array, size_t index, struct json *node)
{
	struct json *before;

	if (index == array->count) {
		json_link(array, node);
		return;
	}
	before = index ? json_item(array, index - 1) : NULL;
	node->next = before ? before->next : array->first;
	if (before)
		before->next = node;
	else
		array->first = node;
	array->count++;
}

static bool build_index(struct arena *arena, struct json *object)
{
	struct json_index *index = arena_new(arena, struct json_index);

	if (!index)
		return false;
	map_init(&index->map, arena);
	json_each(member, object) {
		void **place = map_put(&index->map, member->name);

		if (!place)
			return false;
		*place = member;
	}
	object->index = index;
	return true;
}

int json_member_add(struct arena *arena, struct json *object, struct json *member)
{
	if (!object->index) {
		if (find_in_list(object, member->name))
			return STATUTE_EEXIST;
		if (object->count >= MEMBERS_WITHOUT_INDEX && !build_index(arena, object))
			return STATUTE_ENOMEM;
	}
	if (object->index) {
		void **place = map_put(&object->index->map, member->name);

		if (!place)
			return STATUTE_ENOMEM;
		if (*place)
			return STATUTE_EEXIST;
		*place = member;
	}
	json_link(object, member);
	return 0;
}

int json_append(struct json *array, struct json *value)
{
	if (!value)
		return STATUTE_ENOMEM;
	if (!json_is(array, JSON_ARRAY))
		return STATUTE_EINVAL;
	value->next = NULL;
	json_link(array, value);
	return 0;
}

void json_relink(struct json *parent, struct json *old, struct json *value)
{
	struct json *before = NULL, *after = value ? value : old->next;

	if (parent->first != old)
		for (before = parent->first; before->next != old;)
			before = before->next;
	if (value)
		value->next = old->next;
	else
		parent->count--;
	if (before)
		before->next = after;
	else
		parent->first = after;
	if (parent->last == old)
		parent->last = value ? value : before;
	old->next = NULL;
}

/* Says what has a known name now. Without memory the index goes: the list alone is right too, and slower. */
static void reindex(struct json *object, struct str name, struct json *value)
{
	void **place = object->index ? map_put(&object->index->map, name) : NULL;

	if (place)
		*place = value;
	else
		object->index = NULL;
}

int json_set(struct arena *arena, struct json *object, struct str name, struct json *value)
{
	struct json *old = json_get(object, name);

	if (!value)
		return STATUTE_ENOMEM;
	if (!json_is(object, JSON_OBJECT))
		return STATUTE_EINVAL;
	value->next = NULL;
	value->name = name;
	if (!old)
		return json_member_add(arena, object, value);
	reindex(object, name, value);
	json_relink(object, old, value);
	return 0;
}

bool json_remove(struct json *object, struct str name)
{
	struct json *old = json_get(object, name);

	if (!old)
		return false;
	reindex(object, name, NULL);
	json_relink(object, old, NULL);
	return true;
}

static struct json *copy_one(struct arena *arena, const struct json *from)
{
	struct json *to = arena_alloc(arena, sizeof(*to));

	if (!to)
		return NULL;
	*to = *from;
	to->next = NULL;
	if (to->type >= JSON_ARRAY) {
		to->first = to->last = NULL;
		to->index = NULL;
		to->count = 0;
	}
	return to;
}

static bool copy_into(struct arena *arena, struct json *parent, struct json *node)
{
	if (parent->type == JSON_OBJECT)
		return json_member_add(arena, parent, node) == 0;
	json_link(parent, node);
	return true;
}

struct json *json_copy(struct arena *arena, const struct json *node)
{
	struct {
		const struct json *from;
		struct json *to;
	} open[JSON_DEPTH_MAX];
	size_t depth = 0;
	struct json *root = NULL;

	for (;;) {
		struct json *to = copy_one(arena, node);

		if (!to || (depth && !copy_into(arena, open[depth - 1].to, to)))
			return NULL;
		if (!root) {
			root = to;
			root->name = (struct str){ 0 };
			root->name_at = 0;
		}
		if (json_first(node)) {
			if (depth == JSON_DEPTH_MAX)
				return NULL;
			open[depth].from = node;
			open[depth++].to = to;
			node = json_first(node);
			continue;
		}
		while (depth && !node->next)
			node = open[--depth].from;
		if (!depth)
			return root;
		node = node->next;
	}
}

static bool equal(const struct json *a, const struct json *b, size_t depth)
{
	const struct json *other;

	if (a->type != b->type)
		return false;
	if (a->type == JSON_NUMBER)
		return json_number_cmp(a->text, b->text) == 0;
	if (a->type == JSON_STRING)
		return str_eq(a->text, b->text);
	if (a->type < JSON_ARRAY)
		return true;
	if (a->count != b->count || !depth)
		return false;
	other = b->first;
	json_each(child, a) {
		if (a->type == JSON_OBJECT)
			other = json_get(b, child->name);
		if (!other || !equal(child, other, depth - 1))
			return false;
		other = other->next;
	}
	return true;
}

bool json_equal(const struct json *a, const struct json *b)
{
	if (!a || !b)
		return a == b;
	return equal(a, b, JSON_DEPTH_MAX);
}
