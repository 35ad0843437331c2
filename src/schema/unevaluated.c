/*
 * unevaluatedItems and unevaluatedProperties (JSON Schema Core, section 11).
 *
 * Only schemas that have one of them make the walk keep what their other rules
 * evaluate; these rules come last and look at the rest.
 */
#include "schema/compiler.h"

static bool check_rest(struct walk *w, const struct rule *rule, const struct json *node)
{
	const struct evaluated *evaluated = w->evaluated;
	bool ok = true, is_object = node->type == JSON_OBJECT;
	size_t index = 0;

	for (const struct json *child = evaluated->has_all ? NULL : json_first(node); child;
	     child = child->next, index++) {
		bool holds = true;

		if (evaluated_has(evaluated, index))
			continue;
		if (!rule->schema->is_false)
			holds = walk_child(w, rule->schema, child, index);
		else
			holds = walk_fail_child(w, rule, child, index,
			                        is_object ? "ADDITIONAL_PROPERTY" : "UNEVALUATED",
			                        is_object ? "Is not a known member" : "Is one item too many");
		if (!holds) {
			ok = false;
			if (!walk_goes_on(w))
				return false;
		}
	}
	evaluated_add_all(w->evaluated);
	return ok;
}

static void add(struct compiler *c, struct schema *schema, enum keyword keyword, unsigned applies)
{
	const struct schema *rest = compiler_child(c, schema, keyword);

	if (!rest)
		return;
	schema->tracks = true;
	compiler_rule(c, schema, keyword, applies, check_rest)->schema = rest;
}

void read_unevaluated(struct compiler *c, struct schema *schema)
{
	add(c, schema, KEYWORD_UNEVALUATED_ITEMS, ON_ARRAY);
	add(c, schema, KEYWORD_UNEVALUATED_PROPERTIES, ON_OBJECT);
}
