/* Items of arrays (JSON Schema Core, sections 10.3.1; Validation, section 6.4). */
#include "schema/compiler.h"
#include "schema/unique.h"

static bool check_min_items(struct walk *w, const struct rule *rule, const struct json *node)
{
	if (node->count >= rule->count)
		return true;
	return walk_fail(w, rule, "MIN_ITEMS", "Must have at least %zu item%s", (size_t)rule->count,
	                 rule->count == 1 ? "" : "s");
}

static bool check_max_items(struct walk *w, const struct rule *rule, const struct json *node)
{
	if (node->count <= rule->count)
		return true;
	return walk_fail(w, rule, "MAX_ITEMS", "Must have at most %zu item%s", (size_t)rule->count,
	                 rule->count == 1 ? "" : "s");
}

static bool check_unique(struct walk *w, const struct rule *rule, const struct json *node)
{
	size_t first = 0, second = 0;
	int r = unique_find_repeat(node, w->arena, &first, &second);

	if (r < 0)
		return walk_stop(w, r);
	if (r == 0)
		return true;
	return walk_fail(w, rule, "UNIQUE_ITEMS", "Must not repeat an item: %zu and %zu are equal", first,
	                 second);
}

static bool check_items(struct walk *w, const struct rule *rule, const struct json *node)
{
	const struct item_rules *items = rule->items;
	size_t index = 0;
	bool ok = true;

	json_each(item, node) {
		const struct schema *schema = index < items->prefix.count ? items->prefix.list[index]
		                                                          : items->rest;

		if (!schema)
			break;
		if (!walk_child(w, schema, item, index)) {
			ok = false;
			if (!walk_goes_on(w))
				return false;
		}
		index++;
	}
	if (items->rest)
		evaluated_add_all(w->evaluated);
	else if (w->evaluated && w->evaluated->from < index)
		w->evaluated->from = index;
	return ok;
}

static bool check_contains(struct walk *w, const struct rule *rule, const struct json *node)
{
	const struct contains_rule *contains = rule->contains;
	const struct place here = { .up = w->place };
	uint64_t found = 0;
	size_t index = 0;

	json_each(item, node) {
		struct place place = {
			.up = here.up, .node = item, .index = index, .schema = contains->schema
		};
		struct evaluated *outer = w->evaluated;
		bool holds;

		w->place = &place;
		w->evaluated = NULL;
		holds = walk_test(w, contains->schema, item);
		w->evaluated = outer;
		w->place = here.up;
		if (w->failure)
			return false;
		if (holds) {
			evaluated_add(w, outer, index);
			found++;
		}
		index++;
	}
	if (found < contains->min)
		return walk_fail(w, rule, "CONTAINS",
		                 "Must contain at least %zu item%s of the required kind, has %zu",
		                 (size_t)contains->min, contains->min == 1 ? "" : "s", (size_t)found);
	if (contains->has_max && found > contains->max)
		return walk_fail(w, rule, "CONTAINS",
		                 "Must contain at most %zu item%s of the kind that is counted, has %zu",
		                 (size_t)contains->max, contains->max == 1 ? "" : "s", (size_t)found);
	return true;
}

static void read_contains(struct compiler *c, struct schema *schema)
{
	const struct schema *wanted = compiler_child(c, schema, KEYWORD_CONTAINS);
	struct contains_rule *contains = wanted ? compiler_alloc(c, 1, sizeof(*contains)) : NULL;

	if (!contains)
		return;
	contains->schema = wanted;
	contains->min = 1;
	compiler_count(c, KEYWORD_MIN_CONTAINS, &contains->min);
	contains->has_max = compiler_count(c, KEYWORD_MAX_CONTAINS, &contains->max);
	compiler_rule(c, schema, KEYWORD_CONTAINS, ON_ARRAY, check_contains)->contains = contains;
}

static void read_items(struct compiler *c, struct schema *schema)
{
	struct item_rules *items;

	if (!c->values[KEYWORD_ITEMS] && !c->values[KEYWORD_PREFIX_ITEMS])
		return;
	if (!(items = compiler_alloc(c, 1, sizeof(*items))))
		return;
	items->prefix = compiler_list(c, schema, KEYWORD_PREFIX_ITEMS);
	items->rest = compiler_child(c, schema, KEYWORD_ITEMS);
	schema->items = items->rest;
	compiler_rule(c, schema, items->rest ? KEYWORD_ITEMS : KEYWORD_PREFIX_ITEMS, ON_ARRAY, check_items)
		->items = items;
}

void read_array(struct compiler *c, struct schema *schema)
{
	uint64_t count;

	if (compiler_count(c, KEYWORD_MIN_ITEMS, &count))
		compiler_rule(c, schema, KEYWORD_MIN_ITEMS, ON_ARRAY, check_min_items)->count = count;
	if (compiler_count(c, KEYWORD_MAX_ITEMS, &count))
		compiler_rule(c, schema, KEYWORD_MAX_ITEMS, ON_ARRAY, check_max_items)->count = count;
	read_items(c, schema);
	read_contains(c, schema);
	/* After the limits on the array, which keep this short. */
	if (json_is_true(c->values[KEYWORD_UNIQUE_ITEMS]))
		compiler_rule(c, schema, KEYWORD_UNIQUE_ITEMS, ON_ARRAY, check_unique);
}
