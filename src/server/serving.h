/*
 * A generation as one worker serves it: the host of its exchanges, and its own reader.
 *
 * A worker serves the newest one that it was offered. Earlier ones stay in its list
 * while requests of theirs are in progress: a request belongs to the one that was
 * the newest when its head was complete, to its end. All of it on the worker's
 * thread, but for serving_new, serving_free and the offer.
 */
#ifndef STATUTE_SERVER_SERVING_H
#define STATUTE_SERVER_SERVING_H

#include "exchange/exchange.h"
#include "server/generation.h"

struct worker;

struct serving {
	struct exchange_host host;   /* first: an exchange leads back through it */
	struct generation *generation;
	struct store_reader *reader; /* NULL for a worker that is_admin */
	struct password_cache *passwords; /* NULL where the document has no schemes */
	struct token_cache *tokens;  /* NULL where no scheme has keys */
	size_t exchanges;            /* of its requests, that came at least in part; and feeds */
	struct serving *next;        /* an earlier one with requests in progress */
};

/* Makes all that can fail. Any thread, while the worker runs or not. 0, STATUTE_ENOMEM or STATUTE_ESTORE. */
STATUTE_CHECK int serving_new(struct worker *worker, struct generation *generation, struct serving **ret_serving);
/* One that has no exchange and is in no list. Accepts NULL. */
void serving_free(struct serving *serving);

/*
 * Any thread but the worker's, under shared->lock: the worker is to serve it from now on.
 * An earlier offer that it has not taken is freed.
 */
void serving_offer(struct worker *worker, struct serving *serving);
/* Takes what was offered; true where there was something. */
bool serving_take(struct worker *worker);
/* The exchange's request is complete to the end of its head: from now on it belongs to the newest. */
void serving_begin(struct worker *worker, struct exchange *x);
/* Ends the read transactions of all. */
void serving_refresh(struct worker *worker);
/* At the worker's end. */
void serving_free_all(struct worker *worker);

/* Somebody but an exchange needs it; then no more. */
void serving_hold(struct serving *serving);
void serving_release(struct worker *worker, struct serving *serving);

/* For worker_take_exchange and _give_exchange. */
void serving_enter(struct worker *worker, struct exchange *x);
void serving_leave(struct worker *worker, struct exchange *x);

#endif
