/* if, then, else, and what one member's presence brings (JSON Schema Core, sections 10.2.2; Validation, 6.5.4). */
#include "schema/compiler.h"

static bool check_condition(struct walk *w, const struct rule *rule, const struct json *node)
{
	const struct condition *condition = rule->condition;
	enum schema_direction direction = w->direction;
	const struct schema *next;

	/* Who sends a value is nothing that the test may depend on. */
	w->direction = SCHEMA_NEUTRAL;
	next = walk_test(w, condition->test, node) ? condition->then : condition->otherwise;
	w->direction = direction;
	return !w->failure && (!next || walk_schema(w, next, node));
}

void read_condition(struct compiler *c, struct schema *schema)
{
	const struct schema *test = compiler_child(c, schema, KEYWORD_IF);
	struct condition *condition;

	if (!test || !(condition = compiler_alloc(c, 1, sizeof(*condition))))
		return;
	condition->test = test;
	condition->then = compiler_child(c, schema, KEYWORD_THEN);
	condition->otherwise = compiler_child(c, schema, KEYWORD_ELSE);
	compiler_rule(c, schema, KEYWORD_IF, ON_ANY, check_condition)->condition = condition;
}

static bool check_needed(struct walk *w, const struct rule *rule, const struct dependency *dependency,
                         const struct json *node)
{
	bool ok = true;

	for (size_t i = 0; i < dependency->names.count; i++) {
		struct str name = dependency->names.list[i];

		if (json_get(node, name))
			continue;
		ok = walk_fail_missing(w, rule, name, "DEPENDENT_REQUIRED", "Is required where %.*s is given",
		                       STR_ARG(dependency->name));
		if (!walk_goes_on(w))
			return false;
	}
	return ok;
}

static bool check_dependencies(struct walk *w, const struct rule *rule, const struct json *node)
{
	bool ok = true;

	for (size_t i = 0; i < rule->dependencies->count; i++) {
		const struct dependency *dependency = &rule->dependencies->list[i];

		if (!json_get(node, dependency->name))
			continue;
		if (!check_needed(w, rule, dependency, node) ||
		    (dependency->schema && !walk_schema(w, dependency->schema, node))) {
			ok = false;
			if (!walk_goes_on(w))
				return false;
		}
	}
	return ok;
}

static void add_dependencies(struct compiler *c, struct schema *schema, enum keyword keyword)
{
	const struct json *value = c->values[keyword];
	struct dependency_list *dependencies;

	if (!value || !(dependencies = compiler_alloc(c, 1, sizeof(*dependencies))) ||
	    !(dependencies->list = compiler_alloc(c, value->count, sizeof(*dependencies->list))))
		return;
	json_each(member, value) {
		struct dependency *dependency = &dependencies->list[dependencies->count++];

		dependency->name = member->name;
		if (member->type == JSON_ARRAY)
			dependency->names = compiler_names(c, member);
		else
			dependency->schema = compiler_grandchild(c, schema, keyword, member, member->name);
	}
	compiler_rule(c, schema, keyword, ON_OBJECT, check_dependencies)->dependencies = dependencies;
}

void read_dependencies(struct compiler *c, struct schema *schema)
{
	add_dependencies(c, schema, KEYWORD_DEPENDENT_REQUIRED);
	add_dependencies(c, schema, KEYWORD_DEPENDENT_SCHEMAS);
	add_dependencies(c, schema, KEYWORD_DEPENDENCIES);
}
