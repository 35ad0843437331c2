#include "unit/test.h"

#include "jobs/record.h"
#include "json/json.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 4096, 1 << 22);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void a_record_is_read_as_it_was_written(void **state)
{
	const struct job_record record = {
		.status = JOB_FAILED,
		.operation = S("POST /reports/generate"),
		.principal = S("\"7\"\n"),
		.request = S("req_1"),
		.path = S("/reports/generate"),
		.query = S("a=b"),
		.message = S("h\xC3\xA4lf"),
		.location = S("/reports/1"),
		.is_embedded = true,
		.attempts = 3,
		.progress = 0,
		.created_ms = 1,
		.started_ms = 2,
		.ended_ms = 3,
		.keep_ms = 4,
		.until_ms = 7,
	};
	struct job_record again;

	(void)state;
	assert_int_equal(job_record_read(&arena, job_record_text(&arena, S("id"), &record), &again), 0);
	assert_int_equal(again.status, JOB_FAILED);
	assert_str(again.operation, "POST /reports/generate");
	assert_str(again.principal, "\"7\"\n");
	assert_str(again.message, "h\xC3\xA4lf");
	assert_str(again.location, "/reports/1");
	assert_true(again.is_embedded);
	assert_int_equal(again.attempts, 3);
	assert_int_equal(again.progress, 0);
	assert_int_equal(again.until_ms, 7);
}

static void what_was_never_said_of_a_job_is_not_said_of_it(void **state)
{
	const struct job_record record = { .progress = -1 };
	struct job_record again;
	struct str text = job_record_text(&arena, S("id"), &record);

	(void)state;
	assert_str(text, "{\"jobId\":\"id\",\"status\":\"queued\"}");
	assert_int_equal(job_record_read(&arena, text, &again), 0);
	assert_int_equal(again.progress, -1);
	assert_int_equal(again.until_ms, 0);
}

static void what_is_no_job_is_not_read(void **state)
{
	struct job_record record;

	(void)state;
	assert_int_equal(job_record_read(&arena, S("{\"status\":\"other\"}"), &record), STATUTE_ESTORE);
	assert_int_equal(job_record_read(&arena, S("{"), &record), STATUTE_ESTORE);
	assert_int_equal(job_record_read(&arena, S(""), &record), STATUTE_ESTORE);
}

static void a_job_is_kept_from_its_end_on(void **state)
{
	struct job_record record = { .keep_ms = 50 };

	(void)state;
	job_record_end(&record, JOB_DONE, 1000);
	assert_int_equal(record.ended_ms, 1000);
	assert_int_equal(record.until_ms, 1050);
	job_record_end(&record, JOB_EXPIRED, 1060);
	assert_int_equal(record.ended_ms, 1000);
	assert_int_equal(record.until_ms, 1110);
}

static void lines_of_progress_are_told_from_others(void **state)
{
	struct {
		struct str line;
		int64_t percent; /* -1: it is none */
		const char *message;
	} lines[] = {
		{ S("progress: 40 counting rows"), 40, "counting rows" },
		{ S("progress:0"), 0, "" },
		{ S("progress:\t100%  "), 100, "" },
		{ S("progress: 007 x"), 7, "x" },
		{ S("progress: 5 \xFF"), 5, "" },
		{ S("progress: 101"), -1, "" },
		{ S("progress: 40x"), -1, "" },
		{ S("progress: -1"), -1, "" },
		{ S("progress: 99999999999999999999999"), -1, "" },
		{ S("progress:"), -1, "" },
		{ S("Progress: 40"), -1, "" },
		{ S(" progress: 40"), -1, "" },
		{ S(""), -1, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int64_t percent = -1;
		struct str message = { 0 };

		assert_int_equal(job_progress_read(lines[i].line, &percent, &message), lines[i].percent >= 0);
		assert_int_equal(percent, lines[i].percent);
		assert_str(message, lines[i].message);
	}
}

static void a_long_message_is_cut_between_characters(void **state)
{
	char line[JOB_MESSAGE_MAX * 2];
	struct str message;
	int64_t percent;
	int len = snprintf(line, sizeof(line), "progress: 1 x");

	(void)state;
	while ((size_t)len + 2 < sizeof(line)) {
		line[len++] = (char)0xC3;
		line[len++] = (char)0xA4;
	}
	assert_true(job_progress_read(str_of(line, (size_t)len), &percent, &message));
	assert_int_equal(message.len, JOB_MESSAGE_MAX - 1);
	assert_true(str_is_utf8(message));
}

static struct json *parse(const char *text)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *value;

	assert_int_equal(json_parse(&arena, str_from(text), &limits, &value, &fault), 0);
	return value;
}

static void an_address_is_filled_with_members_of_the_result(void **state)
{
	const struct json *result = parse("{\"id\": \"a/b ?\", \"n\": 7, \"list\": [], \"empty\": \"\"}");
	struct str location, name;

	(void)state;
	assert_int_equal(job_location_fill(&arena, S("/r/{id}/{n}?x={n}"), result, &location, &name), 0);
	assert_str(location, "/r/a%2Fb%20%3F/7?x=7");
	assert_int_equal(job_location_fill(&arena, S("/r"), NULL, &location, &name), 0);
	assert_str(location, "/r");
	assert_int_equal(job_location_fill(&arena, S("/r/{list}"), result, &location, &name),
	                 STATUTE_ENOTFOUND);
	assert_str(name, "list");
	assert_int_equal(job_location_fill(&arena, S("/r/{empty}"), result, &location, &name),
	                 STATUTE_ENOTFOUND);
	assert_int_equal(job_location_fill(&arena, S("/r/{id}"), parse("[1]"), &location, &name),
	                 STATUTE_ENOTFOUND);
	assert_int_equal(job_location_fill(&arena, S("/r/{id}"), NULL, &location, &name), STATUTE_ENOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_record_is_read_as_it_was_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_never_said_of_a_job_is_not_said_of_it, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_job_is_not_read, set_up, tear_down),
		cmocka_unit_test(a_job_is_kept_from_its_end_on),
		cmocka_unit_test(lines_of_progress_are_told_from_others),
		cmocka_unit_test(a_long_message_is_cut_between_characters),
		cmocka_unit_test_setup_teardown(an_address_is_filled_with_members_of_the_result, set_up,
		                                tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
