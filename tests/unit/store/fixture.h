/* A store in a temporary folder, and writes that wait for their end. */
#ifndef STATUTE_TEST_STORE_FIXTURE_H
#define STATUTE_TEST_STORE_FIXTURE_H

#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "store/store.h"
#include "unit/test.h"

struct fixture {
	char folder[64], path[96];
	struct arena arena;
	struct issues issues;
	struct sources sources;
	struct collection users, orders, settings;
	struct collection *list[3];
	struct store_spec spec;
	struct store_options options;
	struct store *store;
	struct store_reader *reader;
};

static struct store_member user_members[] = {
	{ STR_INIT("email"), STORE_TEXT, true },  { STR_INIT("first"), STORE_TEXT, false },
	{ STR_INIT("last"), STORE_TEXT, false },  { STR_INIT("age"), STORE_INTEGER, true },
	{ STR_INIT("score"), STORE_REAL, false }, { STR_INIT("active"), STORE_BOOLEAN, false },
};
static const size_t by_email[] = { 0 }, by_name[] = { 1, 2 };
static struct store_unique user_uniques[] = { { by_email, 1, 0 }, { by_name, 2, 0 } };
static struct store_member order_members[] = {
	{ STR_INIT("userId"), STORE_INTEGER, true },
	{ STR_INIT("quantity"), STORE_INTEGER, false },
	{ STR_INIT("subtotal"), STORE_REAL, false },
	{ STR_INIT("discount"), STORE_REAL, false },
};
static struct store_reference order_references[1];
static struct store_rule order_rules[] = { { STR_INIT("quantity >= 1"), 0 },
	                                   { STR_INIT("discount <= subtotal"), 0 } };

static inline void fixture_open(struct fixture *f)
{
	int r;

	issues_init(&f->issues, &f->arena);
	r = store_open(&f->options, &f->spec, &f->issues, &f->store);
	for (size_t i = 0; r < 0 && i < f->issues.count; i++)
		print_error("%.*s\n", STR_ARG(f->issues.list[i].message));
	assert_int_equal(r, 0);
	assert_int_equal(store_reader_new(f->store, &f->reader), 0);
}

static inline void fixture_close(struct fixture *f)
{
	store_reader_free(f->reader);
	store_free(f->store);
	f->reader = NULL;
	f->store = NULL;
}

static inline int fixture_start(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/statute-store-XXXXXX");
	if (!f || !mkdtemp(f->folder))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/test.db", f->folder);
	arena_init(&f->arena, 4096, 256 << 20);
	sources_init(&f->sources, &f->arena);
	f->users = (struct collection){ .name = S("users"),
		                        .id_name = S("id"),
		                        .id_kind = STORE_ID_INTEGER,
		                        .members = user_members,
		                        .member_count = 6,
		                        .uniques = user_uniques,
		                        .unique_count = 2,
		                        .ids_come_again = true,
		                        .index = 0 };
	f->orders = (struct collection){ .name = S("orders"),
		                         .id_name = S("id"),
		                         .id_kind = STORE_ID_UUID,
		                         .members = order_members,
		                         .member_count = 4,
		                         .references = order_references,
		                         .reference_count = 1,
		                         .rules = order_rules,
		                         .rule_count = 2,
		                         .keeps_tombstones = true,
		                         .index = 1 };
	f->settings = (struct collection){ .name = S("settings"), .is_singleton = true, .index = 2 };
	order_references[0] = (struct store_reference){ .member = 0, .target = &f->users };
	f->list[0] = &f->users;
	f->list[1] = &f->orders;
	f->list[2] = &f->settings;
	f->spec = (struct store_spec){ .collections = f->list, .count = 3 };
	f->options = (struct store_options)STORE_OPTIONS_INIT;
	f->options.path = f->path;
	fixture_open(f);
	*state = f;
	return 0;
}

static inline int fixture_end(void **state)
{
	struct fixture *f = *state;
	char command[96];

	fixture_close(f);
	arena_done(&f->arena);
	for (const char *const *suffix = (const char *const[]){ "", "-wal", "-shm", NULL }; *suffix;
	     suffix++) {
		snprintf(command, sizeof(command), "%s%s", f->path, *suffix);
		unlink(command);
	}
	rmdir(f->folder);
	free(f);
	return 0;
}

/* A write and what it waits for. */
struct job {
	struct store_write write;
	struct arena arena;
	const char *body, *secret; /* body NULL: delete */
	bool refuses;
	struct store_row seen;
	pthread_mutex_t lock;
	pthread_cond_t ends;
	bool is_over;
};

static inline int job_decide(struct store_write *write, struct store_session *session,
                             const struct store_row *current, int64_t now_ms, struct store_change *ret_change)
{
	struct job *job = write->data;

	(void)session, (void)now_ms;
	job->seen = *current;
	if (job->refuses)
		return 0;
	ret_change->verb = !job->body                   ? STORE_DELETE
	                   : current->state == ROW_LIVE ? STORE_REPLACE
	                                                : STORE_CREATE;
	ret_change->body = str_from(job->body);
	ret_change->secret = str_from(job->secret);
	return 0;
}

static inline void job_done(struct store_write *write)
{
	struct job *job = write->data;

	pthread_mutex_lock(&job->lock);
	job->is_over = true;
	pthread_cond_signal(&job->ends);
	pthread_mutex_unlock(&job->lock);
}

/* The writer is not told. */
static inline void job_queue(struct fixture *f, struct job *job, const struct collection *collection,
                             const char *id, const char *body)
{
	arena_init(&job->arena, 1024, 1 << 20);
	pthread_mutex_init(&job->lock, NULL);
	pthread_cond_init(&job->ends, NULL);
	job->body = body;
	job->write.collection = collection;
	job->write.id = str_from(id);
	job->write.arena = &job->arena;
	job->write.decide = job_decide;
	job->write.done = job_done;
	job->write.data = job;
	assert_int_equal(store_submit(f->store, &job->write), 0);
}

static inline void job_submit(struct fixture *f, struct job *job, const struct collection *collection,
                              const char *id, const char *body)
{
	job_queue(f, job, collection, id, body);
	store_hurry(f->store);
}

static inline void job_wait(struct job *job)
{
	pthread_mutex_lock(&job->lock);
	while (!job->is_over)
		pthread_cond_wait(&job->ends, &job->lock);
	pthread_mutex_unlock(&job->lock);
}

static inline void job_end(struct job *job)
{
	arena_done(&job->arena);
	pthread_mutex_destroy(&job->lock);
	pthread_cond_destroy(&job->ends);
}

/* Does one write and returns how it ended; *ret_id (may be NULL) is of the row, in the fixture's arena. */
static inline enum store_outcome write_row(struct fixture *f, const struct collection *collection,
                                           const char *id, const char *body, struct str *ret_id)
{
	struct job job = { .refuses = false };
	enum store_outcome outcome;

	job_submit(f, &job, collection, id, body);
	job_wait(&job);
	outcome = job.write.outcome;
	if (ret_id)
		*ret_id = str_dup(&f->arena, job.write.row.id);
	job_end(&job);
	store_reader_refresh(f->reader);
	return outcome;
}

static inline enum store_outcome read_row(struct fixture *f, const struct collection *collection,
                                          const char *id, struct store_row *row)
{
	return store_get(f->reader, collection, str_from(id), NULL, 0, &f->arena, row);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_end)

#endif
