/* $ref and $dynamicRef (JSON Schema Core, section 8.2.3). */
#include "schema/reference.h"

#include "schema/compiler.h"

bool check_ref(struct walk *w, const struct rule *rule, const struct json *node)
{
	return walk_schema(w, rule->schema, node);
}

/* The outermost resource of the dynamic scope that has the anchor decides. */
static bool check_dynamic_ref(struct walk *w, const struct rule *rule, const struct json *node)
{
	const struct dynamic_ref *ref = rule->dynamic;
	const struct schema *schema = ref->schema;

	for (const struct scope *scope = w->scope; scope; scope = scope->up) {
		const struct anchor *anchor = map_get(&scope->resource->anchors, ref->anchor);

		if (anchor && anchor->is_dynamic && anchor->schema)
			schema = anchor->schema;
	}
	return walk_schema(w, schema, node);
}

static const struct schema *resolve(struct compiler *c, const struct json *value, struct target *target)
{
	int r = registry_resolve(c->set, c->resource, value->text, target);

	if (r == STATUTE_ENOTFOUND) {
		issues_add(c->issues, value->at, NULL, "'%.*s' names nothing", STR_ARG(value->text));
		return NULL;
	}
	if (r < 0) {
		c->failure = r;
		return NULL;
	}
	if (target->node->type != JSON_OBJECT && target->node->type != JSON_TRUE &&
	    target->node->type != JSON_FALSE) {
		issues_add(c->issues, value->at, NULL, "'%.*s' names something that is no schema",
		           STR_ARG(value->text));
		return NULL;
	}
	return compiler_schema(c, target->node, target->resource, target->location);
}

static void read_dynamic_ref(struct compiler *c, struct schema *schema)
{
	const struct json *value = c->values[KEYWORD_DYNAMIC_REF];
	struct target target = { 0 };
	const struct schema *to = value ? resolve(c, value, &target) : NULL;
	struct dynamic_ref *ref;

	if (!to)
		return;
	if (!target.is_dynamic) {
		compiler_rule(c, schema, KEYWORD_DYNAMIC_REF, ON_ANY, check_ref)->schema = to;
		return;
	}
	if (!(ref = compiler_alloc(c, 1, sizeof(*ref))))
		return;
	*ref = (struct dynamic_ref){ .anchor = target.anchor, .schema = to };
	compiler_rule(c, schema, KEYWORD_DYNAMIC_REF, ON_ANY, check_dynamic_ref)->dynamic = ref;
}

void read_references(struct compiler *c, struct schema *schema)
{
	const struct json *value = c->values[KEYWORD_REF];
	struct target target = { 0 };
	const struct schema *to = value ? resolve(c, value, &target) : NULL;

	if (to)
		compiler_rule(c, schema, KEYWORD_REF, ON_ANY, check_ref)->schema = to;
	read_dynamic_ref(c, schema);
}
