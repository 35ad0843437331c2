/* Inside TLS: what its files share. */
#ifndef STATUTE_WIRE_TLS_INSIDE_H
#define STATUTE_WIRE_TLS_INSIDE_H

#include <stdatomic.h>

#include <openssl/ssl.h>

#include "wire/tls.h"

/* A certificate with its key, ready to be served. */
struct tls_identity {
	SSL_CTX *context;
	char *file;    /* of the certificate */
	int64_t end_s; /* Unix time; 0 where it cannot be known */
};

struct tls_tickets;

struct tls_server {
	struct tls_files files;
	struct tls_identity identities[TLS_CERTIFICATES_MAX]; /* the first one is for whoever names none of them */
	size_t count;
	struct tls_tickets *tickets;
	BIO_METHOD *method;
	atomic_size_t uses;
};

/*
 * Reads a certificate with its key into a context that was made; problems as of tls_server_new.
 * 0, STATUTE_EINVAL or STATUTE_ENOMEM.
 */
STATUTE_CHECK int tls_identity_read(SSL_CTX *context, const char *certificate, const char *key,
                                    struct buf *problems);
/* When the certificate of a context ends, Unix time; 0 where that cannot be known. */
int64_t tls_certificate_end(SSL_CTX *context);
/* "FILE: a.test, b.test until 2026-03-01". */
void tls_identity_describe(const struct tls_identity *identity, struct buf *buf);
/* Is it for that host, by one of its names or addresses? */
bool tls_certificate_covers(X509 *certificate, struct str host);

/* The keys of tickets: shared by the workers, and by what follows a server. Thread-safe. NULL without memory. */
struct tls_tickets *tls_tickets_new(void);
struct tls_tickets *tls_tickets_ref(struct tls_tickets *tickets);
/* Accepts NULL. */
void tls_tickets_unref(struct tls_tickets *tickets);
/* Has the context take its keys from `tickets`, which must outlive it. 0 or STATUTE_EINVAL. */
STATUTE_CHECK int tls_tickets_use(struct tls_tickets *tickets, SSL_CTX *context);

/* The bytes of a connection, whose data is a struct tls. NULL without memory. */
BIO_METHOD *tls_method_new(void);

#endif
