/*
 * One connection: content that comes from a source. See connection.h.
 *
 * Of a file, in the clear, the system sends as much as the client takes (sendfile), the head in
 * the same segments. What it takes no more is read, a small piece, and handed to the loop, which says
 * when there is room again. Everything else is read into the buffer for answers, one buffer at a
 * time. Nothing is read ahead of the client.
 */
#include "server/connection.h"

#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "message/content_source.h"
#include "server/connection_feed.h"

enum {
	PIECE = 16 * 1024 /* bytes that are read at a time; so few of a file cost less copied than sent by page */
};

/* How it went with some of the content. */
enum pumped {
	PUMPED,  /* go on */
	PAUSED,  /* the client takes no more, or nothing is there */
	ENDED,   /* that was all */
	BROKEN   /* the rest will never come */
};

static void on_wake(struct content_source *source)
{
	connection_settle(source->host);
}

void connection_start_source(struct connection *c, size_t out)
{
	struct content_source *source = c->x->response.source;

	source->host = c;
	source->wake = on_wake;
	c->content = (struct connection_content){
		.source = source,
		.left = source->length,
		.out = out,
		.wall_ms = clock_wall_ms(),
		.now_us = clock_monotonic_us(),
		.is_chunked = source->length == CONTENT_LENGTH_UNKNOWN && c->x->request.minor,
	};
	c->state = CONNECTION_SENDING;
}

/* ---- Pace ----------------------------------------------------------------- */

static uint64_t taken(const struct connection *c)
{
	size_t untaken = connection_untaken(c);

	return c->content.out > untaken ? c->content.out - untaken : 0;
}

static void measure(struct connection *c)
{
	c->content.paced_ms = uv_now(&c->worker->loop);
	c->content.taken = taken(c);
}

/* Over all pieces, each of which may have been taken in time: see write_timed_out. */
bool connection_keeps_pace(struct connection *c)
{
	const struct server_limits *limits = &c->worker->shared->limits;
	uint64_t ms = uv_now(&c->worker->loop) - c->content.paced_ms, before = c->content.taken;

	if (!c->content.source || !c->content.paced_ms || ms < limits->write_timeout)
		return true;
	measure(c);
	return (c->content.taken - before) * 1000 >= limits->write_rate * ms;
}

/* ---- By the system -------------------------------------------------------- */

static int descriptor(const struct connection *c)
{
	uv_os_fd_t fd;

	return uv_fileno((const uv_handle_t *)&c->tcp, &fd) == 0 ? fd : -1;
}

/* The head, which the system keeps until the first of the file follows it; false where not all of it went. */
static bool send_head(struct connection *c, int fd)
{
	struct pooled *out = c->out;
	ssize_t sent;

	if (!out)
		return true;
	sent = send(fd, out->buf.at, out->buf.len, MSG_MORE | MSG_DONTWAIT | MSG_NOSIGNAL);
	c->out = NULL;
	if (sent >= 0 && (size_t)sent == out->buf.len) {
		worker_give_buffer(c->worker, out);
		return true;
	}
	connection_queue(c, out, sent > 0 ? (size_t)sent : 0); /* which meets the same error, if it was one */
	return false;
}

static void count(struct connection *c, uint64_t len)
{
	if (c->content.left != CONTENT_LENGTH_UNKNOWN)
		c->content.left -= len;
	c->content.out += len;
	c->turn_bytes += len;
}

/* False where the next bytes have to be read: they are of no file, few, or more than the system takes now. */
static bool send_file(struct connection *c)
{
	struct content_source *source = c->content.source;
	int to = descriptor(c), from;
	uint64_t at, len;
	ssize_t sent;
	off_t offset;

	if (c->is_secure || c->content.is_chunked || !source->next_file || c->burst >= CONNECTION_BURST ||
	    !source->next_file(source, &from, &at, &len))
		return false;
	if (len > c->content.left)
		len = c->content.left;
	if (len > CONNECTION_BURST - c->burst)
		len = CONNECTION_BURST - c->burst;
	if (len <= PIECE || !send_head(c, to))
		return c->sending != NULL;
	offset = (off_t)at;
	sent = sendfile(to, from, &offset, (size_t)len);
	if (sent <= 0)
		return false; /* whatever it is, reading and writing will tell */
	source->skip(source, (uint64_t)sent);
	count(c, (uint64_t)sent);
	c->burst += (size_t)sent;
	return (uint64_t)sent == len;
}

/* ---- By reading ----------------------------------------------------------- */

static char *room_for(struct connection *c, struct buf *out, size_t max)
{
	return c->content.is_chunked ? h1_chunk_room(out, max) : buf_reserve(out, max);
}

static void put(struct connection *c, struct buf *out, size_t len)
{
	size_t before = out->len;

	if (c->content.is_chunked)
		h1_chunk_put(out, len);
	else
		out->len += len;
	count(c, len);
	c->content.out += out->len - before - len;
}

static enum pumped put_end(struct connection *c, struct buf *out)
{
	size_t before = out->len;

	if (c->content.left != CONTENT_LENGTH_UNKNOWN)
		return BROKEN;
	h1_write_last_chunk(out, &c->x->request);
	c->content.out += out->len - before;
	return out->failed ? BROKEN : ENDED;
}

/* One piece more in the buffer for answers. */
static enum pumped read_piece(struct connection *c)
{
	struct content_source *source = c->content.source;
	size_t max = c->content.left < PIECE ? (size_t)c->content.left : PIECE, len = 0;
	struct buf *out = connection_output(c);
	char *into = out ? room_for(c, out, max) : NULL;
	int r = into ? source->read(source, into, max, &len) : STATUTE_ENOMEM;

	if (r == STATUTE_EAGAIN)
		return PAUSED;
	if (r < 0)
		return BROKEN;
	if (!len)
		return put_end(c, out);
	put(c, out, len);
	return PUMPED;
}

/* In the clear a piece of a file is read where the system takes no more: to be told when it does. */
static size_t room_of(const struct connection *c)
{
	bool is_of_file = !c->is_secure && !c->content.is_chunked && c->content.source->next_file;

	return is_of_file ? PIECE : CONNECTION_OUT;
}

static enum pumped read_some(struct connection *c)
{
	enum pumped pumped = PUMPED;

	while (pumped == PUMPED && c->content.left && !(c->out && c->out->buf.len >= room_of(c)))
		pumped = read_piece(c);
	if (c->out && !c->out->buf.len) { /* nothing was there to be read */
		worker_give_buffer(c->worker, c->out);
		c->out = NULL;
	}
	connection_flush(c);
	return pumped;
}

/* ---- All of it ------------------------------------------------------------ */

static enum pumped pump_some(struct connection *c)
{
	enum pumped pumped;

	if (!c->content.left)
		return ENDED;
	if (send_file(c))
		return PUMPED;
	pumped = c->sending ? PAUSED : read_some(c);
	return pumped == PUMPED && (c->is_closing || c->sending) ? PAUSED : pumped;
}

/* While the client keeps nobody waiting its pace says nothing. */
static void pace(struct connection *c)
{
	if (!c->sending)
		c->content.paced_ms = 0;
	else if (!c->content.paced_ms)
		measure(c);
}

bool connection_pump(struct connection *c)
{
	enum pumped pumped = PUMPED;

	if (c->feed)
		connection_feed_pump(c);
	if (c->state != CONNECTION_SENDING || c->is_closing || c->sending)
		return false;
	while (pumped == PUMPED && !c->is_closing)
		pumped = c->sending && c->content.left ? PAUSED : pump_some(c);
	if (c->is_closing)
		return false;
	if (pumped == BROKEN) {
		connection_close(c);
		return false;
	}
	pace(c);
	if (pumped != ENDED)
		return false;
	connection_log_answer(c, &c->content, false);
	connection_end_answer(c);
	return true;
}
