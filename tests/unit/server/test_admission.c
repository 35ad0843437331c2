/* Who is let in where the server has too much to do. */
#include "unit/test.h"

#include <stdlib.h>

#include "server/admission.h"

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
	uint64_t now = uv_hrtime();

	scene->worker->busy_at = 1;
	scene->worker->busy_since = now - since_ms * MS;
	scene->worker->calm_at = scene->worker->busy_since - calm_ms * MS;
}

static void a_turn_that_just_began_lets_in(void **state)
{
	be_in_turn(*state, 0, 10000);
	assert_true(is_let_in(*state));
}

static void a_long_turn_after_a_calm_one_lets_in(void **state)
{
	be_in_turn(*state, 10000, 0);
	assert_true(is_let_in(*state));
}

static void a_long_turn_after_a_long_one_turns_away(void **state)
{
	be_in_turn(*state, AGE_MS, AGE_MS);
	assert_false(is_let_in(*state));
}

static void a_turn_that_ends_in_time_is_calm(void **state)
{
	struct scene *scene = *state;

	scene->shared.limits.queue_age = 3600000;
	be_in_turn(scene, 1, 10000);
	admission_end_turn(scene->worker);
	assert_int_equal(scene->worker->calm_at, scene->worker->turn_ended);
}

static void a_turn_that_ends_late_is_not(void **state)
{
	struct scene *scene = *state;
	uint64_t calm_at;

	be_in_turn(scene, 10000, 10);
	calm_at = scene->worker->calm_at;
	admission_end_turn(scene->worker);
	assert_int_equal(scene->worker->calm_at, calm_at);
}

static void a_loop_that_had_nothing_to_do_is_calm(void **state)
{
	struct scene *scene = *state;

	be_in_turn(scene, 10000, 10000);
	admission_end_turn(scene->worker);
	scene->worker->turn_ended -= 10 * MS;
	admission_begin_turn(scene->worker, 2);
	assert_int_equal(scene->worker->calm_at, scene->worker->busy_since);
}

static void the_second_request_of_a_turn_does_not_begin_it_again(void **state)
{
	struct scene *scene = *state;
	uint64_t since;

	admission_begin_turn(scene->worker, 7);
	since = scene->worker->busy_since;
	admission_begin_turn(scene->worker, 7);
	assert_int_equal(scene->worker->busy_since, since);
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

static void helper_threads_that_start_late_take_no_more(void **state)
{
	struct worker *worker = ((struct scene *)*state)->worker;

	assert_true(admission_to_background(worker));
	worker->background = 1;
	worker->background_wait = AGE_MS * MS - 1;
	assert_true(admission_to_background(worker));
	worker->background_wait = AGE_MS * MS;
	assert_false(admission_to_background(worker));
	worker->background = 0; /* nothing is before it, however it was before */
	assert_true(admission_to_background(worker));
	worker->background = 10;
	worker->background_wait = 0;
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
		TEST(a_long_turn_after_a_calm_one_lets_in),
		TEST(a_long_turn_after_a_long_one_turns_away),
		TEST(a_turn_that_ends_in_time_is_calm),
		TEST(a_turn_that_ends_late_is_not),
		TEST(a_loop_that_had_nothing_to_do_is_calm),
		TEST(the_second_request_of_a_turn_does_not_begin_it_again),
		TEST(requests_in_flight_are_bounded),
		TEST(operators_are_always_let_in),
		TEST(helper_threads_that_start_late_take_no_more),
		TEST(what_the_operator_says_is_the_newer_word),
	};

	return cmocka_run_group_tests_name("who is let in", tests, NULL, NULL);
}
