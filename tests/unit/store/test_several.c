/* Several writes as one: kept by one commit or undone together, each part undone by itself where it fails. */
#include "unit/store/several.h"

static int64_t version_of(struct fixture *f, const struct collection *collection)
{
	int64_t version = 0, modified_ms;

	assert_int_equal(store_collection_version(f->reader, collection, &version, &modified_ms), STORE_DONE);
	store_reader_refresh(f->reader);
	return version;
}

static uint64_t commits(struct fixture *f)
{
	struct store_counters counters;

	store_count(f->store, &counters);
	return counters.commits;
}

static void parts_see_what_those_before_them_wrote(void **state)
{
	struct fixture *f = *state;
	struct several several = { .count = 0 };
	struct store_row row;

	several_add(&several, &f->users, NULL, "{\"email\":\"a@x\"}");
	several_add(&several, &f->users, "1", "{\"email\":\"b@x\"}");
	several_add(&several, &f->users, NULL, "{\"email\":\"a@x\"}"); /* free again */
	several_add(&several, &f->orders, NULL, "{\"userId\":1,\"quantity\":1}");
	assert_int_equal(several_do(f, &several), STORE_DONE);
	for (size_t i = 0; i < several.count; i++)
		assert_int_equal(several.parts[i].write.outcome, STORE_DONE);
	assert_int_equal(several.parts[1].seen.state, ROW_LIVE);
	assert_int_equal(several.parts[1].write.row.version, 2);
	assert_str(several.parts[2].write.row.id, "2");
	assert_int_equal(several.page.count, 2);
	assert_str(several.row.body, "{\"email\":\"b@x\"}");
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_DONE);
	assert_str(row.body, "{\"email\":\"b@x\"}");
	several_end(&several);
}

static void all_parts_are_one_commit(void **state)
{
	struct fixture *f = *state;
	struct several several = { .count = 0 };
	uint64_t before = commits(f);

	for (int i = 0; i < PARTS_MAX; i++)
		several_add(&several, &f->settings, "", "{}");
	assert_int_equal(several_do(f, &several), STORE_DONE);
	assert_int_equal(commits(f) - before, 1);
	several_end(&several);
}

static void a_part_that_fails_undoes_itself_alone(void **state)
{
	struct fixture *f = *state;
	struct several several = { .count = 0 };
	struct store_row row;

	several_add(&several, &f->users, NULL, "{\"email\":\"a@x\"}");
	several_add(&several, &f->users, NULL, "{\"email\":\"a@x\"}");
	several_add(&several, &f->orders, NULL, "{\"userId\":9,\"quantity\":1}");
	several_add(&several, &f->users, NULL, "{\"email\":\"b@x\"}");
	several.parts[0].secret = "{\"password\":\"x\"}";
	assert_int_equal(several_do(f, &several), STORE_DONE);
	assert_int_equal(several.parts[0].write.outcome, STORE_DONE);
	assert_int_equal(several.parts[1].write.outcome, STORE_UNIQUE);
	assert_str(several.parts[1].write.conflict.id, "1");
	assert_int_equal(several.parts[2].write.outcome, STORE_REFERENCE_MISSING);
	assert_int_equal(several.parts[3].write.outcome, STORE_DONE);
	assert_int_equal(several.page.count, 2);
	assert_int_equal(version_of(f, &f->users), 2);
	assert_int_equal(version_of(f, &f->orders), 0);
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_DONE);
	assert_str(row.secret, "{\"password\":\"x\"}");
	several_end(&several);
}

static void a_part_that_writes_nothing_ends_nothing(void **state)
{
	struct fixture *f = *state;
	struct several several = { .count = 0 };

	several_add(&several, &f->users, NULL, "{\"email\":\"a@x\"}");
	several_add(&several, &f->users, "1", "{\"email\":\"b@x\"}");
	several.parts[1].refuses = true;
	assert_int_equal(several_do(f, &several), STORE_DONE);
	assert_int_equal(several.parts[1].write.outcome, STORE_REFUSED);
	assert_str(several.row.body, "{\"email\":\"a@x\"}");
	several_end(&several);
}

static void what_is_refused_as_a_whole_was_never_there(void **state)
{
	struct fixture *f = *state;
	struct several several = { .is_undone = true };
	struct store_row row;

	write_row(f, &f->users, NULL, "{\"email\":\"a@x\"}", NULL);
	several_add(&several, &f->users, "1", "{\"email\":\"b@x\"}");
	several_add(&several, &f->users, NULL, "{\"email\":\"c@x\"}");
	several_add(&several, &f->settings, "", "{\"dark\":true}");
	assert_int_equal(several_do(f, &several), STORE_REFUSED);
	assert_int_equal(several.parts[1].write.outcome, STORE_DONE);
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_DONE);
	assert_str(row.body, "{\"email\":\"a@x\"}");
	assert_int_equal(row.version, 1);
	assert_int_equal(read_row(f, &f->users, "2", &row), STORE_ABSENT);
	assert_int_equal(read_row(f, &f->settings, "", &row), STORE_ABSENT);
	assert_int_equal(version_of(f, &f->users), 1);
	several_end(&several);
}

static void others_that_wait_with_it_are_not_touched(void **state)
{
	struct fixture *f = *state;
	struct several several = { .is_undone = true };
	struct job before = { .refuses = false }, after = { .refuses = false };
	struct store_row row;

	several_add(&several, &f->users, "1", "{\"email\":\"b@x\"}");
	job_queue(f, &before, &f->users, NULL, "{\"email\":\"a@x\"}");
	several_queue(f, &several);
	job_queue(f, &after, &f->users, NULL, "{\"email\":\"b@x\"}");
	assert_int_equal(several_wait(f, &several), STORE_REFUSED);
	job_wait(&before);
	job_wait(&after);
	assert_int_equal(before.write.outcome, STORE_DONE);
	assert_int_equal(after.write.outcome, STORE_DONE);
	assert_int_equal(read_row(f, &f->users, "1", &row), STORE_DONE);
	assert_str(row.body, "{\"email\":\"a@x\"}");
	job_end(&before);
	job_end(&after);
	several_end(&several);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(parts_see_what_those_before_them_wrote),
		STORE_TEST(all_parts_are_one_commit),
		STORE_TEST(a_part_that_fails_undoes_itself_alone),
		STORE_TEST(a_part_that_writes_nothing_ends_nothing),
		STORE_TEST(what_is_refused_as_a_whole_was_never_there),
		STORE_TEST(others_that_wait_with_it_are_not_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
