/* The runner: its thread, its documents, its end. See jobs.h. */
#include "jobs/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { LOCK_RETRY_MS = 1000, LOOK_MS = 2000, SOON_MS = 1 };

/* ---- Documents -------------------------------------------------------------- */

static int open_loop(struct jobs *jobs);
static int start_thread(struct jobs *jobs);

/* The loop is made with the first document that has jobs: what has none costs nothing. */
static int make_ready(struct jobs *jobs)
{
	int r = 0;

	pthread_mutex_lock(&jobs->lock);
	if (!jobs->is_open)
		r = open_loop(jobs);
	if (r == 0 && jobs->is_started && !jobs->has_thread)
		r = start_thread(jobs);
	pthread_mutex_unlock(&jobs->lock);
	return r;
}

int jobs_source_new(struct jobs *jobs, const struct api *api, struct store *store, void (*gone)(void *data),
                    void *data, struct jobs_source **ret_source)
{
	struct jobs_source *source = calloc(1, sizeof(*source));
	int r;

	if (!source)
		return STATUTE_ENOMEM;
	r = store_reader_new(store, &source->reader);
	if (r == 0)
		r = make_ready(jobs);
	if (r < 0) {
		store_reader_free(source->reader);
		free(source);
		return r;
	}
	source->jobs = jobs;
	source->api = api;
	source->store = store;
	source->gone = gone;
	source->data = data;
	source->uses = 1;
	*ret_source = source;
	return 0;
}

void jobs_source_free(struct jobs_source *source)
{
	if (!source)
		return;
	store_reader_free(source->reader);
	source->gone(source->data);
	free(source);
}

void jobs_source_leave(struct jobs_source *source)
{
	if (--source->uses == 0)
		jobs_source_free(source);
}

void jobs_serve(struct jobs *jobs, struct jobs_source *source)
{
	struct jobs_source *before;

	pthread_mutex_lock(&jobs->lock);
	before = jobs->offered;
	jobs->offered = source;
	jobs->has_offer = true;
	pthread_mutex_unlock(&jobs->lock);
	jobs_source_free(before);
	jobs_notify(jobs);
}

/* Without jobs in the newest document, those that run end with the one before. */
static void drop_source(struct jobs *jobs)
{
	bool is_idle = !jobs->runs && jobs->recovering.state == JOB_WRITE_IDLE &&
	               jobs->sweeping.state == JOB_WRITE_IDLE;

	if (!jobs->source || !jobs->is_closed || !is_idle)
		return;
	jobs_source_leave(jobs->source);
	jobs->source = NULL;
}

static void take_offer(struct jobs *jobs)
{
	struct jobs_source *offered;
	bool has_offer;

	pthread_mutex_lock(&jobs->lock);
	offered = jobs->offered;
	has_offer = jobs->has_offer;
	jobs->offered = NULL;
	jobs->has_offer = false;
	pthread_mutex_unlock(&jobs->lock);
	if (!has_offer)
		return;
	jobs->is_closed = !offered;
	if (!offered)
		return;
	if (jobs->source)
		jobs_source_leave(jobs->source);
	jobs->source = offered;
	schedule_begin(jobs);
}

/* ---- The lock: of several servers one runs jobs -------------------------------- */

/*
 * Beside the database and not on it: whoever closes a descriptor of the database loses all locks that
 * SQLite has on it.
 */
static void take_lock(struct jobs *jobs)
{
	if (jobs->lock_fd >= 0 || !jobs->source || jobs->lock_ms > jobs_now(jobs))
		return;
	jobs->lock_ms = jobs_now(jobs) + LOCK_RETRY_MS;
	jobs->lock_fd = open(jobs->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (jobs->lock_fd < 0)
		return;
	if (flock(jobs->lock_fd, LOCK_EX | LOCK_NB) == 0) {
		schedule_begin(jobs);
		return;
	}
	close(jobs->lock_fd);
	jobs->lock_fd = -1;
}

/* ---- A turn -------------------------------------------------------------------- */

static void stop_all(struct jobs *jobs)
{
	for (struct run *run = jobs->runs, *next; run; run = next) {
		next = run->next;
		run_stop(run, STOP_DRAINED);
	}
}

static void kill_all(struct jobs *jobs)
{
	for (struct run *run = jobs->runs; run; run = run->next)
		run_kill(run);
}

static void heed_stops(struct jobs *jobs)
{
	unsigned stops = atomic_load(&jobs->stops);
	uint64_t now = jobs_now(jobs);

	if (stops && !jobs->heeded)
		jobs->drain_ms = now + jobs->options.drain_ms;
	if (stops)
		waiters_wake(jobs, (struct str){ 0 });
	if (stops > 1 && jobs->heeded < 2)
		jobs->drain_ms = now;
	jobs->heeded = stops;
	if (stops && now >= jobs->drain_ms)
		stop_all(jobs);
	if (stops > 1)
		kill_all(jobs);
	if (jobs_is_giving_up(jobs))
		job_writes_give_up(jobs);
}

/*
 * Somebody wrote into a row that its job was cancelled: which one the rows say. It may have been another
 * server, which cannot tell this one: so long as commands run it is looked at now and then.
 */
static void heed_cancelled(struct jobs *jobs)
{
	bool is_told = atomic_exchange(&jobs->has_cancelled, false);
	struct arena arena;

	if (!jobs->source || !jobs->runs || (!is_told && jobs_now(jobs) < jobs->look_ms))
		return;
	jobs->look_ms = jobs_now(jobs) + LOOK_MS;
	store_reader_refresh(jobs->source->reader);
	arena_init(&arena, 4096, UINT64_C(256) << 20);
	for (struct run *run = jobs->runs; run; run = run->next) {
		struct job_record record;
		struct store_row row;

		arena_reset(&arena);
		if (run->state == RUN_WORKING &&
		    store_get(jobs->source->reader, &jobs->source->api->jobs->collection,
		              str_of(run->id, UUID_LEN), NULL, 0, &arena, &row) == STORE_DONE &&
		    job_record_read(&arena, row.body, &record) == 0 && record.status == JOB_CANCELLED) {
			schedule_sweep(jobs, run->job.keep_ms);
			run_stop(run, STOP_CANCELLED);
		}
	}
	arena_done(&arena);
}

static void close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void finish(struct jobs *jobs)
{
	jobs->is_finished = true;
	atomic_store(&jobs->can_wake, false);
	waiters_wake(jobs, (struct str){ 0 });
	close_handle((uv_handle_t *)&jobs->timer);
	close_handle((uv_handle_t *)&jobs->async);
}

static void on_timer(uv_timer_t *timer);

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void set_timer(struct jobs *jobs)
{
	uint64_t now = jobs_now(jobs), due = sooner(now + waiters_due_in(jobs), schedule_due(jobs));

	for (const struct job_write *write = jobs->retrying; write; write = write->next)
		due = sooner(due, write->retry_ms);
	if (jobs->source && jobs->lock_fd < 0)
		due = sooner(due, jobs->lock_ms);
	if (jobs_is_stopping(jobs) && jobs->drain_ms > now)
		due = sooner(due, jobs->drain_ms);
	uv_timer_start(&jobs->timer, on_timer, due > now ? due - now : SOON_MS, 0);
}

static void turn(struct jobs *jobs)
{
	uv_update_time(&jobs->loop);
	take_offer(jobs);
	job_writes_go_on(jobs);
	heed_stops(jobs);
	heed_cancelled(jobs);
	take_lock(jobs);
	schedule_go_on(jobs);
	waiters_wake_due(jobs);
	drop_source(jobs);
	if (jobs->source)
		store_reader_refresh(jobs->source->reader);
	if (jobs->is_finished)
		return;
	if (jobs_is_stopping(jobs) && !jobs->runs && jobs->recovering.state != JOB_WRITE_SUBMITTED &&
	    jobs->sweeping.state != JOB_WRITE_SUBMITTED)
		finish(jobs);
	else
		set_timer(jobs);
}

static void on_timer(uv_timer_t *timer)
{
	turn(timer->data);
}

static void on_async(uv_async_t *async)
{
	turn(async->data);
}

void jobs_notify(struct jobs *jobs)
{
	if (atomic_load(&jobs->can_wake))
		uv_async_send(&jobs->async);
}

/* ---- Life ---------------------------------------------------------------------- */

/* Under the lock, as the next. */
static int open_loop(struct jobs *jobs)
{
	if (uv_loop_init(&jobs->loop) < 0)
		return STATUTE_ESYSTEM;
	if (uv_async_init(&jobs->loop, &jobs->async, on_async) < 0) {
		uv_loop_close(&jobs->loop);
		return STATUTE_ESYSTEM;
	}
	uv_timer_init(&jobs->loop, &jobs->timer);
	jobs->async.data = jobs->timer.data = jobs;
	jobs->is_open = true;
	atomic_store(&jobs->can_wake, true);
	return 0;
}

static void *run_thread(void *data)
{
	struct jobs *jobs = data;

	uv_run(&jobs->loop, UV_RUN_DEFAULT);
	return NULL;
}

static int start_thread(struct jobs *jobs)
{
	if (pthread_create(&jobs->thread, NULL, run_thread, jobs) != 0)
		return STATUTE_ESYSTEM;
	jobs->has_thread = true;
	uv_async_send(&jobs->async);
	return 0;
}

int jobs_start(struct jobs *jobs)
{
	int r = 0;

	pthread_mutex_lock(&jobs->lock);
	jobs->is_started = true;
	if (jobs->is_open && !jobs->has_thread)
		r = start_thread(jobs);
	pthread_mutex_unlock(&jobs->lock);
	return r;
}

void jobs_stop(struct jobs *jobs)
{
	atomic_fetch_add(&jobs->stops, 1);
	jobs_notify(jobs);
}

void jobs_join(struct jobs *jobs)
{
	bool has_thread;

	pthread_mutex_lock(&jobs->lock);
	has_thread = jobs->has_thread;
	jobs->is_started = false;
	pthread_mutex_unlock(&jobs->lock);
	if (has_thread)
		pthread_join(jobs->thread, NULL);
	pthread_mutex_lock(&jobs->lock);
	jobs->has_thread = false;
	pthread_mutex_unlock(&jobs->lock);
}

int jobs_new(const struct jobs_options *options, struct jobs **ret_jobs)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));

	if (!jobs)
		return STATUTE_ENOMEM;
	jobs->options = *options;
	jobs->lock_fd = -1;
	if (asprintf(&jobs->lock_path, "%s-jobs", options->database) < 0) {
		free(jobs);
		return STATUTE_ENOMEM;
	}
	if (pthread_mutex_init(&jobs->lock, NULL) != 0) {
		free(jobs->lock_path);
		free(jobs);
		return STATUTE_ENOMEM;
	}
	job_write_init(&jobs->recovering, jobs, jobs);
	job_write_init(&jobs->sweeping, jobs, jobs);
	buf_init(&jobs->cursor, NULL, 1 << 16);
	*ret_jobs = jobs;
	return 0;
}

/* Where it never ran, its handles are open still. */
static void close_loop(struct jobs *jobs)
{
	if (!jobs->is_open)
		return;
	atomic_store(&jobs->can_wake, false);
	close_handle((uv_handle_t *)&jobs->timer);
	close_handle((uv_handle_t *)&jobs->async);
	uv_run(&jobs->loop, UV_RUN_DEFAULT);
	uv_loop_close(&jobs->loop);
}

void jobs_free(struct jobs *jobs)
{
	if (!jobs)
		return;
	close_loop(jobs);
	jobs_source_free(jobs->offered);
	if (jobs->source)
		jobs_source_leave(jobs->source);
	if (jobs->lock_fd >= 0)
		close(jobs->lock_fd);
	job_write_done(&jobs->recovering);
	job_write_done(&jobs->sweeping);
	buf_done(&jobs->cursor);
	pthread_mutex_destroy(&jobs->lock);
	free(jobs->lock_path);
	free(jobs);
}

/* ---- What others say and ask ---------------------------------------------------- */

void jobs_wake(struct jobs *jobs)
{
	jobs_notify(jobs);
}

void jobs_cancel(struct jobs *jobs, struct str id)
{
	atomic_fetch_add(&jobs->ended[JOB_CANCELLED], 1);
	atomic_store(&jobs->has_cancelled, true);
	waiters_wake(jobs, id);
	jobs_notify(jobs);
}

void jobs_count(struct jobs *jobs, struct jobs_counters *ret_counters)
{
	*ret_counters = (struct jobs_counters){
		.queued = atomic_load(&jobs->queued),
		.running = atomic_load(&jobs->running),
		.done = atomic_load(&jobs->ended[JOB_DONE]),
		.failed = atomic_load(&jobs->ended[JOB_FAILED]),
		.cancelled = atomic_load(&jobs->ended[JOB_CANCELLED]),
		.lost = atomic_load(&jobs->lost),
		.us = atomic_load(&jobs->us),
	};
	for (size_t i = 0; i <= DURATION_BUCKETS; i++)
		ret_counters->times[i] = atomic_load(&jobs->times[i]);
}
