/* Every timeout of one worker's connections: see timeouts.h. */
#include "server/timeouts.h"

#include <stddef.h>

void timeouts_init(struct timeouts *timeouts, const uint64_t after[TIMEOUT_KINDS])
{
	for (int kind = 0; kind < TIMEOUT_KINDS; kind++) {
		struct timeout *end = &timeouts->lists[kind];

		*end = (struct timeout){ .prev = end, .next = end };
		timeouts->after[kind] = after[kind];
	}
}

void timeout_clear(struct timeout *timeout)
{
	if (timeout->kind == TIMEOUT_NONE)
		return;
	timeout->prev->next = timeout->next;
	timeout->next->prev = timeout->prev;
	*timeout = (struct timeout){ 0 };
}

void timeout_set(struct timeouts *timeouts, struct timeout *timeout, enum timeout_kind kind, uint64_t now)
{
	struct timeout *end = &timeouts->lists[kind];

	timeout_clear(timeout);
	if (kind == TIMEOUT_NONE)
		return;
	timeout->prev = end->prev;
	timeout->next = end;
	timeout->due = now + timeouts->after[kind];
	timeout->kind = kind;
	end->prev->next = timeout;
	end->prev = timeout;
}

struct timeout *timeouts_take_due(struct timeouts *timeouts, uint64_t now, enum timeout_kind *ret_kind)
{
	for (int kind = TIMEOUT_NONE + 1; kind < TIMEOUT_KINDS; kind++) {
		struct timeout *first = timeouts->lists[kind].next;

		if (first == &timeouts->lists[kind] || first->due > now)
			continue;
		*ret_kind = first->kind;
		timeout_clear(first);
		return first;
	}
	return NULL;
}

uint64_t timeouts_next(const struct timeouts *timeouts)
{
	uint64_t next = TIMEOUTS_NEVER;

	for (int kind = TIMEOUT_NONE + 1; kind < TIMEOUT_KINDS; kind++) {
		const struct timeout *first = timeouts->lists[kind].next;

		if (first != &timeouts->lists[kind] && first->due < next)
			next = first->due;
	}
	return next;
}

static struct timeout *unless_end(struct timeouts *timeouts, struct timeout *timeout, enum timeout_kind kind)
{
	return timeout == &timeouts->lists[kind] ? NULL : timeout;
}

struct timeout *timeouts_first(struct timeouts *timeouts, enum timeout_kind kind)
{
	return unless_end(timeouts, timeouts->lists[kind].next, kind);
}

struct timeout *timeouts_after(struct timeouts *timeouts, const struct timeout *timeout)
{
	return unless_end(timeouts, timeout->next, timeout->kind);
}

uint64_t timeout_age(const struct timeouts *timeouts, const struct timeout *timeout, uint64_t now)
{
	return now + timeouts->after[timeout->kind] - timeout->due;
}
