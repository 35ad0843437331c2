/* Connections to servers: see stream.h. */
#include "client/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/resolve.h"

static int fail(char cause[STREAM_CAUSE], const char *what)
{
	snprintf(cause, STREAM_CAUSE, "%s", what);
	return STATUTE_EIO;
}

/* ---- Connecting ---------------------------------------------------------------- */

/* errno; 0 where it is connected. */
static int try_address(const struct addrinfo *at, const struct deadline *deadline, int *ret_fd)
{
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
	socklen_t len = sizeof(error);

	if (fd < 0)
		return errno;
	if (connect(fd, at->ai_addr, at->ai_addrlen) < 0 && errno != EINPROGRESS)
		error = errno;
	else if (!deadline_await(deadline, fd, POLLOUT))
		error = ETIMEDOUT;
	else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error)
		close(fd);
	else
		*ret_fd = fd;
	return error;
}

static int dial(const struct url *url, const struct stream_options *options, int *ret_fd, char cause[STREAM_CAUSE])
{
	bool is_anywhere = url->is_tls || options->allows_clear;
	int r, error = 0, tried = 0;
	const char *why = NULL;
	struct addrinfo *list;

	r = resolve(url->host, url->port, options->deadline, &list, &why);
	if (r < 0)
		return r == STATUTE_EIO ? fail(cause, why) : r;
	for (struct addrinfo *at = list; at; at = at->ai_next) {
		if (!is_anywhere && !resolve_is_loopback(at->ai_addr))
			continue;
		tried++;
		if ((error = try_address(at, options->deadline, ret_fd)) == 0)
			break;
	}
	freeaddrinfo(list);
	if (!tried)
		return fail(cause, "http:// is for this machine alone; elsewhere it must be https://");
	return error ? fail(cause, strerrordesc_np(error)) : 0;
}

/* ---- TLS ------------------------------------------------------------------------- */

static bool is_address(const char *host)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* An address must stand in the certificate as one (RFC 9110 section 4.3.5). */
static bool expect_host(SSL *tls, struct str name)
{
	char host[URL_HOST_MAX + 1];

	snprintf(host, sizeof(host), "%.*s", STR_ARG(name));
	if (is_address(host))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host) == 1;
	SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(tls, host) == 1 && SSL_set_tlsext_host_name(tls, host) == 1;
}

static SSL_CTX *make_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (!context)
		return NULL;
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
	    SSL_CTX_set_default_verify_paths(context) == 1)
		return context;
	SSL_CTX_free(context);
	return NULL;
}

/* Did it stop only because the socket was not ready? Then waits until it is; false past the end. */
static bool await_again(struct stream *stream, int result)
{
	switch (SSL_get_error(stream->tls, result)) {
	case SSL_ERROR_WANT_READ: return deadline_await(stream->deadline, stream->fd, POLLIN);
	case SSL_ERROR_WANT_WRITE: return deadline_await(stream->deadline, stream->fd, POLLOUT);
	default: return false;
	}
}

static int tell_handshake(SSL *tls, char cause[STREAM_CAUSE])
{
	long verdict = SSL_get_verify_result(tls);
	unsigned long error = ERR_peek_error();
	const char *reason = error ? ERR_reason_error_string(error) : NULL;

	if (verdict != X509_V_OK)
		snprintf(cause, STREAM_CAUSE, "its certificate does not hold: %s",
		         X509_verify_cert_error_string(verdict));
	else
		snprintf(cause, STREAM_CAUSE, "no TLS came about: %s", reason ? reason : "no answer came in time");
	return STATUTE_EIO;
}

static int shake_hands(struct stream *stream, const struct url *url, char cause[STREAM_CAUSE])
{
	int r;

	ERR_clear_error();
	stream->context = make_context();
	stream->tls = stream->context ? SSL_new(stream->context) : NULL;
	if (!stream->tls || SSL_set_fd(stream->tls, stream->fd) != 1 || !expect_host(stream->tls, url->host))
		return fail(cause, "TLS could not be set up");
	do {
		ERR_clear_error();
		r = SSL_connect(stream->tls);
	} while (r != 1 && await_again(stream, r));
	return r == 1 ? 0 : tell_handshake(stream->tls, cause);
}

/* ---- The stream ------------------------------------------------------------------- */

int stream_open(const struct url *url, const struct stream_options *options, struct stream *ret_stream,
                char cause[STREAM_CAUSE])
{
	struct stream stream = { .fd = -1, .deadline = options->deadline };
	int r = dial(url, options, &stream.fd, cause);

	if (r == 0 && url->is_tls)
		r = shake_hands(&stream, url, cause);
	if (r < 0)
		stream_close(&stream);
	else
		*ret_stream = stream;
	return r;
}

void stream_close(struct stream *stream)
{
	SSL_free(stream->tls);
	SSL_CTX_free(stream->context);
	if (stream->fd >= 0)
		close(stream->fd);
	*stream = (struct stream){ .fd = -1 };
}

/* How many; -1: none, and no more can be. */
static ssize_t write_some(struct stream *stream, struct str text)
{
	size_t done = 0;
	int r;

	if (!stream->tls) {
		ssize_t sent = send(stream->fd, text.at, text.len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN)
			return deadline_await(stream->deadline, stream->fd, POLLOUT) ? 0 : -1;
		return sent < 0 && errno == EINTR ? 0 : sent;
	}
	ERR_clear_error();
	r = SSL_write_ex(stream->tls, text.at, text.len, &done);
	return r == 1 ? (ssize_t)done : await_again(stream, r) ? 0 : -1;
}

bool stream_write(struct stream *stream, struct str text)
{
	while (text.len) {
		ssize_t done = write_some(stream, text);

		if (done < 0)
			return false;
		text = str_sub(text, (size_t)done, text.len);
	}
	return true;
}

/* An end without close_notify is none: what was to come may have been cut off. */
static ssize_t read_tls(struct stream *stream, char *at, size_t len)
{
	size_t got = 0;
	int r;

	do {
		ERR_clear_error();
		r = SSL_read_ex(stream->tls, at, len, &got);
	} while (r != 1 && await_again(stream, r));
	if (r == 1)
		return (ssize_t)got;
	return SSL_get_error(stream->tls, r) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

ssize_t stream_read(struct stream *stream, char *at, size_t len)
{
	ssize_t got;

	if (stream->tls)
		return read_tls(stream, at, len);
	do
		got = recv(stream->fd, at, len, 0);
	while (got < 0 && (errno == EINTR ||
	                   (errno == EAGAIN && deadline_await(stream->deadline, stream->fd, POLLIN))));
	return got;
}
