/* Schemas and values written with ' for ", and errors as lines of text. */
#ifndef STATUTE_TEST_SCHEMA_HELP_H
#define STATUTE_TEST_SCHEMA_HELP_H

#include "schema/schema.h"

/* Where the tests of a program make things; set up before each of them. */
static struct arena arena;

static inline int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 64 * 1024, 256 * 1024 * 1024);
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

#define schema_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* Fails the test where the text is no JSON. */
static inline struct json *parse(const char *text)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *root = NULL;
	struct str copy = str_dup(&arena, str_from(text));
	char *at = (char *)(uintptr_t)copy.at;

	limits.depth = JSON_DEPTH_MAX;
	for (size_t i = 0; i < copy.len; i++)
		if (at[i] == '\'')
			at[i] = '"';
	limits.base = 1;
	if (json_parse(&arena, copy, &limits, &root, &fault) < 0)
		fail_msg("%s at byte %zu of %s", fault.issue, fault.at, text);
	return root;
}

/* Compiles the schema, or the node at `pointer` in it. */
static inline int try_compile(enum schema_dialect dialect, const struct json *root, const struct json *node,
                              struct issues *issues, const struct schema **ret_schema)
{
	struct schema_set *set;

	issues_init(issues, &arena);
	assert_int_equal(schema_set_new(&arena, dialect, &set), 0);
	assert_int_equal(schema_set_add(set, S("test:schema"), root), 0);
	return schema_compile(set, S("test:schema"), node, issues, ret_schema);
}

static inline const struct schema *compile(enum schema_dialect dialect, const char *text)
{
	const struct json *root = parse(text);
	const struct schema *schema = NULL;
	struct issues issues;
	int r = try_compile(dialect, root, root, &issues, &schema);

	if (r < 0)
		fail_msg("%s: %.*s", text, STR_ARG(issues.count ? issues.list[0].message : S("no issue")));
	return schema;
}

/* All errors, a line each: "/pointer CODE message = value". Empty where the value is valid. */
static inline struct str errors_of(const struct schema *schema, const char *value, enum schema_direction direction)
{
	struct schema_errors errors;
	struct buf buf;
	int r = schema_validate(schema, parse(value), direction, &arena, &errors);

	buf_init(&buf, &arena, 64 * 1024);
	assert_true(r == 0 || r == STATUTE_EINVAL || r == STATUTE_ELIMIT);
	assert_int_equal(r == 0, errors.count == 0);
	for (size_t i = 0; i < errors.count; i++) {
		const struct schema_error *error = &errors.list[i];

		buf_printf(&buf, "%s%.*s %.*s %.*s", i ? "\n" : "", STR_ARG(error->pointer), STR_ARG(error->code),
		           STR_ARG(error->message));
		if (error->value) {
			buf_lit(&buf, " = ");
			json_write(&buf, error->value);
		}
	}
	return buf.at ? buf_str(&buf) : S("");
}

#define assert_errors(schema, value, expected) assert_str(errors_of((schema), (value), SCHEMA_NEUTRAL), (expected))

#endif
