#include "unit/test.h"

#include "observe/page_assets.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 4096, 8 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void assert_is_file(const char *name, const char *type)
{
	struct page_asset asset;
	struct str path = str_printf(&arena, "%s/src/observe/page/%s", STATUTE_SOURCE_DIR, name);
	struct str file = test_file(&arena, path.at);

	assert_true(page_asset(str_from(name), &asset));
	assert_str(asset.type, type);
	assert_true(str_eq(asset.content, file));
	assert_int_equal(strlen(asset.etag), PAGE_ETAG_LEN);
}

static void each_file_is_in_the_binary_as_it_stands(void **state)
{
	(void)state;
	assert_is_file("statute.css", "text/css; charset=utf-8");
	assert_is_file("icon.svg", "image/svg+xml");
	assert_is_file("trace.js", "text/javascript; charset=utf-8");
	assert_is_file("traces.js", "text/javascript; charset=utf-8");
}

static void the_page_of_the_last_requests_is_a_file_too(void **state)
{
	struct page_asset asset;

	(void)state;
	assert_true(str_eq(page_traces(), test_file(&arena, STATUTE_SOURCE_DIR "/src/observe/page/traces.html")));
	assert_false(page_asset(S("traces.html"), &asset)); /* it is at /-/traces alone */
}

static void files_that_differ_have_tags_that_differ(void **state)
{
	struct page_asset style, icon, again;

	(void)state;
	assert_true(page_asset(S("statute.css"), &style));
	assert_true(page_asset(S("icon.svg"), &icon));
	assert_true(page_asset(S("statute.css"), &again));
	assert_string_not_equal(style.etag, icon.etag);
	assert_string_equal(style.etag, again.etag);
}

static void a_name_is_exact(void **state)
{
	static const struct str names[] = {
		STR_INIT(""), STR_INIT("statute.cs"), STR_INIT("statute.css "), STR_INIT("Statute.css"),
		STR_INIT("statute.css\0"), STR_INIT("page/statute.css"),
	};
	struct page_asset asset;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(page_asset(names[i], &asset));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_file_is_in_the_binary_as_it_stands, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_page_of_the_last_requests_is_a_file_too, set_up, tear_down),
		cmocka_unit_test(files_that_differ_have_tags_that_differ),
		cmocka_unit_test(a_name_is_exact),
	};

	return cmocka_run_group_tests_name("observe/page_assets", tests, NULL, NULL);
}
