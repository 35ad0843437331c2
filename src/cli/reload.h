/*
 * A thread that reloads the document of a running server whenever it is asked to:
 * loading takes its time, and neither a signal handler nor a worker has that.
 */
#ifndef STATUTE_CLI_RELOAD_H
#define STATUTE_CLI_RELOAD_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

struct statute_server;

struct reloader {
	struct statute_server *server;
	const char *path; /* of the document */
	pthread_t thread;
	sem_t wanted;
	atomic_bool ends;
};

/* Both are borrowed until reloader_end. 0, or -1 where the system has no thread or semaphore to give. */
int reloader_start(struct reloader *reloader, struct statute_server *server, const char *path);
/* Any thread, and from a signal handler. What is asked for while it loads is done once, after that. */
void reloader_ask(struct reloader *reloader);
/* Waits for a load that is in progress. */
void reloader_end(struct reloader *reloader);

#endif
