#include "unit/test.h"

#include "exchange/exchange.h"
#include "observe/metrics_text.h"
#include "observe/observe.h"

static struct buf buf;

static int set_up(void **state)
{
	(void)state;
	buf_init(&buf, NULL, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_done(&buf);
	return 0;
}

static void a_value_is_quoted_and_escaped(void **state)
{
	(void)state;
	metrics_value(&buf, S("/a\"b\\c\nd/{id}"));
	assert_str(buf_str(&buf), "\"/a\\\"b\\\\c\\nd/{id}\"");
}

static void microseconds_are_told_as_seconds(void **state)
{
	static const struct {
		uint64_t us;
		const char *text;
	} rows[] = {
		{ 0, "0" }, { 1, "0.000001" }, { 100, "0.0001" }, { 250000, "0.25" }, { 1000000, "1" },
		{ 2500000, "2.5" }, { 12000003, "12.000003" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&buf);
		metrics_seconds(&buf, rows[i].us);
		assert_str(buf_str(&buf), rows[i].text);
	}
}

static void buckets_of_a_histogram_hold_those_below_them_too(void **state)
{
	const uint64_t counts[] = { 2, 0, 3 };

	(void)state;
	metrics_histogram(&buf, &(struct metrics_histogram){
		.name = "h", .labels = S("a=\"b\""), .counts = counts, .buckets = 2,
		.write_bound = (void (*)(struct buf *, size_t))buf_add_u64, .write_sum = buf_add_u64, .sum = 9 });
	assert_str(buf_str(&buf), "h_bucket{a=\"b\",le=\"0\"} 2\nh_bucket{a=\"b\",le=\"1\"} 2\n"
	                          "h_bucket{a=\"b\",le=\"+Inf\"} 5\nh_sum{a=\"b\"} 9\nh_count{a=\"b\"} 5\n");
}

static struct observe *observe;

static void answer(size_t worker, enum method method, int status, const char *code, uint64_t us)
{
	struct exchange x = { .verdict.code = code, .target.modified_s = -1 };
	struct observed observed = { .status = status, .us = us, .in = 10, .out = 20 };

	x.request.method = method;
	observe_request(observe_worker(observe, worker), &x, &observed);
}

static void expect_line(const char *line)
{
	const char *at;

	if (!buf.len || buf.at[buf.len - 1])
		buf_add_char(&buf, '\0');
	at = strstr(buf.at, line);
	if (!at || at[strlen(line)] != '\n')
		fail_msg("no line \"%s\" in:\n%s", line, buf.at);
}

static void what_each_worker_counted_is_summed(void **state)
{
	const struct observe_gauges gauges = {
		.connections = 3, .refused_lines = 2, .store.queued = 7, .certificate_end_s = 1767225600
	};

	(void)state;
	assert_int_equal(observe_new(2, &observe), 0);
	answer(0, METHOD_GET, 200, "OK", 100);
	answer(1, METHOD_GET, 200, "OK", 101);
	answer(1, METHOD_UNKNOWN, 501, "METHOD_NOT_IMPLEMENTED", 99000000);
	answer(0, METHOD_GET, 404, "PATH_NOT_FOUND", 5);
	answer(1, METHOD_GET, 404, "PATH_NOT_FOUND", 5);
	answer(0, METHOD_POST, 0, "CLIENT_GONE", 5);
	observe_in_flight(observe_worker(observe, 0), 4);
	observe_in_flight(observe_worker(observe, 1), 1);
	observe_lost_line(observe_worker(observe, 1));
	observe_reload(observe, true);
	metrics_write(observe, &gauges, &buf);
	expect_line("statute_requests_total{route=\"\",method=\"GET\",status=\"200\"} 2");
	expect_line("statute_requests_total{route=\"\",method=\"GET\",status=\"404\"} 2");
	expect_line("statute_requests_total{route=\"\",method=\"other\",status=\"501\"} 1");
	expect_line("statute_requests_total{route=\"\",method=\"POST\",status=\"0\"} 1");
	expect_line("statute_errors_total{code=\"PATH_NOT_FOUND\"} 2");
	expect_line("statute_errors_total{code=\"METHOD_NOT_IMPLEMENTED\"} 1");
	expect_line("statute_request_duration_seconds_bucket{route=\"\",le=\"0.0001\"} 4");
	expect_line("statute_request_duration_seconds_bucket{route=\"\",le=\"0.00025\"} 5");
	expect_line("statute_request_duration_seconds_bucket{route=\"\",le=\"10\"} 5");
	expect_line("statute_request_duration_seconds_bucket{route=\"\",le=\"+Inf\"} 6");
	expect_line("statute_request_duration_seconds_sum{route=\"\"} 99.000216");
	expect_line("statute_received_bytes_total 60");
	expect_line("statute_sent_bytes_total 120");
	expect_line("statute_requests_in_flight 5");
	expect_line("statute_connections_open 3");
	expect_line("statute_certificate_end_time_seconds 1767225600");
	expect_line("statute_log_lost_lines_total 3");
	expect_line("statute_store_queue_length 7");
	expect_line("statute_document_reloads_total{result=\"taken\"} 1");
	observe_free(observe);
}

static void a_code_that_a_document_made_counts_as_its_family(void **state)
{
	const struct observe_gauges gauges = { 0 };
	struct exchange x = { .verdict = { .status = 409, .code = "RESOURCE_ALREADY_EXISTS" } };
	struct observed observed = { .status = 409, .error = S("EMAIL_ALREADY_EXISTS") };

	(void)state;
	assert_int_equal(observe_new(1, &observe), 0);
	observe_request(observe_worker(observe, 0), &x, &observed);
	metrics_write(observe, &gauges, &buf);
	expect_line("statute_errors_total{code=\"RESOURCE_ALREADY_EXISTS\"} 1");
	observe_free(observe);
}

/* A path as a bound document has it. */
static struct api api_of(struct path_item *items, struct bound_path *paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		paths[i].item = &items[i];
	return (struct api){ .paths = paths, .path_count = count };
}

static void a_path_keeps_its_label_when_another_document_takes_over(void **state)
{
	struct path_item first[] = { { .template_text = S("/a") }, { .template_text = S("/b") } };
	struct path_item second[] = { { .template_text = S("/c") }, { .template_text = S("/b") } };
	struct bound_path before[2] = { 0 }, after[2] = { 0 };
	struct api old = api_of(first, before, 2), new = api_of(second, after, 2);

	(void)state;
	assert_int_equal(observe_new(1, &observe), 0);
	assert_int_equal(observe_label(observe, &old), 0);
	assert_int_equal(observe_label(observe, &new), 0);
	assert_int_equal(before[1].label, after[1].label);
	assert_int_not_equal(before[0].label, after[0].label);
	assert_int_not_equal(before[0].label, before[1].label);
	observe_free(observe);
}

static void paths_past_the_bound_share_one_label(void **state)
{
	enum { PATHS = 5000 };
	static struct path_item items[PATHS];
	static struct bound_path paths[PATHS];
	static char names[PATHS][16];
	const struct observe_gauges gauges = { 0 };
	struct exchange x = { .bound_path = &paths[PATHS - 1] };
	struct observed observed = { .status = 200 };
	struct api api;

	(void)state;
	for (int i = 0; i < PATHS; i++) {
		snprintf(names[i], sizeof(names[i]), "/%d", i);
		items[i].template_text = str_from(names[i]);
	}
	api = api_of(items, paths, PATHS);
	assert_int_equal(observe_new(1, &observe), 0);
	assert_int_equal(observe_label(observe, &api), 0);
	assert_int_equal(paths[PATHS - 1].label, paths[PATHS - 2].label);
	observe_request(observe_worker(observe, 0), &x, &observed);
	metrics_write(observe, &gauges, &buf);
	expect_line("statute_requests_total{route=\"other\",method=\"other\",status=\"200\"} 1");
	observe_free(observe);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_value_is_quoted_and_escaped),
		TEST(microseconds_are_told_as_seconds),
		TEST(buckets_of_a_histogram_hold_those_below_them_too),
		TEST(what_each_worker_counted_is_summed),
		TEST(a_code_that_a_document_made_counts_as_its_family),
		TEST(a_path_keeps_its_label_when_another_document_takes_over),
		TEST(paths_past_the_bound_share_one_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
