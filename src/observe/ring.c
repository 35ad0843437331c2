/* The newest requests of one worker: see ring.h. */
#include "observe/ring.h"

static bool take(struct ring_slot *slot)
{
	return !atomic_exchange_explicit(&slot->is_taken, true, memory_order_acquire);
}

static void give(struct ring_slot *slot)
{
	atomic_store_explicit(&slot->is_taken, false, memory_order_release);
}

/* One reader holds one slot: the second try, at the latest, succeeds. */
struct trace *ring_reserve(struct ring *ring)
{
	struct ring_slot *slot;

	do {
		slot = &ring->slots[ring->next];
		ring->next = ring->next + 1 < RING_SLOTS ? ring->next + 1 : 0;
	} while (!take(slot));
	slot->trace.number = ++ring->written;
	return &slot->trace;
}

void ring_commit(struct ring *ring, struct trace *trace)
{
	(void)ring;
	give((struct ring_slot *)(void *)((char *)trace - offsetof(struct ring_slot, trace)));
}

const struct trace *ring_hold(struct ring *ring, size_t index)
{
	struct ring_slot *slot = &ring->slots[index];

	if (!take(slot))
		return NULL;
	if (slot->trace.number)
		return &slot->trace;
	give(slot);
	return NULL;
}

void ring_release(struct ring *ring, size_t index)
{
	give(&ring->slots[index]);
}
