/* The types of a parameter's parts, and the value of one text: see reading.h. */
#include "openapi/reading.h"

#include "message/uri.h"

enum {
	SCALARS = SCHEMA_TYPE_NULL | SCHEMA_TYPE_BOOLEAN | SCHEMA_TYPE_INTEGER | SCHEMA_TYPE_NUMBER |
	          SCHEMA_TYPE_STRING
};

struct typed typed_schema(const struct schema *schema)
{
	return (struct typed){ .schema = schema, .types = schema ? schema_types(schema) : SCHEMA_TYPE_ANY };
}

struct typed typed_items(const struct schema *array)
{
	return typed_schema(array ? schema_items(array) : NULL);
}

static unsigned type_from(struct str name)
{
	static const struct {
		struct str name;
		unsigned types;
	} rows[] = {
		{ STR_INIT("null"), SCHEMA_TYPE_NULL },
		{ STR_INIT("boolean"), SCHEMA_TYPE_BOOLEAN },
		{ STR_INIT("integer"), SCHEMA_TYPE_INTEGER },
		{ STR_INIT("number"), SCHEMA_TYPE_INTEGER | SCHEMA_TYPE_NUMBER },
		{ STR_INIT("string"), SCHEMA_TYPE_STRING },
		{ STR_INIT("array"), SCHEMA_TYPE_ARRAY },
		{ STR_INIT("object"), SCHEMA_TYPE_OBJECT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (str_eq(name, rows[i].name))
			return rows[i].types;
	return 0;
}

/* Members that are not declared have the type that additionalProperties names, where it names one. */
static unsigned additional_types(const struct schema *object)
{
	const struct json *additional = json_get(schema_node(object), S("additionalProperties"));
	const struct json *type = json_get(additional, S("type"));
	unsigned types = type_from(json_text(type));

	if (json_is(type, JSON_ARRAY))
		json_each(name, type)
			types |= type_from(json_text(name));
	return types ? types : SCHEMA_TYPE_ANY;
}

struct typed typed_member(const struct schema *object, struct str name)
{
	const struct schema_member *member = object ? schema_member(object, name) : NULL;

	if (member)
		return (struct typed){ .schema = member->schema, .types = member->types };
	return (struct typed){ .types = object ? additional_types(object) : SCHEMA_TYPE_ANY };
}

bool typed_is_only(struct typed typed, unsigned types)
{
	return typed.types && !(typed.types & ~(types | SCHEMA_TYPE_NULL)) && (typed.types & types);
}

struct json *reading_new(struct reading *reading, enum json_type type)
{
	struct json *node = json_new(reading->arena, type);

	if (!node)
		reading->failure = STATUTE_ENOMEM;
	return node;
}

struct str reading_decode(struct reading *reading, struct str raw)
{
	struct str text = raw;

	if (reading->parameter->in != IN_HEADER && raw.len)
		text = uri_decode(reading->arena, raw, reading->parameter->in == IN_QUERY);
	if (raw.len && !text.at)
		reading->failure = STATUTE_ENOMEM;
	if (!str_is_utf8(text)) {
		reading->is_not_utf8 = true;
		text = S("");
	}
	return text.at || reading->failure ? text : S("");
}

/* A JSON number, true or false, whole; NULL where the text is none of these. */
static struct json *parse_literal(struct reading *r, struct str text)
{
	static const struct json_limits limits = { .depth = 1, .nodes = 1 };
	struct json_fault fault;
	struct json *node = NULL;
	int result;

	if (!text.len || !strchr("-0123456789tf", text.at[0]) || strchr(" \t\r\n", text.at[text.len - 1]))
		return NULL;
	result = json_parse(r->arena, text, &limits, &node, &fault);
	if (result == STATUTE_ENOMEM)
		r->failure = result;
	if (result < 0)
		return NULL;
	node->at = node->end = 0;
	return node;
}

static bool is_of(const struct json *literal, unsigned types)
{
	unsigned numbers = SCHEMA_TYPE_INTEGER | SCHEMA_TYPE_NUMBER;

	if (!literal)
		return false;
	return literal->type == JSON_NUMBER ? (types & numbers) != 0 : (types & SCHEMA_TYPE_BOOLEAN) != 0;
}

static bool accepts(struct reading *r, struct typed typed, const struct json *value)
{
	int result = typed.schema ? schema_validate(typed.schema, value, SCHEMA_NEUTRAL, r->arena, NULL) : 0;

	if (result == STATUTE_ENOMEM)
		r->failure = result;
	return result == 0;
}

struct json *reading_scalar(struct reading *reading, struct typed typed, struct str raw, bool guesses)
{
	struct str text = reading_decode(reading, raw);
	struct json *string, *literal;
	bool is_any = (typed.types & SCALARS) == SCALARS;

	if (!text.len && (typed.types & SCHEMA_TYPE_NULL) && !is_any)
		return reading_new(reading, JSON_NULL);
	if (!(string = reading_new(reading, JSON_STRING)))
		return NULL;
	string->text = text;
	literal = parse_literal(reading, text);
	if (!is_of(literal, typed.types))
		return string;
	if (!(typed.types & SCHEMA_TYPE_STRING) || (guesses && is_any && !typed.schema))
		return literal;
	return accepts(reading, typed, string) || !accepts(reading, typed, literal) ? string : literal;
}
