#include <signal.h>
#include <sys/wait.h>

#include "unit/store/fixture.h"

static int reopen(struct fixture *f)
{
	fixture_close(f);
	issues_init(&f->issues, &f->arena);
	return store_open(&f->options, &f->spec, &f->issues, &f->store);
}

static void open_reader(struct fixture *f)
{
	assert_int_equal(store_reader_new(f->store, &f->reader), 0);
}

static bool says(const struct fixture *f, const char *text)
{
	for (size_t i = 0; i < f->issues.count; i++)
		if (strstr(f->issues.list[i].message.at, text))
			return true;
	return false;
}

static void a_person_can_select_members(void **state)
{
	struct fixture *f = *state;
	sqlite3_stmt *statement;
	sqlite3 *db;

	write_row(f, &f->users, NULL, "{\"email\":\"a@x\",\"age\":7}", NULL);
	sqlite3_open(f->path, &db);
	assert_int_equal(
		sqlite3_prepare_v2(db, "SELECT email, age FROM users WHERE id = 1", -1, &statement, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(statement, 0), "a@x");
	assert_int_equal(sqlite3_column_int(statement, 1), 7);
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

static void a_new_member_and_collection_are_added_and_nothing_is_dropped(void **state)
{
	struct fixture *f = *state;
	static struct store_member more[] = { { STR_INIT("nick"), STORE_TEXT, true },
		                              { STR_INIT("email"), STORE_TEXT, true } };
	struct collection books = {
		.name = S("books"), .id_name = S("id"), .id_kind = STORE_ID_TEXT, .index = 3
	};
	struct collection *list[] = { &f->users, &f->orders, &f->settings, &books };
	struct str nick = S("al");
	const struct store_filter filter = { .member = 0, .values = &nick, .count = 1 };
	struct store_page page;
	struct store_row row;

	write_row(f, &f->users, NULL, "{\"email\":\"a@x\",\"nick\":\"al\",\"age\":3}", NULL);
	fixture_close(f); /* a spec does not change under an open store */
	f->users.members = more;
	f->users.member_count = 2;
	f->users.unique_count = 0;
	f->spec = (struct store_spec){ .collections = list, .count = 4 };
	assert_int_equal(reopen(f), 0);
	open_reader(f);
	assert_int_equal(store_list(f->reader,
	                            &(struct store_query){ .collection = &f->users,
	                                                   .filters = &filter,
	                                                   .filter_count = 1,
	                                                   .limit = 5 },
	                            &f->arena, &page),
	                 STORE_DONE);
	assert_int_equal(page.count, 1);
	assert_int_equal(write_row(f, &books, "x", "{}", NULL), STORE_DONE);
	fixture_close(f);
	f->users.members = user_members; /* the old document again: its columns are all there */
	f->users.member_count = 6;
	f->users.unique_count = 2;
	f->spec = (struct store_spec){ .collections = f->list, .count = 3 };
	assert_int_equal(reopen(f), 0);
	open_reader(f);
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_DONE);
}

static void a_unique_index_that_rows_break_names_them(void **state)
{
	struct fixture *f = *state;
	static const size_t age[] = { 3 };
	static struct store_unique by_age[] = { { age, 1, 0 } };

	write_row(f, &f->users, NULL, "{\"age\":3}", NULL);
	write_row(f, &f->users, NULL, "{\"age\":3}", NULL);
	write_row(f, &f->users, NULL, "{\"age\":4}", NULL);
	fixture_close(f);
	f->users.uniques = by_age;
	f->users.unique_count = 1;
	assert_int_equal(reopen(f), STATUTE_EDOCUMENT);
	assert_true(says(f, "rows 1, 2"));
	f->users.uniques = user_uniques;
	f->users.unique_count = 2;
	assert_int_equal(reopen(f), 0);
	open_reader(f);
}

static int count_indexes(const struct fixture *f, const char *column)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	int count;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db,
	                           "SELECT count(*) FROM pragma_index_list('users') AS l, "
	                           "pragma_index_info(l.name) AS c WHERE c.seqno = 0 AND c.name = ?1",
	                           -1, &statement, NULL),
		SQLITE_OK);
	sqlite3_bind_text(statement, 1, column, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	count = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return count;
}

/* Each index is written with every row; one that an earlier version made is dropped. */
static void a_member_that_is_unique_alone_has_no_second_index(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = NULL;

	assert_true(user_members[0].is_indexed);
	assert_int_equal(count_indexes(f, "email"), 1);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "CREATE INDEX 'users(\"email\").index' ON users (email)", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(count_indexes(f, "email"), 2);
	assert_int_equal(reopen(f), 0);
	assert_int_equal(count_indexes(f, "email"), 1);
	f->users.unique_count = 0; /* no longer unique: lists still need one */
	assert_int_equal(reopen(f), 0);
	assert_int_equal(count_indexes(f, "email"), 1);
	f->users.unique_count = 2;
	open_reader(f);
}

static void a_unique_that_the_document_drops_refuses_no_more(void **state)
{
	struct fixture *f = *state;

	write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_UNIQUE);
	fixture_close(f);
	f->users.unique_count = 0;
	assert_int_equal(reopen(f), 0);
	open_reader(f);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_DONE);
}

static void ids_of_another_type_are_refused_at_the_start(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	f->users.id_kind = STORE_ID_UUID;
	assert_int_equal(reopen(f), STATUTE_EDOCUMENT);
	assert_true(says(f, "another type"));
	f->users.id_kind = STORE_ID_INTEGER;
	f->orders.name = S("Users");
	assert_int_equal(reopen(f), STATUTE_EDOCUMENT);
	assert_true(says(f, "case of letters"));
	f->orders.name = S("orders");
	assert_int_equal(reopen(f), 0);
	open_reader(f);
}

static void a_singleton_can_refer_to_a_row(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	f->settings.members = order_members;
	f->settings.member_count = 4;
	f->settings.references = order_references;
	f->settings.reference_count = 1;
	assert_int_equal(reopen(f), 0);
	open_reader(f);
	write_row(f, &f->users, NULL, "{}", NULL);
	write_row(f, &f->users, NULL, "{}", NULL);
	assert_int_equal(write_row(f, &f->settings, "", "{\"userId\":1}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, "1", NULL, NULL), STORE_IN_USE);
	assert_int_equal(write_row(f, &f->users, "2", NULL, NULL), STORE_DONE);
}

static void a_rule_must_be_one_expression_over_the_members(void **state)
{
	struct fixture *f = *state;
	static const char *const wrong[] = {
		"quantity >=",
		"quantty >= 1",
		"1) , (2",
		"1; DROP TABLE users",
		"(SELECT count(*) FROM users) > 0",
		"load_extension('x')",
		"1 -- ",
		"?1",
		"quantity > 0 /*",
	};
	static struct store_rule rule;

	fixture_close(f);
	f->orders.rules = &rule;
	f->orders.rule_count = 1;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		rule.check = str_from(wrong[i]);
		assert_int_equal(reopen(f), STATUTE_EDOCUMENT);
		assert_int_equal(f->issues.errors, 1);
	}
	rule.check = S("quantity BETWEEN 1 AND 9 OR coalesce(discount, 0) = 0");
	assert_int_equal(reopen(f), 0);
	open_reader(f);
}

static void rows_that_break_a_new_rule_are_a_warning(void **state)
{
	struct fixture *f = *state;
	static struct store_rule rule = { STR_INIT("quantity >= 10"), 0 };

	write_row(f, &f->orders, NULL, "{\"quantity\":1}", NULL);
	fixture_close(f);
	f->orders.rules = &rule;
	f->orders.rule_count = 1;
	assert_int_equal(reopen(f), 0);
	assert_true(says(f, "1 rows of 'orders' break the rule"));
	open_reader(f);
}

static void strange_member_names_are_members_like_others(void **state)
{
	struct fixture *f = *state;
	static struct store_member strange[] = {
		{ STR_INIT("a b"), STORE_TEXT, true },
		{ STR_INIT("it's"), STORE_TEXT, true },
		{ STR_INIT("x.y"), STORE_TEXT, true },
		{ STR_INIT("Email"), STORE_TEXT, true },
		{ STR_INIT("email"), STORE_TEXT, true },
		{ STR_INIT("_body"), STORE_TEXT, true },
		{ STR_INIT("$[0]"), STORE_TEXT, true },
		{ STR_INIT("ID"), STORE_TEXT, true },
		{ STR_INIT("select"), STORE_TEXT, true },
		{ STR_INIT("gr\xC3\xBC\xC3\x9F"), STORE_TEXT, true },
	};
	enum { COUNT = sizeof(strange) / sizeof(strange[0]) };
	static struct collection things;
	static struct collection *list[] = { &things };

	things = (struct collection){ .name = S("odd things"),
		                      .id_name = S("id"),
		                      .members = strange,
		                      .member_count = COUNT,
		                      .index = 0 };
	fixture_close(f);
	f->spec = (struct store_spec){ .collections = list, .count = 1 };
	assert_int_equal(reopen(f), 0);
	open_reader(f);
	for (size_t i = 0; i < COUNT; i++) {
		struct json *object = json_new(&f->arena, JSON_OBJECT);
		struct str value = S("here");
		const struct store_filter filter = { .member = i, .values = &value, .count = 1 };
		struct store_page page;
		struct buf body;

		assert_int_equal(
			json_set(&f->arena, object, strange[i].name, json_new_string(&f->arena, value)), 0);
		buf_init(&body, &f->arena, 4096);
		json_write(&body, object);
		buf_add_char(&body, '\0');
		assert_int_equal(write_row(f, &things, NULL, body.at, NULL), STORE_DONE);
		assert_int_equal(store_list(f->reader,
		                            &(struct store_query){ .collection = &things,
		                                                   .filters = &filter,
		                                                   .filter_count = 1,
		                                                   .limit = 5 },
		                            &f->arena, &page),
		                 STORE_DONE);
		assert_int_equal(page.count, 1);
	}
	fixture_close(f);
	f->spec = (struct store_spec){ .collections = f->list, .count = 3 };
}

static void files_of_others_are_left_alone(void **state)
{
	struct fixture *f = *state;
	char path[128];
	sqlite3 *db;
	FILE *file;

	snprintf(path, sizeof(path), "%s/other.db", f->folder);
	sqlite3_open(path, &db);
	sqlite3_exec(db, "CREATE TABLE users (x)", NULL, NULL, NULL);
	sqlite3_close(db);
	f->options.path = path;
	assert_int_equal(reopen(f), STATUTE_ESTORE);
	assert_true(says(f, "not made by Statute"));
	file = fopen(path, "w");
	fputs("This is no database, and longer than the header of one is: a hundred bytes, give or take a "
	      "few more.",
	      file);
	fclose(file);
	assert_int_equal(store_open(&f->options, &f->spec, &f->issues, &f->store), STATUTE_ESTORE);
	unlink(path);
	f->options.path = f->path;
	assert_int_equal(store_open(&f->options, &f->spec, &f->issues, &f->store), 0);
	open_reader(f);
}

/* Writes as fast as it can and tells each row that is done through a pipe. */
static void write_until_killed(struct fixture *f, int pipe)
{
	for (int i = 0;; i++) {
		char body[64];
		struct str id;

		snprintf(body, sizeof(body), "{\"email\":\"%d-%d@x\"}", (int)getpid(), i);
		if (write_row(f, &f->users, NULL, body, &id) != STORE_DONE ||
		    write(pipe, id.at, id.len) < 0 || write(pipe, "\n", 1) < 0)
			_exit(1);
	}
}

static void what_was_done_survives_sigkill(void **state)
{
	struct fixture *f = *state;

	for (int round = 0; round < 20; round++) {
		int ends[2], status;
		char line[32];
		FILE *reports;
		sqlite3_stmt *statement;
		sqlite3 *db;
		pid_t child;

		fixture_close(f);
		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (child == 0) {
			fixture_open(f);
			write_until_killed(f, ends[1]);
		}
		close(ends[1]);
		reports = fdopen(ends[0], "r");
		for (int i = 0; i <= round * 3; i++) /* some rows are done: an event, not a time */
			assert_non_null(fgets(line, sizeof(line), reports));
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		fixture_open(f);
		do {
			struct store_row row;

			line[strcspn(line, "\n")] = '\0';
			assert_int_equal(read_row(f, &f->users, line, &row), STORE_DONE);
		} while (fgets(line, sizeof(line), reports) && strchr(line, '\n'));
		fclose(reports);
		sqlite3_open(f->path, &db);
		sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL);
		assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
		assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
		sqlite3_finalize(statement);
		sqlite3_close(db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_person_can_select_members),
		STORE_TEST(a_new_member_and_collection_are_added_and_nothing_is_dropped),
		STORE_TEST(a_unique_index_that_rows_break_names_them),
		STORE_TEST(a_member_that_is_unique_alone_has_no_second_index),
		STORE_TEST(a_unique_that_the_document_drops_refuses_no_more),
		STORE_TEST(ids_of_another_type_are_refused_at_the_start),
		STORE_TEST(a_singleton_can_refer_to_a_row),
		STORE_TEST(a_rule_must_be_one_expression_over_the_members),
		STORE_TEST(rows_that_break_a_new_rule_are_a_warning),
		STORE_TEST(strange_member_names_are_members_like_others),
		STORE_TEST(files_of_others_are_left_alone),
		STORE_TEST(what_was_done_survives_sigkill),
	};

	return cmocka_run_group_tests_name("store/layout", tests, NULL, NULL);
}
