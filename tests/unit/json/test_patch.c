#include "unit/json/json_help.h"

#include "json/pointer.h"

/*
 * The files of cases are read by jansson, since two (disabled) cases repeat a
 * member name; its header cannot stand beside ours, so what is used is declared.
 */
extern void *json_loadb(const char *text, size_t len, size_t flags, void *error);
extern char *json_dumps(const void *root, size_t flags);
extern void json_delete(void *root);

/* The cases of a file, as one of our trees. */
static struct json *read_cases(struct arena *arena, const char *part)
{
	struct str text = test_file(arena, test_data(part));
	void *root = json_loadb(text.at, text.len, 0, NULL);
	struct json *cases;
	char *dump;

	assert_non_null(root);
	dump = json_dumps(root, 0);
	assert_non_null(dump);
	cases = must_parse(arena, str_from(dump));
	free(dump);
	json_delete(root);
	return cases;
}

static int apply(struct arena *arena, const char *target, const char *patch, struct json **ret_result,
                 struct json_patch_fault *ret_fault)
{
	return json_patch_apply(arena, must_parse(arena, str_from(target)),
	                        must_parse(arena, str_from(patch)), ret_result, ret_fault);
}

static void check_case(struct arena *arena, const struct json *test)
{
	const struct json *document = json_get(test, S("doc")), *expected = json_get(test, S("expected"));
	struct str before = written(arena, document);
	struct json_patch_fault fault;
	struct json *result = NULL;
	int r = json_patch_apply(arena, document, json_get(test, S("patch")), &result, &fault);

	assert_true(r == 0 || r == STATUTE_EINVAL);
	if ((r < 0) != !!json_get(test, S("error")) || (expected && !json_equal(result, expected)))
		fail_msg("%.*s gives %.*s (%s)", STR_ARG(written(arena, test)),
		         STR_ARG(result ? written(arena, result) : S("nothing")), r < 0 ? fault.issue : "");
	assert_true(str_eq(written(arena, document), before));
}

static void check_file(struct arena *arena, const char *part, size_t count, size_t disabled)
{
	const struct json *cases = read_cases(arena, part);

	json_each(test, cases) {
		count--;
		if (json_get(test, S("disabled")))
			disabled--;
		else
			check_case(arena, test);
	}
	assert_int_equal(count, 0);
	assert_int_equal(disabled, 0);
}

static void the_cases_of_rfc_6902_hold(void **state)
{
	check_file(*state, "json-patch/spec_tests.json", 17, 1);
}

static void the_cases_of_the_community_hold(void **state)
{
	check_file(*state, "json-patch/tests.json", 95, 3);
}

static void faults_say_what_kind_and_where(void **state)
{
	static const struct {
		const char *patch;
		enum json_patch_fault_kind kind;
		size_t operation;
		const char *path;
	} cases[] = {
		{ "{}", JSON_PATCH_MALFORMED, 0, "" },
		{ "[1]", JSON_PATCH_MALFORMED, 0, "" },
		{ "[{\"op\":\"add\",\"path\":\"/x\",\"value\":1},{\"op\":\"spam\",\"path\":\"/y\"}]",
		  JSON_PATCH_MALFORMED, 1, "/y" },
		{ "[{\"op\":\"add\",\"path\":\"/x\"}]", JSON_PATCH_MALFORMED, 0, "/x" },
		{ "[{\"op\":\"remove\",\"path\":\"x\"}]", JSON_PATCH_MALFORMED, 0, "x" },
		{ "[{\"op\":\"remove\",\"path\":\"/~2\"}]", JSON_PATCH_MALFORMED, 0, "/~2" },
		{ "[{\"op\":\"remove\",\"path\":\"\"}]", JSON_PATCH_MALFORMED, 0, "" },
		{ "[{\"op\":\"copy\",\"path\":\"/x\",\"from\":1}]", JSON_PATCH_MALFORMED, 0, "/x" },
		{ "[{\"op\":\"move\",\"path\":\"/a/b\",\"from\":\"/a\"}]", JSON_PATCH_MALFORMED, 0, "/a/b" },
		{ "[{\"op\":\"move\",\"path\":\"/a\",\"from\":\"\"}]", JSON_PATCH_MALFORMED, 0, "/a" },
		{ "[{\"op\":\"remove\",\"path\":\"/x\"}]", JSON_PATCH_PATH_MISSING, 0, "/x" },
		{ "[{\"op\":\"replace\",\"path\":\"/x\",\"value\":1}]", JSON_PATCH_PATH_MISSING, 0, "/x" },
		{ "[{\"op\":\"add\",\"path\":\"/x/y\",\"value\":1}]", JSON_PATCH_PATH_MISSING, 0, "/x/y" },
		{ "[{\"op\":\"add\",\"path\":\"/n/y\",\"value\":1}]", JSON_PATCH_PATH_MISSING, 0, "/n/y" },
		{ "[{\"op\":\"add\",\"path\":\"/l/3\",\"value\":1}]", JSON_PATCH_PATH_MISSING, 0, "/l/3" },
		{ "[{\"op\":\"add\",\"path\":\"/l/x\",\"value\":1}]", JSON_PATCH_PATH_MISSING, 0, "/l/x" },
		{ "[{\"op\":\"remove\",\"path\":\"/l/-\"}]", JSON_PATCH_PATH_MISSING, 0, "/l/-" },
		{ "[{\"op\":\"test\",\"path\":\"/n\",\"value\":1},{\"op\":\"copy\",\"from\":\"/"
		  "q\",\"path\":\"/n\"}]",
		  JSON_PATCH_PATH_MISSING, 1, "/q" },
		{ "[{\"op\":\"test\",\"path\":\"/n\",\"value\":1.0},{\"op\":\"test\",\"path\":\"/"
		  "l\",\"value\":[2,1]}]",
		  JSON_PATCH_TEST_FAILED, 1, "/l" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_patch_fault fault = { 0 };
		struct json *result = NULL;

		assert_int_equal(apply(*state, "{\"n\":1,\"l\":[1,2]}", cases[i].patch, &result, &fault),
		                 STATUTE_EINVAL);
		assert_null(result);
		assert_int_equal(fault.kind, cases[i].kind);
		assert_int_equal(fault.operation, cases[i].operation);
		assert_str(fault.path, cases[i].path);
		assert_non_null(fault.issue);
	}
}

static void a_malformed_patch_is_malformed_whatever_the_target_holds(void **state)
{
	struct json_patch_fault fault;
	struct json *result;

	assert_int_equal(apply(*state, "{}",
	                       "[{\"op\":\"remove\",\"path\":\"/missing\"},{\"op\":\"add\",\"path\":\"/a\"}]",
	                       &result, &fault),
	                 STATUTE_EINVAL);
	assert_int_equal(fault.kind, JSON_PATCH_MALFORMED);
	assert_int_equal(fault.operation, 1);
}

static void assert_result(struct arena *arena, const char *target, const char *patch, const char *expected)
{
	struct json_patch_fault fault;
	struct json *result = NULL;
	int r = apply(arena, target, patch, &result, &fault);

	if (r < 0)
		fail_msg("%s: %s", patch, r == STATUTE_EINVAL ? fault.issue : statute_err_name(r));
	assert_str(written(arena, result), expected);
}

static void the_root_is_a_place_like_any_other(void **state)
{
	assert_result(*state, "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":\"x\"}]", "\"x\"");
	assert_result(*state, "\"foo\"", "[{\"op\":\"replace\",\"path\":\"\",\"value\":\"bar\"}]", "\"bar\"");
	assert_result(*state, "{\"a\":1}", "[{\"op\":\"test\",\"path\":\"\",\"value\":{\"a\":1.0}}]",
	              "{\"a\":1}");
	assert_result(*state, "{\"a\":[1]}",
	              "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"\"},"
	              "{\"op\":\"add\",\"path\":\"/-\",\"value\":2}]",
	              "[1,2]");
	assert_result(*state, "{\"a\":1}", "[{\"op\":\"copy\",\"from\":\"\",\"path\":\"/b\"}]",
	              "{\"a\":1,\"b\":{\"a\":1}}");
	assert_result(*state, "{\"a\":1}", "[{\"op\":\"move\",\"from\":\"\",\"path\":\"\"}]", "{\"a\":1}");
	/* a name that only begins the same is beside it, not below it (section 4.4) */
	assert_result(*state, "{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/ab\"}]", "{\"ab\":1}");
	assert_result(*state, "{\"ab\":1}", "[{\"op\":\"move\",\"from\":\"/ab\",\"path\":\"/a\"}]", "{\"a\":1}");
	assert_result(*state, "{\"a\":{},\"b\":1}", "[{\"op\":\"move\",\"from\":\"/b\",\"path\":\"/a/c\"}]",
	              "{\"a\":{\"c\":1}}");
}

static void operations_see_what_those_before_them_did(void **state)
{
	assert_result(
		*state, "[1,2,3]",
		"[{\"op\":\"remove\",\"path\":\"/0\"},{\"op\":\"remove\",\"path\":\"/0\"},"
		"{\"op\":\"add\",\"path\":\"/0\",\"value\":0},{\"op\":\"add\",\"path\":\"/2\",\"value\":9}]",
		"[0,3,9]");
	assert_result(*state, "[1,2,3,4]", "[{\"op\":\"move\",\"from\":\"/0\",\"path\":\"/3\"}]",
	              "[2,3,4,1]");
	assert_result(*state, "[1,2]",
	              "[{\"op\":\"remove\",\"path\":\"/1\"},{\"op\":\"add\",\"path\":\"/-\",\"value\":3}]",
	              "[1,3]");
	assert_result(*state, "{\"a\":{\"b\":1}}",
	              "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/c\"},"
	              "{\"op\":\"replace\",\"path\":\"/c/b\",\"value\":2}]",
	              "{\"a\":{\"b\":1},\"c\":{\"b\":2}}");
	assert_result(*state, "{\"/~\":1}",
	              "[{\"op\":\"replace\",\"path\":\"/~1~0\",\"value\":2},"
	              "{\"op\":\"move\",\"from\":\"/~1~0\",\"path\":\"/~0~1\"},"
	              "{\"op\":\"add\",\"path\":\"/\",\"value\":0}]",
	              "{\"~/\":2,\"\":0}");
}

static void values_of_the_patch_are_not_shared(void **state)
{
	struct json *patch = must_parse(*state, S("[{\"op\":\"add\",\"path\":\"/a\",\"value\":[1]},"
	                                          "{\"op\":\"add\",\"path\":\"/a/-\",\"value\":2}]"));
	struct str before = written(*state, patch);
	struct json_patch_fault fault;
	struct json *result;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			json_patch_apply(*state, must_parse(*state, S("{}")), patch, &result, &fault), 0);
		assert_str(written(*state, result), "{\"a\":[1,2]}");
	}
	assert_true(str_eq(written(*state, patch), before));
}

static struct str repeat(struct arena *arena, const char *operation, size_t count)
{
	struct buf buf;

	buf_init(&buf, arena, TEST_ARENA);
	buf_add_char(&buf, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_add_char(&buf, ',');
		buf_add(&buf, str_from(operation));
	}
	buf_add_char(&buf, ']');
	assert_false(buf.failed);
	return buf_str(&buf);
}

static void assert_too_large(struct arena *arena, struct str target, struct str patch)
{
	struct json_patch_fault fault = { 0 };
	struct json *result = NULL;

	assert_int_equal(
		json_patch_apply(arena, must_parse(arena, target), must_parse(arena, patch), &result, &fault),
		STATUTE_EINVAL);
	assert_int_equal(fault.kind, JSON_PATCH_TOO_LARGE);
	assert_null(result);
}

static void copies_in_a_chain_meet_a_bound(void **state)
{
	struct buf long_text;

	assert_too_large(*state, S("{\"a\":[1]}"),
	                 repeat(*state, "{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/-\"}", 64));
	assert_too_large(*state, S("{\"a\":1}"),
	                 repeat(*state, "{\"op\":\"copy\",\"from\":\"\",\"path\":\"/a\"}", 2000));
	buf_init(&long_text, *state, TEST_ARENA);
	buf_lit(&long_text, "[\"");
	for (int i = 0; i < 100000; i++)
		buf_add_char(&long_text, 'x');
	buf_lit(&long_text, "\"]");
	assert_too_large(*state, buf_str(&long_text),
	                 repeat(*state, "{\"op\":\"copy\",\"from\":\"/0\",\"path\":\"/-\"}", 1000));
}

static void nesting_meets_a_bound(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, TEST_ARENA);
	buf_add_char(&buf, '[');
	for (int i = 0; i < 1100; i++) {
		buf_printf(&buf, "%s{\"op\":\"add\",\"path\":\"", i ? "," : "");
		for (int level = 0; level <= i; level++)
			buf_lit(&buf, "/0");
		buf_lit(&buf, "\",\"value\":[]}");
	}
	buf_add_char(&buf, ']');
	assert_too_large(*state, S("[]"), buf_str(&buf));
}

/* Replaces the innermost value of a tree that is as deep as a tree may be. */
static int replace_innermost(struct arena *arena, const char *value, struct json_patch_fault *ret_fault)
{
	struct json *root = json_new(arena, JSON_ARRAY), *inner = root, *result;
	struct buf patch;

	buf_init(&patch, arena, TEST_ARENA);
	buf_lit(&patch, "[{\"op\":\"replace\",\"path\":\"/0");
	for (size_t i = 1; i < JSON_DEPTH_MAX; i++) {
		struct json *next = json_new(arena, JSON_ARRAY);

		assert_int_equal(json_append(inner, next), 0);
		inner = next;
		buf_lit(&patch, "/0");
	}
	assert_int_equal(json_append(inner, json_new(arena, JSON_NULL)), 0);
	buf_printf(&patch, "\",\"value\":%s}]", value);
	return json_patch_apply(arena, root, must_parse(arena, buf_str(&patch)), &result, ret_fault);
}

static void replacing_meets_the_greatest_depth_too(void **state)
{
	struct json_patch_fault fault = { 0 };

	assert_int_equal(replace_innermost(*state, "1", &fault), 0);
	assert_int_equal(replace_innermost(*state, "[]", &fault), STATUTE_EINVAL);
	assert_int_equal(fault.kind, JSON_PATCH_TOO_LARGE);
}

/* An array or object of `count` zeros and then `last`. */
static struct str long_parent(struct arena *arena, bool is_object, size_t count, const char *last)
{
	struct buf buf;

	buf_init(&buf, arena, TEST_ARENA);
	buf_add_char(&buf, is_object ? '{' : '[');
	for (size_t i = 0; i < count; i++) {
		if (is_object)
			buf_printf(&buf, "\"%zu\":", i);
		buf_lit(&buf, "0,");
	}
	buf_printf(&buf, is_object ? "\"last\":%s}" : "%s]", last);
	assert_false(buf.failed);
	return buf_str(&buf);
}

static void long_walks_meet_a_bound(void **state)
{
	static const struct {
		bool is_object;
		size_t times;
		const char *operation;
	} cases[] = {
		{ false, 2000, "{\"op\":\"replace\",\"path\":\"/99999\",\"value\":0}" },
		{ false, 2000, "{\"op\":\"add\",\"path\":\"/99999\",\"value\":0}" },
		{ false, 2000, "{\"op\":\"remove\",\"path\":\"/90000\"}" },
		{ false, 2000, "{\"op\":\"test\",\"path\":\"/99998\",\"value\":0}" },
		{ true, 2000, "{\"op\":\"add\",\"path\":\"/last\",\"value\":0}" },
		{ true, 2000, "{\"op\":\"add\",\"path\":\"/x~0\",\"value\":0}" },
		{ true, 2000,
		  "{\"op\":\"move\",\"from\":\"/last\",\"path\":\"/x\"},"
		  "{\"op\":\"move\",\"from\":\"/x\",\"path\":\"/last\"}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_too_large(*state, long_parent(*state, cases[i].is_object, 100000, "0"),
		                 repeat(*state, cases[i].operation, cases[i].times));
}

/* A value that is moved is weighed, all of its nodes. */
static void moving_large_values_meets_a_bound(void **state)
{
	struct str large = long_parent(*state, false, 100000, "0");

	assert_too_large(*state, str_printf(*state, "{\"a\":%.*s}", STR_ARG(large)),
	                 repeat(*state, "{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"},"
	                                "{\"op\":\"move\",\"from\":\"/b\",\"path\":\"/a\"}", 2000));
}

/* 1 equals 1.000..., and every test of it would read all the zeros. */
static void long_comparisons_meet_a_bound(void **state)
{
	struct buf number;

	buf_init(&number, *state, TEST_ARENA);
	buf_lit(&number, "[1.");
	for (int i = 0; i < 1000000; i++)
		buf_add_char(&number, '0');
	buf_add_char(&number, ']');
	assert_too_large(*state, buf_str(&number),
	                 repeat(*state, "{\"op\":\"test\",\"path\":\"/0\",\"value\":1}", 2000));
}

static void patches_of_common_size_stay_within_the_bounds(void **state)
{
	struct str target = long_parent(*state, false, 1000, "1");
	struct json_patch_fault fault;
	struct json *result;

	assert_int_equal(json_patch_apply(*state, must_parse(*state, target),
	                                  must_parse(*state, repeat(*state,
	                                                            "{\"op\":\"copy\",\"from\":\"/999\","
	                                                            "\"path\":\"/500\"}",
	                                                            10000)),
	                                  &result, &fault),
	                 0);
	assert_int_equal(result->count, 11001);
}

static void patching_reports_every_lack_of_memory(void **state)
{
	const struct json *target = must_parse(*state, S("{\"a\":[1,2],\"b~\":{}}"));
	const struct json *patch = must_parse(*state,
	                                      S("[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b~0/c~1d\"},"
	                                        "{\"op\":\"replace\",\"path\":\"/a/0\",\"value\":[{}]},"
	                                        "{\"op\":\"move\",\"from\":\"/a/1\",\"path\":\"/e\"}]"));
	int r = STATUTE_ENOMEM;

	for (size_t max = 0; r; max += 16) {
		struct json_patch_fault fault;
		struct json *result = NULL;
		struct arena arena;

		assert_in_range(max, 0, 1 << 16);
		arena_init(&arena, 256, max);
		r = json_patch_apply(&arena, target, patch, &result, &fault);
		assert_true(r == 0 || r == STATUTE_ENOMEM);
		if (!r)
			assert_str(written(*state, result), "{\"a\":[[{}]],\"b~\":{\"c/d\":[1,2]},\"e\":2}");
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(the_cases_of_rfc_6902_hold),
		json_test(the_cases_of_the_community_hold),
		json_test(faults_say_what_kind_and_where),
		json_test(a_malformed_patch_is_malformed_whatever_the_target_holds),
		json_test(the_root_is_a_place_like_any_other),
		json_test(operations_see_what_those_before_them_did),
		json_test(values_of_the_patch_are_not_shared),
		json_test(copies_in_a_chain_meet_a_bound),
		json_test(nesting_meets_a_bound),
		json_test(replacing_meets_the_greatest_depth_too),
		json_test(long_walks_meet_a_bound),
		json_test(moving_large_values_meets_a_bound),
		json_test(long_comparisons_meet_a_bound),
		json_test(patches_of_common_size_stay_within_the_bounds),
		json_test(patching_reports_every_lack_of_memory),
	};

	return cmocka_run_group_tests_name("json/patch", tests, NULL, NULL);
}
