/*
 * One connection: TLS between the socket and the requests. See connection.h.
 *
 * What came is decrypted at once, all of it, so that nothing of it waits within OpenSSL.
 * Answers are encrypted when they are sent, as much at a time as one write takes: a client
 * that is slow costs that much beside its answer, not the answer twice.
 *
 * Before its first byte a connection has nothing of TLS: it might never send one.
 */
#include "server/connection.h"

#include "server/certificates.h"

enum { CIPHERTEXT_MAX = 2 * CONNECTION_OUT };

/* ---- Its beginning -------------------------------------------------------- */

/* For struct tls: what is to be sent. */
static struct buf *room(void *owner)
{
	struct connection *c = owner;

	if (!c->encrypted)
		c->encrypted = worker_take_buffer(c->worker, CIPHERTEXT_MAX);
	return c->encrypted ? &c->encrypted->buf : NULL;
}

/* Whoever speaks HTTP to this port is told in the clear, since that is what they understand. */
static void refuse_clear(struct connection *c)
{
	c->is_secure = false;
	c->x = worker_take_exchange(c->worker);
	if (!c->x) {
		connection_close(c);
		return;
	}
	c->x->host_data = c;
	connection_refuse(c, H1_REFUSAL_NO_TLS, (struct str){ 0 });
}

static bool begin(struct connection *c, struct str bytes)
{
	if (!tls_may_begin_with(bytes.at[0])) {
		refuse_clear(c);
		return false;
	}
	if (tls_new(certificates_take(c->worker->shared), room, c, &c->tls) < 0) {
		connection_close(c);
		return false;
	}
	return true;
}

/* ---- Input ---------------------------------------------------------------- */

/* Its alert must reach the client: where nothing is in progress it is waited for. */
static void fail(struct connection *c)
{
	connection_flush(c);
	if (c->x || c->out)
		connection_close(c);
	else
		c->state = CONNECTION_LINGER;
}

void connection_decrypt(struct connection *c, struct str bytes)
{
	enum tls_event event;
	size_t len;

	if (!c->tls && !begin(c, bytes))
		return;
	if (tls_has_failed(c->tls)) {
		connection_take(c, bytes); /* to be forgotten */
		return;
	}
	tls_offer(c->tls, bytes);
	while ((event = tls_read(c->tls, c->worker->decrypted, sizeof(c->worker->decrypted), &len)) == TLS_DATA &&
	       !c->is_closing)
		connection_take(c, str_of(c->worker->decrypted, len));
	if (c->is_closing)
		return;
	if (event == TLS_ENDED)
		c->has_ended = true;
	else if (event == TLS_FAILED)
		fail(c);
}

/* ---- Output --------------------------------------------------------------- */

/* Some more of the answers; false where the connection cannot go on. */
static bool encrypt_some(struct connection *c)
{
	struct str left = str_sub(buf_str(&c->out->buf), c->out_at, CONNECTION_OUT);

	if (!tls_is_ready(c->tls) || tls_write(c->tls, left) < 0)
		return false;
	c->out_at += left.len;
	if (c->out_at < c->out->buf.len)
		return true;
	worker_give_buffer(c->worker, c->out);
	c->out = NULL;
	c->out_at = 0;
	return true;
}

void connection_flush_encrypted(struct connection *c)
{
	while (!c->is_closing && !c->sending && c->tls && (c->out || c->encrypted)) {
		struct pooled *some;

		if (c->out && !encrypt_some(c)) {
			connection_close(c);
			return;
		}
		some = c->encrypted;
		c->encrypted = NULL;
		if (some)
			connection_send(c, some);
	}
}

bool connection_end(struct connection *c)
{
	if (c->tls)
		tls_end(c->tls);
	connection_flush(c);
	return !c->is_closing && !connection_has_unsent(c);
}

/* An answer that was cut off must not look as if it were whole. */
void connection_end_at_once(struct connection *c)
{
	uv_buf_t all;

	if (!c->tls || connection_has_unsent(c))
		return;
	tls_end(c->tls);
	if (!c->encrypted)
		return;
	all = uv_buf_init(c->encrypted->buf.at, (unsigned)c->encrypted->buf.len);
	uv_try_write((uv_stream_t *)&c->tcp, &all, 1); /* a client that takes nothing now sees it cut off */
}

struct str connection_protocol(const struct connection *c)
{
	return c->tls && tls_is_ready(c->tls) ? tls_protocol(c->tls) : (struct str){ 0 };
}
