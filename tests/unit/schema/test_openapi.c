/* The dialects of OpenAPI 3.0 and 3.1, who sends a value, and formats. */
#include "unit/test.h"

#include "schema_help.h"

#define OLD SCHEMA_OPENAPI_3_0
#define NEW SCHEMA_OPENAPI_3_1

static void nullable_adds_null_to_a_type(void **state)
{
	const struct schema *schema = compile(OLD, "{'type': 'string', 'nullable': true, 'minLength': 1}");

	(void)state;
	assert_errors(schema, "null", "");
	assert_errors(schema, "1", " TYPE Must be a string or null = 1");
	/* Without a type it says nothing, and 3.1 has no such keyword. */
	assert_errors(compile(OLD, "{'nullable': true, 'enum': ['a']}"), "null", " ENUM Must be one of: a = null");
	assert_errors(compile(NEW, "{'type': 'string', 'nullable': true}"), "null", " TYPE Must be a string = null");
}

static void exclusive_limits_are_flags_in_3_0(void **state)
{
	const struct schema *schema = compile(OLD,
		"{'minimum': 1, 'exclusiveMinimum': true, 'maximum': 3, 'exclusiveMaximum': false}");

	(void)state;
	assert_errors(schema, "1", " EXCLUSIVE_MIN Must be greater than 1 = 1");
	assert_errors(schema, "3", "");
	assert_errors(schema, "4", " MAX_VALUE Must be at most 3 = 4");
}

static void siblings_of_a_ref_count_in_3_1_alone(void **state)
{
	const char *text = "{'properties': {'a': {'$ref': '#/x', 'minimum': 5}}, 'x': {'type': 'integer'}}";

	(void)state;
	assert_errors(compile(OLD, text), "{'a': 1}", "");
	assert_errors(compile(NEW, text), "{'a': 1}", "/a MIN_VALUE Must be at least 5 = 1");
}

static void keywords_newer_than_3_0_are_ignored_there(void **state)
{
	(void)state;
	assert_errors(compile(OLD, "{'const': 1, 'if': true, 'then': false, 'patternProperties': {'': false}}"),
	              "{'a': 1}", "");
}

static void a_read_only_member_must_not_be_sent(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'required': ['id', 'name'], 'properties': {'id': {'type': 'integer', 'readOnly': true}, 'name': {}}}");

	(void)state;
	assert_str(errors_of(schema, "{'id': 1, 'name': 'x'}", SCHEMA_REQUEST),
	           "/id READ_ONLY Must not be sent: it is read-only = 1");
	assert_str(errors_of(schema, "{'name': 'x'}", SCHEMA_REQUEST), "");
	assert_str(errors_of(schema, "{}", SCHEMA_REQUEST), "/name REQUIRED Is required");
	assert_str(errors_of(schema, "{'name': 'x'}", SCHEMA_NEUTRAL), "/id REQUIRED Is required");
	assert_str(errors_of(schema, "{'name': 'x'}", SCHEMA_STORED), "/id REQUIRED Is required");
	assert_str(errors_of(schema, "{'id': 1, 'name': 'x'}", SCHEMA_STORED), "");
}

static void a_write_only_member_need_not_be_stored(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'required': ['password'], 'properties': {'password': {'writeOnly': true}}}");

	(void)state;
	assert_str(errors_of(schema, "{}", SCHEMA_STORED), "");
	assert_str(errors_of(schema, "{}", SCHEMA_REQUEST), "/password REQUIRED Is required");
}

static void read_only_is_seen_through_references_and_beside_required(void **state)
{
	const struct schema *schema = compile(OLD,
		"{'allOf': [{'$ref': '#/base'}, {'required': ['id']}], 'base': {'properties': {'id': {'$ref': '#/id'}}},"
		"'id': {'allOf': [{'readOnly': true}]}}");

	(void)state;
	assert_str(errors_of(schema, "{}", SCHEMA_REQUEST), "");
	assert_str(errors_of(schema, "{'id': 1}", SCHEMA_REQUEST),
	           "/id READ_ONLY Must not be sent: it is read-only = 1");
}

static void read_only_counts_within_members_and_items(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'properties': {'lines': {'items': {'required': ['n'], 'properties': {'n': {'readOnly': true}}}}}}");

	(void)state;
	assert_str(errors_of(schema, "{'lines': [{}, {'n': 1}]}", SCHEMA_REQUEST),
	           "/lines/1/n READ_ONLY Must not be sent: it is read-only = 1");
}

static void formats_assert_in_openapi_and_annotate_in_json_schema(void **state)
{
	static const struct {
		const char *format, *good, *bad, *message;
	} cases[] = {
		{ "email", "'a@example.com'", "'a@'", "a valid e-mail address" },
		{ "date", "'2024-02-29'", "'2023-02-29'", "a date as in 2026-01-31" },
		{ "date-time", "'2026-01-31T12:00:00.5+01:00'", "'2026-01-31 12:00:00Z'",
		  "a date-time as in 2026-01-31T12:00:00Z" },
		{ "time", "'23:59:60Z'", "'24:00:00Z'", "a time as in 12:00:00Z" },
		{ "uuid", "'123e4567-e89b-12d3-a456-426614174000'", "'123'",
		  "a UUID as in 123e4567-e89b-12d3-a456-426614174000" },
		{ "ipv4", "'192.0.2.1'", "'192.0.2.256'", "an IPv4 address as in 192.0.2.1" },
		{ "ipv6", "'2001:db8::1'", "'2001:db8'", "an IPv6 address as in 2001:db8::1" },
		{ "hostname", "'example.com'", "'-example.com'", "a valid host name" },
		{ "uri", "'https://example.com/a?b#c'", "'/a'", "a valid absolute URI" },
		{ "uri-reference", "'/a'", "'a b'", "a valid URI or relative reference" },
		{ "regex", "'^a+$'", "'a('", "a valid regular expression" },
		{ "json-pointer", "'/a/0'", "'a'", "a valid JSON Pointer" },
	};
	char schema[128], wanted[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(schema, sizeof(schema), "{'format': '%s'}", cases[i].format);
		snprintf(wanted, sizeof(wanted), " FORMAT Must be %s = %s", cases[i].message, cases[i].bad);
		for (char *at = wanted; *at; at++)
			*at = *at == '\'' ? '"' : *at;
		for (int dialect = SCHEMA_OPENAPI_3_1; dialect <= SCHEMA_OPENAPI_3_0; dialect++) {
			assert_errors(compile((enum schema_dialect)dialect, schema), cases[i].good, "");
			assert_errors(compile((enum schema_dialect)dialect, schema), cases[i].bad, wanted);
			assert_errors(compile((enum schema_dialect)dialect, schema), "5", "");
		}
		assert_errors(compile(SCHEMA_2020_12, schema), cases[i].bad, "");
	}
}

static void openapi_has_formats_of_its_own(void **state)
{
	const struct schema *int32 = compile(OLD, "{'type': 'integer', 'format': 'int32'}");
	const struct schema *int64 = compile(OLD, "{'type': 'integer', 'format': 'int64'}");
	const struct schema *number = compile(OLD, "{'format': 'float'}"), *big = compile(OLD, "{'format': 'double'}");

	(void)state;
	assert_errors(int32, "2147483647", "");
	assert_errors(int32, "-2147483648", "");
	assert_errors(int32, "2147483648", " FORMAT Must be a whole number from -2147483648 to 2147483647 = 2147483648");
	assert_errors(int64, "9223372036854775807", "");
	assert_errors(int64, "9223372036854775808", " FORMAT Must be a whole number from -9223372036854775808 to"
	                                            " 9223372036854775807 = 9223372036854775808");
	assert_errors(number, "3e38", "");
	assert_errors(number, "4e38", " FORMAT Must be a number within the range of a 32-bit float = 4e38");
	assert_errors(big, "1e308", "");
	assert_errors(big, "1e309", " FORMAT Must be a number within the range of a 64-bit float = 1e309");
	assert_errors(compile(OLD, "{'format': 'byte'}"), "'aGk='", "");
	assert_errors(compile(OLD, "{'format': 'byte'}"), "'aGk'", " FORMAT Must be text in base64 = \"aGk\"");
	assert_errors(compile(OLD, "{'format': 'binary'}"), "'\xC3\xA9'", "");
	assert_errors(compile(OLD, "{'format': 'my-own'}"), "'anything'", "");
}

static void format_may_be_made_to_assert_in_json_schema(void **state)
{
	const struct json *root = parse("{'format': 'ipv4'}");
	const struct schema *schema = NULL;
	struct schema_set *set;
	struct issues issues;

	(void)state;
	issues_init(&issues, &arena);
	assert_int_equal(schema_set_new(&arena, SCHEMA_2020_12, &set), 0);
	schema_set_assert_format(set, true);
	assert_int_equal(schema_set_add(set, S(""), root), 0);
	assert_int_equal(schema_compile(set, S(""), root, &issues, &schema), 0);
	assert_errors(schema, "'x'", " FORMAT Must be an IPv4 address as in 192.0.2.1 = \"x\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		schema_test(nullable_adds_null_to_a_type),
		schema_test(exclusive_limits_are_flags_in_3_0),
		schema_test(siblings_of_a_ref_count_in_3_1_alone),
		schema_test(keywords_newer_than_3_0_are_ignored_there),
		schema_test(a_read_only_member_must_not_be_sent),
		schema_test(a_write_only_member_need_not_be_stored),
		schema_test(read_only_is_seen_through_references_and_beside_required),
		schema_test(read_only_counts_within_members_and_items),
		schema_test(formats_assert_in_openapi_and_annotate_in_json_schema),
		schema_test(openapi_has_formats_of_its_own),
		schema_test(format_may_be_made_to_assert_in_json_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
