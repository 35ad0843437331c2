/*
 * A request within a request: a part of a batch (RFC 9110 knows no such thing; to the graph it is a
 * request like any other). It walks in three steps, since what takes time must be over before the
 * transaction of the batch begins:
 *
 *	exchange_part_begin ─> exchange_part_admit* ─┬─> is over: its response is complete
 *	                                             └─> exchange_part_again, then either
 *	                                                 exchange_part_read, or a write and exchange_part_end
 *
 * The last step may be taken more than once, where the transaction is. A part is on the thread that has
 * the batch, and works in the batch's arena, which is lent to it while something is called for it.
 */
#ifndef STATUTE_EXCHANGE_PART_H
#define STATUTE_EXCHANGE_PART_H

#include "exchange/exchange.h"

/*
 * Once part->request is complete, its content included (which is JSON that was parsed as part of the
 * batch's), and part->host its own, which has no own_path, running_keys, or any reason to turn it away.
 * Routes it, and finds what its head says. 0 or an error.
 */
STATUTE_CHECK int exchange_part_begin(struct exchange *part, const struct exchange *whole);
/*
 * Walks on to the lookup of its target: who sends it, may they, how much. STATUTE_EAGAIN: call again after
 * host->resume. Else *ret_is_over: the walk has ended, and the response is complete. On the loop.
 */
STATUTE_CHECK int exchange_part_admit(struct exchange *part, bool *ret_is_over);
/* One that was admitted forgets what was found out after that. `kind` is the one that it began with. */
void exchange_part_again(struct exchange *part, const struct exchange_kind *kind);
/* A safe one that was admitted: walks from the lookup to the response. */
void exchange_part_read(struct exchange *part);
/*
 * One that writes, once part->write has its outcome and the facts of it are set: the response. The write
 * was made with part->is_decided set, so that its owner decides it in the transaction and nowhere else.
 */
void exchange_part_end(struct exchange *part);

#endif
