/*
 * The writer thread: group commit.
 *
 * Writes that wait together share one transaction and one fsync, each in its own
 * savepoint, so that one that fails takes nothing of the others with it. A failure
 * that ends the whole transaction (a full disk) makes the batch run again one by
 * one, so that only those fail that must. `done` comes after the commit.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "store/engine.h"

enum { COMMIT_TRIES = 3 };

static enum store_outcome commit(struct store_session *session)
{
	int code = SQLITE_OK;

	for (int i = 0; i < COMMIT_TRIES; i++) {
		code = session_control(session, CONTROL_COMMIT);
		if ((code & 0xFF) != SQLITE_BUSY)
			break;
	}
	if (code == SQLITE_OK)
		return STORE_DONE;
	session_failed(session, code);
	return outcome_of_commit(code, sqlite3_system_errno(session->db));
}

static void set_all(struct store_write *first, enum store_outcome outcome, const char *cause)
{
	for (struct store_write *write = first; write; write = write->next) {
		write->outcome = outcome;
		write->cause = str_dup(write->arena, str_from(cause));
	}
}

static bool fail(struct store_session *session, struct store_write *write, int code)
{
	write->outcome = session_failed(session, code);
	write->cause = str_dup(write->arena, str_from(session->cause));
	return false;
}

/*
 * False where the transaction is no longer what it was before this write: the engine
 * has rolled all of it back, or a part of a write that failed could not be undone.
 */
static bool apply_in_savepoint(struct store *store, struct store_write *write)
{
	struct store_session *session = &store->writer;
	int code = session_control(session, CONTROL_SAVE);

	if (code != SQLITE_OK)
		return fail(session, write, code);
	change_apply(store, write);
	if (sqlite3_get_autocommit(session->db))
		return false;
	if (write->outcome != STORE_DONE)
		code = session_control(session, CONTROL_UNDO);
	if (code == SQLITE_OK)
		code = session_control(session, CONTROL_RELEASE);
	return code == SQLITE_OK ? true : fail(session, write, code);
}

static bool any_done(const struct store_write *first)
{
	for (; first; first = first->next)
		if (first->outcome == STORE_DONE)
			return true;
	return false;
}

/* One transaction; false where it failed as a whole, though a part of it may succeed alone. */
static bool run_together(struct store *store, struct store_write *first)
{
	struct store_session *session = &store->writer;
	enum store_outcome outcome = session_ensure(session);
	int code;

	if (outcome == STORE_DONE) {
		code = session_control(session, CONTROL_BEGIN_WRITE);
		outcome = code == SQLITE_OK ? STORE_DONE : session_failed(session, code);
	}
	if (outcome != STORE_DONE) {
		set_all(first, outcome, session->cause);
		return true;
	}
	for (struct store_write *write = first; write; write = write->next) {
		if (apply_in_savepoint(store, write))
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

static void run_alone(struct store *store, struct store_write *first)
{
	for (struct store_write *write = first, *next; write; write = next) {
		next = write->next;
		write->next = NULL;
		run_together(store, write);
		write->next = next;
	}
}

static void drop_connection_if_lost(struct store_session *session)
{
	if (session->is_lost)
		session_close(session);
}

static void run_batch(struct store *store, struct store_write *first, size_t count)
{
	uint64_t before = clock_monotonic_us();
	size_t failed = 0;

	if (!run_together(store, first))
		run_alone(store, first);
	for (struct store_write *write = first; write; write = write->next)
		failed += write->outcome != STORE_DONE;
	if (failed)
		drop_connection_if_lost(&store->writer);
	pthread_mutex_lock(&store->lock);
	store->counters.writes += count;
	store->counters.failed += failed;
	store->counters.commits++;
	store->counters.commit_us += clock_monotonic_us() - before;
	pthread_mutex_unlock(&store->lock);
	for (struct store_write *write = first, *next; write; write = next) {
		next = write->next; /* after `done` the write is no longer ours */
		write->done(write);
	}
}

/* Takes up to batch_max writes off the queue; NULL when the store ends and nothing is left. */
static struct store_write *take_batch(struct store *store, size_t *ret_count)
{
	struct store_write *first, *last;
	size_t count = 1;

	pthread_mutex_lock(&store->lock);
	while (!store->first && !store->is_ending) {
		if (session_is_stale(&store->writer))
			session_close(&store->writer);
		pthread_cond_wait(&store->wakes, &store->lock);
	}
	first = last = store->first;
	if (first) {
		for (; last->next && count < store->options.batch_max; count++)
			last = last->next;
		store->first = last->next;
		if (!store->first)
			store->last = &store->first;
		last->next = NULL;
		store->waiting -= count;
	}
	pthread_mutex_unlock(&store->lock);
	*ret_count = count;
	return first;
}

static void *run_writer(void *data)
{
	struct store *store = data;
	struct store_write *first;
	size_t count;

	while ((first = take_batch(store, &count)))
		run_batch(store, first, count);
	return NULL;
}

void writer_wake(struct store *store)
{
	pthread_mutex_lock(&store->lock);
	pthread_cond_signal(&store->wakes);
	pthread_mutex_unlock(&store->lock);
}

int writer_start(struct store *store)
{
	store->last = &store->first;
	if (pthread_create(&store->thread, NULL, run_writer, store) != 0)
		return STATUTE_ESYSTEM;
	store->has_thread = true;
	return 0;
}

void writer_stop(struct store *store)
{
	if (!store->has_thread)
		return;
	pthread_mutex_lock(&store->lock);
	store->is_ending = true;
	pthread_cond_signal(&store->wakes);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->thread, NULL);
}

int store_submit(struct store *store, struct store_write *write)
{
	bool is_full;

	write->next = NULL;
	pthread_mutex_lock(&store->lock);
	is_full = store->waiting >= store->options.queue_max || store->is_ending;
	if (!is_full) {
		*store->last = write;
		store->last = &write->next;
		store->waiting++;
		pthread_cond_signal(&store->wakes);
	}
	pthread_mutex_unlock(&store->lock);
	return is_full ? STATUTE_ELIMIT : 0;
}

void store_count(struct store *store, struct store_counters *ret_counters)
{
	pthread_mutex_lock(&store->lock);
	*ret_counters = store->counters;
	ret_counters->queued = store->waiting;
	pthread_mutex_unlock(&store->lock);
}
