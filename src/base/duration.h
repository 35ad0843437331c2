/* Buckets of durations, the same in every histogram: from 100 microseconds to 10 seconds. Pure. */
#ifndef STATUTE_BASE_DURATION_H
#define STATUTE_BASE_DURATION_H

#include <stddef.h>
#include <stdint.h>

enum { DURATION_BUCKETS = 16 };

/* The longest duration of each bucket, in microseconds, ascending. */
extern const uint32_t duration_bounds[DURATION_BUCKETS];

/* The bucket of a duration; DURATION_BUCKETS where it is longer than all bounds. */
static inline size_t duration_bucket(uint64_t us)
{
	size_t bucket = 0;

	while (bucket < DURATION_BUCKETS && us > duration_bounds[bucket])
		bucket++;
	return bucket;
}

#endif
