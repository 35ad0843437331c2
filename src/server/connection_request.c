/*
 * One connection: from bytes to answers. See connection.h.
 *
 * The parser says what the bytes are, the exchange what they mean; here each is
 * handed to the other, and it is decided whether the connection outlives the answer
 * (RFC 9112 sections 9.3 and 9.6, RFC 9110 section 10.1.1).
 */
#include "server/connection.h"

#include "base/clock.h"
#include "server/own_paths.h"

/* Content that is read and forgotten after an early answer, so that the connection can be kept. */
enum { DISCARD_MAX = 64 * 1024 };

/* How long a turn of the loop may be before those with many requests are held back, after a few of them. */
enum { BUSY_NS = 20 * 1000 * 1000, BUSY_REQUESTS = 8 };

bool connection_is_paused(const struct connection *c)
{
	return c->state == CONNECTION_WAIT || (c->state == CONNECTION_HEAD && (c->sending || c->had_turn));
}

static struct str error_code(const struct exchange *x)
{
	if (x->response.status < 400)
		return (struct str){ 0 };
	return x->problem.code.len ? x->problem.code : str_from(x->verdict.code);
}

/* Looking inside is not traffic: it would hide what is looked for. */
static void observe_answer(struct worker *worker, const struct exchange *x, const struct access_entry *entry,
                           uint64_t now_us)
{
	const struct observed observed = {
		.status = entry->status,
		.error = entry->error,
		.wall_ms = entry->wall_ms,
		.ended_us = now_us,
		.us = entry->us,
		.in = entry->in,
		.out = entry->out,
		.is_dropped = entry->is_dropped,
	};

	if (worker->observer && !own_path_is_admin(x))
		observe_request(worker->observer, x, &observed);
}

static void log_request(struct connection *c, int status, struct str error, uint64_t out, bool is_dropped)
{
	const struct exchange *x = c->x;
	uint64_t now_us = clock_monotonic_us();
	struct access_entry entry = {
		.wall_ms = clock_wall_ms(),
		.id = x->id,
		.client = str_from(c->address),
		.principal = x->principal.id,
		.method = x->request.method_text,
		.path = x->request.path,
		.status = status,
		.error = error,
		.node = str_from(x->final_node),
		.us = x->began_us ? now_us - x->began_us : 0,
		.in = c->taken,
		.out = out,
		.is_dropped = is_dropped,
		.cause = status >= 500 ? str_from(x->cause) : (struct str){ 0 },
	};

	if (c->worker->is_admin)
		return;
	if (x->match.path)
		entry.route = x->match.path->template_text;
	if (!access_log_add(&c->worker->log, &entry) && c->worker->observer)
		observe_lost_line(c->worker->observer);
	observe_answer(c->worker, x, &entry, now_us);
}

static void count_in_flight(struct worker *worker, size_t count)
{
	worker->in_flight = count;
	if (worker->observer)
		observe_in_flight(worker->observer, count);
}

static void leave_flight(struct connection *c)
{
	if (c->in_flight)
		count_in_flight(c->worker, c->worker->in_flight - 1);
	c->in_flight = false;
}

static void forget_exchange(struct connection *c)
{
	leave_flight(c);
	worker_give_exchange(c->worker, c->x);
	c->x = NULL;
}

void connection_forget_request(struct connection *c)
{
	if (c->in_flight) {
		exchange_abandon(c->x);
		log_request(c, 0, S("CLIENT_GONE"), 0, false);
	}
	forget_exchange(c);
}

/* Ready for the next request of the connection. */
static void next_request(struct connection *c)
{
	forget_exchange(c);
	h1_next(&c->h1);
	timeout_clear(&c->reading);
	c->state = CONNECTION_HEAD;
}

static void start_lingering(struct connection *c)
{
	c->is_polite = c->has_request_ended && c->x && !c->x->request.keeps_alive;
	forget_exchange(c);
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

/* Writes the answer and logs it; false where the connection could not keep it. */
static bool write_answer(struct connection *c)
{
	struct exchange *x = c->x;
	struct buf *out = connection_output(c);
	size_t before = out ? out->len : 0;

	x->response.must_close = closes_after_answer(c);
	if (out)
		h1_write_response(out, &x->response, &x->request, worker_date(c->worker));
	if (!out || out->failed) {
		log_request(c, x->response.status, error_code(x), 0, true);
		return false;
	}
	c->turn_bytes += out->len - before;
	log_request(c, x->response.status, error_code(x), out->len - before, false);
	return true;
}

static void answer(struct connection *c)
{
	bool is_kept = write_answer(c);

	leave_flight(c);
	if (!is_kept)
		connection_close(c);
	else if (c->x->response.must_close)
		start_lingering(c);
	else if (c->has_request_ended)
		next_request(c);
	else
		c->state = CONNECTION_DISCARD;
}

/* What comes back after the client is gone is only logged. */
static void step_without_client(struct connection *c, enum exchange_step step)
{
	if (step == EXCHANGE_DONE) {
		log_request(c, c->x->response.status, error_code(c->x), 0, true);
		forget_exchange(c);
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
	struct worker *worker = c->worker;

	if (worker->in_flight >= worker->in_flight_max)
		connection_yield_flight(worker);
	serving_begin(worker, c->x);
	admission_ask(worker, &c->x->request, &worker->serving->host);
	count_in_flight(worker, worker->in_flight + 1);
	c->in_flight = true;
	c->has_content_begun = has_more && c->x->request.has_content;
	timeout_clear(&c->reading);
	connection_step(c, exchange_begin(c->x));
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
	if (c->is_closing || c->state == CONNECTION_LINGER || connection_is_paused(c))
		return false;
	return left > 0 || c->state != CONNECTION_HEAD;
}

size_t connection_consume(struct connection *c, struct str input)
{
	size_t done = 0, used;

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
		forget_exchange(c); /* only empty lines came */
	return done;
}
