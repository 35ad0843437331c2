/* The table of rate limits: what threads do at the same time, and what is forgotten when it is full. */
#include "unit/test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "access/limit_table.h"
#include "base/arena.h"

enum { THREADS = 4, TRIES = 100000, KEYS = 5, ALLOWED = 20000 };

#define SECOND LIMIT_NS_PER_S

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 1024, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static struct limit_policy policy_of(enum limit_algorithm algorithm, uint64_t requests, uint64_t window_ns)
{
	struct limit_policy policy = {
		.name = S("default"),
		.algorithm = algorithm,
		.requests = requests,
		.window_ns = window_ns,
		.capacity = requests,
	};

	assert_int_equal(limit_policy_complete(&policy, S("/"), &arena), 0);
	return policy;
}

static struct limit_key key_of(const struct limit_policy *policy, uint64_t who)
{
	return (struct limit_key){ .policy = policy->id, .kind = 1, .what = { who } };
}

static bool count(struct limit_table *table, const struct limit_policy *policy, uint64_t who, uint64_t now_ns)
{
	struct limit_key key = key_of(policy, who);
	struct limit_state last;

	limit_table_count(table, policy, &key, now_ns, &last);
	return last.is_admitted;
}

struct race {
	struct limit_table *table;
	const struct limit_policy *policy;
	pthread_barrier_t start;
	atomic_uint admitted[KEYS];
	bool gives_back;
};

static void *run_race(void *arg)
{
	struct race *race = arg;

	pthread_barrier_wait(&race->start);
	for (int i = 0; i < TRIES; i++) {
		struct limit_key key = key_of(race->policy, (uint64_t)(i % KEYS));
		struct limit_state last;

		limit_table_count(race->table, race->policy, &key, 100 * SECOND + (uint64_t)i, &last);
		if (!last.is_admitted)
			continue;
		atomic_fetch_add(&race->admitted[i % KEYS], 1);
		if (race->gives_back && i / KEYS % 2) {
			limit_table_uncount(race->table, race->policy, &key, 100 * SECOND + (uint64_t)i);
			atomic_fetch_sub(&race->admitted[i % KEYS], 1);
		}
	}
	return NULL;
}

static void race_for(const struct limit_policy *policy, bool gives_back)
{
	struct race race = { .policy = policy, .gives_back = gives_back };
	pthread_t threads[THREADS];

	assert_int_equal(limit_table_new(64, &race.table), 0);
	assert_int_equal(pthread_barrier_init(&race.start, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_race, &race), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < KEYS; i++)
		assert_int_equal(atomic_load(&race.admitted[i]), ALLOWED);
	assert_int_equal(limit_table_forgotten(race.table), 0);
	pthread_barrier_destroy(&race.start);
	limit_table_free(race.table);
}

static void exactly_as_many_racing_requests_are_admitted_as_the_limit_says(void **state)
{
	struct limit_policy sliding = policy_of(LIMIT_SLIDING, ALLOWED, 3600 * SECOND);
	struct limit_policy bucket = policy_of(LIMIT_BUCKET, ALLOWED, 3600 * SECOND);

	(void)state;
	race_for(&sliding, false);
	race_for(&bucket, false);
}

static void what_is_taken_back_in_a_race_is_admitted_once_more(void **state)
{
	struct limit_policy sliding = policy_of(LIMIT_SLIDING, ALLOWED, 3600 * SECOND);

	(void)state;
	race_for(&sliding, true);
}

static void keys_are_counted_apart_and_so_are_policies(void **state)
{
	struct limit_policy few = policy_of(LIMIT_SLIDING, 2, 60 * SECOND);
	struct limit_policy many = policy_of(LIMIT_SLIDING, 3, 60 * SECOND);
	struct limit_table *table;

	(void)state;
	assert_int_equal(limit_table_new(1024, &table), 0);
	for (uint64_t who = 0; who < 20; who++) {
		assert_true(count(table, &few, who, SECOND));
		assert_true(count(table, &few, who, SECOND));
		assert_false(count(table, &few, who, SECOND));
		for (int i = 0; i < 3; i++)
			assert_true(count(table, &many, who, SECOND));
		assert_false(count(table, &many, who, SECOND));
	}
	limit_table_free(table);
}

static void kinds_of_keys_are_counted_apart(void **state)
{
	struct limit_policy policy = policy_of(LIMIT_SLIDING, 1, 60 * SECOND);
	struct limit_key address = { .policy = policy.id, .kind = 1, .what = { 7, 8 } };
	struct limit_key principal = { .policy = policy.id, .kind = 2, .what = { 7, 8 } };
	struct limit_table *table;
	struct limit_state last;

	(void)state;
	assert_int_equal(limit_table_new(64, &table), 0);
	limit_table_count(table, &policy, &address, SECOND, &last);
	assert_true(last.is_admitted);
	limit_table_count(table, &policy, &principal, SECOND, &last);
	assert_true(last.is_admitted);
	limit_table_count(table, &policy, &address, SECOND, &last);
	assert_false(last.is_admitted);
	limit_table_free(table);
}

/* A table of one group: the ninth key takes the place of the one that was silent for the longest time. */
static void a_full_group_forgets_the_key_that_was_silent_longest(void **state)
{
	struct limit_policy policy = policy_of(LIMIT_BUCKET, 1, 3600 * SECOND);
	struct limit_table *table;

	(void)state;
	assert_int_equal(limit_table_new(8, &table), 0);
	for (uint64_t who = 1; who <= 8; who++)
		assert_true(count(table, &policy, who, (100 + who) * SECOND));
	assert_int_equal(limit_table_forgotten(table), 0);
	assert_true(count(table, &policy, 9, 200 * SECOND));
	assert_int_equal(limit_table_forgotten(table), 1);
	for (uint64_t who = 2; who <= 9; who++)
		assert_false(count(table, &policy, who, 201 * SECOND));
	assert_true(count(table, &policy, 1, 202 * SECOND));
	limit_table_free(table);
}

/* Else all of them would come back at the same moment. */
static void keys_have_windows_that_end_at_different_times(void **state)
{
	struct limit_policy policy = policy_of(LIMIT_SLIDING, 1, 1000 * SECOND);
	struct limit_table *table;
	unsigned later = 0;

	(void)state;
	assert_int_equal(limit_table_new(LIMIT_PLACES, &table), 0);
	for (uint64_t who = 0; who < 1000; who++) {
		struct limit_key key = key_of(&policy, who);
		struct limit_state last;

		limit_table_count(table, &policy, &key, SECOND, &last);
		assert_true(last.reset_ns <= 1000 * SECOND);
		later += last.reset_ns > 500 * SECOND;
	}
	assert_in_range(later, 300, 700);
	limit_table_free(table);
}

/* Keys come and go in one group while others are counted: nothing is lost track of, and TSan sees no race. */
static void *crowd(void *arg)
{
	struct race *race = arg;

	pthread_barrier_wait(&race->start);
	for (int i = 0; i < TRIES / 10; i++) {
		struct limit_key key = key_of(race->policy, (uint64_t)(i * 31 % 23));
		struct limit_state last;

		limit_table_count(race->table, race->policy, &key, (100 + (uint64_t)i / 100) * SECOND, &last);
		assert_true(last.remaining <= race->policy->requests);
		if (i % 3 == 0)
			limit_table_uncount(race->table, race->policy, &key, (100 + (uint64_t)i / 100) * SECOND);
	}
	return NULL;
}

static void threads_that_crowd_a_group_all_get_their_answers(void **state)
{
	struct limit_policy policy = policy_of(LIMIT_BUCKET, 10, 60 * SECOND);
	struct race race = { .policy = &policy };
	pthread_t threads[THREADS];

	(void)state;
	assert_int_equal(limit_table_new(8, &race.table), 0);
	assert_int_equal(pthread_barrier_init(&race.start, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, crowd, &race), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_true(limit_table_forgotten(race.table) > 0);
	pthread_barrier_destroy(&race.start);
	limit_table_free(race.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_as_many_racing_requests_are_admitted_as_the_limit_says),
		cmocka_unit_test(what_is_taken_back_in_a_race_is_admitted_once_more),
		cmocka_unit_test(keys_are_counted_apart_and_so_are_policies),
		cmocka_unit_test(kinds_of_keys_are_counted_apart),
		cmocka_unit_test(a_full_group_forgets_the_key_that_was_silent_longest),
		cmocka_unit_test(keys_have_windows_that_end_at_different_times),
		cmocka_unit_test(threads_that_crowd_a_group_all_get_their_answers),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
