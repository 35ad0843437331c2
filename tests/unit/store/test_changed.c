/* Names that could be taken for one another, and documents that change while the data stays. */
#include "unit/store/fixture.h"

static struct store_member name_members[2];
static struct collection things;
static struct collection *things_list[] = { &things };

static int open_quietly(struct fixture *f)
{
	int r;

	issues_init(&f->issues, &f->arena);
	r = store_open(&f->options, &f->spec, &f->issues, &f->store);
	if (r == 0)
		assert_int_equal(store_reader_new(f->store, &f->reader), 0);
	return r;
}

static void use_things(struct fixture *f)
{
	fixture_close(f);
	things = (struct collection){
		.name = S("things"), .id_name = S("id"), .members = name_members, .member_count = 2
	};
	f->spec = (struct store_spec){ .collections = things_list, .count = 1 };
}

static void back_to_users(struct fixture *f)
{
	fixture_close(f);
	f->spec = (struct store_spec){ .collections = f->list, .count = 3 };
	fixture_open(f);
}

static size_t count_where(struct fixture *f, const struct collection *collection, size_t member,
                          struct str value)
{
	const struct store_filter filter = { .member = member, .values = &value, .count = 1 };
	const struct store_query query = {
		.collection = collection, .filters = &filter, .filter_count = 1, .limit = 100
	};
	struct store_page page;

	assert_int_equal(store_list(f->reader, &query, &f->arena, &page), STORE_DONE);
	return page.count;
}

static bool says(const struct fixture *f, const char *part)
{
	for (size_t i = 0; i < f->issues.count; i++)
		if (memmem(f->issues.list[i].message.at, f->issues.list[i].message.len, part, strlen(part)))
			return true;
	return false;
}

static void a_unique_that_left_the_document_binds_no_more(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_UNIQUE);
	fixture_close(f);
	f->users.unique_count = 0;
	fixture_open(f);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_DONE);
	fixture_close(f);
	f->users.unique_count = 2; /* and binds again when it is back, which these rows break */
	assert_int_equal(open_quietly(f), STATUTE_EDOCUMENT);
	assert_true(says(f, "rows 1, 2"));
	f->users.unique_count = 0;
	fixture_open(f);
}

static void members_that_differ_in_case_keep_their_columns_in_any_order(void **state)
{
	struct fixture *f = *state;

	use_things(f);
	name_members[0] = (struct store_member){ STR_INIT("name"), STORE_TEXT, true };
	name_members[1] = (struct store_member){ STR_INIT("Name"), STORE_TEXT, true };
	fixture_open(f);
	assert_int_equal(write_row(f, &things, NULL, "{\"name\":\"low\",\"Name\":\"high\"}", NULL),
	                 STORE_DONE);
	fixture_close(f);
	name_members[0].name = S("Name");
	name_members[1].name = S("name");
	fixture_open(f);
	assert_int_equal(count_where(f, &things, 0, S("high")), 1);
	assert_int_equal(count_where(f, &things, 1, S("low")), 1);
	fixture_close(f);
	things.member_count = 1; /* only "Name" is left, which is no longer ambiguous */
	fixture_open(f);
	assert_int_equal(count_where(f, &things, 0, S("high")), 1);
	back_to_users(f);
}

static void names_with_dots_have_indexes_of_their_own(void **state)
{
	struct fixture *f = *state;
	static struct store_member members[] = { { STR_INIT("a"), STORE_TEXT, false },
		                                 { STR_INIT("b"), STORE_TEXT, false },
		                                 { STR_INIT("a.b"), STORE_TEXT, false } };
	static const size_t pair[] = { 0, 1 }, dotted[] = { 2 };
	static struct store_unique uniques[] = { { pair, 2, 0 }, { dotted, 1, 0 } };

	use_things(f);
	things.members = members;
	things.member_count = 3;
	things.uniques = uniques;
	things.unique_count = 2;
	fixture_open(f);
	assert_int_equal(write_row(f, &things, NULL, "{\"a\":\"1\",\"b\":\"2\",\"a.b\":\"3\"}", NULL),
	                 STORE_DONE);
	assert_int_equal(write_row(f, &things, NULL, "{\"a\":\"1\",\"b\":\"2\",\"a.b\":\"4\"}", NULL),
	                 STORE_UNIQUE);
	assert_int_equal(write_row(f, &things, NULL, "{\"a\":\"1\",\"b\":\"1\",\"a.b\":\"3\"}", NULL),
	                 STORE_UNIQUE);
	back_to_users(f);
}

static void collections_with_dots_have_indexes_of_their_own(void **state)
{
	struct fixture *f = *state;
	static struct store_member dotted = { STR_INIT("b.c"), STORE_TEXT, false },
				   plain = { STR_INIT("c"), STORE_TEXT, false };
	static const size_t first[] = { 0 };
	static struct store_unique unique = { first, 1, 0 };
	static struct collection a, ab;
	static struct collection *list[] = { &a, &ab };

	fixture_close(f);
	a = (struct collection){ .name = S("a"),
		                 .id_name = S("id"),
		                 .members = &dotted,
		                 .member_count = 1,
		                 .uniques = &unique,
		                 .unique_count = 1 };
	ab = a;
	ab.name = S("a.b");
	ab.members = &plain;
	ab.index = 1;
	f->spec = (struct store_spec){ .collections = list, .count = 2 };
	fixture_open(f);
	assert_int_equal(write_row(f, &a, NULL, "{\"b.c\":\"1\"}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &a, NULL, "{\"b.c\":\"1\"}", NULL), STORE_UNIQUE);
	assert_int_equal(write_row(f, &ab, NULL, "{\"c\":\"1\"}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &ab, NULL, "{\"c\":\"1\"}", NULL), STORE_UNIQUE);
	back_to_users(f);
}

static void collections_that_differ_in_case_alone_are_refused(void **state)
{
	struct fixture *f = *state;
	static struct collection upper;
	static struct collection *list[] = { &things, &upper };

	use_things(f);
	things.member_count = 0;
	upper = things;
	upper.name = S("Things");
	upper.index = 1;
	f->spec = (struct store_spec){ .collections = list, .count = 2 };
	assert_int_equal(open_quietly(f), STATUTE_EDOCUMENT);
	assert_true(says(f, "Things"));
	back_to_users(f);
}

static void a_collection_keeps_the_case_of_its_letters(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
	fixture_close(f);
	f->users.name = S("Users");
	assert_int_equal(open_quietly(f), STATUTE_EDOCUMENT);
	assert_true(says(f, "'users'"));
	f->users.name = S("users");
	fixture_open(f);
	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
}

static void many_rows_that_break_a_unique_are_named_by_a_few(void **state)
{
	struct fixture *f = *state;
	static const size_t by_age[] = { 3 };
	static struct store_unique unique = { by_age, 1, 0 };

	for (int i = 0; i < 12; i++)
		assert_int_equal(write_row(f, &f->users, NULL, i % 2 ? "{\"age\":3}" : "{\"age\":4}", NULL),
		                 STORE_DONE);
	fixture_close(f);
	f->users.uniques = &unique;
	f->users.unique_count = 1;
	assert_int_equal(open_quietly(f), STATUTE_EDOCUMENT);
	assert_int_equal(f->issues.errors, 2);
	assert_true(
		says(f, "'3' cannot be unique in 'users': the rows 2, 4, 6, 8, 10 and more have the same"));
	f->users.uniques = user_uniques;
	f->users.unique_count = 2;
	fixture_open(f);
}

static void an_index_of_somebody_else_is_not_dropped(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db;

	use_things(f);
	name_members[0] = (struct store_member){ STR_INIT("size"), STORE_TEXT, true };
	things.member_count = 1;
	fixture_open(f);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE INDEX mine ON things (size)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	fixture_close(f);
	name_members[0].type = STORE_INTEGER;
	assert_int_equal(open_quietly(f), STATUTE_ESTORE);
	assert_true(says(f, "mine"));
	name_members[0].type = STORE_TEXT;
	fixture_open(f);
	back_to_users(f);
}

static void a_member_of_another_type_sorts_as_that_type(void **state)
{
	struct fixture *f = *state;
	static const struct store_sort by_size = { 0, false };
	struct store_query query = { .collection = &things, .sorts = &by_size, .sort_count = 1, .limit = 10 };
	struct store_page page;

	use_things(f);
	name_members[0] = (struct store_member){ STR_INIT("size"), STORE_TEXT, true };
	things.member_count = 1;
	fixture_open(f);
	assert_int_equal(write_row(f, &things, NULL, "{\"size\":\"10\"}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &things, NULL, "{\"size\":\"9\"}", NULL), STORE_DONE);
	assert_int_equal(store_list(f->reader, &query, &f->arena, &page), STORE_DONE);
	assert_str(page.rows[0].id, "1");
	fixture_close(f);
	name_members[0].type = STORE_INTEGER;
	fixture_open(f);
	assert_int_equal(write_row(f, &things, NULL, "{\"size\":8}", NULL), STORE_DONE);
	assert_int_equal(store_list(f->reader, &query, &f->arena, &page), STORE_DONE);
	assert_int_equal(page.count, 3);
	assert_str(page.rows[0].id, "3");
	assert_str(page.rows[1].id, "2");
	assert_str(page.rows[2].id, "1");
	back_to_users(f);
}

static void ids_of_another_kind_are_an_error_of_the_document(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
	fixture_close(f);
	f->users.id_kind = STORE_ID_TEXT;
	assert_int_equal(open_quietly(f), STATUTE_EDOCUMENT);
	assert_true(says(f, "id"));
	f->users.id_kind = STORE_ID_INTEGER;
	f->orders.id_kind = STORE_ID_INTEGER;
	assert_int_equal(open_quietly(f), STATUTE_EDOCUMENT);
	f->orders.id_kind = STORE_ID_TEXT; /* one text for another */
	fixture_open(f);
}

static void a_new_rule_over_the_id_counts_the_rows_that_break_it(void **state)
{
	struct fixture *f = *state;
	static struct store_rule rule = { STR_INIT("id > 1"), 0 };

	assert_int_equal(write_row(f, &f->users, NULL, "{\"id\":1}", NULL), STORE_DONE);
	fixture_close(f);
	f->users.rules = &rule;
	f->users.rule_count = 1;
	fixture_open(f);
	assert_true(says(f, "1 rows of 'users' break the rule"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_unique_that_left_the_document_binds_no_more),
		STORE_TEST(members_that_differ_in_case_keep_their_columns_in_any_order),
		STORE_TEST(names_with_dots_have_indexes_of_their_own),
		STORE_TEST(collections_with_dots_have_indexes_of_their_own),
		STORE_TEST(collections_that_differ_in_case_alone_are_refused),
		STORE_TEST(a_collection_keeps_the_case_of_its_letters),
		STORE_TEST(many_rows_that_break_a_unique_are_named_by_a_few),
		STORE_TEST(an_index_of_somebody_else_is_not_dropped),
		STORE_TEST(a_member_of_another_type_sorts_as_that_type),
		STORE_TEST(ids_of_another_kind_are_an_error_of_the_document),
		STORE_TEST(a_new_rule_over_the_id_counts_the_rows_that_break_it),
	};

	return cmocka_run_group_tests_name("store/changed", tests, NULL, NULL);
}
