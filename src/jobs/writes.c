/* Changes of rows: see inside.h. */
#include "jobs/inside.h"

enum { ARENA_FIRST = 4096, RETRY_MS = 500 };
#define ARENA_MAX (UINT64_C(256) << 20)

void job_write_init(struct job_write *write, struct jobs *jobs, void *data)
{
	*write = (struct job_write){ .jobs = jobs, .data = data };
	arena_init(&write->arena, ARENA_FIRST, ARENA_MAX);
}

void job_write_done(struct job_write *write)
{
	arena_done(&write->arena);
}

/* On the writer's thread. */
static int decide(struct store_write *store_write, struct store_session *session,
                  const struct store_row *current, int64_t now_ms, struct store_change *ret_change)
{
	struct job_write *write = store_write->data;
	struct store_change change = { .verb = STORE_NOTHING };
	int r;

	(void)session;
	*ret_change = change;
	if (current->state != ROW_LIVE)
		return 0;
	write->secret = current->secret;
	if ((r = job_record_read(&write->arena, current->body, &write->record)) < 0)
		return r;
	change.verb = write->change(write, &write->record, &write->secret, now_ms);
	if (change.verb == STORE_REPLACE) {
		change.body = job_record_text(&write->arena, current->id, &write->record);
		change.secret = write->secret;
	}
	if (write->arena.failed)
		return STATUTE_ENOMEM;
	*ret_change = change;
	return 0;
}

/* The same. */
static void done(struct store_write *store_write)
{
	struct job_write *write = store_write->data;
	struct jobs *jobs = write->jobs;

	pthread_mutex_lock(&jobs->lock);
	write->next = jobs->done;
	jobs->done = write;
	pthread_mutex_unlock(&jobs->lock);
	jobs_notify(jobs);
}

static void retry_later(struct job_write *write)
{
	struct jobs *jobs = write->jobs;

	write->state = JOB_WRITE_RETRYING;
	write->retry_ms = jobs_now(jobs) + RETRY_MS;
	write->next = jobs->retrying;
	jobs->retrying = write;
}

static void submit(struct job_write *write)
{
	struct jobs_source *source = write->jobs->source;

	arena_reset(&write->arena);
	write->write = (struct store_write){
		.collection = &source->api->jobs->collection,
		.id = str_of(write->id, UUID_LEN),
		.arena = &write->arena,
		.decide = decide,
		.done = done,
		.data = write,
	};
	write->state = JOB_WRITE_SUBMITTED; /* before the writer has it */
	write->source = source;
	source->uses++;
	if (store_submit(source->store, &write->write) < 0) {
		jobs_source_leave(source);
		write->source = NULL;
		retry_later(write);
		return;
	}
	store_hurry(source->store);
}

void job_write_begin(struct job_write *write, struct str id)
{
	memcpy(write->id, id.at, UUID_LEN);
	submit(write);
}

static void end(struct job_write *write, bool was_written)
{
	write->state = JOB_WRITE_IDLE;
	write->then(write, was_written);
}

static bool is_answered(enum store_outcome outcome)
{
	return outcome == STORE_DONE || outcome == STORE_REFUSED || outcome == STORE_BROKEN;
}

static void take(struct job_write *write)
{
	enum store_outcome outcome = write->write.outcome;

	jobs_source_leave(write->source);
	write->source = NULL;
	if (is_answered(outcome) || jobs_is_giving_up(write->jobs))
		end(write, outcome == STORE_DONE);
	else
		retry_later(write);
}

static void take_done(struct jobs *jobs)
{
	struct job_write *write;

	pthread_mutex_lock(&jobs->lock);
	write = jobs->done;
	jobs->done = NULL;
	pthread_mutex_unlock(&jobs->lock);
	if (write && jobs->source)
		store_reader_refresh(jobs->source->reader); /* what was written must be seen */
	for (struct job_write *next; write; write = next) {
		next = write->next;
		take(write);
	}
}

void job_writes_go_on(struct jobs *jobs)
{
	struct job_write *write;
	uint64_t now = jobs_now(jobs);

	take_done(jobs);
	write = jobs->retrying;
	jobs->retrying = NULL;
	for (struct job_write *next; write; write = next) {
		next = write->next;
		if (write->retry_ms <= now) {
			submit(write);
			continue;
		}
		write->next = jobs->retrying;
		jobs->retrying = write;
	}
}

void job_writes_give_up(struct jobs *jobs)
{
	struct job_write *write = jobs->retrying;

	jobs->retrying = NULL;
	for (struct job_write *next; write; write = next) {
		next = write->next;
		end(write, false);
	}
}
