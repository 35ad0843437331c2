/*
 * How many requests of one worker were answered in each of the last seconds, by the class
 * of their status. The worker writes; any thread reads.
 */
#ifndef STATUTE_OBSERVE_RATES_H
#define STATUTE_OBSERVE_RATES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RATES_SECONDS = 300, /* that are told */
	RATES_SLOTS = 512,   /* more, so that the second that is told last is not the one that is overwritten */
	RATES_CLASSES = 6    /* by the first digit of the status; 0: no answer */
};

struct rates_slot {
	_Atomic int64_t second; /* Unix time */
	atomic_uint counts[RATES_CLASSES];
};

/* Zeroed: nothing was counted. */
struct rates {
	struct rates_slot slots[RATES_SLOTS];
};

void rates_add(struct rates *rates, int64_t second, int status);
/* Adds the counts of the RATES_SECONDS before `until` to those of ret_counts, by class, the oldest first. */
void rates_sum(struct rates *rates, int64_t until, uint64_t ret_counts[RATES_CLASSES][RATES_SECONDS]);

#endif
