#include "unit/json/json_help.h"

#include "json/pointer.h"

static const char document[] =
	"{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
	"\"k\\\"l\":6,\" \":7,\"m~n\":8}";

static void the_table_of_rfc_6901_section_5_holds(void **state)
{
	static const struct {
		const char *pointer, *value;
	} table[] = {
		{ "/foo", "[\"bar\",\"baz\"]" },
		{ "/foo/0", "\"bar\"" },
		{ "/", "0" },
		{ "/a~1b", "1" },
		{ "/c%d", "2" },
		{ "/e^f", "3" },
		{ "/g|h", "4" },
		{ "/i\\j", "5" },
		{ "/k\"l", "6" },
		{ "/ ", "7" },
		{ "/m~0n", "8" },
	};
	struct json *root = must_parse(*state, str_from(document));

	assert_ptr_equal(json_pointer_get(root, S("")), root);
	assert_ptr_equal(json_pointer_get(root, (struct str){ 0 }), root);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct json *node = json_pointer_get(root,
		                                           exact_copy(*state, str_from(table[i].pointer)));

		assert_non_null(node);
		assert_str(written(*state, node), table[i].value);
	}
}

static void what_is_not_there_is_not_found(void **state)
{
	static const char *const missing[] = { "/bar",
		                               "/foo/2",
		                               "/foo/-",
		                               "/foo/00",
		                               "/foo/01",
		                               "/foo/+1",
		                               "/foo/1e0",
		                               "/foo/-1",
		                               "/foo/",
		                               "/foo/ 1",
		                               "/foo/0/x",
		                               "/foo/bar",
		                               "//",
		                               "/m~n",
		                               "/m~2n",
		                               "/m~",
		                               "foo",
		                               "/a/b",
		                               "/a~1b/0",
		                               "/foo/18446744073709551616",
		                               "/foo/99999999999999999999999999" };
	struct json *root = must_parse(*state, str_from(document));

	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
		if (json_pointer_get(root, exact_copy(*state, str_from(missing[i]))))
			fail_msg("%s names something", missing[i]);
	assert_null(json_pointer_get(NULL, S("")));
	assert_null(json_pointer_get(NULL, S("/a")));
}

static void escapes_are_undone_once(void **state)
{
	struct json *root = must_parse(*state, S("{\"~1\":1,\"/\":2,\"~\":3,\"~01\":4}"));

	assert_str(json_pointer_get(root, S("/~01"))->text, "1");
	assert_str(json_pointer_get(root, S("/~1"))->text, "2");
	assert_str(json_pointer_get(root, S("/~0"))->text, "3");
	assert_str(json_pointer_get(root, S("/~001"))->text, "4");
}

static void validity_is_the_grammar_alone(void **state)
{
	(void)state;
	assert_true(json_pointer_is_valid(S("")));
	assert_true(json_pointer_is_valid((struct str){ 0 }));
	assert_true(json_pointer_is_valid(S("/")));
	assert_true(json_pointer_is_valid(S("/a/~0~1/-/01")));
	assert_false(json_pointer_is_valid(S("a")));
	assert_false(json_pointer_is_valid(S("#/a")));
	assert_false(json_pointer_is_valid(S("/~")));
	assert_false(json_pointer_is_valid(S("/~2")));
	assert_false(json_pointer_is_valid(S("/a~/b")));
}

static void added_tokens_lead_to_their_member(void **state)
{
	struct json *root = must_parse(*state, S("{\"a/b~c\":{\"\":{\"~1\":true}}}"));
	struct buf buf;

	buf_init(&buf, *state, 1 << 10);
	json_pointer_add(&buf, S("a/b~c"));
	json_pointer_add(&buf, S(""));
	json_pointer_add(&buf, S("~1"));
	assert_str(buf_str(&buf), "/a~1b~0c//~01");
	assert_true(json_is_true(json_pointer_get(root, buf_str(&buf))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(the_table_of_rfc_6901_section_5_holds),
		json_test(what_is_not_there_is_not_found),
		json_test(escapes_are_undone_once),
		json_test(validity_is_the_grammar_alone),
		json_test(added_tokens_lead_to_their_member),
	};

	return cmocka_run_group_tests_name("json/pointer", tests, NULL, NULL);
}
