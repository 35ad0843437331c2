/* A server, for the files that make one and reload one; see <statute/server.h>. */
#ifndef STATUTE_SERVER_SERVER_H
#define STATUTE_SERVER_SERVER_H

#include "server/address.h"
#include "server/generation.h"
#include "server/shared.h"

struct worker;

enum { URL_MAX = ADDRESS_TEXT_MAX + 9 };

struct statute_server {
	struct arena arena;
	struct shared shared;
	struct statute_document *first; /* the document that it began with */
	struct generation *generation;  /* the newest */
	atomic_size_t generations;      /* that are alive */
	uv_mutex_t reloading;           /* one at a time */
	struct buf problems;
	struct address address, plain_address, admin_address;
	char url[URL_MAX], plain_url[URL_MAX], admin_url[URL_MAX];
	struct worker **workers;  /* that of the admin listener last */
	size_t worker_count;      /* of those that were made */
	bool is_port_chosen;      /* of `address`, by the system */
	bool has_sink;
};

/* Adds "what: why" to its problems; returns r. */
int server_fail(struct statute_server *server, int r, const char *what, const char *why);
/* Has every worker look up. Any thread, and from a signal handler. */
void server_wake(const struct statute_server *server);

#endif
