/*
 * The server of one document: see <statute/server.h>.
 *
 * Everything that can fail is made before it runs: the binding, the database, the
 * sockets, the workers. What was made is freed together, however far it came.
 */
#include <statute/server.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "exchange/running_keys.h"
#include "server/admin.h"
#include "server/certificates.h"
#include "server/feed.h"
#include "server/hosts.h"
#include "server/background_jobs.h"
#include "server/listener.h"
#include "server/server.h"
#include "server/worker.h"

enum { WORKERS_MAX = 256, PROBLEMS_MAX = 4 << 20, SERVER_ARENA = 64 << 20, ADMIN_CONNECTIONS = 100 };

/* ---- What is wrong -------------------------------------------------------- */

int server_fail(struct statute_server *server, int r, const char *what, const char *why)
{
	buf_printf(&server->problems, "%s: %s\n", what, why);
	return r;
}

/* ---- The steps of statute_server_new -------------------------------------- */

static int take_options(struct statute_server *server, const struct statute_server_options *options)
{
	struct shared *shared = &server->shared;
	const char *option;
	size_t wanted;
	int r = server_limits_from(options, &shared->limits, &option);

	if (r < 0)
		return server_fail(server, r, option, "out of range");
	wanted = (size_t)shared->limits.connections;
	if (options->workers > WORKERS_MAX)
		return server_fail(server, STATUTE_EINVAL, "workers", "at most 256");
	shared->worker_count = options->workers ? options->workers : uv_available_parallelism();
	if (shared->worker_count > WORKERS_MAX)
		shared->worker_count = WORKERS_MAX;
	shared->admin_is_public = options->admin && strcmp(options->admin, "public") == 0;
	shared->admin.max = wanted < ADMIN_CONNECTIONS ? wanted : ADMIN_CONNECTIONS;
	shared->public.max = server_connections_max(wanted, shared->worker_count, shared->admin.max);
	if (shared->public.max < wanted)
		buf_printf(&server->problems, "warning: the system gives descriptors for %zu connections, not for "
		                              "%zu (see ulimit -n)\n", shared->public.max, wanted);
	shared->h1 = h1_limits_default;
	shared->h1.target = (size_t)shared->limits.target_max;
	shared->h1.header_bytes = (size_t)shared->limits.header_max;
	shared->h1.header_count = (size_t)shared->limits.header_count;
	shared->settings = (struct exchange_settings)EXCHANGE_SETTINGS_INIT;
	shared->settings.content_max = shared->limits.content_max;
	shared->settings.arena_max = (size_t)shared->limits.request_memory;
	shared->settings.is_dev = options->is_dev;
	shared->settings.ignores_security = options->ignores_security;
	shared->settings.requires_tls = options->requires_tls;
	shared->settings.omits_hsts = options->omits_hsts;
	shared->settings.omits_docs = options->omits_docs;
	return hosts_read(options->hosts, &server->arena, &server->problems, &shared->settings);
}

/* One table for all documents to come: a limit that a reload leaves as it is keeps its counts. */
static int open_limits(struct statute_server *server, const char *rate)
{
	struct shared *shared = &server->shared;
	int r = limit_table_new(LIMIT_PLACES, &shared->limiter);

	if (r < 0 || !rate)
		return r;
	if (limit_policy_parse(str_from(rate), &shared->address_limit) < 0)
		return server_fail(server, STATUTE_EINVAL, rate, "not N/TIME, as 100/60s: up to 250000 requests in up "
		                                                 "to 31 days");
	shared->settings.address_limit = &shared->address_limit;
	return limit_policy_complete(&shared->address_limit, S("--address-rate"), &server->arena);
}

static int take_admin_host(struct statute_server *server, const char *name)
{
	server->shared.admin_host = str_dup(&server->arena, str_from(name));
	return name && !server->shared.admin_host.at ? STATUTE_ENOMEM : 0;
}

static int open_sink(struct statute_server *server, const char *path)
{
	const char *copy = path ? str_dup(&server->arena, str_from(path)).at : NULL;
	int r;

	if (path && !copy)
		return STATUTE_ENOMEM;
	r = log_sink_open(&server->shared.sink, copy);
	server->has_sink = true;
	return r < 0 ? server_fail(server, r, path, "the log cannot be opened for writing") : 0;
}

static int open_generation(struct statute_server *server, const struct statute_server_options *options)
{
	struct str path = str_dup(&server->arena, str_from(options->database ? options->database : "statute.db"));
	struct str dev_keys = str_dup(&server->arena, str_from(options->dev_keys));
	const struct generation_options generation = {
		.database = path.at,
		.ignores_security = options->ignores_security,
		.dev_keys = options->dev_keys ? dev_keys.at : NULL,
		.sink = &server->shared.sink,
		.alive = &server->generations,
	};
	int r = path.at && dev_keys.at
	                ? generation_open(server->first, &generation, &server->problems, &server->generation)
	                : STATUTE_ENOMEM;

	return r < 0 ? r : observe_label(server->shared.observe, server->generation->api);
}

/* Takes the descriptors in any case. */
static int make_worker(struct statute_server *server, struct worker_sockets sockets, bool is_admin)
{
	size_t index = server->worker_count;
	int r = worker_new(&server->shared, server->generation, sockets, is_admin,
	                   &server->workers[index]);

	if (r < 0)
		return r;
	if (!is_admin)
		server->workers[index]->observer = observe_worker(server->shared.observe, index);
	server->worker_count++;
	return 0;
}

/* The same. */
static int make_workers(struct statute_server *server, const int *fds, const int *plain, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		struct worker_sockets sockets = { fds[i], plain ? plain[i] : -1 };

		if (r == 0) {
			r = make_worker(server, sockets, false);
			continue;
		}
		close(sockets.fd);
		if (plain)
			close(sockets.plain);
	}
	return r;
}

/* As many sockets as there are workers; *ret_fds is in the arena. */
static int bind_all(struct statute_server *server, const char *listen, struct address *ret_address, int **ret_fds)
{
	size_t count = server->shared.worker_count;
	int *fds = arena_array(&server->arena, count, sizeof(*fds));
	const char *cause;
	int r = address_parse(str_from(listen), ret_address);

	if (!fds)
		return STATUTE_ENOMEM;
	if (r < 0)
		return server_fail(server, r, listen, ADDRESS_FORM);
	server->is_port_chosen |= address_port(ret_address) == 0;
	r = listener_bind(ret_address, count, fds, &cause);
	if (r < 0)
		return server_fail(server, r, listen, cause);
	*ret_fds = fds;
	return 0;
}

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

static int listen_for_clients(struct statute_server *server, const char *listen, const char *listen_plain)
{
	size_t count = server->shared.worker_count;
	int *fds, *plain = NULL, r;

	server->workers = arena_array(&server->arena, count + 1, sizeof(struct worker *));
	if (!server->workers)
		return STATUTE_ENOMEM;
	if (listen_plain && !server->shared.tls)
		return server_fail(server, STATUTE_EINVAL, listen_plain,
		            "a listener in the clear beside that of TLS, which there is none of: --tls-cert FILE");
	r = bind_all(server, listen, &server->address, &fds);
	if (r < 0)
		return r;
	if (listen_plain && (r = bind_all(server, listen_plain, &server->plain_address, &plain)) < 0) {
		close_all(fds, count);
		return r;
	}
	r = make_workers(server, fds, plain, count);
	return r < 0 && r != STATUTE_ENOMEM ? server_fail(server, r, listen, statute_err_text(r)) : r;
}

static void write_url(const struct address *address, bool is_secure, char url[URL_MAX])
{
	char text[ADDRESS_TEXT_MAX];

	address_write(address, text);
	snprintf(url, URL_MAX, "http%s://%s", is_secure ? "s" : "", text);
}

static int listen_for_admin(struct statute_server *server, const char *admin)
{
	int fd = -1, r;

	r = admin_bind(admin, &server->address, server->is_port_chosen, &server->problems, &server->admin_address,
	               &fd);
	if (r < 0 || fd < 0)
		return r;
	write_url(&server->admin_address, false, server->admin_url);
	r = make_worker(server, (struct worker_sockets){ fd, -1 }, true);
	return r < 0 && r != STATUTE_ENOMEM ? server_fail(server, r, server->admin_url, statute_err_text(r)) : r;
}

static int open_listeners(struct statute_server *server, const struct statute_server_options *options)
{
	const char *admin = options->admin;
	bool is_secure = server->shared.tls != NULL;
	int r = listen_for_clients(server, options->listen ? options->listen : "127.0.0.1:8080",
	                           options->listen_plain);

	if (r < 0)
		return r;
	write_url(&server->address, is_secure, server->url);
	server->shared.settings.tls_port = is_secure ? address_port(&server->address) : 0;
	if (!is_secure && (options->requires_tls || server->generation->api->requires_tls))
		buf_printf(&server->problems, "warning: TLS is required and there is none here (--tls-cert FILE): "
		                              "every request will be redirected or refused\n");
	if (options->listen_plain)
		write_url(&server->plain_address, false, server->plain_url);
	if (!server->shared.admin_is_public && (!admin || strcmp(admin, "off") != 0))
		return listen_for_admin(server, admin);
	if (server->shared.admin_is_public)
		write_url(&server->address, is_secure, server->admin_url);
	return 0;
}

/* ---- The public functions ------------------------------------------------- */

/* On the store's thread. */
static void tell_workers(void *data)
{
	struct statute_server *server = data;

	for (size_t i = 0; i < server->worker_count; i++)
		feeds_tell(server->workers[i]);
}

static int set_up(struct statute_server *server, const struct statute_server_options *options)
{
	int r = take_options(server, options);

	if (r == 0)
		r = take_admin_host(server, options->admin_host);
	if (r == 0)
		r = open_limits(server, options->address_rate);
	if (r == 0)
		r = open_sink(server, options->log);
	if (r == 0)
		r = observe_new(server->shared.worker_count, &server->shared.observe);
	if (r == 0)
		r = running_keys_new(&server->shared.running_keys);
	if (r == 0)
		r = certificates_open(&server->shared, &server->arena, options, &server->problems);
	if (r == 0)
		r = open_generation(server, options);
	if (r == 0)
		r = background_jobs_open(server);
	if (r == 0)
		r = open_listeners(server, options);
	if (r == 0)
		store_watch(server->generation->store, tell_workers, server);
	buf_add_char(&server->problems, '\0');
	return r == 0 && server->arena.failed ? STATUTE_ENOMEM : r;
}

static int make_locks(struct statute_server *server)
{
	struct shared *shared = &server->shared;

	if (uv_mutex_init(&server->reloading) < 0)
		return STATUTE_ENOMEM;
	if (uv_mutex_init(&shared->lock) < 0) {
		uv_mutex_destroy(&server->reloading);
		return STATUTE_ENOMEM;
	}
	if (uv_cond_init(&shared->taken) < 0) {
		uv_mutex_destroy(&shared->lock);
		uv_mutex_destroy(&server->reloading);
		return STATUTE_ENOMEM;
	}
	return 0;
}

int statute_server_new(struct statute_document *document, const struct statute_server_options *options,
                       struct statute_server **ret_server)
{
	struct statute_server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return STATUTE_ENOMEM;
	if (make_locks(server) < 0) {
		free(server);
		return STATUTE_ENOMEM;
	}
	server->first = document;
	arena_init(&server->arena, 4096, SERVER_ARENA);
	buf_init(&server->problems, &server->arena, PROBLEMS_MAX);
	r = set_up(server, options);
	if (r == STATUTE_ENOMEM) {
		statute_server_free(server);
		return r;
	}
	*ret_server = server;
	return r;
}

const char *statute_server_problems(const struct statute_server *server)
{
	return server->problems.failed || !server->problems.at ? "more problems than can be told\n"
	                                                       : server->problems.at;
}

static void run_worker(void *data)
{
	worker_run(data);
}

void server_wake(const struct statute_server *server)
{
	for (size_t i = 0; i < server->worker_count; i++)
		worker_wake(server->workers[i]);
}

/* Under the lock, so that nobody waits for workers that do not run. */
static void set_running(struct shared *shared, bool is_running)
{
	uv_mutex_lock(&shared->lock);
	shared->is_running = is_running;
	uv_cond_broadcast(&shared->taken);
	uv_mutex_unlock(&shared->lock);
}

int statute_server_run(struct statute_server *server)
{
	size_t started = 0;
	int r;

	set_running(&server->shared, true);
	r = jobs_start(server->shared.jobs);
	while (r == 0 && started < server->worker_count &&
	       uv_thread_create(&server->workers[started]->thread, run_worker, server->workers[started]) == 0)
		started++;
	if (started < server->worker_count) {
		set_running(&server->shared, false);
		atomic_store(&server->shared.stops, 2);
		jobs_stop(server->shared.jobs);
		jobs_stop(server->shared.jobs);
		server_wake(server);
	}
	for (size_t i = 0; i < started; i++)
		uv_thread_join(&server->workers[i]->thread);
	jobs_join(server->shared.jobs);
	set_running(&server->shared, false);
	return started < server->worker_count || r < 0 ? STATUTE_ESYSTEM : 0;
}

void statute_server_stop(struct statute_server *server)
{
	atomic_fetch_add(&server->shared.stops, 1);
	jobs_stop(server->shared.jobs);
	server_wake(server);
}

void statute_server_maintain(struct statute_server *server, int64_t until_s)
{
	maintenance_set(&server->shared.maintenance, until_s);
}

int64_t statute_server_maintenance(const struct statute_server *server)
{
	return maintenance_now(&server->shared.maintenance, MAINTENANCE_OFF);
}

void statute_server_reopen_log(struct statute_server *server)
{
	log_sink_reopen(&server->shared.sink);
}

void statute_server_free(struct statute_server *server)
{
	if (!server)
		return;
	if (server->generation)
		store_watch(server->generation->store, NULL, NULL);
	for (size_t i = 0; i < server->worker_count; i++)
		worker_free(server->workers[i]);
	background_jobs_close(server);
	generation_close(server->generation);
	observe_free(server->shared.observe);
	limit_table_free(server->shared.limiter);
	running_keys_free(server->shared.running_keys);
	certificates_close(&server->shared);
	if (server->has_sink)
		log_sink_close(&server->shared.sink);
	uv_cond_destroy(&server->shared.taken);
	uv_mutex_destroy(&server->shared.lock);
	uv_mutex_destroy(&server->reloading);
	arena_done(&server->arena);
	free(server);
}

unsigned statute_server_port(const struct statute_server *server)
{
	return address_port(&server->address);
}

const char *statute_server_url(const struct statute_server *server)
{
	return server->url;
}

const char *statute_server_plain_url(const struct statute_server *server)
{
	return server->plain_url;
}

const char *statute_server_admin_url(const struct statute_server *server)
{
	return server->admin_url;
}
