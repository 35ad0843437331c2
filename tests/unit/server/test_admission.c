/* Who is let in where the server has too much to do. */
#include "unit/test.h"

#include <stdlib.h>

#include "server/worker.h"

enum { MS = 1000000, AGE_MS = 50 };

struct scene {
	struct shared shared;
	struct worker *worker;
	struct api api;
	struct exchange_host host;
	struct request request;
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	scene->worker = calloc(1, sizeof(*scene->worker));
	scene->shared.limits.queue_age = AGE_MS;
	assert_int_equal(uv_loop_init(&scene->worker->loop), 0);
	scene->worker->shared = &scene->shared;
	scene->worker->in_flight_max = scene->worker->background_max = 10;
	scene->host.api = &scene->api;
	scene->request.method = METHOD_GET;
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(uv_loop_close(&scene->worker->loop), 0);
	free(scene->worker);
	free(scene);
	return 0;
}

static bool is_let_in(struct scene *scene)
{
	admission_ask(scene->worker, &scene->request, &scene->host);
	return !scene->host.is_overloaded;
}

/* The turn goes on since so many ms, and the last short one, or the last wait, was so long before it. */
static void be_in_turn(struct scene *scene, uint64_t since_ms, uint64_t calm_ms)
{
	struct admission *admission = &scene->worker->admission;

	admission->turn_at = 1;
	admission->began = uv_hrtime() - since_ms * MS;
	admission->calm_at = admission->began - calm_ms * MS;
}

static void a_turn_that_just_began_lets_in(void **state)
{
	((struct scene *)*state)->shared.limits.queue_age = 60000;
	be_in_turn(*state, 0, 10000);
	assert_true(is_let_in(*state));
}

static void a_long_turn_after_calm_ones_lets_in(void **state)
{
	be_in_turn(*state, 10000, ADMISSION_PATIENCE_MS - 1);
	assert_true(is_let_in(*state));
}

static void a_long_turn_after_long_ones_turns_away(void **state)
{
	be_in_turn(*state, AGE_MS, ADMISSION_PATIENCE_MS);
	assert_false(is_let_in(*state));
}

static void a_turn_that_ends_in_time_is_calm(void **state)
{
	struct scene *scene = *state;

	scene->shared.limits.queue_age = 3600000;
	be_in_turn(scene, 1, 10000);
	admission_end_turn(scene->worker);
	assert_true(scene->worker->admission.was_calm);
}

/* However long the loop had nothing to do before it. */
static void what_lasts_begins_with_the_turn_after_a_calm_one(void **state)
{
	struct scene *scene = *state;
	struct admission *admission = &scene->worker->admission;

	be_in_turn(scene, 10000, 10000);
	admission->was_calm = true;
	admission_end_turn(scene->worker);
	admission->was_calm = true;
	admission_begin_turn(scene->worker, 2);
	assert_int_equal(admission->calm_at, admission->began);
	assert_false(admission->was_calm);
}

static void whom_it_turned_away_not_long_ago_it_turns_away_sooner(void **state)
{
	struct scene *scene = *state;

	be_in_turn(scene, AGE_MS, AGE_MS);
	assert_true(is_let_in(scene));
	scene->worker->admission.alert_until = uv_hrtime() + MS;
	assert_false(is_let_in(scene));
	assert_true(scene->worker->admission.alert_until > uv_hrtime() + 1000 * (uint64_t)MS);
	be_in_turn(scene, AGE_MS, AGE_MS - 1);
	assert_true(is_let_in(scene));
	scene->worker->admission.alert_until = 1;
	be_in_turn(scene, AGE_MS, AGE_MS);
	assert_true(is_let_in(scene));
}

/* One that ends late is calm too where it leaves nothing to do: no event, no connection whose turn it is next. */
static void a_long_turn_is_calm_where_it_leaves_nothing_to_do(void **state)
{
	struct scene *scene = *state;
	struct admission *admission = &scene->worker->admission;
	const uint64_t after[TIMEOUT_KINDS] = { 1, 1, 1, 1, 1, 1 };
	struct timeout timeout = { 0 };

	timeouts_init(&scene->worker->timeouts, after);
	be_in_turn(scene, 10000, 10000);
	admission_end_turn(scene->worker);
	assert_true(admission->was_calm);
	timeout_set(&scene->worker->timeouts, &timeout, TIMEOUT_TURN, 1);
	be_in_turn(scene, 10000, 10000);
	admission_end_turn(scene->worker);
	assert_false(admission->was_calm);
	timeout_clear(&timeout);
}

static void on_wake(uv_async_t *async)
{
	uv_close((uv_handle_t *)async, NULL);
}

static void a_long_turn_is_not_calm_where_events_are_there(void **state)
{
	struct scene *scene = *state;
	const uint64_t after[TIMEOUT_KINDS] = { 1, 1, 1, 1, 1, 1 };
	uv_async_t async;

	timeouts_init(&scene->worker->timeouts, after);
	assert_int_equal(uv_async_init(&scene->worker->loop, &async, on_wake), 0);
	uv_run(&scene->worker->loop, UV_RUN_NOWAIT); /* from now on the system watches it */
	assert_int_equal(uv_async_send(&async), 0);
	be_in_turn(scene, 10000, 10000);
	admission_end_turn(scene->worker);
	assert_false(scene->worker->admission.was_calm);
	uv_run(&scene->worker->loop, UV_RUN_DEFAULT);
}

static void the_second_request_of_a_turn_does_not_begin_it_again(void **state)
{
	struct scene *scene = *state;
	uint64_t began;

	admission_begin_turn(scene->worker, 7);
	began = scene->worker->admission.began;
	admission_begin_turn(scene->worker, 7);
	assert_int_equal(scene->worker->admission.began, began);
}

static void requests_in_flight_are_bounded(void **state)
{
	struct scene *scene = *state;

	scene->worker->in_flight = 9;
	assert_true(is_let_in(scene));
	scene->worker->in_flight = 10;
	assert_false(is_let_in(scene));
}

static void operators_are_always_let_in(void **state)
{
	struct scene *scene = *state;

	scene->worker->is_admin = true;
	scene->worker->in_flight = 10;
	be_in_turn(scene, 10000, 10000);
	assert_true(is_let_in(scene));
}

/* As if the first of those that were late had been as long ago as that, the last one just now. */
static void be_late_since(struct lateness *lateness, uint64_t ms)
{
	lateness->looked = uv_hrtime();
	lateness->since = lateness->looked - ms * MS;
}

static void helper_threads_that_start_late_for_long_take_no_more(void **state)
{
	struct worker *worker = ((struct scene *)*state)->worker;
	struct admission *admission = &worker->admission;

	assert_true(admission_to_background(worker));
	worker->background = 1;
	admission->background_wait = AGE_MS * MS;
	assert_true(admission_to_background(worker)); /* the first that was late */
	be_late_since(&admission->background, ADMISSION_PATIENCE_MS);
	assert_false(admission_to_background(worker));
	admission->background_wait = AGE_MS * MS - 1;
	assert_true(admission_to_background(worker));
	admission->background_wait = AGE_MS * MS;
	assert_true(admission_to_background(worker)); /* it begins anew */
}

static void what_was_late_long_ago_does_not_count(void **state)
{
	struct worker *worker = ((struct scene *)*state)->worker;
	struct admission *admission = &worker->admission;

	worker->background = 1;
	admission->background_wait = AGE_MS * MS;
	be_late_since(&admission->background, ADMISSION_PATIENCE_MS);
	admission->background.looked -= (uint64_t)ADMISSION_PATIENCE_MS * MS;
	assert_true(admission_to_background(worker));
}

static void helper_threads_are_bounded(void **state)
{
	struct worker *worker = ((struct scene *)*state)->worker;

	worker->background = 9;
	assert_true(admission_to_background(worker));
	worker->background = 10;
	assert_false(admission_to_background(worker));
}

static void what_the_operator_says_is_the_newer_word(void **state)
{
	struct scene *scene = *state;

	assert_true(is_let_in(scene));
	assert_int_equal(scene->host.maintenance, MAINTENANCE_OFF);
	scene->api.maintenance = 1000;
	assert_true(is_let_in(scene));
	assert_int_equal(scene->host.maintenance, 1000);
	maintenance_set(&scene->shared.maintenance, MAINTENANCE_OPEN);
	assert_true(is_let_in(scene));
	assert_int_equal(scene->host.maintenance, MAINTENANCE_OPEN);
	maintenance_set(&scene->shared.maintenance, MAINTENANCE_OFF);
	assert_true(is_let_in(scene));
	assert_int_equal(scene->host.maintenance, 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_turn_that_just_began_lets_in),
		TEST(a_long_turn_after_calm_ones_lets_in),
		TEST(a_long_turn_after_long_ones_turns_away),
		TEST(a_turn_that_ends_in_time_is_calm),
		TEST(what_lasts_begins_with_the_turn_after_a_calm_one),
		TEST(whom_it_turned_away_not_long_ago_it_turns_away_sooner),
		TEST(a_long_turn_is_calm_where_it_leaves_nothing_to_do),
		TEST(a_long_turn_is_not_calm_where_events_are_there),
		TEST(the_second_request_of_a_turn_does_not_begin_it_again),
		TEST(requests_in_flight_are_bounded),
		TEST(operators_are_always_let_in),
		TEST(helper_threads_that_start_late_for_long_take_no_more),
		TEST(what_was_late_long_ago_does_not_count),
		TEST(helper_threads_are_bounded),
		TEST(what_the_operator_says_is_the_newer_word),
	};

	return cmocka_run_group_tests_name("who is let in", tests, NULL, NULL);
}
