#include "unit/store/fixture.h"

enum { ROWS = 157 };

static void fill(struct fixture *f)
{
	char body[128];
	unsigned seed = 7;

	for (int i = 0; i < ROWS; i++) {
		int age = rand_r(&seed) % 6, score = rand_r(&seed) % 4;

		if (age == 5) /* missing */
			snprintf(body, sizeof(body), "{\"email\":\"%d@x\",\"score\":%d.5}", i, score);
		else
			snprintf(body, sizeof(body),
			         "{\"email\":\"%d@x\",\"age\":%d,\"score\":%d.5,\"active\":%s}", i, age,
			         score, i % 2 ? "true" : "false");
		assert_int_equal(write_row(f, &f->users, NULL, body, NULL), STORE_DONE);
	}
}

static void page(struct fixture *f, const struct store_query *query, struct store_page *page)
{
	assert_int_equal(store_list(f->reader, query, &f->arena, page), STORE_DONE);
}

/* Pages forward to the end and back to the start give the same rows as one large page. */
static void walk_by(struct fixture *f, struct store_query query, uint32_t limit)
{
	struct store_page whole, part;
	size_t at = 0, before;

	query.limit = 1000;
	page(f, &query, &whole);
	query.limit = limit;
	do {
		page(f, &query, &part);
		for (size_t i = 0; i < part.count; i++, at++)
			assert_true(str_eq(part.rows[i].id, whole.rows[at].id));
		query.cursor = part.next;
	} while (part.next.len);
	assert_int_equal(at, whole.count);
	before = whole.count - part.count;
	while (part.prev.len) {
		query.cursor = part.prev;
		page(f, &query, &part);
		assert_true(part.count <= before);
		before -= part.count;
		for (size_t i = 0; i < part.count; i++)
			assert_true(str_eq(part.rows[i].id, whole.rows[before + i].id));
	}
	assert_int_equal(before, 0);
}

static void walk(struct fixture *f, struct store_query query)
{
	walk_by(f, query, 10);
}

static void pages_join_to_the_whole_in_every_order(void **state)
{
	struct fixture *f = *state;
	static const struct store_sort sorts[][2] = {
		{ { STORE_MEMBER_ID, false }, { 0, false } },
		{ { STORE_MEMBER_ID, true }, { 0, false } },
		{ { 3, false }, { 4, false } },
		{ { 3, true }, { 4, false } },
		{ { 3, false }, { 4, true } },
		{ { 3, true }, { 4, true } },
		{ { 0, true }, { 3, false } },
		{ { 5, false }, { 3, true } },
	};

	fill(f);
	walk(f, (struct store_query){ .collection = &f->users });
	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
		walk(f, (struct store_query){ .collection = &f->users, .sorts = sorts[i], .sort_count = 2 });
}

static void missing_members_sort_first(void **state)
{
	struct fixture *f = *state;
	const struct store_sort sort = { 3, false };
	struct store_page rows;

	fill(f);
	page(f,
	     &(struct store_query){ .collection = &f->users, .sorts = &sort, .sort_count = 1, .limit = 1000 },
	     &rows);
	assert_null(strstr(rows.rows[0].body.at, "age"));
	assert_non_null(strstr(rows.rows[ROWS - 1].body.at, "\"age\":4"));
}

static void filters_compare_by_type(void **state)
{
	struct fixture *f = *state;
	struct str ages[] = { S("1"), S("2.0") }, no = S("x"), yes = S("true");
	struct store_filter filter = { .member = 3, .values = ages, .count = 2 };
	struct store_query query = { .collection = &f->users,
		                     .filters = &filter,
		                     .filter_count = 1,
		                     .limit = 1000,
		                     .counts_total = true };
	struct store_page rows;

	fill(f);
	page(f, &query, &rows);
	assert_true(rows.count > 10);
	assert_int_equal(rows.total, rows.count);
	for (size_t i = 0; i < rows.count; i++)
		assert_true(strstr(rows.rows[i].body.at, "\"age\":1") ||
		            strstr(rows.rows[i].body.at, "\"age\":2"));
	filter = (struct store_filter){ .member = 3, .values = &no, .count = 1 };
	page(f, &query, &rows);
	assert_int_equal(rows.count, 0);
	filter = (struct store_filter){ .member = 5, .values = &yes, .count = 1 };
	page(f, &query, &rows);
	for (size_t i = 0; i < rows.count; i++)
		assert_non_null(strstr(rows.rows[i].body.at, "true"));
}

/* More queries than statements are kept, each asked for again and again. */
static void statements_that_are_kept_serve_each_query_with_its_own_values(void **state)
{
	struct fixture *f = *state;
	struct store_page all;

	fill(f);
	page(f, &(struct store_query){ .collection = &f->users, .limit = 1000 }, &all);
	for (int round = 0; round < 3; round++)
		for (size_t count = 1; count <= 60; count++) {
			struct str values[60];
			const struct store_filter filter = { .values = values, .count = count };
			const struct store_query query = { .collection = &f->users,
				                           .filters = &filter,
				                           .filter_count = 1,
				                           .limit = 1000,
				                           .counts_total = true };
			struct store_page part;

			for (size_t i = 0; i < count; i++)
				values[i] = str_printf(&f->arena, "%d@x", (int)(i + (size_t)round));
			page(f, &query, &part);
			assert_int_equal(part.count, count);
			assert_int_equal(part.total, count);
			for (size_t i = 0; i < count; i++)
				assert_true(str_eq(part.rows[i].id, all.rows[i + (size_t)round].id));
		}
}

static void a_cursor_fits_only_its_own_query(void **state)
{
	struct fixture *f = *state;
	struct str age = S("1");
	const struct store_filter filter = { .member = 3, .values = &age, .count = 1 };
	const struct store_sort sort = { 3, true };
	struct store_page first, none;
	struct store_query query = { .collection = &f->users, .limit = 5 };
	static const char *const rubbish[] = {
		"x", "[]", "[1,false,1]", "{}", "[[1],false,1]", "null", "\xff"
	};

	fill(f);
	page(f, &query, &first);
	query.cursor = first.next;
	query.filters = &filter;
	query.filter_count = 1;
	assert_int_equal(store_list(f->reader, &query, &f->arena, &none), STORE_CONSTRAINT);
	query.filter_count = 0;
	query.sorts = &sort;
	query.sort_count = 1;
	assert_int_equal(store_list(f->reader, &query, &f->arena, &none), STORE_CONSTRAINT);
	query.sort_count = 0;
	assert_int_equal(store_list(f->reader, &query, &f->arena, &none), STORE_DONE);
	for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++) {
		query.cursor = str_from(rubbish[i]);
		assert_int_equal(store_list(f->reader, &query, &f->arena, &none), STORE_CONSTRAINT);
	}
}

static void numbers_of_any_size_are_places_to_go_on_from(void **state)
{
	struct fixture *f = *state;
	static const char *const scores[] = { "1e17",
		                              "9007199254740993",
		                              "9007199254740992",
		                              "-1e400",
		                              "1e400",
		                              "0.1",
		                              "123456789012345678901234567890",
		                              "5" };
	const struct store_sort up = { 4, false }, down = { 4, true };
	char body[64];

	for (size_t i = 0; i < sizeof(scores) / sizeof(scores[0]); i++) {
		snprintf(body, sizeof(body), "{\"score\":%s}", scores[i]);
		assert_int_equal(write_row(f, &f->users, NULL, body, NULL), STORE_DONE);
	}
	walk_by(f, (struct store_query){ .collection = &f->users, .sorts = &up, .sort_count = 1 }, 1);
	walk_by(f, (struct store_query){ .collection = &f->users, .sorts = &down, .sort_count = 1 }, 1);
}

static void rows_that_come_and_go_neither_repeat_nor_hide_others(void **state)
{
	struct fixture *f = *state;
	struct store_query query = { .collection = &f->users, .limit = 10 };
	struct store_page rows;

	fill(f);
	page(f, &query, &rows);
	assert_str(rows.rows[9].id, "10");
	write_row(f, &f->users, "10", NULL, NULL);
	write_row(f, &f->users, "5", NULL, NULL);
	query.cursor = rows.next;
	page(f, &query, &rows);
	assert_str(rows.rows[0].id, "11");
}

static void every_change_moves_the_version_of_the_collection(void **state)
{
	struct fixture *f = *state;
	int64_t versions[4], modified;

	for (int i = 0; i < 4; i++) {
		store_reader_refresh(f->reader);
		assert_int_equal(store_collection_version(f->reader, &f->users, &versions[i], &modified),
		                 STORE_DONE);
		assert_true(modified > 0);
		write_row(f, &f->users, i ? "1" : NULL, i == 2 ? NULL : "{}", NULL);
	}
	assert_true(versions[0] < versions[1] && versions[1] < versions[2] && versions[2] < versions[3]);
}

static void a_read_sees_one_moment_until_it_is_refreshed(void **state)
{
	struct fixture *f = *state;
	struct job job = { .refuses = false };
	struct store_row row;

	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_ABSENT);
	job_submit(f, &job, &f->users, NULL, "{}");
	job_wait(&job);
	job_end(&job);
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_ABSENT);
	store_reader_refresh(f->reader);
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(pages_join_to_the_whole_in_every_order),
		STORE_TEST(missing_members_sort_first),
		STORE_TEST(filters_compare_by_type),
		STORE_TEST(statements_that_are_kept_serve_each_query_with_its_own_values),
		STORE_TEST(a_cursor_fits_only_its_own_query),
		STORE_TEST(numbers_of_any_size_are_places_to_go_on_from),
		STORE_TEST(rows_that_come_and_go_neither_repeat_nor_hide_others),
		STORE_TEST(every_change_moves_the_version_of_the_collection),
		STORE_TEST(a_read_sees_one_moment_until_it_is_refreshed),
	};

	return cmocka_run_group_tests_name("store/list", tests, NULL, NULL);
}
