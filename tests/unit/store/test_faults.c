/*
 * The system fails at the n-th call, for every n: what was reported as done is
 * there, what was reported as failed is not, and the next one goes on.
 */
#include "unit/store/faults.h"
#include "unit/store/fixture.h"

enum { ROUNDS_MAX = 3000 };

static bool is_there(struct fixture *f, const struct collection *collection, const char *id, const char *body)
{
	struct store_row row;
	enum store_outcome outcome = read_row(f, collection, id, &row);

	assert_true(outcome == STORE_DONE || outcome == STORE_ABSENT);
	store_reader_refresh(f->reader);
	return outcome == STORE_DONE && row.state == ROW_LIVE && str_eq(row.body, str_from(body));
}

/* How three writes of one batch ended: a new row, a duplicate of "taken@x", and a deletion. */
struct batch {
	char ids[3][24], bodies[2][64];
	enum store_outcome outcomes[3];
};

static void run_batch(struct fixture *f, struct batch *batch, int round)
{
	struct job jobs[3] = { { .refuses = false } };
	const char *bodies[3] = { batch->bodies[0], batch->bodies[1], NULL };

	snprintf(batch->ids[0], sizeof(batch->ids[0]), "%d", 1000 + round);
	snprintf(batch->ids[1], sizeof(batch->ids[1]), "%d", 500000 + round);
	snprintf(batch->bodies[0], sizeof(batch->bodies[0]), "{\"email\":\"%d@x\"}", round);
	snprintf(batch->bodies[1], sizeof(batch->bodies[1]), "{\"email\":\"taken@x\",\"age\":%d}", round);
	for (int i = 0; i < 3; i++)
		job_submit(f, &jobs[i], &f->users, batch->ids[i], bodies[i]);
	for (int i = 0; i < 3; i++) {
		job_wait(&jobs[i]);
		batch->outcomes[i] = jobs[i].write.outcome;
		job_end(&jobs[i]);
	}
	store_reader_refresh(f->reader);
}

static void check_batch(struct fixture *f, const struct batch *batch)
{
	const enum store_outcome *outcomes = batch->outcomes;

	if (outcomes[0] != STORE_UNKNOWN)
		assert_int_equal(is_there(f, &f->users, batch->ids[0], batch->bodies[0]),
		                 outcomes[0] == STORE_DONE);
	assert_int_not_equal(outcomes[1], STORE_DONE);
	assert_false(is_there(f, &f->users, batch->ids[1], batch->bodies[1]));
	if (outcomes[2] != STORE_UNKNOWN)
		assert_int_equal(is_there(f, &f->users, batch->ids[2], "{}"), outcomes[2] != STORE_DONE);
}

static int64_t collection_version(struct fixture *f)
{
	int64_t version, modified_ms;

	assert_int_equal(store_collection_version(f->reader, &f->users, &version, &modified_ms), STORE_DONE);
	store_reader_refresh(f->reader);
	return version;
}

/* Each change of what was done is kept, and none of what was not. */
static void check_changes(struct fixture *f, int64_t before, int64_t after)
{
	const struct store_events_query query = {
		.collection = &f->users, .after = before, .limit = 10, .bytes_max = 1 << 20
	};
	struct store_events events;

	if (!f->users.is_watched)
		return;
	assert_int_equal(store_read_events(f->reader, &query, &f->arena, &events), STORE_DONE);
	store_reader_refresh(f->reader);
	assert_int_equal(events.count, after - before);
	for (size_t i = 0; i < events.count; i++)
		assert_int_equal(events.list[i].version, before + 1 + (int64_t)i);
}

static void write_under(struct fixture *f, struct fault *fault, bool lasts)
{
	long hits = 1;

	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"taken@x\"}", NULL), STORE_DONE);
	for (int round = 1; hits && round < ROUNDS_MAX; round++) {
		struct batch batch = { .outcomes = { STORE_BROKEN } };
		int64_t before, after;
		int done;

		snprintf(batch.ids[2], sizeof(batch.ids[2]), "%d", 700000 + round);
		assert_int_equal(write_row(f, &f->users, batch.ids[2], "{}", NULL), STORE_DONE);
		before = collection_version(f);
		fault_set(fault, round, lasts);
		run_batch(f, &batch, round);
		hits = fault->hits;
		fault_set(fault, 0, false);
		check_batch(f, &batch);
		after = collection_version(f);
		check_changes(f, before, after);
		done = (batch.outcomes[0] == STORE_DONE) + (batch.outcomes[2] == STORE_DONE);
		if (batch.outcomes[0] != STORE_UNKNOWN && batch.outcomes[2] != STORE_UNKNOWN)
			assert_int_equal(after - before, done);
		if (!hits)
			assert_int_equal(done, 2);
	}
	assert_int_equal(hits, 0);
}

static void a_write_meets_lack_of_memory_anywhere(void **state)
{
	write_under(*state, &memory_fault, false);
}

static void a_write_meets_lasting_lack_of_memory_anywhere(void **state)
{
	write_under(*state, &memory_fault, true);
}

static void a_write_meets_a_failing_disk_anywhere(void **state)
{
	write_under(*state, &file_fault, false);
}

static void a_write_meets_a_dead_disk_anywhere(void **state)
{
	write_under(*state, &file_fault, true);
}

static void a_watched_write_meets_lack_of_memory_anywhere(void **state)
{
	struct fixture *f = *state;

	f->users.is_watched = true;
	write_under(f, &memory_fault, false);
}

static void a_watched_write_meets_a_failing_disk_anywhere(void **state)
{
	struct fixture *f = *state;

	f->users.is_watched = true;
	write_under(f, &file_fault, false);
}

/* Changes: all of them, or it says that it failed. */
static bool read_changes(struct fixture *f)
{
	const struct store_events_query query = {
		.collection = &f->users, .after = 0, .limit = 10, .bytes_max = 1 << 20
	};
	struct store_events events;

	if (!f->users.is_watched)
		return true;
	if (store_read_events(f->reader, &query, &f->arena, &events) != STORE_DONE)
		return false;
	assert_int_equal(events.count, events.version);
	assert_str(events.list[1].after, "{\"age\":2}");
	return true;
}

/* A row, a list in an order with a total, and rules: each is right, or says that it failed. */
static bool read_all(struct fixture *f)
{
	static const struct store_sort by_age = { 3, true };
	const struct store_query query = {
		.collection = &f->users, .sorts = &by_age, .sort_count = 1, .limit = 2, .counts_total = true
	};
	struct store_page page;
	struct store_row row;
	uint64_t broken;
	bool good = true;

	store_reader_refresh(f->reader);
	if (store_get(f->reader, &f->users, S("2"), NULL, 0, &f->arena, &row) == STORE_DONE)
		assert_str(row.body, "{\"age\":2}");
	else
		good = false;
	if (store_list(f->reader, &query, &f->arena, &page) == STORE_DONE) {
		assert_int_equal(page.count, 2);
		assert_int_equal(page.total, 5);
		assert_str(page.rows[0].id, "5");
		assert_str(page.rows[1].body, "{\"age\":4}");
		assert_true(page.next.len > 0);
	} else {
		good = false;
	}
	if (store_check_rules(store_reader_session(f->reader), &f->orders, S("{\"quantity\":0}"), &broken) ==
	    STORE_DONE)
		assert_int_equal(broken, 1);
	else
		good = false;
	return read_changes(f) && good;
}

static void read_under(struct fixture *f, struct fault *fault, bool lasts, bool is_cold)
{
	char body[32];
	long hits = 1;

	for (int i = 1; i <= 5; i++) {
		snprintf(body, sizeof(body), "{\"age\":%d}", i);
		assert_int_equal(write_row(f, &f->users, NULL, body, NULL), STORE_DONE);
	}
	for (int round = 1; hits && round < ROUNDS_MAX; round++) {
		bool was_good;

		if (is_cold) {
			store_reader_free(f->reader);
			assert_int_equal(store_reader_new(f->store, &f->reader), 0);
		}
		fault_set(fault, round, lasts);
		was_good = read_all(f);
		hits = fault->hits;
		fault_set(fault, 0, false);
		if (!hits)
			assert_true(was_good);
		assert_true(read_all(f));
	}
	assert_int_equal(hits, 0);
}

static void a_read_meets_lack_of_memory_anywhere(void **state)
{
	read_under(*state, &memory_fault, false, false);
}

static void a_first_read_meets_lack_of_memory_anywhere(void **state)
{
	((struct fixture *)*state)->users.is_watched = true;
	read_under(*state, &memory_fault, false, true);
}

static void a_first_read_meets_lasting_lack_of_memory_anywhere(void **state)
{
	read_under(*state, &memory_fault, true, true);
}

static void a_first_read_meets_a_failing_disk_anywhere(void **state)
{
	read_under(*state, &file_fault, false, true);
}

static void opening_meets_lack_of_memory_anywhere(void **state)
{
	struct fixture *f = *state;
	long hits = 1;

	fixture_close(f);
	for (int round = 1; hits && round < ROUNDS_MAX; round++) {
		int r;

		issues_init(&f->issues, &f->arena);
		fault_set(&memory_fault, round, false);
		r = store_open(&f->options, &f->spec, &f->issues, &f->store);
		hits = memory_fault.hits;
		fault_set(&memory_fault, 0, false);
		if (r == 0)
			store_free(f->store);
		else
			assert_true(hits && (r == STATUTE_ENOMEM || f->issues.errors));
	}
	assert_int_equal(hits, 0);
	fixture_open(f);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_UNIQUE);
}

static void a_commit_that_cannot_be_synced_is_unknown(void **state)
{
	struct fixture *f = *state;
	enum store_outcome outcome;
	struct store_row row;
	int unknown = 0;

	for (int n = 1; n < 40 && !unknown; n++) {
		fault_set(&file_fault, n, false);
		outcome = write_row(f, &f->users, "7", "{}", NULL);
		unknown += outcome == STORE_UNKNOWN;
	}
	fault_set(&file_fault, 0, false);
	assert_int_equal(unknown, 1);
	assert_int_equal(write_row(f, &f->users, "7", "{\"age\":1}", NULL), STORE_DONE);
	assert_int_equal(read_row(f, &f->users, "7", &row), STORE_DONE);
	assert_str(row.body, "{\"age\":1}");
}

static int start(void **state)
{
	fault_set(&memory_fault, 0, false);
	fault_set(&file_fault, 0, false);
	return fixture_start(state);
}

#define FAULT_TEST(name) cmocka_unit_test_setup_teardown(name, start, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAULT_TEST(a_write_meets_lack_of_memory_anywhere),
		FAULT_TEST(a_write_meets_lasting_lack_of_memory_anywhere),
		FAULT_TEST(a_write_meets_a_failing_disk_anywhere),
		FAULT_TEST(a_write_meets_a_dead_disk_anywhere),
		FAULT_TEST(a_watched_write_meets_lack_of_memory_anywhere),
		FAULT_TEST(a_watched_write_meets_a_failing_disk_anywhere),
		FAULT_TEST(a_read_meets_lack_of_memory_anywhere),
		FAULT_TEST(a_first_read_meets_lack_of_memory_anywhere),
		FAULT_TEST(a_first_read_meets_lasting_lack_of_memory_anywhere),
		FAULT_TEST(a_first_read_meets_a_failing_disk_anywhere),
		FAULT_TEST(opening_meets_lack_of_memory_anywhere),
		FAULT_TEST(a_commit_that_cannot_be_synced_is_unknown),
	};

	faults_install();
	return cmocka_run_group_tests_name("store/faults", tests, NULL, NULL);
}
