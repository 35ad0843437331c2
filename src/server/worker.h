/*
 * A worker: one thread with its own loop, listening socket, readers of the store,
 * exchanges, buffers and log lines. Workers share nothing that they write in the
 * way of a request.
 *
 * At the end of each turn of the loop (before it waits for events) the read
 * transaction ends and the log lines of the turn are written. Whoever works for a
 * waiting exchange on another thread hands it back through a queue without locks,
 * which wakes the loop.
 *
 * Stopping: the listening socket closes at once; when the last connection is gone
 * the remaining handles close and the loop ends.
 */
#ifndef STATUTE_SERVER_WORKER_H
#define STATUTE_SERVER_WORKER_H

#include <stdatomic.h>

#include <uv.h>

#include "message/date.h"
#include "observe/observe.h"
#include "server/access_log.h"
#include "server/admission.h"
#include "server/serving.h"
#include "server/shared.h"
#include "server/timeouts.h"
#include "server/watch.h"

struct connection;
struct feed_channel;

/* A buffer of the pool, borrowed by a connection while it has something in it. */
struct pooled {
	struct buf buf;
	struct pooled *next;
	uv_write_t write; /* of the buffer, while it is sent: few connections write at any one time */
};

enum { WORKER_INPUT = 64 * 1024 };

struct worker {
	struct shared *shared;
	struct door *door;            /* of its listening socket */
	uv_loop_t loop;
	uv_tcp_t listener;
	uv_tcp_t plain;               /* beside one for TLS: for connections in the clear, where it has_plain */
	struct watch watch;
	uv_prepare_t prepare;
	uv_timer_t timer;
	uv_async_t async;             /* something was handed back, or the server stops */
	uv_thread_t thread;
	_Atomic(struct exchange *) handed_back; /* newest first, by x->next */
	struct serving *serving;      /* the document that new requests see; behind it earlier ones */
	struct serving *prepared;     /* to be offered; of the thread that reloads */
	_Atomic(struct serving *) offered; /* to be served from now on; NULL where it was taken */
	struct access_log log;
	struct observer *observer;    /* set by its owner before it runs; NULL: nobody looks */
	struct timeouts timeouts;
	uint64_t timer_due;           /* ms of the loop; TIMEOUTS_NEVER where the timer is off */
	uint64_t drain_due;           /* when connections are cut; TIMEOUTS_NEVER while not draining */
	struct connection *connections; /* newest first */
	struct exchange *spare;       /* by x->next */
	size_t spare_count;
	struct pooled *pool;
	size_t pool_count;
	struct feed_channel *feeds;   /* what its feeds follow */
	atomic_size_t feed_count;     /* feeds that are open */
	atomic_bool has_news;         /* something changed that they follow */
	uint64_t feeds_read_ms;       /* of the loop, when that was last looked at */
	unsigned feed_round;
	bool is_in_feeds;             /* they are being told */
	struct admission admission;
	struct encoder *encoder;      /* for its answers, NULL without memory: then none is compressed */
	size_t in_flight, in_flight_max; /* requests that began and were not answered */
	size_t background, background_max; /* exchanges at work in the thread pool */
	unsigned stops;               /* as far as it was heeded */
	bool did_read;                /* the store may have been read in this turn */
	bool has_missed;              /* a connection could not be taken for lack of memory: try again */
	bool is_secure;               /* its listener is for TLS */
	bool has_plain;
	bool is_admin;                /* it answers the admin listener: nothing of the API, and unlogged */
	bool is_open;                 /* the loop was made */
	bool is_finished;             /* its last handles are closing */
	bool has_ended;               /* its loop did; under shared->lock */
	int64_t date_s;
	char date[HTTP_DATE_LEN];
	char input[WORKER_INPUT];     /* what a read takes; nothing stays in it */
	char decrypted[WORKER_INPUT]; /* what that was, decrypted; the same */
};

/* Listening sockets of a worker; -1 for none. */
struct worker_sockets {
	int fd;    /* for TLS, where the server has certificates and the worker is not for the admin listener */
	int plain; /* in the clear */
};

/*
 * Listens on the sockets, which it takes in any case; through shared->public, or shared->admin where it
 * `is_admin`. *ret_worker is complete or untouched.
 */
STATUTE_CHECK int worker_new(struct shared *shared, struct generation *generation, struct worker_sockets sockets,
                             bool is_admin, struct worker **ret_worker);
/* Of its exchanges, but for what is of one generation. Any thread. */
void worker_fill_host(struct worker *worker, struct exchange_host *host);
/* Runs its loop until the server is stopped and its last connection gone. */
void worker_run(struct worker *worker);
/* Any thread, and from a signal handler: the worker looks at shared->stops. */
void worker_wake(struct worker *worker);
/* Not while it runs. Accepts NULL. */
void worker_free(struct worker *worker);

static inline bool worker_is_draining(const struct worker *worker) { return worker->stops > 0; }

/* ---- worker_listen.c ------------------------------------------------------ */

/* Listens on the sockets, which it takes in any case. Its handles are closed by the loop's end. */
STATUTE_CHECK int worker_listen(struct worker *worker, struct worker_sockets sockets);
void worker_close_sockets(struct worker_sockets sockets);
/* Tries again to take connections that there was no memory for. */
void worker_accept_missed(struct worker *worker);
void worker_stop_listening(struct worker *worker);

/* For its connections, on its thread. */

/* A fresh exchange, or NULL without memory. */
struct exchange *worker_take_exchange(struct worker *worker);
/* Not while it waits. Accepts NULL. */
void worker_give_exchange(struct worker *worker, struct exchange *x);
/* An empty buffer of at most `max` bytes, or NULL without memory. */
struct pooled *worker_take_buffer(struct worker *worker, size_t max);
/* Accepts NULL. */
void worker_give_buffer(struct worker *worker, struct pooled *buffer);
void worker_set_timeout(struct worker *worker, struct timeout *timeout, enum timeout_kind kind);
/* The Date field of now; valid until the next call. */
struct str worker_date(struct worker *worker);

#endif
