/* The keys that are being worked on: one holder each, whichever thread asks. */
#include <pthread.h>

#include "exchange/running_keys.h"
#include "unit/test.h"

static struct running_keys *keys;

static int start(void **state)
{
	(void)state;
	return running_keys_new(&keys);
}

static int end(void **state)
{
	(void)state;
	running_keys_free(keys);
	return 0;
}

static struct running_key key_of(unsigned number)
{
	struct running_key key = { .table = NULL };

	memcpy(key.digest, &number, sizeof(number));
	return key;
}

static void a_key_has_one_holder(void **state)
{
	struct running_key first = key_of(1), second = key_of(1), other = key_of(2);

	(void)state;
	assert_true(running_keys_take(keys, &first));
	assert_false(running_keys_take(keys, &second));
	assert_true(running_keys_take(keys, &other));
	running_keys_give(&second); /* which it does not hold */
	assert_false(running_keys_take(keys, &second));
	running_keys_give(&first);
	running_keys_give(&first);
	assert_true(running_keys_take(keys, &second));
	running_keys_give(&second);
	running_keys_give(&other);
}

/* Keys that fall into one list differ in what comes behind. */
static void keys_of_one_list_are_told_apart(void **state)
{
	struct running_key held[64];

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		held[i] = key_of(i << 16);
		assert_true(running_keys_take(keys, &held[i]));
	}
	for (unsigned i = 0; i < 64; i++) {
		struct running_key again = key_of(i << 16);

		assert_false(running_keys_take(keys, &again));
	}
	for (unsigned i = 0; i < 64; i += 2)
		running_keys_give(&held[i]);
	for (unsigned i = 0; i < 64; i++) {
		struct running_key again = key_of(i << 16);

		assert_int_equal(running_keys_take(keys, &again), i % 2 == 0);
		running_keys_give(&again);
	}
	for (unsigned i = 1; i < 64; i += 2)
		running_keys_give(&held[i]);
}

enum { THREADS = 4, ROUNDS = 20000 };
static int inside[4]; /* guarded by the keys alone: ThreadSanitizer sees where they do not */
static int won[THREADS];

static void *compete(void *data)
{
	int *wins = data;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct running_key key = key_of(i % 4);

		if (!running_keys_take(keys, &key))
			continue;
		inside[i % 4]++;
		++*wins;
		running_keys_give(&key);
	}
	return NULL;
}

static void of_many_threads_one_holds_a_key(void **state)
{
	pthread_t threads[THREADS];
	int wins = 0, entered = 0;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, compete, &won[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++)
		wins += won[i];
	for (int i = 0; i < 4; i++)
		entered += inside[i];
	assert_int_equal(entered, wins);
	assert_true(wins >= ROUNDS / THREADS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_has_one_holder),
		cmocka_unit_test(keys_of_one_list_are_told_apart),
		cmocka_unit_test(of_many_threads_one_holds_a_key),
	};

	return cmocka_run_group_tests(tests, start, end);
}
