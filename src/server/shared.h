/*
 * What the workers of one server share. Immutable while they run, but for the
 * atomics, the sink, which locks for itself, and what is under the lock.
 */
#ifndef STATUTE_SERVER_SHARED_H
#define STATUTE_SERVER_SHARED_H

#include <stdatomic.h>

#include <uv.h>

#include <statute/server.h>

#include "exchange/exchange.h"
#include "server/log_sink.h"
#include "server/maintenance.h"

/* The limits of the options, each with a value. */
struct server_limits {
#define L(name, option, type, default_value, default_text, min, max, text) uint64_t name;
#include <statute/server_limits.def>
#undef L
};

/* 0 in the options is the default. 0, or STATUTE_EINVAL with the *ret_option that is out of its range. */
STATUTE_CHECK int server_limits_from(const struct statute_server_options *options,
                                     struct server_limits *ret_limits, const char **ret_option);

/*
 * How many of `wanted` connections of clients the process has descriptors for, beside those of
 * `workers` and of `admin` connections; at least 1.
 */
size_t server_connections_max(size_t wanted, size_t workers, size_t admin);

/* How many connections are open through it, over all workers behind it. */
struct door {
	atomic_size_t open;
	size_t max;
};

struct jobs;
struct observe;
struct running_keys;
struct tls_server;

struct shared {
	struct server_limits limits;
	struct h1_limits h1;
	struct exchange_settings settings;
	size_t worker_count;
	struct observe *observe;
	struct limit_table *limiter;
	struct limit_policy address_limit; /* where the settings point at it */
	struct running_keys *running_keys; /* idempotency keys at work, of all documents that are served */
	struct jobs *jobs;         /* what is done in the background, of all documents */
	struct log_sink sink;
	struct str admin_host;     /* a name that the admin listener is called by, or empty */
	bool admin_is_public;      /* what operators see is answered on the public listener too */
	struct door public, admin;
	atomic_size_t feeds;       /* that are open */
	struct maintenance maintenance;
	atomic_uint stops;         /* calls of statute_server_stop */
	uv_mutex_t lock;
	uv_cond_t taken;           /* a worker took what it was offered, or ended */
	struct tls_server *tls;    /* its certificates; NULL: it speaks no TLS. Replaced under the lock */
	bool is_running;           /* under the lock: the workers have threads */
};

#endif
