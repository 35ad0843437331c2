#include "unit/test.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "store/store.h"

enum { BLOCKS = 200, ROUNDS = 50 };

static int size_at(size_t i)
{
	return (int)(1 + i * i * 7 % 9000);
}

/* Blocks of many sizes, each full of its own mark. */
static void take_blocks(unsigned char *blocks[BLOCKS])
{
	for (size_t i = 0; i < BLOCKS; i++) {
		int size = size_at(i);

		blocks[i] = sqlite3_malloc(size);
		assert_non_null(blocks[i]);
		assert_int_equal((uintptr_t)blocks[i] % 8, 0);
		assert_true(sqlite3_msize(blocks[i]) >= (sqlite3_uint64)size);
		memset(blocks[i], (int)i, (size_t)size);
	}
}

static void check_blocks(unsigned char *blocks[BLOCKS])
{
	for (size_t i = 0; i < BLOCKS; i++)
		for (int k = 0; k < size_at(i); k++)
			assert_int_equal(blocks[i][k], (unsigned char)i);
}

static void give_blocks(unsigned char *blocks[BLOCKS])
{
	for (size_t i = 0; i < BLOCKS; i++)
		sqlite3_free(blocks[i]);
}

static void no_block_is_given_to_two(void **state)
{
	unsigned char *blocks[BLOCKS], *more[BLOCKS];

	(void)state;
	for (int round = 0; round < 3; round++) {
		take_blocks(blocks);
		take_blocks(more);
		check_blocks(blocks);
		give_blocks(blocks);
		take_blocks(blocks);
		check_blocks(more);
		check_blocks(blocks);
		give_blocks(more);
		give_blocks(blocks);
	}
}

static void a_block_that_grows_keeps_its_bytes(void **state)
{
	unsigned char *block = sqlite3_malloc(1);

	(void)state;
	assert_non_null(block);
	block[0] = 7;
	for (int size = 2, before = 1; size < 20000; before = size, size += 1 + size / 3) {
		unsigned char *grown = sqlite3_realloc(block, size);

		assert_non_null(grown);
		block = grown;
		for (int i = 0; i < before; i++)
			assert_int_equal(block[i], 7);
		memset(block, 7, (size_t)size);
	}
	sqlite3_free(block);
}

static void *give_on_this_thread(void *data)
{
	unsigned char **blocks = data, *own[BLOCKS];

	check_blocks(blocks);
	give_blocks(blocks);
	take_blocks(own);
	check_blocks(own);
	give_blocks(own);
	return NULL;
}

static void blocks_may_be_given_back_by_another_thread(void **state)
{
	unsigned char *blocks[BLOCKS];
	pthread_t thread;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		take_blocks(blocks);
		assert_int_equal(pthread_create(&thread, NULL, give_on_this_thread, blocks), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
	}
}

static int set_up(void **state)
{
	(void)state;
	store_set_up_process();
	store_set_up_process();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_block_is_given_to_two),
		cmocka_unit_test(a_block_that_grows_keeps_its_bytes),
		cmocka_unit_test(blocks_may_be_given_back_by_another_thread),
	};

	return cmocka_run_group_tests_name("store/memory", tests, set_up, NULL);
}
