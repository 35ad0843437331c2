/*
 * TLS 1.2 and 1.3 (RFC 5246, RFC 8446) of a server, by OpenSSL: bytes to bytes. No sockets.
 *
 *	certificates ── tls_server_new ─┬─ tls_new, one a connection
 *	                  │             │     tls_offer, tls_read*   what came → what was meant
 *	                  └ tls_server_renew  tls_write, tls_end     what is meant → what is to be sent
 *
 * Early data (0-RTT) is off: it could be replayed. So are renegotiation, compression and
 * whatever is older than 1.2. Sessions are resumed by tickets, whose keys change every
 * twelve hours; the server keeps no session.
 */
#ifndef STATUTE_WIRE_TLS_H
#define STATUTE_WIRE_TLS_H

#include <statute/error.h>

#include "base/buf.h"

/* ---- Certificates -------------------------------------------------------- */

struct tls_server;

struct tls_files {
	const char *certificate; /* PEM: the server's, then those between it and the root; or a folder */
	const char *key;         /* PEM; NULL where `certificate` is a folder, of NAME.crt with NAME.key */
	struct str protocols;    /* for ALPN, the preferred first, each behind its length (RFC 7301 section 3.1) */
};

enum { TLS_CERTIFICATES_MAX = 100 };

/*
 * Reads the files, which are borrowed as long as it lives. What is wrong, and what is worth a
 * warning (an end that is near, no name, a key that others can read), is added to `problems` a line
 * each. STATUTE_EINVAL: they cannot be served; STATUTE_ENOMEM.
 */
STATUTE_CHECK int tls_server_new(const struct tls_files *files, struct buf *problems,
                                 struct tls_server **ret_server);
/* Reads the files of `earlier` anew. Tickets that either gave are good for both. Results as of tls_server_new. */
STATUTE_CHECK int tls_server_renew(const struct tls_server *earlier, struct buf *problems,
                                   struct tls_server **ret_server);
/* Any thread. Connections hold one each. */
struct tls_server *tls_server_ref(struct tls_server *server);
/* Any thread; the last one frees it. Accepts NULL. */
void tls_server_unref(struct tls_server *server);
/* When the certificate that ends first does, Unix time; 0 where that cannot be known. */
int64_t tls_server_end(const struct tls_server *server);
/* Each certificate's file, names and end, a line each. */
void tls_server_describe(const struct tls_server *server, struct buf *buf);

/* ---- A connection -------------------------------------------------------- */

/* One owner at a time. */
struct tls;

enum tls_event {
	TLS_MORE,  /* nothing to read until more bytes come */
	TLS_DATA,  /* some was read; read on */
	TLS_ENDED, /* the client said that it sends nothing more (close_notify) */
	TLS_FAILED /* the connection cannot go on; if there is an alert to send, it was written */
};

/*
 * Takes a reference to `server` as its own, in any case. `room` gives the buffer to which bytes to be
 * sent are added, whenever there are any; NULL, or no room in it, fails the connection.
 */
STATUTE_CHECK int tls_new(struct tls_server *server, struct buf *(*room)(void *owner), void *owner,
                          struct tls **ret_tls);
/* Accepts NULL. */
void tls_free(struct tls *tls);

/* Can a connection whose first byte is this one be of TLS? Else it is of HTTP in the clear, or nothing known. */
bool tls_may_begin_with(char first);
/* Bytes that came; borrowed until tls_read says something else than TLS_DATA. */
void tls_offer(struct tls *tls, struct str bytes);
/* Goes on with the handshake, and reads at most `size` bytes of what was meant. */
enum tls_event tls_read(struct tls *tls, char *to, size_t size, size_t *ret_len);
/* Only once it is ready. 0 or STATUTE_EIO, after which the connection has failed. */
STATUTE_CHECK int tls_write(struct tls *tls, struct str plain);
/* Says that nothing more will be sent (RFC 8446 section 6.1), once; nothing where it never was ready, or failed. */
void tls_end(struct tls *tls);

/* The handshake is over. */
bool tls_is_ready(const struct tls *tls);
bool tls_has_failed(const struct tls *tls);
/* Once it is ready. What ALPN came to ("h2"), or empty; borrowed. */
struct str tls_protocol(const struct tls *tls);
/* The name that the client gave in the handshake (SNI, RFC 6066 section 3), or empty; borrowed. */
struct str tls_server_name(const struct tls *tls);
/* Is the certificate of this connection one for that host: a name, or an address without brackets? */
bool tls_covers(const struct tls *tls, struct str host);
/* Does the server have several certificates, so that it depends on the name which one a connection gets? */
bool tls_has_several(const struct tls *tls);

#endif
