/* `statute serve`: serves an OpenAPI document until it is told to stop. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <statute/document.h>
#include <statute/routes.h>
#include <statute/server.h>

#include "base/arena.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/dev_keys.h"
#include "cli/reload.h"

struct serve_options {
	struct statute_server_options server;
	uint64_t workers;
};

static const struct serve_options defaults = {
	.server = {
		.listen = "127.0.0.1:8080",
		.log = "-",
#define L(name, option, type, default_value, default_text, min, max, text) .name = (default_value),
#include <statute/server_limits.def>
#undef L
	},
};

#define VALUE_COUNT "N"
#define VALUE_SIZE "SIZE"
#define VALUE_DURATION "TIME"
#define AT(member) offsetof(struct serve_options, server.member)

static const struct option options[] = {
	{ "listen", 'l', OPTION_TEXT, AT(listen), "ADDRESS:PORT", "where to listen; port 0: any", 0, 0 },
	{ "tls-cert", 0, OPTION_TEXT, AT(tls_certificate), "FILE",
	  "certificate, PEM: speak TLS; or a folder of NAME.crt with NAME.key", 0, 0 },
	{ "tls-key", 0, OPTION_TEXT, AT(tls_key), "FILE", "its key, PEM", 0, 0 },
	{ "listen-plain", 0, OPTION_TEXT, AT(listen_plain), "ADDRESS:PORT",
	  "where to listen without TLS beside it", 0, 0 },
	{ "host", 0, OPTION_TEXT, AT(hosts), "NAME,NAME", "hosts that are answered for, others are 421; any", 0, 0 },
	{ "require-tls", 0, OPTION_FLAG, AT(requires_tls), NULL, "redirect or refuse what comes without TLS", 0, 0 },
	{ "no-hsts", 0, OPTION_FLAG, AT(omits_hsts), NULL,
	  "where TLS is required, do not have browsers remember it", 0, 0 },
	{ "admin", 0, OPTION_TEXT, AT(admin), "ADDRESS:PORT",
	  "where to look inside; \"off\", or \"public\"; loopback, the next port", 0, 0 },
	{ "admin-host", 0, OPTION_TEXT, AT(admin_host), "NAME", "a host name that it is called by there", 0, 0 },
	{ "db", 0, OPTION_TEXT, AT(database), "FILE", "database; DOCUMENT's name with .db", 0, 0 },
	{ "address-rate", 0, OPTION_TEXT, AT(address_rate), "N/TIME",
	  "requests of each client address; any number", 0, 0 },
	{ "workers", 'w', OPTION_COUNT, offsetof(struct serve_options, workers), "N",
	  "threads that answer; 0: one a processor", 0, 256 },
	{ "dev", 0, OPTION_FLAG, AT(is_dev), NULL,
	  "errors name the row that decided; a key for tokens is made where none is named", 0, 0 },
	{ "no-docs", 0, OPTION_FLAG, AT(omits_docs), NULL,
	  "without /-/docs and /-/openapi.json, which tell everybody what the API has", 0, 0 },
	{ "no-security", 0, OPTION_FLAG, AT(ignores_security), NULL,
	  "serve what demands credentials to anybody", 0, 0 },
	{ "log", 0, OPTION_TEXT, AT(log), "FILE", "log lines; \"-\" is stdout, \"off\" nowhere", 0, 0 },
#define L(name, option, type, default_value, default_text, min, max, text) \
	{ option, 0, OPTION_##type, AT(name), VALUE_##type, text, min, max },
#include <statute/server_limits.def>
#undef L
	OPTION_END,
};

static const char help[] =
	"Data is kept in SQLite, in one file that is made where it is missing.\n"
	"SIGINT and SIGTERM stop it once what is in progress was answered; the same\n"
	"again stops it at once. SIGHUP reads DOCUMENT anew and serves it from then on, if\n"
	"nothing is wrong with it, without losing a request; so with the certificate and its key.\n"
	"It opens the log file anew, too.\n"
	"SIGUSR1 takes it out of service (503), and the next one back: see statute maintenance.\n"
	"Where the terminal that it was started from is gone, SIGHUP stops it, unless it\n"
	"has a log file.\n";

/* ---- Signals -------------------------------------------------------------- */

static struct statute_server *_Atomic serving;
static atomic_int handlers; /* that run now, on whichever thread */
static struct reloader reloader;
static volatile sig_atomic_t ends_with_terminal;

static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || (errno != ENXIO && errno != EIO);
}

static void hang_up(struct statute_server *server)
{
	if (ends_with_terminal && !has_terminal()) {
		statute_server_stop(server);
		return;
	}
	statute_server_reopen_log(server);
	reloader_ask(&reloader);
}

/* On until the next one, or off. */
static void turn_maintenance(struct statute_server *server)
{
	static const char on[] = "statute: maintenance begins\n", off[] = "statute: maintenance ends\n";
	bool begins = statute_server_maintenance(server) == STATUTE_MAINTENANCE_OFF;
	ssize_t written;

	statute_server_maintain(server, begins ? STATUTE_MAINTENANCE_OPEN : STATUTE_MAINTENANCE_OFF);
	written = write(STDERR_FILENO, begins ? on : off, begins ? sizeof(on) - 1 : sizeof(off) - 1);
	(void)written;
}

static void on_signal(int number)
{
	struct statute_server *server;
	int error = errno;

	atomic_fetch_add(&handlers, 1);
	server = serving;
	if (server && number == SIGHUP)
		hang_up(server);
	else if (server && number == SIGUSR1)
		turn_maintenance(server);
	else if (server)
		statute_server_stop(server);
	atomic_fetch_sub(&handlers, 1);
	errno = error;
}

/* Whoever ignored the hangup for it (nohup) wants it to live on without the terminal. */
static bool is_ignored(int number)
{
	struct sigaction now;

	return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static void take_signals(struct statute_server *server, const char *log)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
	struct sigaction heed = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	bool has_log_file = strcmp(log, "-") != 0 && strcmp(log, "off") != 0;

	ends_with_terminal = !has_log_file && !is_ignored(SIGHUP) && has_terminal();
	serving = server;
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL); /* a file as large as a limit lets it be is a full disk: 507 */
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &heed, NULL);
}

/* After it no handler knows the server any more. */
static void leave_signals(void)
{
	serving = NULL;
	while (atomic_load(&handlers))
		sched_yield();
}

/*
 * Requests that take much memory, one after another, must not have it cleared by the system each time:
 * each thread keeps some. What a single request takes beyond a MiB is given back at once.
 */
static void keep_memory(void)
{
	enum { KEPT = 16 << 20, LARGE = 1 << 20 };

	mallopt(M_TRIM_THRESHOLD, KEPT);
	mallopt(M_MMAP_THRESHOLD, LARGE);
}

/* Each connection takes a descriptor: as many as the system lets us have. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* ---- What is said --------------------------------------------------------- */

static void print_routes(const struct statute_document *document)
{
	const struct statute_route *route;

	for (size_t i = 0; (route = statute_document_route(document, i)); i++) {
		if (route->resource)
			printf("%s %s → %s (%s)\n", route->method, route->path, route->resource, route->action);
		else
			printf("%s %s → NOT_BOUND: %s\n", route->method, route->path, route->why_not);
	}
}

static void print_start(const struct statute_document *document, const struct statute_server *server,
                        const char *database)
{
	const char *admin = statute_server_admin_url(server);

	print_routes(document);
	printf("data in %s\n", database);
	if (*admin)
		printf("admin on %s\n", admin);
	if (*statute_server_plain_url(server))
		printf("without TLS on %s\n", statute_server_plain_url(server));
	printf("listening on %s\n", statute_server_url(server));
	fflush(stdout);
}

static int exit_code(int r)
{
	return r == STATUTE_EDOCUMENT || r == STATUTE_EINVAL ? EXIT_USAGE : EXIT_FAILED;
}

/* ---- The command ---------------------------------------------------------- */

/* Once it said where it listens, it can be told to stop. */
static int run_server(struct statute_server *server, const struct statute_document *document, const char *path,
                      const struct statute_server_options *server_options, struct dev_keys *dev_keys)
{
	int r;

	if (reloader_start(&reloader, server, path) < 0)
		return STATUTE_ESYSTEM;
	take_signals(server, server_options->log);
	dev_keys_print(dev_keys, document, statute_server_url(server));
	print_start(document, server, server_options->database);
	r = statute_server_run(server);
	leave_signals();
	reloader_end(&reloader);
	return r;
}

static int serve_with(struct statute_document *document, const char *path,
                      const struct statute_server_options *server_options, struct dev_keys *dev_keys)
{
	struct statute_server *server = NULL;
	int r = statute_server_new(document, server_options, &server);

	fputs(server ? statute_server_problems(server) : "statute: not enough memory\n", stderr);
	if (r == 0) {
		r = run_server(server, document, path, server_options, dev_keys);
		if (r < 0)
			command_error("%s", statute_err_text(r));
	}
	statute_server_free(server);
	return r < 0 ? exit_code(r) : EXIT_OK;
}

static int serve(struct statute_document *document, const char *path,
                 const struct statute_server_options *server_options)
{
	struct statute_server_options chosen = *server_options;
	struct dev_keys dev_keys = { 0 };
	int code = EXIT_OK;

	if (chosen.is_dev && !chosen.ignores_security)
		code = dev_keys_open(document, chosen.database, &dev_keys);
	if (dev_keys.keys)
		chosen.dev_keys = statute_keys_text(dev_keys.keys);
	if (code == EXIT_OK)
		code = serve_with(document, path, &chosen, &dev_keys);
	dev_keys_end(&dev_keys);
	return code;
}

static int load_and_serve(const char *path, const struct statute_server_options *server_options)
{
	struct statute_document *document = NULL;
	int r = statute_document_load(path, &document), code;

	if (r == 0) {
		code = serve(document, path, server_options);
	} else if (document) {
		fputs(statute_document_problems(document), stderr);
		code = EXIT_USAGE;
	} else {
		command_error("%s", statute_err_text(r));
		code = EXIT_FAILED;
	}
	statute_document_free(document);
	return code;
}

/* "shop/openapi.yaml" → "shop/openapi.db" */
static const char *database_beside(struct arena *arena, const char *document)
{
	struct str path = str_from(document);
	size_t dot = path.len;

	while (dot > 0 && path.at[dot - 1] != '.' && path.at[dot - 1] != '/')
		dot--;
	if (dot > 1 && path.at[dot - 1] == '.' && path.at[dot - 2] != '/')
		path.len = dot - 1;
	return str_printf(arena, "%.*s.db", STR_ARG(path)).at;
}

static int run(const void *given, char *const *words, size_t count)
{
	struct serve_options chosen = *(const struct serve_options *)given;
	struct arena arena;
	int code;

	if (count != 1)
		return command_misused(&cmd_serve, count ? "one DOCUMENT at a time" : "which DOCUMENT?");
	arena_init(&arena, 1024, 1 << 20);
	raise_descriptors();
	keep_memory();
	chosen.server.workers = (uint32_t)chosen.workers;
	if (!chosen.server.database)
		chosen.server.database = database_beside(&arena, words[0]);
	code = load_and_serve(words[0], &chosen.server);
	arena_done(&arena);
	return code;
}

const struct command cmd_serve = {
	.name = "serve",
	.summary = "serve an OpenAPI document, with data in SQLite",
	.usage = "DOCUMENT [options]",
	.help = help,
	.options = options,
	.options_size = sizeof(struct serve_options),
	.defaults = &defaults,
	.run = run,
};
