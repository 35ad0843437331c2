/*
 * Who gives way where there is no room: see connection.h.
 *
 * A server that is full of clients who keep it waiting would serve nobody. So a
 * newcomer takes the place of the one who did so longest: first of those that wait
 * for nothing (RFC 9112 section 9.5 lets either side close an idle connection), then
 * of those that are slow. Whoever came within the last second keeps its place; where
 * all did, or all are waiting for the server, the newcomer is turned away. Each worker
 * looks at its own connections alone: the system spreads them evenly.
 */
#include "server/connection.h"

enum {
	PATIENCE_MS = 1000, /* nobody gives way sooner */
	COMPARED_MAX = 32   /* of those that have waited longest */
};

struct connection *connection_of(struct timeout *timeout, enum timeout_kind kind)
{
	size_t offset = kind == TIMEOUT_WRITE ? offsetof(struct connection, writing)
	                                      : offsetof(struct connection, reading);

	return (struct connection *)(void *)((char *)timeout - offset);
}

static uint64_t age_of(const struct worker *worker, const struct timeout *timeout)
{
	return timeout_age(&worker->timeouts, timeout, uv_now(&worker->loop));
}

/* The one that has had this kind of timeout longest; NULL where none has for long. */
static struct connection *longest(struct worker *worker, enum timeout_kind kind)
{
	struct timeout *first = timeouts_first(&worker->timeouts, kind);

	return first && age_of(worker, first) >= PATIENCE_MS ? connection_of(first, kind) : NULL;
}

/*
 * Of the contents that began first, the one that comes with the fewest bytes a second; `states` are
 * flags, 1u << CONNECTION_CONTENT or with it 1u << CONNECTION_DISCARD.
 */
static struct connection *slowest_content(struct worker *worker, unsigned states)
{
	struct timeout *timeout = timeouts_first(&worker->timeouts, TIMEOUT_CONTENT);
	struct connection *slowest = NULL;
	uint64_t least = 0, age;

	for (int i = 0; timeout && i < COMPARED_MAX && (age = age_of(worker, timeout)) >= PATIENCE_MS; i++) {
		struct connection *c = connection_of(timeout, TIMEOUT_CONTENT);
		uint64_t rate = c->window * 1000 / age;

		timeout = timeouts_after(&worker->timeouts, timeout);
		if ((states & 1u << c->state) && (!slowest || rate < least)) {
			slowest = c;
			least = rate;
		}
	}
	return slowest;
}

/* Says why where no answer was given, as far as the system takes that at once; its place is needed now. */
static void refuse_and_close(struct connection *c, enum h1_refusal refusal)
{
	if (c->state != CONNECTION_DISCARD)
		connection_refuse(c, refusal, (struct str){ 0 });
	connection_flush(c);
	connection_close(c);
}

bool connection_make_room(struct worker *worker)
{
	struct connection *c = longest(worker, TIMEOUT_IDLE);

	if (!c)
		c = longest(worker, TIMEOUT_HANDSHAKE);
	if (!c)
		c = longest(worker, TIMEOUT_LINGER);
	if (!c)
		c = longest(worker, TIMEOUT_WRITE);
	if (c) {
		connection_close(c);
		return true;
	}
	if ((c = longest(worker, TIMEOUT_HEADER)))
		refuse_and_close(c, H1_REFUSAL_HEADER_TIMEOUT);
	else if ((c = slowest_content(worker, 1u << CONNECTION_CONTENT | 1u << CONNECTION_DISCARD)))
		refuse_and_close(c, H1_REFUSAL_CONTENT_TIMEOUT);
	return c != NULL;
}

void connection_yield_flight(struct worker *worker)
{
	struct connection *c = slowest_content(worker, 1u << CONNECTION_CONTENT);

	if (!c)
		return;
	connection_refuse(c, H1_REFUSAL_CONTENT_TIMEOUT, (struct str){ 0 });
	connection_settle(c);
}
