#include "unit/test.h"

#include "exchange/exchange.h"
#include "observe/trace.h"

static struct exchange x;
static struct field fields[4];
static struct trace trace;

static int set_up(void **state)
{
	(void)state;
	x = (struct exchange){ .id = S("req_1"), .target.modified_s = -1 };
	x.request.fields = fields;
	memset(&trace, 0xA5, sizeof(trace)); /* what an earlier request left */
	return 0;
}

static void send(enum field_id id, const char *value)
{
	fields[x.request.field_count] = (struct field){ .value = str_from(value), .id = id };
	x.request.first[id] = (uint16_t)++x.request.field_count;
	x.request.lines[id] = 1;
}

static void take(int status)
{
	struct observed observed = { .status = status };

	trace_take(&trace, &x, &observed, "/things/{id}");
}

static struct str detail(enum statute_fact fact)
{
	static struct buf buf;

	buf_done(&buf);
	buf_init(&buf, NULL, 4096);
	trace_write_detail(&trace, fact, &buf);
	return buf_str(&buf);
}

static void texts_are_kept_and_missing_ones_are_empty(void **state)
{
	(void)state;
	send(FIELD_IF_MATCH, "\"7\"");
	take(200);
	assert_str(trace_text(&trace, TRACE_ID), "req_1");
	assert_str(trace_text(&trace, TRACE_IF_MATCH), "\"7\"");
	assert_str(trace_text(&trace, TRACE_PATH), "");
	assert_str(trace_text(&trace, TRACE_FAULT_CODE), "");
}

static void long_texts_are_cut_and_never_take_more_than_there_is(void **state)
{
	static char text[2048];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	x.id = str_of(text, 128);
	x.request.path = str_from(text);
	x.request.method_text = str_from(text);
	x.request.authority = x.target.etag = str_from(text);
	send(FIELD_IF_MATCH, text);
	send(FIELD_IF_NONE_MATCH, text);
	send(FIELD_CONTENT_TYPE, text);
	send(FIELD_ACCEPT, text);
	take(200);
	assert_int_equal(trace_text(&trace, TRACE_ID).len, 128);
	assert_int_equal(trace_text(&trace, TRACE_PATH).len, 128);
	for (size_t i = 0; i < TRACE_TEXTS; i++)
		assert_in_range(trace_text(&trace, (enum trace_text)i).len, 0, 128);
	assert_in_range(trace_text(&trace, TRACE_ACCEPT).at + trace_text(&trace, TRACE_ACCEPT).len, trace.texts,
	                trace.texts + TRACE_BYTES);
}

/* What proves who asks never gets into memory that others may look at. */
static void credentials_are_not_kept(void **state)
{
	const char *at = (const char *)&trace;

	(void)state;
	memset(&trace, 0, sizeof(trace));
	x.request.path = S("/things/7");
	x.request.query = S("token=hunter2");
	x.request.target = S("/things/7?token=hunter2");
	x.request.content = S("hunter2");
	send(FIELD_OTHER, "hunter2");
	take(200);
	assert_null(memmem(at, sizeof(trace), "hunter2", 7));
}

static void the_cause_of_a_failure_is_kept_and_of_nothing_else(void **state)
{
	(void)state;
	x.cause = "the disk is full";
	take(507);
	assert_str(trace_text(&trace, TRACE_CAUSE), "the disk is full");
	take(404);
	assert_str(trace_text(&trace, TRACE_CAUSE), "");
}

static void a_tag_is_told_beside_the_one_that_was_sent(void **state)
{
	(void)state;
	send(FIELD_IF_MATCH, "\"1\"");
	x.target.etag = S("\"2\"");
	take(412);
	assert_str(detail(STATUTE_FACT_IF_MATCH_HOLDS), "If-Match: \"1\"; the current tag is \"2\"");
	x.target.etag = (struct str){ 0 };
	take(412);
	assert_str(detail(STATUTE_FACT_IF_MATCH_HOLDS), "If-Match: \"1\"; there is no current tag");
}

static void the_first_fault_is_told_where_the_fact_says_so(void **state)
{
	const struct problem_error errors[] = {
		{ .field = S("price"), .code = S("TYPE"), .message = S("Must be a number") },
		{ .field = S("name"), .code = S("REQUIRED") },
	};

	(void)state;
	x.problem.errors = errors;
	x.problem.error_count = 2;
	statute_fact_set(&x.facts, STATUTE_FACT_SCHEMA_HOLDS, false);
	statute_fact_set(&x.facts, STATUTE_FACT_PARAMETERS_FIT, true);
	take(422);
	assert_str(detail(STATUTE_FACT_SCHEMA_HOLDS), "price: TYPE, and 1 more");
	assert_str(detail(STATUTE_FACT_PARAMETERS_FIT), "");
}

static void a_date_is_told_beside_the_one_that_was_sent(void **state)
{
	(void)state;
	send(FIELD_IF_MODIFIED_SINCE, "Thu, 08 Jan 2026 12:00:00 GMT");
	x.target.modified_s = 1767873601;
	take(200);
	assert_str(detail(STATUTE_FACT_MODIFIED_SINCE), "If-Modified-Since: Thu, 08 Jan 2026 12:00:00 GMT; "
	                                                "Last-Modified: Thu, 08 Jan 2026 12:00:01 GMT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(texts_are_kept_and_missing_ones_are_empty, set_up),
		cmocka_unit_test_setup(long_texts_are_cut_and_never_take_more_than_there_is, set_up),
		cmocka_unit_test_setup(credentials_are_not_kept, set_up),
		cmocka_unit_test_setup(the_cause_of_a_failure_is_kept_and_of_nothing_else, set_up),
		cmocka_unit_test_setup(a_tag_is_told_beside_the_one_that_was_sent, set_up),
		cmocka_unit_test_setup(the_first_fault_is_told_where_the_fact_says_so, set_up),
		cmocka_unit_test_setup(a_date_is_told_beside_the_one_that_was_sent, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
