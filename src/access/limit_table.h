/*
 * The counts of all rate limits of a server: a table of fixed size from a key (a policy, and
 * whose requests it counts) to a word, shared by all workers. A request finds its word and
 * replaces it by compare-and-swap; it never waits for another one. Only who finds a place for a
 * new key waits for who does so in the same group of eight places.
 *
 * It never grows. Where a group is full, the key that was not counted for the longest time is
 * forgotten, as if it had never come: who has more addresses than the table has places can gain
 * from that, but not bring others over their limits. Any number of requests of one key at the
 * same time: exactly as many are admitted as one after another would be.
 *
 * Keys are hashed with random bytes of the process (base/map.h), so that nobody can choose some
 * that share a group.
 */
#ifndef STATUTE_ACCESS_LIMIT_TABLE_H
#define STATUTE_ACCESS_LIMIT_TABLE_H

#include "access/limit.h"

struct limit_table;

/* Whose requests. What is not used is 0. */
struct limit_key {
	uint64_t policy; /* limit_policy.id */
	uint64_t kind;   /* of what follows: the same bytes may be an address, or the hashes of a name */
	uint64_t what[2];
};

enum { LIMIT_PLACES = 1 << 17, LIMIT_PLACE_BYTES = 24 }; /* 3 MiB, of which the system gives what is used */

/* `places`: a power of two, at least 8. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int limit_table_new(size_t places, struct limit_table **ret_table);
/* Not while it is used. Accepts NULL. */
void limit_table_free(struct limit_table *table);

/* Any thread. Counts a request at `now_ns`, where the policy admits it. */
void limit_table_count(struct limit_table *table, const struct limit_policy *policy,
                       const struct limit_key *key, uint64_t now_ns, struct limit_state *ret_state);
/* Any thread. Takes back one that was admitted lately: another policy refused the same request. */
void limit_table_uncount(struct limit_table *table, const struct limit_policy *policy,
                         const struct limit_key *key, uint64_t now_ns);
/* Any thread. How many keys were forgotten for another. */
uint64_t limit_table_forgotten(const struct limit_table *table);

#endif
