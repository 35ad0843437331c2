/* type, nullable, enum and const (JSON Schema Validation, section 6.1; OpenAPI 3.0.4, Schema Object). */
#include "schema/compiler.h"
#include "schema/constants.h"

static bool has_value(const struct enumeration *values, const struct json *node)
{
	if (node->type == JSON_STRING && values->texts.count)
		return map_get(&values->texts, node->text) != NULL;
	for (size_t i = 0; i < values->count; i++)
		if (values->list[i]->type == node->type && json_equal(values->list[i], node))
			return true;
	return false;
}

static bool check_enum(struct walk *w, const struct rule *rule, const struct json *node)
{
	char text[CONSTANTS_TEXT_MAX] = "";

	if (has_value(rule->enumeration, node))
		return true;
	if (w->mode == WALK_COLLECT)
		constants_describe(w->arena, rule->enumeration, text, sizeof(text));
	return walk_fail(w, rule, "ENUM", "Must be one of: %s", text);
}

static bool check_const(struct walk *w, const struct rule *rule, const struct json *node)
{
	const struct json *one[] = { rule->value };
	struct enumeration value = { .list = one, .count = 1 };
	char text[CONSTANTS_TEXT_MAX] = "";

	if (rule->value->type == node->type && json_equal(rule->value, node))
		return true;
	if (w->mode == WALK_COLLECT)
		constants_describe(w->arena, &value, text, sizeof(text));
	return walk_fail(w, rule, "CONST", "Must be %s", text);
}

/* Types of values of JSON as SCHEMA_TYPE_…, of a number both. */
static unsigned types_of(const struct json *value)
{
	static const unsigned types[] = {
		[JSON_NULL] = SCHEMA_TYPE_NULL,     [JSON_FALSE] = SCHEMA_TYPE_BOOLEAN,
		[JSON_TRUE] = SCHEMA_TYPE_BOOLEAN,  [JSON_NUMBER] = SCHEMA_TYPE_NUMBER | SCHEMA_TYPE_INTEGER,
		[JSON_STRING] = SCHEMA_TYPE_STRING, [JSON_ARRAY] = SCHEMA_TYPE_ARRAY,
		[JSON_OBJECT] = SCHEMA_TYPE_OBJECT,
	};

	if (value->type == JSON_NUMBER && json_number_is_integer(value->text))
		return SCHEMA_TYPE_INTEGER;
	return types[value->type];
}

static struct enumeration *new_enumeration(struct compiler *c, const struct json *list)
{
	struct enumeration *values = compiler_alloc(c, 1, sizeof(*values));

	if (!values || !(values->list = compiler_alloc(c, list->count, sizeof(*values->list))))
		return NULL;
	map_init(&values->texts, c->set->arena);
	json_each(item, list) {
		void **place = NULL;

		values->list[values->count++] = item;
		if (list->count <= SCHEMA_FEW_NAMES || item->type != JSON_STRING)
			continue;
		if (!(place = map_put(&values->texts, item->text))) {
			c->failure = STATUTE_ENOMEM;
			return NULL;
		}
		*place = item;
	}
	return values;
}

void read_constants(struct compiler *c, struct schema *schema)
{
	const struct json *list = c->values[KEYWORD_ENUM], *value = c->values[KEYWORD_CONST];
	struct enumeration *values;
	unsigned types = 0;

	if (list && (values = new_enumeration(c, list))) {
		compiler_rule(c, schema, KEYWORD_ENUM, ON_ANY, check_enum)->enumeration = values;
		json_each(item, list)
			types |= types_of(item);
		schema->types &= types;
	}
	if (value) {
		compiler_rule(c, schema, KEYWORD_CONST, ON_ANY, check_const)->value = value;
		schema->types &= types_of(value);
	}
}

static unsigned read_names(const struct json *type)
{
	unsigned types = 0;

	if (type->type == JSON_STRING)
		types = shape_type(type->text);
	json_each(item, type)
		types |= shape_type(json_text(item));
	return types;
}

static uint8_t accepted(unsigned types)
{
	static const unsigned sets[] = { ON_NULL,   ON_BOOLEAN, ON_NUMBER, ON_NUMBER,
		                         ON_STRING, ON_ARRAY,   ON_OBJECT };
	unsigned accepts = 0;

	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		if (types & 1u << i)
			accepts |= sets[i];
	return (uint8_t)accepts;
}

void read_type(struct compiler *c, struct schema *schema)
{
	const struct json *type = c->values[KEYWORD_TYPE] ? c->values[KEYWORD_TYPE]
	                                                  : c->values[KEYWORD_TYPE_NAME];
	unsigned types;

	if (!type)
		return;
	types = read_names(type);
	if (json_is_true(c->values[KEYWORD_NULLABLE]))
		types |= SCHEMA_TYPE_NULL;
	schema->accepts = accepted(types);
	schema->is_integer = !(types & SCHEMA_TYPE_NUMBER);
	if (types & SCHEMA_TYPE_NUMBER)
		types |= SCHEMA_TYPE_INTEGER;
	schema->types = types;
	schema->own_types = (uint8_t)types;
}
