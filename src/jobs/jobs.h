/*
 * Work that a command does in the background: the runner of jobs.
 *
 * A job is a row (record.h) that an exchange writes with the commit of its request. The runner, a thread
 * with a loop of its own, claims the oldest rows that wait, starts their commands, and writes what came
 * of them. Nothing that it needs to know is kept elsewhere than in the rows: what was running when a
 * server died is found by the next one, and begun again until its attempts are used up.
 *
 *	jobs_new ── jobs_serve (each document) ── jobs_start ── jobs_stop ── jobs_join ── jobs_free
 *
 * Of several servers with one database one runs jobs, the others make and show them: a lock on the file
 * DATABASE-jobs says which.
 */
#ifndef STATUTE_JOBS_JOBS_H
#define STATUTE_JOBS_JOBS_H

#include "base/duration.h"
#include "base/random.h"
#include "openapi/bind.h"
#include "store/store.h"

struct jobs;
struct jobs_source;

struct jobs_options {
	const char *database; /* its file; copied */
	uint64_t drain_ms;    /* how long jobs may go on once it is stopped */
	/* On the runner's thread: a line for the log, with its line end. */
	void (*tell)(void *data, struct str line);
	void *data;
};

/* Nothing runs yet. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int jobs_new(const struct jobs_options *options, struct jobs **ret_jobs);
/* After jobs_join, or where it was never started. Accepts NULL. */
void jobs_free(struct jobs *jobs);

/*
 * A document with jobs, and its store: makes all that can fail, so that jobs_serve cannot. `gone` is called
 * once the runner uses neither any more. One thread at a time. 0, STATUTE_ENOMEM, STATUTE_ESTORE, STATUTE_ESYSTEM.
 */
STATUTE_CHECK int jobs_source_new(struct jobs *jobs, const struct api *api, struct store *store,
                                  void (*gone)(void *data), void *data, struct jobs_source **ret_source);
/* One that is not served; `gone` is called. Accepts NULL. */
void jobs_source_free(struct jobs_source *source);
/* Jobs are of this document from now on; NULL: it has none. Any thread. */
void jobs_serve(struct jobs *jobs, struct jobs_source *source);

/* Begins to run what is served, now or later. 0 or STATUTE_ESYSTEM. */
STATUTE_CHECK int jobs_start(struct jobs *jobs);
/*
 * Any thread, and from a signal handler. The first time no job is begun any more, and those that run may go
 * on for drain_ms; then, or the second time, they are stopped and wait in the queue for the next start.
 */
void jobs_stop(struct jobs *jobs);
/* Waits until it has stopped. */
void jobs_join(struct jobs *jobs);

/* Any thread: a job was put in the queue. */
void jobs_wake(struct jobs *jobs);
/* Any thread: the row of the job says that it was cancelled. */
void jobs_cancel(struct jobs *jobs, struct str id);

/* Somebody who waits for a job's end. */
struct job_waiter {
	char id[UUID_LEN];
	uint64_t due_ms; /* of clock_monotonic_us, in ms: as long as it waits */
	void (*wake)(void *data);
	void *data;
	struct job_waiter *next;
	bool is_waiting;
};
/*
 * Any thread: `wake` is called once, on any thread, when the job has ended, its time is over, or the
 * server stops. False where too many wait: then never. Look at the row after it, since the job may have ended before.
 */
bool jobs_wait(struct jobs *jobs, struct job_waiter *waiter);
/* Any thread: it waits no more; `wake` will not be called. False where it was, or is being. */
bool jobs_leave(struct jobs *jobs, struct job_waiter *waiter);

struct jobs_counters {
	uint64_t queued, running;               /* now */
	uint64_t done, failed, cancelled, lost; /* ended here, and begun again because a server died */
	uint64_t times[DURATION_BUCKETS +
	               1]; /* of commands that ended, each in one bucket (base/duration.h) */
	uint64_t us;       /* of all of them */
};
/* Any thread. Zeros where nothing was ever served. */
void jobs_count(struct jobs *jobs, struct jobs_counters *ret_counters);

#endif
