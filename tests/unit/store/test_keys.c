/* Results that are kept under a key, with the commit of their write. */
#include "unit/store/fixture.h"

struct keyed {
	struct job job; /* first: job_decide finds it */
	struct store_key key;
	const char *result;
	int error;
	unsigned records;
};

static int record(struct store_write *write, struct store_session *session, struct str *ret_result)
{
	struct keyed *keyed = (struct keyed *)write->data;

	(void)session;
	keyed->records++;
	*ret_result = str_from(keyed->result);
	return keyed->error;
}

static void set_digest(unsigned char digest[STORE_DIGEST_LEN], unsigned number)
{
	memset(digest, 0, STORE_DIGEST_LEN);
	memcpy(digest, &number, sizeof(number));
}

static void prepare(struct keyed *keyed, unsigned number, int64_t now_ms, const char *result)
{
	*keyed = (struct keyed){ .result = result };
	keyed->key.now_ms = now_ms;
	keyed->key.keep_ms = 1000;
	set_digest(keyed->key.key, number);
	set_digest(keyed->key.request, ~number);
	keyed->job.write.record = record;
	keyed->job.write.key = &keyed->key;
}

static enum store_outcome finish(struct fixture *f, struct keyed *keyed)
{
	enum store_outcome outcome;

	job_wait(&keyed->job);
	outcome = keyed->job.write.outcome;
	job_end(&keyed->job);
	store_reader_refresh(f->reader);
	return outcome;
}

static enum store_outcome keep_for(struct fixture *f, unsigned number, int64_t now_ms, const char *body,
                                   const char *result)
{
	struct keyed keyed;

	prepare(&keyed, number, now_ms, result);
	job_submit(f, &keyed.job, &f->settings, "", body);
	return finish(f, &keyed);
}

static enum store_outcome keep(struct fixture *f, unsigned number, int64_t now_ms, const char *result)
{
	return keep_for(f, number, now_ms, "{}", result);
}

static enum store_outcome get(struct fixture *f, unsigned number, int64_t now_ms, struct str *ret_result)
{
	unsigned char key[STORE_DIGEST_LEN], request[STORE_DIGEST_LEN], expected[STORE_DIGEST_LEN];
	enum store_outcome outcome;

	set_digest(key, number);
	set_digest(expected, ~number);
	outcome = store_key_get(f->reader, key, now_ms, &f->arena, request, ret_result);
	if (outcome == STORE_DONE)
		assert_memory_equal(request, expected, STORE_DIGEST_LEN);
	return outcome;
}

static int64_t ask_number(struct fixture *f, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	int64_t number;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

static void a_result_is_kept_with_its_write(void **state)
{
	struct fixture *f = *state;
	struct store_row row;
	struct str result;

	assert_int_equal(get(f, 1, 0, &result), STORE_ABSENT);
	assert_int_equal(keep_for(f, 1, 0, "{\"a\":1}", "the first"), STORE_DONE);
	assert_int_equal(get(f, 1, 0, &result), STORE_DONE);
	assert_true(str_eq(result, S("the first")));
	assert_int_equal(get(f, 2, 0, &result), STORE_ABSENT);
	assert_int_equal(read_row(f, &f->settings, "", &row), STORE_DONE);
	assert_true(str_eq(row.body, S("{\"a\":1}")));
}

static void a_result_survives_a_restart(void **state)
{
	struct fixture *f = *state;
	struct str result;

	assert_int_equal(keep(f, 7, 0, "seven"), STORE_DONE);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(get(f, 7, 0, &result), STORE_DONE);
	assert_true(str_eq(result, S("seven")));
}

static void a_key_that_is_kept_refuses_a_second_write(void **state)
{
	struct fixture *f = *state;
	struct store_row row;
	struct str result;

	assert_int_equal(keep_for(f, 1, 0, "{\"a\":1}", "the first"), STORE_DONE);
	assert_int_equal(keep_for(f, 1, 500, "{\"a\":2}", "the second"), STORE_BUSY);
	assert_int_equal(get(f, 1, 500, &result), STORE_DONE);
	assert_true(str_eq(result, S("the first")));
	assert_int_equal(read_row(f, &f->settings, "", &row), STORE_DONE);
	assert_true(str_eq(row.body, S("{\"a\":1}")));
}

/* In one batch the first one wins, and the other takes nothing with it. */
static void of_two_writes_with_one_key_in_one_batch_one_is_done(void **state)
{
	struct fixture *f = *state;
	struct keyed first, second;

	prepare(&first, 1, 0, "the first");
	prepare(&second, 1, 0, "the second");
	job_queue(f, &first.job, &f->users, "", "{\"email\":\"a\"}");
	job_queue(f, &second.job, &f->users, "", "{\"email\":\"b\"}");
	store_hurry(f->store);
	assert_int_equal(finish(f, &first), STORE_DONE);
	assert_int_equal(finish(f, &second), STORE_BUSY);
	assert_int_equal(ask_number(f, "SELECT count(*) FROM users"), 1);
	assert_int_equal(ask_number(f, "SELECT count(*) FROM _key"), 1);
}

static void a_key_is_free_again_after_its_time(void **state)
{
	struct fixture *f = *state;
	struct str result;

	assert_int_equal(keep(f, 1, 0, "old"), STORE_DONE);
	assert_int_equal(get(f, 1, 999, &result), STORE_DONE);
	assert_int_equal(get(f, 1, 1000, &result), STORE_ABSENT);
	assert_int_equal(keep(f, 1, 1000, "new"), STORE_DONE);
	assert_int_equal(get(f, 1, 1000, &result), STORE_DONE);
	assert_true(str_eq(result, S("new")));
	assert_int_equal(ask_number(f, "SELECT count(*) FROM _key"), 1);
}

static void what_is_past_its_time_is_removed_by_later_writes(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(keep(f, i, 0, "x"), STORE_DONE);
	assert_int_equal(ask_number(f, "SELECT count(*) FROM _key"), 20);
	assert_int_equal(keep(f, 100, 1000, "y"), STORE_DONE);
	assert_int_equal(ask_number(f, "SELECT count(*) FROM _key"), 1);
}

static void a_write_that_fails_keeps_nothing(void **state)
{
	struct fixture *f = *state;
	struct keyed keyed;
	struct str result;

	assert_int_equal(write_row(f, &f->users, "", "{\"email\":\"a\"}", NULL), STORE_DONE);
	prepare(&keyed, 1, 0, "a duplicate");
	job_submit(f, &keyed.job, &f->users, "", "{\"email\":\"a\"}");
	assert_int_equal(finish(f, &keyed), STORE_UNIQUE);
	assert_int_equal(keyed.records, 0);
	assert_int_equal(get(f, 1, 0, &result), STORE_ABSENT);
	prepare(&keyed, 1, 0, "refused");
	keyed.job.refuses = true;
	job_submit(f, &keyed.job, &f->users, "", "{\"email\":\"b\"}");
	assert_int_equal(finish(f, &keyed), STORE_REFUSED);
	assert_int_equal(get(f, 1, 0, &result), STORE_ABSENT);
}

/* Nothing half: without its result the row is not there either. */
static void a_result_that_cannot_be_made_takes_its_write_back(void **state)
{
	struct fixture *f = *state;
	struct keyed keyed;

	prepare(&keyed, 1, 0, "never");
	keyed.error = STATUTE_ENOMEM;
	job_submit(f, &keyed.job, &f->users, "", "{\"email\":\"a\"}");
	assert_int_equal(finish(f, &keyed), STORE_NO_MEMORY);
	prepare(&keyed, 1, 0, "never");
	keyed.error = STATUTE_EINVAL;
	job_submit(f, &keyed.job, &f->users, "", "{\"email\":\"a\"}");
	assert_int_equal(finish(f, &keyed), STORE_BROKEN);
	assert_int_equal(ask_number(f, "SELECT count(*) FROM users"), 0);
	assert_int_equal(ask_number(f, "SELECT count(*) FROM _key"), 0);
}

static void past_the_count_the_oldest_go(void **state)
{
	struct fixture *f = *state;
	struct str result;

	fixture_close(f);
	f->options.keys_max = 5;
	fixture_open(f);
	for (unsigned i = 0; i < 12; i++)
		assert_int_equal(keep(f, i, 0, "x"), STORE_DONE);
	assert_int_equal(ask_number(f, "SELECT count(*) FROM _key"), 5);
	assert_int_equal(get(f, 6, 0, &result), STORE_ABSENT);
	assert_int_equal(get(f, 7, 0, &result), STORE_DONE);
	assert_int_equal(get(f, 11, 0, &result), STORE_DONE);
}

static void past_the_bytes_the_oldest_go(void **state)
{
	struct fixture *f = *state;
	struct str result;

	fixture_close(f);
	f->options.key_bytes_max = 100;
	fixture_open(f);
	for (unsigned i = 0; i < 30; i++)
		assert_int_equal(keep(f, i, 0, "ten bytes."), STORE_DONE);
	assert_int_equal(ask_number(f, "SELECT sum(length(result)) FROM _key"), 100);
	assert_int_equal(get(f, 19, 0, &result), STORE_ABSENT);
	assert_int_equal(get(f, 20, 0, &result), STORE_DONE);
	assert_int_equal(get(f, 29, 0, &result), STORE_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_result_is_kept_with_its_write),
		STORE_TEST(a_result_survives_a_restart),
		STORE_TEST(a_key_that_is_kept_refuses_a_second_write),
		STORE_TEST(of_two_writes_with_one_key_in_one_batch_one_is_done),
		STORE_TEST(a_key_is_free_again_after_its_time),
		STORE_TEST(what_is_past_its_time_is_removed_by_later_writes),
		STORE_TEST(a_write_that_fails_keeps_nothing),
		STORE_TEST(a_result_that_cannot_be_made_takes_its_write_back),
		STORE_TEST(past_the_count_the_oldest_go),
		STORE_TEST(past_the_bytes_the_oldest_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
