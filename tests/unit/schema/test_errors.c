/* What a client is told: pointers, codes, messages, values. */
#include "unit/test.h"

#include "schema_help.h"

#define NEW SCHEMA_2020_12

static void each_keyword_has_its_code_and_a_sentence(void **state)
{
	static const struct {
		const char *schema, *value, *errors;
	} cases[] = {
		{ "{'type': 'integer'}", "1.5", " TYPE Must be an integer = 1.5" },
		{ "{'type': ['string', 'null']}", "1", " TYPE Must be a string or null = 1" },
		{ "{'type': ['number', 'string', 'array']}", "null", " TYPE Must be a number, a string or an array = null" },
		{ "{'enum': ['pending', 'paid', 3, null]}", "'x'", " ENUM Must be one of: pending, paid, 3, null = \"x\"" },
		{ "{'const': 'a'}", "'b'", " CONST Must be a = \"b\"" },
		{ "{'minimum': 1}", "0", " MIN_VALUE Must be at least 1 = 0" },
		{ "{'maximum': 1.50}", "2", " MAX_VALUE Must be at most 1.50 = 2" },
		{ "{'exclusiveMinimum': 0}", "0.0", " EXCLUSIVE_MIN Must be greater than 0 = 0.0" },
		{ "{'exclusiveMaximum': 1e2}", "100", " EXCLUSIVE_MAX Must be less than 1e2 = 100" },
		{ "{'multipleOf': 0.01}", "0.075", " MULTIPLE_OF Must be a multiple of 0.01 = 0.075" },
		{ "{'minLength': 1}", "''", " MIN_LENGTH Must not be empty = \"\"" },
		{ "{'minLength': 3}", "'\xC3\xA9t'", " MIN_LENGTH Must be at least 3 characters long = \"\xC3\xA9t\"" },
		{ "{'maxLength': 2}", "'abc'", " MAX_LENGTH Must be at most 2 characters long = \"abc\"" },
		{ "{'maxLength': 1}", "'ab'", " MAX_LENGTH Must be at most 1 character long = \"ab\"" },
		{ "{'pattern': '^[a-z]+$'}", "'A'", " PATTERN Must match the pattern ^[a-z]+$ = \"A\"" },
		{ "{'minItems': 1}", "[]", " MIN_ITEMS Must have at least 1 item" },
		{ "{'maxItems': 2}", "[1, 2, 3]", " MAX_ITEMS Must have at most 2 items" },
		{ "{'uniqueItems': true}", "[1, 'a', 1.0]", " UNIQUE_ITEMS Must not repeat an item: 0 and 2 are equal" },
		{ "{'contains': {'type': 'null'}}", "[1]",
		  " CONTAINS Must contain at least 1 item of the required kind, has 0" },
		{ "{'contains': true, 'maxContains': 1}", "[1, 2]",
		  " CONTAINS Must contain at most 1 item of the kind that is counted, has 2" },
		{ "{'minProperties': 1}", "{}", " MIN_PROPERTIES Must have at least 1 member" },
		{ "{'maxProperties': 0}", "{'a': 1}", " MAX_PROPERTIES Must have at most 0 members" },
		{ "{'required': ['email']}", "{}", "/email REQUIRED Is required" },
		{ "{'dependentRequired': {'card': ['address']}}", "{'card': 1}",
		  "/address DEPENDENT_REQUIRED Is required where card is given" },
		{ "{'propertyNames': {'maxLength': 2}}", "{'abc': 1}",
		  "/abc PROPERTY_NAME Has a name that is not allowed = 1" },
		{ "{'not': {'type': 'null'}}", "null", " NOT Must not be of the kind that is excluded = null" },
		{ "{'properties': {'a': false}}", "{'a': 1}", "/a FALSE_SCHEMA Is not allowed = 1" },
		{ "{'unevaluatedProperties': false}", "{'a': 1}", "/a ADDITIONAL_PROPERTY Is not a known member = 1" },
		{ "{'prefixItems': [true], 'unevaluatedItems': false}", "[1, 2]", "/1 UNEVALUATED Is one item too many = 2" },
		{ "{'if': {'minimum': 10}, 'then': {'multipleOf': 10}, 'else': false}", "11",
		  " MULTIPLE_OF Must be a multiple of 10 = 11" },
		{ "{'anyOf': [{'type': 'string'}, {'type': 'array'}]}", "1", " ANY_OF Must be a string or an array = 1" },
		{ "{'oneOf': [{'minimum': 1}, {'minimum': 2}]}", "3",
		  " ONE_OF Fits 2 of the alternatives, must fit exactly one = 3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_errors(compile(NEW, cases[i].schema), cases[i].value, cases[i].errors);
}

static void every_error_is_told_at_once_and_at_its_place(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'type': 'object', 'required': ['email', 'name'], 'additionalProperties': false, 'properties': {"
		"'name': {'type': 'string'}, 'email': {'type': 'string'}, 'a/b~c': {'type': 'null'},"
		"'items': {'type': 'array', 'items': {'type': 'object', 'properties': {'n': {'minimum': 1}}}}}}");

	(void)state;
	assert_errors(schema, "{'items': [{'n': 1}, {'n': 0}], 'a/b~c': 5, 'x': 1, 'y': {'z': 2}, 'name': 7}",
	              "/email REQUIRED Is required\n"
	              "/items/1/n MIN_VALUE Must be at least 1 = 0\n"
	              "/a~1b~0c TYPE Must be null = 5\n"
	              "/x ADDITIONAL_PROPERTY Is not a known member = 1\n"
	              "/y ADDITIONAL_PROPERTY Is not a known member\n"
	              "/name TYPE Must be a string = 7");
}

static void fields_read_as_people_write_them(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'properties': {'items': {'items': {'required': ['name'], 'properties': {'size': {'type': 'null'}}}}}}");
	struct schema_errors errors;

	(void)state;
	assert_int_equal(schema_validate(schema, parse("{'items': [{'name': 1, 'size': 1}, {}]}"), SCHEMA_NEUTRAL,
	                                 &arena, &errors), STATUTE_EINVAL);
	assert_int_equal(errors.count, 2);
	assert_str(errors.list[0].field, "items[0].size");
	assert_str(errors.list[0].keyword, "/properties/items/items/properties/size/type");
	assert_str(errors.list[1].field, "items[1].name");
	assert_str(errors.list[1].pointer, "/items/1/name");
	assert_str(errors.list[1].keyword, "/properties/items/items/required");
	assert_null(errors.list[1].value);
}

static void the_whole_value_has_an_empty_pointer_and_field(void **state)
{
	struct schema_errors errors;

	(void)state;
	assert_int_equal(schema_validate(compile(NEW, "{'type': 'object'}"), parse("3"), SCHEMA_NEUTRAL, &arena,
	                                 &errors), STATUTE_EINVAL);
	assert_str(errors.list[0].pointer, "");
	assert_str(errors.list[0].field, "");
}

static void a_constant_member_picks_the_branch(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'oneOf': ["
		"{'properties': {'kind': {'const': 'card'}, 'number': {'type': 'string'}}, 'required': ['kind', 'number']},"
		"{'properties': {'kind': {'enum': ['bank']}, 'iban': {'type': 'string'}}, 'required': ['kind', 'iban']}]}");

	(void)state;
	assert_errors(schema, "{'kind': 'bank', 'number': 'x'}", "/iban REQUIRED Is required");
	assert_errors(schema, "{'kind': 'card', 'number': 3}", "/number TYPE Must be a string = 3");
}

static void a_constant_that_no_branch_has_is_told_with_all_that_are(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'oneOf': ["
		"{'type': 'null'},"
		"{'properties': {'kind': {'const': 'card'}, 'number': {'type': 'string'}}, 'required': ['kind']},"
		"{'properties': {'kind': {'const': 'card'}, 'token': {'type': 'string'}}, 'required': ['kind']},"
		"{'properties': {'kind': {'enum': ['bank', 'giro']}, 'iban': {}}, 'required': ['kind']}]}");
	const struct schema *lone = compile(NEW,
		"{'anyOf': [{'type': 'null'}, {'type': 'object', 'properties': {'kind': {'const': 'card'}}}]}");
	const struct schema *nested = compile(NEW,
		"{'properties': {'pay': {'anyOf': [{'type': 'null'}, {'oneOf': ["
		"{'type': 'object', 'properties': {'kind': {'const': 'a'}}},"
		"{'type': 'object', 'properties': {'kind': {'const': 'b'}}}]}]}}}");
	const struct schema *two = compile(NEW,
		"{'oneOf': [{'properties': {'a': {'const': 1}}}, {'properties': {'b': {'const': 1}}}]}");
	const struct schema *secret = compile(NEW,
		"{'oneOf': [{'properties': {'a': {'const': 1, 'writeOnly': true}}}, {'properties': {'a': {'const': 2}}}]}");

	(void)state;
	assert_errors(schema, "{'kind': 'cash'}", "/kind ENUM Must be one of: card, bank, giro = \"cash\"");
	assert_errors(schema, "{'kind': 'cash', 'number': 3}",
	              "/kind ENUM Must be one of: card, bank, giro = \"cash\"");
	assert_errors(lone, "{'kind': 'cash'}", "/kind CONST Must be card = \"cash\"");
	assert_errors(nested, "{'pay': {'kind': 'c'}}", "/pay/kind ENUM Must be one of: a, b = \"c\"");
	assert_errors(two, "{'a': 2, 'b': 2}", " ONE_OF Fits none of the 2 alternatives");
	assert_errors(secret, "{'a': 3}", " ONE_OF Fits none of the 2 alternatives");
}

static void the_branch_of_the_right_type_is_told(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'anyOf': [{'type': 'null'}, {'$ref': '#/$defs/user'}], '$defs': {'user':"
		"{'type': 'object', 'required': ['id'], 'properties': {'id': {'type': 'integer'}}}}}");

	(void)state;
	assert_errors(schema, "{'id': 'x'}", "/id TYPE Must be an integer = \"x\"");
	assert_errors(schema, "{}", "/id REQUIRED Is required");
	assert_errors(schema, "5", " ANY_OF Must be an object or null = 5");
}

static void the_branch_that_knows_most_members_is_told(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'oneOf': [{'type': 'object', 'properties': {'number': {}, 'cvc': {}}, 'required': ['number', 'cvc']},"
		"{'type': 'object', 'properties': {'iban': {}}, 'required': ['iban']}]}");

	(void)state;
	assert_errors(schema, "{'number': '42'}", "/cvc REQUIRED Is required");
	/* The shorter branch is no more likely to be what was meant. */
	assert_errors(schema, "{}", " ONE_OF Fits none of the 2 alternatives");
}

static void nested_choices_reach_the_innermost_error(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'anyOf': [{'type': 'null'}, {'type': 'object', 'properties': {'a': {'anyOf': [{'type': 'null'},"
		"{'type': 'object', 'properties': {'b': {'type': 'integer'}}}]}}}]}");

	(void)state;
	assert_errors(schema, "{'a': {'b': 'x'}}", "/a/b TYPE Must be an integer = \"x\"");
}

static void a_choice_of_choices_is_for_the_types_of_all(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'anyOf': [{'anyOf': [{'type': 'string'}, {'type': 'boolean'}]}, {'type': 'array', 'items': {'type': 'null'}}]}");

	(void)state;
	assert_errors(schema, "1", " ANY_OF Must be a boolean, a string or an array = 1");
	assert_errors(schema, "[1]", "/0 TYPE Must be null = 1");
}

static void equal_errors_of_two_branches_are_one(void **state)
{
	const struct schema *schema = compile(NEW, "{'allOf': [{'required': ['a']}, {'required': ['a']}]}");

	(void)state;
	assert_errors(schema, "{}", "/a REQUIRED Is required");
}

static void a_failed_member_is_not_unevaluated_too(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'allOf': [{'properties': {'a': {'type': 'string'}}}], 'unevaluatedProperties': false}");

	(void)state;
	assert_errors(schema, "{'a': 1, 'b': 2}",
	              "/a TYPE Must be a string = 1\n/b ADDITIONAL_PROPERTY Is not a known member = 2");
}

static void errors_past_the_maximum_are_counted(void **state)
{
	const struct schema *schema = compile(NEW, "{'items': {'type': 'string'}}");
	struct schema_errors errors;
	struct json *array = json_new(&arena, JSON_ARRAY);

	(void)state;
	for (int i = 0; i < SCHEMA_ERRORS_MAX + 50; i++)
		assert_int_equal(json_append(array, json_new_int(&arena, i)), 0);
	assert_int_equal(schema_validate(schema, array, SCHEMA_NEUTRAL, &arena, &errors), STATUTE_EINVAL);
	assert_int_equal(errors.count, SCHEMA_ERRORS_MAX);
	assert_int_equal(errors.dropped, 50);
}

static void a_long_list_of_values_is_cut_in_the_message(void **state)
{
	struct buf text;
	struct str lines;

	(void)state;
	buf_init(&text, &arena, 64 * 1024);
	buf_lit(&text, "{'enum': [");
	for (int i = 0; i < 500; i++)
		buf_printf(&text, "%s'value%d'", i ? "," : "", i);
	buf_lit(&text, "]}");
	buf_add_char(&text, '\0');
	lines = errors_of(compile(NEW, text.at), "'x'", SCHEMA_NEUTRAL);
	assert_true(lines.len < 1000);
	assert_true(str_ends(lines, S(", \xE2\x80\xA6 = \"x\"")));
	assert_errors(compile(NEW, text.at), "'value499'", "");
}

/* Secrets: writeOnly and format: password, wherever that is said. */
static void secret_values_never_come_back(void **state)
{
	static const char *const schemas[] = {
		"{'properties': {'password': {'minLength': 8, 'writeOnly': true}}}",
		"{'properties': {'password': {'minLength': 8, 'format': 'password'}}}",
		"{'properties': {'password': {'minLength': 8, 'allOf': [{'writeOnly': true}]}}}",
		"{'properties': {'password': {'minLength': 8, '$ref': '#/$defs/s'}}, '$defs': {'s': {'writeOnly': true}}}",
		"{'properties': {'password': {'minLength': 8}}, 'allOf': [{'properties': {'password': {'writeOnly': true}}}]}",
		"{'properties': {'password': {'anyOf': [{'minLength': 8, 'writeOnly': true}]}}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++)
		assert_errors(compile(SCHEMA_OPENAPI_3_1, schemas[i]), "{'password': 'geheim'}",
		              "/password MIN_LENGTH Must be at least 8 characters long");
}

static void what_lies_in_a_secret_is_secret(void **state)
{
	const struct schema *schema = compile(SCHEMA_OPENAPI_3_1,
		"{'properties': {'login': {'writeOnly': true, 'properties': {'pin': {'type': 'string'}}},"
		"'loginName': {'type': 'string'}}}");

	(void)state;
	assert_errors(schema, "{'login': {'pin': 1234}, 'loginName': 5}",
	              "/login/pin TYPE Must be a string\n/loginName TYPE Must be a string = 5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		schema_test(each_keyword_has_its_code_and_a_sentence),
		schema_test(every_error_is_told_at_once_and_at_its_place),
		schema_test(fields_read_as_people_write_them),
		schema_test(the_whole_value_has_an_empty_pointer_and_field),
		schema_test(a_constant_member_picks_the_branch),
		schema_test(a_constant_that_no_branch_has_is_told_with_all_that_are),
		schema_test(the_branch_of_the_right_type_is_told),
		schema_test(the_branch_that_knows_most_members_is_told),
		schema_test(nested_choices_reach_the_innermost_error),
		schema_test(a_choice_of_choices_is_for_the_types_of_all),
		schema_test(equal_errors_of_two_branches_are_one),
		schema_test(a_failed_member_is_not_unevaluated_too),
		schema_test(errors_past_the_maximum_are_counted),
		schema_test(a_long_list_of_values_is_cut_in_the_message),
		schema_test(secret_values_never_come_back),
		schema_test(what_lies_in_a_secret_is_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
