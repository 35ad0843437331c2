/*
 * One connection: its life, and what is read of it. See connection.h.
 *
 * Every event ends in connection_settle, which looks at where the connection stands
 * and sets what is read and timed from then on; no other place does.
 */
#include "server/connection.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "server/connection_feed.h"
#include "server/h2_connection.h"

enum {
	LINGER_MAX = 8 << 20, /* bytes that are read and forgotten after the last answer */
	OVERFLOW_MAX = 256    /* connections past the limit that are told so; further ones are just closed */
};

static void connection_free(struct connection *c)
{
	struct worker *worker = c->worker;

	if (c->prev)
		c->prev->next = c->next;
	else
		worker->connections = c->next;
	if (c->next)
		c->next->prev = c->prev;
	h2_connection_free(c);
	tls_free(c->tls);
	free(c);
}

/* Is something of it with another thread? */
static bool is_awaited(const struct connection *c)
{
	return c->x || h2_connection_is_awaited(c);
}

static void on_closed(uv_handle_t *handle)
{
	struct connection *c = handle->data;

	c->is_closed = true;
	if (!is_awaited(c))
		connection_free(c);
}

static void drop_input(struct connection *c)
{
	worker_give_buffer(c->worker, c->in);
	c->in = NULL;
	c->in_at = 0;
}

void connection_close(struct connection *c)
{
	if (c->is_closing)
		return;
	if (c->is_secure)
		connection_end_at_once(c);
	c->is_closing = true;
	timeout_clear(&c->reading);
	timeout_clear(&c->writing);
	drop_input(c);
	worker_give_buffer(c->worker, c->out);
	worker_give_buffer(c->worker, c->encrypted);
	c->out = c->encrypted = NULL;
	connection_hurry(c);
	if (c->x && c->state != CONNECTION_WAIT)
		connection_forget_request(c);
	connection_feed_end(c);
	h2_connection_close(c);
	uv_close((uv_handle_t *)&c->tcp, on_closed); /* the descriptor is free from here on */
	atomic_fetch_sub(&c->worker->door->open, 1);
}

/* Closes our side, so that the client sees the end; what it still sends is read (RFC 9112 section 9.6). */
static void finish(struct connection *c)
{
	uv_os_fd_t fd;

	if (!connection_end(c))
		return;
	if (c->has_ended || c->is_polite) {
		connection_close(c);
		return;
	}
	if (c->is_shut)
		return;
	if (uv_fileno((uv_handle_t *)&c->tcp, &fd) < 0 || shutdown(fd, SHUT_WR) < 0)
		connection_close(c);
	c->is_shut = true;
}

/* ---- Input ---------------------------------------------------------------- */

static size_t input_max(const struct worker *worker)
{
	const struct server_limits *limits = &worker->shared->limits;

	return limits->header_max + limits->target_max + CONNECTION_AHEAD + (size_t)2 * WORKER_INPUT;
}

static size_t input_left(const struct connection *c)
{
	return c->in ? c->in->buf.len - c->in_at : 0;
}

/* Keeps what could not be used yet behind what is there. */
static void keep_input(struct connection *c, struct str input)
{
	struct buf *in;

	if (!input.len || c->is_closing || c->state == CONNECTION_LINGER)
		return;
	if (!c->in && !(c->in = worker_take_buffer(c->worker, input_max(c->worker)))) {
		connection_close(c);
		return;
	}
	in = &c->in->buf;
	if (c->in_at) {
		memmove(in->at, in->at + c->in_at, in->len - c->in_at);
		in->len -= c->in_at;
		c->in_at = 0;
	}
	buf_add(in, input);
	if (in->failed)
		connection_close(c);
}

/*
 * Even where nothing is kept the parser may have something to say: that the request
 * has ended. What it understood of half a head lies in the input itself, which has to
 * be shown to it again wherever it moved to.
 */
static void use_kept_input(struct connection *c)
{
	struct str kept = c->in ? str_sub(buf_str(&c->in->buf), c->in_at, SIZE_MAX) : (struct str){ 0 };
	size_t used = connection_consume(c, kept);

	c->is_polite = c->is_polite && used == kept.len;
	if (!c->in)
		return;
	c->in_at += used;
	if (!input_left(c) || c->state == CONNECTION_LINGER)
		drop_input(c);
}

void connection_take(struct connection *c, struct str input)
{
	size_t used;

	if (c->state == CONNECTION_LINGER) {
		c->lingered += input.len;
		if (c->lingered > LINGER_MAX)
			connection_close(c);
	} else if (c->in) {
		keep_input(c, input);
		use_kept_input(c);
	} else {
		used = connection_consume(c, input);
		c->is_polite = c->is_polite && used == input.len;
		keep_input(c, str_sub(input, used, input.len));
	}
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
	struct connection *c = handle->data;

	(void)suggested;
	*ret_buf = uv_buf_init(c->worker->input, WORKER_INPUT);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct connection *c = stream->data;

	if (len == 0)
		return;
	if (len < 0 && len != UV_EOF) {
		connection_close(c);
		return;
	}
	if (len < 0)
		c->has_ended = true;
	else if (c->is_secure)
		connection_decrypt(c, str_of(buf->base, (size_t)len));
	else
		connection_take(c, str_of(buf->base, (size_t)len));
	connection_settle(c);
}

/* ---- What comes next ------------------------------------------------------ */

/* The client sends nothing more, and everything that it sent was used. */
static void end_input(struct connection *c)
{
	if (c->h2) {
		h2_connection_end_input(c);
		return;
	}
	if (c->state == CONNECTION_CONTENT || c->state == CONNECTION_FEED) {
		connection_close(c);
		return;
	}
	worker_give_exchange(c->worker, c->x);
	c->x = NULL;
	c->state = CONNECTION_LINGER;
}

static bool is_idle(const struct connection *c)
{
	return c->state == CONNECTION_HEAD && !c->x && !c->had_turn && !connection_has_unsent(c);
}

/* Stops reading where what is kept is enough, and where the client ended. */
static void set_reading(struct connection *c)
{
	bool wants = !c->has_ended && (!connection_is_paused(c) || input_left(c) < CONNECTION_AHEAD);

	if (wants == c->is_reading)
		return;
	c->is_reading = wants;
	if (!wants)
		uv_read_stop((uv_stream_t *)&c->tcp);
	else if (uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) < 0)
		connection_close(c);
}

static enum timeout_kind reading_timeout(const struct connection *c)
{
	if (c->h2 && c->state != CONNECTION_LINGER)
		return h2_connection_timeout(c);
	switch (c->state) {
	case CONNECTION_HEAD:
		if (connection_is_greeting(c))
			return TIMEOUT_HANDSHAKE;
		if (connection_has_unsent(c))
			return TIMEOUT_NONE;
		if (c->had_turn)
			return TIMEOUT_TURN;
		return c->x ? TIMEOUT_HEADER : TIMEOUT_IDLE;
	case CONNECTION_CONTENT:
	case CONNECTION_DISCARD:
		return TIMEOUT_CONTENT;
	case CONNECTION_LINGER:
		return connection_has_unsent(c) ? TIMEOUT_NONE : TIMEOUT_LINGER;
	case CONNECTION_FEED:
		return connection_feed_timeout(c);
	case CONNECTION_WAIT:
	case CONNECTION_SENDING:
		break;
	}
	return TIMEOUT_NONE;
}

/* One that is set already goes on: a client cannot put it off by sending a byte now and then. */
static void set_timeout(struct connection *c)
{
	enum timeout_kind kind = reading_timeout(c);

	if (kind == c->reading.kind)
		return;
	if (c->reading.kind == TIMEOUT_CONTENT) /* after a pause it is counted anew */
		c->window = 0;
	if (kind == TIMEOUT_NONE)
		timeout_clear(&c->reading);
	else
		worker_set_timeout(c->worker, &c->reading, kind);
}

/* Bytes that came and were not read yet would be lost with the connection. */
static bool has_unread(const struct connection *c)
{
	uv_os_fd_t fd;
	char byte;

	if (uv_fileno((const uv_handle_t *)&c->tcp, &fd) < 0)
		return false;
	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void connection_settle(struct connection *c)
{
	bool has_ended;
	size_t before;

	if (h2_connection_is_busy(c))
		return; /* it is settled when that ends */
	connection_pump(c);
	connection_flush(c);
	do {
		before = input_left(c);
		if (!c->is_closing)
			use_kept_input(c);
		h2_connection_write(c);
		has_ended = connection_pump(c);
		connection_flush(c);
	} while (has_ended || input_left(c) != before);
	c->burst = 0;
	if (!c->is_closing && c->has_ended && c->state != CONNECTION_LINGER && !connection_is_paused(c))
		end_input(c);
	if (!c->is_closing && c->has_ended)
		connection_hurry(c); /* whoever sends no more may have left, and need not be kept waiting */
	if (!c->is_closing && c->state == CONNECTION_LINGER)
		finish(c);
	if (!c->is_closing && worker_is_draining(c->worker) && !c->h2 && is_idle(c) && !has_unread(c))
		connection_close(c);
	if (!c->is_closing)
		set_reading(c);
	if (!c->is_closing)
		set_timeout(c);
}

void connection_drain(struct connection *c)
{
	if (!c->is_closing)
		connection_settle(c);
}

void connection_resume(struct exchange *x)
{
	struct connection *c = x->host_data;

	if (c->h2)
		h2_connection_resume(x);
	else
		connection_step(c, exchange_resume(x));
	if (!c->is_closing)
		connection_settle(c);
	else if (c->is_closed && !is_awaited(c))
		connection_free(c);
}

/* ---- Its beginning -------------------------------------------------------- */

static void add(struct worker *worker, struct connection *c)
{
	c->next = worker->connections;
	if (c->next)
		c->next->prev = c;
	worker->connections = c;
	atomic_fetch_add(&worker->door->open, 1);
}

/* False where the client left before it was its turn. */
static bool look_up_address(struct connection *c)
{
	struct sockaddr_storage at;
	int len = sizeof(at);

	if (uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&at, &len) < 0)
		return false;
	address_write_host((struct sockaddr *)&at, c->address);
	address_network((struct sockaddr *)&at, c->network);
	return true;
}

/*
 * The system would take megabytes for a client that takes nothing, out of memory that nobody sees. What
 * is on its way to one that reads is not bounded by this.
 */
static void bound_unsent(struct connection *c)
{
	int bytes = CONNECTION_OUT;
	uv_os_fd_t fd;

	if (uv_fileno((const uv_handle_t *)&c->tcp, &fd) == 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof(bytes)); /* without it all the same */
}

/* Past the limit of connections: says so at once, before any request. A handshake would cost too much for that. */
static void turn_away(struct connection *c)
{
	c->x = c->is_secure ? NULL : worker_take_exchange(c->worker);
	if (!c->x) {
		connection_close(c);
		return;
	}
	c->x->host_data = c;
	connection_refuse(c, H1_REFUSAL_TOO_MANY_CONNECTIONS, (struct str){ 0 });
}

static bool can_watch(const struct connection *c)
{
	uv_os_fd_t fd;

	return uv_fileno((const uv_handle_t *)&c->tcp, &fd) == 0 && watch_add(&c->worker->loop, fd) == 0;
}

void connection_accept(struct worker *worker, uv_stream_t *listener)
{
	size_t max = worker->door->max, open;
	struct connection *c = calloc(1, sizeof(*c));

	worker->has_missed = !c; /* libuv keeps the socket, and takes no other until it is fetched */
	if (!c)
		return;
	if (atomic_load(&worker->door->open) >= max)
		connection_make_room(worker);
	open = atomic_load(&worker->door->open);
	c->worker = worker;
	c->tcp.data = c;
	c->is_secure = worker->is_secure && listener == (uv_stream_t *)&worker->listener;
	h1_init(&c->h1, &worker->shared->h1);
	uv_tcp_init(&worker->loop, &c->tcp);
	add(worker, c);
	if (uv_accept(listener, (uv_stream_t *)&c->tcp) < 0 || open >= max + OVERFLOW_MAX || !can_watch(c) ||
	    !look_up_address(c)) {
		connection_close(c);
		return;
	}
	uv_tcp_nodelay(&c->tcp, 1);
	bound_unsent(c);
	if (open >= max)
		turn_away(c);
	if (!c->is_closing)
		connection_settle(c);
}
