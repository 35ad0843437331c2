/* One connection of HTTP/2: its life and its output. See h2_connection.h. */
#include "server/h2_connection.h"

#include <stdlib.h>

#include "server/admission.h"
#include "server/h2_stream.h"

static struct h2_stream *begin_stream(void *owner)
{
	struct stream *s = stream_new(owner);

	return s ? &s->wire : NULL;
}

static void head(void *owner, struct h2_stream *wire)
{
	(void)owner;
	stream_head(wire->owner);
}

static void content(void *owner, struct h2_stream *wire, struct str piece)
{
	(void)owner;
	stream_content(wire->owner, piece);
}

static void end(void *owner, struct h2_stream *wire)
{
	(void)owner;
	stream_end(wire->owner);
}

static void closed(void *owner, struct h2_stream *wire)
{
	(void)owner;
	stream_closed(wire->owner);
}

static const struct h2_events events = {
	.begin = begin_stream, .head = head, .content = content, .end = end, .closed = closed,
};

/* ---- Life ----------------------------------------------------------------- */

void h2_connection_free(struct connection *c)
{
	if (!c->h2)
		return;
	h2_free(c->h2->h2);
	free(c->h2);
	c->h2 = NULL;
}

void h2_connection_close(struct connection *c)
{
	struct stream *next;

	if (!c->h2)
		return;
	c->h2->is_closed = true;
	for (struct stream *s = c->h2->first; s; s = next) {
		next = s->next;
		stream_closed(s);
	}
}

bool h2_connection_is_awaited(const struct connection *c)
{
	return c->h2 && c->h2->first;
}

bool h2_connection_is_busy(const struct connection *c)
{
	return c->h2 && c->h2->is_busy;
}

/* ---- Input ---------------------------------------------------------------- */

size_t h2_connection_consume(struct connection *c, struct str input)
{
	struct h2_connection *hc = c->h2;

	if (!input.len || c->is_closing || c->state == CONNECTION_LINGER || connection_is_paused(c))
		return 0;
	admission_begin_turn(c->worker, uv_now(&c->worker->loop));
	hc->is_busy = true;
	h2_take(hc->h2, input, uv_now(&c->worker->loop));
	hc->is_busy = false;
	return input.len;
}

void h2_connection_resume(struct exchange *x)
{
	stream_resume(x->host_stream);
}

void h2_connection_hurry(struct connection *c)
{
	for (const struct stream *s = c->h2->first; s; s = s->next)
		if (s->state == STREAM_WAIT && s->x->hurry)
			s->x->hurry(s->x);
}

/*
 * A client that closed its side may still take what is ready or is being made ready, but gives no
 * more room for anything else, and what it began and did not end never will be.
 */
void h2_connection_end_input(struct connection *c)
{
	bool has_more = connection_has_unsent(c);

	for (const struct stream *s = c->h2->first; s; s = s->next)
		has_more |= s->state == STREAM_WAIT && !s->is_gone;
	if (!has_more)
		connection_close(c);
}

/* ---- Output --------------------------------------------------------------- */

/* No more of it: what the last frames are they say themselves. */
static void linger(struct connection *c)
{
	h2_connection_close(c);
	timeout_clear(&c->reading);
	c->state = CONNECTION_LINGER;
}

static bool write_some(struct connection *c)
{
	struct buf *out = connection_output(c);
	size_t before = out ? out->len : 0;

	if (!out) {
		connection_close(c);
		return false;
	}
	h2_write(c->h2->h2, out, CONNECTION_OUT);
	if (out->len > before)
		return true;
	if (!out->len) {
		worker_give_buffer(c->worker, c->out);
		c->out = NULL;
	}
	return false;
}

bool h2_connection_start(struct connection *c)
{
	const struct shared *shared = c->worker->shared;
	struct h2_connection *hc = calloc(1, sizeof(*hc));

	if (!hc || h2_new(&shared->h1, (uint32_t)shared->limits.streams, &events, hc, &hc->h2) < 0) {
		free(hc);
		connection_close(c);
		return false;
	}
	hc->c = c;
	c->h2 = hc;
	write_some(c); /* our SETTINGS come before anything else (section 3.4) */
	return !c->is_closing;
}

void h2_connection_write(struct connection *c)
{
	struct h2_connection *hc = c->h2;

	if (!hc || hc->is_busy || hc->is_closed)
		return;
	if (worker_is_draining(c->worker))
		h2_drain(hc->h2);
	hc->is_busy = true;
	while (!c->is_closing && !c->sending && h2_has_output(hc->h2) && write_some(c))
		connection_flush(c);
	hc->is_busy = false;
	if (!c->is_closing && h2_is_over(hc->h2))
		linger(c);
}

void h2_connection_end(struct connection *c, enum h2_error error)
{
	h2_terminate(c->h2->h2, error);
}

enum timeout_kind h2_connection_timeout(const struct connection *c)
{
	if (h2_is_in_head(c->h2->h2))
		return TIMEOUT_HEADER;
	return c->h2->first ? TIMEOUT_NONE : TIMEOUT_IDLE;
}
