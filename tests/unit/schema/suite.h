/* Runs files of the JSON Schema Test Suite and counts what agrees with them. */
#ifndef STATUTE_TEST_SCHEMA_SUITE_H
#define STATUTE_TEST_SCHEMA_SUITE_H

#include <dirent.h>

#include "schema/schema.h"

#define SUITE "json-schema-2020-12/tests/draft2020-12"
#define REMOTES "json-schema-2020-12/remotes"

struct suite {
	size_t tests, passed;
	bool asserts_format;
};

/* schema_fetch: the suite's remotes stand for http://localhost:1234/. */
static inline const struct json *suite_fetch(void *data, struct str uri)
{
	struct str prefix = S("http://localhost:1234/");
	struct json_limits limits = JSON_LIMITS_INIT;
	struct arena *arena = data;
	struct json_fault fault;
	struct json *root;
	char path[8192];

	if (!str_starts(uri, prefix))
		return NULL;
	uri = str_sub(uri, prefix.len, uri.len);
	snprintf(path, sizeof(path), "%s/%.*s", test_data(REMOTES), STR_ARG(uri));
	if (access(path, R_OK) != 0)
		return NULL;
	return json_parse(arena, test_file(arena, path), &limits, &root, &fault) == 0 ? root : NULL;
}

/* Compiles the schema of a group; NULL where it is refused. */
static inline const struct schema *suite_compile(const struct suite *suite, struct arena *arena,
                                                 const struct json *node)
{
	const struct schema *schema;
	struct schema_set *set;
	struct issues issues;

	issues_init(&issues, arena);
	assert_int_equal(schema_set_new(arena, SCHEMA_2020_12, &set), 0);
	schema_set_fetch(set, suite_fetch, arena);
	schema_set_assert_format(set, suite->asserts_format);
	assert_int_equal(schema_set_add(set, S("test:suite"), node), 0);
	if (schema_compile(set, S("test:suite"), node, &issues, &schema) == 0)
		return schema;
	for (size_t i = 0; i < issues.count; i++)
		print_message("  issue: %.*s\n", STR_ARG(issues.list[i].message));
	return NULL;
}

static inline void suite_test(struct suite *suite, struct arena *arena, const struct schema *schema,
                              const struct json *group, const struct json *test)
{
	bool wanted = json_is_true(json_get(test, S("valid")));
	struct schema_errors errors;
	int r = STATUTE_ELIMIT, again = STATUTE_ELIMIT;

	if (schema) {
		r = schema_validate(schema, json_get(test, S("data")), SCHEMA_NEUTRAL, arena, NULL);
		again = schema_validate(schema, json_get(test, S("data")), SCHEMA_NEUTRAL, arena, &errors);
	}
	suite->tests++;
	if (r == again && r == (wanted ? 0 : STATUTE_EINVAL) && (wanted || errors.count))
		suite->passed++;
	else
		print_message("  failed: %.*s: %.*s\n", STR_ARG(json_get_text(group, S("description"))),
		              STR_ARG(json_get_text(test, S("description"))));
}

static inline void suite_file(struct suite *suite, const char *path)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct arena arena;
	struct json_fault fault;
	struct json *root;

	arena_init(&arena, 64 * 1024, 64 * 1024 * 1024);
	assert_int_equal(json_parse(&arena, test_file(&arena, path), &limits, &root, &fault), 0);
	json_each(group, root) {
		const struct schema *schema = suite_compile(suite, &arena, json_get(group, S("schema")));

		json_each(test, json_get(group, S("tests")))
			suite_test(suite, &arena, schema, group, test);
	}
	arena_done(&arena);
}

/* One file, or all .json files of a folder, below the suite's. */
static inline struct suite suite_run(const char *name, bool asserts_format)
{
	struct suite suite = { .asserts_format = asserts_format };
	char dir[5000], path[6000];
	size_t passed;
	DIR *folder;

	snprintf(dir, sizeof(dir), "%s/%s", test_data(SUITE), name);
	if (!(folder = opendir(dir))) {
		suite_file(&suite, dir);
		print_message("%s: %zu of %zu\n", name, suite.passed, suite.tests);
		return suite;
	}
	for (const struct dirent *entry; (entry = readdir(folder));) {
		size_t tests = suite.tests;

		passed = suite.passed;
		if (!str_ends(str_from(entry->d_name), S(".json")))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		suite_file(&suite, path);
		print_message("%s/%s: %zu of %zu\n", name, entry->d_name, suite.passed - passed, suite.tests - tests);
	}
	closedir(folder);
	print_message("%s: %zu of %zu in all\n", name, suite.passed, suite.tests);
	return suite;
}

#endif
