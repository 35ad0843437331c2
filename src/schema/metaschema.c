/*
 * Our own meta-schema of JSON Schema 2020-12: see registry.h.
 *
 * It is made from the rows of keyword.def when something refers to it, and says
 * of a schema what the compiler would say: each keyword's shape. It answers to the
 * well-known URIs, the whole and each vocabulary alone, so that meta-schemas which
 * extend them work without a network. Each has the $dynamicAnchor "meta" that such
 * meta-schemas rely on.
 */
#include "schema/registry.h"

#define DRAFT "https://json-schema.org/draft/2020-12/"

enum { TEXT_MAX = 32 * 1024 };

#define SUBSCHEMA "{\"$dynamicRef\":\"#meta\"}"
#define NAMES "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"uniqueItems\":true}"
#define TYPE "{\"enum\":[\"null\",\"boolean\",\"integer\",\"number\",\"string\",\"array\",\"object\"]}"
#define MAP_OF(values) "{\"type\":\"object\",\"additionalProperties\":" values "}"

static const char *const shapes[] = {
	[SHAPE_SCHEMA] = SUBSCHEMA,
	[SHAPE_SCHEMA_LIST] = "{\"type\":\"array\",\"minItems\":1,\"items\":" SUBSCHEMA "}",
	[SHAPE_SCHEMA_MAP] = MAP_OF(SUBSCHEMA),
	[SHAPE_PATTERN_MAP] = "{\"type\":\"object\",\"propertyNames\":{\"format\":\"regex\"},"
			      "\"additionalProperties\":" SUBSCHEMA "}",
	[SHAPE_DEPENDENCY_MAP] = MAP_OF("{\"anyOf\":[" NAMES "," SUBSCHEMA "]}"),
	[SHAPE_BOOLEAN] = "{\"type\":\"boolean\"}",
	[SHAPE_COUNT] = "{\"type\":\"integer\",\"minimum\":0}",
	[SHAPE_NUMBER] = "{\"type\":\"number\"}",
	[SHAPE_POSITIVE] = "{\"type\":\"number\",\"exclusiveMinimum\":0}",
	[SHAPE_STRING] = "{\"type\":\"string\"}",
	[SHAPE_URI] = "{\"type\":\"string\",\"format\":\"uri-reference\"}",
	[SHAPE_PATTERN] = "{\"type\":\"string\",\"format\":\"regex\"}",
	[SHAPE_TYPE] = TYPE,
	[SHAPE_TYPES] = "{\"anyOf\":[" TYPE ",{\"type\":\"array\",\"items\":" TYPE ",\"minItems\":1,"
			"\"uniqueItems\":true}]}",
	[SHAPE_NAMES] = NAMES,
	[SHAPE_NAMES_MAP] = MAP_OF(NAMES),
	[SHAPE_BOOLEAN_MAP] = MAP_OF("{\"type\":\"boolean\"}"),
	[SHAPE_LIST] = "{\"type\":\"array\"}",
	[SHAPE_ANY] = "true",
};

static const struct str vocabulary_names[VOCABULARY_COUNT] = {
#define V(id, name) [VOCABULARY_##id] = STR_INIT(DRAFT "meta/" name),
#include "schema/vocabulary.def"
#undef V
};

static const struct str whole_name = STR_INIT(DRAFT "schema");

/* The vocabularies that `uri` is about, as a set; 0 where it is about none. */
static unsigned vocabularies_of(struct str uri)
{
	if (str_eq(uri, whole_name))
		return (1u << VOCABULARY_COUNT) - 1;
	for (size_t i = 0; i < VOCABULARY_COUNT; i++)
		if (str_eq(uri, vocabulary_names[i]))
			return 1u << (i == VOCABULARY_FORMAT_ASSERTION ? VOCABULARY_FORMAT : i);
	return 0;
}

bool metaschema_is_known(struct str uri)
{
	return str_eq(uri, whole_name);
}

int metaschema_make(struct schema_set *set, struct str uri, const struct json **ret_root)
{
	unsigned vocabularies = vocabularies_of(uri);
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *root;
	struct buf text;
	int r;

	if (!vocabularies)
		return 0;
	buf_init(&text, set->arena, TEXT_MAX);
	buf_printf(&text,
	           "{\"$id\":\"%.*s\",\"$dynamicAnchor\":\"meta\",\"type\":[\"object\",\"boolean\"],"
	           "\"properties\":{",
	           STR_ARG(uri));
	for (size_t i = 0, written = 0; i < KEYWORD_COUNT; i++) {
		const struct keyword_row *row = &keyword_rows[i];

		if (row->dialects & DIALECT_NEW && vocabularies & 1u << row->vocabulary)
			buf_printf(&text, "%s\"%.*s\":%s", written++ ? "," : "", STR_ARG(row->name),
			           shapes[row->shape]);
	}
	buf_lit(&text, "}}");
	if (text.failed)
		return STATUTE_ENOMEM;
	r = json_parse(set->arena, buf_str(&text), &limits, &root, &fault);
	if (r == 0)
		*ret_root = root;
	return r == 0 ? 0 : STATUTE_ENOMEM;
}
