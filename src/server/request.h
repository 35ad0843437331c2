/*
 * One request to a worker, whatever version of HTTP it came over: let in, counted while it
 * is in progress, and logged when it was answered. On the worker's thread.
 */
#ifndef STATUTE_SERVER_REQUEST_H
#define STATUTE_SERVER_REQUEST_H

#include "server/worker.h"

/* How it ended. */
struct request_end {
	const char *client; /* its address */
	int status;         /* 0: no answer could be given */
	struct str error;   /* the error code */
	int64_t wall_ms;    /* when it was answered, */
	uint64_t now_us;    /* and by the monotonic clock */
	uint64_t in, out;   /* bytes as they went over the wire */
	bool is_dropped;    /* the client was gone when the answer was there */
};

/* Its head is whole: counts it as in progress, and begins it under the newest document. */
enum exchange_step request_begin(struct worker *worker, struct exchange *x);
/* It is in progress no more. */
void request_leave(struct worker *worker);
/* A line in the log, and a word to whoever observes. */
void request_log(struct worker *worker, const struct exchange *x, const struct request_end *end);
/* The two apart: of a feed that has begun, to whoever observes; and the line in the log when it ended. */
void request_observe_opened(struct worker *worker, const struct exchange *x, uint64_t in, uint64_t out);
void request_log_entry(struct worker *worker, const struct access_entry *entry);
/* The error code of its answer, or empty. */
struct str request_error(const struct exchange *x);

#endif
