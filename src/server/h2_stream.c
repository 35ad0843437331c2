/* One stream of HTTP/2: from a head to an answer. See h2_connection.h. */
#include "server/h2_stream.h"

#include <stdlib.h>

#include "base/clock.h"
#include "message/content_source.h"
#include "server/feed.h"

enum { HELD_MAX = 256 * 1024 }; /* bytes of answers beyond which further requests are queued */

static struct worker *worker_of(const struct stream *s)
{
	return s->on->c->worker;
}

static const struct server_limits *limits_of(const struct stream *s)
{
	return &worker_of(s)->shared->limits;
}

/* ---- Life ----------------------------------------------------------------- */

struct stream *stream_new(struct h2_connection *on)
{
	struct worker *worker = on->c->worker;
	struct stream *s = on->count < worker->shared->limits.streams ? calloc(1, sizeof(*s)) : NULL;

	if (s && !(s->x = worker_take_exchange(worker))) {
		free(s);
		return NULL;
	}
	if (!s)
		return NULL;
	s->on = on;
	s->x->host_data = on->c;
	s->x->host_stream = s;
	s->x->tls = on->c->tls;
	s->x->network = on->c->network;
	s->wire.arena = &s->x->arena;
	s->wire.request = &s->x->request;
	s->wire.owner = s;
	s->prev = on->last;
	*(on->last ? &on->last->next : &on->first) = s;
	on->last = s;
	on->count++;
	return s;
}

static void leave_flight(struct stream *s)
{
	if (s->in_flight)
		request_leave(worker_of(s));
	s->in_flight = false;
}

static void drop_pending(struct stream *s)
{
	if (s->pending && !s->on->is_closed)
		h2_forget(s->on->h2, s->pending->buf.len);
	worker_give_buffer(worker_of(s), s->pending);
	s->pending = NULL;
}

static void stream_free(struct stream *s)
{
	struct h2_connection *on = s->on;

	*(s->prev ? &s->prev->next : &on->first) = s->next;
	*(s->next ? &s->next->prev : &on->last) = s->prev;
	on->count--;
	on->held -= s->held;
	timeout_clear(&s->timeout);
	drop_pending(s);
	leave_flight(s);
	worker_give_exchange(worker_of(s), s->x);
	free(s);
}

static void log_end(struct stream *s)
{
	s->end.client = s->on->c->address;
	s->end.in = s->wire.in;
	s->end.out = s->wire.out;
	request_log(worker_of(s), s->x, &s->end);
}

static void note_end(struct stream *s, int status, struct str error)
{
	s->end.status = status;
	s->end.error = error;
	s->end.wall_ms = clock_wall_ms();
	s->end.now_us = clock_monotonic_us();
}

static void begin_queued(struct h2_connection *on);

/* The client left before its request was whole. */
static void log_abandoned(struct stream *s)
{
	exchange_abandon(s->x);
	note_end(s, 0, S("CLIENT_GONE"));
	log_end(s);
}

void stream_closed(struct stream *s)
{
	struct h2_connection *on = s->on;

	s->is_gone = true;
	timeout_clear(&s->timeout);
	drop_pending(s);
	if (s->state == STREAM_WAIT && s->x->hurry)
		s->x->hurry(s->x);
	if (s->state == STREAM_WAIT)
		return;
	if (s->state == STREAM_CONTENT)
		log_abandoned(s);
	if (s->state == STREAM_ANSWERED) {
		s->end.is_dropped = !s->wire.is_sent;
		log_end(s);
	}
	stream_free(s);
	if (!on->is_closed)
		begin_queued(on);
}

/* ---- Answers -------------------------------------------------------------- */

/* An exchange's first block is there whatever it answers; what is beyond it a client can make grow. */
static size_t memory_beyond_first(const struct arena *arena)
{
	return arena->taken > arena->first ? arena->taken - arena->first : 0;
}

/* The source of the answer has something again. */
static void on_wake(struct content_source *source)
{
	struct stream *s = source->host;
	struct connection *c = s->on->c;

	if (s->on->is_closed)
		return;
	h2_resume(s->on->h2, &s->wire);
	connection_settle(c);
}

static void answer(struct stream *s)
{
	struct exchange *x = s->x;
	struct worker *worker = worker_of(s);
	bool is_whole = !x->response.is_feed || feed_source_new(worker, x) == 0;
	struct content_source *source = x->response.source;

	s->state = STREAM_ANSWERED;
	drop_pending(s);
	leave_flight(s);
	note_end(s, x->response.status, request_error(x));
	s->held = memory_beyond_first(&x->arena);
	s->on->held += s->held;
	worker_set_timeout(worker, &s->timeout, TIMEOUT_STREAM_WRITE);
	if (source) {
		source->host = s;
		source->wake = on_wake;
	}
	if (!is_whole || h2_respond(s->on->h2, &s->wire, &x->response, worker_date(worker)) < 0)
		h2_reset(s->on->h2, &s->wire, H2_INTERNAL_ERROR);
}

static void refuse(struct stream *s, enum h1_refusal refusal, struct str blamed)
{
	exchange_refuse(s->x, refusal, blamed);
	answer(s);
}

/* What comes back after the client is gone is only logged. */
static void end_without_client(struct stream *s, enum exchange_step step)
{
	if (step == EXCHANGE_WAIT)
		return;
	if (step == EXCHANGE_CONTENT) {
		log_abandoned(s);
	} else {
		note_end(s, s->x->response.status, request_error(s->x));
		s->end.is_dropped = true;
		log_end(s);
	}
	stream_free(s);
}

/* ---- The exchange --------------------------------------------------------- */

static void ask_for_content(struct stream *s)
{
	if (s->x->request.expects_continue && !s->was_continued && !s->has_content_begun) {
		s->was_continued = true;
		if (h2_continue(s->on->h2, &s->wire) < 0)
			h2_reset(s->on->h2, &s->wire, H2_INTERNAL_ERROR);
	}
	if (s->timeout.kind == TIMEOUT_STREAM_CONTENT)
		return;
	s->window = 0;
	worker_set_timeout(worker_of(s), &s->timeout, TIMEOUT_STREAM_CONTENT);
}

/* What came before the exchange wanted it. */
static enum exchange_step give_pending(struct stream *s)
{
	struct pooled *pending = s->pending;
	enum exchange_step step = exchange_content(s->x, buf_str(&pending->buf));

	s->pending = NULL;
	h2_consume(s->on->h2, &s->wire, pending->buf.len);
	worker_give_buffer(worker_of(s), pending);
	return step;
}

/* Goes on with the exchange as far as what came allows. */
static void go_on(struct stream *s, enum exchange_step step)
{
	worker_of(s)->did_read = true;
	while (step == EXCHANGE_CONTENT && (s->pending || s->wire.has_ended))
		step = s->pending ? give_pending(s) : exchange_content_end(s->x);
	if (step == EXCHANGE_CONTENT) {
		s->state = STREAM_CONTENT;
		ask_for_content(s);
		return;
	}
	timeout_clear(&s->timeout);
	if (step == EXCHANGE_WAIT) {
		s->state = STREAM_WAIT;
		if (s->x->hurry)
			leave_flight(s); /* it may wait long, and is in nobody's way */
	} else {
		answer(s);
	}
}

static void begin(struct stream *s)
{
	s->in_flight = true;
	s->state = STREAM_WAIT; /* nobody makes it give way while it begins */
	go_on(s, request_begin(worker_of(s), s->x));
}

/* Those that were held back, oldest first, as far as there is room now. */
static void begin_queued(struct h2_connection *on)
{
	struct stream *s = on->first;

	while (s && on->held <= HELD_MAX) {
		struct stream *next = s->next;

		if (s->state == STREAM_QUEUED)
			begin(s);
		s = next;
	}
}

void stream_head(struct stream *s)
{
	if (s->wire.refusal) {
		refuse(s, s->wire.refusal, s->wire.blamed);
		return;
	}
	s->state = STREAM_QUEUED;
	if (s->on->held <= HELD_MAX)
		begin(s);
}

/* No more than the window, which is not given back until it was used. */
static void keep_content(struct stream *s, struct str piece)
{
	if (!s->pending)
		s->pending = worker_take_buffer(worker_of(s), H2_STREAM_WINDOW);
	if (s->pending)
		buf_add(&s->pending->buf, piece);
	if (s->pending && !s->pending->buf.failed)
		return;
	h2_forget(s->on->h2, piece.len);
	h2_reset(s->on->h2, &s->wire, H2_INTERNAL_ERROR);
}

void stream_content(struct stream *s, struct str piece)
{
	s->has_content_begun = true;
	s->window += piece.len;
	if (s->state == STREAM_WAIT || s->state == STREAM_QUEUED) {
		keep_content(s, piece);
		return;
	}
	if (s->state != STREAM_CONTENT) {
		h2_forget(s->on->h2, piece.len);
		return;
	}
	h2_consume(s->on->h2, &s->wire, piece.len);
	go_on(s, exchange_content(s->x, piece));
}

void stream_end(struct stream *s)
{
	if (s->state == STREAM_CONTENT)
		go_on(s, EXCHANGE_CONTENT);
}

void stream_resume(struct stream *s)
{
	enum exchange_step step = exchange_resume(s->x);

	if (s->is_gone)
		end_without_client(s, step);
	else
		go_on(s, step);
}

/* ---- Timeouts ------------------------------------------------------------- */

static struct stream *stream_of(const struct timeout *timeout)
{
	union {
		const struct timeout *timeout;
		char *at;
	} same = { .timeout = timeout };

	return (struct stream *)(void *)(same.at - offsetof(struct stream, timeout));
}

struct connection *h2_stream_connection(struct timeout *timeout)
{
	return stream_of(timeout)->on->c;
}

uint64_t h2_stream_window(const struct timeout *timeout)
{
	return stream_of(timeout)->window;
}

void h2_stream_refuse_content(struct timeout *timeout)
{
	struct stream *s = stream_of(timeout);

	timeout_clear(timeout);
	refuse(s, H1_REFUSAL_CONTENT_TIMEOUT, (struct str){ 0 });
}

static void content_timed_out(struct stream *s)
{
	const struct server_limits *limits = limits_of(s);

	if (s->window * 1000 < limits->content_rate * limits->content_timeout) {
		refuse(s, H1_REFUSAL_CONTENT_TIMEOUT, (struct str){ 0 });
		return;
	}
	s->window = 0;
	worker_set_timeout(worker_of(s), &s->timeout, TIMEOUT_STREAM_CONTENT);
}

/*
 * While the connection waits for its client, the timeout of the connection counts. Otherwise it is the
 * client's window that keeps the stream waiting.
 */
static void write_timed_out(struct stream *s)
{
	const struct server_limits *limits = limits_of(s);
	uint64_t sent = s->wire.sent - s->sent;

	s->sent = s->wire.sent;
	if (s->wire.is_sent)
		h2_reset(s->on->h2, &s->wire, H2_NO_ERROR);
	else if (!s->on->c->sending && !s->wire.is_waiting && sent * 1000 < limits->write_rate * limits->write_timeout)
		h2_blame(s->on->h2, &s->wire, H2_CANCEL);
	else
		worker_set_timeout(worker_of(s), &s->timeout, TIMEOUT_STREAM_WRITE);
}

void h2_stream_time_out(struct timeout *timeout, enum timeout_kind kind)
{
	struct stream *s = stream_of(timeout);

	if (kind == TIMEOUT_STREAM_CONTENT)
		content_timed_out(s);
	else
		write_timed_out(s);
}
