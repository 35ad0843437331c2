/*
 * Batches where the store, the disk or the memory fails at any point: an atomic one is done as a whole or
 * not at all, one of the other kind not at all where that is no part's matter, and what is answered is so.
 */
#include "unit/resource/fixture.h"
#include "unit/store/faults.h"

enum { ROUNDS_MAX = 2000, MEMORY_STEP = 1536, ENOUGH = 5 };

/* Makes "<round>-a", changes it, and makes "<round>-b"; beside them a part that fails where `fails`. */
static struct str content_of(struct fixture *f, int round, int64_t id, bool fails)
{
	return str_printf(&f->arena,
	                  "{\"requests\":["
	                  "{\"method\":\"POST\",\"path\":\"/things\",\"body\":{\"name\":\"%d-a\"}},"
	                  "{\"method\":\"PATCH\",\"path\":\"/things/%lld\",\"body\":{\"count\":7}},"
	                  "{\"method\":\"GET\",\"path\":\"/things/%lld\"},"
	                  "%s"
	                  "{\"method\":\"POST\",\"path\":\"/things\",\"body\":{\"name\":\"%d-b\"}}]}",
	                  round, (long long)id, (long long)id,
	                  fails ? "{\"method\":\"POST\",\"path\":\"/things\",\"body\":{\"name\":\"taken\"}}," : "",
	                  round);
}

/* The id that the next thing will have. */
static int64_t next_id(struct fixture *f)
{
	const struct store_sort by_id = { STORE_MEMBER_ID, true };
	const struct store_query query = {
		.collection = f->api->spec.collections[0], .sorts = &by_id, .sort_count = 1, .limit = 1
	};
	struct store_page page;
	struct arena arena;
	uint64_t id = 0;

	arena_init(&arena, 4096, 1 << 20);
	store_reader_refresh(f->host.reader);
	assert_int_equal(store_list(f->host.reader, &query, &arena, &page), STORE_DONE);
	assert_true(page.count == 0 || str_to_u64(page.rows[0].id, &id));
	store_reader_refresh(f->host.reader);
	arena_done(&arena);
	return (int64_t)id + 1;
}

static size_t count_of(struct fixture *f, int round, bool *ret_is_changed)
{
	const struct store_query query = { .collection = f->api->spec.collections[0], .limit = 2 * ROUNDS_MAX };
	struct str a = str_printf(&f->arena, "\"name\":\"%d-a\"", round);
	struct str b = str_printf(&f->arena, "\"name\":\"%d-b\"", round);
	struct store_page page;
	struct arena arena;
	size_t count = 0;

	*ret_is_changed = false;
	arena_init(&arena, 4096, 16 << 20);
	assert_int_equal(store_list(f->host.reader, &query, &arena, &page), STORE_DONE);
	for (size_t i = 0; i < page.count; i++) {
		struct str body = page.rows[i].body;
		bool is_a = memmem(body.at, body.len, a.at, a.len) != NULL;

		count += is_a || memmem(body.at, body.len, b.at, b.len) != NULL;
		*ret_is_changed |= is_a && memmem(body.at, body.len, "\"count\":7", 9) != NULL;
	}
	store_reader_refresh(f->host.reader);
	arena_done(&arena);
	return count;
}

/* What is kept agrees with the status: all of it, or nothing. */
static void check(struct fixture *f, int round, int status)
{
	bool is_changed = false;
	size_t count = count_of(f, round, &is_changed);
	bool is_done = status == 200 || status == 207;

	assert_true(count == 0 || count == 2);
	assert_int_equal(is_changed, count == 2);
	if (status != 500) /* then nobody knows */
		assert_int_equal(count == 2, is_done);
}

static int ask_batch(struct fixture *f, const char *path, int round, bool fails)
{
	return ask(f, "POST", path, JSON, content_of(f, round, next_id(f), fails).at);
}

static void run_under_memory(struct fixture *f, const char *path, int expected, bool fails)
{
	int round = 0, good = 0;

	for (size_t max = 16384; good < ENOUGH && round < ROUNDS_MAX; max += MEMORY_STEP, round++) {
		int status;

		f->settings.arena_max = max;
		status = ask_batch(f, path, round, fails);
		f->settings.arena_max = 64 << 20;
		assert_true(status == expected || status == 503);
		good = status == expected ? good + 1 : 0;
		if (expected < 400)
			check(f, round, status);
		else
			check(f, round, 503);
	}
	assert_int_equal(good, ENOUGH);
	assert_true(round > ENOUGH); /* there was too little once */
}

static void an_atomic_one_meets_lack_of_memory_anywhere(void **state)
{
	run_under_memory(*state, "/transaction", 200, false);
}

static void one_of_the_other_kind_meets_it_too(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, "POST", "/things", JSON, "{\"name\":\"taken\"}"), 201);
	run_under_memory(f, "/batch", 207, true);
}

static void one_that_fails_meets_it_too(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, "POST", "/things", JSON, "{\"name\":\"taken\"}"), 201);
	run_under_memory(f, "/transaction", 409, true);
}

static void run_under(struct fixture *f, struct fault *fault, bool lasts, const char *path, bool fails)
{
	long hits = 1;

	if (fails)
		assert_int_equal(ask(f, "POST", "/things", JSON, "{\"name\":\"taken\"}"), 201);
	for (int round = 1; hits && round < ROUNDS_MAX; round++) {
		struct str content = content_of(f, round, next_id(f), fails);
		int status;

		fault_set(fault, round, lasts);
		status = ask(f, "POST", path, JSON, content.at);
		hits = fault->hits;
		fault_set(fault, 0, false);
		store_reader_refresh(f->host.reader);
		check(f, round, status);
		if (!hits)
			assert_int_equal(status, fails ? 207 : 200);
	}
	assert_int_equal(hits, 0);
}

static void an_atomic_one_meets_a_failing_disk_anywhere(void **state)
{
	run_under(*state, &file_fault, false, "/transaction", false);
}

static void one_with_a_part_that_fails_meets_a_failing_disk_anywhere(void **state)
{
	run_under(*state, &file_fault, false, "/batch", true);
}

static void the_engine_lacks_memory_anywhere(void **state)
{
	run_under(*state, &memory_fault, false, "/batch", true);
}

static void what_was_read_before_the_transaction_decides_nothing(void **state)
{
	struct fixture *f = *state;
	struct talk talk;

	assert_int_equal(ask(f, "POST", "/things", JSON, "{\"name\":\"old\"}"), 201);
	begin(f, &talk, "POST", "/transaction", JSON,
	      "{\"requests\":[{\"method\":\"PATCH\",\"path\":\"/things/1\",\"headers\":{\"If-Match\":\"\\\"1\\\"\"},"
	      "\"body\":{\"count\":1}},{\"method\":\"POST\",\"path\":\"/things\",\"body\":{\"name\":\"new\"}}]}");
	assert_int_equal(ask(f, "PATCH", "/things/1", MERGE, "{\"count\":2}"), 200); /* before its content is there */
	assert_int_equal(finish(&talk), 412);
	assert_int_equal(talk.x.part_status, 412);
	exchange_done(&talk.x);
	assert_int_equal(next_id(f), 2);
}

static int start_without_faults(void **state)
{
	fault_set(&memory_fault, 0, false);
	fault_set(&file_fault, 0, false);
	return start(state);
}

#define BATCH_TEST(name) cmocka_unit_test_setup_teardown(name, start_without_faults, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BATCH_TEST(an_atomic_one_meets_lack_of_memory_anywhere),
		BATCH_TEST(one_of_the_other_kind_meets_it_too),
		BATCH_TEST(one_that_fails_meets_it_too),
		BATCH_TEST(an_atomic_one_meets_a_failing_disk_anywhere),
		BATCH_TEST(one_with_a_part_that_fails_meets_a_failing_disk_anywhere),
		BATCH_TEST(the_engine_lacks_memory_anywhere),
		BATCH_TEST(what_was_read_before_the_transaction_decides_nothing),
	};

	faults_install();
	return cmocka_run_group_tests_name("resource/batch", tests, NULL, NULL);
}
