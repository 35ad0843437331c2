#include "unit/test.h"

#include "openapi/yaml.h"

struct yaml_text {
	struct arena arena;
	struct sources sources;
	struct issues issues;
	struct json *root;
	int result;
};

/* Parses `text` as t.yaml. */
static void parse(struct yaml_text *y, struct str text)
{
	struct source *source;

	*y = (struct yaml_text){ .root = NULL };
	arena_init(&y->arena, 4096, (size_t)1 << 28);
	sources_init(&y->sources, &y->arena);
	issues_init(&y->issues, &y->arena);
	source = sources_add(&y->sources, S("t.yaml"), text);
	assert_non_null(source);
	y->result = yaml_parse(&y->arena, text, source->base, &y->issues, &y->root);
	issues_sort(&y->issues);
}

/* The tree as JSON. */
static void assert_json(const char *yaml, const char *json)
{
	struct yaml_text y;
	struct buf buf;

	parse(&y, str_from(yaml));
	if (y.result != 0) {
		buf_init(&buf, &y.arena, 65536);
		issues_write(&y.issues, &y.sources, &buf);
		fail_msg("refused:\n%.*s", STR_ARG(buf_str(&buf)));
	}
	buf_init(&buf, &y.arena, (size_t)1 << 24);
	json_write(&buf, y.root);
	assert_str(buf_str(&buf), json);
	arena_done(&y.arena);
}

static void assert_refused(const char *yaml, const char *issues)
{
	struct yaml_text y;
	struct buf buf;

	parse(&y, str_from(yaml));
	assert_int_equal(y.result, STATUTE_EDOCUMENT);
	buf_init(&buf, &y.arena, 65536);
	issues_write(&y.issues, &y.sources, &buf);
	assert_str(buf_str(&buf), issues);
	arena_done(&y.arena);
}

static void plain_words_follow_the_core_schema(void **state)
{
	(void)state;
	assert_json("[null, ~, Null, NULL, ]", "[null,null,null,null]");
	assert_json("[true, True, TRUE, false, False, FALSE]", "[true,true,true,false,false,false]");
	assert_json("[yes, no, on, off, y, n, Yes, tRue, nULL]",
	            "[\"yes\",\"no\",\"on\",\"off\",\"y\",\"n\",\"Yes\",\"tRue\",\"nULL\"]");
	assert_json("a:\nb: ''", "{\"a\":null,\"b\":\"\"}");
}

static void numbers_keep_their_digits_where_json_has_them(void **state)
{
	(void)state;
	assert_json("[0, -0, 12, 1.10, 1e3, -1.5E+10, 123456789012345678901234567890]",
	            "[0,-0,12,1.10,1e3,-1.5E+10,123456789012345678901234567890]");
	assert_json("[0x1F, 0xff, 0o17, +1, +1.5, 1., .5, -.5, 1.e2, +.5e1]",
	            "[31,255,15,1,1.5,1.0,0.5,-0.5,1.0e2,0.5e1]");
	assert_json("[0xffffffffffffffff]", "[18446744073709551615]");
}

static void what_only_looks_like_a_number_is_text(void **state)
{
	(void)state;
	assert_json("[012, 1_000, 1.0.0, 0o8, 0xG, 0x, -, +, ., 1e, e1, 190:20, 2020-01-01, -0x1, 00]",
	            "[\"012\",\"1_000\",\"1.0.0\",\"0o8\",\"0xG\",\"0x\",\"-\",\"+\",\".\",\"1e\",\"e1\","
	            "\"190:20\","
	            "\"2020-01-01\",\"-0x1\",\"00\"]");
	assert_json("['1', \"true\", \"~\"]", "[\"1\",\"true\",\"~\"]");
	assert_json("a: |\n  12\nb: >-\n  true", "{\"a\":\"12\\n\",\"b\":\"true\"}");
}

static void numbers_that_json_has_not_are_refused(void **state)
{
	(void)state;
	assert_refused("a: .inf\nb: -.Inf\nc: .NaN",
	               "t.yaml:1:4: error: JSON has no number .inf; put it in quotes if it is text\n"
	               "t.yaml:2:4: error: JSON has no number -.Inf; put it in quotes if it is text\n"
	               "t.yaml:3:4: error: JSON has no number .NaN; put it in quotes if it is text\n");
	assert_refused("- 0x10000000000000000",
	               "t.yaml:1:3: error: the number 0x10000000000000000 does not fit into 64 "
	               "bits; put it in quotes if it is text\n");
}

static void keys_are_names_as_they_are_written(void **state)
{
	(void)state;
	assert_json("200: a\n4XX: b\ntrue: c\n0x1F: d\n'5': e\n1.10: f",
	            "{\"200\":\"a\",\"4XX\":\"b\",\"true\":\"c\",\"0x1F\":\"d\",\"5\":\"e\",\"1.10\":\"f\"}");
}

static void every_duplicate_key_is_reported_at_its_second_place(void **state)
{
	(void)state;
	assert_refused("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4\n",
	               "t.yaml:5:3: error: the key 'c' stands twice in this mapping\n"
	               "t.yaml:6:1: error: the key 'a' stands twice in this mapping\n");
	assert_refused("200: a\n'200': b", "t.yaml:2:1: error: the key '200' stands twice in this mapping\n");
}

static void aliases_repeat_what_they_name(void **state)
{
	(void)state;
	assert_json("a: &x {k: [1, 2]}\nb: *x\nc: [*x, *x]",
	            "{\"a\":{\"k\":[1,2]},\"b\":{\"k\":[1,2]},\"c\":[{\"k\":[1,2]},{\"k\":[1,2]}]}");
	assert_json("- &a one\n- *a\n- &a two\n- *a", "[\"one\",\"one\",\"two\",\"two\"]");
	assert_json("k: &name x\n*name : y", "{\"k\":\"x\",\"x\":\"y\"}");
}

static void aliases_of_nothing_and_circles_are_refused(void **state)
{
	(void)state;
	assert_refused("a: *x\nb: &y [1, *y]\nc: *z",
	               "t.yaml:1:4: error: no anchor &x stands before this alias\n"
	               "t.yaml:2:11: error: the alias *y stands inside what it names\n"
	               "t.yaml:3:4: error: no anchor &z stands before this alias\n");
}

static void aliases_of_aliases_do_not_grow_without_bound(void **state)
{
	char text[2048] = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
	struct yaml_text y;
	struct buf buf;

	(void)state;
	for (int i = 1; i < 12; i++) {
		size_t len = strlen(text);

		snprintf(text + len, sizeof(text) - len,
		         "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1,
		         i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	}
	parse(&y, str_from(text));
	assert_int_equal(y.result, STATUTE_EDOCUMENT);
	buf_init(&buf, &y.arena, 65536);
	issues_write(&y.issues, &y.sources, &buf);
	assert_non_null(
		strstr(str_dup(&y.arena, buf_str(&buf)).at,
	               "error: the file holds more than 4000000 values once its aliases are followed"));
	assert_true(y.arena.taken < 1024 * 1024);
	arena_done(&y.arena);
}

static void merge_keys_add_what_is_missing(void **state)
{
	(void)state;
	assert_json("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}",
	            "{\"a\":{\"x\":1,\"y\":2},\"b\":{\"y\":3,\"x\":1}}");
	assert_json("a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc:\n  <<: [*a, *b]\n  w: 4",
	            "{\"a\":{\"x\":1},\"b\":{\"x\":2,\"z\":3},\"c\":{\"w\":4,\"x\":1,\"z\":3}}");
	assert_json("{'<<': 1}", "{\"<<\":1}");
	assert_refused("a: {<<: 1}", "t.yaml:1:9: error: the merge key '<<' takes a mapping or a list of "
	                             "mappings; put it in quotes "
	                             "if it is a name\n");
}

static void tags_of_yaml_itself_are_followed(void **state)
{
	(void)state;
	assert_json(
		"[!!str 12, !!int '12', !!float 1.5, !!bool 'true', !!null '', ! 7, !!seq [1], !!map {a: 1}]",
		"[\"12\",12,1.5,true,null,\"7\",[1],{\"a\":1}]");
	assert_refused(
		"- !!int x\n- !color red\n- !!set {a}",
		"t.yaml:1:3: error: 'x' is no !!int\n"
		"t.yaml:2:3: error: the tag !color is not known; use the tags of YAML itself: !!str, !!int, "
		"!!float, !!bool, !!null\n"
		"t.yaml:3:3: error: the tag set does not suit a mapping\n");
}

static void one_file_is_one_document(void **state)
{
	(void)state;
	assert_json("%YAML 1.2\n---\na: 1\n...\n", "{\"a\":1}");
	assert_refused(
		"a: 1\n---\nb: 2\n",
		"t.yaml:2:1: error: a second YAML document begins here; keep one document in one file\n");
	assert_refused("", "t.yaml:1:1: error: the file is empty\n");
	assert_refused("# nothing\n", "t.yaml:1:1: error: the file is empty\n");
}

static void keys_are_scalars(void **state)
{
	(void)state;
	assert_refused("? [a]\n: b", "t.yaml:1:3: error: a key must be a scalar, not a mapping or a list\n");
	assert_refused("a: &a [1]\n*a : b",
	               "t.yaml:2:1: error: a key must be a scalar, not a mapping or a list\n");
}

static void syntax_errors_say_where(void **state)
{
	struct yaml_text y;
	uint32_t line, column;

	(void)state;
	parse(&y, S("a: 1\nb: [1, 2\nc: 3\n"));
	assert_int_equal(y.result, STATUTE_EDOCUMENT);
	assert_int_equal(y.issues.errors, 1);
	assert_non_null(sources_find(&y.sources, y.issues.list[0].position, &line, &column));
	assert_int_equal(line, 3);
	arena_done(&y.arena);
	parse(&y, S("a:\n\tb: 1\n"));
	assert_int_equal(y.issues.errors, 1);
	assert_str(y.issues.list[0].remedy, "indent with spaces");
	arena_done(&y.arena);
	parse(&y, S("k\xC3\xA4se: gr\xC3\xBCn\nx: \x01\n")); /* byte 16, since libyaml counts bytes here */
	assert_int_equal(y.issues.errors, 1);
	assert_non_null(sources_find(&y.sources, y.issues.list[0].position, &line, &column));
	assert_int_equal(line, 2);
	assert_int_equal(column, 4);
	arena_done(&y.arena);
}

static void columns_count_characters_not_bytes(void **state)
{
	(void)state;
	assert_refused("\xC3\xA4\xE2\x82\xAC: {k: 1, k: 2}\n\xF0\x9F\x98\x80: *q",
	               "t.yaml:1:12: error: the key 'k' stands twice in this mapping\n"
	               "t.yaml:2:4: error: no anchor &q stands before this alias\n");
}

static void nodes_know_their_bytes(void **state)
{
	struct yaml_text y;
	const struct json *b;

	(void)state;
	parse(&y, S("\xC3\xA4: 1\nb:\n  - two\n  - {c: 3}\n"));
	assert_int_equal(y.result, 0);
	b = json_get(y.root, S("b"));
	assert_int_equal(b->name_at, 1 + 6);
	assert_int_equal(json_item(b, 0)->at, 1 + 13);
	assert_int_equal(json_item(b, 0)->end, 1 + 16);
	assert_int_equal(json_item(b, 1)->at, 1 + 21);
	assert_int_equal(json_item(b, 1)->end, 1 + 27);
	arena_done(&y.arena);
}

static void depth_is_bounded(void **state)
{
	char text[2 * YAML_DEPTH_MAX + 8];
	struct yaml_text y;
	size_t depth = YAML_DEPTH_MAX;

	(void)state;
	memset(text, '[', sizeof(text));
	memset(text + depth, ']', depth);
	parse(&y, str_of(text, 2 * depth));
	assert_int_equal(y.result, 0);
	arena_done(&y.arena);
	parse(&y, str_of(text, depth)); /* one more opens nothing that closes */
	assert_int_equal(y.result, STATUTE_EDOCUMENT);
	arena_done(&y.arena);
	memset(text, '[', sizeof(text));
	parse(&y, str_of(text, sizeof(text)));
	assert_int_equal(y.result, STATUTE_EDOCUMENT);
	assert_str(y.issues.list[0].message, "nested more than 200 deep");
	arena_done(&y.arena);
}

static void aliases_do_not_hide_depth(void **state)
{
	char text[20000] = "a0: &a0 [x]\n";
	struct yaml_text y;

	(void)state;
	for (int i = 1; i < 400; i++) {
		size_t len = strlen(text);

		snprintf(text + len, sizeof(text) - len, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	}
	parse(&y, str_from(text));
	assert_int_equal(y.result, STATUTE_EDOCUMENT);
	assert_str(y.issues.list[0].message, "nested more than 200 deep");
	arena_done(&y.arena);
}

static void a_fault_of_the_yaml_says_where_it_begins_and_what_helps(void **state)
{
	(void)state;
	assert_refused("a: 1\nb: \"x\nc: 2\n",
	               "t.yaml:4:1: error: found unexpected end of stream while scanning a quoted scalar that begins on "
	               "line 2; close it\n");
	assert_refused("a: All: of them\n",
	               "t.yaml:1:7: error: mapping values are not allowed in this context; indent the key as its "
	               "neighbours are, or put a text with ': ' in quotes\n");
	assert_refused("a:\n    b: 1\n  c: 2\n",
	               "t.yaml:3:3: error: did not find expected key while parsing a block mapping that begins on line "
	               "1; indent it as its neighbours are\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_words_follow_the_core_schema),
		cmocka_unit_test(numbers_keep_their_digits_where_json_has_them),
		cmocka_unit_test(what_only_looks_like_a_number_is_text),
		cmocka_unit_test(numbers_that_json_has_not_are_refused),
		cmocka_unit_test(keys_are_names_as_they_are_written),
		cmocka_unit_test(every_duplicate_key_is_reported_at_its_second_place),
		cmocka_unit_test(aliases_repeat_what_they_name),
		cmocka_unit_test(aliases_of_nothing_and_circles_are_refused),
		cmocka_unit_test(aliases_of_aliases_do_not_grow_without_bound),
		cmocka_unit_test(merge_keys_add_what_is_missing),
		cmocka_unit_test(tags_of_yaml_itself_are_followed),
		cmocka_unit_test(one_file_is_one_document),
		cmocka_unit_test(keys_are_scalars),
		cmocka_unit_test(syntax_errors_say_where),
		cmocka_unit_test(columns_count_characters_not_bytes),
		cmocka_unit_test(nodes_know_their_bytes),
		cmocka_unit_test(a_fault_of_the_yaml_says_where_it_begins_and_what_helps),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(aliases_do_not_hide_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
