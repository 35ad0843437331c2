#include "unit/test.h"

#include "exchange/exchange.h"
#include "json/json.h"
#include "observe/observe.h"

static struct observe *observe;
static struct arena arena;
static uint64_t clock_us;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 4096, 64 << 20);
	clock_us = 1;
	return observe_new(2, &observe);
}

static int tear_down(void **state)
{
	(void)state;
	observe_free(observe);
	arena_done(&arena);
	return 0;
}

static void answer(size_t worker, const char *id, int status, const char *node)
{
	struct exchange x = { .id = str_from(id), .final_node = node };
	struct observed observed = { .status = status, .ended_us = clock_us++, .wall_ms = 1000000 };

	x.request.path = S("/things/7");
	observe_request(observe_worker(observe, worker), &x, &observed);
}

static struct json *ask(struct recent_query query)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *answer;
	struct buf buf;

	buf_init(&buf, &arena, 4 << 20);
	assert_int_equal(recent_write(observe, &query, 1001, &arena, &buf), 0);
	assert_int_equal(json_parse(&arena, buf_str(&buf), &limits, &answer, &fault), 0);
	return answer;
}

/* The ids that a query finds, with blanks between. */
static const char *ids(struct recent_query query)
{
	static char text[1024];
	size_t len = 0;

	text[0] = '\0';
	json_each (trace, json_get(ask(query), S("traces")))
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.*s", len ? " " : "",
		                        STR_ARG(json_get_text(trace, S("requestId"))));
	return text;
}

static struct recent_query all(void)
{
	return (struct recent_query)RECENT_QUERY_INIT;
}

static void the_newest_come_first_whichever_worker_they_are_of(void **state)
{
	(void)state;
	answer(0, "a", 200, "N10");
	answer(1, "b", 200, "N10");
	answer(0, "c", 200, "N10");
	assert_string_equal(ids(all()), "c b a");
}

static void at_most_so_many_as_the_limit_says_come(void **state)
{
	struct recent_query query = all();

	(void)state;
	answer(0, "a", 200, "N10");
	answer(0, "b", 200, "N10");
	query.limit = 1;
	assert_string_equal(ids(query), "b");
}

static void they_are_found_by_status_class_and_node(void **state)
{
	struct recent_query query = all();

	(void)state;
	answer(0, "ok", 200, "N10");
	answer(0, "missing", 404, "G06c");
	answer(0, "broken", 400, "A08");
	answer(0, "gone", 0, "I03");
	query.status = 4;
	assert_string_equal(ids(query), "broken missing");
	query.status = 404;
	assert_string_equal(ids(query), "missing");
	query.status = 0;
	assert_string_equal(ids(query), "gone");
	query = all();
	query.node = S("A08");
	assert_string_equal(ids(query), "broken");
}

static void a_cursor_leaves_out_what_was_there(void **state)
{
	struct recent_query query = all();

	(void)state;
	answer(0, "a", 200, "N10");
	answer(1, "b", 200, "N10");
	query.since = json_get_text(ask(all()), S("cursor"));
	assert_true(recent_is_cursor(query.since));
	assert_string_equal(ids(query), "");
	answer(1, "c", 200, "N10");
	answer(0, "d", 200, "N10");
	assert_string_equal(ids(query), "d c");
}

static void a_cursor_of_another_life_of_the_server_leaves_out_nothing(void **state)
{
	struct recent_query query = all();

	(void)state;
	answer(0, "a", 200, "N10");
	query.since = S("ffff.0");
	assert_string_equal(ids(query), "a");
	query.since = S("1");
	assert_string_equal(ids(query), "a");
	query.since = S("1.0.0");
	assert_string_equal(ids(query), "a");
}

static void what_is_no_cursor_is_told_apart(void **state)
{
	(void)state;
	assert_true(recent_is_cursor(S("0")));
	assert_true(recent_is_cursor(S("1f.ffffffffffffffff")));
	assert_false(recent_is_cursor(S("")));
	assert_false(recent_is_cursor(S("1.")));
	assert_false(recent_is_cursor(S("1..2")));
	assert_false(recent_is_cursor(S("1F")));
	assert_false(recent_is_cursor(S("10000000000000000")));
	assert_false(recent_is_cursor(S("-1")));
}

static void of_several_with_one_id_the_newest_is_found(void **state)
{
	struct trace trace;

	(void)state;
	answer(0, "same", 200, "N10");
	answer(1, "same", 404, "G06c");
	answer(0, "other", 200, "N10");
	assert_int_equal(recent_find(observe, S("same"), &trace), 0);
	assert_int_equal(trace.status, 404);
	assert_int_equal(recent_find(observe, S("sam"), &trace), STATUTE_ENOTFOUND);
	assert_int_equal(recent_find(observe, S(""), &trace), STATUTE_ENOTFOUND);
}

static void a_thousand_are_told_of_though_workers_keep_more(void **state)
{
	struct recent_query query = all();

	(void)state;
	for (int i = 0; i < 900; i++) {
		answer(0, "first", 200, "N10");
		answer(1, "second", 200, "N10");
	}
	query.limit = RECENT_MAX;
	assert_int_equal(json_get(ask(query), S("traces"))->count, RECENT_MAX);
}

static int64_t last_rate(const struct json *rates, struct str class)
{
	const struct json *counts = json_get(rates, class);
	int64_t count;

	assert_int_equal(counts->count, 300);
	assert_true(json_to_i64(json_item(counts, 299), &count));
	return count;
}

static void rates_count_every_answer_of_the_last_seconds(void **state)
{
	struct json *rates;

	(void)state;
	answer(0, "a", 200, "N10");
	answer(1, "b", 201, "L01");
	answer(1, "c", 500, "");
	rates = json_get(ask(all()), S("rates"));
	assert_str(json_get(rates, S("until"))->text, "1001");
	assert_int_equal(last_rate(rates, S("2xx")), 2);
	assert_int_equal(last_rate(rates, S("5xx")), 1);
	assert_int_equal(last_rate(rates, S("none")), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_newest_come_first_whichever_worker_they_are_of),
		TEST(at_most_so_many_as_the_limit_says_come),
		TEST(they_are_found_by_status_class_and_node),
		TEST(a_cursor_leaves_out_what_was_there),
		TEST(a_cursor_of_another_life_of_the_server_leaves_out_nothing),
		TEST(what_is_no_cursor_is_told_apart),
		TEST(of_several_with_one_id_the_newest_is_found),
		TEST(a_thousand_are_told_of_though_workers_keep_more),
		TEST(rates_count_every_answer_of_the_last_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
