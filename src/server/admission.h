/*
 * Which requests are let in: see docs/overload.md. A server that has more to do than it can must turn
 * some away at once, or all of them wait until nobody wants their answers any more.
 *
 * It is behind when a turn of the loop took longer than --queue-age and the next one began at once: one
 * request that takes long is no overload. In that next turn, and as long as this goes on, what has not
 * been reached within --queue-age is answered 503 before it is routed or its content read. Writes are
 * turned away likewise where the store left some behind that have waited as long, and what needs a helper
 * thread where those start so late.
 *
 * On the worker's thread.
 */
#ifndef STATUTE_SERVER_ADMISSION_H
#define STATUTE_SERVER_ADMISSION_H

#include "server/worker.h"

/* The first request of a turn, at the loop's time `now`, or a later one. */
void admission_begin_turn(struct worker *worker, uint64_t now);
/* Before the loop waits for events. */
void admission_end_turn(struct worker *worker);
/* May this request come in? Says so to the host of its exchange. */
void admission_ask(struct worker *worker, const struct request *request, struct exchange_host *host);

/* May it go to a helper thread? */
bool admission_to_background(const struct worker *worker);

#endif
