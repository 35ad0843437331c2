/* What the values of keywords must look like: see compiler.h. All that is wrong is told, at its place. */
#include <stdio.h>

#include "schema/compiler.h"

static const struct str type_names[] = {
	STR_INIT("null"),   STR_INIT("boolean"), STR_INIT("integer"), STR_INIT("number"),
	STR_INIT("string"), STR_INIT("array"),   STR_INIT("object"),
};

unsigned shape_type(struct str name)
{
	for (size_t i = 0; i < sizeof(type_names) / sizeof(*type_names); i++)
		if (str_eq(name, type_names[i]))
			return 1u << i;
	return 0;
}

/* What only annotates harms nothing when it is wrong. */
static bool refuse(struct compiler *c, const struct keyword_row *row, const struct json *value,
                   const char *what)
{
	bool is_harmless = row->vocabulary == VOCABULARY_META_DATA || row->vocabulary == VOCABULARY_CONTENT;

	(is_harmless ? issues_warn : issues_add)(c->issues, value->at, NULL, "'%.*s' must be %s",
	                                         STR_ARG(row->name), what);
	return false;
}

static bool is_schema(const struct json *node)
{
	return node->type == JSON_OBJECT || node->type == JSON_TRUE || node->type == JSON_FALSE;
}

static bool is_names(const struct json *node)
{
	json_each(item, node)
		if (item->type != JSON_STRING)
			return false;
	return node->type == JSON_ARRAY;
}

/* Every member or item must be what `is_right` says. */
static bool check_each(struct compiler *c, const struct keyword_row *row, const struct json *value,
                       bool (*is_right)(const struct json *), const char *what)
{
	bool ok = true;

	json_each(child, value)
		if (!is_right(child)) {
			issues_add(c->issues, child->at, NULL, "in '%.*s', this must be %s",
			           STR_ARG(row->name), what);
			ok = false;
		}
	return ok;
}

static bool is_boolean(const struct json *node)
{
	return node->type == JSON_TRUE || node->type == JSON_FALSE;
}

static bool is_dependency(const struct json *node)
{
	return is_schema(node) || is_names(node);
}

static bool check_schema(struct compiler *c, const struct keyword_row *row, const struct json *value)
{
	if (is_schema(value))
		return true;
	if (value->type != JSON_ARRAY || !str_eq(row->name, S("items")))
		return refuse(c, row, value, "a schema");
	issues_add(c->issues, value->at, "use 'prefixItems' for items that differ",
	           "'items' must be one schema");
	return false;
}

static bool check_map(struct compiler *c, const struct keyword_row *row, const struct json *value)
{
	if (value->type != JSON_OBJECT)
		return refuse(c, row, value, "an object");
	if (row->shape == SHAPE_NAMES_MAP)
		return check_each(c, row, value, is_names, "an array of strings");
	if (row->shape == SHAPE_BOOLEAN_MAP)
		return check_each(c, row, value, is_boolean, "true or false");
	if (row->shape == SHAPE_DEPENDENCY_MAP)
		return check_each(c, row, value, is_dependency, "a schema or an array of strings");
	return check_each(c, row, value, is_schema, "a schema");
}

static bool check_list(struct compiler *c, const struct keyword_row *row, const struct json *value)
{
	if (value->type != JSON_ARRAY || !value->count)
		return refuse(c, row, value, "an array of at least one schema");
	return check_each(c, row, value, is_schema, "a schema");
}

static bool check_number(struct compiler *c, const struct keyword_row *row, const struct json *value)
{
	if (value->type != JSON_NUMBER)
		return refuse(c, row, value,
		              row->shape == SHAPE_COUNT ? "a whole number of at least 0" : "a number");
	if (row->shape == SHAPE_COUNT &&
	    (!json_number_is_integer(value->text) || json_number_cmp(value->text, S("0")) < 0))
		return refuse(c, row, value, "a whole number of at least 0");
	if (row->shape == SHAPE_POSITIVE && json_number_cmp(value->text, S("0")) <= 0)
		return refuse(c, row, value, "greater than 0");
	return true;
}

/* The type whose name is nearly `name`, or NULL. */
static const struct str *nearest_type(struct str name)
{
	const struct str *nearest = NULL;
	size_t least = 3;

	for (size_t i = 0; i < sizeof(type_names) / sizeof(*type_names); i++) {
		size_t distance = str_distance(name, type_names[i]);

		if (distance < least) {
			least = distance;
			nearest = &type_names[i];
		}
	}
	return nearest;
}

static bool check_type_name(struct compiler *c, const struct json *value)
{
	struct str name = json_text(value);
	const struct str *nearest;
	char remedy[64] = "use string, number, integer, boolean, array or object";

	if (value->type != JSON_STRING) {
		issues_add(c->issues, value->at, remedy, "a type is named by a string");
		return false;
	}
	if (str_eq(name, S("null")) && c->set->dialect == SCHEMA_OPENAPI_3_0) {
		issues_add(c->issues, value->at, "use 'nullable: true'", "OpenAPI 3.0 has no type 'null'");
		return false;
	}
	if (shape_type(name))
		return true;
	if ((nearest = nearest_type(name)))
		snprintf(remedy, sizeof(remedy), "did you mean '%.*s'?", STR_ARG(*nearest));
	issues_add(c->issues, value->at, remedy, "'%.*s' is not a type", STR_ARG(name));
	return false;
}

static bool check_types(struct compiler *c, const struct keyword_row *row, const struct json *value)
{
	bool ok = true;

	if (value->type != JSON_ARRAY)
		return check_type_name(c, value);
	if (!value->count)
		return refuse(c, row, value, "a type or an array of at least one type");
	json_each(item, value)
		ok = check_type_name(c, item) && ok;
	return ok;
}

bool shape_check(struct compiler *c, const struct keyword_row *row, const struct json *value)
{
	switch (row->shape) {
	case SHAPE_SCHEMA: return check_schema(c, row, value);
	case SHAPE_SCHEMA_LIST: return check_list(c, row, value);
	case SHAPE_SCHEMA_MAP:
	case SHAPE_PATTERN_MAP:
	case SHAPE_DEPENDENCY_MAP:
	case SHAPE_NAMES_MAP:
	case SHAPE_BOOLEAN_MAP: return check_map(c, row, value);
	case SHAPE_BOOLEAN: return is_boolean(value) || refuse(c, row, value, "true or false");
	case SHAPE_COUNT:
	case SHAPE_NUMBER:
	case SHAPE_POSITIVE: return check_number(c, row, value);
	case SHAPE_STRING:
	case SHAPE_URI:
	case SHAPE_PATTERN: return value->type == JSON_STRING || refuse(c, row, value, "a string");
	case SHAPE_TYPE: return check_type_name(c, value);
	case SHAPE_TYPES: return check_types(c, row, value);
	case SHAPE_NAMES: return is_names(value) || refuse(c, row, value, "an array of strings");
	case SHAPE_LIST: return value->type == JSON_ARRAY || refuse(c, row, value, "an array");
	case SHAPE_ANY: return true;
	}
	return true;
}
