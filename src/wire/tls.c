/*
 * One connection of TLS: see tls.h.
 *
 * OpenSSL reads from what was offered and writes to the buffer that its owner has room in;
 * neither ever waits, so that a call does all that it can do at once. That the bytes ended
 * is for the owner to know: OpenSSL is never told, and what it holds of half a record is
 * lost. A truncated request is no request, by the framing of HTTP itself.
 */
#include "wire/tls_inside.h"

#include <stdlib.h>

#include <openssl/err.h>

struct tls {
	SSL *ssl;
	struct tls_server *server;
	struct buf *(*room)(void *owner);
	void *owner;
	struct str offered;   /* what came and OpenSSL did not take yet */
	enum tls_event next;  /* what the next tls_read has to say without asking; TLS_DATA: it has to ask */
	bool is_ready;
	bool has_failed;
	bool was_refused;     /* the client wanted to negotiate anew */
	bool has_ended;       /* we said that nothing more comes */
};

/* ---- Bytes --------------------------------------------------------------- */

static int take(BIO *bio, char *to, int size)
{
	struct tls *tls = BIO_get_data(bio);
	struct str some = str_sub(tls->offered, 0, size > 0 ? (size_t)size : 0);

	BIO_clear_retry_flags(bio);
	if (!some.len) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(to, some.at, some.len);
	tls->offered = str_sub(tls->offered, some.len, SIZE_MAX);
	return (int)some.len;
}

static int give(BIO *bio, const char *bytes, int len)
{
	struct tls *tls = BIO_get_data(bio);
	struct buf *room = tls->room(tls->owner);

	BIO_clear_retry_flags(bio);
	if (!room || len < 0)
		return -1;
	buf_add(room, str_of(bytes, (size_t)len));
	return room->failed ? -1 : len;
}

static long control(BIO *bio, int command, long number, void *data)
{
	(void)bio;
	(void)number;
	(void)data;
	return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *tls_method_new(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "statute");

	if (method && BIO_meth_set_read(method, take) && BIO_meth_set_write(method, give) &&
	    BIO_meth_set_ctrl(method, control))
		return method;
	BIO_meth_free(method);
	return NULL;
}

/* ---- Life ---------------------------------------------------------------- */

/* OpenSSL answers a wish to renegotiate with a warning alone, as often as a client likes. */
static void on_info(const SSL *ssl, int where, int value)
{
	struct tls *tls = SSL_get_app_data(ssl);

	if ((where & SSL_CB_WRITE_ALERT) == SSL_CB_WRITE_ALERT && (value & 0xFF) == SSL_AD_NO_RENEGOTIATION)
		tls->was_refused = true;
}

static bool prepare(struct tls *tls)
{
	BIO *bio;

	tls->ssl = SSL_new(tls->server->identities[0].context);
	bio = tls->ssl ? BIO_new(tls->server->method) : NULL;
	if (!bio)
		return false;
	BIO_set_data(bio, tls);
	BIO_set_init(bio, 1);
	SSL_set_bio(tls->ssl, bio, bio);
	SSL_set_app_data(tls->ssl, tls);
	SSL_set_info_callback(tls->ssl, on_info);
	SSL_set_accept_state(tls->ssl);
	return true;
}

int tls_new(struct tls_server *server, struct buf *(*room)(void *owner), void *owner, struct tls **ret_tls)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	if (!tls) {
		tls_server_unref(server);
		return STATUTE_ENOMEM;
	}
	*tls = (struct tls){ .server = server, .room = room, .owner = owner, .next = TLS_DATA };
	ERR_clear_error();
	if (!prepare(tls)) {
		tls_free(tls);
		return STATUTE_ENOMEM;
	}
	*ret_tls = tls;
	return 0;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	tls_server_unref(tls->server);
	free(tls);
}

/* ---- Reading ------------------------------------------------------------- */

/* A record begins with its kind, 20 to 24; the hello of SSL 2, which is refused, with its high bit. */
bool tls_may_begin_with(char first)
{
	unsigned char kind = (unsigned char)first;

	return (kind >= 20 && kind <= 24) || kind >= 0x80;
}

void tls_offer(struct tls *tls, struct str bytes)
{
	tls->offered = bytes;
}

/* Why OpenSSL stopped. */
static enum tls_event event_of(struct tls *tls, int result)
{
	switch (SSL_get_error(tls->ssl, result)) {
	case SSL_ERROR_WANT_READ: return TLS_MORE;
	case SSL_ERROR_ZERO_RETURN: return TLS_ENDED;
	default:
		tls->has_failed = true;
		return TLS_FAILED;
	}
}

static enum tls_event shake_hands(struct tls *tls)
{
	int result = SSL_do_handshake(tls->ssl);

	if (result <= 0)
		return event_of(tls, result);
	tls->is_ready = true;
	return TLS_DATA;
}

/* What stopped it; TLS_DATA where it was `size`. OpenSSL need not be asked whether there is more of nothing. */
static enum tls_event read_all(struct tls *tls, char *to, size_t size, size_t *len)
{
	size_t some;
	int result;

	while (*len < size) {
		if ((result = SSL_read_ex(tls->ssl, to + *len, size - *len, &some)) <= 0)
			return event_of(tls, result);
		*len += some;
		if (!tls->offered.len && !SSL_pending(tls->ssl))
			return TLS_MORE;
	}
	return TLS_DATA;
}

enum tls_event tls_read(struct tls *tls, char *to, size_t size, size_t *ret_len)
{
	enum tls_event event = tls->has_failed ? TLS_FAILED : tls->next;
	size_t len = 0;

	if (event != TLS_DATA) {
		tls->next = TLS_DATA;
		return event;
	}
	ERR_clear_error();
	if (!tls->is_ready && (event = shake_hands(tls)) != TLS_DATA)
		return event;
	event = read_all(tls, to, size, &len);
	if (tls->was_refused) {
		tls->has_failed = true;
		event = TLS_FAILED;
	}
	if (!len)
		return event;
	tls->next = event;
	*ret_len = len;
	return TLS_DATA;
}

/* ---- Writing ------------------------------------------------------------- */

int tls_write(struct tls *tls, struct str plain)
{
	size_t written;

	if (!plain.len)
		return 0;
	ERR_clear_error();
	if (tls->has_failed || tls->has_ended || SSL_write_ex(tls->ssl, plain.at, plain.len, &written) <= 0 ||
	    written < plain.len) {
		tls->has_failed = true;
		return STATUTE_EIO;
	}
	return 0;
}

void tls_end(struct tls *tls)
{
	if (!tls->is_ready || tls->has_failed || tls->has_ended)
		return;
	tls->has_ended = true;
	ERR_clear_error();
	if (SSL_shutdown(tls->ssl) < 0)
		ERR_clear_error(); /* the client sees a connection that was cut, which is what it is */
}

/* ---- What came of it ----------------------------------------------------- */

bool tls_is_ready(const struct tls *tls)
{
	return tls->is_ready;
}

bool tls_has_failed(const struct tls *tls)
{
	return tls->has_failed;
}

struct str tls_protocol(const struct tls *tls)
{
	const unsigned char *at = NULL;
	unsigned len = 0;

	SSL_get0_alpn_selected(tls->ssl, &at, &len);
	return str_of((const char *)at, len);
}

struct str tls_server_name(const struct tls *tls)
{
	return str_from(SSL_get_servername(tls->ssl, TLSEXT_NAMETYPE_host_name));
}

bool tls_covers(const struct tls *tls, struct str host)
{
	X509 *certificate = SSL_get_certificate(tls->ssl);

	return certificate && tls_certificate_covers(certificate, host);
}

bool tls_has_several(const struct tls *tls)
{
	return tls->server->count > 1;
}
