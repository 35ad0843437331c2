/*
 * JSON Merge Patch (RFC 7396 section 2): see pointer.h.
 *
 * The result is built anew rather than changed in place, so that removing many
 * members costs no more than keeping them. Recursion is as deep as the patch,
 * at most JSON_DEPTH_MAX.
 */
#include "json/pointer.h"

#include "json/link.h"

static bool add_member(struct arena *arena, struct json *object, const struct json *named,
                       struct json *member)
{
	if (!member)
		return false;
	member->name = named->name;
	member->name_at = named->name_at;
	return json_member_add(arena, object, member) == 0;
}

static struct json *merge(struct arena *arena, const struct json *target, const struct json *patch,
                          size_t depth)
{
	struct json *result;

	if (patch->type != JSON_OBJECT)
		return json_copy(arena, patch);
	if (!depth || !(result = json_new(arena, JSON_OBJECT)))
		return NULL;
	if (!json_is(target, JSON_OBJECT))
		target = NULL;
	json_each(old, target) {
		const struct json *change = json_get(patch, old->name);

		if (json_is(change, JSON_NULL))
			continue;
		if (!add_member(arena, result, old,
		                change ? merge(arena, old, change, depth - 1) : json_copy(arena, old)))
			return NULL;
	}
	json_each(change, patch) {
		if (json_is(change, JSON_NULL) || json_get(target, change->name))
			continue;
		if (!add_member(arena, result, change, merge(arena, NULL, change, depth - 1)))
			return NULL;
	}
	return result;
}

struct json *json_merge_patch(struct arena *arena, const struct json *target, const struct json *patch)
{
	return merge(arena, target, patch, JSON_DEPTH_MAX);
}
