/* What a client may make the server do for nothing (RFC 9113 section 10.5): spent, refilled with time, earned. */
#include "unit/test.h"
#include "wire/h2_parts.h"

static struct h2_budget budget_of(uint32_t max, uint32_t per_second)
{
	struct h2_budget budget;

	h2_budget_init(&budget, max, per_second);
	return budget;
}

static void so_much_may_be_spent_at_once_and_no_more(void **state)
{
	struct h2_budget budget = budget_of(3, 1);

	(void)state;
	assert_true(h2_budget_spend(&budget, 2, 0));
	assert_true(h2_budget_spend(&budget, 1, 0));
	assert_false(h2_budget_spend(&budget, 1, 0));
	assert_true(h2_budget_spend(&budget, 0, 0));
}

static void what_is_refused_is_not_spent(void **state)
{
	struct h2_budget budget = budget_of(3, 0);

	(void)state;
	assert_false(h2_budget_spend(&budget, 4, 0));
	assert_true(h2_budget_spend(&budget, 3, 0));
}

static void a_large_piece_is_counted_to_the_last(void **state)
{
	struct h2_budget budget = budget_of(5000, 0);

	(void)state;
	assert_true(h2_budget_spend(&budget, 1, 0));
	assert_false(h2_budget_spend(&budget, 5000, 0));
	assert_true(h2_budget_spend(&budget, 4999, 0));
	h2_budget_earn(&budget, 1000);
	assert_true(h2_budget_spend(&budget, 1000, 0));
	assert_false(h2_budget_spend(&budget, 1, 0));
}

static void time_brings_back_so_much_each_second(void **state)
{
	struct h2_budget budget = budget_of(1000, 100);

	(void)state;
	assert_true(h2_budget_spend(&budget, 1000, 5000));
	assert_false(h2_budget_spend(&budget, 1, 5009));
	assert_true(h2_budget_spend(&budget, 1, 5010)); /* the 9 ms before were not lost */
	assert_false(h2_budget_spend(&budget, 1, 5019));
	assert_true(h2_budget_spend(&budget, 100, 6010));
	assert_false(h2_budget_spend(&budget, 1, 6010));
}

static void it_never_holds_more_than_at_first(void **state)
{
	struct h2_budget budget = budget_of(10, 5);

	(void)state;
	assert_true(h2_budget_spend(&budget, 1, 1000));
	assert_true(h2_budget_spend(&budget, 10, 1000000));
	assert_false(h2_budget_spend(&budget, 1, 1000000));
}

static void the_longest_silence_fills_it_and_breaks_nothing(void **state)
{
	struct h2_budget budget = budget_of(UINT32_MAX, UINT32_MAX);

	(void)state;
	assert_true(h2_budget_spend(&budget, UINT32_MAX, 0));
	assert_false(h2_budget_spend(&budget, 1, 0));
	assert_true(h2_budget_spend(&budget, UINT32_MAX, UINT64_MAX));
	assert_false(h2_budget_spend(&budget, 1, UINT64_MAX));
}

static void a_clock_that_stands_or_goes_back_brings_nothing(void **state)
{
	struct h2_budget budget = budget_of(2, 1000);

	(void)state;
	assert_true(h2_budget_spend(&budget, 2, 9000));
	assert_false(h2_budget_spend(&budget, 1, 9000));
	assert_false(h2_budget_spend(&budget, 1, 8000));
}

static void an_hour_is_long_enough_to_count(void **state)
{
	struct h2_budget budget = budget_of(4000, 1);

	(void)state;
	assert_true(h2_budget_spend(&budget, 4000, 0));
	assert_true(h2_budget_spend(&budget, 3600, 3600000));
	assert_false(h2_budget_spend(&budget, 1, 3600000));
}

static void what_a_client_earns_is_its_own_up_to_the_most(void **state)
{
	struct h2_budget budget = budget_of(10, 0);

	(void)state;
	assert_true(h2_budget_spend(&budget, 10, 0));
	h2_budget_earn(&budget, 4);
	assert_false(h2_budget_spend(&budget, 5, 0));
	assert_true(h2_budget_spend(&budget, 4, 0));
	h2_budget_earn(&budget, 100);
	assert_true(h2_budget_spend(&budget, 10, 0));
	assert_false(h2_budget_spend(&budget, 1, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_much_may_be_spent_at_once_and_no_more),
		cmocka_unit_test(what_is_refused_is_not_spent),
		cmocka_unit_test(a_large_piece_is_counted_to_the_last),
		cmocka_unit_test(time_brings_back_so_much_each_second),
		cmocka_unit_test(it_never_holds_more_than_at_first),
		cmocka_unit_test(the_longest_silence_fills_it_and_breaks_nothing),
		cmocka_unit_test(a_clock_that_stands_or_goes_back_brings_nothing),
		cmocka_unit_test(an_hour_is_long_enough_to_count),
		cmocka_unit_test(what_a_client_earns_is_its_own_up_to_the_most),
	};

	return cmocka_run_group_tests_name("wire/h2_budget", tests, NULL, NULL);
}
