#include "unit/test.h"

#include "observe/rates.h"

static struct rates rates;
static uint64_t counts[RATES_CLASSES][RATES_SECONDS];

static int set_up(void **state)
{
	(void)state;
	memset(&rates, 0, sizeof(rates));
	memset(counts, 0, sizeof(counts));
	return 0;
}

static void answers_are_counted_by_second_and_class(void **state)
{
	(void)state;
	rates_add(&rates, 1000, 200);
	rates_add(&rates, 1000, 204);
	rates_add(&rates, 1000, 404);
	rates_add(&rates, 1001, 503);
	rates_add(&rates, 1001, 0);
	rates_sum(&rates, 1002, counts);
	assert_int_equal(counts[2][RATES_SECONDS - 2], 2);
	assert_int_equal(counts[4][RATES_SECONDS - 2], 1);
	assert_int_equal(counts[5][RATES_SECONDS - 1], 1);
	assert_int_equal(counts[0][RATES_SECONDS - 1], 1);
	assert_int_equal(counts[2][RATES_SECONDS - 1], 0);
}

static void the_second_that_is_not_over_is_not_told(void **state)
{
	(void)state;
	rates_add(&rates, 1002, 200);
	rates_sum(&rates, 1002, counts);
	for (size_t i = 0; i < RATES_SECONDS; i++)
		assert_int_equal(counts[2][i], 0);
}

static void a_second_long_past_is_forgotten(void **state)
{
	(void)state;
	rates_add(&rates, 1000, 200);
	rates_add(&rates, 1000 + RATES_SLOTS, 404);
	rates_sum(&rates, 1001 + RATES_SLOTS, counts);
	assert_int_equal(counts[4][RATES_SECONDS - 1], 1);
	for (size_t i = 0; i < RATES_SECONDS; i++)
		assert_int_equal(counts[2][i], 0);
}

static void counts_of_several_workers_add_up(void **state)
{
	static struct rates other;

	(void)state;
	rates_add(&rates, 1000, 200);
	rates_add(&other, 1000, 200);
	rates_sum(&rates, 1001, counts);
	rates_sum(&other, 1001, counts);
	assert_int_equal(counts[2][RATES_SECONDS - 1], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(answers_are_counted_by_second_and_class, set_up),
		cmocka_unit_test_setup(the_second_that_is_not_over_is_not_told, set_up),
		cmocka_unit_test_setup(a_second_long_past_is_forgotten, set_up),
		cmocka_unit_test_setup(counts_of_several_workers_add_up, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
