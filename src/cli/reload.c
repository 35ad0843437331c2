/* Reloading the document of a running server: see reload.h. */
#include "cli/reload.h"

#include <errno.h>
#include <stdio.h>

#include <statute/document.h>
#include <statute/routes.h>
#include <statute/server.h>

#include "cli/command.h"

static void tell_refused(const char *path, const char *why)
{
	command_error("%s was not reloaded (%s); what was served before still is", path, why);
}

static void tell_reloaded(const char *path, size_t operations, size_t unbound)
{
	command_error("%s was reloaded: %zu operations, %zu of them bound to nothing", path, operations, unbound);
}

static size_t count_unbound(const struct statute_document *document)
{
	const struct statute_route *route;
	size_t count = 0;

	for (size_t i = 0; (route = statute_document_route(document, i)); i++)
		count += !route->resource;
	return count;
}

/* The document is bound beforehand to be counted: once it is the server's, it may be gone at any time. */
static int hand_over(struct reloader *reloader, struct statute_document *document)
{
	size_t operations = statute_document_operation_count(document), unbound = 0;
	int r = statute_document_bind(document);

	if (r == 0)
		unbound = count_unbound(document);
	r = statute_server_reload(reloader->server, document);
	fputs(statute_server_problems(reloader->server), stderr);
	if (r == 0)
		tell_reloaded(reloader->path, operations, unbound);
	return r;
}

/* Whatever comes of the document: the one has nothing to do with the other. */
static void reload_certificates(struct reloader *reloader)
{
	int r = statute_server_reload_certificates(reloader->server);
	const char *problems = statute_server_problems(reloader->server);

	if (!*problems && r == 0)
		return;
	fputs(problems, stderr);
	command_error("%s", r == 0 ? "the certificate is served from now on"
	                           : "the certificate stays the one of before");
}

static void reload(struct reloader *reloader)
{
	struct statute_document *document = NULL;
	int r = statute_document_load(reloader->path, &document);

	if (r == 0)
		r = hand_over(reloader, document);
	else if (document)
		fputs(statute_document_problems(document), stderr);
	statute_server_count_reload(reloader->server, r == 0);
	if (r == 0)
		return;
	tell_refused(reloader->path, statute_err_text(r));
	statute_document_free(document);
}

static void wait_until_asked(struct reloader *reloader)
{
	while (sem_wait(&reloader->wanted) < 0 && errno == EINTR)
		;
	while (sem_trywait(&reloader->wanted) == 0)
		; /* one load answers all that was asked before it began */
}

static void *run(void *data)
{
	struct reloader *reloader = data;

	for (;;) {
		wait_until_asked(reloader);
		if (atomic_load(&reloader->ends))
			return NULL;
		reload_certificates(reloader);
		reload(reloader);
	}
}

int reloader_start(struct reloader *reloader, struct statute_server *server, const char *path)
{
	*reloader = (struct reloader){ .server = server, .path = path };
	if (sem_init(&reloader->wanted, 0, 0) < 0)
		return -1;
	if (pthread_create(&reloader->thread, NULL, run, reloader) != 0) {
		sem_destroy(&reloader->wanted);
		return -1;
	}
	return 0;
}

void reloader_ask(struct reloader *reloader)
{
	sem_post(&reloader->wanted);
}

void reloader_end(struct reloader *reloader)
{
	atomic_store(&reloader->ends, true);
	sem_post(&reloader->wanted);
	pthread_join(reloader->thread, NULL);
	sem_destroy(&reloader->wanted);
}
