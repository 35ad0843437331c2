/*
 * The writer thread: group commit.
 *
 * Writes that wait together share one transaction and one fsync, each in its own
 * savepoint, so that one that fails takes nothing of the others with it. A failure
 * that ends the whole transaction (a full disk) makes the batch run again one by
 * one, so that only those fail that must. `done` comes after the commit.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "store/engine.h"

enum { COMMIT_TRIES = 3 };

/* Of a COMMIT SQLite keeps no error of the system: what it has is that of an earlier statement. */
static enum store_outcome commit(struct store_session *session)
{
	int code = SQLITE_OK, system = 0;

	for (int i = 0; i < COMMIT_TRIES; i++) {
		errno = 0;
		code = session_control(session, CONTROL_COMMIT);
		system = errno;
		if ((code & 0xFF) != SQLITE_BUSY)
			break;
	}
	if (code == SQLITE_OK)
		return STORE_DONE;
	session_failed(session, code);
	return outcome_of_commit(code, system);
}

static void set_all(struct store_write *first, enum store_outcome outcome, const char *cause)
{
	for (struct store_write *write = first; write; write = write->next) {
		write->outcome = outcome;
		write->cause = str_dup(write->arena, str_from(cause));
	}
}

static bool any_done(const struct store_write *first)
{
	for (; first; first = first->next)
		if (first->outcome == STORE_DONE)
			return true;
	return false;
}

/* One transaction; false where it failed as a whole, though a part of it may succeed alone. */
static bool run_together(struct store_engine *engine, struct store_write *first)
{
	struct store_session *session = &engine->writer;
	enum store_outcome outcome = session_ensure(session);
	int code;

	session->is_spoiled = false;
	if (outcome == STORE_DONE) {
		code = session_control(session, CONTROL_BEGIN_WRITE);
		outcome = code == SQLITE_OK ? STORE_DONE : session_failed(session, code);
	}
	if (outcome != STORE_DONE) {
		set_all(first, outcome, session->cause);
		return true;
	}
	for (struct store_write *write = first; write; write = write->next) {
		if (change_in_savepoint(session, write))
			continue;
		session_roll_back(session);
		return !first->next;
	}
	if (!any_done(first)) {
		session_roll_back(session);
		return true;
	}
	outcome = commit(session);
	if (outcome == STORE_DONE)
		return true;
	session_roll_back(session);
	for (struct store_write *write = first; write; write = write->next) {
		if (write->outcome != STORE_DONE && outcome != STORE_UNKNOWN)
			continue;
		write->outcome = outcome; /* a refusal too, which may rest on rows that are gone again */
		write->cause = str_dup(write->arena, str_from(session->cause));
	}
	/* Where nobody knows whether it holds, nothing may be done twice. */
	return outcome == STORE_UNKNOWN || !first->next;
}

static void run_alone(struct store_engine *engine, struct store_write *first)
{
	for (struct store_write *write = first, *next; write; write = next) {
		next = write->next;
		write->next = NULL;
		run_together(engine, write);
		write->next = next;
	}
}

static void drop_connection_if_lost(struct store_session *session)
{
	if (session->is_lost)
		session_close(session);
}

static size_t batch_bucket(size_t count)
{
	size_t bucket = 0;

	while (bucket < STORE_BATCH_BUCKETS && count > (size_t)1 << bucket)
		bucket++;
	return bucket;
}

static void count_batch(struct store_counters *counters, size_t writes, size_t failed, uint64_t us)
{
	counters->writes += writes;
	counters->failed += failed;
	counters->commits++;
	counters->commit_us += us;
	counters->commit_times[duration_bucket(us)]++;
	counters->batch_sizes[batch_bucket(writes)]++;
}

static void run_batch(struct store_engine *engine, struct store_write *first, size_t count)
{
	uint64_t before = clock_monotonic_us();
	size_t failed = 0;

	if (!run_together(engine, first))
		run_alone(engine, first);
	for (struct store_write *write = first; write; write = write->next)
		failed += write->outcome != STORE_DONE;
	if (failed)
		drop_connection_if_lost(&engine->writer);
	pthread_mutex_lock(&engine->lock);
	count_batch(&engine->counters, count, failed, clock_monotonic_us() - before);
	feed_tell(engine);
	pthread_mutex_unlock(&engine->lock);
	for (struct store_write *write = first, *next; write; write = next) {
		next = write->next; /* after `done` the write is no longer ours */
		write->done(write);
	}
}

/* Under the lock, which it lets go meanwhile. */
static void run_tasks(struct store_engine *engine)
{
	struct store_task *task;

	while ((task = engine->tasks)) {
		engine->tasks = task->next;
		pthread_mutex_unlock(&engine->lock);
		task->run(engine, task);
		drop_connection_if_lost(&engine->writer);
		pthread_mutex_lock(&engine->lock);
	}
}

/* Under the lock: until there is a write, or nothing more to do. */
static void wait_for_writes(struct store_engine *engine)
{
	for (;;) {
		run_tasks(engine);
		if (engine->first || engine->is_ending)
			return;
		if (session_is_stale(&engine->writer))
			session_close(&engine->writer);
		pthread_cond_wait(&engine->wakes, &engine->lock);
	}
}

/* Takes up to batch_max writes off the queue; NULL when the store ends and nothing is left. */
static struct store_write *take_batch(struct store_engine *engine, size_t *ret_count)
{
	struct store_write *first, *last;
	size_t count = 1;

	pthread_mutex_lock(&engine->lock);
	wait_for_writes(engine);
	first = last = engine->first;
	if (first) {
		for (; last->next && count < engine->options.batch_max; count++)
			last = last->next;
		engine->first = last->next;
		if (!engine->first)
			engine->last = &engine->first;
		last->next = NULL;
		engine->waiting -= count;
	}
	atomic_store_explicit(&engine->waiting_us,
	                      engine->first ? clock_monotonic_us() - engine->first->submitted_us : 0,
	                      memory_order_relaxed);
	pthread_mutex_unlock(&engine->lock);
	*ret_count = count;
	return first;
}

static void *run_writer(void *data)
{
	struct store_engine *engine = data;
	struct store_write *first;
	size_t count;

	while ((first = take_batch(engine, &count)))
		run_batch(engine, first, count);
	return NULL;
}

void writer_wake(struct store_engine *engine)
{
	pthread_mutex_lock(&engine->lock);
	pthread_cond_signal(&engine->wakes);
	pthread_mutex_unlock(&engine->lock);
}

int writer_start(struct store_engine *engine)
{
	engine->last = &engine->first;
	if (pthread_create(&engine->thread, NULL, run_writer, engine) != 0)
		return STATUTE_ESYSTEM;
	engine->has_thread = true;
	return 0;
}

void writer_stop(struct store_engine *engine)
{
	if (!engine->has_thread)
		return;
	pthread_mutex_lock(&engine->lock);
	engine->is_ending = true;
	pthread_cond_signal(&engine->wakes);
	pthread_mutex_unlock(&engine->lock);
	pthread_join(engine->thread, NULL);
}

void writer_do(struct store_engine *engine, struct store_task *task)
{
	struct store_task **last;

	task->next = NULL;
	pthread_mutex_lock(&engine->lock);
	for (last = &engine->tasks; *last; last = &(*last)->next)
		;
	*last = task;
	pthread_cond_signal(&engine->wakes);
	pthread_mutex_unlock(&engine->lock);
}

int store_submit(struct store *store, struct store_write *write)
{
	struct store_engine *engine = store->engine;
	bool is_full;

	write->store = store;
	write->next = NULL;
	write->submitted_us = clock_monotonic_us();
	pthread_mutex_lock(&engine->lock);
	is_full = engine->waiting >= engine->options.queue_max || engine->is_ending;
	if (!is_full) {
		*engine->last = write;
		engine->last = &write->next;
		engine->waiting++;
		atomic_store(&engine->has_unheard, true);
	}
	pthread_mutex_unlock(&engine->lock);
	return is_full ? STATUTE_ELIMIT : 0;
}

void store_count(struct store *store, struct store_counters *ret_counters)
{
	struct store_engine *engine = store->engine;

	pthread_mutex_lock(&engine->lock);
	*ret_counters = engine->counters;
	ret_counters->queued = engine->waiting;
	pthread_mutex_unlock(&engine->lock);
}

void store_hurry(struct store *store)
{
	struct store_engine *engine = store->engine;

	if (atomic_load(&engine->has_unheard) && atomic_exchange(&engine->has_unheard, false))
		writer_wake(engine);
}

uint64_t store_waiting_us(const struct store *store)
{
	return atomic_load_explicit(&store->engine->waiting_us, memory_order_relaxed);
}
