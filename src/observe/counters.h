/*
 * Numbers that only grow, and gauges, of one worker: written by its thread alone, read by
 * any. They are atomic for the readers' sake; a writer needs no locked instruction.
 */
#ifndef STATUTE_OBSERVE_COUNTERS_H
#define STATUTE_OBSERVE_COUNTERS_H

#include <stdatomic.h>

#include "base/duration.h"
#include "message/message.h"

enum {
	STATUS_NONE,      /* there was no answer */
	STATUS_SLOTS = 72 /* registered codes by their order; the last: any other */
};

/* Requests of one route. */
struct route_counters {
	atomic_uint_fast64_t answers[METHOD_COUNT][STATUS_SLOTS];
	atomic_uint_fast64_t durations[DURATION_BUCKETS + 1]; /* each request in one bucket */
	atomic_uint_fast64_t us;                              /* of all together */
};

static inline void counter_add(atomic_uint_fast64_t *at, uint64_t more)
{
	uint64_t value = atomic_load_explicit(at, memory_order_relaxed);

	atomic_store_explicit(at, value + more, memory_order_relaxed);
}

static inline void counter_set(atomic_uint_fast64_t *at, uint64_t value)
{
	atomic_store_explicit(at, value, memory_order_relaxed);
}

static inline uint64_t counter_read(const atomic_uint_fast64_t *at)
{
	return atomic_load_explicit(at, memory_order_relaxed);
}

#endif
