/* What a schema says about the members of an object, and filling in defaults. */
#include "unit/test.h"

#include "schema_help.h"

#define NEW SCHEMA_OPENAPI_3_1

/* "name:types" in order; lower-case letters say required, read-only, write-only, password. */
static struct str members_of(const struct schema *schema)
{
	const struct schema_member *members;
	size_t count = schema_members(schema, &members);
	struct buf buf;

	buf_init(&buf, &arena, 4096);
	for (size_t i = 0; i < count; i++) {
		const struct schema_member *member = &members[i];

		buf_printf(&buf, "%s%.*s:%x%s%s%s%s", i ? " " : "", STR_ARG(member->name), member->types,
		           member->is_required ? "q" : "", member->is_read_only ? "r" : "",
		           member->is_write_only ? "w" : "", member->is_password ? "p" : "");
		assert_ptr_equal(schema_member(schema, member->name), member);
	}
	return buf.at ? buf_str(&buf) : S("");
}

static void members_are_listed_in_order_with_what_is_known(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'required': ['id'], 'properties': {'id': {'type': 'integer', 'readOnly': true},"
		"'price': {'type': 'number'}, 'name': {'type': ['string', 'null'], 'default': 'x'}, 'any': {},"
		"'secret': {'type': 'string', 'format': 'password', 'writeOnly': true}}}");

	(void)state;
	assert_str(members_of(schema), "id:4qr price:8 name:11 any:7f secret:10wp");
	assert_str(json_text(schema_member(schema, S("name"))->default_value), "x");
	assert_str(schema_member(schema, S("secret"))->format, "password");
	assert_null(schema_member(schema, S("no")));
}

static void members_are_seen_through_ref_and_all_of(void **state)
{
	const struct schema *schema = compile(SCHEMA_OPENAPI_3_0,
		"{'allOf': [{'$ref': '#/base'}, {'properties': {'b': {'type': 'boolean'}, 'a': {'readOnly': true}},"
		"'required': ['a', 'b']}],"
		"'base': {'required': ['c'], 'properties': {'a': {'$ref': '#/text'}, 'c': {'type': 'array'}}},"
		"'text': {'type': 'string', 'format': 'date'}}");

	(void)state;
	assert_str(members_of(schema), "a:10qr c:20q b:2q");
	assert_str(schema_member(schema, S("a"))->format, "date");
	assert_str(json_get_text(schema_member(schema, S("a"))->node, S("format")), "date");
	assert_int_equal(schema_types(schema), SCHEMA_TYPE_ANY);
}

static void a_schema_that_is_a_ref_has_the_members_of_its_target(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'$ref': '#/$defs/a', '$defs': {'a': {'$ref': '#/$defs/b'},"
		"'b': {'type': 'object', 'properties': {'x': {'type': 'null'}}}}}");

	(void)state;
	assert_str(members_of(schema), "x:1");
	assert_int_equal(schema_types(schema), SCHEMA_TYPE_OBJECT);
	assert_str(json_get_text(schema_node(schema), S("type")), "object");
}

static void types_are_narrowed_by_all_that_applies(void **state)
{
	static const struct {
		const char *schema;
		unsigned types;
	} cases[] = {
		{ "true", SCHEMA_TYPE_ANY },
		{ "{'type': 'number'}", SCHEMA_TYPE_NUMBER },
		{ "{'type': ['integer', 'number']}", SCHEMA_TYPE_NUMBER },
		{ "{'allOf': [{'type': 'number'}, {'type': ['integer', 'string']}]}", SCHEMA_TYPE_INTEGER },
		{ "{'anyOf': [{'type': 'null'}, {'type': 'string'}]}", SCHEMA_TYPE_NULL | SCHEMA_TYPE_STRING },
		{ "{'oneOf': [{'type': 'integer'}, {}]}", SCHEMA_TYPE_ANY },
		{ "{'enum': [1, 2.0, 'a']}", SCHEMA_TYPE_INTEGER | SCHEMA_TYPE_STRING },
		{ "{'const': 1.5}", SCHEMA_TYPE_NUMBER },
		{ "{'type': ['string', 'null'], 'enum': ['a']}", SCHEMA_TYPE_STRING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(schema_types(compile(NEW, cases[i].schema)), cases[i].types);
}

static void recursive_schemas_have_members_too(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'type': 'object', 'properties': {'value': {'type': 'string'}, 'child': {'$ref': '#'},"
		"'children': {'type': 'array', 'items': {'$ref': '#'}}}}");
	const struct schema_member *child = schema_member(schema, S("child"));

	(void)state;
	assert_str(members_of(schema), "value:10 child:40 children:20");
	assert_str(members_of(child->schema), "value:10 child:40 children:20");
	assert_str(members_of(schema_items(schema_member(schema, S("children"))->schema)),
	           "value:10 child:40 children:20");
}

static void many_members_are_found_by_name(void **state)
{
	struct buf text;
	const struct schema *schema;

	(void)state;
	buf_init(&text, &arena, 64 * 1024);
	buf_lit(&text, "{'properties': {");
	for (int i = 0; i < 100; i++)
		buf_printf(&text, "%s'm%d': {'const': %d}", i ? "," : "", i, i);
	buf_lit(&text, "}, 'additionalProperties': false}");
	buf_add_char(&text, '\0');
	schema = compile(NEW, text.at);
	assert_non_null(schema_member(schema, S("m57")));
	assert_errors(schema, "{'m99': 99, 'm0': 0, 'm57': 57, 'm58': 58}", "");
	assert_errors(schema, "{'m99': 1, 'm100': 0}",
	              "/m99 CONST Must be 99 = 1\n/m100 ADDITIONAL_PROPERTY Is not a known member = 0");
}

static void nothing_is_known_of_no_schema(void **state)
{
	const struct schema_member *members;

	(void)state;
	assert_int_equal(schema_members(NULL, &members), 0);
	assert_null(schema_member(NULL, S("a")));
	assert_int_equal(schema_types(NULL), SCHEMA_TYPE_ANY);
	assert_null(schema_items(NULL));
	assert_null(schema_node(NULL));
}

static struct str filled(const struct schema *schema, const char *value, bool writable_only)
{
	struct json *object = parse(value);
	struct buf buf;

	assert_int_equal(schema_fill_defaults(schema, &arena, object, writable_only), 0);
	buf_init(&buf, &arena, 4096);
	json_write(&buf, object);
	return buf_str(&buf);
}

static void missing_members_get_their_defaults(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'properties': {'a': {'default': 1.10}, 'r': {'default': 'r', 'readOnly': true}, 'n': {'default': null},"
		"'o': {'properties': {'x': {'default': [true]}}}, 'list': {'items': {'properties': {'y': {'default': {}}}}}}}");

	(void)state;
	assert_str(filled(schema, "{}", false), "{\"a\":1.10,\"r\":\"r\",\"n\":null}");
	assert_str(filled(schema, "{'a': null, 'o': {}, 'list': [{}, {'y': 1}, 3]}", true),
	           "{\"a\":null,\"o\":{\"x\":[true]},\"list\":[{\"y\":{}},{\"y\":1},3],\"n\":null}");
	assert_str(filled(schema, "[]", false), "[]");
	assert_str(filled(NULL, "{}", false), "{}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		schema_test(members_are_listed_in_order_with_what_is_known),
		schema_test(members_are_seen_through_ref_and_all_of),
		schema_test(a_schema_that_is_a_ref_has_the_members_of_its_target),
		schema_test(types_are_narrowed_by_all_that_applies),
		schema_test(recursive_schemas_have_members_too),
		schema_test(many_members_are_found_by_name),
		schema_test(nothing_is_known_of_no_schema),
		schema_test(missing_members_get_their_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
