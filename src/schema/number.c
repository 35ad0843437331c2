/* multipleOf, minimum, maximum and the exclusive ones (JSON Schema Validation, section 6.2). Exact in decimal. */
#include "schema/compiler.h"

static bool check_minimum(struct walk *w, const struct rule *rule, const struct json *node)
{
	if (json_number_cmp(node->text, rule->number) >= 0)
		return true;
	return walk_fail(w, rule, "MIN_VALUE", "Must be at least %.*s", STR_ARG(rule->number));
}

static bool check_maximum(struct walk *w, const struct rule *rule, const struct json *node)
{
	if (json_number_cmp(node->text, rule->number) <= 0)
		return true;
	return walk_fail(w, rule, "MAX_VALUE", "Must be at most %.*s", STR_ARG(rule->number));
}

static bool check_above(struct walk *w, const struct rule *rule, const struct json *node)
{
	if (json_number_cmp(node->text, rule->number) > 0)
		return true;
	return walk_fail(w, rule, "EXCLUSIVE_MIN", "Must be greater than %.*s", STR_ARG(rule->number));
}

static bool check_below(struct walk *w, const struct rule *rule, const struct json *node)
{
	if (json_number_cmp(node->text, rule->number) < 0)
		return true;
	return walk_fail(w, rule, "EXCLUSIVE_MAX", "Must be less than %.*s", STR_ARG(rule->number));
}

static bool check_multiple(struct walk *w, const struct rule *rule, const struct json *node)
{
	if (json_number_is_multiple(node->text, rule->number))
		return true;
	return walk_fail(w, rule, "MULTIPLE_OF", "Must be a multiple of %.*s", STR_ARG(rule->number));
}

static void add(struct compiler *c, struct schema *schema, enum keyword keyword, rule_check *check)
{
	if (c->values[keyword])
		compiler_rule(c, schema, keyword, ON_NUMBER, check)->number = c->values[keyword]->text;
}

void read_number(struct compiler *c, struct schema *schema)
{
	/* In OpenAPI 3.0 the exclusive ones are flags of the limit. */
	bool is_above = json_is_true(c->values[KEYWORD_MINIMUM_IS_EXCLUSIVE]);
	bool is_below = json_is_true(c->values[KEYWORD_MAXIMUM_IS_EXCLUSIVE]);

	add(c, schema, KEYWORD_MINIMUM, is_above ? check_above : check_minimum);
	add(c, schema, KEYWORD_MAXIMUM, is_below ? check_below : check_maximum);
	add(c, schema, KEYWORD_EXCLUSIVE_MINIMUM, check_above);
	add(c, schema, KEYWORD_EXCLUSIVE_MAXIMUM, check_below);
	add(c, schema, KEYWORD_MULTIPLE_OF, check_multiple);
}
