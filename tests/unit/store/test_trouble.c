/* The file under a store that serves: damaged, replaced, cut short, and the clock that goes back. */
#include "unit/store/fixture.h"

static int64_t run_sql(const char *path, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t number = -1;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

static void write_file(const char *path, struct str bytes)
{
	FILE *file = fopen(path, "r+b");

	if (!file)
		file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.at, 1, bytes.len, file), bytes.len);
	fclose(file);
}

/* The rows 1 to 100, all of them in the file itself and none in its log. */
static void fill(struct fixture *f)
{
	for (int i = 0; i < 100; i++)
		assert_int_equal(write_row(f, &f->users, NULL, "{\"first\":\"Ada\"}", NULL), STORE_DONE);
	run_sql(f->path, "PRAGMA wal_checkpoint(TRUNCATE)");
}

static enum store_outcome read_again(struct fixture *f)
{
	struct store_row row;

	store_reader_refresh(f->reader);
	return read_row(f, &f->users, "50", &row);
}

static void a_damaged_file_is_broken_until_it_is_mended(void **state)
{
	struct fixture *f = *state;
	struct str good;

	fill(f);
	good = test_file(&f->arena, f->path);
	assert_int_equal(truncate(f->path, 8192), 0);
	assert_int_equal(write_row(f, &f->users, "50", "{}", NULL), STORE_BROKEN);
	assert_int_equal(read_again(f), STORE_BROKEN);
	write_file(f->path, good);
	assert_int_equal(write_row(f, &f->users, "50", "{}", NULL), STORE_DONE);
	assert_int_equal(read_again(f), STORE_DONE);
}

static void a_file_cut_short_under_a_reader_is_broken_and_no_crash(void **state)
{
	struct fixture *f = *state;

	fill(f);
	assert_int_equal(read_again(f), STORE_DONE);
	assert_int_equal(truncate(f->path, 4096), 0);
	for (int i = 0; i < 3; i++)
		if (read_again(f) != STORE_DONE) /* what its cache holds, it may still serve */
			assert_int_equal(read_again(f), STORE_BROKEN);
	assert_int_equal(store_check(f->store), STATUTE_ESTORE);
}

static void nothing_is_written_to_a_file_that_is_not_at_the_path_any_more(void **state)
{
	struct fixture *f = *state;
	char away[128];

	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
	snprintf(away, sizeof(away), "%s.away", f->path);
	assert_int_equal(rename(f->path, away), 0);
	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_UNAVAILABLE);
	assert_int_equal(rename(away, f->path), 0);
	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
}

/* Puts another file in the place of the store's own, which lies at `away` from then on. */
static void replace(struct fixture *f, const char *sql, char away[128])
{
	char other[128], name[136];

	snprintf(other, sizeof(other), "%s.other", f->path);
	snprintf(away, 128, "%s.away", f->path);
	run_sql(other, sql);
	assert_int_equal(rename(f->path, away), 0);
	snprintf(name, sizeof(name), "%s-wal", f->path);
	unlink(name);
	snprintf(name, sizeof(name), "%s-shm", f->path);
	unlink(name);
	assert_int_equal(rename(other, f->path), 0);
}

/* The file is refused, it keeps every byte, and ours is served again once it is back. */
static void assert_left_alone(struct fixture *f, const char *away)
{
	struct str before = test_file(&f->arena, f->path), after;
	struct store_row row;

	while (read_again(f) == STORE_DONE)
		; /* readers look at the path ten times a second */
	assert_int_equal(read_again(f), STORE_BROKEN);
	assert_int_equal(write_row(f, &f->users, "50", "{}", NULL), STORE_BROKEN);
	assert_int_equal(store_check(f->store), STATUTE_ESTORE);
	after = test_file(&f->arena, f->path);
	assert_true(str_eq(before, after));
	assert_int_equal(rename(away, f->path), 0);
	assert_int_equal(read_again(f), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, "50", "{}", NULL), STORE_DONE);
	assert_int_equal(read_row(f, &f->users, "50", &row), STORE_DONE);
	assert_int_equal(store_check(f->store), 0);
}

static void a_file_of_another_program_is_refused_while_serving_too(void **state)
{
	struct fixture *f = *state;
	char away[128];

	fill(f);
	replace(f, "CREATE TABLE \"users\" (\"id\" INTEGER PRIMARY KEY)", away);
	assert_left_alone(f, away);
}

static void a_file_of_a_newer_version_is_refused_while_serving_too(void **state)
{
	struct fixture *f = *state;
	char away[128], name[136];

	fill(f);
	replace(f, "SELECT 1", away);
	write_file(f->path, test_file(&f->arena, away));
	assert_int_equal(run_sql(f->path, "PRAGMA user_version = 99"), -1);
	run_sql(f->path, "PRAGMA journal_mode = DELETE");
	snprintf(name, sizeof(name), "%s-wal", f->path);
	assert_int_not_equal(access(name, F_OK), 0);
	assert_left_alone(f, away);
}

static void opening_a_file_of_another_program_changes_nothing_in_it(void **state)
{
	struct fixture *f = *state;
	struct str before;
	char other[128];

	fixture_close(f);
	snprintf(other, sizeof(other), "%s.other", f->path);
	run_sql(other, "CREATE TABLE \"notes\" (\"text\")");
	before = test_file(&f->arena, other);
	f->options.path = other;
	issues_init(&f->issues, &f->arena);
	assert_int_equal(store_open(&f->options, &f->spec, &f->issues, &f->store), STATUTE_ESTORE);
	assert_true(str_eq(before, test_file(&f->arena, other)));
	unlink(other);
	f->options.path = f->path;
	fixture_open(f);
}

/* A date that goes back would tell clients that what changed did not (RFC 9110 section 13.1.3). */
static void dates_do_not_go_back_with_the_clock(void **state)
{
	static const int64_t future_ms = 32503680000000; /* the year 3000 */
	struct fixture *f = *state;
	int64_t version, modified_ms;
	struct store_row row;

	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
	run_sql(f->path, "UPDATE \"users\" SET \"_modified\" = 32503680000000");
	run_sql(f->path, "UPDATE \"_collection\" SET \"modified\" = 32503680000000");
	assert_int_equal(write_row(f, &f->users, "1", "{\"age\":1}", NULL), STORE_DONE);
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_DONE);
	assert_int_equal(row.version, 2);
	assert_true(row.modified_ms >= future_ms);
	assert_int_equal(store_collection_version(f->reader, &f->users, &version, &modified_ms), STORE_DONE);
	assert_true(modified_ms >= future_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_damaged_file_is_broken_until_it_is_mended),
		STORE_TEST(a_file_cut_short_under_a_reader_is_broken_and_no_crash),
		STORE_TEST(nothing_is_written_to_a_file_that_is_not_at_the_path_any_more),
		STORE_TEST(a_file_of_another_program_is_refused_while_serving_too),
		STORE_TEST(a_file_of_a_newer_version_is_refused_while_serving_too),
		STORE_TEST(opening_a_file_of_another_program_changes_nothing_in_it),
		STORE_TEST(dates_do_not_go_back_with_the_clock),
	};

	return cmocka_run_group_tests_name("store/trouble", tests, NULL, NULL);
}
