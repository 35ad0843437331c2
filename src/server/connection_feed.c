/* A connection of HTTP/1.1 that has become a feed: see connection_feed.h. */
#include "server/connection_feed.h"

#include <stdlib.h>

#include "base/clock.h"
#include "server/feed.h"
#include "server/request.h"
#include "wire/websocket.h"

enum {
	SENT_AT_ONCE = 16 * 1024, /* bytes of events that are gathered before they are sent */
	ROUNDS = 8,               /* and how often, before others have their turn */
	MESSAGE_MAX = 4096        /* bytes of a client's message, which means nothing here */
};

struct connection_feed {
	struct feed_reader reader; /* first */
	struct connection *c;
	struct websocket websocket;
	uint64_t began_us;
	uint64_t in, out;
	struct str id, principal, path, route; /* the route is the document's, the others are in `texts` */
	const char *node;
	bool is_websocket;
	bool is_pinged; /* and nothing came since */
	bool is_ending; /* a close frame was sent: the client's is waited for */
	char texts[];
};

/* ---- Its end -------------------------------------------------------------- */

static void log_end(struct connection *c, const struct connection_feed *feed)
{
	const struct access_entry entry = {
		.wall_ms = clock_wall_ms(),
		.id = feed->id,
		.client = str_from(c->address),
		.principal = feed->principal,
		.method = S("GET"),
		.path = feed->path,
		.route = feed->route,
		.status = feed->is_websocket ? 101 : 200,
		.node = str_from(feed->node),
		.us = clock_monotonic_us() - feed->began_us,
		.in = feed->in,
		.out = feed->out,
		.is_dropped = feed->reader.end == FEED_TOO_SLOW,
	};

	request_log_entry(c->worker, &entry);
}

void connection_feed_end(struct connection *c)
{
	struct connection_feed *feed = c->feed;

	if (!feed)
		return;
	log_end(c, feed);
	feed_reader_close(&feed->reader);
	free(feed);
	c->feed = NULL;
}

/* Nothing more is said; what was, is on its way. */
static void finish(struct connection *c)
{
	connection_feed_end(c);
	timeout_clear(&c->reading);
	c->had_turn = false;
	c->state = CONNECTION_LINGER;
}

/* ---- Writing -------------------------------------------------------------- */

/* Closes the connection where there is no memory for more. */
static bool is_written(struct connection *c, struct buf *out, size_t before)
{
	if (!out || out->failed) {
		connection_close(c);
		return false;
	}
	c->feed->out += out->len - before;
	if (!out->len) {
		worker_give_buffer(c->worker, c->out);
		c->out = NULL;
	}
	return true;
}

static void send_close(struct connection *c, uint16_t code, struct str reason)
{
	struct buf *out = connection_output(c);
	size_t before = out ? out->len : 0;

	if (out)
		websocket_write_close(out, code, reason);
	is_written(c, out, before);
}

/* What the client is told of it, where the protocol has a word for that. */
static void say_why(struct connection *c, enum feed_end end)
{
	switch (end) {
	case FEED_TOO_SLOW: send_close(c, WEBSOCKET_TRY_LATER, S("too slow")); break;
	case FEED_EXPIRED: send_close(c, WEBSOCKET_UNAUTHORIZED, S("credentials have expired")); break;
	case FEED_RELOADED: send_close(c, WEBSOCKET_RESTART, S("another document is served")); break;
	case FEED_DRAINED: send_close(c, WEBSOCKET_GOING_AWAY, S("the server stops")); break;
	case FEED_BROKEN: send_close(c, WEBSOCKET_FAILURE, S("")); break;
	case FEED_GOES_ON: break;
	}
}

static void end_stream(struct connection *c)
{
	struct connection_feed *feed = c->feed;
	struct buf *out = feed->reader.framing == FEED_CHUNK ? connection_output(c) : NULL;
	size_t before = out ? out->len : 0;

	if (out)
		buf_lit(out, "0\r\n\r\n");
	if (!out || is_written(c, out, before))
		finish(c);
}

/* For a reason of ours. A WebSocket waits for the client's word. */
static void end(struct connection *c)
{
	struct connection_feed *feed = c->feed;

	if (!feed->is_websocket) {
		end_stream(c);
		return;
	}
	say_why(c, feed->reader.end);
	if (!c->is_closing)
		feed->is_ending = true;
}

/* Some events; true where there may be more. */
static bool write_some(struct connection *c)
{
	struct connection_feed *feed = c->feed;
	struct buf *out = connection_output(c);
	size_t before = out ? out->len : 0;
	enum feed_progress progress = out ? feed_reader_write(&feed->reader, out, SENT_AT_ONCE) : FEED_PAUSED;

	if (!is_written(c, out, before))
		return false;
	if (progress == FEED_ENDED)
		end(c);
	return progress == FEED_FULL;
}

void connection_feed_pump(struct connection *c)
{
	bool has_more = true;

	for (int i = 0; i < ROUNDS && has_more; i++) {
		if (!c->feed || c->feed->is_ending || c->is_closing || c->had_turn)
			return;
		if (c->sending) { /* what cannot be written is not lost before it is too much */
			(void)feed_reader_must_end(&c->feed->reader);
			return;
		}
		has_more = write_some(c);
		if (!c->is_closing)
			connection_flush(c);
	}
	c->had_turn = has_more && c->feed && !c->is_closing;
}

static void on_wake(struct feed_reader *reader)
{
	struct connection_feed *feed = (struct connection_feed *)(void *)reader; /* its first member */

	connection_settle(feed->c);
}

/* ---- Its beginning -------------------------------------------------------- */

static struct str keep(char **at, struct str text)
{
	struct str kept = str_of(*at, text.len);

	if (text.len)
		memcpy(*at, text.at, text.len);
	*at += text.len;
	return kept;
}

static struct connection_feed *new_feed(struct connection *c)
{
	const struct exchange *x = c->x;
	struct connection_feed *feed = calloc(1, sizeof(*feed) + x->id.len + x->principal.id.len + x->request.path.len);
	char *at;

	if (!feed)
		return NULL;
	at = feed->texts;
	feed->c = c;
	feed->id = keep(&at, x->id);
	feed->principal = keep(&at, x->principal.id);
	feed->path = keep(&at, x->request.path);
	feed->route = x->match.path->template_text;
	feed->node = x->final_node;
	feed->began_us = x->began_us;
	feed->in = c->taken;
	feed->is_websocket = x->response.status == 101;
	websocket_init(&feed->websocket, MESSAGE_MAX);
	return feed;
}

/* RFC 9110 section 7.8: whoever waits for 100 Continue gets it before the 101. */
static void write_head(struct connection *c, struct buf *out)
{
	struct response *response = &c->x->response;
	const struct request *request = &c->x->request;

	if (response->status != 101) {
		response->must_close = true;
		h1_write_chunked_head(out, response, request, worker_date(c->worker));
		return;
	}
	if (statute_fact_is(&c->x->facts, STATUTE_FACT_EXPECTS_CONTINUE) && !c->was_continued)
		h1_write_continue(out);
	h1_write_response(out, response, request, worker_date(c->worker));
}

static enum feed_framing framing_of(const struct exchange *x)
{
	if (x->response.status == 101)
		return FEED_WEBSOCKET;
	return x->request.minor ? FEED_CHUNK : FEED_PLAIN;
}

bool connection_feed_begin(struct connection *c)
{
	struct buf *out = connection_output(c);
	size_t before = out ? out->len : 0;
	struct connection_feed *feed = out ? new_feed(c) : NULL;

	if (!feed)
		return false;
	if (feed_reader_open(c->worker, c->x, framing_of(c->x), on_wake, &feed->reader) < 0) {
		free(feed);
		return false;
	}
	write_head(c, out);
	feed_reader_begin(&feed->reader, out);
	feed->out = out->len - before;
	request_observe_opened(c->worker, c->x, c->taken, feed->out);
	connection_drop_exchange(c);
	timeout_clear(&c->reading);
	c->had_turn = false;
	c->feed = feed;
	c->state = CONNECTION_FEED;
	return !out->failed;
}

/* ---- What a client says --------------------------------------------------- */

static void answer_ping(struct connection *c)
{
	struct str payload = websocket_payload(&c->feed->websocket);
	struct buf *out = connection_output(c);
	size_t before = out ? out->len : 0;

	if (out) {
		websocket_write_head(out, WEBSOCKET_OP_PONG, payload.len);
		buf_add(out, payload);
	}
	is_written(c, out, before);
}

/* The last word, if it was not said; then the server closes first (RFC 6455 section 7.1.1). */
static void close_back(struct connection *c, uint16_t code)
{
	if (!c->feed->is_ending)
		send_close(c, code, (struct str){ 0 });
	if (c->is_closing)
		return;
	finish(c);
	c->is_polite = true;
}

/* False where nothing more is to be read. */
static bool hear(struct connection *c, enum websocket_event event)
{
	struct connection_feed *feed = c->feed;

	switch (event) {
	case WEBSOCKET_PING:
		if (!feed->is_ending)
			answer_ping(c);
		return !c->is_closing;
	case WEBSOCKET_CLOSE: close_back(c, feed->websocket.code); return false;
	case WEBSOCKET_FAILED:
		close_back(c, feed->websocket.code);
		c->is_polite = false; /* it may go on sending, and would not find out why */
		return false;
	default: return true;
	}
}

size_t connection_feed_consume(struct connection *c, struct str input)
{
	struct connection_feed *feed = c->feed;
	size_t used = 0, some = 0;

	if (connection_is_paused(c))
		return 0;
	feed->is_pinged = feed->is_pinged && !input.len;
	feed->in += input.len;
	while (feed->is_websocket && used < input.len) {
		enum websocket_event event = websocket_take(&feed->websocket, str_sub(input, used, SIZE_MAX), &some);

		used += some;
		if (!hear(c, event))
			break;
	}
	return input.len; /* of a stream too: a client has nothing to say to it */
}

/* ---- Time ----------------------------------------------------------------- */

enum timeout_kind connection_feed_timeout(const struct connection *c)
{
	if (c->feed->is_ending)
		return connection_has_unsent(c) ? TIMEOUT_NONE : TIMEOUT_LINGER;
	return c->had_turn ? TIMEOUT_TURN : TIMEOUT_FEED;
}

static void write_sign(struct connection *c)
{
	struct buf *out = connection_output(c);
	size_t before = out ? out->len : 0;

	if (out && c->feed->is_websocket)
		websocket_write_head(out, WEBSOCKET_OP_PING, 0);
	else if (out)
		feed_reader_write_alive(&c->feed->reader, out);
	is_written(c, out, before);
}

void connection_feed_time_out(struct connection *c)
{
	struct connection_feed *feed = c->feed;

	feeds_look(c->worker);
	if (feed->is_websocket && feed->is_pinged) {
		connection_close(c);
		return;
	}
	if (c->sending) /* the timeout of that counts */
		return;
	feed->is_pinged = feed->is_websocket;
	write_sign(c);
}
