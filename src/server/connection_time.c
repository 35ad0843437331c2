/* One connection: what happens when time is up. See connection.h. */
#include "server/connection.h"

#include "server/connection_feed.h"
#include "server/feed.h"
#include "server/h2_connection.h"

static void content_timed_out(struct connection *c)
{
	const struct server_limits *limits = &c->worker->shared->limits;

	if (c->state == CONNECTION_DISCARD) {
		connection_close(c);
	} else if (c->window * 1000 >= limits->content_rate * limits->content_timeout) {
		c->window = 0;
	} else {
		connection_refuse(c, H1_REFUSAL_CONTENT_TIMEOUT, (struct str){ 0 });
	}
}

/* A client that takes its answer slowly is borne, but not one that takes it a byte now and then. */
static void write_timed_out(struct connection *c)
{
	const struct server_limits *limits = &c->worker->shared->limits;
	size_t untaken = connection_untaken(c);

	if (untaken + limits->write_rate * limits->write_timeout / 1000 > c->unsent) {
		connection_close(c);
		return;
	}
	c->unsent = untaken;
	worker_set_timeout(c->worker, &c->writing, TIMEOUT_WRITE);
}

/* It waited for a request as long as one may. */
static void idle_timed_out(struct connection *c)
{
	if (c->h2)
		h2_connection_end(c, H2_NO_ERROR);
	else
		connection_close(c);
}

void connection_time_out(struct worker *worker, struct timeout *timeout, enum timeout_kind kind)
{
	struct connection *c;

	(void)worker;
	if (kind == TIMEOUT_STREAM_FEED) {
		feed_source_time_out(timeout);
		return;
	}
	c = connection_of(timeout, kind);
	switch (kind) {
	case TIMEOUT_FEED:
		connection_feed_time_out(c);
		break;
	case TIMEOUT_STREAM_CONTENT:
	case TIMEOUT_STREAM_WRITE:
		h2_stream_time_out(timeout, kind);
		break;
	case TIMEOUT_IDLE:
		idle_timed_out(c);
		break;
	case TIMEOUT_HEADER:
		if (c->h2)
			h2_connection_end(c, H2_ENHANCE_YOUR_CALM);
		else
			connection_refuse(c, H1_REFUSAL_HEADER_TIMEOUT, (struct str){ 0 });
		break;
	case TIMEOUT_CONTENT:
		content_timed_out(c);
		break;
	case TIMEOUT_WRITE:
		write_timed_out(c);
		break;
	case TIMEOUT_TURN:
		c->had_turn = false;
		break;
	case TIMEOUT_HANDSHAKE:
	case TIMEOUT_LINGER:
	case TIMEOUT_STREAM_FEED:
	case TIMEOUT_NONE:
	case TIMEOUT_KINDS:
		connection_close(c);
		break;
	}
	if (!c->is_closing)
		connection_settle(c);
}
