/* Durations as text, and the buckets of every histogram: from 100 microseconds to 10 seconds. Pure. */
#ifndef STATUTE_BASE_DURATION_H
#define STATUTE_BASE_DURATION_H

#include "base/str.h"

/* "500ms", "30s", "5m", "2h", "1d": digits and a unit. False where it is anything else, or past 64 bits. */
bool duration_read(struct str text, uint64_t *ret_ms);

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
