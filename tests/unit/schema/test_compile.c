/* What is wrong in a schema is told at its exact place, all of it. */
#include "unit/test.h"

#include "schema_help.h"

/* The issues, a line each: "position: message; remedy". Positions count from 1 in the text. */
static struct str issues_of(enum schema_dialect dialect, const char *text)
{
	const struct json *root = parse(text);
	const struct schema *schema = NULL;
	struct issues issues;
	struct buf buf;
	int r = try_compile(dialect, root, root, &issues, &schema);

	assert_int_equal(r, issues.errors ? STATUTE_EDOCUMENT : 0);
	assert_true(r == 0 ? schema != NULL : schema == NULL);
	issues_sort(&issues);
	buf_init(&buf, &arena, 64 * 1024);
	for (size_t i = 0; i < issues.count; i++)
		buf_printf(&buf, "%s%u: %s%.*s%s%.*s", i ? "\n" : "", issues.list[i].position,
		           issues.list[i].is_warning ? "warning: " : "", STR_ARG(issues.list[i].message),
		           issues.list[i].remedy.len ? "; " : "", STR_ARG(issues.list[i].remedy));
	return buf.at ? buf_str(&buf) : S("");
}

#define assert_issues(dialect, schema, expected) assert_str(issues_of((dialect), (schema)), (expected))

static void an_unknown_type_is_told_at_its_value(void **state)
{
	(void)state;
	assert_issues(SCHEMA_2020_12, "{'type': 'strin'}", "10: 'strin' is not a type; did you mean 'string'?");
	assert_issues(SCHEMA_2020_12, "{'type': ['null', 'qux']}",
	              "19: 'qux' is not a type; use string, number, integer, boolean, array or object");
	assert_issues(SCHEMA_2020_12, "{'type': 3}",
	              "10: a type is named by a string; use string, number, integer, boolean, array or object");
	assert_issues(SCHEMA_OPENAPI_3_0, "{'type': ['string', 'null']}",
	              "10: a type is named by a string; use string, number, integer, boolean, array or object");
	assert_issues(SCHEMA_OPENAPI_3_0, "{'type': 'null'}", "10: OpenAPI 3.0 has no type 'null'; use 'nullable: true'");
}

static void every_keyword_has_a_shape(void **state)
{
	static const struct {
		const char *schema, *issue;
	} cases[] = {
		{ "{'minLength': -1}", "15: 'minLength' must be a whole number of at least 0" },
		{ "{'maxItems': 1.5}", "14: 'maxItems' must be a whole number of at least 0" },
		{ "{'minimum': '1'}", "13: 'minimum' must be a number" },
		{ "{'multipleOf': 0}", "16: 'multipleOf' must be greater than 0" },
		{ "{'required': true}", "14: 'required' must be an array of strings" },
		{ "{'required': ['a', 1]}", "14: 'required' must be an array of strings" },
		{ "{'enum': 'a'}", "10: 'enum' must be an array" },
		{ "{'allOf': []}", "11: 'allOf' must be an array of at least one schema" },
		{ "{'anyOf': [true, 3]}", "18: in 'anyOf', this must be a schema" },
		{ "{'properties': []}", "16: 'properties' must be an object" },
		{ "{'properties': {'a': 1}}", "22: in 'properties', this must be a schema" },
		{ "{'items': [true]}", "11: 'items' must be one schema; use 'prefixItems' for items that differ" },
		{ "{'uniqueItems': 1}", "17: 'uniqueItems' must be true or false" },
		{ "{'pattern': 1}", "13: 'pattern' must be a string" },
		{ "{'dependentRequired': {'a': 'b'}}", "29: in 'dependentRequired', this must be an array of strings" },
		{ "{'description': 1}", "17: warning: 'description' must be a string" },
		{ "3", "1: a schema must be an object, true or false" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_issues(SCHEMA_2020_12, cases[i].schema, cases[i].issue);
}

static void all_that_is_wrong_is_told_at_once(void **state)
{
	(void)state;
	assert_issues(SCHEMA_2020_12,
	              "{'minimum': 'x', 'items': {'type': 'arry'}, 'properties': {'a': {'$ref': '#/no'}}}",
	              "13: 'minimum' must be a number\n"
	              "36: 'arry' is not a type; did you mean 'array'?\n"
	              "74: '#/no' names nothing");
}

static void broken_references_are_told(void **state)
{
	(void)state;
	assert_issues(SCHEMA_2020_12, "{'$ref': '#nowhere'}", "10: '#nowhere' names nothing");
	assert_issues(SCHEMA_2020_12, "{'$ref': 'http://example.com/x.json'}",
	              "10: 'http://example.com/x.json' names nothing");
	assert_issues(SCHEMA_2020_12, "{'$ref': '#/title', 'title': 'x'}",
	              "10: '#/title' names something that is no schema");
}

static void a_schema_that_only_leads_back_to_itself_is_told(void **state)
{
	(void)state;
	assert_issues(SCHEMA_2020_12, "{'$ref': '#'}", "1: the schema refers back to itself without end");
	assert_issues(SCHEMA_2020_12, "{'allOf': [{'$ref': '#/$defs/a'}], '$defs': {'a': {'allOf': [{'$ref': '#'}]}}}",
	              "1: the schema refers back to itself without end");
	assert_issues(SCHEMA_2020_12, "{'properties': {'child': {'$ref': '#'}}}", "");
}

static void broken_patterns_are_told_with_their_character(void **state)
{
	(void)state;
	assert_issues(SCHEMA_2020_12, "{'pattern': 'a(b'}",
	              "13: the pattern 'a(b' is not a regular expression of ECMA-262: a group is not closed"
	              " (at character 4)");
	assert_issues(SCHEMA_2020_12, "{'patternProperties': {'[z-a]': true}}",
	              "24: the pattern '[z-a]' is not a regular expression of ECMA-262: a range of a class is out of"
	              " order (at character 5)");
	assert_issues(SCHEMA_2020_12, "{'pattern': '(?<=a+)b'}",
	              "13: the pattern '(?<=a+)b' is not supported: a lookbehind must have a fixed length"
	              " (at character 1)");
}

static void an_unknown_dialect_is_a_warning(void **state)
{
	(void)state;
	assert_issues(SCHEMA_2020_12, "{'$schema': 'http://json-schema.org/draft-07/schema#'}",
	              "13: warning: the dialect http://json-schema.org/draft-07/schema# is not known: read as JSON"
	              " Schema 2020-12");
	assert_issues(SCHEMA_2020_12, "{'$schema': 'https://json-schema.org/draft/2020-12/schema'}", "");
}

static void unknown_keywords_are_ignored(void **state)
{
	(void)state;
	assert_issues(SCHEMA_2020_12, "{'x-mine': 1, 'example': [], 'discriminator': 3, 'xml': null}", "");
	assert_issues(SCHEMA_OPENAPI_3_0, "{'const': 1, 'x-mine': 1, 'example': []}",
	              "2: warning: 'const' came with OpenAPI 3.1 and is ignored here; use 'enum' with one value");
}

static void a_flag_of_3_0_is_read_in_3_1_with_a_warning(void **state)
{
	const char *text = "{'minimum': 1, 'exclusiveMinimum': true}";

	(void)state;
	assert_issues(SCHEMA_OPENAPI_3_1, text,
	              "36: warning: 'exclusiveMinimum' is no flag since OpenAPI 3.1; read as in 3.0; give the limit itself");
	assert_errors(compile(SCHEMA_OPENAPI_3_1, text), "1", " EXCLUSIVE_MIN Must be greater than 1 = 1");
	assert_issues(SCHEMA_2020_12, text, "36: 'exclusiveMinimum' must be a number");
}

static void a_broken_schema_stays_refused(void **state)
{
	const struct json *root = parse("{'type': 'qux'}");
	const struct schema *schema = NULL;
	struct schema_set *set;
	struct issues issues;

	(void)state;
	issues_init(&issues, &arena);
	assert_int_equal(schema_set_new(&arena, SCHEMA_2020_12, &set), 0);
	assert_int_equal(schema_set_add(set, S("test:x"), root), 0);
	assert_int_equal(schema_compile(set, S("test:x"), root, &issues, &schema), STATUTE_EDOCUMENT);
	assert_int_equal(schema_compile(set, S("test:x"), root, &issues, &schema), STATUTE_EDOCUMENT);
	assert_int_equal(issues.errors, 1);
	assert_null(schema);
}

static void one_node_is_compiled_once(void **state)
{
	const struct json *root = parse("{'$defs': {'a': {'type': 'null'}}, '$ref': '#/$defs/a'}");
	const struct json *node = json_get(json_get(root, S("$defs")), S("a"));
	const struct schema *first, *second, *whole;
	struct schema_set *set;
	struct issues issues;

	(void)state;
	issues_init(&issues, &arena);
	assert_int_equal(schema_set_new(&arena, SCHEMA_2020_12, &set), 0);
	assert_int_equal(schema_set_add(set, S("test:x"), root), 0);
	assert_int_equal(schema_compile(set, S("test:x"), node, &issues, &first), 0);
	assert_int_equal(schema_compile(set, S("test:x"), root, &issues, &whole), 0);
	assert_int_equal(schema_compile(set, S("test:x#"), node, &issues, &second), 0);
	assert_ptr_equal(first, second);
	assert_ptr_equal(schema_node(whole), node);
}

static void schemas_inside_an_openapi_document_know_their_place(void **state)
{
	const struct json *root = parse(
		"{'paths': {'/a': {'get': {'responses': {'default': {'content': {'application/json': {'schema':"
		"{'$ref': '#/components/schemas/U'}}}}}}}}, 'components': {'schemas': {'U': {'$id': 'http://example.com/u',"
		"'properties': {'n': {'$ref': '#/$defs/n'}, 'v': {'$ref': 'v'}}, '$defs': {'n': {'type': 'null'}}},"
		"'V': {'$id': 'http://example.com/v', 'type': 'string'}}}}");
	const struct json *u = json_get(json_get(json_get(root, S("components")), S("schemas")), S("U"));
	const struct json *n = json_get(json_get(u, S("$defs")), S("n"));
	const struct schema *schema = NULL, *inner = NULL;
	struct schema_errors errors;
	struct schema_set *set;
	struct issues issues;

	(void)state;
	issues_init(&issues, &arena);
	assert_int_equal(schema_set_new(&arena, SCHEMA_OPENAPI_3_1, &set), 0);
	assert_int_equal(schema_set_add(set, S("file:///api.json"), root), 0);
	assert_int_equal(schema_compile(set, S("file:///api.json"), u, &issues, &schema), 0);
	assert_errors(schema, "{'n': 1, 'v': 2}", "/n TYPE Must be null = 1\n/v TYPE Must be a string = 2");
	assert_int_equal(schema_compile(set, S("file:///api.json"), n, &issues, &inner), 0);
	assert_int_equal(schema_validate(inner, parse("1"), SCHEMA_NEUTRAL, &arena, &errors), STATUTE_EINVAL);
	assert_str(errors.list[0].keyword, "/components/schemas/U/$defs/n/type");
}

static const struct json *fetch_one(void *data, struct str uri)
{
	return str_eq(uri, S("file:///dir/common.json")) ? data : NULL;
}

static void other_documents_are_fetched(void **state)
{
	const struct json *root = parse("{'$ref': 'dir/common.json#/Pet'}");
	struct json *common = parse("{'Pet': {'properties': {'owner': {'$ref': '#/Person'}}}, 'Person': {'type': 'string'}}");
	const struct schema *schema = NULL;
	struct schema_set *set;
	struct issues issues;

	(void)state;
	issues_init(&issues, &arena);
	assert_int_equal(schema_set_new(&arena, SCHEMA_OPENAPI_3_0, &set), 0);
	schema_set_fetch(set, fetch_one, common);
	assert_int_equal(schema_set_add(set, S("file:///api.json"), root), 0);
	assert_int_equal(schema_compile(set, S("file:///api.json"), root, &issues, &schema), 0);
	assert_errors(schema, "{'owner': 1}", "/owner TYPE Must be a string = 1");
	assert_int_equal(schema_compile(set, S("file:///other.json"), root, &issues, &schema), STATUTE_EDOCUMENT);
}

static void nullable_in_3_1_is_a_warning(void **state)
{
	const char *text = "{'type': 'string', 'nullable': true}";

	(void)state;
	assert_issues(SCHEMA_OPENAPI_3_1, text,
	              "20: warning: 'nullable' is gone since OpenAPI 3.1 and is ignored; add 'null' to 'type'");
	assert_issues(SCHEMA_OPENAPI_3_0, text, "");
	assert_issues(SCHEMA_OPENAPI_3_1, "{'type': 'string', 'nullable': false}", "");
	assert_issues(SCHEMA_OPENAPI_3_1, "{'type': ['string', 'null'], 'nullable': true}", "");
}

static void a_misspelt_keyword_is_a_warning_in_openapi(void **state)
{
	(void)state;
	assert_issues(SCHEMA_OPENAPI_3_1, "{'minLenght': 3}",
	              "2: warning: 'minLenght' is no keyword and is ignored; did you mean 'minLength'?");
	assert_issues(SCHEMA_OPENAPI_3_1, "{'properties': {'a': {'READONLY': true}}}",
	              "23: warning: 'READONLY' is no keyword and is ignored; did you mean 'readOnly'?");
	assert_issues(SCHEMA_OPENAPI_3_0, "{'requird': ['a']}",
	              "2: warning: 'requird' is no keyword and is ignored; did you mean 'required'?");
	assert_issues(SCHEMA_OPENAPI_3_1, "{'example': 1, 'examples': [1], 'xml': {}, 'externalDocs': {}, 'note': '',"
	                                  "'discriminator': {}, 'x-type': 1, 'vendor': 1, '$schemas': 1}", "");
	assert_issues(SCHEMA_OPENAPI_3_1, "{'properties': {'typ': true, 'formt': true}}", "");
	assert_issues(SCHEMA_2020_12, "{'minLenght': 3}", "");
}

static void what_3_0_does_not_know_yet_is_a_warning(void **state)
{
	(void)state;
	assert_issues(SCHEMA_OPENAPI_3_0, "{'const': 3}",
	              "2: warning: 'const' came with OpenAPI 3.1 and is ignored here; use 'enum' with one value");
	assert_issues(SCHEMA_OPENAPI_3_0, "{'patternProperties': {}}",
	              "2: warning: 'patternProperties' came with OpenAPI 3.1 and is ignored here");
	assert_issues(SCHEMA_OPENAPI_3_0, "{'examples': [1]}", "");
	assert_issues(SCHEMA_OPENAPI_3_0, "{'$ref': '#/properties/a', 'const': 3, 'properties': {'a': {}}}", "");
}

static void a_default_that_its_own_schema_refuses_is_a_warning(void **state)
{
	(void)state;
	assert_issues(SCHEMA_OPENAPI_3_1, "{'properties': {'a': {'type': 'integer', 'default': 'many'}}}",
	              "53: warning: this default breaks its own schema: must be an integer");
	assert_issues(SCHEMA_OPENAPI_3_1, "{'type': 'object', 'properties': {'a': {'minimum': 1}}, 'default': {'a': 0}}",
	              "68: warning: this default breaks its own schema: 'a' must be at least 1");
	assert_issues(SCHEMA_OPENAPI_3_1, "{'type': 'integer', 'default': 3}", "");
	assert_issues(SCHEMA_2020_12, "{'type': 'integer', 'default': 'many'}", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		schema_test(an_unknown_type_is_told_at_its_value),
		schema_test(every_keyword_has_a_shape),
		schema_test(all_that_is_wrong_is_told_at_once),
		schema_test(broken_references_are_told),
		schema_test(a_schema_that_only_leads_back_to_itself_is_told),
		schema_test(broken_patterns_are_told_with_their_character),
		schema_test(an_unknown_dialect_is_a_warning),
		schema_test(unknown_keywords_are_ignored),
		schema_test(a_flag_of_3_0_is_read_in_3_1_with_a_warning),
		schema_test(nullable_in_3_1_is_a_warning),
		schema_test(a_misspelt_keyword_is_a_warning_in_openapi),
		schema_test(what_3_0_does_not_know_yet_is_a_warning),
		schema_test(a_default_that_its_own_schema_refuses_is_a_warning),
		schema_test(a_broken_schema_stays_refused),
		schema_test(one_node_is_compiled_once),
		schema_test(schemas_inside_an_openapi_document_know_their_place),
		schema_test(other_documents_are_fetched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
