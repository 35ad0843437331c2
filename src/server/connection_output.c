/*
 * One connection: from answers to the socket. See connection.h.
 *
 * Answers gather in `out` and are tried at once at the end of an event. What the
 * system does not take is handed to the loop as `sending`; meanwhile `out` may
 * gather again.
 */
#include "server/connection.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

struct buf *connection_output(struct connection *c)
{
	/* An answer's texts are at most what a request may take. */
	size_t max = CONNECTION_OUT + 2 * c->worker->shared->settings.arena_max;

	if (!c->out)
		c->out = worker_take_buffer(c->worker, max);
	return c->out ? &c->out->buf : NULL;
}

size_t connection_untaken(const struct connection *c)
{
	int with_system = 0;
	uv_os_fd_t fd;

	if (uv_fileno((const uv_handle_t *)&c->tcp, &fd) < 0 || ioctl(fd, SIOCOUTQ, &with_system) < 0)
		with_system = 0;
	return uv_stream_get_write_queue_size((const uv_stream_t *)&c->tcp) + (size_t)with_system;
}

static void on_sent(uv_write_t *write, int status)
{
	struct connection *c = write->data;

	timeout_clear(&c->writing);
	worker_give_buffer(c->worker, c->sending);
	c->sending = NULL;
	if (c->is_closing)
		return;
	if (status < 0 || !connection_keeps_pace(c)) {
		connection_close(c);
		return;
	}
	c->had_turn = c->in != NULL; /* it waited for its client: whoever waits for us comes first */
	connection_settle(c);
}

void connection_queue(struct connection *c, struct pooled *buffer, size_t from)
{
	uv_buf_t rest = uv_buf_init(buffer->buf.at + from, (unsigned)(buffer->buf.len - from));

	c->sending = buffer;
	c->sending->write.data = c;
	if (uv_write(&c->sending->write, (uv_stream_t *)&c->tcp, &rest, 1, on_sent) < 0) {
		worker_give_buffer(c->worker, c->sending);
		c->sending = NULL;
		connection_close(c);
		return;
	}
	c->unsent = connection_untaken(c);
	worker_set_timeout(c->worker, &c->writing, TIMEOUT_WRITE);
}

void connection_send(struct connection *c, struct pooled *buffer)
{
	uv_buf_t all = uv_buf_init(buffer->buf.at, (unsigned)buffer->buf.len);
	int sent;

	c->burst += all.len;
	if (c->burst > CONNECTION_BURST) {
		connection_queue(c, buffer, 0);
		return;
	}
	sent = all.len ? uv_try_write((uv_stream_t *)&c->tcp, &all, 1) : 0;
	if (sent < 0 && sent != UV_EAGAIN) {
		worker_give_buffer(c->worker, buffer);
		connection_close(c);
	} else if (sent >= 0 && (size_t)sent == all.len) {
		worker_give_buffer(c->worker, buffer);
	} else {
		connection_queue(c, buffer, sent > 0 ? (size_t)sent : 0);
	}
}

void connection_flush(struct connection *c)
{
	struct pooled *out = c->out;

	if (c->is_secure) {
		connection_flush_encrypted(c);
		return;
	}
	if (c->is_closing || c->sending || !out)
		return;
	c->out = NULL;
	connection_send(c, out);
}
