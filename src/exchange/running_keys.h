/*
 * The idempotency keys whose requests are being worked on now, over all workers of a
 * server. In memory alone: with the process ends what it worked on. A key is a member
 * of the exchange that holds it, so that there are never more than requests in flight,
 * and taking one allocates nothing. Any thread; each call locks a part of the table.
 */
#ifndef STATUTE_EXCHANGE_RUNNING_KEYS_H
#define STATUTE_EXCHANGE_RUNNING_KEYS_H

#include "store/store.h"

struct running_keys;

struct running_key {
	unsigned char digest[STORE_DIGEST_LEN]; /* set by its owner; every bit of it by chance */
	struct running_keys *table;             /* that holds it, or NULL */
	struct running_key *next;               /* there */
};

STATUTE_CHECK int running_keys_new(struct running_keys **ret_keys);
/* Nothing is held any more. Accepts NULL. */
void running_keys_free(struct running_keys *keys);
/* False where somebody holds one with the same digest. `key` stays where it is until it is given back. */
bool running_keys_take(struct running_keys *keys, struct running_key *key);
/* Accepts one that is not held. */
void running_keys_give(struct running_key *key);

#endif
