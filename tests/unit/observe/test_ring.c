#include "unit/test.h"

#include <pthread.h>

#include "observe/ring.h"

static struct ring *ring;

static int set_up(void **state)
{
	(void)state;
	ring = calloc(1, sizeof(*ring));
	return ring ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(ring);
	return 0;
}

static void write_one(uint64_t value)
{
	struct trace *trace = ring_reserve(ring);

	trace->ended_us = trace->us = trace->in = trace->out = value;
	ring_commit(ring, trace);
}

static size_t count_kept(uint64_t *ret_oldest)
{
	size_t count = 0;

	*ret_oldest = UINT64_MAX;
	for (size_t i = 0; i < RING_SLOTS; i++) {
		const struct trace *trace = ring_hold(ring, i);

		if (!trace)
			continue;
		count++;
		if (trace->number < *ret_oldest)
			*ret_oldest = trace->number;
		ring_release(ring, i);
	}
	return count;
}

static void an_empty_ring_has_nothing(void **state)
{
	uint64_t oldest;

	(void)state;
	assert_int_equal(count_kept(&oldest), 0);
}

static void the_newest_are_kept_and_numbered_from_one_on(void **state)
{
	uint64_t oldest;

	(void)state;
	for (uint64_t i = 1; i <= RING_SLOTS + 7; i++)
		write_one(i);
	assert_int_equal(count_kept(&oldest), RING_SLOTS);
	assert_int_equal(oldest, 8);
}

static void a_slot_that_is_held_is_left_alone_by_the_writer(void **state)
{
	const struct trace *held;
	uint64_t oldest;

	(void)state;
	for (uint64_t i = 1; i <= RING_SLOTS; i++)
		write_one(i);
	held = ring_hold(ring, 0);
	assert_non_null(held);
	write_one(5000);
	assert_int_equal(held->number, 1);
	assert_int_equal(held->us, 1);
	ring_release(ring, 0);
	assert_int_equal(count_kept(&oldest), RING_SLOTS);
	assert_int_equal(oldest, 1); /* the second oldest went instead */
}

static void a_slot_that_is_written_is_not_shown(void **state)
{
	struct trace *trace;

	(void)state;
	trace = ring_reserve(ring);
	assert_null(ring_hold(ring, 0));
	ring_commit(ring, trace);
	assert_non_null(ring_hold(ring, 0));
	ring_release(ring, 0);
}

static void *write_many(void *data)
{
	(void)data;
	for (uint64_t i = 1; i <= 200000; i++)
		write_one(i);
	return NULL;
}

static void a_reader_beside_the_writer_never_sees_half_a_record(void **state)
{
	pthread_t writer;
	uint64_t last = 0;

	(void)state;
	assert_int_equal(pthread_create(&writer, NULL, write_many, NULL), 0);
	while (last < 200000)
		for (size_t i = 0; i < RING_SLOTS; i++) {
			const struct trace *trace = ring_hold(ring, i);

			if (!trace)
				continue;
			assert_int_equal(trace->ended_us, trace->number);
			assert_int_equal(trace->us, trace->number);
			assert_int_equal(trace->out, trace->number);
			last = trace->number > last ? trace->number : last;
			ring_release(ring, i);
		}
	pthread_join(writer, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_empty_ring_has_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_newest_are_kept_and_numbered_from_one_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_slot_that_is_held_is_left_alone_by_the_writer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_slot_that_is_written_is_not_shown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_reader_beside_the_writer_never_sees_half_a_record, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
