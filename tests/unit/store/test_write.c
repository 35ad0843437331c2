#include "unit/store/fixture.h"

static void a_new_row_gets_the_next_number_and_version_1(void **state)
{
	struct fixture *f = *state;
	struct store_row row;
	struct str id;

	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", &id), STORE_DONE);
	assert_str(id, "1");
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"b@x\"}", &id), STORE_DONE);
	assert_str(id, "2");
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_DONE);
	assert_int_equal(row.state, ROW_LIVE);
	assert_int_equal(row.version, 1);
	assert_str(row.body, "{\"email\":\"a@x\"}");
	assert_int_equal(read_row(f, &f->users, "3", &row), STORE_ABSENT);
}

static void numbers_are_never_used_again(void **state)
{
	struct fixture *f = *state;
	struct str id;

	write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL);
	assert_int_equal(write_row(f, &f->users, "1", NULL, NULL), STORE_DONE);
	write_row(f, &f->users, NULL, "{\"email\":\"b@x\"}", &id);
	assert_str(id, "2");
	assert_int_equal(write_row(f, &f->users, "41", "{\"email\":\"c@x\"}", NULL), STORE_DONE);
	write_row(f, &f->users, NULL, "{\"email\":\"d@x\"}", &id);
	assert_str(id, "42");
}

static void a_named_id_leaves_numbers_to_go_on_with(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write_row(f, &f->users, "9223372036854775807", "{}", NULL), STORE_CONSTRAINT);
	assert_int_equal(write_row(f, &f->users, "9007199254740991", "{}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
}

static void only_the_one_spelling_of_a_number_is_an_id(void **state)
{
	struct fixture *f = *state;
	struct store_row row;
	static const char *const others[] = { "01", "+1", "1.0", " 1", "1 ", "x", "", "9223372036854775808" };

	write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(read_row(f, &f->users, others[i], &row), STORE_ABSENT);
}

static void a_replacement_is_the_next_version(void **state)
{
	struct fixture *f = *state;
	struct store_row row;

	write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL);
	assert_int_equal(write_row(f, &f->users, "1", "{\"email\":\"z@x\",\"price\":1.10}", NULL),
	                 STORE_DONE);
	read_row(f, &f->users, "1", &row);
	assert_int_equal(row.version, 2);
	assert_str(row.body, "{\"email\":\"z@x\",\"price\":1.10}");
}

static void a_row_made_again_never_repeats_a_version(void **state)
{
	struct fixture *f = *state;
	struct store_row row;

	write_row(f, &f->users, "7", "{\"email\":\"a@x\"}", NULL);
	write_row(f, &f->users, "7", "{\"email\":\"b@x\"}", NULL);
	assert_int_equal(write_row(f, &f->users, "7", NULL, NULL), STORE_DONE);
	assert_int_equal(read_row(f, &f->users, "7", &row), STORE_ABSENT);
	assert_int_equal(write_row(f, &f->users, "7", "{\"email\":\"c@x\"}", NULL), STORE_DONE);
	read_row(f, &f->users, "7", &row);
	assert_int_equal(row.version, 3);
}

static void a_tombstone_stays_where_it_is_kept(void **state)
{
	struct fixture *f = *state;
	struct store_row row;
	struct str id;

	write_row(f, &f->orders, NULL, "{\"quantity\":1}", &id);
	assert_int_equal(id.len, 36);
	assert_int_equal(write_row(f, &f->orders, id.at, NULL, NULL), STORE_DONE);
	assert_int_equal(read_row(f, &f->orders, id.at, &row), STORE_DONE);
	assert_int_equal(row.state, ROW_GONE);
	assert_int_equal(row.version, 1);
}

static void a_duplicate_names_the_members_and_the_other_row(void **state)
{
	struct fixture *f = *state;
	struct job job = { .refuses = false };

	write_row(f, &f->users, NULL, "{\"email\":\"a@x\",\"first\":\"A\",\"last\":\"B\"}", NULL);
	job_submit(f, &job, &f->users, NULL, "{\"email\":\"a@x\"}");
	job_wait(&job);
	assert_int_equal(job.write.outcome, STORE_UNIQUE);
	assert_int_equal(job.write.conflict.unique, 0);
	assert_str(job.write.conflict.id, "1");
	job_end(&job);

	job = (struct job){ .refuses = false };
	job_submit(f, &job, &f->users, NULL, "{\"email\":\"b@x\",\"first\":\"A\",\"last\":\"B\"}");
	job_wait(&job);
	assert_int_equal(job.write.outcome, STORE_UNIQUE);
	assert_int_equal(job.write.conflict.unique, 1);
	job_end(&job);
	/* a missing or null member makes a row free */
	assert_int_equal(write_row(f, &f->users, NULL, "{\"first\":\"A\",\"last\":null}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"first\":\"A\"}", NULL), STORE_DONE);
}

static void a_row_may_be_replaced_by_its_own_values(void **state)
{
	struct fixture *f = *state;

	write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL);
	assert_int_equal(write_row(f, &f->users, "1", "{\"email\":\"a@x\",\"age\":3}", NULL), STORE_DONE);
}

static void a_reference_must_name_a_row(void **state)
{
	struct fixture *f = *state;
	struct job job = { .refuses = false };

	job_submit(f, &job, &f->orders, NULL, "{\"userId\":1}");
	job_wait(&job);
	assert_int_equal(job.write.outcome, STORE_REFERENCE_MISSING);
	assert_ptr_equal(job.write.conflict.collection, &f->users);
	assert_int_equal(job.write.conflict.reference, 0);
	job_end(&job);
	write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL);
	assert_int_equal(write_row(f, &f->orders, NULL, "{\"userId\":1}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->orders, NULL, "{\"userId\":null}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->orders, NULL, "{}", NULL), STORE_DONE);
}

static void a_row_that_others_refer_to_stays(void **state)
{
	struct fixture *f = *state;
	struct job job = { .refuses = false };
	struct str id;

	write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL);
	write_row(f, &f->orders, NULL, "{\"userId\":1}", &id);
	job_submit(f, &job, &f->users, "1", NULL);
	job_wait(&job);
	assert_int_equal(job.write.outcome, STORE_IN_USE);
	assert_ptr_equal(job.write.conflict.collection, &f->orders);
	assert_str(job.write.conflict.id, id.at);
	job_end(&job);
	assert_int_equal(write_row(f, &f->orders, id.at, NULL, NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, "1", NULL, NULL), STORE_DONE);
}

static void rules_are_judged_without_storing(void **state)
{
	struct fixture *f = *state;
	struct store_session *session = store_reader_session(f->reader);
	uint64_t broken;

	assert_int_equal(store_check_rules(session, &f->orders,
	                                   S("{\"quantity\":0,\"subtotal\":5,\"discount\":9}"), &broken),
	                 STORE_DONE);
	assert_int_equal(broken, 3);
	store_check_rules(session, &f->orders, S("{\"quantity\":1,\"subtotal\":5,\"discount\":5}"), &broken);
	assert_int_equal(broken, 0);
	store_check_rules(session, &f->orders, S("{\"quantity\":0}"), &broken); /* NULL counts as met */
	assert_int_equal(broken, 1);
}

static void waiting_writes_share_commits(void **state)
{
	struct fixture *f = *state;
	enum { JOBS = 200 };
	struct job *jobs = calloc(JOBS, sizeof(*jobs));
	struct store_counters counters;
	char bodies[JOBS][48];

	for (int i = 0; i < JOBS; i++) { /* each tenth is a duplicate of the one before */
		snprintf(bodies[i], sizeof(bodies[i]), "{\"email\":\"%d@x\"}", i % 10 == 9 ? i - 1 : i);
		job_submit(f, &jobs[i], &f->users, NULL, bodies[i]);
	}
	for (int i = 0; i < JOBS; i++) {
		job_wait(&jobs[i]);
		assert_int_equal(jobs[i].write.outcome, i % 10 == 9 ? STORE_UNIQUE : STORE_DONE);
		job_end(&jobs[i]);
	}
	store_count(f->store, &counters);
	assert_int_equal(counters.writes, JOBS);
	assert_int_equal(counters.failed, JOBS / 10);
	assert_true(counters.commits < JOBS / 2);
	free(jobs);
}

static void what_is_submitted_before_the_writer_is_told_shares_one_commit(void **state)
{
	struct fixture *f = *state;
	enum { JOBS = 64 };
	struct job *jobs = calloc(JOBS, sizeof(*jobs));
	struct store_counters counters;

	for (int i = 0; i < JOBS; i++)
		job_queue(f, &jobs[i], &f->users, NULL, "{}");
	store_hurry(f->store);
	for (int i = 0; i < JOBS; i++) {
		job_wait(&jobs[i]);
		assert_int_equal(jobs[i].write.outcome, STORE_DONE);
		job_end(&jobs[i]);
	}
	store_count(f->store, &counters);
	assert_int_equal(counters.writes, JOBS);
	assert_int_equal(counters.commits, 1);
	free(jobs);
}

static void a_full_queue_refuses_at_once(void **state)
{
	struct fixture *f = *state;
	sqlite3 *other;
	struct job jobs[4] = { { .refuses = false } };
	struct store_write extra = { .collection = &f->users };
	int refused = 0;

	fixture_close(f);
	f->options.queue_max = 2;
	f->options.batch_max = 1;
	fixture_open(f);
	assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	for (int i = 0; i < 3; i++) { /* one is with the writer, or about to be; two wait */
		struct store_counters counters;

		do
			store_count(f->store, &counters);
		while (i == 1 && counters.queued);
		job_submit(f, &jobs[i], &f->users, NULL, "{}");
	}
	for (int i = 0; i < 3; i++)
		refused += store_submit(f->store, &extra) == STATUTE_ELIMIT;
	assert_int_equal(refused, 3);
	sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(other);
	for (int i = 0; i < 3; i++) {
		job_wait(&jobs[i]);
		assert_int_equal(jobs[i].write.outcome, STORE_DONE);
		job_end(&jobs[i]);
	}
}

static void a_lock_of_another_process_is_busy(void **state)
{
	struct fixture *f = *state;
	sqlite3 *other;

	fixture_close(f);
	f->options.busy_ms = 1;
	fixture_open(f);
	sqlite3_open(f->path, &other);
	sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_BUSY);
	sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(other);
	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
}

static void a_full_disk_loses_nothing_and_recovers(void **state)
{
	struct fixture *f = *state;
	static char body[200000];
	struct store_row row;
	enum store_outcome outcome = STORE_DONE;
	int written = 0;

	memset(body, 'x', sizeof(body) - 1);
	memcpy(body, "{\"note\":\"", 9);
	memcpy(body + sizeof(body) - 3, "\"}", 3);
	fixture_close(f);
	f->options.pages_max = 256;
	fixture_open(f);
	while (outcome == STORE_DONE && written < 100) {
		outcome = write_row(f, &f->users, NULL, body, NULL);
		written += outcome == STORE_DONE;
	}
	assert_int_equal(outcome, STORE_FULL);
	assert_true(written >= 2);
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, "1", NULL, NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, body, NULL), STORE_DONE);
}

static void a_missing_file_is_unavailable_until_it_is_back(void **state)
{
	struct fixture *f = *state;
	struct store_row row;
	char away[128];

	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
	fixture_close(f);
	fixture_open(f);
	snprintf(away, sizeof(away), "%s.away", f->path);
	assert_int_equal(rename(f->path, away), 0);
	/* the path is looked at ten times a second */
	while (read_row(f, &f->users, "1", &row) != STORE_UNAVAILABLE)
		store_reader_refresh(f->reader);
	while (write_row(f, &f->users, NULL, "{}", NULL) != STORE_UNAVAILABLE)
		;
	assert_int_equal(store_check(f->store), STATUTE_ESTORE);
	assert_int_equal(rename(away, f->path), 0);
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
	assert_int_equal(store_check(f->store), 0);
}

static void a_write_that_decides_against_itself_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct job job = { .refuses = true };
	struct store_row row;

	job_submit(f, &job, &f->users, "1", "{}");
	job_wait(&job);
	assert_int_equal(job.write.outcome, STORE_REFUSED);
	assert_int_equal(job.seen.state, ROW_ABSENT);
	job_end(&job);
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_ABSENT);
}

static void secrets_are_kept_apart(void **state)
{
	struct fixture *f = *state;
	struct job job = { .secret = "{\"password\":\"hash\"}" };
	struct store_row row;

	job_submit(f, &job, &f->users, NULL, "{\"email\":\"a@x\"}");
	job_wait(&job);
	job_end(&job);
	read_row(f, &f->users, "1", &row);
	assert_str(row.body, "{\"email\":\"a@x\"}");
	assert_str(row.secret, "{\"password\":\"hash\"}");
}

static void a_singleton_is_one_row(void **state)
{
	struct fixture *f = *state;
	struct store_row row;

	assert_int_equal(read_row(f, &f->settings, "", &row), STORE_ABSENT);
	assert_int_equal(write_row(f, &f->settings, "", "{\"a\":1}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->settings, "", "{\"a\":2}", NULL), STORE_DONE);
	assert_int_equal(read_row(f, &f->settings, "", &row), STORE_DONE);
	assert_str(row.body, "{\"a\":2}");
	assert_int_equal(row.version, 2);
}

static void a_scope_hides_rows_of_other_parents(void **state)
{
	struct fixture *f = *state;
	struct str one = S("1"), two = S("2"), id;
	struct store_filter scope = { .member = 0, .values = &one, .count = 1 };
	struct store_row row;

	write_row(f, &f->users, NULL, "{}", NULL);
	write_row(f, &f->orders, NULL, "{\"userId\":1}", &id);
	assert_int_equal(store_get(f->reader, &f->orders, id, &scope, 1, &f->arena, &row), STORE_DONE);
	scope.values = &two;
	assert_int_equal(store_get(f->reader, &f->orders, id, &scope, 1, &f->arena, &row), STORE_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_new_row_gets_the_next_number_and_version_1),
		STORE_TEST(numbers_are_never_used_again),
		STORE_TEST(a_named_id_leaves_numbers_to_go_on_with),
		STORE_TEST(only_the_one_spelling_of_a_number_is_an_id),
		STORE_TEST(a_replacement_is_the_next_version),
		STORE_TEST(a_row_made_again_never_repeats_a_version),
		STORE_TEST(a_tombstone_stays_where_it_is_kept),
		STORE_TEST(a_duplicate_names_the_members_and_the_other_row),
		STORE_TEST(a_row_may_be_replaced_by_its_own_values),
		STORE_TEST(a_reference_must_name_a_row),
		STORE_TEST(a_row_that_others_refer_to_stays),
		STORE_TEST(rules_are_judged_without_storing),
		STORE_TEST(waiting_writes_share_commits),
		STORE_TEST(what_is_submitted_before_the_writer_is_told_shares_one_commit),
		STORE_TEST(a_full_queue_refuses_at_once),
		STORE_TEST(a_lock_of_another_process_is_busy),
		STORE_TEST(a_full_disk_loses_nothing_and_recovers),
		STORE_TEST(a_missing_file_is_unavailable_until_it_is_back),
		STORE_TEST(a_write_that_decides_against_itself_changes_nothing),
		STORE_TEST(secrets_are_kept_apart),
		STORE_TEST(a_singleton_is_one_row),
		STORE_TEST(a_scope_hides_rows_of_other_parents),
	};

	return cmocka_run_group_tests_name("store/write", tests, NULL, NULL);
}
