/* Changes that are kept for those who watch a collection. */
#include <stdatomic.h>

#include "unit/store/several.h"

static struct store_events events_after(struct fixture *f, const struct collection *collection, int64_t after)
{
	const struct store_events_query query = {
		.collection = collection, .after = after, .limit = 100, .bytes_max = 1 << 20
	};
	struct store_events events = { .count = 0 };

	assert_int_equal(store_read_events(f->reader, &query, &f->arena, &events), STORE_DONE);
	store_reader_refresh(f->reader);
	return events;
}

static void write_users(struct fixture *f, int count)
{
	char body[64];

	for (int i = 0; i < count; i++) {
		snprintf(body, sizeof(body), "{\"email\":\"%d@x\"}", i);
		assert_int_equal(write_row(f, &f->users, NULL, body, NULL), STORE_DONE);
	}
}

static void a_change_is_kept_with_the_row_before_and_after(void **state)
{
	struct fixture *f = *state;
	struct store_events events;

	f->users.is_watched = true;
	assert_int_equal(write_row(f, &f->users, NULL, "{\"age\":1}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, "1", "{\"age\":2}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, "1", NULL, NULL), STORE_DONE);
	events = events_after(f, &f->users, 0);
	assert_int_equal(events.count, 3);
	assert_int_equal(events.version, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(events.list[i].version, i + 1);
		assert_str(events.list[i].id, "1");
	}
	assert_str(events.list[0].before, "");
	assert_str(events.list[0].after, "{\"age\":1}");
	assert_str(events.list[1].before, "{\"age\":1}");
	assert_str(events.list[1].after, "{\"age\":2}");
	assert_str(events.list[2].before, "{\"age\":2}");
	assert_str(events.list[2].after, "");
	assert_int_equal(events_after(f, &f->users, 2).count, 1);
	assert_int_equal(events_after(f, &f->users, 3).count, 0);
}

static void what_nobody_watches_is_not_kept(void **state)
{
	struct fixture *f = *state;
	struct store_events events;

	f->users.is_watched = true;
	assert_int_equal(write_row(f, &f->users, NULL, "{}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->orders, NULL, "{\"userId\":1,\"quantity\":1}", NULL), STORE_DONE);
	assert_int_equal(events_after(f, &f->orders, 0).count, 0);
	assert_int_equal(events_after(f, &f->orders, 0).version, 1);
	events = events_after(f, &f->users, 0);
	assert_int_equal(events.count, 1);
}

static void what_failed_is_not_kept(void **state)
{
	struct fixture *f = *state;
	struct several several = { .count = 0 };

	f->users.is_watched = true;
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_DONE);
	assert_int_equal(write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL), STORE_UNIQUE);
	several_add(&several, &f->users, NULL, "{\"email\":\"b@x\"}");
	several.is_undone = true;
	assert_int_equal(several_do(f, &several), STORE_REFUSED);
	several_end(&several);
	assert_int_equal(events_after(f, &f->users, 0).count, 1);
}

static void versions_that_do_not_follow_tell_of_a_gap(void **state)
{
	struct fixture *f = *state;
	struct store_events events;

	f->users.is_watched = true;
	write_users(f, 1);
	f->users.is_watched = false;
	assert_int_equal(write_row(f, &f->users, "1", "{\"age\":1}", NULL), STORE_DONE);
	assert_int_equal(events_after(f, &f->users, 1).count, 0);
	assert_int_equal(events_after(f, &f->users, 1).version, 2);
	f->users.is_watched = true;
	assert_int_equal(write_row(f, &f->users, "1", "{\"age\":2}", NULL), STORE_DONE);
	events = events_after(f, &f->users, 1);
	assert_int_equal(events.count, 1);
	assert_int_equal(events.list[0].version, 3);
}

static void changes_outlive_the_store(void **state)
{
	struct fixture *f = *state;

	f->users.is_watched = true;
	write_users(f, 2);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(events_after(f, &f->users, 0).count, 2);
	assert_int_equal(write_row(f, &f->users, "1", NULL, NULL), STORE_DONE);
	assert_int_equal(events_after(f, &f->users, 0).list[2].version, 3);
}

static void open_with(struct fixture *f, unsigned changes_max, uint64_t bytes_max)
{
	fixture_close(f);
	f->options.changes_max = changes_max;
	f->options.change_bytes_max = bytes_max;
	fixture_open(f);
	f->users.is_watched = true;
}

static void the_newest_are_kept(void **state)
{
	struct fixture *f = *state;
	struct store_events events;

	open_with(f, 3, 1 << 20);
	write_users(f, 8);
	events = events_after(f, &f->users, 0);
	assert_int_equal(events.count, 3);
	assert_int_equal(events.list[0].version, 6);
}

static void as_many_are_kept_as_their_bytes_allow(void **state)
{
	struct fixture *f = *state;
	struct store_events events;

	open_with(f, 100, 40);
	write_users(f, 8); /* each of 15 bytes */
	events = events_after(f, &f->users, 0);
	assert_int_equal(events.count, 2);
	assert_int_equal(events.list[0].version, 7);
	assert_int_equal(write_row(f, &f->users, NULL,
	                           "{\"email\":\"a text that is longer than all that may be kept\"}", NULL),
	                 STORE_DONE);
	events = events_after(f, &f->users, 0);
	assert_int_equal(events.count, 1); /* the newest is kept in any case */
	assert_int_equal(events.list[0].version, 9);
}

static void what_is_too_old_goes_when_something_new_comes(void **state)
{
	struct fixture *f = *state;
	struct store_events events;
	sqlite3 *db;

	f->users.is_watched = true;
	write_users(f, 2);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE \"_change\" SET \"modified\" = 0 WHERE \"version\" = 1", NULL,
	                              NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(events_after(f, &f->users, 0).count, 2);
	assert_int_equal(write_row(f, &f->users, "1", NULL, NULL), STORE_DONE);
	events = events_after(f, &f->users, 0);
	assert_int_equal(events.count, 2);
	assert_int_equal(events.list[0].version, 2);
}

static void a_page_ends_at_its_bounds(void **state)
{
	struct fixture *f = *state;
	struct store_events_query query = { .collection = &f->users, .limit = 2, .bytes_max = 1 << 20 };
	struct store_events events;

	f->users.is_watched = true;
	write_users(f, 5);
	assert_int_equal(store_read_events(f->reader, &query, &f->arena, &events), STORE_DONE);
	assert_int_equal(events.count, 2);
	query.limit = 10;
	query.bytes_max = 20; /* reached by the second of 15 bytes */
	assert_int_equal(store_read_events(f->reader, &query, &f->arena, &events), STORE_DONE);
	assert_int_equal(events.count, 2);
	query.bytes_max = 1;
	assert_int_equal(store_read_events(f->reader, &query, &f->arena, &events), STORE_DONE);
	assert_int_equal(events.count, 1);
}

static void count_up(void *data)
{
	atomic_fetch_add((atomic_uint *)data, 1);
}

static void who_watches_is_told_after_each_commit(void **state)
{
	struct fixture *f = *state;
	atomic_uint told = 0;

	f->users.is_watched = true;
	store_watch(f->store, count_up, &told);
	write_users(f, 1);
	assert_int_equal(atomic_load(&told), 1); /* before the owner of the write is */
	assert_int_equal(write_row(f, &f->settings, "", "{}", NULL), STORE_DONE);
	store_watch(f->store, NULL, NULL);
	assert_int_equal(atomic_load(&told), 1);
	assert_int_equal(write_row(f, &f->users, "1", NULL, NULL), STORE_DONE);
	assert_int_equal(atomic_load(&told), 1);
}

static void ignore(void *data)
{
	(void)data;
}

static void a_write_of_an_earlier_spec_is_told_to_those_of_the_newest(void **state)
{
	struct fixture *f = *state;
	struct collection users = f->users;
	struct collection *list[] = { &users, &f->orders, &f->settings };
	const struct store_spec spec = { .collections = list, .count = 3 };
	struct store *later;

	users.is_watched = true;
	assert_int_equal(store_prepare(f->store, &spec, &later), 0);
	assert_int_equal(store_adopt(later, &f->issues), 0);
	write_users(f, 1);
	assert_int_equal(events_after(f, &users, 0).count, 1);
	store_reader_free(f->reader);
	store_retire(f->store, ignore, NULL);
	f->store = later;
	f->reader = NULL;
	fixture_close(f); /* before its spec goes */
	fixture_open(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_change_is_kept_with_the_row_before_and_after),
		STORE_TEST(what_nobody_watches_is_not_kept),
		STORE_TEST(what_failed_is_not_kept),
		STORE_TEST(versions_that_do_not_follow_tell_of_a_gap),
		STORE_TEST(changes_outlive_the_store),
		STORE_TEST(the_newest_are_kept),
		STORE_TEST(as_many_are_kept_as_their_bytes_allow),
		STORE_TEST(what_is_too_old_goes_when_something_new_comes),
		STORE_TEST(a_page_ends_at_its_bounds),
		STORE_TEST(who_watches_is_told_after_each_commit),
		STORE_TEST(a_write_of_an_earlier_spec_is_told_to_those_of_the_newest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
