/*
 * What a running server knows of itself: the newest requests and why they were answered
 * so, and how many there were of each kind. Knows no sockets.
 *
 *	observe_new ── observe_label (each document, before it serves) ── observe_free
 *	        └── an observer a worker: observe_request for each answer, on that worker's thread
 *
 * Workers share nothing on the way of a request and allocate nothing. Who asks (any
 * thread, some at once) sums over the workers.
 */
#ifndef STATUTE_OBSERVE_OBSERVE_H
#define STATUTE_OBSERVE_OBSERVE_H

#include "jobs/jobs.h"
#include "observe/trace.h"
#include "openapi/bind.h"

struct observe;
struct observer;

/* For so many workers. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int observe_new(size_t workers, struct observe **ret_observe);
/* Not while an observer is used. Accepts NULL. */
void observe_free(struct observe *observe);
/*
 * Gives each path of `api` its label, by its template: the same template has the same label in
 * each document. Before a worker serves `api`, and on one thread at a time. 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int observe_label(struct observe *observe, const struct api *api);
/* Of worker `index`; lives as long as `observe`. */
struct observer *observe_worker(struct observe *observe, size_t index);

/* On the observer's thread: x was answered, or will never be. */
void observe_request(struct observer *observer, const struct exchange *x, const struct observed *observed);
/* So many requests of this worker have begun and are not answered. */
void observe_in_flight(struct observer *observer, size_t count);
/* So many feeds of this worker are open; one more event was sent; a client was too slow and was dropped. */
void observe_feeds(struct observer *observer, size_t count);
void observe_feed_event(struct observer *observer);
void observe_slow_feed(struct observer *observer);
/* A log line found no room. */
void observe_lost_line(struct observer *observer);
/* Any thread: a document was read again, and took over or was refused. */
void observe_reload(struct observe *observe, bool took_over);

/* ---- metrics.c ------------------------------------------------------------ */

/* What others know and the metrics tell. */
struct observe_gauges {
	size_t connections;         /* open now, on the public listener */
	int64_t certificate_end_s;  /* when the certificate that ends first does, Unix time; 0: there is none */
	uint64_t refused_lines;     /* log lines that the system refused for good */
	struct store_counters store;
	struct jobs_counters jobs;
};

/* Appends all metrics as Prometheus reads them (text format 0.0.4). Any thread. */
void metrics_write(struct observe *observe, const struct observe_gauges *gauges, struct buf *buf);

/* ---- recent.c: asking what happened -------------------------------------- */

enum { RECENT_MAX = 1000, RECENT_DEFAULT = 100 };

/* Which of the newest requests are asked for; RECENT_QUERY_INIT: all. */
struct recent_query {
	int status;         /* 404; 4 for 4xx; 0 for those without an answer; RECENT_ANY */
	struct str route;   /* at NULL: any */
	struct str node;    /* at NULL: any */
	struct str since;   /* a cursor; at NULL: from the oldest on */
	size_t limit;
};
enum { RECENT_ANY = -1 };
#define RECENT_QUERY_INIT { .status = RECENT_ANY, .limit = RECENT_DEFAULT }

/* Is it one that recent_write could have made? */
bool recent_is_cursor(struct str text);
/*
 * Appends {"traces": […], "cursor": …, "kept": …, "rates": …} as docs/inside.md has it. `now_s` is the
 * Unix time. 0 or STATUTE_ENOMEM (out of `arena`, or of room in `buf`).
 */
STATUTE_CHECK int recent_write(struct observe *observe, const struct recent_query *query, int64_t now_s,
                               struct arena *arena, struct buf *buf);
/* The newest request of that id. 0, or STATUTE_ENOTFOUND where none is kept any more. */
STATUTE_CHECK int recent_find(struct observe *observe, struct str id, struct trace *ret_trace);

#endif
