/*
 * Which requests are let in: see docs/overload.md. A server that has more to do than it can must turn
 * some away at once, or all of them wait until nobody wants their answers any more.
 *
 * What tells an overload from a burst is that it lasts. The server is behind where requests have waited
 * for longer than --queue-age all of the last half second: for their turn in the loop, for the store, or
 * for a helper thread. After that, for some seconds, it is so as soon as that has lasted for --queue-age:
 * an overload that is held back looks like none. While the server is behind, whatever has waited that long
 * in its turn of the loop is answered 503 before it is routed or its content read; so are writes, and what
 * needs a helper thread, while those are behind.
 *
 * On the worker's thread.
 */
#ifndef STATUTE_SERVER_ADMISSION_H
#define STATUTE_SERVER_ADMISSION_H

#include "exchange/exchange.h"

struct worker;

enum { ADMISSION_PATIENCE_MS = 500, ADMISSION_ALERT_MS = 5000 };

/* Since when something has been late, whenever it was looked at; in ns, 0: it was not. */
struct lateness {
	uint64_t since, looked;
};

struct admission {
	uint64_t turn_at; /* the turn of the loop, as its time in ms; 0: between two */
	uint64_t began;   /* the turn, ns */
	bool was_calm;    /* the last one was short, or left nothing to do */
	uint64_t calm_at; /* when the turn after the last calm one began, ns */
	uint64_t alert_until; /* a request was turned away not long before, ns */
	struct lateness store, background;
	uint64_t background_wait; /* how long the last one on a helper thread waited for it, ns */
};

/* The first request of a turn, at the loop's time `now`, or a later one. */
void admission_begin_turn(struct worker *worker, uint64_t now);
/* Before the loop waits for events. */
void admission_end_turn(struct worker *worker);
/* May this request come in? Says so to the host of its exchange. */
void admission_ask(struct worker *worker, const struct request *request, struct exchange_host *host);
/* May it go to a helper thread? */
bool admission_to_background(struct worker *worker);

#endif
