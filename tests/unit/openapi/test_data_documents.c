/* Documents that others wrote: valid ones, invalid ones, and large ones of known services. */
#include "unit/test.h"

#include <dirent.h>

#include "openapi/router.h"

enum { MEMORY_MAX = 512 * 1024 * 1024 };

static struct arena arena;
static struct document *document;

static struct str issues_text(void)
{
	struct buf buf;

	buf_init(&buf, &arena, 4 * 1024 * 1024);
	issues_write(&document->issues, &document->sources, &buf);
	return buf_str(&buf);
}

static int load(const char *path)
{
	int r;

	arena_init(&arena, 64 * 1024, MEMORY_MAX);
	document = NULL;
	r = document_load(&arena, path, &document);
	assert_non_null(document);
	return r;
}

/* How many operations the tree of the document has, counted without the room's help. */
static size_t count_operations(const struct json *root)
{
	static const char *const methods[] = { "get",     "put",  "post",  "delete",
		                               "options", "head", "patch", "trace" };
	size_t count = 0;

	json_each(path, json_get(root, S("paths")))
		for (size_t i = 0; i < 8; i++)
			count += json_get(path, str_from(methods[i])) != NULL;
	return count;
}

static void assert_loads(const char *path)
{
	struct router *router;

	if (load(path) != 0)
		fail_msg("%s is refused:\n%.*s", path, STR_ARG(issues_text()));
	assert_int_equal(document->operation_count, count_operations(document->root));
	if (router_new(document, &router) != 0)
		fail_msg("%s cannot be routed:\n%.*s", path, STR_ARG(issues_text()));
	arena_done(&arena);
}

/* Calls `check` with each file of a folder whose name ends so; returns how many there were. */
static size_t for_each_file(const char *part, const char *end, void (*check)(const char *path))
{
	char folder[4096], path[4096 + 300];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s", test_data(part));
	assert_non_null(dir = opendir(folder));
	while ((entry = readdir(dir))) {
		if (!str_ends(str_from(entry->d_name), str_from(end)))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		check(path);
		count++;
	}
	closedir(dir);
	return count;
}

static void valid_documents_load(void **state)
{
	(void)state;
	assert_int_equal(for_each_file("openapi/pass", ".yaml", assert_loads), 35);
	assert_int_equal(for_each_file("openapi/pass", ".json", assert_loads), 35);
}

static void documents_in_the_wild_load(void **state)
{
	(void)state;
	assert_int_equal(for_each_file("openapi/docs-3.1", ".json", assert_loads), 20);
}

static void large_documents_of_known_services_load(void **state)
{
	(void)state;
	assert_int_equal(for_each_file("openapi/docs-3.0", ".json", assert_loads), 13);
}

static void assert_same_in_json(const char *yaml_path)
{
	char path[4096 + 300];
	struct document *yaml, *json = NULL;

	snprintf(path, sizeof(path), "%.*s.json", (int)(strlen(yaml_path) - strlen(".yaml")), yaml_path);
	assert_int_equal(load(yaml_path), 0);
	yaml = document;
	assert_int_equal(document_load(&arena, path, &json), 0);
	if (!json_equal(yaml->root, json->root))
		fail_msg("%s differs from its YAML", path);
	arena_done(&arena);
}

static void a_document_means_the_same_in_yaml_and_json(void **state)
{
	(void)state;
	assert_int_equal(for_each_file("openapi/pass", ".yaml", assert_same_in_json), 35);
}

struct refusal {
	const char *name, *yaml, *json; /* the places, line and column */
	const char *message;
};

static const struct refusal refusals[] = {
	{ "example-examples", "15:7", "14:5", "'examples' cannot stand beside 'example'" },
	{ "header-object-allowReserved", "12:7", "15:5",
	  "'allowReserved' is allowed in a query parameter only" },
	{ "invalid_schema_types", "10:19", "9:20",
	  "the schema 'invalid_null' must be an object or a boolean, not null" },
	{ "invalid_schema_types", "11:21", "10:22",
	  "the schema 'invalid_number' must be an object or a boolean, not a number" },
	{ "invalid_schema_types", "12:20", "11:21",
	  "the schema 'invalid_array' must be an object or a boolean, not an array" },
	{ "link-object-no-body", "10:7", "12:5", "'body' is not a field of the Link Object" },
	{ "no_containers", "1:1", "1:1",
	  "the OpenAPI Object needs at least one of 'paths', 'components' and 'webhooks'" },
	{ "parameter-object-cookie-form-allowReserved", "11:7", "12:5",
	  "'allowReserved' is allowed in a query parameter only" },
	{ "parameter-object-header-allowReserved", "10:7", "12:5",
	  "'allowReserved' is allowed in a query parameter only" },
	{ "parameter-object-path-allowReserved", "10:7", "12:5",
	  "'allowReserved' is allowed in a query parameter only" },
	{ "server_enum_empty", "13:15", "12:14", "'enum' must not be empty" },
	{ "servers", "10:3", "8:13", "'servers' must be an array, not an object" },
	{ "unknown_container", "8:1", "7:2", "'overlays' is not a field of the OpenAPI Object" },
};

static void assert_refused(const struct refusal *refusal, const char *extension, const char *place)
{
	char path[4096 + 300];
	struct str text, line;

	snprintf(path, sizeof(path), "%s", test_data("openapi/fail"));
	snprintf(path + strlen(path), 300, "/%s.%s", refusal->name, extension);
	assert_int_equal(load(path), STATUTE_EDOCUMENT);
	text = issues_text();
	line = str_printf(&arena, "%s:%s: error: %s", path, place, refusal->message);
	if (!memmem(text.at, text.len, line.at, line.len))
		fail_msg("no issue %.*s, but\n%.*s", STR_ARG(line), STR_ARG(text));
	arena_done(&arena);
}

static void invalid_documents_are_refused_at_the_right_place(void **state)
{
	(void)state;
	test_data("openapi/fail");
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		assert_refused(&refusals[i], "yaml", refusals[i].yaml);
		assert_refused(&refusals[i], "json", refusals[i].json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_documents_load),
		cmocka_unit_test(documents_in_the_wild_load),
		cmocka_unit_test(large_documents_of_known_services_load),
		cmocka_unit_test(a_document_means_the_same_in_yaml_and_json),
		cmocka_unit_test(invalid_documents_are_refused_at_the_right_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
