/* Buckets of durations: see duration.h. */
#include "base/duration.h"

const uint32_t duration_bounds[DURATION_BUCKETS] = {
	100,    250,    500,    1000,    2500,    5000,    10000,   25000,
	50000,  100000, 250000, 500000,  1000000, 2500000, 5000000, 10000000,
};
