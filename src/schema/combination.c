/* allOf, anyOf, oneOf and not (JSON Schema Core, section 10.2.1). */
#include "schema/combination.h"

#include "schema/compiler.h"
#include "schema/constants.h"
#include "schema/reference.h"

/* What must hold anyway is walked in the walk's own mode. */
static bool check_all_of(struct walk *w, const struct rule *rule, const struct json *node)
{
	bool ok = true;

	for (size_t i = 0; i < rule->schemas.count; i++)
		if (!walk_schema(w, rule->schemas.list[i], node)) {
			ok = false;
			if (!walk_goes_on(w))
				return false;
		}
	return ok;
}

/* A member names its branch, and there is none of that name. */
static bool fail_tag(struct walk *w, const struct rule *rule, const struct branch_choice *choice)
{
	char text[CONSTANTS_TEXT_MAX] = "";
	bool is_one = choice->tags.count == 1;

	if (w->mode == WALK_COLLECT)
		constants_describe(w->arena, &choice->tags, text, sizeof(text));
	return walk_fail_child(w, rule, choice->tag, choice->tag_index, is_one ? "CONST" : "ENUM",
	                       is_one ? "Must be %s" : "Must be one of: %s", text);
}

/* No branch stands out; where each is for another type, that says most. */
static bool fail_all(struct walk *w, const struct rule *rule, const char *code,
                     const struct branch_choice *choice)
{
	char text[WALK_TYPES_MAX];
	unsigned types = 0;

	if (choice->tag)
		return fail_tag(w, rule, choice);
	if (!choice->is_about_types)
		return walk_fail(w, rule, code, "Fits none of the %zu alternatives", rule->schemas.count);
	for (size_t i = 0; i < rule->schemas.count; i++)
		types |= rule->schemas.list[i]->types;
	walk_describe_types(types, text, sizeof(text));
	/* For a choice around this one all of it is a branch for other types. */
	return walk_fail(w, rule, w->mode == WALK_PROBE ? "TYPE" : code, "Must be %s", text);
}

/* None of the branches holds: tell the errors of the best one, or that there is none. */
static bool fail_branches(struct walk *w, const struct rule *rule, const struct json *node, const char *code)
{
	struct branch_choice choice;

	if (walk_seeks_only_secrets(w)) { /* nobody knows which was meant: whatever any of them hides */
		for (size_t i = 0; i < rule->schemas.count && !w->failure; i++)
			walk_schema(w, rule->schemas.list[i], node);
		return false;
	}
	if (w->mode == WALK_FAST || w->failure)
		return false;
	choice = branch_choose(w, &rule->schemas, node);
	if (!choice.best)
		return fail_all(w, rule, code, &choice);
	walk_schema(w, choice.best, node);
	return false;
}

static bool check_any_of(struct walk *w, const struct rule *rule, const struct json *node)
{
	bool holds = false;

	for (size_t i = 0; i < rule->schemas.count && !w->failure; i++) {
		holds = walk_test(w, rule->schemas.list[i], node) || holds;
		if (holds && !w->evaluated && !w->seeks_secrets) /* others may still evaluate or hide more */
			return true;
	}
	return holds && !w->failure ? true : fail_branches(w, rule, node, "ANY_OF");
}

static bool check_one_of(struct walk *w, const struct rule *rule, const struct json *node)
{
	size_t holding = 0;

	for (size_t i = 0; i < rule->schemas.count && !w->failure; i++) {
		holding += walk_test(w, rule->schemas.list[i], node);
		if (holding > 1 && w->mode == WALK_FAST && !walk_seeks_only_secrets(w))
			return false;
	}
	if (holding == 1 && !w->failure)
		return true;
	if (holding == 0)
		return fail_branches(w, rule, node, "ONE_OF");
	return walk_fail(w, rule, "ONE_OF", "Fits %zu of the alternatives, must fit exactly one", holding);
}

/* Who sends a value is nothing that it could be refused for inside of a `not`. */
static bool check_not(struct walk *w, const struct rule *rule, const struct json *node)
{
	enum schema_direction direction = w->direction;
	struct evaluated *outer = w->evaluated;
	bool holds;

	w->direction = SCHEMA_NEUTRAL;
	w->evaluated = NULL;
	holds = walk_test(w, rule->schema, node);
	w->evaluated = outer;
	w->direction = direction;
	if (w->failure || !holds)
		return !w->failure;
	return walk_fail(w, rule, "NOT", "Must not be of the kind that is excluded");
}

static void add_list(struct compiler *c, struct schema *schema, enum keyword keyword, rule_check *check)
{
	struct schema_list list = compiler_list(c, schema, keyword);

	if (list.count)
		compiler_rule(c, schema, keyword, ON_ANY, check)->schemas = list;
}

void read_combinations(struct compiler *c, struct schema *schema)
{
	const struct schema *excluded = compiler_child(c, schema, KEYWORD_NOT);

	add_list(c, schema, KEYWORD_ALL_OF, check_all_of);
	add_list(c, schema, KEYWORD_ANY_OF, check_any_of);
	add_list(c, schema, KEYWORD_ONE_OF, check_one_of);
	if (excluded)
		compiler_rule(c, schema, KEYWORD_NOT, ON_ANY, check_not)->schema = excluded;
}

enum combination combination_of(const struct rule *rule)
{
	if (rule->check == check_ref)
		return COMBINATION_REF;
	if (rule->check == check_all_of)
		return COMBINATION_ALL;
	if (rule->check == check_any_of)
		return COMBINATION_ANY;
	return rule->check == check_one_of ? COMBINATION_ONE : COMBINATION_NONE;
}
