/*
 * The HTTP/1.1 server (RFC 9110, RFC 9112) of one document, with its data in
 * SQLite: some threads, each with its own loop and listening socket.
 *
 *	statute_server_new ── statute_server_run (blocks) ── statute_server_free
 *	                          ▲ ▲
 *	                          │ └── statute_server_reload, another document
 *	                          └──── statute_server_stop, from anywhere
 *
 * It installs no signal handler and prints nothing but its log. The process should
 * ignore SIGPIPE.
 */
#ifndef STATUTE_SERVER_H
#define STATUTE_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <statute/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct statute_document;
struct statute_server;

/* A NULL or a 0 takes its default. The texts are read by statute_server_new alone. */
struct statute_server_options {
	const char *listen;   /* "127.0.0.1:8080" (the default), "[::1]:0", "localhost:8080", ":80" */
	/*
	 * Where an operator looks inside: an address as for `listen`, "off", or "public": on the public
	 * listener, to anybody. Default: 127.0.0.1, the port after that of `listen`, or where that is
	 * taken (a warning says so) or `listen` leaves the port to the system, one that the system chooses.
	 */
	const char *admin;
	const char *admin_host; /* a name that the admin listener is called by, beside addresses and localhost */
	/*
	 * PEM: a certificate, behind it those between it and the root, and its key; or a folder of
	 * NAME.crt with NAME.key, and no key here. Then `listen` speaks TLS.
	 */
	const char *tls_certificate, *tls_key;
	const char *listen_plain; /* an address for connections in the clear, beside those of TLS */
	const char *hosts;    /* names that are answered for, apart by commas; others are 421. Default: any */
	bool requires_tls;    /* a request in the clear is redirected to https, or refused */
	bool omits_hsts;      /* where TLS is required, browsers are not told to remember it (RFC 6797) */
	const char *database; /* the file, made where it is missing; default "statute.db" */
	const char *log;      /* a file to append to, "-" for stdout, "off" (the default) */
	const char *address_rate; /* requests of each client address: "100/60s"; NULL: any number */
	uint32_t workers;     /* threads that answer; default: one a processor */
	bool is_dev;          /* errors name the row of the graph that they come from */
	bool omits_docs;      /* /-/docs and /-/openapi.json are not there */
	bool ignores_security; /* serves operations that demand credentials to anybody: none are checked */
	/* A JSON Web Key Set for security schemes of tokens that name no keys: for development. NULL: none. */
	const char *dev_keys;
#define L(name, option, type, default_value, default_text, min, max, text) uint64_t name;
#include <statute/server_limits.def>
#undef L
};
#define STATUTE_SERVER_OPTIONS_INIT { .listen = "127.0.0.1:8080" }

/*
 * Binds the document's operations (statute_document_route tells them then), opens the
 * database, takes the address: once it returned 0, clients can connect, and are
 * answered as soon as the server runs. An operation that demands credentials that cannot be
 * checked (its scheme has no keys) is an error unless `ignores_security`. The document must
 * outlive the server, and no other thread may use it meanwhile.
 * STATUTE_EDOCUMENT (what the document says cannot be done, or the data breaks it),
 * STATUTE_ESTORE, STATUTE_EADDRESS, STATUTE_EINVAL (an option), STATUTE_EIO (the log),
 * STATUTE_ESYSTEM: *ret_server is set all the same, to tell its problems and to be
 * freed. STATUTE_ENOMEM: it is untouched.
 */
STATUTE_CHECK STATUTE_API int statute_server_new(struct statute_document *document,
                                                 const struct statute_server_options *options,
                                                 struct statute_server **ret_server);
/*
 * What statute_server_new, or the last reload of anything, found wrong or worth a warning,
 * a line each with a line end; "" where nothing is. Errors of the document begin
 * "file:line:column: ". Lives until the next reload.
 */
STATUTE_API const char *statute_server_problems(const struct statute_server *server);
/* Serves until it is stopped. Once a server. 0 or STATUTE_ESYSTEM. */
STATUTE_CHECK STATUTE_API int statute_server_run(struct statute_server *server);
/*
 * Any thread, and from a signal handler. The first call drains: no new connection is
 * taken, what is in progress is answered, a further request on a kept connection is
 * answered 503, and statute_server_run returns. The second call cuts every connection.
 */
STATUTE_API void statute_server_stop(struct statute_server *server);
/*
 * Serves another document from now on, with the same database and options: requests whose
 * head was complete before go on to their answers under the document that they began with, and
 * once it returned 0 all new ones see the new one; no connection is closed for it. It binds the
 * document and changes the database as statute_server_new does, all of it or nothing; where
 * that fails, the document that was served still is.
 *
 * Any thread that may wait, before statute_server_run too; of several calls one waits
 * for the other. 0: the server owns the document, and frees it when no request needs it
 * any more. Else it stays the caller's, to be freed: STATUTE_EDOCUMENT, STATUTE_ESTORE,
 * STATUTE_ENOMEM as of statute_server_new; STATUTE_ELIMIT, where requests of too many earlier
 * documents are in progress still; STATUTE_ESTOPPED, after statute_server_stop.
 */
STATUTE_CHECK STATUTE_API int statute_server_reload(struct statute_server *server,
                                                    struct statute_document *document);
/*
 * Reads the certificate and the key anew: connections that begin from now on have them, earlier ones go
 * on. Any thread that may wait, as statute_server_reload. Problems say what is served now, too. 0, also where
 * there is no TLS; STATUTE_EINVAL or STATUTE_ENOMEM, after which those of before still are.
 */
STATUTE_CHECK STATUTE_API int statute_server_reload_certificates(struct statute_server *server);
/*
 * Any thread. Counts, for whoever looks inside, that the document was read again; `took_over`:
 * and is served. A document that could not even be loaded counts too, which only the caller knows.
 */
STATUTE_API void statute_server_count_reload(struct statute_server *server, bool took_over);
/*
 * Any thread, and from a signal handler. Out of service: from now on every request but for health probes
 * is answered 503 MAINTENANCE (RFC 9110 section 15.6.4), until it is called with STATUTE_MAINTENANCE_OFF.
 * `until_s` is STATUTE_MAINTENANCE_OPEN, or the Unix time when it is expected to end, which clients are
 * told. A document that declares itself in maintenance is so in any case.
 */
enum { STATUTE_MAINTENANCE_OFF = 0, STATUTE_MAINTENANCE_OPEN = -1 };
STATUTE_API void statute_server_maintain(struct statute_server *server, int64_t until_s);
/* Any thread, and from a signal handler: what was said last to statute_server_maintain. */
STATUTE_API int64_t statute_server_maintenance(const struct statute_server *server);
/* Any thread, and from a signal handler: opens the log file anew, as after a rotation. */
STATUTE_API void statute_server_reopen_log(struct statute_server *server);
/* Not while it runs. Accepts NULL. */
STATUTE_API void statute_server_free(struct statute_server *server);

/* The port that it listens on, the chosen one where the options said 0. */
STATUTE_API unsigned statute_server_port(const struct statute_server *server);
/* "http://127.0.0.1:8080", or "https://…"; lives as long as the server. */
STATUTE_API const char *statute_server_url(const struct statute_server *server);
/* The same of `listen_plain`; "" where there is none. */
STATUTE_API const char *statute_server_plain_url(const struct statute_server *server);
/* The same of the admin listener; "" where there is none. */
STATUTE_API const char *statute_server_admin_url(const struct statute_server *server);

#ifdef __cplusplus
}
#endif

#endif
