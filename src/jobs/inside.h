/* Inside the runner: what its files share. All on its own thread, but where it says otherwise. */
#ifndef STATUTE_JOBS_INSIDE_H
#define STATUTE_JOBS_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include <uv.h>

#include "jobs/jobs.h"
#include "jobs/record.h"

enum {
	RUNS_MAX = 256, /* commands at once, over all operations */
	WAITERS_MAX = 1000,
	GRACE_MS = 2000,   /* from SIGTERM to SIGKILL */
	GIVE_UP_MS = 5000, /* from the end of draining on: then the rows are left as they are */
	NEVER_MS = 86400 * 1000,
	READ_MAX = 64 * 1024,
	LINE_MAX_LEN = 1000, /* of what a command writes to its standard error, that is told */
	LINES_MAX = 1000     /* lines of one command that are told */
};

struct jobs_source {
	struct jobs *jobs;
	const struct api *api;
	struct store *store;
	struct store_reader *reader;
	void (*gone)(void *data);
	void *data;
	size_t uses; /* of the runner's thread: being the newest, and writes at work */
};

/* ---- writes.c: changes of rows --------------------------------------------- */

enum job_write_state { JOB_WRITE_IDLE, JOB_WRITE_SUBMITTED, JOB_WRITE_RETRYING };

/* One at a time; tried again until the store says yes or no. */
struct job_write {
	struct store_write write;
	struct arena arena; /* of what it reads and writes; emptied by each job_write_begin */
	struct jobs *jobs;
	struct jobs_source *source;
	char id[UUID_LEN];
	/*
	 * On the writer's thread, perhaps more than once: changes the record and the secret, and says what
	 * to do with the row: STORE_NOTHING where it is no longer what it should be.
	 */
	enum store_verb (*change)(struct job_write *write, struct job_record *record, struct str *secret,
	                          int64_t now_ms);
	/* On the runner's thread, once; `was_written` says whether the row was changed. */
	void (*then)(struct job_write *write, bool was_written);
	void *data;
	struct job_record record; /* as it was written; texts in the arena */
	struct str secret;        /* beside it, the same */
	enum job_write_state state;
	uint64_t retry_ms; /* of the loop */
	struct job_write *next;
};

void job_write_init(struct job_write *write, struct jobs *jobs, void *data);
void job_write_done(struct job_write *write);
void job_write_begin(struct job_write *write, struct str id);
/* Those that came back, and those whose time to be tried again it is. */
void job_writes_go_on(struct jobs *jobs);
/* None is tried again: what they were to change stays as it is. */
void job_writes_give_up(struct jobs *jobs);

/* ---- run.c, end.c: one command ---------------------------------------------- */

enum run_state {
	RUN_CLAIMING, /* the row is not its own yet */
	RUN_WORKING,  /* the command runs */
	RUN_ENDING    /* it has ended; the row is to say so */
};
enum run_stop { STOP_NOT, STOP_TIMEOUT, STOP_OUTPUT, STOP_CANCELLED, STOP_DRAINED };

struct run {
	struct jobs *jobs;
	struct run *next;
	struct job_write write;
	struct arena arena; /* of the copy of `job` and what comes at the end */
	struct job job;     /* a document that is reloaded meanwhile changes nothing of it */
	char id[UUID_LEN];
	enum run_state state;
	enum run_stop stop;
	int64_t attempt;
	struct str request; /* of the log */
	uint64_t began_us;
	pid_t pid;
	int exit_fd; /* the pidfd */
	uv_poll_t exited;
	uv_pipe_t output_pipe, error_pipe;
	uv_timer_t timer; /* of the next signal, or of a progress that waits to be written */
	unsigned handles; /* that are not closed yet */
	bool has_exited, output_ended, error_ended, is_closing;
	bool cannot_start; /* the command is none that can be run */
	bool is_put_off;   /* there was no room for a process: later */
	int status;        /* of waitpid */
	struct buf output; /* on the heap */
	char line[LINE_MAX_LEN];
	size_t line_len;
	size_t lines; /* that were told */
	int64_t progress;
	char message[JOB_MESSAGE_MAX];
	size_t message_len;
	bool has_news;         /* of progress, that the row does not know yet */
	uint64_t news_ms;      /* of the loop: when the row may be told again, */
	int64_t told_progress; /* and what it is being told */
	char told_message[JOB_MESSAGE_MAX];
	size_t told_message_len;
	uint64_t deadline_ms, kill_ms; /* of the loop: SIGTERM, SIGKILL; 0: neither is due */
	/* What the row will say: */
	enum job_status end;
	struct str secret, location;
	bool is_embedded;
	struct str why; /* for the log */
	char last_line[LINE_MAX_LEN];
	size_t last_line_len;
};

/* Claims the row of that id for a command of `job`. Nothing happens without memory: it will be claimed later. */
void run_claim(struct jobs *jobs, const struct job *job, struct str id);
/* Ends the command, if it runs: SIGTERM, and SIGKILL after GRACE_MS. */
void run_stop(struct run *run, enum run_stop stop);
void run_kill(struct run *run);
/* The run of that id, or NULL. */
struct run *run_of(const struct jobs *jobs, struct str id);
/* For start.c: another time may be the next; all that it wrote came, or its process ended. */
void run_set_timer(struct run *run);
void run_conclude_if_ended(struct run *run);
void run_exited(uv_poll_t *poll, int status, int events);
/* start.c: starts the command of a claimed run. 0, or a negative errno: see spawn_command. */
STATUTE_CHECK int run_start(struct run *run);
/* end.c: from what the command left to what the row says: run->end, secret and location. */
void run_conclude(struct run *run);
/* A problem of RFC 9457 in `arena`; {NULL, 0} without memory. */
struct str job_problem(struct arena *arena, const char *code, int status, struct str detail);

/* ---- schedule.c: what to do next -------------------------------------------- */

void schedule_begin(struct jobs *jobs); /* the source is another: every row is looked at */
void schedule_go_on(struct jobs *jobs);
/* Something is to be forgotten in so many ms, at the soonest. */
void schedule_sweep(struct jobs *jobs, uint64_t in_ms);
/* When to be woken at the latest, ms of the loop. */
uint64_t schedule_due(const struct jobs *jobs);

/* ---- wait.c ------------------------------------------------------------------ */

/* Any thread: wakes those who wait for a job; at NULL: all. */
void waiters_wake(struct jobs *jobs, struct str id);
/* Wakes those whose time is over. */
void waiters_wake_due(struct jobs *jobs);
/* ms from now; NEVER_MS where nobody waits. */
uint64_t waiters_due_in(struct jobs *jobs);

/* ---- tell.c: the log --------------------------------------------------------- */

void tell_event(const struct run *run, const char *event, struct str detail);
/* What a command wrote to its standard error. */
void tell_line(struct run *run, struct str line);
/* Of a job that has no command. */
void tell_record(struct jobs *jobs, struct str id, const struct job_record *record, const char *event);

/* ------------------------------------------------------------------------------ */

struct jobs {
	struct jobs_options options;
	char *lock_path;
	int lock_fd; /* held: -1: not yet */
	pthread_mutex_t lock;
	pthread_t thread;
	bool is_open;                /* the loop was made; under the lock */
	bool is_started, has_thread; /* the same */
	atomic_bool can_wake;        /* the loop can be woken */
	atomic_uint stops;
	atomic_bool has_cancelled; /* a row of a job that may run says that it was */
	uv_loop_t loop;
	uv_async_t async;
	uv_timer_t timer;

	/* Under the lock: */
	struct jobs_source *offered;
	bool has_offer;
	struct job_write *done;
	struct job_waiter *waiters;
	size_t waiter_count;

	/* The runner's own: */
	struct jobs_source *source; /* NULL: nothing is served */
	bool is_closed; /* the newest document has no jobs: those that run end with what was before */
	struct run *runs;
	size_t run_count;
	struct job_write *retrying;
	struct job_write recovering, sweeping;
	bool must_recover;
	struct buf cursor;                                                 /* where recovering stands */
	uint64_t sweep_ms, count_ms, lock_ms, look_ms, pause_ms, drain_ms; /* of the loop */
	uint64_t excess;                                                   /* records beyond KEPT_MAX */
	unsigned heeded;                                                   /* of `stops` */
	bool is_finished;
	char input[READ_MAX];

	/* Read by any thread: */
	atomic_uint_fast64_t queued, running, ended[JOB_STATUSES], lost, us;
	atomic_uint_fast64_t times[DURATION_BUCKETS + 1];
};

/* Any thread. */
void jobs_notify(struct jobs *jobs);
/* Something changed: look at everything again, soon. */
static inline uint64_t jobs_now(const struct jobs *jobs)
{
	return uv_now(&jobs->loop);
}
static inline bool jobs_is_stopping(const struct jobs *jobs)
{
	return jobs->heeded > 0;
}
/* The end cannot wait for a store that does not answer: what is running is found by the next start. */
static inline bool jobs_is_giving_up(const struct jobs *jobs)
{
	return jobs->heeded > 1 || (jobs->heeded && jobs_now(jobs) >= jobs->drain_ms + GIVE_UP_MS);
}
void jobs_source_leave(struct jobs_source *source);

#endif
