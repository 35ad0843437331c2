/* Filling in what a client left out: see schema.h. */
#include "schema/program.h"

/* Recursion goes into members that are there, so that JSON_DEPTH_MAX bounds it. */
static int fill(const struct schema *schema, struct arena *arena, struct json *node, bool writable_only,
                unsigned depth);

static int fill_member(const struct schema_member *member, struct arena *arena, struct json *object,
                       bool writable_only, unsigned depth)
{
	struct json *present = json_get(object, member->name);

	if (present)
		return fill(member->schema, arena, present, writable_only, depth + 1);
	if (!member->default_value || (writable_only && member->is_read_only))
		return 0;
	return json_set(arena, object, member->name, json_copy(arena, member->default_value));
}

static int fill(const struct schema *schema, struct arena *arena, struct json *node, bool writable_only,
                unsigned depth)
{
	int r = 0;

	if (depth > JSON_DEPTH_MAX)
		return 0;
	if (node->type == JSON_OBJECT)
		for (size_t i = 0; i < schema->member_count && r == 0; i++)
			r = fill_member(&schema->members[i], arena, node, writable_only, depth);
	if (node->type == JSON_ARRAY && schema->items)
		for (struct json *item = node->first; item && r == 0; item = item->next)
			r = fill(schema->items, arena, item, writable_only, depth + 1);
	return r;
}

int schema_fill_defaults(const struct schema *schema, struct arena *arena, struct json *object,
                         bool writable_only)
{
	return schema ? fill(schema, arena, object, writable_only, 0) : 0;
}
