/*
 * The system fails at the n-th call, for every n, while several writes are done as one: all of them
 * are there or none, and what waits with them ends as it would alone.
 */
#include "unit/store/faults.h"
#include "unit/store/several.h"

enum { ROUNDS_MAX = 3000 };

static bool is_there(struct fixture *f, const char *id)
{
	struct store_row row;
	enum store_outcome outcome = read_row(f, &f->users, id, &row);

	assert_true(outcome == STORE_DONE || outcome == STORE_ABSENT);
	store_reader_refresh(f->reader);
	return outcome == STORE_DONE && row.state == ROW_LIVE;
}

struct round {
	char made[24], refused[24], deleted[24], beside[24];
	char bodies[2][64];
};

static void prepare(struct fixture *f, struct round *names, int round)
{
	snprintf(names->made, sizeof(names->made), "%d", 10000 + round);
	snprintf(names->refused, sizeof(names->refused), "%d", 20000 + round);
	snprintf(names->deleted, sizeof(names->deleted), "%d", 30000 + round);
	snprintf(names->beside, sizeof(names->beside), "%d", 40000 + round);
	snprintf(names->bodies[0], sizeof(names->bodies[0]), "{\"email\":\"%d@x\"}", round);
	snprintf(names->bodies[1], sizeof(names->bodies[1]), "{\"email\":\"taken@x\",\"age\":%d}", round);
	assert_int_equal(write_row(f, &f->users, names->deleted, "{}", NULL), STORE_DONE);
}

static void check(struct fixture *f, const struct round *names, enum store_outcome outcome,
                  enum store_outcome beside)
{
	if (outcome != STORE_UNKNOWN) {
		assert_int_equal(is_there(f, names->made), outcome == STORE_DONE);
		assert_int_equal(is_there(f, names->deleted), outcome != STORE_DONE);
	} else {
		assert_int_not_equal(is_there(f, names->made), is_there(f, names->deleted));
	}
	assert_false(is_there(f, names->refused));
	if (beside != STORE_UNKNOWN)
		assert_int_equal(is_there(f, names->beside), beside == STORE_DONE);
}

static void write_under(struct fixture *f, struct fault *fault, bool lasts, bool is_undone)
{
	long hits = 1;

	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"taken@x\"}", NULL), STORE_DONE);
	for (int round = 1; hits && round < ROUNDS_MAX; round++) {
		struct several several = { .is_undone = is_undone };
		struct job beside = { .refuses = false };
		struct round names;
		enum store_outcome outcome;

		prepare(f, &names, round);
		several_add(&several, &f->users, names.made, names.bodies[0]);
		several_add(&several, &f->users, names.refused, names.bodies[1]);
		several_add(&several, &f->users, names.deleted, NULL);
		fault_set(fault, round, lasts);
		several_queue(f, &several);
		job_queue(f, &beside, &f->users, names.beside, "{}");
		outcome = several_wait(f, &several);
		job_wait(&beside);
		hits = fault->hits;
		fault_set(fault, 0, false);
		store_reader_refresh(f->reader);
		check(f, &names, outcome, beside.write.outcome);
		if (!hits) {
			assert_int_equal(outcome, is_undone ? STORE_REFUSED : STORE_DONE);
			assert_int_equal(several.parts[1].write.outcome, STORE_UNIQUE);
			assert_int_equal(beside.write.outcome, STORE_DONE);
		}
		job_end(&beside);
		several_end(&several);
	}
	assert_int_equal(hits, 0);
}

static void they_meet_lack_of_memory_anywhere(void **state)
{
	write_under(*state, &memory_fault, false, false);
}

static void they_meet_a_failing_disk_anywhere(void **state)
{
	write_under(*state, &file_fault, false, false);
}

static void they_meet_a_dead_disk_anywhere(void **state)
{
	write_under(*state, &file_fault, true, false);
}

static void undone_ones_meet_a_failing_disk_anywhere(void **state)
{
	write_under(*state, &file_fault, false, true);
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
		FAULT_TEST(they_meet_lack_of_memory_anywhere),
		FAULT_TEST(they_meet_a_failing_disk_anywhere),
		FAULT_TEST(they_meet_a_dead_disk_anywhere),
		FAULT_TEST(undone_ones_meet_a_failing_disk_anywhere),
	};

	faults_install();
	return cmocka_run_group_tests_name("store/several-faults", tests, NULL, NULL);
}
