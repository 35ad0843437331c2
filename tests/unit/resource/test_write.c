/*
 * What no client can time: a row that changes between the decision and the write.
 */
#include "unit/resource/fixture.h"

/* A PUT that has been decided up to its content, and somebody else's change in between. */
static void race(struct fixture *f, struct talk *talk, const char *method, const char *fields,
                 const char *content, const char *other_method, const char *other)
{
	assert_int_equal(ask(f, "POST", "/things", JSON, "{\"name\":\"a\"}"), 201);
	begin(f, talk, method, "/things/1", fields, content);
	assert_int_equal(talk->step, EXCHANGE_CONTENT);
	/* the content makes the worker decide on this snapshot; the other write then comes first in the queue */
	assert_true(ask(f, other_method, "/things/1", MERGE, other) < 300);
}

static void a_tag_that_was_current_at_the_decision_is_asked_again_at_the_write(void **state)
{
	struct fixture *f = *state;
	struct talk talk;

	race(f, &talk, "PUT", JSON "If-Match: \"1\"\r\n", "{\"name\":\"b\"}", "PATCH", "{\"count\":1}");
	assert_int_equal(finish(&talk), 412);
	assert_string_equal(talk.x.verdict.code, "PRECONDITION_FAILED");
	assert_str(response_field(&talk.x.response, S("ETag")), "\"2\"");
	exchange_done(&talk.x);
}

static void a_change_without_a_tag_is_made_to_the_row_as_it_is_now(void **state)
{
	struct fixture *f = *state;
	struct talk talk, read;

	race(f, &talk, "PATCH", MERGE, "{\"name\":\"b\"}", "PATCH", "{\"count\":7}");
	assert_int_equal(finish(&talk), 200);
	exchange_done(&talk.x);
	begin(f, &read, "GET", "/things/1", "", "");
	assert_int_equal(finish(&read), 200);
	assert_str(read.x.response.content, "{\"id\":1,\"name\":\"b\",\"state\":\"open\",\"count\":7}");
	assert_str(response_field(&read.x.response, S("ETag")), "\"3\"");
	exchange_done(&read.x);
}

static void a_row_that_is_deleted_in_between_is_404(void **state)
{
	struct fixture *f = *state;
	struct talk talk;

	race(f, &talk, "PUT", JSON, "{\"name\":\"b\"}", "DELETE", "");
	assert_int_equal(finish(&talk), 404);
	assert_string_equal(talk.x.verdict.code, "RESOURCE_NOT_FOUND");
	exchange_done(&talk.x);
}

static void a_parent_that_is_deleted_in_between_is_404(void **state)
{
	struct fixture *f = *state;
	struct talk talk;

	assert_int_equal(ask(f, "POST", "/things", JSON, "{\"name\":\"a\"}"), 201);
	assert_int_equal(ask(f, "POST", "/things/1/parts", JSON, "{}"), 201);
	begin(f, &talk, "POST", "/things/1/parts", JSON, "{}");
	assert_int_equal(talk.step, EXCHANGE_CONTENT);
	assert_int_equal(ask(f, "DELETE", "/things/1", "", ""), 204);
	assert_int_equal(finish(&talk), 404);
	exchange_done(&talk.x);
}

static void a_state_that_moved_in_between_decides_on_the_step(void **state)
{
	struct fixture *f = *state;
	struct talk talk;

	race(f, &talk, "PATCH", MERGE, "{\"state\":\"open\"}", "PATCH", "{\"state\":\"closed\"}");
	assert_int_equal(finish(&talk), 409);
	assert_string_equal(talk.x.verdict.code, "INVALID_STATE_TRANSITION");
	exchange_done(&talk.x);
}

static void any_tag_holds_while_there_is_a_row(void **state)
{
	struct fixture *f = *state;
	struct talk talk;

	race(f, &talk, "PUT", JSON "If-Match: *\r\n", "{\"name\":\"b\"}", "PATCH", "{\"count\":1}");
	assert_int_equal(finish(&talk), 200);
	exchange_done(&talk.x);
}

static void an_exchange_forgets_one_request_before_the_next(void **state)
{
	struct fixture *f = *state;
	struct talk talk;

	begin(f, &talk, "POST", "/things", JSON, "{\"name\":1}");
	assert_int_equal(finish(&talk), 422);
	exchange_reset(&talk.x);
	assert_int_equal(talk.x.problem.error_count, 0);
	assert_int_equal(talk.x.response.status, 0);
	assert_ptr_equal(talk.x.host_data, &talk);
	exchange_done(&talk.x);
}

int main(void)
{
#define RESOURCE_TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
	const struct CMUnitTest tests[] = {
		RESOURCE_TEST(a_tag_that_was_current_at_the_decision_is_asked_again_at_the_write),
		RESOURCE_TEST(a_change_without_a_tag_is_made_to_the_row_as_it_is_now),
		RESOURCE_TEST(a_row_that_is_deleted_in_between_is_404),
		RESOURCE_TEST(a_parent_that_is_deleted_in_between_is_404),
		RESOURCE_TEST(a_state_that_moved_in_between_decides_on_the_step),
		RESOURCE_TEST(any_tag_holds_while_there_is_a_row),
		RESOURCE_TEST(an_exchange_forgets_one_request_before_the_next),
	};

	return cmocka_run_group_tests_name("resource/write", tests, NULL, NULL);
}
