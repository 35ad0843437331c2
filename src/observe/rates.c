/* Requests a second: see rates.h. */
#include "observe/rates.h"

/* Who reads meanwhile sees the old second, which nobody asks for any more, or zeroes. */
static void begin_second(struct rates_slot *slot, int64_t second)
{
	for (size_t i = 0; i < RATES_CLASSES; i++)
		atomic_store_explicit(&slot->counts[i], 0, memory_order_relaxed);
	atomic_store_explicit(&slot->second, second, memory_order_release);
}

void rates_add(struct rates *rates, int64_t second, int status)
{
	struct rates_slot *slot = &rates->slots[second & (RATES_SLOTS - 1)];
	atomic_uint *count = &slot->counts[status / 100 % RATES_CLASSES];

	if (atomic_load_explicit(&slot->second, memory_order_relaxed) != second)
		begin_second(slot, second);
	atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1, memory_order_relaxed);
}

void rates_sum(struct rates *rates, int64_t until, uint64_t ret_counts[RATES_CLASSES][RATES_SECONDS])
{
	for (size_t i = 0; i < RATES_SECONDS; i++) {
		int64_t second = until - RATES_SECONDS + (int64_t)i;
		struct rates_slot *slot = &rates->slots[second & (RATES_SLOTS - 1)];

		if (atomic_load_explicit(&slot->second, memory_order_acquire) != second)
			continue;
		for (size_t class = 0; class < RATES_CLASSES; class++)
			ret_counts[class][i] += atomic_load_explicit(&slot->counts[class], memory_order_relaxed);
	}
}
