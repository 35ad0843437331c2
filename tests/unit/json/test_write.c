#include "unit/json/json_help.h"

static void assert_string(struct arena *arena, struct str text, const char *expected)
{
	struct buf buf;

	buf_init(&buf, arena, 1 << 20);
	json_write_string(&buf, exact_copy(arena, text));
	assert_false(buf.failed);
	assert_str(buf_str(&buf), expected);
}

static void strings_are_escaped_where_rfc_8259_says(void **state)
{
	assert_string(*state, S(""), "\"\"");
	assert_string(*state, S("plain /text/"), "\"plain /text/\"");
	assert_string(*state, S("a\"b\\c"), "\"a\\\"b\\\\c\"");
	assert_string(*state, S("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
	assert_string(*state, S("\0\x01\x1F\x7F"), "\"\\u0000\\u0001\\u001f\x7F\"");
	assert_string(*state, S("\xC3\xA9\xF0\x9F\x98\x80"), "\"\xC3\xA9\xF0\x9F\x98\x80\"");
	assert_string(*state, (struct str){ 0 }, "\"\"");
}

static void line_separators_are_escaped_so_that_a_line_stays_one(void **state)
{
	assert_string(*state, S("a\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA"), "\"a\\u2028\\u2029\xE2\x80\xAA\"");
}

static void bytes_that_are_no_utf8_become_the_replacement_character(void **state)
{
	assert_string(*state, S("a\xFF\x80z"), "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
	assert_string(*state, S("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
	assert_string(*state, S("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void trees_are_written_compactly_with_numbers_as_they_came(void **state)
{
	assert_str(
		written(*state,
	                must_parse(
				*state,
				S(" { \"a\" : [ 1.10 , -0 , 1E+2, 12345678901234567890123 ] ,\n"
	                          " \"\\u0062\" : { } , \"c\" : [ ] , \"d\" : [ true , false , null ] } "))),
		"{\"a\":[1.10,-0,1E+2,12345678901234567890123],\"b\":{},\"c\":[],\"d\":[true,false,null]}");
	assert_str(written(*state, must_parse(*state, S(" \"x\" "))), "\"x\"");
}

static void pretty_is_indented_and_ends_its_line(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, 1 << 20);
	json_write_pretty(&buf, must_parse(*state, S("{\"a\":[1,{\"b\":[]}],\"c\":{},\"d\":\"x\"}")));
	assert_str(buf_str(&buf), "{\n"
	                          "  \"a\": [\n"
	                          "    1,\n"
	                          "    {\n"
	                          "      \"b\": []\n"
	                          "    }\n"
	                          "  ],\n"
	                          "  \"c\": {},\n"
	                          "  \"d\": \"x\"\n"
	                          "}\n");
}

static void a_part_of_a_tree_is_written_alone(void **state)
{
	const struct json *root = must_parse(*state, S("{\"a\":[1,2],\"b\":3}"));

	assert_str(written(*state, json_get(root, S("a"))), "[1,2]");
	assert_str(written(*state, root->first->first), "1");
}

static void a_full_buffer_fails_and_stays_within_its_maximum(void **state)
{
	const struct json *root = must_parse(*state, S("{\"a\":[1,\"\\u0001\\u2028\\n\",{\"b\":null}]}"));
	size_t whole = written(*state, root).len;

	for (size_t max = 0; max <= whole + 16; max++) {
		struct buf buf;

		buf_init(&buf, NULL, max);
		json_write(&buf, root);
		assert_true(buf.len <= max);
		if (!buf.failed)
			assert_int_equal(buf.len, whole);
		else
			assert_true(max < whole + 8);
		buf_done(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(strings_are_escaped_where_rfc_8259_says),
		json_test(line_separators_are_escaped_so_that_a_line_stays_one),
		json_test(bytes_that_are_no_utf8_become_the_replacement_character),
		json_test(trees_are_written_compactly_with_numbers_as_they_came),
		json_test(pretty_is_indented_and_ends_its_line),
		json_test(a_part_of_a_tree_is_written_alone),
		json_test(a_full_buffer_fails_and_stays_within_its_maximum),
	};

	return cmocka_run_group_tests_name("json/write", tests, NULL, NULL);
}
