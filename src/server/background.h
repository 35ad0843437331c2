/* What takes long (hashing a password) is done on libuv's helper threads; the exchange goes on after it. */
#ifndef STATUTE_SERVER_BACKGROUND_H
#define STATUTE_SERVER_BACKGROUND_H

#include "server/worker.h"

/*
 * exchange_host.work: runs fn(x) on a helper thread, then exchange_resume(x) on the worker's. STATUTE_ELIMIT
 * where as many are at work as may be, or they start too late; STATUTE_ENOMEM, STATUTE_ESYSTEM.
 */
STATUTE_CHECK int background_work(struct exchange *x, void (*fn)(struct exchange *x));

#endif
