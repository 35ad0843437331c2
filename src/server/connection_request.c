/*
 * One connection: from bytes to answers. See connection.h.
 *
 * The parser says what the bytes are, the exchange what they mean; here each is
 * handed to the other, and it is decided whether the connection outlives the answer
 * (RFC 9112 sections 9.3 and 9.6, RFC 9110 section 10.1.1).
 */
#include "server/connection.h"

#include "base/clock.h"
#include "message/content_source.h"
#include "server/admission.h"
#include "server/connection_feed.h"
#include "server/h2_connection.h"
#include "server/request.h"

/* Content that is read and forgotten after an early answer, so that the connection can be kept. */
enum { DISCARD_MAX = 64 * 1024 };

/* How long a turn of the loop may be before those with many requests are held back, after a few of them. */
enum { BUSY_NS = 20 * 1000 * 1000, BUSY_REQUESTS = 8 };

bool connection_is_paused(const struct connection *c)
{
	if (c->h2)
		return c->sending != NULL;
	return c->state == CONNECTION_WAIT || c->state == CONNECTION_SENDING ||
	       (c->state == CONNECTION_FEED && c->sending) ||
	       (c->state == CONNECTION_HEAD && (c->sending || c->had_turn));
}

void connection_log_answer(struct connection *c, const struct connection_content *at, bool is_dropped)
{
	const struct request_end end = {
		.client = c->address,
		.status = c->x->response.status,
		.error = request_error(c->x),
		.wall_ms = at->wall_ms,
		.now_us = at->now_us,
		.in = c->taken,
		.out = at->out,
		.is_dropped = is_dropped,
	};

	request_log(c->worker, c->x, &end);
}

static void log_request(struct connection *c, int status, struct str error, uint64_t out, bool is_dropped)
{
	const struct request_end end = {
		.client = c->address,
		.status = status,
		.error = error,
		.wall_ms = clock_wall_ms(),
		.now_us = clock_monotonic_us(),
		.in = c->taken,
		.out = out,
		.is_dropped = is_dropped,
	};

	request_log(c->worker, c->x, &end);
}

static void leave_flight(struct connection *c)
{
	if (c->in_flight)
		request_leave(c->worker);
	c->in_flight = false;
}

void connection_drop_exchange(struct connection *c)
{
	leave_flight(c);
	worker_give_exchange(c->worker, c->x);
	c->x = NULL;
}

void connection_hurry(struct connection *c)
{
	if (c->h2)
		h2_connection_hurry(c);
	else if (c->x && c->state == CONNECTION_WAIT && c->x->hurry)
		c->x->hurry(c->x);
}

void connection_forget_request(struct connection *c)
{
	if (c->in_flight) {
		exchange_abandon(c->x);
		log_request(c, 0, S("CLIENT_GONE"), 0, false);
	}
	if (c->state == CONNECTION_SENDING)
		connection_log_answer(c, &c->content, true);
	c->content.source = NULL;
	connection_drop_exchange(c);
}

/* Ready for the next request of the connection. */
static void next_request(struct connection *c)
{
	connection_drop_exchange(c);
	h1_next(&c->h1);
	timeout_clear(&c->reading);
	c->state = CONNECTION_HEAD;
}

static void start_lingering(struct connection *c)
{
	c->is_polite = c->has_request_ended && c->x && !c->x->request.keeps_alive;
	connection_drop_exchange(c);
	timeout_clear(&c->reading);
	c->state = CONNECTION_LINGER;
}

/*
 * Is too much content missing, or is it too unsure whether it comes, to read on to the next request?
 * A client that waits for 100 may leave its content out; whether the first of it was here already
 * does not count, so that the end is the same however the bytes came.
 */
static bool leaves_content(const struct connection *c)
{
	const struct request *request = &c->x->request;

	if (c->has_request_ended || !h1_in_content(&c->h1) || !request->has_content)
		return false;
	if (request->expects_continue && !c->was_continued)
		return true;
	return request->is_chunked || c->h1.left > DISCARD_MAX;
}

static bool closes_after_answer(const struct connection *c)
{
	return c->must_close || c->x->response.must_close || !c->x->request.keeps_alive ||
	       worker_is_draining(c->worker) || leaves_content(c);
}

static bool has_source(const struct connection *c)
{
	return c->x->response.source && h1_sends_content(&c->x->response, &c->x->request);
}

/* What has no length in HTTP/1.0 ends with the connection. */
static void write_head_and_more(struct connection *c, struct buf *out)
{
	struct response *response = &c->x->response;
	const struct request *request = &c->x->request;
	bool is_endless = has_source(c) && response_length(response) == CONTENT_LENGTH_UNKNOWN;

	response->must_close = closes_after_answer(c) || (is_endless && !request->minor);
	if (is_endless)
		h1_write_chunked_head(out, response, request, worker_date(c->worker));
	else
		h1_write_response(out, response, request, worker_date(c->worker));
}

/* Writes the answer and logs it, once all of it was given away; false where the connection could not keep it. */
static bool write_answer(struct connection *c)
{
	struct exchange *x = c->x;
	struct buf *out = connection_output(c);
	size_t before = out ? out->len : 0;

	if (out)
		write_head_and_more(c, out);
	if (!out || out->failed) {
		log_request(c, x->response.status, request_error(x), 0, true);
		return false;
	}
	c->turn_bytes += out->len - before;
	if (has_source(c))
		connection_start_source(c, out->len - before);
	else
		log_request(c, x->response.status, request_error(x), out->len - before, false);
	return true;
}

void connection_end_answer(struct connection *c)
{
	c->content.source = NULL;
	if (c->x->response.must_close)
		start_lingering(c);
	else if (c->has_request_ended)
		next_request(c);
	else
		c->state = CONNECTION_DISCARD;
}

static void answer(struct connection *c)
{
	bool is_kept = c->x->response.is_feed ? connection_feed_begin(c) : write_answer(c);

	if (is_kept && c->feed)
		return;
	leave_flight(c);
	if (!is_kept)
		connection_close(c);
	else if (!c->content.source)
		connection_end_answer(c);
}

/* What comes back after the client is gone is only logged. */
static void step_without_client(struct connection *c, enum exchange_step step)
{
	if (step == EXCHANGE_DONE) {
		log_request(c, c->x->response.status, request_error(c->x), 0, true);
		connection_drop_exchange(c);
	} else if (step == EXCHANGE_CONTENT) {
		connection_forget_request(c);
	}
}

static void send_continue(struct connection *c)
{
	struct buf *out = connection_output(c);

	if (out)
		h1_write_continue(out);
	c->was_continued = out && !out->failed;
	if (!c->was_continued)
		connection_close(c); /* the client waits for it, and would wait for nothing */
}

void connection_step(struct connection *c, enum exchange_step step)
{
	c->state = step == EXCHANGE_WAIT ? CONNECTION_WAIT : CONNECTION_CONTENT;
	c->worker->did_read = true;
	if (step == EXCHANGE_WAIT && c->x->hurry)
		leave_flight(c); /* it may wait long, and is in nobody's way */
	if (c->is_closing)
		step_without_client(c, step);
	else if (step == EXCHANGE_DONE)
		answer(c);
	else if (step == EXCHANGE_CONTENT && c->x->request.expects_continue && !c->was_continued &&
	         !c->has_content_begun)
		send_continue(c);
}

/* RFC 9110 section 10.1.1: no 100 where content came without waiting for it. */
static void begin(struct connection *c, bool has_more)
{
	c->in_flight = true;
	c->has_content_begun = has_more && c->x->request.has_content;
	timeout_clear(&c->reading);
	connection_step(c, request_begin(c->worker, c->x));
}

void connection_refuse(struct connection *c, enum h1_refusal refusal, struct str blamed)
{
	c->must_close = true;
	exchange_refuse(c->x, refusal, blamed);
	answer(c);
}

static void take_content(struct connection *c, struct str piece)
{
	c->has_content_begun = true;
	c->window += piece.len;
	if (c->state == CONNECTION_CONTENT)
		connection_step(c, exchange_content(c->x, piece));
}

static void end_request(struct connection *c)
{
	c->has_request_ended = true;
	if (c->state == CONNECTION_CONTENT)
		connection_step(c, exchange_content_end(c->x));
	else
		next_request(c);
}

static void refused(struct connection *c)
{
	if (c->state == CONNECTION_DISCARD)
		start_lingering(c); /* it was answered already; where the next request begins nobody knows */
	else
		connection_refuse(c, c->h1.refusal, c->h1.blamed);
}

/*
 * A client with many requests at once must not keep the others waiting, nor must many such clients:
 * where they do, each has a few requests at a time.
 */
static bool has_turn(struct connection *c)
{
	struct worker *worker = c->worker;
	uint64_t now = uv_now(&worker->loop);

	admission_begin_turn(worker, now);
	if (now != c->turn) {
		c->turn = now;
		c->turn_requests = c->turn_bytes = 0;
	}
	c->had_turn = c->turn_requests >= CONNECTION_TURN || c->turn_bytes >= CONNECTION_OUT ||
	              (c->turn_requests >= BUSY_REQUESTS && uv_hrtime() - worker->admission.began >= BUSY_NS);
	return !c->had_turn;
}

/* The first byte of a request is there. */
static bool take_request(struct connection *c)
{
	c->x = worker_take_exchange(c->worker);
	if (!c->x)
		return false;
	c->x->host_data = c;
	c->x->tls = c->tls;
	c->x->network = c->network;
	c->turn_requests++;
	c->taken = c->window = 0;
	c->has_request_ended = c->has_content_begun = c->was_continued = false;
	return true;
}

/* One event of the parser; false where it wants more bytes. */
static bool parse_once(struct connection *c, struct str input, size_t *used)
{
	struct str piece = { 0 };
	size_t some = 0;
	enum h1_event event = h1_parse(&c->h1, input, &c->x->arena, &c->x->request, &some, &piece);

	*used = some;
	c->taken += some;
	switch (event) {
	case H1_HEAD:
		begin(c, some < input.len);
		return true;
	case H1_CONTENT:
		take_content(c, piece);
		return true;
	case H1_END:
		end_request(c);
		return true;
	case H1_REFUSED:
		refused(c);
		return true;
	case H1_MORE:
		break;
	}
	return false;
}

static bool can_go_on(const struct connection *c, size_t left)
{
	if (c->is_closing || c->feed || c->state == CONNECTION_LINGER || connection_is_paused(c))
		return false;
	return left > 0 || c->state != CONNECTION_HEAD;
}

/*
 * A client that knows that this server speaks HTTP/2 begins with its preface (RFC 9113 section 3.3), no
 * part of which is a request of HTTP/1.1; so does one that agreed on it in the handshake of TLS. Where only
 * a part of it came, *ret_used is 0: the rest is waited for as for the rest of a head.
 */
static bool may_be_h2(struct connection *c, struct str input, size_t *ret_used)
{
	bool is_agreed;

	if (c->is_http1 || !input.len || !can_go_on(c, input.len))
		return false;
	is_agreed = str_eq(connection_protocol(c), S("h2")); /* then what is no preface is an error */
	if (!is_agreed && !str_starts(input, H2_PREFACE) && !str_starts(H2_PREFACE, input)) {
		c->is_http1 = true;
		return false;
	}
	*ret_used = 0;
	if (!is_agreed && input.len < H2_PREFACE.len) {
		if (!c->x && !take_request(c))
			connection_close(c);
		return true;
	}
	if (c->x)
		connection_drop_exchange(c);
	timeout_clear(&c->reading);
	if (h2_connection_start(c))
		*ret_used = h2_connection_consume(c, input);
	return true;
}

size_t connection_consume(struct connection *c, struct str input)
{
	size_t done = 0, used;

	if (c->h2)
		return h2_connection_consume(c, input);
	if (c->feed)
		return connection_feed_consume(c, input);
	if (may_be_h2(c, input, &done))
		return done;
	while (can_go_on(c, input.len - done)) {
		if (!c->x && !has_turn(c))
			break;
		if (!c->x && !take_request(c)) {
			connection_close(c);
			break;
		}
		if (!parse_once(c, str_sub(input, done, input.len), &used)) {
			done += used;
			break;
		}
		done += used;
		if (c->out && c->out->buf.len >= CONNECTION_OUT)
			connection_flush(c);
	}
	if (c->x && c->state == CONNECTION_HEAD && h1_is_idle(&c->h1))
		connection_drop_exchange(c); /* only empty lines came */
	return done;
}
