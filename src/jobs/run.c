/*
 * One command, from its claim to its end.
 *
 *	claim ── (the row is its own) ── start ── output, errors, exit ── conclude ── end ── (the row says so)
 *
 * The row is written by one write at a time: the claim, then progress, then the end. A command has ended when
 * its process has; what it left in the pipes is read, but for what others hold open.
 */
#include "jobs/inside.h"
#include "jobs/spawn.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

enum { RUN_ARENA_FIRST = 4096, NEWS_MS = 250, PUT_OFF_MS = 1000, LEFT_OPEN_MS = 500 };
#define RUN_ARENA_MAX (UINT64_C(512) << 20)

struct run *run_of(const struct jobs *jobs, struct str id)
{
	for (struct run *run = jobs->runs; run; run = run->next)
		if (str_eq(str_of(run->id, UUID_LEN), id))
			return run;
	return NULL;
}

static void run_free(struct run *run)
{
	struct jobs *jobs = run->jobs;
	struct run **at = &jobs->runs;

	while (*at != run)
		at = &(*at)->next;
	*at = run->next;
	jobs->run_count--;
	job_write_done(&run->write);
	buf_done(&run->output);
	arena_done(&run->arena);
	free(run);
}

/* ---- The end: the row says what came of it ------------------------------------------ */

static enum store_verb end_row(struct job_write *write, struct job_record *record, struct str *secret,
                               int64_t now_ms)
{
	struct run *run = write->data;

	if (record->status != JOB_RUNNING || record->attempts != run->attempt)
		return STORE_NOTHING;
	if (run->end == JOB_QUEUED) { /* it was stopped, and is no worse for it */
		record->status = JOB_QUEUED;
		record->attempts -= run->stop == STOP_DRAINED;
		record->progress = -1;
		record->message = (struct str){ 0 };
		return STORE_REPLACE;
	}
	job_record_end(record, run->end, now_ms);
	record->location = run->location;
	record->is_embedded = run->is_embedded;
	record->progress = run->end == JOB_DONE ? 100 : run->progress;
	record->message = str_of(run->message, run->message_len);
	*secret = run->secret;
	return STORE_REPLACE;
}

static void row_ended(struct job_write *write, bool was_written)
{
	struct run *run = write->data;
	struct jobs *jobs = run->jobs;
	uint64_t us = clock_monotonic_us() - run->began_us;

	atomic_fetch_sub(&jobs->running, 1);
	if (was_written && run->end != JOB_QUEUED) {
		atomic_fetch_add(&jobs->ended[run->end], 1);
		atomic_fetch_add(&jobs->times[duration_bucket(us)], 1);
		atomic_fetch_add(&jobs->us, us);
	}
	tell_event(run, !was_written ? "cancelled" : job_status_name(run->end).at, run->why);
	schedule_sweep(jobs, run->job.keep_ms);
	waiters_wake(jobs, str_of(run->id, UUID_LEN));
	run_free(run);
}

static void end(struct run *run)
{
	run->state = RUN_ENDING;
	if (run->write.state != JOB_WRITE_IDLE) /* progress is being written: row_told comes back to this */
		return;
	run->write.change = end_row;
	run->write.then = row_ended;
	job_write_begin(&run->write, str_of(run->id, UUID_LEN));
}

/* ---- Progress ------------------------------------------------------------------------- */

static enum store_verb tell_row(struct job_write *write, struct job_record *record, struct str *secret,
                                int64_t now_ms)
{
	struct run *run = write->data;

	(void)secret, (void)now_ms;
	if (record->status != JOB_RUNNING || record->attempts != run->attempt)
		return STORE_NOTHING;
	record->progress = run->told_progress;
	record->message = str_of(run->told_message, run->told_message_len);
	return STORE_REPLACE;
}

static void row_told(struct job_write *write, bool was_written)
{
	struct run *run = write->data;

	if (!was_written) /* cancelled, perhaps through another server */
		run_stop(run, STOP_CANCELLED);
	if (run->state == RUN_ENDING)
		end(run);
	else
		run_set_timer(run);
}

static void tell_news(struct run *run)
{
	run->has_news = false;
	run->news_ms = jobs_now(run->jobs) + NEWS_MS;
	run->told_progress = run->progress;
	memcpy(run->told_message, run->message, run->message_len);
	run->told_message_len = run->message_len;
	run->write.change = tell_row;
	run->write.then = row_told;
	job_write_begin(&run->write, str_of(run->id, UUID_LEN));
}

/* ---- Its time ------------------------------------------------------------------------- */

static bool has_news_to_tell(const struct run *run)
{
	return run->has_news && run->state == RUN_WORKING && run->write.state == JOB_WRITE_IDLE;
}

static void on_timer(uv_timer_t *timer)
{
	struct run *run = timer->data;
	uint64_t now = jobs_now(run->jobs);

	if (run->kill_ms && now >= run->kill_ms) {
		run_kill(run);
	} else if (run->deadline_ms && now >= run->deadline_ms) {
		run_stop(run, STOP_TIMEOUT);
	}
	if (has_news_to_tell(run) && now >= run->news_ms)
		tell_news(run);
	if (run->has_exited) /* whoever holds the pipes open is none of it any more */
		run->output_ended = run->error_ended = true;
	run_conclude_if_ended(run);
	run_set_timer(run);
}

void run_set_timer(struct run *run)
{
	uint64_t due = UINT64_MAX, now = jobs_now(run->jobs);

	if (run->state != RUN_WORKING || run->is_closing)
		return;
	if (run->has_exited)
		due = now + LEFT_OPEN_MS;
	else if (run->kill_ms)
		due = run->kill_ms;
	else if (run->deadline_ms)
		due = run->deadline_ms;
	if (has_news_to_tell(run) && run->news_ms < due)
		due = run->news_ms;
	if (due == UINT64_MAX)
		uv_timer_stop(&run->timer);
	else
		uv_timer_start(&run->timer, on_timer, due > now ? due - now : 0, 0);
}

void run_kill(struct run *run)
{
	if (run->state != RUN_WORKING || run->has_exited)
		return;
	spawn_signal(run->pid, SIGKILL);
	run->kill_ms = 0;
	run_set_timer(run);
}

void run_stop(struct run *run, enum run_stop stop)
{
	if (run->state != RUN_WORKING || run->has_exited || run->stop)
		return;
	run->stop = stop;
	run->deadline_ms = 0;
	run->kill_ms = jobs_now(run->jobs) + GRACE_MS;
	spawn_signal(run->pid, SIGTERM);
	run_set_timer(run);
}

/* ---- Its end ------------------------------------------------------------------------------ */

static void on_closed(uv_handle_t *handle)
{
	struct run *run = handle->data;

	if (--run->handles)
		return;
	close(run->exit_fd);
	run_conclude(run);
	end(run);
}

void run_conclude_if_ended(struct run *run)
{
	if (!run->has_exited || !run->output_ended || !run->error_ended || run->is_closing)
		return;
	run->is_closing = true;
	uv_close((uv_handle_t *)&run->timer, on_closed);
	uv_close((uv_handle_t *)&run->exited, on_closed);
	uv_close((uv_handle_t *)&run->output_pipe, on_closed);
	uv_close((uv_handle_t *)&run->error_pipe, on_closed);
}

void run_exited(uv_poll_t *poll, int status, int events)
{
	struct run *run = poll->data;

	(void)status, (void)events;
	uv_poll_stop(poll);
	run->status = spawn_reap(run->pid);
	run->has_exited = true;
	run->kill_ms = run->deadline_ms = 0;
	run_conclude_if_ended(run);
	run_set_timer(run);
}

/* ---- Its beginning -------------------------------------------------------------------------- */

static void give_back_unstarted(struct run *run, int error)
{
	run->why = str_from(strerror(-error));
	if (!run->cannot_start) {
		run->is_put_off = true;
		run->jobs->pause_ms = jobs_now(run->jobs) + PUT_OFF_MS;
	}
	run_conclude(run);
	end(run);
}

static void row_claimed(struct job_write *write, bool was_written)
{
	struct run *run = write->data;
	int r;

	if (!was_written) { /* somebody cancelled it */
		run_free(run);
		return;
	}
	run->attempt = write->record.attempts;
	run->request = str_dup(&run->arena, write->record.request);
	run->began_us = clock_monotonic_us();
	run->deadline_ms = jobs_now(run->jobs) + run->job.timeout_ms;
	atomic_fetch_add(&run->jobs->running, 1);
	if (jobs_is_stopping(run->jobs)) { /* nothing is begun any more */
		run->stop = STOP_DRAINED;
		run_conclude(run);
		end(run);
		return;
	}
	r = run_start(run);
	tell_event(run, "started", (struct str){ 0 });
	if (r < 0)
		give_back_unstarted(run, r);
	atomic_store(&run->jobs->has_cancelled, true); /* perhaps since it was claimed */
}

static enum store_verb claim_row(struct job_write *write, struct job_record *record, struct str *secret,
                                 int64_t now_ms)
{
	(void)write, (void)secret;
	if (record->status != JOB_QUEUED)
		return STORE_NOTHING;
	record->status = JOB_RUNNING;
	record->attempts++;
	record->started_ms = now_ms;
	return STORE_REPLACE;
}

static bool copy_job(struct run *run, const struct job *job)
{
	size_t count = 0;
	const char **argv;

	while (job->argv[count])
		count++;
	run->job = *job;
	run->job.next = NULL;
	run->job.operation = str_dup(&run->arena, job->operation);
	run->job.result = str_dup(&run->arena, job->result);
	run->job.folder = str_dup(&run->arena, str_from(job->folder)).at;
	argv = arena_array(&run->arena, count + 1, sizeof(*argv));
	for (size_t i = 0; argv && i < count; i++)
		argv[i] = str_dup(&run->arena, str_from(job->argv[i])).at;
	run->job.argv = argv;
	return !run->arena.failed;
}

void run_claim(struct jobs *jobs, const struct job *job, struct str id)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return;
	run->jobs = jobs;
	run->next = jobs->runs;
	jobs->runs = run;
	jobs->run_count++;
	run->progress = -1;
	memcpy(run->id, id.at, UUID_LEN);
	arena_init(&run->arena, RUN_ARENA_FIRST, RUN_ARENA_MAX);
	buf_init(&run->output, NULL, job->output);
	job_write_init(&run->write, jobs, run);
	run->is_embedded = !job->result.len && !jobs->source->api->jobs->result;
	if (!copy_job(run, job)) {
		run_free(run);
		return;
	}
	run->write.change = claim_row;
	run->write.then = row_claimed;
	job_write_begin(&run->write, id);
}
