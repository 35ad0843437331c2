/* Another spec for the same file, while the earlier one's writes and readers go on. */
#include <stdatomic.h>

#include "unit/store/fixture.h"

/* A second spec: users with other demands, and a collection that the first has not. It outlives its test. */
struct later {
	struct collection users, teams, orders, settings;
	struct collection *list[4];
	struct store_spec spec;
	struct issues issues;
	struct store *store;
	struct store_reader *reader;
};

static const size_t by_age[] = { 3 };
static struct store_unique unique_age[] = { { by_age, 1, 0 } };
static struct store_reference age_names_a_user[1];

static void make_later(struct fixture *f, struct later *later)
{
	*later = (struct later){ .users = f->users, .orders = f->orders, .settings = f->settings };
	later->users.uniques = NULL;
	later->users.unique_count = 0;
	later->teams = (struct collection){ .name = S("teams"),
		                            .id_name = S("id"),
		                            .id_kind = STORE_ID_INTEGER,
		                            .members = user_members,
		                            .member_count = 6,
		                            .index = 3 };
	later->list[0] = &later->users;
	later->list[1] = &later->orders;
	later->list[2] = &later->settings;
	later->list[3] = &later->teams;
	later->spec = (struct store_spec){ .collections = later->list, .count = 4 };
	issues_init(&later->issues, &f->arena);
}

static int adopt(struct fixture *f, struct later *later)
{
	int r;

	assert_int_equal(store_prepare(f->store, &later->spec, &later->store), 0);
	assert_int_equal(store_reader_new(later->store, &later->reader), 0);
	r = store_adopt(later->store, &later->issues);
	if (r == 0)
		return 0;
	store_reader_free(later->reader);
	store_discard(later->store);
	return r;
}

static void note(void *data)
{
	atomic_store((atomic_bool *)data, true);
}

/* The earlier store ends; the fixture goes on with the later one. */
static void retire_earlier(struct fixture *f, struct later *later, atomic_bool *ret_gone)
{
	store_reader_free(f->reader);
	store_retire(f->store, note, ret_gone);
	f->store = later->store;
	f->reader = later->reader;
}

static enum store_outcome write_through(struct fixture *f, struct store *store,
                                        const struct collection *collection, const char *id, const char *body)
{
	struct store *own = f->store;
	enum store_outcome outcome;

	f->store = store;
	outcome = write_row(f, collection, id, body, NULL);
	f->store = own;
	return outcome;
}

static void rows_of_one_spec_are_there_for_the_next(void **state)
{
	struct fixture *f = *state;
	static struct later later;
	static atomic_bool is_gone;
	struct store_row row;

	make_later(f, &later);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"id\":1,\"email\":\"a@x\"}", NULL), STORE_DONE);
	assert_int_equal(adopt(f, &later), 0);
	retire_earlier(f, &later, &is_gone);
	assert_int_equal(read_row(f, &later.users, "1", &row), STORE_DONE);
	assert_int_equal(row.version, 1);
	assert_int_equal(write_row(f, &later.users, "1", "{\"id\":1,\"email\":\"b@x\"}", NULL), STORE_DONE);
	assert_int_equal(read_row(f, &later.users, "1", &row), STORE_DONE);
	assert_int_equal(row.version, 2);
	assert_int_equal(write_row(f, &later.teams, NULL, "{\"id\":1}", NULL), STORE_DONE);
	assert_true(atomic_load(&is_gone));
}

static void both_specs_serve_while_the_earlier_one_has_work(void **state)
{
	struct fixture *f = *state;
	static struct later later;
	static atomic_bool is_gone;
	struct store_row row;

	make_later(f, &later);
	assert_int_equal(adopt(f, &later), 0);
	for (int i = 1; i <= 20; i++) {
		char id[16];
		bool is_early = i % 2;

		snprintf(id, sizeof(id), "%d", i);
		assert_int_equal(write_through(f, is_early ? f->store : later.store,
		                               is_early ? &f->users : &later.users, NULL, "{\"age\":1}"),
		                 STORE_DONE);
		store_reader_refresh(later.reader);
		assert_int_equal(
			store_get(later.reader, &later.users, str_from(id), NULL, 0, &f->arena, &row),
			STORE_DONE);
		assert_int_equal(read_row(f, &f->users, id, &row), STORE_DONE);
	}
	retire_earlier(f, &later, &is_gone);
}

static void a_unique_that_only_the_earlier_spec_has_binds_its_writes(void **state)
{
	struct fixture *f = *state;
	static struct later later;
	static atomic_bool is_gone;

	make_later(f, &later);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_DONE);
	assert_int_equal(adopt(f, &later), 0);
	assert_int_equal(write_through(f, f->store, &f->users, NULL, "{\"email\":\"a@x\"}"), STORE_UNIQUE);
	assert_int_equal(write_through(f, f->store, &f->users, NULL, "{\"email\":\"b@x\"}"), STORE_DONE);
	assert_int_equal(write_through(f, f->store, &f->users, "1", "{\"email\":\"a@x\"}"), STORE_DONE);
	assert_int_equal(write_through(f, f->store, &f->users, "1", "{\"email\":\"b@x\"}"), STORE_UNIQUE);
	assert_int_equal(write_through(f, later.store, &later.users, NULL, "{\"email\":\"a@x\"}"),
	                 STORE_DONE);
	retire_earlier(f, &later, &is_gone);
}

static void a_unique_of_the_newest_spec_asks_earlier_writes_to_come_again(void **state)
{
	struct fixture *f = *state;
	static struct later later;
	static atomic_bool is_gone;

	make_later(f, &later);
	later.users.uniques = unique_age;
	later.users.unique_count = 1;
	assert_int_equal(write_row(f, &f->users, NULL, "{\"age\":30}", NULL), STORE_DONE);
	assert_int_equal(adopt(f, &later), 0);
	assert_int_equal(write_through(f, f->store, &f->users, NULL, "{\"age\":30}"), STORE_BUSY);
	assert_int_equal(write_through(f, later.store, &later.users, NULL, "{\"age\":30}"), STORE_UNIQUE);
	assert_int_equal(write_through(f, f->store, &f->users, NULL, "{\"age\":31}"), STORE_DONE);
	retire_earlier(f, &later, &is_gone);
}

static void references_of_the_newest_spec_hold_for_earlier_writes(void **state)
{
	struct fixture *f = *state;
	static struct later later;
	static atomic_bool is_gone;

	make_later(f, &later);
	age_names_a_user[0] = (struct store_reference){ .member = 3, .target = &later.users };
	later.users.references = age_names_a_user;
	later.users.reference_count = 1;
	assert_int_equal(write_row(f, &f->users, NULL, "{\"id\":1}", NULL), STORE_DONE);
	assert_int_equal(adopt(f, &later), 0);
	assert_int_equal(write_through(f, f->store, &f->users, NULL, "{\"age\":9}"), STORE_BUSY);
	assert_int_equal(write_through(f, f->store, &f->users, NULL, "{\"age\":1}"), STORE_DONE);
	assert_int_equal(write_through(f, f->store, &f->users, "1", NULL), STORE_BUSY);
	assert_int_equal(write_through(f, f->store, &f->users, "2", NULL), STORE_DONE);
	assert_int_equal(write_through(f, f->store, &f->users, "1", NULL), STORE_DONE);
	retire_earlier(f, &later, &is_gone);
}

static void a_spec_that_the_rows_break_changes_nothing(void **state)
{
	struct fixture *f = *state;
	static struct later later;

	make_later(f, &later);
	later.users.uniques = unique_age;
	later.users.unique_count = 1;
	assert_int_equal(write_row(f, &f->users, NULL, "{\"age\":30,\"email\":\"a@x\"}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"age\":30,\"email\":\"b@x\"}", NULL), STORE_DONE);
	assert_int_equal(adopt(f, &later), STATUTE_EDOCUMENT);
	assert_int_equal(later.issues.errors, 1);
	/* the uniques of the spec that stays are there still, which the later one would have dropped */
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_UNIQUE);
}

static void a_rule_that_is_no_expression_changes_nothing(void **state)
{
	static struct store_rule rule = { STR_INIT("age >"), 7 };
	struct fixture *f = *state;
	static struct later later;

	make_later(f, &later);
	later.users.rules = &rule;
	later.users.rule_count = 1;
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_DONE);
	assert_int_equal(adopt(f, &later), STATUTE_EDOCUMENT);
	assert_int_equal(later.issues.list[0].position, 7);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_UNIQUE);
}

static void a_file_that_is_away_refuses_the_spec(void **state)
{
	struct fixture *f = *state;
	static struct later later;
	char away[112];

	make_later(f, &later);
	snprintf(away, sizeof(away), "%s-away", f->path);
	assert_int_equal(store_prepare(f->store, &later.spec, &later.store), 0);
	assert_int_equal(rename(f->path, away), 0);
	assert_int_equal(store_adopt(later.store, &later.issues), STATUTE_ESTORE);
	assert_int_equal(rename(away, f->path), 0);
	store_discard(later.store);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_DONE);
}

/* Writes of both specs at once, from two threads, over many changes of the spec. */
struct stream {
	struct fixture *f;
	struct store *store;
	const struct collection *users;
	atomic_bool *stops;
	size_t count;
};

static void *write_on(void *data)
{
	struct stream *stream = data;
	struct fixture own = { .store = stream->store };

	while (!atomic_load(stream->stops)) {
		struct job job = { .refuses = false };

		job_submit(&own, &job, stream->users, NULL, "{\"first\":\"a\"}");
		job_wait(&job);
		assert_int_equal(job.write.outcome, STORE_DONE);
		job_end(&job);
		stream->count++;
	}
	return NULL;
}

static void no_write_is_lost_while_the_spec_changes(void **state)
{
	enum { CHANGES = 20 };
	struct fixture *f = *state;
	static struct later laters[CHANGES]; /* they outlive the test, with the store */
	static atomic_bool gone[CHANGES];
	atomic_bool stops = false;
	struct stream stream = { f, f->store, &f->users, &stops, 0 };
	struct store_query query = { .collection = &laters[CHANGES - 1].users,
		                     .limit = 1,
		                     .counts_total = true };
	struct store_page page;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, write_on, &stream), 0);
	for (size_t i = 0; i < CHANGES; i++) {
		make_later(f, &laters[i]);
		laters[i].users.members = order_members; /* other columns each second time */
		laters[i].users.member_count = 4;
		if (i % 2) {
			laters[i].users.members = user_members;
			laters[i].users.member_count = 6;
		}
		assert_int_equal(adopt(f, &laters[i]), 0);
		atomic_init(&gone[i], false);
		if (i > 0) {
			store_reader_free(laters[i - 1].reader);
			store_retire(laters[i - 1].store, note, &gone[i - 1]);
		}
	}
	atomic_store(&stops, true);
	pthread_join(thread, NULL);
	retire_earlier(f, &laters[CHANGES - 1], &gone[CHANGES - 1]);
	assert_int_equal(store_list(f->reader, &query, &f->arena, &page), STORE_DONE);
	assert_int_equal(page.total, stream.count);
	fixture_close(f);
	for (size_t i = 0; i < CHANGES; i++)
		assert_true(atomic_load(&gone[i]));
	fixture_open(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(rows_of_one_spec_are_there_for_the_next),
		STORE_TEST(both_specs_serve_while_the_earlier_one_has_work),
		STORE_TEST(a_unique_that_only_the_earlier_spec_has_binds_its_writes),
		STORE_TEST(a_unique_of_the_newest_spec_asks_earlier_writes_to_come_again),
		STORE_TEST(references_of_the_newest_spec_hold_for_earlier_writes),
		STORE_TEST(a_spec_that_the_rows_break_changes_nothing),
		STORE_TEST(a_rule_that_is_no_expression_changes_nothing),
		STORE_TEST(a_file_that_is_away_refuses_the_spec),
		STORE_TEST(no_write_is_lost_while_the_spec_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
