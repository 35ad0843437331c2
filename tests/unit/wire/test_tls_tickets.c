/* The keys of session tickets: each makes tickets for one period, is taken for one more, and is gone. */
#include "unit/test.h"

#include "base/clock.h"

static uint64_t test_us;

static uint64_t clock_of_test(void)
{
	return test_us;
}

static bool has_randomness = true;

#define clock_monotonic_us clock_of_test
#include <openssl/rand.h>
#define RAND_bytes(to, len) (has_randomness ? RAND_bytes(to, len) : 0)
#include "wire/tls_tickets.c"

static const uint64_t period_us = (uint64_t)PERIOD_S * 1000000;

static struct ticket_key key_of_now(struct tls_tickets *tickets)
{
	struct ticket_key key;

	assert_true(find_key(tickets, NULL, &key));
	return key;
}

static bool is_taken(struct tls_tickets *tickets, const struct ticket_key *key)
{
	struct ticket_key found;

	if (!find_key(tickets, key->name, &found))
		return false;
	assert_memory_equal(&found, key, sizeof(found));
	return true;
}

static void a_key_makes_tickets_for_one_period_and_is_taken_for_one_more(void **state)
{
	struct tls_tickets *tickets;
	struct ticket_key first, second;

	(void)state;
	test_us = 7 * period_us;
	tickets = tls_tickets_new();
	first = key_of_now(tickets);
	test_us += period_us - 1;
	second = key_of_now(tickets);
	assert_memory_equal(&first, &second, sizeof(first));
	test_us += 1;
	second = key_of_now(tickets);
	assert_memory_not_equal(&first, &second, sizeof(first));
	assert_true(is_taken(tickets, &first));
	assert_true(is_taken(tickets, &second));
	test_us += period_us;
	assert_false(is_taken(tickets, &first));
	assert_true(is_taken(tickets, &second));
	tls_tickets_unref(tickets);
}

static void after_a_long_silence_no_key_of_before_is_taken(void **state)
{
	struct tls_tickets *tickets;
	struct ticket_key first, second;

	(void)state;
	test_us = 0;
	tickets = tls_tickets_new();
	first = key_of_now(tickets);
	test_us = period_us;
	second = key_of_now(tickets);
	test_us += 2 * period_us;
	assert_false(is_taken(tickets, &first));
	assert_false(is_taken(tickets, &second));
	tls_tickets_unref(tickets);
}

static void without_randomness_a_key_stays_and_what_was_before_it_does_not(void **state)
{
	struct tls_tickets *tickets;
	struct ticket_key first, second, third;

	(void)state;
	test_us = 0;
	tickets = tls_tickets_new();
	first = key_of_now(tickets);
	test_us = period_us;
	second = key_of_now(tickets);
	has_randomness = false;
	test_us += period_us;
	assert_true(is_taken(tickets, &first));
	test_us += period_us;
	assert_false(is_taken(tickets, &first));
	third = key_of_now(tickets);
	assert_memory_equal(&second, &third, sizeof(second));
	has_randomness = true;
	assert_false(is_taken(tickets, &second));
	tls_tickets_unref(tickets);
}

static void a_name_that_is_none_of_ours_is_not_taken(void **state)
{
	struct tls_tickets *tickets = tls_tickets_new();
	struct ticket_key stranger = key_of_now(tickets);

	(void)state;
	stranger.name[NAME_LEN - 1] ^= 1;
	assert_false(is_taken(tickets, &stranger));
	assert_ptr_equal(tls_tickets_ref(tickets), tickets);
	tls_tickets_unref(tickets);
	tls_tickets_unref(tickets);
	tls_tickets_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_makes_tickets_for_one_period_and_is_taken_for_one_more),
		cmocka_unit_test(after_a_long_silence_no_key_of_before_is_taken),
		cmocka_unit_test(without_randomness_a_key_stays_and_what_was_before_it_does_not),
		cmocka_unit_test(a_name_that_is_none_of_ours_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
