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

#include "openapi/public.h"
#include "server/admin.h"
#include "server/listener.h"
#include "server/shared.h"
#include "server/worker.h"

enum {
	WORKERS_MAX = 256,
	PROBLEMS_MAX = 4 << 20,
	SECURED_TOLD = 20,
	SERVER_ARENA = 64 << 20,
	URL_MAX = ADDRESS_TEXT_MAX + 8,
	ADMIN_CONNECTIONS = 100
};

struct statute_server {
	struct arena arena;
	struct shared shared;
	struct statute_document *public;
	struct document *document; /* behind it */
	struct buf problems;
	struct address address, admin_address;
	char url[URL_MAX], admin_url[URL_MAX];
	struct worker **workers;  /* that of the admin listener last */
	size_t worker_count;      /* of those that were made */
	bool is_port_chosen;      /* of `address`, by the system */
	bool has_sink;
};

/* ---- What is wrong -------------------------------------------------------- */

static int fail(struct statute_server *server, int r, const char *what, const char *why)
{
	buf_printf(&server->problems, "%s: %s\n", what, why);
	return r;
}

/* A problem of the database has no place in the document; the file's name stands in front. */
static void tell_database_issues(struct statute_server *server, const char *path, size_t from)
{
	const struct issues *issues = &server->document->issues;

	if (from == issues->count)
		fail(server, STATUTE_ESTORE, path, statute_err_text(STATUTE_ESTORE));
	for (size_t i = from; i < issues->count; i++) {
		const struct issue *issue = &issues->list[i];

		buf_printf(&server->problems, "%s: %.*s%s%.*s\n", path, STR_ARG(issue->message),
		           issue->remedy.len ? "; " : "", STR_ARG(issue->remedy));
	}
}

/* ---- The steps of statute_server_new -------------------------------------- */

static int take_options(struct statute_server *server, const struct statute_server_options *options)
{
	struct shared *shared = &server->shared;
	const char *option;
	int r = server_limits_from(options, &shared->limits, &option);

	if (r < 0)
		return fail(server, r, option, "out of range");
	if (options->workers > WORKERS_MAX)
		return fail(server, STATUTE_EINVAL, "workers", "at most 256");
	shared->worker_count = options->workers ? options->workers : uv_available_parallelism();
	if (shared->worker_count > WORKERS_MAX)
		shared->worker_count = WORKERS_MAX;
	shared->admin_is_public = options->admin && strcmp(options->admin, "public") == 0;
	shared->public.max = (size_t)shared->limits.connections;
	shared->admin.max = shared->public.max < ADMIN_CONNECTIONS ? shared->public.max : ADMIN_CONNECTIONS;
	shared->h1 = h1_limits_default;
	shared->h1.target = (size_t)shared->limits.target_max;
	shared->h1.header_bytes = (size_t)shared->limits.header_max;
	shared->h1.header_count = (size_t)shared->limits.header_count;
	shared->settings = (struct exchange_settings)EXCHANGE_SETTINGS_INIT;
	shared->settings.content_max = shared->limits.content_max;
	shared->settings.arena_max = (size_t)shared->limits.request_memory;
	shared->settings.is_dev = options->is_dev;
	return 0;
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
	return r < 0 ? fail(server, r, path, "the log cannot be opened for writing") : 0;
}

static int bind_api(struct statute_server *server)
{
	int r = statute_document_bind(server->public);

	if (r == STATUTE_EDOCUMENT)
		issues_write(&server->document->issues, &server->document->sources, &server->problems);
	if (r < 0)
		return r;
	server->shared.api = statute_document_api(server->public);
	return observe_label(server->shared.observe, server->shared.api);
}

/* An operation that demands credentials, served to anybody, would be an open door that looks shut. */
static int check_security(struct statute_server *server, bool is_ignored)
{
	const struct statute_route *route;
	size_t count = 0;

	if (!server->shared.api->needs_credentials)
		return 0;
	for (size_t i = 0; (route = statute_document_route(server->public, i)); i++)
		if (route->needs_credentials && ++count <= SECURED_TOLD && !is_ignored)
			buf_printf(&server->problems, "%s %s demands credentials\n", route->method, route->path);
	if (is_ignored) {
		buf_printf(&server->problems, "warning: operations that demand credentials, and are served to "
		                              "anybody: %zu\n", count);
		return 0;
	}
	if (count > SECURED_TOLD)
		buf_printf(&server->problems, "and %zu more\n", count - SECURED_TOLD);
	buf_lit(&server->problems, "This version cannot check credentials. With --no-security it serves "
	                           "these operations to anybody.\n");
	return STATUTE_EDOCUMENT;
}

static int open_store(struct statute_server *server, const char *path)
{
	struct store_options options = STORE_OPTIONS_INIT;
	size_t issues = server->document->issues.count;
	int r;

	if (path)
		options.path = path;
	r = store_open(&options, &server->shared.api->spec, &server->document->issues, &server->shared.store);
	if (r == STATUTE_ESTORE)
		tell_database_issues(server, options.path, issues);
	else if (r == 0 || r == STATUTE_EDOCUMENT)
		issues_write(&server->document->issues, &server->document->sources, &server->problems);
	return r;
}

/* Takes the descriptor in any case. */
static int make_worker(struct statute_server *server, int fd, bool is_admin)
{
	size_t index = server->worker_count;
	int r = worker_new(&server->shared, fd, is_admin, &server->workers[index]);

	if (r < 0)
		return r;
	if (!is_admin)
		server->workers[index]->observer = observe_worker(server->shared.observe, index);
	server->worker_count++;
	return 0;
}

/* The same. */
static int make_workers(struct statute_server *server, const int *fds, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count; i++)
		if (r < 0)
			close(fds[i]);
		else
			r = make_worker(server, fds[i], false);
	return r;
}

static int listen_for_clients(struct statute_server *server, const char *listen)
{
	size_t count = server->shared.worker_count;
	int *fds = arena_array(&server->arena, count, sizeof(*fds));
	const char *cause;
	int r = address_parse(str_from(listen), &server->address);

	server->workers = arena_array(&server->arena, count + 1, sizeof(struct worker *));
	if (!fds || !server->workers)
		return STATUTE_ENOMEM;
	if (r < 0)
		return fail(server, r, listen, ADDRESS_FORM);
	server->is_port_chosen = address_port(&server->address) == 0;
	r = listener_bind(&server->address, count, fds, &cause);
	if (r < 0)
		return fail(server, r, listen, cause);
	r = make_workers(server, fds, count);
	return r < 0 && r != STATUTE_ENOMEM ? fail(server, r, listen, statute_err_text(r)) : r;
}

static void write_url(const struct address *address, char url[URL_MAX])
{
	char text[ADDRESS_TEXT_MAX];

	address_write(address, text);
	snprintf(url, URL_MAX, "http://%s", text);
}

static int listen_for_admin(struct statute_server *server, const char *admin)
{
	int fd = -1, r;

	r = admin_bind(admin, &server->address, server->is_port_chosen, &server->problems, &server->admin_address,
	               &fd);
	if (r < 0 || fd < 0)
		return r;
	write_url(&server->admin_address, server->admin_url);
	r = make_worker(server, fd, true);
	return r < 0 && r != STATUTE_ENOMEM ? fail(server, r, server->admin_url, statute_err_text(r)) : r;
}

static int open_listeners(struct statute_server *server, const struct statute_server_options *options)
{
	const char *admin = options->admin;
	int r = listen_for_clients(server, options->listen ? options->listen : "127.0.0.1:8080");

	if (r < 0)
		return r;
	write_url(&server->address, server->url);
	if (!server->shared.admin_is_public && (!admin || strcmp(admin, "off") != 0))
		return listen_for_admin(server, admin);
	if (server->shared.admin_is_public)
		write_url(&server->address, server->admin_url);
	return 0;
}

/* ---- The public functions ------------------------------------------------- */

static int set_up(struct statute_server *server, const struct statute_server_options *options)
{
	int r = take_options(server, options);

	if (r == 0)
		r = take_admin_host(server, options->admin_host);
	if (r == 0)
		r = open_sink(server, options->log);
	if (r == 0)
		r = observe_new(server->shared.worker_count, &server->shared.observe);
	if (r == 0)
		r = bind_api(server);
	if (r == 0)
		r = check_security(server, options->ignores_security);
	if (r == 0)
		r = open_store(server, options->database);
	if (r == 0)
		r = open_listeners(server, options);
	buf_add_char(&server->problems, '\0');
	return r;
}

int statute_server_new(struct statute_document *document, const struct statute_server_options *options,
                       struct statute_server **ret_server)
{
	struct statute_server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return STATUTE_ENOMEM;
	server->public = document;
	server->document = statute_document_internal(document);
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

static void wake_all(const struct statute_server *server)
{
	for (size_t i = 0; i < server->worker_count; i++)
		worker_wake(server->workers[i]);
}

int statute_server_run(struct statute_server *server)
{
	size_t started = 0;

	while (started < server->worker_count &&
	       uv_thread_create(&server->workers[started]->thread, run_worker, server->workers[started]) == 0)
		started++;
	if (started < server->worker_count) {
		atomic_store(&server->shared.stops, 2);
		wake_all(server);
	}
	for (size_t i = 0; i < started; i++)
		uv_thread_join(&server->workers[i]->thread);
	return started < server->worker_count ? STATUTE_ESYSTEM : 0;
}

void statute_server_stop(struct statute_server *server)
{
	atomic_fetch_add(&server->shared.stops, 1);
	wake_all(server);
}

void statute_server_reopen_log(struct statute_server *server)
{
	log_sink_reopen(&server->shared.sink);
}

void statute_server_free(struct statute_server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < server->worker_count; i++)
		worker_free(server->workers[i]);
	store_free(server->shared.store);
	observe_free(server->shared.observe);
	if (server->has_sink)
		log_sink_close(&server->shared.sink);
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

const char *statute_server_admin_url(const struct statute_server *server)
{
	return server->admin_url;
}
