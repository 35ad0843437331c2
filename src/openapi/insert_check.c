/*
 * Is a tree another one with members added and nothing else changed? See insert.h. The
 * recursion is as deep as a document may be.
 */
#include "openapi/insert.h"

struct check {
	const struct insertion *insertions;
	size_t count;
	bool *found; /* by insertion */
};

/* An alias shares the members of what it stands for, and what is added there is in both. */
static bool is_same_object(const struct json *a, const struct json *b)
{
	return a == b || (a->first && a->first == b->first);
}

static bool is_added(struct check *check, const struct json *object, const struct json *member)
{
	for (size_t i = 0; i < check->count; i++) {
		const struct insertion *insertion = &check->insertions[i];

		if (!is_same_object(insertion->object, object) || !str_eq(insertion->name, member->name))
			continue;
		check->found[i] = true;
		return json_equal(insertion->value, member);
	}
	return false;
}

static bool is_exact(struct check *check, const struct json *before, const struct json *after);

static bool is_exact_object(struct check *check, const struct json *before, const struct json *after)
{
	size_t added = 0;

	json_each(member, after) {
		const struct json *was = json_get(before, member->name);

		if (was ? !is_exact(check, was, member) : !is_added(check, before, member))
			return false;
		added += !was;
	}
	return after->count == before->count + added;
}

static bool is_exact_array(struct check *check, const struct json *before, const struct json *after)
{
	const struct json *was = json_first(before);

	if (before->count != after->count)
		return false;
	json_each(item, after) {
		if (!is_exact(check, was, item))
			return false;
		was = was->next;
	}
	return true;
}

static bool is_exact(struct check *check, const struct json *before, const struct json *after)
{
	if (before->type != after->type)
		return false;
	if (before->type == JSON_OBJECT)
		return is_exact_object(check, before, after);
	if (before->type == JSON_ARRAY)
		return is_exact_array(check, before, after);
	return str_eq(before->text, after->text);
}

int insert_check(struct arena *arena, const struct json *before, const struct json *after,
                 const struct insertion *insertions, size_t count)
{
	struct check check = { insertions, count, arena_array(arena, count, sizeof(bool)) };

	if (!check.found)
		return STATUTE_ENOMEM;
	if (!is_exact(&check, before, after))
		return STATUTE_EINVAL;
	for (size_t i = 0; i < count; i++)
		if (!check.found[i])
			return STATUTE_EINVAL;
	return 0;
}
