/* Values at the edge of what numbers and ids can be, and the outcomes that are hard to reach. */
#include <stdatomic.h>
#include <sys/wait.h>

#include "unit/store/fixture.h"

/* Rows one by one in the order of `score`, forward and back. */
static void walk_by_score(struct fixture *f, const char *const *ids, size_t count)
{
	static const struct store_sort by_score = { 4, false };
	struct store_query query = {
		.collection = &f->users, .sorts = &by_score, .sort_count = 1, .limit = 1
	};
	struct store_page page;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(store_list(f->reader, &query, &f->arena, &page), STORE_DONE);
		assert_int_equal(page.count, 1);
		assert_str(page.rows[0].id, ids[i]);
		query.cursor = page.next;
	}
	assert_int_equal(page.next.len, 0);
	for (size_t i = count - 1; i--;) {
		query.cursor = page.prev;
		assert_int_equal(store_list(f->reader, &query, &f->arena, &page), STORE_DONE);
		assert_str(page.rows[0].id, ids[i]);
	}
}

static void numbers_of_every_size_make_cursors(void **state)
{
	struct fixture *f = *state;
	static const char *const scores[] = { "-1e400",
		                              "-1e300",
		                              "-100000000000000000",
		                              "-0.1",
		                              "1e-300",
		                              "3",
		                              "1700000000000000000",
		                              "9007199254740993.0",
		                              "12345678901234567890",
		                              "1e400" };
	static const char *const order[] = { "1", "2", "3", "4", "5", "6", "8", "7", "9", "10" };
	enum { COUNT = sizeof(scores) / sizeof(scores[0]) };
	char body[96];

	for (size_t i = 0; i < COUNT; i++) {
		snprintf(body, sizeof(body), "{\"score\":%s}", scores[i]);
		assert_int_equal(write_row(f, &f->users, NULL, body, NULL), STORE_DONE);
	}
	walk_by_score(f, order, COUNT);
}

static void the_largest_id_does_not_end_the_counting(void **state)
{
	struct fixture *f = *state;
	struct str id;

	assert_int_equal(write_row(f, &f->users, "9223372036854775807", "{}", NULL), STORE_CONSTRAINT);
	assert_int_equal(write_row(f, &f->users, "9007199254740991", "{}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, "{}", &id), STORE_DONE);
	assert_str(id, "9007199254740992");
	assert_int_equal(write_row(f, &f->users, NULL, "{}", &id), STORE_DONE);
	assert_str(id, "9007199254740993");
	assert_int_equal(write_row(f, &f->users, id.at, "{\"age\":1}", NULL), STORE_DONE);
}

static void a_scope_may_ask_for_the_id_and_for_booleans(void **state)
{
	struct fixture *f = *state;
	struct str one = S("1"), yes = S("true"), no = S("false");
	struct store_filter scope = { .member = STORE_MEMBER_ID, .values = &one, .count = 1 };
	struct store_row row;

	assert_int_equal(write_row(f, &f->users, NULL, "{\"id\":1,\"active\":true}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"id\":2,\"active\":true}", NULL), STORE_DONE);
	assert_int_equal(store_get(f->reader, &f->users, S("1"), &scope, 1, &f->arena, &row), STORE_DONE);
	assert_int_equal(store_get(f->reader, &f->users, S("2"), &scope, 1, &f->arena, &row), STORE_ABSENT);
	scope = (struct store_filter){ .member = 5, .values = &yes, .count = 1 };
	assert_int_equal(store_get(f->reader, &f->users, S("1"), &scope, 1, &f->arena, &row), STORE_DONE);
	scope.values = &no;
	assert_int_equal(store_get(f->reader, &f->users, S("1"), &scope, 1, &f->arena, &row), STORE_ABSENT);
}

/* Rows from another hand: many at once. */
static void insert_many(struct fixture *f, int count)
{
	char sql[320];
	sqlite3 *db;

	snprintf(sql, sizeof(sql),
	         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	         "INSERT INTO users (id, _version, _modified, _body) "
	         "SELECT i, 1, 1, json_object('score', (i * 7919) %% %d) FROM n",
	         count, count);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_statement_that_takes_too_long_times_out_and_the_next_goes_on(void **state)
{
	struct fixture *f = *state;
	static const struct store_sort by_score = { 4, false };
	struct store_query query = {
		.collection = &f->users, .sorts = &by_score, .sort_count = 1, .limit = 1
	};
	struct store_page page;
	struct store_row row;

	insert_many(f, 50000);
	fixture_close(f);
	f->options.statement_ms = 1;
	fixture_open(f);
	assert_int_equal(store_list(f->reader, &query, &f->arena, &page), STORE_TIMEOUT);
	query.sort_count = 0;
	assert_int_equal(store_list(f->reader, &query, &f->arena, &page), STORE_DONE);
	assert_int_equal(read_row(f, &f->users, "50000", &row), STORE_DONE);
}

/* Puts a copy that nobody may write in the place of the file. */
static void replace_by_read_only(struct fixture *f)
{
	char other[128];
	struct str bytes;
	FILE *file;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	bytes = test_file(&f->arena, f->path);
	snprintf(other, sizeof(other), "%s.other", f->path);
	file = fopen(other, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.at, 1, bytes.len, file), bytes.len);
	fclose(file);
	assert_int_equal(chmod(other, 0444), 0);
	assert_int_equal(rename(other, f->path), 0);
}

static void allow_writing(const char *path)
{
	char log[128];

	chmod(path, 0644);
	snprintf(log, sizeof(log), "%s-wal", path); /* it has the mode of the file that it was made for */
	chmod(log, 0644);
}

static int read_only_is_told(struct fixture *f)
{
	struct store_row row;

	fixture_open(f);
	if (write_row(f, &f->users, NULL, "{}", NULL) != STORE_DONE)
		return 2;
	replace_by_read_only(f);
	if (write_row(f, &f->users, NULL, "{}", NULL) != STORE_READ_ONLY)
		return 3;
	if (read_row(f, &f->users, "1", &row) != STORE_DONE)
		return 4;
	allow_writing(f->path);
	if (write_row(f, &f->users, NULL, "{}", NULL) != STORE_DONE)
		return 5;
	fixture_close(f);
	return 0;
}

static void a_file_that_may_not_be_written_is_read_only_until_it_may(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t child;

	fixture_close(f);
	chmod(f->folder, 0777);
	chmod(f->path, 0666);
	child = fork();
	if (child == 0) { /* the superuser may write everything */
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(1);
		_exit(read_only_is_told(f));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	fixture_open(f);
}

struct watcher {
	struct fixture *f;
	atomic_bool *is_over;
	int rounds, mistakes;
};

/* In one read transaction a row, its collection's version and the list say the same; later, nothing is older. */
static void *watch(void *data)
{
	struct watcher *watcher = data;
	struct fixture *f = watcher->f;
	struct store_reader *reader;
	int64_t last = 0;

	if (store_reader_new(f->store, &reader) < 0)
		return NULL;
	do {
		struct store_query query = { .collection = &f->users, .limit = 5 };
		struct store_page page = { 0 };
		struct store_row row = { 0 };
		struct arena arena;
		int64_t version = 0, modified_ms;

		arena_init(&arena, 4096, 1 << 20);
		store_reader_refresh(reader);
		if (store_get(reader, &f->users, S("1"), NULL, 0, &arena, &row) != STORE_DONE ||
		    store_collection_version(reader, &f->users, &version, &modified_ms) != STORE_DONE ||
		    store_list(reader, &query, &arena, &page) != STORE_DONE || row.version != version ||
		    page.version != version || page.count != 1 || page.rows[0].version != version ||
		    version < last)
			watcher->mistakes++;
		last = version;
		watcher->rounds++;
		arena_done(&arena);
	} while (!atomic_load(watcher->is_over));
	store_reader_free(reader);
	return NULL;
}

static void readers_see_whole_transactions_while_rows_change(void **state)
{
	enum { WATCHERS = 2, CHANGES = 200 };
	struct fixture *f = *state;
	atomic_bool is_over = false;
	struct watcher watchers[WATCHERS];
	pthread_t threads[WATCHERS];
	char body[32];

	assert_int_equal(write_row(f, &f->users, "1", "{}", NULL), STORE_DONE);
	for (int i = 0; i < WATCHERS; i++) {
		watchers[i] = (struct watcher){ .f = f, .is_over = &is_over };
		assert_int_equal(pthread_create(&threads[i], NULL, watch, &watchers[i]), 0);
	}
	for (int i = 0; i < CHANGES; i++) {
		snprintf(body, sizeof(body), "{\"age\":%d}", i);
		assert_int_equal(write_row(f, &f->users, "1", body, NULL), STORE_DONE);
	}
	atomic_store(&is_over, true);
	for (int i = 0; i < WATCHERS; i++) {
		pthread_join(threads[i], NULL);
		assert_true(watchers[i].rounds > 0);
		assert_int_equal(watchers[i].mistakes, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(numbers_of_every_size_make_cursors),
		STORE_TEST(the_largest_id_does_not_end_the_counting),
		STORE_TEST(a_scope_may_ask_for_the_id_and_for_booleans),
		STORE_TEST(a_statement_that_takes_too_long_times_out_and_the_next_goes_on),
		STORE_TEST(a_file_that_may_not_be_written_is_read_only_until_it_may),
		STORE_TEST(readers_see_whole_transactions_while_rows_change),
	};

	return cmocka_run_group_tests_name("store/extremes", tests, NULL, NULL);
}
