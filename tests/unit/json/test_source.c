#include "unit/json/json_help.h"

#include "json/source.h"

static struct str written_issues(struct arena *arena, const struct issues *issues,
                                 const struct sources *sources)
{
	struct buf buf;

	buf_init(&buf, arena, 1 << 20);
	issues_write(issues, sources, &buf);
	assert_false(buf.failed);
	return buf_str(&buf);
}

static void positions_name_their_file(void **state)
{
	struct sources sources;
	const struct source *found;
	uint32_t line, column;

	sources_init(&sources, *state);
	assert_int_equal(sources_add(&sources, S("a.yaml"), S("ab\ncd"))->base, 1);
	assert_int_equal(sources_add(&sources, S("empty.yaml"), S(""))->base, 7);
	assert_int_equal(sources_add(&sources, S("b.yaml"), S("x\n"))->base, 8);
	assert_null(sources_find(&sources, 0, &line, &column));
	found = sources_find(&sources, 5, &line, &column);
	assert_str(found->path, "a.yaml");
	assert_int_equal(line, 2);
	assert_int_equal(column, 2);
	assert_str(sources_find(&sources, 6, &line, &column)->path, "a.yaml"); /* its end */
	assert_str(sources_find(&sources, 7, &line, &column)->path, "empty.yaml");
	assert_str(sources_find(&sources, 8, &line, &column)->path, "b.yaml");
	assert_int_equal(line, 1);
	assert_str(sources_find(&sources, 10, &line, &column)->path, "b.yaml");
	assert_int_equal(line, 2);
	assert_null(sources_find(&sources, 11, &line, &column));
}

static void nodes_of_every_file_name_their_line(void **state)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct sources sources;
	uint32_t line, column;
	struct json *root;

	sources_init(&sources, *state);
	assert_non_null(sources_add(&sources, S("a.json"), S("{}")));
	limits.base = sources_add(&sources, S("b.json"), S("{\n \"a\": 1}"))->base;
	assert_int_equal(json_parse(*state, sources.list[1].text, &limits, &root, &fault), 0);
	assert_str(sources_find(&sources, root->first->at, &line, &column)->path, "b.json");
	assert_int_equal(line, 2);
	assert_int_equal(column, 7);
}

static void texts_past_the_space_of_positions_are_refused(void **state)
{
	struct sources sources;

	sources_init(&sources, *state);
	assert_null(sources_add(&sources, S("a"), str_of("", (size_t)UINT32_MAX + 1)));
	assert_null(sources_add(&sources, S("a"), str_of("", SIZE_MAX)));
	assert_int_equal(sources.count, 0);
	assert_non_null(sources_add(&sources, S("a"), str_of("", UINT32_MAX - 1)));
	assert_null(sources_add(&sources, S("b"), S("")));
}

static void issues_are_written_in_order_without_repeats(void **state)
{
	struct sources sources;
	struct issues issues;

	sources_init(&sources, *state);
	sources_add(&sources, S("shop.yaml"), S("type: qux\nname: a\n"));
	issues_init(&issues, *state);
	issues_add(&issues, 11, NULL, "second of line %d", 2);
	issues_add(&issues, 7, "use string", "'%s' is not a type", "qux");
	issues_warn(&issues, 11, NULL, "another\033 of line 2");
	issues_add(&issues, 0, NULL, "no title");
	issues_add(&issues, 7, "use string", "'%s' is not a type", "qux");
	assert_int_equal(issues.errors, 4);
	issues_sort(&issues);
	assert_int_equal(issues.errors, 3);
	assert_int_equal(issues.count, 4);
	assert_str(written_issues(*state, &issues, &sources),
	           "shop.yaml: error: no title\n"
	           "shop.yaml:1:7: error: 'qux' is not a type; use string\n"
	           "shop.yaml:2:1: error: second of line 2\n"
	           "shop.yaml:2:1: warning: another\\x1b of line 2\n");
}

static void a_message_is_the_same_only_at_the_same_place(void **state)
{
	struct issues issues;

	issues_init(&issues, *state);
	issues_add(&issues, 3, NULL, "same");
	issues_add(&issues, 2, NULL, "same");
	issues_add(&issues, 3, NULL, "other");
	issues_add(&issues, 3, NULL, "same");
	issues_sort(&issues);
	assert_int_equal(issues.count, 3);
	assert_int_equal(issues.list[0].position, 2);
	assert_str(issues.list[1].message, "same");
	assert_str(issues.list[2].message, "other");
}

static void the_list_is_bounded_and_errors_come_before_warnings(void **state)
{
	struct sources sources;
	struct issues issues;
	struct str text;

	sources_init(&sources, *state);
	issues_init(&issues, *state);
	for (uint32_t i = 0; i < 1005; i++)
		issues_warn(&issues, i, NULL, "warning %u", i);
	assert_int_equal(issues.count, 1000);
	assert_int_equal(issues.dropped, 5);
	assert_int_equal(issues.errors, 0);
	issues_add(&issues, 5000, NULL, "an error");
	assert_int_equal(issues.count, 1000);
	assert_int_equal(issues.dropped, 6);
	assert_int_equal(issues.errors, 1);
	issues_sort(&issues);
	text = written_issues(*state, &issues, &sources);
	assert_true(str_ends(text, S("warning: warning 998\nerror: an error\nand 6 more\n")));
	for (uint32_t i = 0; i < 2000; i++)
		issues_add(&issues, i, NULL, "error %u", i);
	assert_int_equal(issues.count, 1000);
	assert_int_equal(issues.errors, 2001);
}

static void an_error_counts_even_without_memory(void **state)
{
	struct arena none;
	struct issues issues;

	(void)state;
	arena_init(&none, 256, 0);
	issues_init(&issues, &none);
	issues_add(&issues, 1, "a remedy", "lost");
	assert_int_equal(issues.errors, 1);
	assert_int_equal(issues.count, 0);
	assert_int_equal(issues.dropped, 1);
	issues_sort(&issues);
	arena_done(&none);
}

static void a_long_message_is_cut_between_characters(void **state)
{
	struct issues issues;
	char *text = arena_alloc(*state, 3001);

	for (size_t i = 0; i < 1000; i++)
		memcpy(text + 3 * i, "\xE2\x82\xAC", 3);
	text[3000] = '\0';
	issues_init(&issues, *state);
	for (size_t skip = 0; skip < 3; skip++) {
		issues_add(&issues, 1, NULL, "%.*s%s", (int)skip, "ab", text);
		assert_true(str_is_utf8(issues.list[skip].message));
		assert_in_range(issues.list[skip].message.len, 1018, 1023);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(positions_name_their_file),
		json_test(nodes_of_every_file_name_their_line),
		json_test(texts_past_the_space_of_positions_are_refused),
		json_test(issues_are_written_in_order_without_repeats),
		json_test(a_message_is_the_same_only_at_the_same_place),
		json_test(the_list_is_bounded_and_errors_come_before_warnings),
		json_test(an_error_counts_even_without_memory),
		json_test(a_long_message_is_cut_between_characters),
	};

	return cmocka_run_group_tests_name("json/source", tests, NULL, NULL);
}
