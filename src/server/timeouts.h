/*
 * What must happen by when: every timeout of one worker's connections.
 *
 * All timeouts of a kind last equally long, so that a list a kind, in the order in
 * which they were set, is in the order in which they end: setting and clearing
 * cost a few writes, and the earliest is one of as many heads as there are kinds.
 * Pure: told the time, it never asks. One owner at a time; allocates nothing.
 */
#ifndef STATUTE_SERVER_TIMEOUTS_H
#define STATUTE_SERVER_TIMEOUTS_H

#include <stdint.h>

enum timeout_kind {
	TIMEOUT_NONE,
	TIMEOUT_HANDSHAKE, /* a connection of TLS began: its handshake must end */
	TIMEOUT_HEADER,  /* a request began: its header section must end */
	TIMEOUT_IDLE,    /* no request began */
	TIMEOUT_CONTENT, /* content must come fast enough */
	TIMEOUT_LINGER,  /* the last answer was sent, the client must close */
	TIMEOUT_WRITE,   /* the client must take some of its answer */
	TIMEOUT_STREAM_CONTENT, /* the same as TIMEOUT_CONTENT and TIMEOUT_WRITE, of one of the streams */
	TIMEOUT_STREAM_WRITE,   /* of HTTP/2 */
	TIMEOUT_FEED,    /* a feed has to say that it is there; the same of a stream of HTTP/2 */
	TIMEOUT_STREAM_FEED,
	TIMEOUT_TURN,    /* others had their turn: a connection with much to do goes on */
	TIMEOUT_KINDS
};

/* Part of what waits. Zeroed: not set. */
struct timeout {
	struct timeout *prev, *next;
	uint64_t due; /* ms */
	enum timeout_kind kind;
};

struct timeouts {
	struct timeout lists[TIMEOUT_KINDS]; /* rings; the element itself is the end of its ring */
	uint64_t after[TIMEOUT_KINDS];       /* how long each kind lasts, ms */
};

/* Where nothing is set, timeouts_next says this. */
#define TIMEOUTS_NEVER UINT64_MAX

/* `after[TIMEOUT_NONE]` is not read. */
void timeouts_init(struct timeouts *timeouts, const uint64_t after[TIMEOUT_KINDS]);
/* Sets it, or sets it anew. `now` may not be before that of an earlier call. */
void timeout_set(struct timeouts *timeouts, struct timeout *timeout, enum timeout_kind kind, uint64_t now);
/* Accepts one that is not set. */
void timeout_clear(struct timeout *timeout);
/* Takes one that is due off its list and says of which kind it was. NULL where none is. */
struct timeout *timeouts_take_due(struct timeouts *timeouts, uint64_t now, enum timeout_kind *ret_kind);
/* The one of this kind that was set first; NULL where none is set. */
struct timeout *timeouts_first(struct timeouts *timeouts, enum timeout_kind kind);
/* The one of the same kind that was set next; NULL where `timeout`, which is set, was the last. */
struct timeout *timeouts_after(struct timeouts *timeouts, const struct timeout *timeout);
/* How long ago one that is set was set, ms. */
uint64_t timeout_age(const struct timeouts *timeouts, const struct timeout *timeout, uint64_t now);
/* When the earliest is due, or TIMEOUTS_NEVER. */
uint64_t timeouts_next(const struct timeouts *timeouts);

#endif
