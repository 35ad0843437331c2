#include "unit/test.h"

#include "json/json.h"
#include "problem/problem.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 4096, 1 << 24);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static struct str written(const struct problem *problem, enum problem_format format)
{
	struct buf buf;

	buf_init(&buf, &arena, 1 << 20);
	problem_write(problem, format, &buf);
	assert_false(buf.failed);
	return buf_str(&buf);
}

static struct json *read_json(struct str text)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *root;

	if (json_parse(&arena, text, &limits, &root, &fault))
		fail_msg("%s in %.*s", fault.issue, STR_ARG(text));
	return root;
}

static struct str text_of(const struct json *object, const char *name)
{
	return json_get_text(object, str_from(name));
}

static int64_t number_of(const struct json *object, const char *name)
{
	int64_t number;

	assert_true(json_to_i64(json_get(object, str_from(name)), &number));
	return number;
}

static bool contains(struct str text, const char *part)
{
	return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

static struct problem order_problem(void)
{
	static struct problem_error errors[2];

	errors[0] = (struct problem_error){ .field = S("quantity"), .pointer = S("/quantity"),
		                            .message = S("Must be at least 1"), .code = S("MIN_VALUE"),
		                            .value = json_new_int(&arena, 0) };
	errors[1] = (struct problem_error){ .field = S("limit"), .message = S("Must be an integer"),
		                            .code = S("TYPE"), .in = S("query") };
	return (struct problem){ .status = 422, .code = S("VALIDATION_FAILED"),
		                 .detail = S("The order breaks 2 rules."),
		                 .instance = S("req_7Jd0"), .path = S("/orders"),
		                 .timestamp = S("2026-01-08T12:00:00Z"), .errors = errors, .error_count = 2 };
}

static void a_problem_is_an_rfc_9457_problem_and_an_api_error_at_once(void **state)
{
	struct problem problem = order_problem();
	struct json *root = read_json(written(&problem, PROBLEM_JSON)), *error;

	(void)state;
	assert_str(text_of(root, "type"), "/-/errors/VALIDATION_FAILED");
	assert_str(text_of(root, "title"), "Unprocessable Content");
	assert_int_equal(number_of(root, "status"), 422);
	assert_str(text_of(root, "detail"), "The order breaks 2 rules.");
	assert_str(text_of(root, "message"), "The order breaks 2 rules.");
	assert_str(text_of(root, "instance"), "req_7Jd0");
	assert_str(text_of(root, "requestId"), "req_7Jd0");
	assert_str(text_of(root, "error"), "VALIDATION_FAILED");
	assert_str(text_of(root, "timestamp"), "2026-01-08T12:00:00Z");
	assert_str(text_of(root, "path"), "/orders");
	assert_str(text_of(root, "documentation"), "/-/errors/VALIDATION_FAILED");
	assert_int_equal(json_get(root, S("validationErrors"))->count, 2);
	error = json_item(json_get(root, S("validationErrors")), 0);
	assert_str(text_of(error, "field"), "quantity");
	assert_str(text_of(error, "pointer"), "/quantity");
	assert_str(text_of(error, "message"), "Must be at least 1");
	assert_str(text_of(error, "code"), "MIN_VALUE");
	assert_int_equal(number_of(error, "value"), 0);
	assert_null(json_get(error, S("in")));
}

static void an_error_of_a_parameter_says_where_the_parameter_stands(void **state)
{
	struct problem problem = order_problem();
	struct json *root = read_json(written(&problem, PROBLEM_JSON)), *error;

	(void)state;
	error = json_item(json_get(root, S("validationErrors")), 1);
	assert_str(text_of(error, "in"), "query");
	assert_str(text_of(error, "field"), "limit");
	assert_null(json_get(error, S("pointer")));
	assert_null(json_get(error, S("value")));
}

static void a_long_value_is_left_out_of_its_error(void **state)
{
	static char text[100000];
	struct problem problem = order_problem();
	struct problem_error *error = (struct problem_error *)(uintptr_t)problem.errors;
	struct json *list = json_new(&arena, JSON_ARRAY), *root;
	struct str whole;

	(void)state;
	memset(text, 'x', sizeof(text));
	error[0].value = json_new_string(&arena, str_of(text, sizeof(text)));
	for (int i = 0; i < 1000; i++)
		assert_int_equal(json_append(list, json_new_int(&arena, i)), 0);
	error[1].value = list;
	whole = written(&problem, PROBLEM_JSON);
	assert_true(whole.len < 4096);
	root = read_json(whole);
	for (int i = 0; i < 2; i++)
		assert_null(json_get(json_item(json_get(root, S("validationErrors")), i), S("value")));
}

static void what_is_not_known_is_left_out(void **state)
{
	static const char *const optional[] = { "instance", "requestId", "timestamp", "validationErrors",
		                                "details", "hint", "retryAfter", "node" };
	struct problem problem = { .status = 404, .code = S("PATH_NOT_FOUND"), .node = S("C03") };
	struct json *root = read_json(written(&problem, PROBLEM_JSON));

	(void)state;
	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		assert_null(json_get(root, str_from(optional[i])));
	assert_str(text_of(root, "title"), "Not Found");
	assert_true(text_of(root, "message").len > 5);
}

static void optional_members_are_written_where_they_are_given(void **state)
{
	struct json *details = json_new(&arena, JSON_OBJECT);
	struct problem problem = { .status = 503, .code = S("SERVER_OVERLOADED"), .hint = S("Wait"),
		                   .retry_after = 7,
		                   .details = details, .node = S("B03"), .show_node = true };
	struct json *root;

	(void)state;
	assert_int_equal(json_set(&arena, details, S("field"), json_new_string(&arena, S("email"))), 0);
	root = read_json(written(&problem, PROBLEM_PLAIN_JSON));
	assert_int_equal(number_of(root, "retryAfter"), 7);
	assert_str(text_of(root, "hint"), "Wait");
	assert_str(text_of(root, "node"), "B03");
	assert_str(text_of(json_get(root, S("details")), "field"), "email");
}

static void texts_of_clients_are_escaped(void **state)
{
	struct problem problem = { .status = 404, .code = S("A\"B"), .path = S("/\"</script><b>\n&'"),
		                   .detail = S("<img src=x>") };
	struct json *root = read_json(written(&problem, PROBLEM_JSON));
	struct str page = written(&problem, PROBLEM_HTML);

	(void)state;
	assert_str(text_of(root, "path"), "/\"</script><b>\n&'");
	assert_str(text_of(root, "type"), "/-/errors/A\"B");
	assert_false(contains(page, "<script"));
	assert_false(contains(page, "</script"));
	assert_false(contains(page, "<img"));
	assert_false(contains(page, "<b>"));
	assert_true(contains(page, "&lt;img src=x&gt;"));
	assert_true(contains(page, "&quot;"));
}

static void a_page_is_whole_and_names_no_other_host(void **state)
{
	struct problem problem = order_problem();
	struct str page = written(&problem, PROBLEM_HTML);

	(void)state;
	assert_true(str_starts(page, S("<!DOCTYPE html>")));
	assert_true(contains(page, "<html lang=\"en\">"));
	assert_true(contains(page, "<title>422 Unprocessable Content</title>"));
	assert_true(contains(page, "</html>\n"));
	assert_true(contains(page, "Must be at least 1"));
	assert_true(contains(page, "req_7Jd0"));
	assert_true(contains(page, "href=\"/-/errors/VALIDATION_FAILED\""));
	assert_false(contains(page, "http://"));
	assert_false(contains(page, "https://"));
}

static void text_says_the_same(void **state)
{
	struct problem problem = order_problem();
	struct str text = written(&problem, PROBLEM_TEXT);

	(void)state;
	assert_true(str_starts(text, S("422 Unprocessable Content\n")));
	assert_true(contains(text, "- quantity: Must be at least 1 (MIN_VALUE)\n"));
	assert_true(contains(text, "Error: VALIDATION_FAILED\n"));
	assert_true(contains(text, "Request: req_7Jd0\n"));
}

static void the_format_follows_accept_and_never_fails(void **state)
{
	static const struct {
		struct str accept;
		enum problem_format format;
	} cases[] = {
		{ { NULL, 0 }, PROBLEM_JSON },
		{ STR_INIT("*/*"), PROBLEM_JSON },
		{ STR_INIT("application/problem+json"), PROBLEM_JSON },
		{ STR_INIT("application/*"), PROBLEM_JSON },
		{ STR_INIT("application/json"), PROBLEM_PLAIN_JSON },
		{ STR_INIT("application/json, */*;q=0.1"), PROBLEM_PLAIN_JSON },
		{ STR_INIT("application/json, text/plain, */*"), PROBLEM_JSON },
		{ STR_INIT("application/json, application/problem+json"), PROBLEM_JSON },
		{ STR_INIT("application/problem+json;q=0.5, application/json"), PROBLEM_PLAIN_JSON },
		{ STR_INIT("text/html"), PROBLEM_HTML },
		{ STR_INIT("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), PROBLEM_HTML },
		{ STR_INIT("text/plain"), PROBLEM_TEXT },
		{ STR_INIT("image/png"), PROBLEM_JSON },
		{ STR_INIT("application/json;q=0"), PROBLEM_JSON },
		{ STR_INIT("not a media type"), PROBLEM_JSON },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (problem_format_for(cases[i].accept) != cases[i].format)
			fail_msg("%.*s: %d", STR_ARG(cases[i].accept), (int)problem_format_for(cases[i].accept));
	assert_str(problem_media_type(PROBLEM_JSON), "application/problem+json");
	assert_str(problem_media_type(PROBLEM_PLAIN_JSON), "application/json");
	assert_str(problem_media_type(PROBLEM_HTML), "text/html; charset=utf-8");
}

static void a_small_buffer_fails_and_does_not_overflow(void **state)
{
	struct problem problem = order_problem();

	(void)state;
	for (size_t max = 1; max < 700; max += 13)
		for (int format = PROBLEM_JSON; format <= PROBLEM_TEXT; format++) {
			struct buf buf;
			struct buf whole;

			buf_init(&whole, NULL, 1 << 20);
			problem_write(&problem, (enum problem_format)format, &whole);
			buf_init(&buf, NULL, max);
			problem_write(&problem, (enum problem_format)format, &buf);
			assert_true(buf.failed == (whole.len > max));
			assert_true(buf.len <= max);
			buf_done(&buf);
			buf_done(&whole);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_problem_is_an_rfc_9457_problem_and_an_api_error_at_once),
		cmocka_unit_test(an_error_of_a_parameter_says_where_the_parameter_stands),
		cmocka_unit_test(a_long_value_is_left_out_of_its_error),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(optional_members_are_written_where_they_are_given),
		cmocka_unit_test(texts_of_clients_are_escaped),
		cmocka_unit_test(a_page_is_whole_and_names_no_other_host),
		cmocka_unit_test(text_says_the_same),
		cmocka_unit_test(the_format_follows_accept_and_never_fails),
		cmocka_unit_test(a_small_buffer_fails_and_does_not_overflow),
	};

	return cmocka_run_group_tests_name("problem/problem", tests, set_up, tear_down);
}
