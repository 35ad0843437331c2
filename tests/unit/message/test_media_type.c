#include "unit/test.h"

#include "message/media_type.h"

static const char *const good[] = {
	"application/json",
	"APPLICATION/JSON",
	"application/vnd.api+json",
	"text/html;charset=utf-8",
	"text/html; charset=utf-8",
	"text/html ; charset=\"utf-8\"\t;a=b",
	"text/html;",
	"text/html;;a=b;",
	"multipart/form-data; boundary=\"a;b,c\\\"d\"",
	"x/y;z=\"\"",
	" x/y ",
	"!#$%&'*+-.^_`|~/x",
};

static const char *const bad[] = {
	"",
	"/",
	"application",
	"application/",
	"/json",
	"application /json",
	"application/ json",
	"application/json x",
	"a/b/c",
	"a/b,c/d",
	"text/html;charset",
	"text/html;charset=",
	"text/html;=utf-8",
	"text/html; charset = utf-8",
	"text/html;charset=\"utf-8",
	"text/html;charset=\"utf-8\"x",
	"text/html;charset=utf 8",
	"text/html charset=utf-8",
	"text/html;a=b c=d",
	"text/html;a=\"\x01\"",
	"*/*",
	"text/*",
	"*/json",
	"a@b/c",
};

static void the_grammar_is_read_strictly(void **state)
{
	struct media_type type;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!media_type_parse(str_from(good[i]), false, &type))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (media_type_parse(str_from(bad[i]), false, &type))
			fail_msg("accepted: %s", bad[i]);
	assert_true(media_type_parse(S("*/*"), true, &type));
	assert_true(media_type_parse(S("text/*;a=b"), true, &type));
	assert_false(media_type_parse(S("*/json"), true, &type));
	assert_false(media_type_parse(S("*"), true, &type));
}

static void parameters_are_found_and_unquoted(void **state)
{
	struct media_type type;
	char scratch[64];

	(void)state;
	assert_true(media_type_parse(S("Multipart/Form-Data ; a=1; Boundary=\"x;\\\"y\\\\\"; a=2"), false,
	                             &type));
	assert_str(type.type, "Multipart");
	assert_str(type.subtype, "Form-Data");
	assert_str(media_type_parameter(&type, S("boundary"), scratch), "x;\"y\\");
	assert_str(media_type_parameter(&type, S("A"), scratch), "1");
	assert_null(media_type_parameter(&type, S("b"), scratch).at);
	assert_true(media_type_parse(S("a/b;c=\"\""), false, &type));
	assert_str(media_type_parameter(&type, S("c"), scratch), "");
	assert_non_null(media_type_parameter(&type, S("c"), scratch).at);
}

struct cover {
	const char *declared, *sent;
	bool covers;
};

static const struct cover covers[] = {
	{ "application/json", "application/json", true },
	{ "application/json", "Application/JSON; charset=utf-8", true },
	{ "application/json; charset=utf-8", "application/json", true },
	{ "application/json; charset=utf-8", "application/json; charset=\"UTF-8\"", true },
	{ "application/json; charset=utf-8", "application/json; charset=latin1", false },
	{ "application/json", "application/problem+json", false },
	{ "application/*", "application/json", true },
	{ "application/*", "text/json", false },
	{ "*/*", "image/png;a=b", true },
	{ "application/json;profile=\"a\"", "application/json;profile=a", true },
	{ "application/json;profile=a", "application/json;profile=\"\\a\";x=y", true },
	{ "application/json;profile=a", "application/json;profile=A", false },
	{ "application/json;profile=a", "application/json", false },
	{ "text/html;charset=latin1", "text/html;CHARSET=Latin1", true },
	{ "text/html;charset=latin1", "text/html", false },
};

static void a_declaration_covers_what_it_does_not_exclude(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(covers) / sizeof(*covers); i++) {
		struct media_type declared, sent;

		assert_true(media_type_parse(str_from(covers[i].declared), true, &declared));
		assert_true(media_type_parse(str_from(covers[i].sent), false, &sent));
		if (media_type_covers(&declared, &sent) != covers[i].covers)
			fail_msg("%s and %s", covers[i].declared, covers[i].sent);
	}
}

static bool is_json(struct str text)
{
	struct media_type type;

	return media_type_parse(text, false, &type) && media_type_is_json(&type);
}

static void json_is_known_by_its_suffix(void **state)
{
	(void)state;
	assert_true(is_json(S("application/json")));
	assert_true(is_json(S("Application/Problem+JSON;a=b")));
	assert_true(is_json(S("image/x+json")));
	assert_false(is_json(S("text/json")));
	assert_false(is_json(S("application/jsonp")));
	assert_false(is_json(S("application/+json")));
	assert_false(is_json(S("application/json-seq")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_grammar_is_read_strictly),
		cmocka_unit_test(parameters_are_found_and_unquoted),
		cmocka_unit_test(a_declaration_covers_what_it_does_not_exclude),
		cmocka_unit_test(json_is_known_by_its_suffix),
	};

	return cmocka_run_group_tests_name("message/media_type", tests, NULL, NULL);
}
