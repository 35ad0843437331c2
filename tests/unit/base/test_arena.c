#include "unit/test.h"

static void a_reset_arena_keeps_its_first_block(void **state)
{
	struct arena arena;
	char *first;

	(void)state;
	arena_init(&arena, 1024, 1 << 20);
	first = arena_alloc(&arena, 10);
	for (int i = 0; i < 100; i++)
		assert_non_null(arena_alloc(&arena, 1000));
	arena_reset(&arena);
	assert_ptr_equal(arena_alloc(&arena, 10), first);
	assert_true(arena.taken <= 1024);
	arena_done(&arena);
}

static void an_arena_never_passes_its_maximum(void **state)
{
	struct arena arena;
	size_t total = 0;

	(void)state;
	arena_init(&arena, 1024, 10000);
	while (arena_alloc(&arena, 100))
		total += 100;
	assert_true(total <= 10000 && total > 5000);
	assert_null(arena_alloc(&arena, SIZE_MAX - 3));
	assert_null(arena_array(&arena, SIZE_MAX / 2, 4));
	arena_done(&arena);
}

static void growing_the_newest_allocation_stays_in_place(void **state)
{
	struct arena arena;
	char *at, *grown;

	(void)state;
	arena_init(&arena, 4096, 1 << 20);
	at = arena_alloc(&arena, 10);
	memcpy(at, "abcdefghi", 10);
	grown = arena_grow(&arena, at, 10, 100);
	assert_ptr_equal(at, grown);
	arena_alloc(&arena, 1);
	grown = arena_grow(&arena, at, 100, 200);
	assert_ptr_not_equal(at, grown);
	assert_string_equal(grown, "abcdefghi");
	arena_done(&arena);
}

static void count_end(void *data)
{
	int *count = data;

	*count = *count * 10 + 1;
}

static void ends_run_once(void **state)
{
	struct arena arena;
	int count = 0;

	(void)state;
	arena_init(&arena, 0, 1 << 20);
	assert_int_equal(arena_on_end(&arena, count_end, &count), 0);
	assert_int_equal(arena_on_end(&arena, count_end, &count), 0);
	arena_reset(&arena);
	assert_int_equal(count, 11);
	arena_done(&arena);
	assert_int_equal(count, 11);
}

static void an_allocation_that_failed_is_remembered_until_the_reset(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 256, 1024);
	assert_non_null(arena_alloc(&arena, 100));
	assert_false(arena.failed);
	assert_null(arena_alloc(&arena, 4096));
	assert_true(arena.failed);
	assert_non_null(arena_alloc(&arena, 16));
	assert_true(arena.failed);
	arena_reset(&arena);
	assert_false(arena.failed);
	assert_null(arena_array(&arena, SIZE_MAX / 2, 4));
	assert_true(arena.failed);
	arena_reset(&arena);
	assert_null(arena_grow(&arena, NULL, 0, 4096));
	assert_true(arena.failed);
	arena_done(&arena);
	assert_false(arena.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_arena_keeps_its_first_block),
		cmocka_unit_test(an_arena_never_passes_its_maximum),
		cmocka_unit_test(growing_the_newest_allocation_stays_in_place),
		cmocka_unit_test(ends_run_once),
		cmocka_unit_test(an_allocation_that_failed_is_remembered_until_the_reset),
	};

	return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
