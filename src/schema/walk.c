/*
 * The walk itself, and what has been evaluated (JSON Schema Core, sections 7 and 11): see walk.h.
 *
 * Recursion follows the schema and the instance at once. Its depth is bounded, and
 * so is the number of steps, because references may multiply work: both end the
 * walk, never the program.
 */
#include "schema/walk.h"

#include <stdio.h>

bool walk_stop(struct walk *w, int failure)
{
	if (!w->failure)
		w->failure = failure;
	return false;
}

static bool enter(struct walk *w)
{
	if (w->failure)
		return false;
	if (w->depth >= WALK_DEPTH_MAX)
		return walk_limit(w, "TOO_DEEP", "Is nested too deeply to be checked");
	if (w->steps >= WALK_STEPS_MAX)
		return walk_limit(w, "TOO_COMPLEX", "Is too large for its schema to be checked");
	w->depth++;
	w->steps++;
	return true;
}

void walk_describe_types(unsigned types, char *text, size_t size)
{
	static const struct {
		unsigned type;
		const char *name;
	} kinds[] = {
		{ SCHEMA_TYPE_BOOLEAN, "a boolean" }, { SCHEMA_TYPE_INTEGER, "an integer" },
		{ SCHEMA_TYPE_NUMBER, "a number" },   { SCHEMA_TYPE_STRING, "a string" },
		{ SCHEMA_TYPE_ARRAY, "an array" },    { SCHEMA_TYPE_OBJECT, "an object" },
		{ SCHEMA_TYPE_NULL, "null" },
	};
	unsigned left = types_to_tell(types);
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && len < size; i++) {
		const char *glue = left == kinds[i].type ? " or " : ", ";

		if (!(left & kinds[i].type))
			continue;
		left &= ~kinds[i].type;
		len += (size_t)snprintf(text + len, size - len, "%s%s", len ? glue : "", kinds[i].name);
	}
}

static bool fail_type(struct walk *w, const struct schema *schema)
{
	char types[WALK_TYPES_MAX] = "";

	if (w->mode == WALK_COLLECT)
		walk_describe_types(schema->own_types, types, sizeof(types));
	return walk_fail_schema(w, schema, "type", "TYPE", "Must be %s", types);
}

static bool has_type(const struct schema *schema, const struct json *node)
{
	if (!(schema->accepts & 1u << node->type))
		return false;
	return node->type != JSON_NUMBER || !schema->is_integer || json_number_is_integer(node->text);
}

static bool check_rules(struct walk *w, const struct schema *schema, const struct json *node)
{
	unsigned type = 1u << node->type;
	bool ok = true;

	for (uint32_t i = 0; i < schema->rule_count; i++) {
		const struct rule *rule = &schema->rules[i];

		if (!(rule->applies & type) || rule->check(w, rule, node))
			continue;
		ok = false;
		if (!walk_goes_on(w))
			break;
	}
	return ok && !w->failure;
}

/* A schema that looks at leftovers sees what its own rules evaluate, and tells those around it. */
static bool check_tracked(struct walk *w, const struct schema *schema, const struct json *node)
{
	struct evaluated own = { 0 }, *outer = w->evaluated;
	bool ok;

	w->evaluated = &own;
	ok = check_rules(w, schema, node);
	w->evaluated = outer;
	evaluated_merge(w, outer, &own);
	return ok && !w->failure;
}

static bool check_schema(struct walk *w, const struct schema *schema, const struct json *node)
{
	if (schema->is_false)
		return walk_fail_schema(w, schema, NULL, "FALSE_SCHEMA", "Is not allowed");
	if (!has_type(schema, node))
		return fail_type(w, schema);
	return schema->tracks ? check_tracked(w, schema, node) : check_rules(w, schema, node);
}

bool walk_schema(struct walk *w, const struct schema *schema, const struct json *node)
{
	const struct scope *outer = w->scope;
	struct scope inner = { .up = outer };
	bool ok;

	if (!enter(w))
		return false;
	if (schema->is_secret && w->seeks_secrets)
		walk_keep_secret(w, schema->is_password);
	while (schema->alias)
		schema = schema->alias;
	if (!outer || outer->resource != schema->resource) {
		inner.resource = schema->resource;
		w->scope = &inner;
	}
	ok = check_schema(w, schema, node);
	w->scope = outer;
	w->depth--;
	return ok;
}

bool walk_child(struct walk *w, const struct schema *schema, const struct json *child, size_t index)
{
	struct place place = { .up = w->place, .node = child, .index = index, .schema = schema };
	struct evaluated *outer = w->evaluated;
	bool ok;

	w->place = &place;
	w->evaluated = NULL;
	ok = walk_schema(w, schema, child);
	w->evaluated = outer;
	w->place = place.up;
	return ok;
}

bool walk_test(struct walk *w, const struct schema *schema, const struct json *node)
{
	enum walk_mode mode = w->mode;
	struct evaluated own = { 0 }, *outer = w->evaluated;
	size_t secrets = w->secret_count;
	bool ok;

	w->mode = WALK_FAST;
	w->evaluated = outer ? &own : NULL;
	ok = walk_schema(w, schema, node);
	w->mode = mode;
	w->evaluated = outer;
	if (ok)
		evaluated_merge(w, outer, &own);
	else if (walk_seeks_only_secrets(w)) /* of errors rather too many values are hidden */
		w->secret_count = secrets;
	return ok && !w->failure;
}

void evaluated_add_all(struct evaluated *evaluated)
{
	if (evaluated)
		evaluated->has_all = true;
}

/* Makes room past the few for `words` in all. */
static bool reserve_more(struct walk *w, struct evaluated *evaluated, size_t words)
{
	size_t count = w->place->node->count / EVALUATED_BITS + 1;
	uint64_t *more;

	if (words <= evaluated->words)
		return true;
	more = arena_array(w->arena, count, sizeof(*more));
	if (!more)
		return walk_stop(w, STATUTE_ENOMEM);
	evaluated->more = more;
	evaluated->words = count;
	return true;
}

void evaluated_add(struct walk *w, struct evaluated *evaluated, size_t index)
{
	size_t word = index / EVALUATED_BITS;
	uint64_t bit = UINT64_C(1) << index % EVALUATED_BITS;

	if (!evaluated || evaluated->has_all)
		return;
	if (word < EVALUATED_WORDS)
		evaluated->few[word] |= bit;
	else if (reserve_more(w, evaluated, word + 1))
		evaluated->more[word] |= bit;
}

bool evaluated_has(const struct evaluated *evaluated, size_t index)
{
	size_t word = index / EVALUATED_BITS;
	uint64_t bit = UINT64_C(1) << index % EVALUATED_BITS;

	if (evaluated->has_all || index < evaluated->from)
		return true;
	if (word < EVALUATED_WORDS)
		return evaluated->few[word] & bit;
	return word < evaluated->words && evaluated->more[word] & bit;
}

void evaluated_merge(struct walk *w, struct evaluated *into, const struct evaluated *from)
{
	if (!into)
		return;
	into->has_all = into->has_all || from->has_all;
	if (into->from < from->from)
		into->from = from->from;
	for (size_t i = 0; i < EVALUATED_WORDS; i++)
		into->few[i] |= from->few[i];
	if (!from->words || !reserve_more(w, into, from->words))
		return;
	for (size_t i = 0; i < from->words; i++)
		into->more[i] |= from->more[i];
}
