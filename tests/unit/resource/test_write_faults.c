/*
 * Three writes of one batch, the second of which rests on the first, under faults of memory and
 * disk at every point: what is answered agrees with what is kept.
 */
#include <inttypes.h>

#include "unit/resource/fixture.h"
#include "unit/store/faults.h"

enum { ROUNDS_MAX = 1000 };

/* Holds the writer inside a transaction, so that what is submitted meanwhile becomes one batch. */
struct gate {
	struct store_write write;
	struct arena arena;
	pthread_mutex_t lock;
	pthread_cond_t moves;
	bool is_reached, is_open, is_over;
};

static void gate_set(struct gate *gate, bool *flag)
{
	pthread_mutex_lock(&gate->lock);
	*flag = true;
	pthread_cond_broadcast(&gate->moves);
	pthread_mutex_unlock(&gate->lock);
}

static void gate_wait(struct gate *gate, const bool *flag)
{
	pthread_mutex_lock(&gate->lock);
	while (!*flag)
		pthread_cond_wait(&gate->moves, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static int gate_decide(struct store_write *write, struct store_session *session,
                       const struct store_row *current, int64_t now_ms, struct store_change *ret_change)
{
	struct gate *gate = write->data;

	(void)session, (void)current, (void)now_ms, (void)ret_change;
	gate_set(gate, &gate->is_reached);
	gate_wait(gate, &gate->is_open);
	return 0;
}

static void gate_done(struct store_write *write)
{
	struct gate *gate = write->data;

	gate_set(gate, &gate->is_over);
}

static void gate_close(struct fixture *f, struct gate *gate)
{
	*gate = (struct gate){ .is_reached = false };
	arena_init(&gate->arena, 1024, 1 << 20);
	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->moves, NULL);
	gate->write = (struct store_write){ .collection = f->api->spec.collections[0],
		                            .arena = &gate->arena,
		                            .decide = gate_decide,
		                            .done = gate_done,
		                            .data = gate };
	assert_int_equal(store_submit(f->store, &gate->write), 0);
	store_hurry(f->store);
	gate_wait(gate, &gate->is_reached);
}

static void gate_open(struct gate *gate)
{
	gate_set(gate, &gate->is_open);
	gate_wait(gate, &gate->is_over);
	arena_done(&gate->arena);
	pthread_mutex_destroy(&gate->lock);
	pthread_cond_destroy(&gate->moves);
}

/* The row as it is: its version, and "count". */
struct seen {
	int64_t version, count;
};

static void look(struct fixture *f, struct seen *ret_seen)
{
	struct talk talk;
	struct json *body;
	const struct json *count;

	begin(f, &talk, "GET", "/things/1", "", "");
	assert_int_equal(finish(&talk), 200);
	assert_int_equal(resource_parse(&talk.x, talk.x.target.row.body, &body), 0);
	count = json_get(body, S("count"));
	ret_seen->version = talk.x.target.row.version;
	ret_seen->count = count ? strtoll(count->text.at, NULL, 10) : -1;
	exchange_done(&talk.x);
}

static bool is_unknown(const struct talk *talk)
{
	return talk->x.response.status == 500 && strcmp(talk->x.verdict.code, "OUTCOME_UNKNOWN") == 0;
}

/* Of a change without a condition, and a PUT with the tag that was current before both. */
static void check(const struct talk *change, const struct talk *put, const struct seen *before,
                  const struct seen *after, int64_t count)
{
	int first = change->x.response.status, second = put->x.response.status;
	bool was_changed = after->count == count;

	assert_true(first == 200 || first >= 500);
	assert_true(second == 200 || second == 412 || second >= 500);
	assert_false(first == 200 && second == 200);
	if (first == 200)
		assert_true(was_changed);
	else if (!is_unknown(change) && second != 200)
		assert_int_equal(after->version, before->version);
	if (second == 412) {
		assert_int_equal(first, 200);
		assert_int_equal(after->version, before->version + 1);
	}
	if (second == 200)
		assert_false(was_changed);
}

static void change_and_put_under(struct fixture *f, struct fault *fault, bool lasts)
{
	long hits = 1;

	assert_int_equal(ask(f, "POST", "/things", JSON, "{\"name\":\"a\"}"), 201);
	for (int round = 1; hits && round < ROUNDS_MAX; round++) {
		struct talk change, put, other;
		struct seen before, after;
		struct gate gate;
		char content[32], fields[96];

		look(f, &before);
		snprintf(content, sizeof(content), "{\"count\":%d}", round);
		snprintf(fields, sizeof(fields), JSON "If-Match: \"%" PRId64 "\"\r\n", before.version);
		gate_close(f, &gate);
		begin(f, &change, "PATCH", "/things/1", MERGE, content);
		begin(f, &put, "PUT", "/things/1", fields, "{\"name\":\"b\"}");
		begin(f, &other, "POST", "/things", JSON, "{}");
		give_content(&change);
		give_content(&put);
		give_content(&other);
		fault_set(fault, round, lasts);
		gate_open(&gate);
		finish(&change);
		finish(&put);
		finish(&other);
		hits = fault->hits;
		fault_set(fault, 0, false);
		store_reader_refresh(f->host.reader);
		look(f, &after);
		check(&change, &put, &before, &after, round);
		if (!hits) {
			assert_int_equal(change.x.response.status, 200);
			assert_int_equal(put.x.response.status, 412);
		}
		exchange_done(&change.x);
		exchange_done(&put.x);
		exchange_done(&other.x);
	}
	assert_int_equal(hits, 0);
}

static void of_writes_that_share_a_batch_the_answers_agree_where_memory_fails_once(void **state)
{
	change_and_put_under(*state, &memory_fault, false);
}

static void of_writes_that_share_a_batch_the_answers_agree_where_memory_fails_for_good(void **state)
{
	change_and_put_under(*state, &memory_fault, true);
}

static void of_writes_that_share_a_batch_the_answers_agree_where_the_disk_fails_once(void **state)
{
	change_and_put_under(*state, &file_fault, false);
}

static void of_writes_that_share_a_batch_the_answers_agree_where_the_disk_fails_for_good(void **state)
{
	change_and_put_under(*state, &file_fault, true);
}

/* A step that is forbidden after the first one, of which nobody knows whether it was made. */
static void a_refusal_is_not_told_where_what_it_rests_on_may_not_hold(void **state)
{
	struct fixture *f = *state;
	long hits = 1;

	for (int round = 1; hits && round < ROUNDS_MAX; round++) {
		struct talk close, open;
		struct gate gate;
		char path[32];

		assert_int_equal(ask(f, "POST", "/things", JSON, "{}"), 201);
		snprintf(path, sizeof(path), "/things/%d", round);
		gate_close(f, &gate);
		begin(f, &close, "PATCH", path, MERGE, "{\"state\":\"closed\"}");
		begin(f, &open, "PATCH", path, MERGE, "{\"state\":\"open\"}");
		give_content(&close);
		give_content(&open);
		fault_set(&file_fault, round, false);
		gate_open(&gate);
		finish(&close);
		finish(&open);
		hits = file_fault.hits;
		fault_set(&file_fault, 0, false);
		assert_true(close.x.response.status == 200 || close.x.response.status >= 500);
		if (close.x.response.status == 200)
			assert_int_equal(open.x.response.status, 409);
		else
			assert_true(open.x.response.status >= 500);
		exchange_done(&close.x);
		exchange_done(&open.x);
	}
	assert_int_equal(hits, 0);
}

int main(void)
{
#define FAULTS_TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
	const struct CMUnitTest tests[] = {
		FAULTS_TEST(of_writes_that_share_a_batch_the_answers_agree_where_memory_fails_once),
		FAULTS_TEST(of_writes_that_share_a_batch_the_answers_agree_where_memory_fails_for_good),
		FAULTS_TEST(of_writes_that_share_a_batch_the_answers_agree_where_the_disk_fails_once),
		FAULTS_TEST(of_writes_that_share_a_batch_the_answers_agree_where_the_disk_fails_for_good),
		FAULTS_TEST(a_refusal_is_not_told_where_what_it_rests_on_may_not_hold),
	};

	faults_install();
	return cmocka_run_group_tests_name("resource/write_faults", tests, NULL, NULL);
}
