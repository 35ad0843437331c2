#include "unit/json/json_help.h"

static void assert_fault(struct arena *arena, struct str text, size_t at, const char *issue)
{
	struct json_fault fault = { 0 };
	struct json *root = NULL;

	assert_int_equal(parse_text(arena, text, &root, &fault), STATUTE_ESYNTAX);
	assert_null(root);
	if (fault.at != at || !strstr(fault.issue, issue))
		fail_msg("\"%.*s\": \"%s\" at %zu, not \"%s\" at %zu", STR_ARG(text), fault.issue, fault.at,
		         issue, at);
}

static void a_fault_stands_at_the_offending_byte(void **state)
{
	static const struct {
		struct str text;
		size_t at;
		const char *issue;
	} cases[] = {
		{ STR_INIT("[1 2]"), 3, "expected ',' or ']' after an item" },
		{ STR_INIT("{\"a\":1;\"b\":2}"), 6, "expected ',' or '}' after a member" },
		{ STR_INIT("{\"a\" 1}"), 5, "expected ':'" },
		{ STR_INIT("{\"a\":1,}"), 7, "expected a name in double quotes after ','" },
		{ STR_INIT("{a:1}"), 1, "expected a name in double quotes or '}'" },
		{ STR_INIT("[1,]"), 3, "expected a value before this" },
		{ STR_INIT("[,1]"), 1, "expected a value before this" },
		{ STR_INIT("{\"a\":}"), 5, "expected a value before this" },
		{ STR_INIT("[1}"), 2, "expected ',' or ']'" },
		{ STR_INIT("  nulL"), 5, "expected 'null'" },
		{ STR_INIT("[tru]"), 4, "expected 'true'" },
		{ STR_INIT("[fAlse]"), 2, "expected 'false'" },
		{ STR_INIT("True"), 0, "expected a value" },
		{ STR_INIT("truex"), 4, "expected the end of the text" },
		{ STR_INIT("1 1"), 2, "expected the end of the text" },
		{ STR_INIT("[1]]"), 3, "expected the end of the text" },
		{ STR_INIT("['a']"), 1, "double quotes" },
		{ STR_INIT("[1, // one\n2]"), 4, "no comments" },
		{ STR_INIT("\xEF\xBB\xBF{}"), 0, "byte order mark" },
		{ STR_INIT("[NaN]"), 1, "no such number" },
		{ STR_INIT("-Infinity"), 1, "expected a digit after '-'" },
		{ STR_INIT("+1"), 0, "begins with a digit" },
		{ STR_INIT(".5"), 0, "begins with a digit" },
		{ STR_INIT("[-01]"), 3, "after a leading zero" },
		{ STR_INIT("00"), 1, "after a leading zero" },
		{ STR_INIT("[1.]"), 3, "after the decimal point" },
		{ STR_INIT("[1e+]"), 4, "in the exponent" },
		{ STR_INIT("[1.5.2]"), 4, "expected ',' or ']'" },
		{ STR_INIT("\"a\tb\""), 2, "must be escaped" },
		{ STR_INIT("\"plain text that is long\nenough\""), 24, "must be escaped" },
		{ STR_INIT("\"\\x41\""), 2, "no such escape" },
		{ STR_INIT("\"\\u00G1\""), 5, "four hexadecimal digits" },
		{ STR_INIT("\"ab\\ud800\""), 3, "high surrogate" },
		{ STR_INIT("\"ab\\ud800\\u0041\""), 3, "high surrogate" },
		{ STR_INIT("\"ab\\ud800\\n\""), 3, "high surrogate" },
		{ STR_INIT("\"ab\\udc00\""), 3, "low surrogate" },
		{ STR_INIT("\"ab\xFF\""), 3, "not UTF-8" },
		{ STR_INIT("\"ab\xC0\xAF\""), 3, "not UTF-8" },
		{ STR_INIT("\"ab\xED\xA0\x80\""), 3, "not UTF-8" },
		{ STR_INIT("\"\xE2\x82\""), 1, "not UTF-8" },
		{ STR_INIT("{\"a\":1,\"b\":2,\"\\u0061\":3}"), 13, "this name already" },
		{ STR_INIT("{\"a\":{},\"a\":{}}"), 8, "this name already" },
		{ STR_INIT("[\0]"), 1, "expected a value" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_fault(*state, cases[i].text, cases[i].at, cases[i].issue);
}

static void a_text_cut_short_is_at_fault_at_its_end(void **state)
{
	static const struct {
		struct str text;
		const char *issue;
	} cases[] = {
		{ STR_INIT(""), "the text holds no value" },
		{ STR_INIT(" \n"), "the text holds no value" },
		{ STR_INIT("["), "inside an array" },
		{ STR_INIT("[1"), "inside an array" },
		{ STR_INIT("[{},"), "inside an array" },
		{ STR_INIT("{"), "inside an object" },
		{ STR_INIT("[{\"a\""), "inside an object" },
		{ STR_INIT("{\"a\":"), "inside an object" },
		{ STR_INIT("{\"a\":[],"), "inside an object" },
		{ STR_INIT("tru"), "inside a word" },
		{ STR_INIT("[-"), "inside a number" },
		{ STR_INIT("1."), "inside a number" },
		{ STR_INIT("1e"), "inside a number" },
		{ STR_INIT("1e-"), "inside a number" },
		{ STR_INIT("\""), "inside a string" },
		{ STR_INIT("\"abcdefghijkl"), "inside a string" },
		{ STR_INIT("\"a\\"), "inside an escape" },
		{ STR_INIT("\"a\\u00"), "inside an escape" },
		{ STR_INIT("\"a\\ud834"), "inside a surrogate pair" },
		{ STR_INIT("\"a\\ud834\\"), "inside a surrogate pair" },
		{ STR_INIT("\"a\\ud834\\udd"), "inside an escape" },
		{ STR_INIT("\"\xC3"), "inside a character" },
		{ STR_INIT("\"\xE0\xA0"), "inside a character" },
		{ STR_INIT("\"\xED"), "inside a character" },
		{ STR_INIT("\"\xF0\x9F\x98"), "inside a character" },
		{ STR_INIT("\"\xF4"), "inside a character" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_fault(*state, cases[i].text, cases[i].text.len, cases[i].issue);
	assert_fault(*state, S("\"\xF5"), 1, "not UTF-8");
	assert_fault(*state, S("\"\xE0\x80"), 1, "not UTF-8");
	assert_fault(*state, S("\"\xF4\x90"), 1, "not UTF-8");
}

static void every_prefix_of_a_text_ends_too_early(void **state)
{
	struct str text = S(
		"{\"a\\u00e9\\ud834\\udd1e\":[-1.5e+3,true,null,\"\xF0\x9F\x98\x80\"],\"b\":{\"c\":[[]]}}");

	for (size_t len = 0; len < text.len; len++)
		assert_fault(*state, str_sub(text, 0, len), len, "the text ");
	must_parse(*state, text);
}

static void escapes_become_their_characters(void **state)
{
	struct json *root = must_parse(
		*state, S("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u0041\\u00e9\\u20AC\\uD834\\uDD1e.\","
	                  "\"a\\u0000b\",\"\\uFFFF\"]"));

	assert_str(json_text(json_item(root, 0)), "\"\\/\b\f\n\r\t");
	assert_str(json_text(json_item(root, 1)), "A\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E.");
	assert_true(str_eq(json_text(json_item(root, 2)), S("a\0b")));
	assert_str(json_text(json_item(root, 3)), "\xEF\xBF\xBF");
}

static void texts_without_escapes_are_slices_of_the_source(void **state)
{
	struct str text = exact_copy(*state, S("{\"name\":\"plain\",\"n\":-1.50e2}"));
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *root;

	assert_int_equal(json_parse(*state, text, &limits, &root, &fault), 0);
	assert_ptr_equal(root->first->name.at, text.at + 2);
	assert_ptr_equal(root->first->text.at, text.at + 9);
	assert_str(root->last->text, "-1.50e2");
	assert_ptr_equal(root->last->text.at, text.at + 20);
}

static void nodes_know_their_bytes_past_the_base(void **state)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *root, *b;

	limits.base = 1000;
	assert_int_equal(
		json_parse(*state, S(" {\"a\" : [1, 23 ] , \"b\" : null } "), &limits, &root, &fault), 0);
	assert_int_equal(root->at, 1001);
	assert_int_equal(root->end, 1031);
	assert_int_equal(root->name_at, 0);
	assert_int_equal(root->first->name_at, 1002);
	assert_int_equal(root->first->at, 1008);
	assert_int_equal(root->first->end, 1016);
	assert_int_equal(root->first->count, 2);
	assert_int_equal(json_item(root->first, 1)->at, 1012);
	assert_int_equal(json_item(root->first, 1)->end, 1014);
	b = json_get(root, S("b"));
	assert_int_equal(b->name_at, 1019);
	assert_int_equal(b->at, 1025);
	assert_int_equal(b->end, 1029);
	assert_null(b->next);
	assert_null(root->next);
}

static void a_fault_does_not_count_the_base(void **state)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *root;

	limits.base = 1000;
	assert_int_equal(json_parse(*state, S("[?]"), &limits, &root, &fault), STATUTE_ESYNTAX);
	assert_int_equal(fault.at, 1);
	limits.base = UINT32_MAX - 2;
	assert_int_equal(json_parse(*state, S("[1]"), &limits, &root, &fault), STATUTE_ELIMIT);
	limits.base = UINT32_MAX - 3;
	assert_int_equal(json_parse(*state, S("[1]"), &limits, &root, &fault), 0);
}

static void depth_is_limited_at_its_bracket(void **state)
{
	static const struct json_limits three = { .depth = 3, .nodes = 100 };
	struct json_fault fault;
	struct json *root;

	assert_int_equal(json_parse(*state, S("[[[]],[{\"a\":{}}]]"),
	                            &(struct json_limits){ .depth = 4, .nodes = 100 }, &root, &fault),
	                 0);
	assert_int_equal(json_parse(*state, S("[[[]],[{\"a\":{}}]]"), &three, &root, &fault), STATUTE_ELIMIT);
	assert_int_equal(fault.at, 12);
	assert_int_equal(
		json_parse(*state, S("1"), &(struct json_limits){ .depth = 0, .nodes = 1 }, &root, &fault),
		0);
	assert_int_equal(
		json_parse(*state, S("[]"), &(struct json_limits){ .depth = 0, .nodes = 1 }, &root, &fault),
		STATUTE_ELIMIT);
}

static void a_depth_bomb_meets_the_limit(void **state)
{
	enum { BRACKETS = 100000 };
	struct json_limits limits = { .depth = UINT32_MAX, .nodes = UINT32_MAX };
	struct json_fault fault;
	struct json *root = NULL;
	char *text = malloc(BRACKETS);

	assert_non_null(text);
	memset(text, '[', BRACKETS);
	assert_int_equal(parse_text(*state, str_of(text, BRACKETS), &root, &fault), STATUTE_ELIMIT);
	assert_int_equal(fault.at, 128);
	assert_int_equal(json_parse(*state, str_of(text, BRACKETS), &limits, &root, &fault), STATUTE_ELIMIT);
	assert_int_equal(fault.at, JSON_DEPTH_MAX);
	assert_null(root);
	free(text);
}

static void values_are_limited_in_number(void **state)
{
	struct json_limits limits = { .depth = 10, .nodes = 4 };
	struct json_fault fault;
	struct json *root;

	assert_int_equal(json_parse(*state, S("[1,{\"a\":2}]"), &limits, &root, &fault), 0);
	assert_int_equal(json_parse(*state, S("[1,{\"a\":2},3]"), &limits, &root, &fault), STATUTE_ELIMIT);
	assert_int_equal(fault.at, 11);
}

static struct str object_of(struct arena *arena, size_t members, const char *last)
{
	struct buf buf;

	buf_init(&buf, arena, TEST_ARENA);
	buf_add_char(&buf, '{');
	for (size_t i = 0; i < members; i++)
		buf_printf(&buf, "\"key%zu\":%zu,", i, i);
	buf_printf(&buf, "\"%s\":null}", last);
	assert_false(buf.failed);
	return buf_str(&buf);
}

static void large_objects_find_members_and_repeats(void **state)
{
	for (size_t members = 1; members < 20; members++) {
		struct str text = object_of(*state, members, "key0");

		must_parse(*state, object_of(*state, members, "last"));
		assert_fault(*state, text, text.len - strlen("\"key0\":null}"), "this name already");
	}
	for (size_t members = 100000; members <= 100000; members++) {
		struct json *root = must_parse(*state, object_of(*state, members, "last"));

		assert_int_equal(root->count, members + 1);
		assert_str(json_get(root, S("key0"))->text, "0");
		assert_str(json_get(root, S("key99999"))->text, "99999");
		assert_ptr_equal(json_get(root, S("last")), root->last);
		assert_null(json_get(root, S("key100000")));
	}
}

static void positions_count_lines_and_code_points(void **state)
{
	struct str text = S("{\n  \"\xC3\xA9\xF0\x9F\x98\x80\": x\r\n}\n");
	uint32_t line, column;

	(void)state;
	json_position(text, 0, &line, &column);
	assert_int_equal(line, 1);
	assert_int_equal(column, 1);
	json_position(text, 1, &line, &column); /* the newline itself ends its line */
	assert_int_equal(line, 1);
	assert_int_equal(column, 2);
	json_position(text, str_find(text, 'x'), &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 9);
	json_position(text, text.len, &line, &column);
	assert_int_equal(line, 4);
	assert_int_equal(column, 1);
	json_position(text, text.len + 100, &line, &column);
	assert_int_equal(line, 4);
	json_position((struct str){ 0 }, 0, &line, &column);
	assert_int_equal(line, 1);
	assert_int_equal(column, 1);
}

static void every_lack_of_memory_is_reported(void **state)
{
	struct str text = object_of(*state, 30, "a\\nb");
	int r = STATUTE_ENOMEM;

	for (size_t max = 0; r; max += 16) {
		struct json_limits limits = JSON_LIMITS_INIT;
		struct json_fault fault;
		struct json *root = NULL;
		struct arena arena;

		assert_in_range(max, 0, 1 << 20);
		arena_init(&arena, 256, max);
		r = json_parse(&arena, text, &limits, &root, &fault);
		assert_true(r == 0 || r == STATUTE_ENOMEM);
		assert_true(!r == !!root);
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(a_fault_stands_at_the_offending_byte),
		json_test(a_text_cut_short_is_at_fault_at_its_end),
		json_test(every_prefix_of_a_text_ends_too_early),
		json_test(escapes_become_their_characters),
		json_test(texts_without_escapes_are_slices_of_the_source),
		json_test(nodes_know_their_bytes_past_the_base),
		json_test(a_fault_does_not_count_the_base),
		json_test(depth_is_limited_at_its_bracket),
		json_test(a_depth_bomb_meets_the_limit),
		json_test(values_are_limited_in_number),
		json_test(large_objects_find_members_and_repeats),
		json_test(positions_count_lines_and_code_points),
		json_test(every_lack_of_memory_is_reported),
	};

	return cmocka_run_group_tests_name("json/parse", tests, NULL, NULL);
}
