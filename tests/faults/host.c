/*
 * A server in a process that fails to order. It obeys lines on stdin, answers each with
 * one line on stdout, and serves on a thread of its own meanwhile:
 *
 *	start DOCUMENT DATABASE LOG KIND N LASTS ERRNO   "port P hits H calls C" or "refused CODE hits H calls C"
 *	tls CERTIFICATE KEY       "tls": the next server speaks TLS
 *	arm KIND N LASTS ERRNO    "armed": faults from here on; KIND "none" is none
 *	disarm                    "hits H calls C"
 *	short 0|1                 "short"
 *	stop                      "stopped": everything is freed
 *	check                     "clean", or "leaked" where AddressSanitizer found what nobody freed so far
 *	trace                     where the last fault struck, and a line "end"
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <statute/document.h>
#include <statute/server.h>

#include "faults.h"

extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

enum { TEXT_MAX = 512 };

struct host {
	struct statute_document *document;
	struct statute_server *server;
	pthread_t thread;
	char certificate[TEXT_MAX], key[TEXT_MAX]; /* of the next server; empty: none */
};

static void *run(void *data)
{
	struct host *host = data;

	return (void *)(intptr_t)statute_server_run(host->server);
}

static void end(struct host *host)
{
	statute_server_free(host->server);
	statute_document_free(host->document);
	*host = (struct host){ 0 };
}

/* Everything that `statute serve` does before it serves, under the fault that is armed. */
static int open_all(struct host *host, const char *document, const char *database, const char *log)
{
	struct statute_server_options options = STATUTE_SERVER_OPTIONS_INIT;
	int r = statute_document_load(document, &host->document);

	options.listen = "127.0.0.1:0";
	options.admin = "off";
	options.database = database;
	options.log = log;
	options.workers = 1;
	options.drain_timeout = 5000;
	if (host->certificate[0]) {
		options.tls_certificate = host->certificate;
		options.tls_key = host->key;
	}
	return r < 0 ? r : statute_server_new(host->document, &options, &host->server);
}

static void arm(const char *kind, long at, int lasts, int error)
{
	if (strcmp(kind, "none") != 0)
		fault_arm(fault_find(kind), at, lasts != 0, error);
}

static void start(struct host *host, const char *line)
{
	char document[TEXT_MAX], database[TEXT_MAX], log[TEXT_MAX], kind[32];
	long at, hits, calls;
	int lasts, error, r;

	if (sscanf(line, "start %511s %511s %511s %31s %ld %d %d", document, database, log, kind, &at, &lasts,
	           &error) != 7) {
		puts("which?");
		return;
	}
	arm(kind, at, lasts, error);
	fault_spare(false);
	r = open_all(host, document, database, log);
	fault_spare(true);
	hits = fault_disarm(&calls);
	if (r == 0 && pthread_create(&host->thread, NULL, run, host) == 0) {
		printf("port %u hits %ld calls %ld\n", statute_server_port(host->server), hits, calls);
		return;
	}
	printf("refused %d hits %ld calls %ld\n", r, hits, calls);
	end(host);
}

static void stop(struct host *host)
{
	void *result = NULL;

	if (host->server) {
		statute_server_stop(host->server);
		pthread_join(host->thread, &result);
	}
	end(host);
	if (result)
		puts("failed");
	else
		puts(__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() ? "leaked"
		                                                                            : "stopped");
}

static void obey(struct host *host, const char *line)
{
	char kind[32];
	long at, hits, calls;
	int lasts, error;

	if (strncmp(line, "start ", 6) == 0) {
		start(host, line);
	} else if (sscanf(line, "tls %511s %511s", host->certificate, host->key) == 2) {
		puts("tls");
	} else if (sscanf(line, "arm %31s %ld %d %d", kind, &at, &lasts, &error) == 4) {
		arm(kind, at, lasts, error);
		puts("armed");
	} else if (strncmp(line, "disarm", 6) == 0) {
		hits = fault_disarm(&calls);
		printf("hits %ld calls %ld\n", hits, calls);
	} else if (sscanf(line, "short %d", &lasts) == 1) {
		fault_shorten(lasts != 0);
		puts("short");
	} else if (strncmp(line, "trace", 5) == 0) {
		fault_trace(STDOUT_FILENO);
		puts("end");
	} else if (strncmp(line, "check", 5) == 0) {
		puts(__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() ? "leaked"
		                                                                            : "clean");
	} else {
		stop(host);
	}
	fflush(stdout);
}

/* Where the last fault struck, and where the process ended, for whoever reads its stderr. */
static void on_abort(int number)
{
	fault_trace(STDERR_FILENO);
	fault_trace_here(STDERR_FILENO);
	signal(number, SIG_DFL);
	raise(number);
}

int main(void)
{
	struct host host = { 0 };
	char line[4 * TEXT_MAX];

	signal(SIGPIPE, SIG_IGN);
	signal(SIGABRT, on_abort);
	fault_spare(true);
	while (fgets(line, sizeof(line), stdin))
		obey(&host, line);
	return 0;
}
