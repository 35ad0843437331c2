/*
 * What a schema says of its value through $ref and allOf: types, format,
 * default, who may send it. See schema.h.
 *
 * A schema that refers to itself at the same place would never end; that is
 * found here, at its place, and not by the first request.
 */
#include "schema/combination.h"
#include "schema/compiler.h"

enum { CHAIN_MAX = 256 }; /* of schemas that refer to each other at one place */

static void find(struct compiler *c, struct schema *schema, unsigned depth);

/* Everything that the other schema says holds here too. */
static void take(struct compiler *c, struct schema *schema, const struct schema *other, unsigned depth)
{
	find(c, (struct schema *)(uintptr_t)other, depth + 1);
	schema->types &= other->types;
	schema->is_read_only |= other->is_read_only;
	schema->is_write_only |= other->is_write_only;
	schema->is_password |= other->is_password;
	if (!schema->format.len)
		schema->format = other->format;
	if (!schema->default_value)
		schema->default_value = other->default_value;
	if (!schema->items)
		schema->items = other->items;
}

static void take_types_of_branches(struct compiler *c, struct schema *schema,
                                   const struct schema_list *branches, unsigned depth)
{
	unsigned types = 0;

	for (size_t i = 0; i < branches->count; i++) {
		struct schema *branch = (struct schema *)(uintptr_t)branches->list[i];

		/* A branch may lead back: it is then no narrower than what is known. */
		if (branch->state == FACTS_BEGUN)
			return;
		find(c, branch, depth + 1);
		types |= branch->types;
	}
	schema->types &= types;
}

static void take_rule(struct compiler *c, struct schema *schema, const struct rule *rule, unsigned depth)
{
	switch (combination_of(rule)) {
	case COMBINATION_REF:
		take(c, schema, rule->schema, depth);
		if (schema->rule_count == 1 && schema->accepts == ON_ANY)
			schema->target = rule->schema->target;
		break;
	case COMBINATION_ALL:
		for (size_t i = 0; i < rule->schemas.count; i++)
			take(c, schema, rule->schemas.list[i], depth);
		break;
	case COMBINATION_ANY:
	case COMBINATION_ONE: take_types_of_branches(c, schema, &rule->schemas, depth); break;
	case COMBINATION_NONE: break;
	}
}

static void find(struct compiler *c, struct schema *schema, unsigned depth)
{
	if (schema->state == FACTS_KNOWN || depth > CHAIN_MAX)
		return;
	if (schema->state == FACTS_BEGUN) {
		issues_add(c->issues, schema->node->at, NULL, "the schema refers back to itself without end");
		return;
	}
	schema->state = FACTS_BEGUN;
	for (uint32_t i = 0; i < schema->rule_count; i++)
		take_rule(c, schema, &schema->rules[i], depth);
	schema->is_secret = schema->is_write_only || schema->is_password;
	schema->state = FACTS_KNOWN;
}

void facts_find(struct compiler *c, struct schema *schema)
{
	find(c, schema, 0);
}

unsigned schema_types(const struct schema *schema)
{
	return schema ? types_to_tell(schema->types) : SCHEMA_TYPE_ANY;
}

const struct schema *schema_items(const struct schema *schema)
{
	return schema ? schema->items : NULL;
}

const struct json *schema_node(const struct schema *schema)
{
	return schema ? schema->target->node : NULL;
}
