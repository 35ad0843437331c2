#include "unit/test.h"

#include "server/timeouts.h"

static const uint64_t after[TIMEOUT_KINDS] = {
	[TIMEOUT_HEADER] = 100, [TIMEOUT_IDLE] = 1000, [TIMEOUT_CONTENT] = 300,
	[TIMEOUT_LINGER] = 20,  [TIMEOUT_WRITE] = 300,  [TIMEOUT_TURN] = 1,
};

static struct timeouts timeouts;

static int init(void **state)
{
	(void)state;
	timeouts_init(&timeouts, after);
	return 0;
}

static void without_timeouts_nothing_is_ever_due(void **state)
{
	enum timeout_kind kind;

	(void)state;
	assert_true(timeouts_next(&timeouts) == TIMEOUTS_NEVER);
	assert_null(timeouts_take_due(&timeouts, UINT64_MAX, &kind));
}

static void the_earliest_of_all_kinds_comes_next(void **state)
{
	struct timeout idle = { 0 }, header = { 0 };

	(void)state;
	timeout_set(&timeouts, &idle, TIMEOUT_IDLE, 5);
	assert_int_equal(timeouts_next(&timeouts), 1005);
	timeout_set(&timeouts, &header, TIMEOUT_HEADER, 50);
	assert_int_equal(timeouts_next(&timeouts), 150);
	timeout_clear(&header);
	assert_int_equal(timeouts_next(&timeouts), 1005);
}

static void a_timeout_is_due_at_its_time_and_not_before(void **state)
{
	struct timeout header = { 0 };
	enum timeout_kind kind = TIMEOUT_NONE;

	(void)state;
	timeout_set(&timeouts, &header, TIMEOUT_HEADER, 7);
	assert_null(timeouts_take_due(&timeouts, 106, &kind));
	assert_ptr_equal(timeouts_take_due(&timeouts, 107, &kind), &header);
	assert_int_equal(kind, TIMEOUT_HEADER);
	assert_int_equal(header.kind, TIMEOUT_NONE);
	assert_null(timeouts_take_due(&timeouts, 107, &kind));
}

static void setting_anew_puts_it_off_and_may_change_its_kind(void **state)
{
	struct timeout a = { 0 }, b = { 0 };
	enum timeout_kind kind;

	(void)state;
	timeout_set(&timeouts, &a, TIMEOUT_CONTENT, 0);
	timeout_set(&timeouts, &b, TIMEOUT_CONTENT, 10);
	timeout_set(&timeouts, &a, TIMEOUT_CONTENT, 20);
	assert_ptr_equal(timeouts_take_due(&timeouts, 315, &kind), &b);
	assert_null(timeouts_take_due(&timeouts, 315, &kind));
	timeout_set(&timeouts, &a, TIMEOUT_LINGER, 316);
	assert_ptr_equal(timeouts_take_due(&timeouts, 336, &kind), &a);
	assert_int_equal(kind, TIMEOUT_LINGER);
}

static void clearing_twice_harms_nobody(void **state)
{
	struct timeout list[3] = { 0 };
	enum timeout_kind kind;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		timeout_set(&timeouts, &list[i], TIMEOUT_WRITE, i);
	timeout_clear(&list[1]);
	timeout_clear(&list[1]);
	assert_ptr_equal(timeouts_take_due(&timeouts, 1000, &kind), &list[0]);
	assert_ptr_equal(timeouts_take_due(&timeouts, 1000, &kind), &list[2]);
	assert_null(timeouts_take_due(&timeouts, 1000, &kind));
	assert_true(timeouts_next(&timeouts) == TIMEOUTS_NEVER);
}

static void those_of_a_kind_are_told_in_the_order_in_which_they_were_set(void **state)
{
	struct timeout a = { 0 }, b = { 0 }, other = { 0 };

	(void)state;
	assert_null(timeouts_first(&timeouts, TIMEOUT_IDLE));
	timeout_set(&timeouts, &a, TIMEOUT_IDLE, 5);
	timeout_set(&timeouts, &other, TIMEOUT_HEADER, 6);
	timeout_set(&timeouts, &b, TIMEOUT_IDLE, 7);
	assert_ptr_equal(timeouts_first(&timeouts, TIMEOUT_IDLE), &a);
	assert_ptr_equal(timeouts_after(&timeouts, &a), &b);
	assert_null(timeouts_after(&timeouts, &b));
	timeout_set(&timeouts, &a, TIMEOUT_IDLE, 8);
	assert_ptr_equal(timeouts_first(&timeouts, TIMEOUT_IDLE), &b);
	timeout_clear(&other);
	assert_null(timeouts_first(&timeouts, TIMEOUT_HEADER));
}

static void the_age_of_a_timeout_counts_from_when_it_was_set(void **state)
{
	struct timeout idle = { 0 }, write = { 0 };

	(void)state;
	timeout_set(&timeouts, &idle, TIMEOUT_IDLE, 5);
	timeout_set(&timeouts, &write, TIMEOUT_WRITE, 10);
	assert_int_equal(timeout_age(&timeouts, &idle, 5), 0);
	assert_int_equal(timeout_age(&timeouts, &idle, 25), 20);
	assert_int_equal(timeout_age(&timeouts, &write, 25), 15);
	timeout_set(&timeouts, &idle, TIMEOUT_IDLE, 30);
	assert_int_equal(timeout_age(&timeouts, &idle, 31), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_timeouts_nothing_is_ever_due, init),
		cmocka_unit_test_setup(the_earliest_of_all_kinds_comes_next, init),
		cmocka_unit_test_setup(a_timeout_is_due_at_its_time_and_not_before, init),
		cmocka_unit_test_setup(setting_anew_puts_it_off_and_may_change_its_kind, init),
		cmocka_unit_test_setup(clearing_twice_harms_nobody, init),
		cmocka_unit_test_setup(those_of_a_kind_are_told_in_the_order_in_which_they_were_set, init),
		cmocka_unit_test_setup(the_age_of_a_timeout_counts_from_when_it_was_set, init),
	};

	return cmocka_run_group_tests_name("server/timeouts", tests, NULL, NULL);
}
