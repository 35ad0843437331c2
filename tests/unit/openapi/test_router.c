#include "unit/test.h"

#include "openapi/router.h"
#include "openapi/template.h"

static struct arena arena;
static struct document document;
static struct router *router;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 4096, (size_t)1 << 28);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static struct path_item *new_path(struct str template_text, size_t index)
{
	struct path_item *path = arena_new(&arena, struct path_item);
	const char *issue = "";

	assert_non_null(path);
	path->template_text = template_text;
	path->index = index;
	if (template_parse(&arena, path, &issue) != 0)
		fail_msg("%.*s: %s", STR_ARG(template_text), issue);
	return path;
}

/* A router over the templates, NULL at their end. */
static int route_over(const char *const *templates)
{
	document = (struct document){ .arena = &arena };
	issues_init(&document.issues, &arena);
	document.paths = arena_array(&arena, 2000, sizeof(*document.paths));
	for (; *templates; templates++) {
		document.paths[document.path_count] = new_path(str_from(*templates), document.path_count);
		document.path_count++;
	}
	return router_new(&document, &router);
}
#define ROUTES(...) assert_int_equal(route_over((const char *const[]){ __VA_ARGS__, NULL }), 0)

static struct route_match match;

static void assert_route(const char *path, const char *template_text)
{
	match = (struct route_match){ 0 };
	if (!router_match(router, str_from(path), &arena, &match))
		fail_msg("%s matches nothing, not %s", path, template_text);
	assert_str(match.path->template_text, template_text);
}

static void assert_no_route(const char *path)
{
	if (router_match(router, str_from(path), &arena, &match))
		fail_msg("%s matches %.*s", path, STR_ARG(match.path->template_text));
}

static void the_most_literal_template_wins(void **state)
{
	(void)state;
	ROUTES("/users/{id}", "/users/me", "/{kind}/{id}", "/users/{id}.json", "/files/v{n}",
	       "/files/v{n}.txt");
	assert_route("/users/me", "/users/me");
	assert_route("/users/you", "/users/{id}");
	assert_str(match.values[0], "you");
	assert_route("/users/7.json", "/users/{id}.json");
	assert_str(match.values[0], "7");
	assert_route("/orders/7", "/{kind}/{id}");
	assert_str(match.values[0], "orders");
	assert_str(match.values[1], "7");
	assert_route("/files/v12.txt", "/files/v{n}.txt");
	assert_str(match.values[0], "12");
	assert_route("/files/v12", "/files/v{n}");
	assert_route("/users/.json", "/users/{id}"); /* a parameter is never empty */
}

static void a_literal_way_that_leads_nowhere_is_left_again(void **state)
{
	(void)state;
	ROUTES("/a/b/c", "/a/{x}/d", "/{y}/b/e", "/{z}/{w}/f");
	assert_route("/a/b/c", "/a/b/c");
	assert_route("/a/b/d", "/a/{x}/d");
	assert_route("/a/b/e", "/{y}/b/e");
	assert_route("/a/b/f", "/{z}/{w}/f");
	assert_no_route("/a/b/g");
	assert_no_route("/a/b");
	assert_no_route("/a/b/c/d");
}

static void letter_case_and_slashes_count(void **state)
{
	(void)state;
	ROUTES("/", "/Users", "/users/{id}", "/tail/");
	assert_route("/", "/");
	assert_no_route("/users");
	assert_no_route("/Users/");
	assert_no_route("//Users");
	assert_no_route("/users//");
	assert_no_route("/users/");
	assert_route("/tail/", "/tail/");
	assert_no_route("/tail");
	assert_no_route("*");
	assert_no_route("");
}

static void values_are_decoded_within_their_segment(void **state)
{
	(void)state;
	ROUTES("/files/{name}", "/caf\xC3\xA9/{x}");
	assert_route("/files/a%2Fb%20c", "/files/{name}");
	assert_str(match.values[0], "a/b c");
	assert_str(match.raw[0], "a%2Fb%20c");
	assert_route("/%66iles/x", "/files/{name}");
	assert_route("/caf%C3%A9/%E2%82%AC", "/caf\xC3\xA9/{x}");
	assert_str(match.values[0], "\xE2\x82\xAC");
	assert_route("/files/a+b", "/files/{name}");
	assert_str(match.values[0], "a+b");
}

static void dot_segments_match_nothing(void **state)
{
	(void)state;
	ROUTES("/{a}", "/{a}/{b}", "/{a}/{b}/{c}");
	assert_no_route("/..");
	assert_no_route("/a/../b");
	assert_no_route("/a/./b");
	assert_no_route("/a/%2e%2E/b");
	assert_route("/a/.../b", "/{a}/{b}/{c}");
}

static void several_parameters_may_share_a_segment(void **state)
{
	(void)state;
	ROUTES("/compare/{base}...{head}", "/d/{y}-{m}-{d}.json");
	assert_route("/compare/v1.0...v2.0", "/compare/{base}...{head}");
	assert_str(match.values[0], "v1.0");
	assert_str(match.values[1], "v2.0");
	assert_route("/d/2026-01-08.json", "/d/{y}-{m}-{d}.json");
	assert_str(match.values[0], "2026");
	assert_str(match.values[1], "01");
	assert_str(match.values[2], "08");
	assert_route("/d/a%2Db-c-d.json", "/d/{y}-{m}-{d}.json"); /* an encoded delimiter is data */
	assert_str(match.values[0], "a-b");
	assert_route("/d/a-b-c%2Ejson", "/d/{y}-{m}-{d}.json");
	assert_no_route("/d/2026-01.json");
	assert_no_route("/d/--.json");
	assert_no_route("/compare/...x");
}

/* Such a template matches no path, and so none twice; every other character may stand in one. */
static void a_template_with_a_query_or_a_fragment_matches_nothing(void **state)
{
	(void)state;
	ROUTES("/a?x={x}", "/a?x={y}", "/b#c", "/{x}/d?", "/{y}/d?", "/e@f");
	assert_int_equal(document.issues.errors, 0);
	assert_no_route("/a");
	assert_no_route("/a?x=1");
	assert_no_route("/b");
	assert_no_route("/b#c");
	assert_no_route("/b%23c");
	assert_no_route("/1/d%3F");
	assert_no_route("/a%3Fx=1");
	assert_route("/e@f", "/e@f");
}

static void templates_that_match_the_same_paths_are_an_issue(void **state)
{
	(void)state;
	assert_int_equal(
		route_over((const char *const[]){ "/a/{x}", "/a/{y}", "/b/v{n}", "/b/v{m}", "/c", NULL }),
		STATUTE_EDOCUMENT);
	assert_int_equal(document.issues.errors, 2);
	assert_str(document.issues.list[0].message, "/a/{y} matches the same paths as /a/{x}");
	assert_str(document.issues.list[1].message, "/b/v{m} matches the same paths as /b/v{n}");
}

static void assert_canonical(const char *path, const char *canonical)
{
	struct str found;

	if (!router_canonical(router, str_from(path), &arena, &found))
		fail_msg("%s has no other spelling", path);
	assert_str(found, canonical);
	assert_true(router_match(router, found, &arena, &match));
}

static void another_spelling_is_found(void **state)
{
	struct str found;

	(void)state;
	ROUTES("/users/{id}", "/Tail/", "/users/{id}/a:b", "/", "/sp ace/{x}");
	assert_canonical("/users/7/", "/users/7");
	assert_canonical("//users///7//", "/users/7");
	assert_canonical("/USERS/A%20B", "/users/A%20B");
	assert_canonical("/tail", "/Tail/");
	assert_canonical("/users/7/A:B/", "/users/7/a:b");
	assert_canonical("//", "/");
	assert_canonical("/SP%20ACE/%2F/", "/sp%20ace/%2F");
	assert_false(router_canonical(router, S("/users/7"), &arena, &found));
	assert_false(router_canonical(router, S("/nothing/7/"), &arena, &found));
	assert_false(router_canonical(router, S("/users/../7"), &arena, &found));
}

static void literals_that_differ_in_case_alone_are_told_apart(void **state)
{
	(void)state;
	ROUTES("/Users/{id}", "/users/{id}/x");
	assert_route("/Users/1", "/Users/{id}");
	assert_route("/users/1/x", "/users/{id}/x");
	assert_no_route("/users/1");
	assert_canonical("/USERS/1", "/Users/1");
	assert_canonical("/USERS/1/X", "/users/1/x");
}

/* RFC 3986 section 3.3: pchar stands for itself; what is no pchar is encoded. */
static void the_canonical_spelling_encodes_what_a_path_cannot_have(void **state)
{
	static const char every[] = "/0123456789/abcdefghijklmnopqrstuvwxyz/ABCDEFGHIJKLMNOPQRSTUVWXYZ/-._~!$&'()*+,;=:@";

	(void)state;
	ROUTES("/0123456789/abcdefghijklmnopqrstuvwxyz/ABCDEFGHIJKLMNOPQRSTUVWXYZ/-._~!$&'()*+,;=:@", "/a\"<>^`|b",
	       "/[c]");
	assert_canonical(str_printf(&arena, "%s/", every).at, every);
	assert_canonical("/a%22%3C%3E%5E%60%7Cb/", "/a%22%3C%3E%5E%60%7Cb");
	assert_canonical("/%5Bc%5D/", "/%5Bc%5D");
}

static void malformed_templates_say_why(void **state)
{
	static const char *const wrong[][2] = {
		{ "a", "it does not begin with '/'" },
		{ "/{a", "a '{' without its '}'" },
		{ "/a}", "a '}' without its '{'" },
		{ "/a}b{c}", "a '}' without its '{'" },
		{ "/{a}b}", "a '}' without its '{'" },
		{ "/{}", "a parameter without a name" },
		{ "/{a{b}}", "a '{' inside a '{'" },
		{ "/{a}{b}", "two parameters with nothing between them" },
		{ "/{a}/b/{a}", "a parameter that stands in it twice" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct path_item path = { .template_text = str_from(wrong[i][0]) };
		const char *issue = "";

		assert_int_equal(template_parse(&arena, &path, &issue), STATUTE_ESYNTAX);
		assert_string_equal(issue, wrong[i][1]);
	}
}

static void a_last_parameter_may_take_the_rest_of_the_path(void **state)
{
	static const char *const templates[] = { "/static/{path}", "/static/css/{name}", "/static/{a}/x", "/v/{a}/{b}",
		                                 "/w/{a}.css" };

	(void)state;
	document = (struct document){ .arena = &arena };
	issues_init(&document.issues, &arena);
	document.paths = arena_array(&arena, 5, sizeof(*document.paths));
	for (size_t i = 0; i < 5; i++)
		document.paths[document.path_count++] = new_path(str_from(templates[i]), i);
	assert_int_equal(router_new(&document, &router), 0);
	assert_no_route("/static/img/a.png");
	assert_int_equal(router_add_rest(router, &arena, document.paths[0]), 0);
	assert_int_equal(router_add_rest(router, &arena, document.paths[1]), 0);
	assert_int_equal(router_add_rest(router, &arena, document.paths[2]), STATUTE_EINVAL);
	assert_int_equal(router_add_rest(router, &arena, document.paths[3]), STATUTE_EINVAL);
	assert_int_equal(router_add_rest(router, &arena, document.paths[4]), STATUTE_EINVAL);
	assert_route("/static/a.png", "/static/{path}");
	assert_route("/static/img/a.png", "/static/{path}");
	assert_route("/static/1/2/3/4/5/6/7/8/9", "/static/{path}");
	assert_route("/static/css/a.css", "/static/css/{name}");
	assert_route("/static/css/deep/a.css", "/static/css/{name}");
	assert_route("/static/css/x", "/static/css/{name}");
	assert_route("/static/img/x", "/static/{a}/x");
	assert_no_route("/static/");
	assert_no_route("/static");
	assert_no_route("/static/img/");
	assert_no_route("/static//a.png");
	assert_no_route("/static/img/../a.png");
	assert_no_route("/static/img/%2E%2e/a.png");
	assert_no_route("/static/img/%2E/a.png");
	assert_no_route("/static/x/img%2F..%2Fa.png");
	assert_no_route("/stati/img/a.png");
	assert_no_route("/statik/img/a.png");
	assert_true(router_match(router, S("/static/im%20g/a%2Fb.png"), &arena, &match));
	assert_str(match.raw[0], "im%20g/a%2Fb.png");
	assert_str(match.values[0], "im g/a/b.png");
}

static void many_templates_and_long_paths_stay_cheap(void **state)
{
	static char path[1 << 20];
	size_t before;

	(void)state;
	document = (struct document){ .arena = &arena };
	issues_init(&document.issues, &arena);
	document.paths = arena_array(&arena, 1000, sizeof(*document.paths));
	for (size_t i = 0; i < 1000; i++)
		document.paths[document.path_count++] = new_path(
			str_printf(&arena, "/{a}/r%zu/{b}/{c}/x%zu", i % 10, i), i);
	assert_int_equal(router_new(&document, &router), 0);
	assert_route("/1/r9/2/3/x999", "/{a}/r9/{b}/{c}/x999");
	memset(path, '/', sizeof(path) - 1);
	before = arena.taken;
	assert_no_route(path); /* longer than every template: not even split */
	assert_true(arena.taken == before);
	for (size_t i = 0; i + 2 < sizeof(path); i += 2)
		path[i + 1] = 'a';
	assert_no_route(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_most_literal_template_wins),
		TEST(a_literal_way_that_leads_nowhere_is_left_again),
		TEST(letter_case_and_slashes_count),
		TEST(values_are_decoded_within_their_segment),
		TEST(dot_segments_match_nothing),
		TEST(several_parameters_may_share_a_segment),
		TEST(a_template_with_a_query_or_a_fragment_matches_nothing),
		TEST(templates_that_match_the_same_paths_are_an_issue),
		TEST(another_spelling_is_found),
		TEST(the_canonical_spelling_encodes_what_a_path_cannot_have),
		TEST(literals_that_differ_in_case_alone_are_told_apart),
		TEST(malformed_templates_say_why),
		TEST(a_last_parameter_may_take_the_rest_of_the_path),
		TEST(many_templates_and_long_paths_stay_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
