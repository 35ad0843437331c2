/*
 * deepObject: filter[color]=red (OpenAPI 3.1.1, section 4.8.12.6), and what that
 * section leaves open, as common clients write it: filter[a][b]=1 for objects within
 * objects, ids[]=1 and ids[0]=1 for arrays. See reading.h.
 */
#include "openapi/reading.h"

/* The keys between brackets; their number, or 0 where the name is not of that form. */
static size_t read_tokens(struct str rest, struct str tokens[READING_TOKENS_MAX])
{
	size_t count = 0;

	while (rest.len) {
		size_t close = str_find(rest, ']');

		if (rest.at[0] != '[' || close == rest.len || count == READING_TOKENS_MAX)
			return 0;
		tokens[count++] = str_sub(rest, 1, close - 1);
		rest = str_sub(rest, close + 1, rest.len);
	}
	return count;
}

static struct typed typed_child(const struct json *container, const struct schema *schema, struct str token)
{
	return container->type == JSON_ARRAY ? typed_items(schema) : typed_member(schema, token);
}

/* What stands under `token`; false where an index is no number, or leaves a gap. */
static bool find_child(const struct json *container, struct str token, struct json **ret_child)
{
	uint64_t index = container->count;

	if (container->type == JSON_OBJECT) {
		*ret_child = json_get(container, token);
		return true;
	}
	if (token.len && !str_to_u64(token, &index))
		return false;
	*ret_child = index < container->count ? json_item(container, (size_t)index) : NULL;
	return index <= container->count;
}

static int add_child(struct reading *r, struct json *container, struct str token, struct json *child)
{
	int result = container->type == JSON_ARRAY ? json_append(container, child)
	                                           : json_set(r->arena, container, token, child);

	if (result < 0)
		r->failure = result;
	return result;
}

static struct json *new_container(struct reading *r, struct typed typed)
{
	return reading_new(r, typed_is_only(typed, SCHEMA_TYPE_ARRAY) ? JSON_ARRAY : JSON_OBJECT);
}

/* A value under its last token; an array that is given without brackets takes it as an item. */
static bool put_value(struct reading *r, struct json *container, struct typed typed, struct str token,
                      struct json *old, struct str raw)
{
	struct json *array = old;

	if (!typed_is_only(typed, SCHEMA_TYPE_ARRAY)) {
		if (old)
			r->is_duplicate = true;
		return old || add_child(r, container, token, reading_scalar(r, typed, raw, false)) == 0;
	}
	if (!array) {
		array = reading_new(r, JSON_ARRAY);
		if (add_child(r, container, token, array) < 0)
			return false;
	}
	return add_child(r, array, token, reading_scalar(r, typed_items(typed.schema), raw, false)) == 0;
}

/* False where the keys do not fit the schema or each other. */
static bool put(struct reading *r, struct json *container, const struct schema *schema,
                const struct str *tokens, size_t count, struct str raw)
{
	for (size_t i = 0; i < count; i++) {
		struct typed typed = typed_child(container, schema, tokens[i]);
		struct json *child;

		if (!find_child(container, tokens[i], &child))
			return false;
		if (i + 1 == count)
			return put_value(r, container, typed, tokens[i], child, raw);
		if (!child) {
			child = new_container(r, typed);
			if (add_child(r, container, tokens[i], child) < 0)
				return false;
		}
		if (child->type < JSON_ARRAY)
			return false;
		container = child;
		schema = typed.schema;
	}
	return false;
}

struct json *reading_deep(struct reading *reading, struct typed typed)
{
	struct str name = reading->parameter->name, tokens[READING_TOKENS_MAX];
	struct json *root = NULL;

	for (size_t i = 0; i < reading->pairs->count && !reading->failure; i++) {
		struct text_pair *pair = &reading->pairs->list[i];
		size_t count;

		if (!str_starts(pair->name, name))
			continue;
		count = read_tokens(str_sub(pair->name, name.len, pair->name.len), tokens);
		if (pair->name.len == name.len && typed_is_only(typed, SCHEMA_TYPE_ARRAY)) {
			tokens[0] = S(""); /* ids=1&ids=2 */
			count = 1;
		}
		if (!count)
			continue;
		if (!str_is_utf8(pair->name)) {
			reading->is_not_utf8 = pair->is_used = true;
			continue;
		}
		if (!root && !(root = new_container(reading, typed)))
			return NULL;
		pair->is_used = put(reading, root, typed.schema, tokens, count, pair->value) || pair->is_used;
	}
	return root;
}
