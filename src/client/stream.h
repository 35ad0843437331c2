/* A connection to a server, in the clear or over TLS. Blocks, to an end. */
#ifndef STATUTE_CLIENT_STREAM_H
#define STATUTE_CLIENT_STREAM_H

#include <openssl/ssl.h>
#include <sys/types.h>

#include <statute/error.h>

#include "client/deadline.h"
#include "client/url.h"

enum { STREAM_CAUSE = 160 };

struct stream {
	int fd;
	SSL *tls;         /* NULL: in the clear */
	SSL_CTX *context;
	const struct deadline *deadline;
};

struct stream_options {
	const struct deadline *deadline; /* outlives the stream */
	bool allows_clear; /* http to any address; else to those of this machine alone */
};

/*
 * Over TLS 1.2 or newer; the certificate must be of the host that the URL names, and of an authority that
 * the system trusts (SSL_CERT_FILE and SSL_CERT_DIR are heeded). STATUTE_EIO, with what happened in
 * `cause`; STATUTE_ENOMEM. The thread must have SIGPIPE blocked or ignored while it uses a stream of TLS.
 */
STATUTE_CHECK int stream_open(const struct url *url, const struct stream_options *options,
                              struct stream *ret_stream, char cause[STREAM_CAUSE]);
/* Accepts one that was not opened, if its fd is -1. */
void stream_close(struct stream *stream);
STATUTE_CHECK bool stream_write(struct stream *stream, struct str text);
/* Bytes; 0 at the end that the other side told of; -1: no more will come, and nobody said so. */
ssize_t stream_read(struct stream *stream, char *at, size_t len);

#endif
