#include "unit/test.h"

#include "base/buf.h"
#include "openapi/insert.h"
#include "openapi/yaml.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 4096, (size_t)1 << 24);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static struct json *value_of(const char *text)
{
	const struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *value;

	assert_int_equal(json_parse(&arena, str_from(text), &limits, &value, &fault), 0);
	return value;
}

/* Positions begin at 1, as those of a first file do, and behind a byte order mark. */
static struct json *root_of(struct str text, bool is_json)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct issues issues;
	struct json *root;

	limits.base = 1;
	if (str_starts(text, S("\xEF\xBB\xBF"))) {
		text = str_sub(text, 3, text.len);
		limits.base += 3;
	}
	issues_init(&issues, &arena);
	if (is_json)
		assert_int_equal(json_parse(&arena, text, &limits, &root, &fault), 0);
	else
		assert_int_equal(yaml_parse(&arena, text, limits.base, &issues, &root), 0);
	return root;
}

/* Members as "name=value", each into the object that `path` ("a/b") leads to. */
static int add(const char *before, bool is_json, const char *path, const char *const *members, struct str *ret_text)
{
	struct source source = { .path = S("x"), .text = str_from(before), .base = 1 };
	const struct json *root = root_of(source.text, is_json), *object = root;
	struct str rest = str_from(path);
	struct insertion insertions[8];
	size_t count = 0;

	while (rest.len)
		object = json_get(object, str_cut(&rest, '/'));
	assert_non_null(object);
	for (; members[count]; count++) {
		struct str value = str_from(members[count]), name = str_cut(&value, '=');

		insertions[count] = (struct insertion){ object, name, value_of(value.at) };
	}
	return insert_members(&arena, &source, root, insertions, count, ret_text);
}

#define MEMBERS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define BECOMES(is_json, before, path, members, after) \
	do { \
		struct str text; \
\
		assert_int_equal(add(before, is_json, path, members, &text), 0); \
		assert_str(text, after); \
	} while (0)
#define YAML(before, path, members, after) BECOMES(false, before, path, members, after)
#define JSON(before, path, members, after) BECOMES(true, before, path, members, after)

static void a_block_takes_lines_where_the_names_belong(void **state)
{
	(void)state;
	YAML("r: # responses\n"
	     "  '200': {a: 1} # fine\n"
	     "  # the next one\n"
	     "  \"409\":\n"
	     "    a: 2\n"
	     "  4XX: {a: 3}\n"
	     "  default: {a: 4}\n"
	     "s: 1\n",
	     "r", MEMBERS("404={\"but\":\"two words\"}", "100={}", "500={\"$ref\":\"#/x\"}", "410=[1,\"abc\"]"),
	     "r: # responses\n"
	     "  \"100\": {}\n"
	     "  '200': {a: 1} # fine\n"
	     "  \"404\": { but: \"two words\" }\n"
	     "  # the next one\n"
	     "  \"409\":\n"
	     "    a: 2\n"
	     "  \"410\": [1, abc]\n"
	     "  4XX: {a: 3}\n"
	     "  \"500\": { $ref: \"#/x\" }\n"
	     "  default: {a: 4}\n"
	     "s: 1\n");
}

/* Each of the three stands before what a comment says of the next. */
static void a_comment_stays_with_the_member_below_it(void **state)
{
	(void)state;
	YAML("r:\n"
	     "  '200':\n"
	     "    a: {b: 2}\n"
	     "    c:\n"
	     "      - d\n"
	     "  # the next one\n"
	     "  '409':\n"
	     "    a:\n"
	     "      b: 2\n"
	     "\n"
	     "  # and one more\n"
	     "  '500': {}\n"
	     "# all\n"
	     "s: 1\n",
	     "r", MEMBERS("404={}", "410={}", "503={}"),
	     "r:\n"
	     "  '200':\n"
	     "    a: {b: 2}\n"
	     "    c:\n"
	     "      - d\n"
	     "  \"404\": {}\n"
	     "  # the next one\n"
	     "  '409':\n"
	     "    a:\n"
	     "      b: 2\n"
	     "  \"410\": {}\n"
	     "\n"
	     "  # and one more\n"
	     "  '500': {}\n"
	     "  \"503\": {}\n"
	     "# all\n"
	     "s: 1\n");
}

static void what_is_merged_into_a_member_ends_nothing(void **state)
{
	(void)state;
	YAML("x: &x\n"
	     "  a: 1\n"
	     "y: 1\n"
	     "r:\n"
	     "  '200':\n"
	     "    <<: *x\n"
	     "    b: 1\n"
	     "s: 1\n",
	     "r", MEMBERS("404={}"),
	     "x: &x\n"
	     "  a: 1\n"
	     "y: 1\n"
	     "r:\n"
	     "  '200':\n"
	     "    <<: *x\n"
	     "    b: 1\n"
	     "  \"404\": {}\n"
	     "s: 1\n");
}

static void a_value_that_is_deep_takes_lines_of_its_own(void **state)
{
	(void)state;
	YAML("x:\n    y: 1\n", "x", MEMBERS("abc={\"def\":{\"no\":{\"g\":true},\"null\":\"null\"},\"h\":[]}"),
	     "x:\n"
	     "    y: 1\n"
	     "    abc:\n"
	     "        def:\n"
	     "            \"no\": { \"g\": true }\n"
	     "            \"null\": \"null\"\n"
	     "        \"h\": []\n");
}

/* YAML 1.1 and 1.2 both read these as texts, or the other way round they are quoted. */
static void a_name_is_quoted_where_a_version_of_yaml_reads_something_else(void **state)
{
	static const char *const plain[] = { "abc", "a-b", "application/json", "application/hal+json", "x_1", "v1.0",
		                             "A09", "$ref", "Z9z" };
	static const char *const quoted[] = { "no", "y", "off", "null", "True", "yes", "false", "2000", "1.5", ".5x",
		                              "-ab", "/ab", "+ab", "_ab", "a b", "a:b", "a#b", "ab$", "", "a@b", "a[b",
		                              "a`b", "a{b" };

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		struct str expected = str_printf(&arena, "x:\n  k: 1\n  %s: 2\n", plain[i]), text;

		assert_int_equal(add("x:\n  k: 1\n", false, "x",
		                     MEMBERS(str_printf(&arena, "%s=2", plain[i]).at), &text), 0);
		assert_str(text, expected.at);
	}
	for (size_t i = 0; i < sizeof(quoted) / sizeof(quoted[0]); i++) {
		struct str expected = str_printf(&arena, "x:\n  k: 1\n  \"%s\": 2\n", quoted[i]), text;

		assert_int_equal(add("x:\n  k: 1\n", false, "x",
		                     MEMBERS(str_printf(&arena, "%s=2", quoted[i]).at), &text), 0);
		assert_str(text, expected.at);
	}
}

static void texts_of_many_lines_end_where_they_end(void **state)
{
	(void)state;
	YAML("r:\n  a: |\n    one\n\n    two\nz: 1\n", "r", MEMBERS("bcd=1"),
	     "r:\n  a: |\n    one\n\n    two\n  bcd: 1\nz: 1\n");
	YAML("r:\n  a: one\n    two # three\nz: 1\n", "r", MEMBERS("bcd=1"),
	     "r:\n  a: one\n    two # three\n  bcd: 1\nz: 1\n");
	YAML("r:\n  a: \"one\n    two\"", "r", MEMBERS("bcd=1"), "r:\n  a: \"one\n    two\"\n  bcd: 1");
	YAML("r:\n  a:\n  - 1\n  - b: 2\n", "r", MEMBERS("bcd=1"), "r:\n  a:\n  - 1\n  - b: 2\n  bcd: 1\n");
	YAML("r:\n  a:\n", "r", MEMBERS("bcd=1"), "r:\n  a:\n  bcd: 1\n");
}

static void braces_in_yaml_are_kept(void **state)
{
	(void)state;
	YAML("r: {a: {}}\n", "r/a", MEMBERS("200={\"xyz\":1}", "404=2"),
	     "r: {a: {\"200\": { xyz: 1 }, \"404\": 2}}\n");
	YAML("r: {'200': x, default: y} # z\n", "r", MEMBERS("404=1", "100=2"),
	     "r: {\"100\": 2, '200': x, \"404\": 1, default: y} # z\n");
	YAML("r: {\n  '200': x, # one\n  '404': y   # two\n}\n", "r", MEMBERS("500=1", "304=2"),
	     "r: {\n  '200': x,\n  \"304\": 2, # one\n  '404': y,\n  \"500\": 1   # two\n}\n");
}

static void line_ends_and_marks_are_kept(void **state)
{
	(void)state;
	YAML("r:\r\n  abc: 1 # x\r\nz: 1\r\n", "r", MEMBERS("bcd=1"),
	     "r:\r\n  abc: 1 # x\r\n  bcd: 1\r\nz: 1\r\n");
	YAML("\xEF\xBB\xBFr:\n  abc: \xC3\xA9\n", "", MEMBERS("sss=1"),
	     "\xEF\xBB\xBFr:\n  abc: \xC3\xA9\nsss: 1\n");
	YAML("r: 1", "", MEMBERS("sss=1"), "r: 1\nsss: 1");
}

static void anchors_and_tags_stay_with_what_they_are_of(void **state)
{
	(void)state;
	YAML("r: &x !!map\n  a: 1\n", "r", MEMBERS("bcd=1"), "r: &x !!map\n  a: 1\n  bcd: 1\n");
	YAML("r: &x {a: 1}\n", "r", MEMBERS("bcd=1"), "r: &x {a: 1, bcd: 1}\n");
}

/* What is added to an alias is added where its members are, and shows at both places. */
static void an_alias_grows_where_its_anchor_is(void **state)
{
	(void)state;
	YAML("x: &x\n  abc: 1\ny: {z: *x}\n", "y/z", MEMBERS("bcd=1"), "x: &x\n  abc: 1\n  bcd: 1\ny: {z: *x}\n");
	YAML("x: &x\n  abc: 1\ny:\n  <<: *x\n  bcd: 1\n", "y", MEMBERS("cde=1"),
	     "x: &x\n  abc: 1\ny:\n  <<: *x\n  bcd: 1\n  cde: 1\n");
}

static void what_cannot_be_added_to_in_place_is_refused(void **state)
{
	struct str text = S("untouched");

	(void)state;
	/* it would grow in y too, where nobody asked for it */
	assert_int_equal(add("x: &x\n  abc: 1\ny:\n  <<: *x\n", false, "x", MEMBERS("bcd=1"), &text), STATUTE_EINVAL);
	assert_int_equal(add("x:\n  ? abc\n  : 1\n", false, "x", MEMBERS("bcd=1"), &text), STATUTE_EINVAL);
	assert_str(text, "untouched");
}

static void json_with_lines_takes_lines(void **state)
{
	(void)state;
	JSON("{\n\t\"r\": {\n\t\t\"200\": {},\n\t\t\"default\": {}\n\t}\n}\n", "r",
	     MEMBERS("404={\"$ref\":\"#/x\"}", "500={\"a\":{\"b\":{\"c\":[1,2]}}}", "100=1"),
	     "{\n\t\"r\": {\n"
	     "\t\t\"100\": 1,\n"
	     "\t\t\"200\": {},\n"
	     "\t\t\"404\": {\"$ref\": \"#/x\"},\n"
	     "\t\t\"500\": {\n\t\t\t\"a\": {\n\t\t\t\t\"b\": {\n\t\t\t\t\t\"c\": [1, 2]\n\t\t\t\t}\n\t\t\t}\n\t\t},\n"
	     "\t\t\"default\": {}\n\t}\n}\n");
}

static void json_on_one_line_stays_on_it(void **state)
{
	(void)state;
	JSON("{\"r\":{\"200\":{}},\"s\":{}}", "r", MEMBERS("404={\"a\":[\"x y\"]}", "100=null"),
	     "{\"r\":{\"100\":null,\"200\":{},\"404\":{\"a\":[\"x y\"]}},\"s\":{}}");
	JSON("{\"r\":{\"200\":{}},\"s\":{ }}", "s", MEMBERS("a=1", "b=2"),
	     "{\"r\":{\"200\":{}},\"s\":{\"a\":1,\"b\":2 }}");
}

/* The last lines of all of them are one: what is within has to end first. */
static void blocks_that_end_together_end_from_within(void **state)
{
	struct str before = S("c:\n  s:\n    abc: {}\n"), text;
	struct source source = { .path = S("x"), .text = before, .base = 1 };
	const struct json *root = root_of(before, false), *c = json_get(root, S("c"));
	struct insertion insertions[] = {
		{ root, S("ddd"), value_of("1") },
		{ c, S("ttt"), value_of("{\"xyz\":{\"xyz\":1}}") },
		{ json_get(c, S("s")), S("bcd"), value_of("2") },
	};

	(void)state;
	assert_int_equal(insert_members(&arena, &source, root, insertions, 3, &text), 0);
	assert_str(text, "c:\n  s:\n    abc: {}\n    bcd: 2\n  ttt:\n    xyz: { xyz: 1 }\nddd: 1\n");
}

static void lack_of_memory_is_told_wherever_it_strikes(void **state)
{
	const char *before = "r:\n  '200': {a: 1}\n";
	struct source source = { .path = S("x"), .text = str_from(before), .base = 1 };
	const struct json *root = root_of(source.text, false);
	struct insertion insertion = { json_get(root, S("r")), S("404"), value_of("{\"b\":{\"c\":{\"d\":1}}}") };
	int r = STATUTE_ENOMEM;

	(void)state;
	for (size_t max = 0; r != 0; max += 64) {
		struct str text = S("untouched");
		struct arena small;

		assert_true(max < 1 << 20);
		arena_init(&small, 64, max);
		r = insert_members(&small, &source, root, &insertion, 1, &text);
		if (r < 0) {
			assert_int_equal(r, STATUTE_ENOMEM);
			assert_str(text, "untouched");
		}
		arena_done(&small);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_block_takes_lines_where_the_names_belong),
		TEST(a_comment_stays_with_the_member_below_it),
		TEST(what_is_merged_into_a_member_ends_nothing),
		TEST(a_value_that_is_deep_takes_lines_of_its_own),
		TEST(a_name_is_quoted_where_a_version_of_yaml_reads_something_else),
		TEST(texts_of_many_lines_end_where_they_end),
		TEST(braces_in_yaml_are_kept),
		TEST(line_ends_and_marks_are_kept),
		TEST(anchors_and_tags_stay_with_what_they_are_of),
		TEST(an_alias_grows_where_its_anchor_is),
		TEST(what_cannot_be_added_to_in_place_is_refused),
		TEST(json_with_lines_takes_lines),
		TEST(json_on_one_line_stays_on_it),
		TEST(blocks_that_end_together_end_from_within),
		TEST(lack_of_memory_is_told_wherever_it_strikes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
