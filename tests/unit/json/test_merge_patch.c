#include "unit/json/json_help.h"

#include "json/pointer.h"

static void the_table_of_rfc_7396_appendix_a_holds(void **state)
{
	static const struct {
		const char *target, *patch, *result;
	} table[] = {
		{ "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
		{ "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
		{ "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
		{ "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}" },
		{ "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
		{ "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
		{ "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}" },
		{ "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
		{ "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]" },
		{ "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]" },
		{ "{\"a\":\"foo\"}", "null", "null" },
		{ "{\"a\":\"foo\"}", "\"bar\"", "\"bar\"" },
		{ "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
		{ "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}" },
		{ "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct json *target = must_parse(*state, str_from(table[i].target));
		const struct json *result = json_merge_patch(*state, target,
		                                             must_parse(*state, str_from(table[i].patch)));

		assert_str(written(*state, result), table[i].result);
		assert_str(written(*state, target), table[i].target);
	}
}

static void an_absent_target_takes_the_patch_without_its_nulls(void **state)
{
	const struct json *patch = must_parse(*state,
	                                      S("{\"a\":null,\"b\":{\"c\":null,\"d\":1},\"e\":[null]}"));

	assert_str(written(*state, json_merge_patch(*state, NULL, patch)), "{\"b\":{\"d\":1},\"e\":[null]}");
}

static void members_keep_their_order_and_numbers_their_digits(void **state)
{
	const struct json *target = must_parse(*state, S("{\"z\":1.10,\"a\":{\"y\":1,\"x\":2},\"m\":3}"));
	const struct json *patch = must_parse(*state, S("{\"n\":1e2,\"a\":{\"x\":2.50,\"w\":0}}"));

	assert_str(written(*state, json_merge_patch(*state, target, patch)),
	           "{\"z\":1.10,\"a\":{\"y\":1,\"x\":2.50,\"w\":0},\"m\":3,\"n\":1e2}");
}

/* Removing all of many members stays linear; quadratic would take minutes. */
static void many_members_are_removed_at_once(void **state)
{
	struct buf target, patch;
	enum { MEMBERS = 100000 };

	buf_init(&target, *state, TEST_ARENA);
	buf_init(&patch, *state, TEST_ARENA);
	for (int i = 0; i < MEMBERS; i++) {
		buf_printf(&target, "%c\"%d\":1", i ? ',' : '{', i);
		buf_printf(&patch, "%c\"%d\":null", i ? ',' : '{', MEMBERS - 1 - i);
	}
	buf_add_char(&target, '}');
	buf_add_char(&patch, '}');
	assert_str(written(*state, json_merge_patch(*state, must_parse(*state, buf_str(&target)),
	                                            must_parse(*state, buf_str(&patch)))),
	           "{}");
}

static void merging_reports_every_lack_of_memory(void **state)
{
	const struct json *target = must_parse(*state, S("{\"a\":{\"b\":[1,2]},\"c\":1}"));
	const struct json *patch = must_parse(*state, S("{\"a\":{\"d\":{\"e\":1}},\"f\":[{}]}"));
	struct json *result = NULL;

	for (size_t max = 0; !result; max += 16) {
		struct arena arena;

		assert_in_range(max, 0, 1 << 16);
		arena_init(&arena, 256, max);
		result = json_merge_patch(&arena, target, patch);
		if (result)
			assert_str(written(*state, result),
			           "{\"a\":{\"b\":[1,2],\"d\":{\"e\":1}},\"c\":1,\"f\":[{}]}");
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(the_table_of_rfc_7396_appendix_a_holds),
		json_test(an_absent_target_takes_the_patch_without_its_nulls),
		json_test(members_keep_their_order_and_numbers_their_digits),
		json_test(many_members_are_removed_at_once),
		json_test(merging_reports_every_lack_of_memory),
	};

	return cmocka_run_group_tests_name("json/merge_patch", tests, NULL, NULL);
}
