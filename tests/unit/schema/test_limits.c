/* What is costly ends, what is valid allocates nothing, and lack of memory is an error like others. */
#include "unit/test.h"

#include "schema_help.h"
#include "schema/unique.h"

#define NEW SCHEMA_2020_12

static const char user_schema[] =
	"{'type': 'object', 'required': ['id', 'name', 'email'], 'additionalProperties': false, 'properties': {"
	"'id': {'type': 'integer', 'minimum': 1}, 'name': {'type': 'string', 'minLength': 1, 'maxLength': 100},"
	"'email': {'type': 'string', 'format': 'email'}, 'age': {'type': 'integer', 'maximum': 150, 'multipleOf': 1},"
	"'role': {'enum': ['admin', 'user']}, 'code': {'pattern': '^[A-Z]{3}-\\\\d+$'},"
	"'tags': {'type': 'array', 'uniqueItems': true, 'items': {'$ref': '#/$defs/tag'}, 'contains': {'const': 'a'}},"
	"'pay': {'oneOf': [{'properties': {'kind': {'const': 'card'}}}, {'required': ['iban']}],"
	"'unevaluatedProperties': false}, 'boss': {'$ref': '#'}}, '$defs': {'tag': {'type': 'string'}}}";
static const char user[] =
	"{'id': 1, 'name': 'Ada', 'email': 'ada@example.com', 'age': 36, 'role': 'user', 'code': 'ABC-12',"
	"'tags': ['a', 'b'], 'pay': {'kind': 'card'}, 'boss': {'id': 2, 'name': 'B', 'email': 'b@example.com'}}";
static const char wrong_user[] =
	"{'id': 0, 'name': '', 'email': 'ada@', 'age': 0.5, 'role': 'x', 'code': 'abc', 'tags': ['b', 'b', 3],"
	"'pay': {'kind': 'cash', 'x': 1}, 'boss': {'id': 2, 'y': 'B'}, 'z': 1}";

static void a_valid_value_allocates_nothing(void **state)
{
	const struct schema *schema = compile(SCHEMA_OPENAPI_3_1, user_schema);
	const struct json *value = parse(user);
	struct schema_errors errors = { .count = 7 };
	struct arena none;

	(void)state;
	arena_init(&none, 0, 0);
	assert_int_equal(schema_validate(schema, value, SCHEMA_REQUEST, &none, &errors), 0);
	assert_int_equal(errors.count, 0);
	assert_int_equal(none.taken, 0);
	arena_done(&none);
}

static void the_first_failure_is_enough_where_no_errors_are_wanted(void **state)
{
	const struct schema *schema = compile(SCHEMA_OPENAPI_3_1, user_schema);
	struct arena none;

	(void)state;
	arena_init(&none, 0, 0);
	assert_int_equal(schema_validate(schema, parse(wrong_user), SCHEMA_REQUEST, &none, NULL), STATUTE_EINVAL);
	arena_done(&none);
}

static void errors_without_memory_are_enomem_or_whole(void **state)
{
	const struct schema *schema = compile(SCHEMA_OPENAPI_3_1, user_schema);
	const struct json *value = parse(wrong_user);
	struct schema_errors whole, errors;
	size_t failed = 0;
	int r = STATUTE_ENOMEM;

	(void)state;
	assert_int_equal(schema_validate(schema, value, SCHEMA_REQUEST, &arena, &whole), STATUTE_EINVAL);
	for (size_t max = 0; r == STATUTE_ENOMEM; max += 64) {
		struct arena small;

		arena_init(&small, 256, max);
		r = schema_validate(schema, value, SCHEMA_REQUEST, &small, &errors);
		assert_true(r == STATUTE_ENOMEM || r == STATUTE_EINVAL);
		if (r == STATUTE_EINVAL)
			assert_int_equal(errors.count, whole.count);
		failed += r == STATUTE_ENOMEM;
		arena_done(&small);
	}
	assert_true(failed > 10);
}

static void compiling_without_memory_is_enomem_at_every_size(void **state)
{
	const struct json *root = parse(user_schema);
	size_t failed = 0;
	int r = STATUTE_ENOMEM;

	(void)state;
	for (size_t max = 0; r == STATUTE_ENOMEM; max += 128) {
		const struct schema *schema = NULL;
		struct schema_set *set;
		struct issues issues;
		struct arena small;

		arena_init(&small, 256, max);
		issues_init(&issues, &arena);
		r = schema_set_new(&small, SCHEMA_OPENAPI_3_1, &set);
		if (r == 0)
			r = schema_set_add(set, S("file:///user.json"), root);
		if (r == 0)
			r = schema_compile(set, S("file:///user.json"), root, &issues, &schema);
		assert_int_equal(issues.errors, 0);
		assert_true(r == STATUTE_ENOMEM ? schema == NULL : r == 0 && schema != NULL);
		failed += r == STATUTE_ENOMEM;
		arena_done(&small);
	}
	assert_true(failed > 10);
}

static void a_set_that_lacked_memory_does_not_go_on(void **state)
{
	const struct json *root = parse(user_schema);
	const struct schema *schema = NULL;
	struct schema_set *set;
	struct issues issues;
	struct arena small;

	(void)state;
	arena_init(&small, 256, 16 * 1024);
	issues_init(&issues, &arena);
	assert_int_equal(schema_set_new(&small, NEW, &set), 0);
	assert_int_equal(schema_set_add(set, S(""), root), 0);
	small.max = small.taken;
	assert_int_equal(schema_compile(set, S(""), root, &issues, &schema), STATUTE_ENOMEM);
	small.max = 1024 * 1024;
	assert_int_equal(schema_compile(set, S(""), root, &issues, &schema), STATUTE_ENOMEM);
	arena_done(&small);
}

static void a_loop_without_progress_ends(void **state)
{
	(void)state;
	assert_errors(compile(NEW, "{'properties': {'a': {'if': true, 'then': {'$ref': '#/properties/a'}}}}"),
	              "{'a': 1}", "/a TOO_DEEP Is nested too deeply to be checked");
	assert_errors(compile(NEW, "{'$id': 'test:loop', '$dynamicAnchor': 'x', '$dynamicRef': '#x'}"), "1",
	              " TOO_DEEP Is nested too deeply to be checked");
}

static void values_as_deep_as_any_are_checked(void **state)
{
	enum { DEEP = JSON_DEPTH_MAX - 24 };
	const struct schema *schema = compile(NEW, "{'type': ['array', 'integer'], 'items': {'$ref': '#'}}");
	char text[DEEP * 2 + 2];

	(void)state;
	memset(text, '[', DEEP);
	text[DEEP] = '1';
	memset(text + DEEP + 1, ']', DEEP);
	text[DEEP * 2 + 1] = '\0';
	assert_errors(schema, text, "");
	text[DEEP] = '{';
	text[DEEP + 1] = '}';
	memset(text + DEEP + 2, ']', DEEP - 1);
	text[DEEP * 2 + 1] = '\0';
	text[0] = ' ';
	assert_int_equal(schema_validate(schema, parse(text), SCHEMA_NEUTRAL, &arena, NULL), STATUTE_EINVAL);
}

static void work_that_references_multiply_ends(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, &arena, 64 * 1024);
	buf_lit(&text, "{'$ref': '#/$defs/d0', '$defs': {");
	for (int i = 0; i < 40; i++)
		buf_printf(&text, "'d%d': {'allOf': [{'$ref': '#/$defs/d%d'}, {'$ref': '#/$defs/d%d'}]},", i, i + 1, i + 1);
	buf_lit(&text, "'d40': true}}");
	buf_add_char(&text, '\0');
	assert_errors(compile(NEW, text.at), "1", " TOO_COMPLEX Is too large for its schema to be checked");
}

static void a_costly_pattern_is_an_error_of_its_own(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'properties': {'a': {'pattern': '^(a+)+$'}}, 'patternProperties': {'^(b+)+$': true}}");

	(void)state;
	assert_errors(schema, "{'a': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'}",
	              "/a PATTERN_TOO_COSTLY Takes too long to compare with its pattern");
	assert_errors(schema, "{'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb!': 1}",
	              " PATTERN_TOO_COSTLY Has a name that takes too long to compare with a pattern");
}

/* Each text alone is decided at about half of what one match may take; a thousand of them would take a second. */
static void costly_texts_are_bounded_together(void **state)
{
	const struct schema *of_names = compile(NEW, "{'patternProperties': {'^(a+)+$': true}}");
	const struct schema *of_items = compile(NEW, "{'items': {'not': {'pattern': '^(a+)+$'}}}");
	struct json *array = json_new(&arena, JSON_ARRAY), *object = json_new(&arena, JSON_OBJECT);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct str text = str_printf(&arena, "aaaaaaaaaaaaaaaa%04d", i);

		assert_int_equal(json_append(array, json_new_string(&arena, text)), 0);
		assert_int_equal(json_set(&arena, object, text, json_new(&arena, JSON_NULL)), 0);
	}
	assert_int_equal(schema_validate(of_items, json_item(array, 0), SCHEMA_NEUTRAL, &arena, NULL), 0);
	assert_int_equal(schema_validate(of_items, array, SCHEMA_NEUTRAL, &arena, NULL), STATUTE_ELIMIT);
	assert_int_equal(schema_validate(of_names, object, SCHEMA_NEUTRAL, &arena, NULL), STATUTE_ELIMIT);
}

static void errors_that_end_at_a_limit_keep_what_was_found(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'properties': {'a': {'type': 'string'}, 'b': {'pattern': '^(a+)+$'}, 'c': false}}");

	(void)state;
	assert_errors(schema, "{'a': 1, 'b': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', 'c': 1}",
	              "/a TYPE Must be a string = 1\n"
	              "/b PATTERN_TOO_COSTLY Takes too long to compare with its pattern");
}

static struct json *numbers(size_t count, const char *format)
{
	struct json *array = json_new(&arena, JSON_ARRAY);

	for (size_t i = 0; i < count; i++) {
		struct json *number = json_new(&arena, JSON_NUMBER);
		char digits[64];
		int len = snprintf(digits, sizeof(digits), "%s%06zu", format, i);

		number->text = str_dup(&arena, str_of(digits, (size_t)len));
		assert_int_equal(json_append(array, number), 0);
	}
	return array;
}

/* Quadratic work would take hours: five thousand million comparisons. */
static void uniqueness_of_many_items_is_linear(void **state)
{
	/* All of these are the same number to binary floating point. */
	struct json *array = numbers(100000, "1.00000000000000000000000");
	size_t first = 0, second = 0;

	(void)state;
	assert_int_equal(unique_find_repeat(array, &arena, &first, &second), 0);
	assert_int_equal(json_append(array, json_copy(&arena, json_item(array, 77))), 0);
	assert_int_equal(unique_find_repeat(array, &arena, &first, &second), 1);
	assert_int_equal(first, 77);
	assert_int_equal(second, 100000);
}

static void equal_items_are_found_however_they_are_written(void **state)
{
	static const char *const pairs[][2] = {
		{ "1", "1.0" }, { "100", "1e2" }, { "0.05", "5E-2" }, { "0", "-0.0" }, { "1200", "12.00e+2" }, { "-3", "-30e-1" },
		{ "{'a': 1, 'b': [2]}", "{'b': [2.0], 'a': 1}" }, { "[[]]", "[[]]" }, { "'x'", "'\\u0078'" },
		{ "0.10", "0.1000000" }, { "123456789012345678901234567890", "1.2345678901234567890123456789e29" },
	};
	const char *others = "false,true,null,'','1',[],{},[1],[[1]],{'a':1},{'a':[]},{'b':1},1e400,2,0.5,'false'";
	size_t first, second;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		snprintf(text, sizeof(text), "[%s,%s,%s]", pairs[i][0], others, pairs[i][1]);
		assert_int_equal(unique_find_repeat(parse(text), &arena, &first, &second), 1);
		assert_int_equal(first, 0);
		assert_int_equal(second, 17);
		snprintf(text, sizeof(text), "[%s,%s]", pairs[i][0], pairs[i][1]);
		assert_int_equal(unique_find_repeat(parse(text), &arena, &first, &second), 1);
	}
	snprintf(text, sizeof(text), "[%s]", others);
	assert_int_equal(unique_find_repeat(parse(text), &arena, &first, &second), 0);
}

static void many_unevaluated_members_are_each_looked_at(void **state)
{
	const struct schema *schema = compile(NEW,
		"{'allOf': [{'patternProperties': {'[02468]$': true}}], 'unevaluatedProperties': {'type': 'null'}}");
	struct json *object = json_new(&arena, JSON_OBJECT);
	struct schema_errors errors;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct str name = str_printf(&arena, "m%d", i);

		assert_int_equal(json_set(&arena, object, name, json_new(&arena, i % 2 ? JSON_NULL : JSON_TRUE)), 0);
	}
	assert_int_equal(schema_validate(schema, object, SCHEMA_NEUTRAL, &arena, &errors), 0);
	assert_int_equal(json_set(&arena, object, S("m999"), json_new(&arena, JSON_TRUE)), 0);
	assert_int_equal(schema_validate(schema, object, SCHEMA_NEUTRAL, &arena, &errors), STATUTE_EINVAL);
	assert_int_equal(errors.count, 1);
	assert_str(errors.list[0].pointer, "/m999");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		schema_test(a_valid_value_allocates_nothing),
		schema_test(the_first_failure_is_enough_where_no_errors_are_wanted),
		schema_test(errors_without_memory_are_enomem_or_whole),
		schema_test(compiling_without_memory_is_enomem_at_every_size),
		schema_test(a_set_that_lacked_memory_does_not_go_on),
		schema_test(a_loop_without_progress_ends),
		schema_test(values_as_deep_as_any_are_checked),
		schema_test(work_that_references_multiply_ends),
		schema_test(a_costly_pattern_is_an_error_of_its_own),
		schema_test(costly_texts_are_bounded_together),
		schema_test(errors_that_end_at_a_limit_keep_what_was_found),
		schema_test(uniqueness_of_many_items_is_linear),
		schema_test(equal_items_are_found_however_they_are_written),
		schema_test(many_unevaluated_members_are_each_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
