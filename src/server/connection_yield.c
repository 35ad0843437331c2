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

#include "server/h2_connection.h"

enum {
	PATIENCE_MS = 1000, /* nobody gives way sooner */
	COMPARED_MAX = 32   /* of those that have waited longest */
};

struct connection *connection_of(struct timeout *timeout, enum timeout_kind kind)
{
	size_t offset = kind == TIMEOUT_WRITE ? offsetof(struct connection, writing)
	                                      : offsetof(struct connection, reading);

	if (kind == TIMEOUT_STREAM_CONTENT || kind == TIMEOUT_STREAM_WRITE)
		return h2_stream_connection(timeout);
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

/* Of contents, the one that comes with the fewest bytes a second. */
struct slowest {
	struct timeout *timeout; /* NULL: none is slow */
	uint64_t rate;
};

static uint64_t window_of(const struct timeout *timeout, const struct connection *c, enum timeout_kind kind)
{
	return kind == TIMEOUT_CONTENT ? c->window : h2_stream_window(timeout);
}

/*
 * Among those that began first; `states` are flags, 1u << CONNECTION_CONTENT or with it
 * 1u << CONNECTION_DISCARD.
 */
static void compare_contents(struct worker *worker, enum timeout_kind kind, unsigned states,
                             struct slowest *slowest)
{
	struct timeout *timeout = timeouts_first(&worker->timeouts, kind);
	uint64_t age;

	for (int i = 0; timeout && i < COMPARED_MAX && (age = age_of(worker, timeout)) >= PATIENCE_MS; i++) {
		const struct connection *c = connection_of(timeout, kind);
		uint64_t rate = window_of(timeout, c, kind) * 1000 / age;

		if ((c->h2 || (states & 1u << c->state)) && (!slowest->timeout || rate < slowest->rate))
			*slowest = (struct slowest){ timeout, rate };
		timeout = timeouts_after(&worker->timeouts, timeout);
	}
}

static struct timeout *slowest_content(struct worker *worker, unsigned states)
{
	struct slowest slowest = { 0 };

	compare_contents(worker, TIMEOUT_CONTENT, states, &slowest);
	compare_contents(worker, TIMEOUT_STREAM_CONTENT, states, &slowest);
	return slowest.timeout;
}

/* Says why where no answer was given, as far as the system takes that at once; its place is needed now. */
static void refuse_and_close(struct connection *c, enum h1_refusal refusal)
{
	if (c->state != CONNECTION_DISCARD && !c->h2)
		connection_refuse(c, refusal, (struct str){ 0 });
	connection_flush(c);
	connection_close(c);
}

bool connection_make_room(struct worker *worker)
{
	struct connection *c = longest(worker, TIMEOUT_IDLE);
	struct timeout *content;

	if (!c)
		c = longest(worker, TIMEOUT_HANDSHAKE);
	if (!c)
		c = longest(worker, TIMEOUT_LINGER);
	if (!c)
		c = longest(worker, TIMEOUT_WRITE);
	if (!c)
		c = longest(worker, TIMEOUT_STREAM_WRITE);
	if (c) {
		connection_close(c);
		return true;
	}
	if ((c = longest(worker, TIMEOUT_HEADER))) {
		refuse_and_close(c, H1_REFUSAL_HEADER_TIMEOUT);
		return true;
	}
	content = slowest_content(worker, 1u << CONNECTION_CONTENT | 1u << CONNECTION_DISCARD);
	if (content)
		refuse_and_close(connection_of(content, content->kind), H1_REFUSAL_CONTENT_TIMEOUT);
	return content != NULL;
}

void connection_yield_flight(struct worker *worker)
{
	struct timeout *content = slowest_content(worker, 1u << CONNECTION_CONTENT);
	struct connection *c;

	if (!content)
		return;
	c = connection_of(content, content->kind);
	if (c->h2)
		h2_stream_refuse_content(content);
	else
		connection_refuse(c, H1_REFUSAL_CONTENT_TIMEOUT, (struct str){ 0 });
	connection_settle(c);
}
