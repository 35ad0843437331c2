/*
 * The newest requests of one worker. The worker writes, others read at the same time.
 *
 * A slot is taken by one at a time, by exchanging a flag: the writer never waits, since
 * it goes on to the next slot where a reader is at one, and a reader leaves out the slot
 * that is being written, whose request is not complete yet. Readers must not be two at a
 * time (struct observe sees to that).
 */
#ifndef STATUTE_OBSERVE_RING_H
#define STATUTE_OBSERVE_RING_H

#include <stdatomic.h>

#include "observe/trace.h"

/* How many are kept. */
enum { RING_SLOTS = 1000 };

struct ring_slot {
	atomic_bool is_taken;
	struct trace trace; /* number 0: empty */
};

/* Zeroed: empty. */
struct ring {
	struct ring_slot slots[RING_SLOTS];
	size_t next;      /* the writer's */
	uint64_t written; /* the writer's: how many so far */
};

/* The writer: the slot for one more, to be filled and given to ring_commit. */
struct trace *ring_reserve(struct ring *ring);
void ring_commit(struct ring *ring, struct trace *trace);

/* A reader: looks at slot `index` while it holds it. NULL where it is empty or being written. */
const struct trace *ring_hold(struct ring *ring, size_t index);
void ring_release(struct ring *ring, size_t index);

#endif
