/* Another document, and other certificates, for a server that runs: see <statute/server.h>. */
#include <statute/server.h>

#include "server/background_jobs.h"
#include "server/certificates.h"
#include "server/server.h"
#include "server/worker.h"

static int make_servings(struct statute_server *server, struct generation *generation)
{
	int r = 0;

	for (size_t i = 0; i < server->worker_count && r == 0; i++)
		r = serving_new(server->workers[i], generation, &server->workers[i]->prepared);
	return r == STATUTE_ESTORE ? server_fail(server, r, generation->database, "it cannot be opened once more") : r;
}

static void free_servings(struct statute_server *server)
{
	for (size_t i = 0; i < server->worker_count; i++) {
		serving_free(server->workers[i]->prepared);
		server->workers[i]->prepared = NULL;
	}
}

/* Under the lock. */
static bool is_awaited(const struct statute_server *server)
{
	for (size_t i = 0; server->shared.is_running && i < server->worker_count; i++)
		if (atomic_load(&server->workers[i]->offered) && !server->workers[i]->has_ended)
			return true;
	return false;
}

/* Nothing can fail any more. */
static void hand_over(struct statute_server *server, struct generation *generation, struct jobs_source *jobs)
{
	struct shared *shared = &server->shared;

	uv_mutex_lock(&shared->lock);
	for (size_t i = 0; i < server->worker_count; i++) {
		serving_offer(server->workers[i], server->workers[i]->prepared);
		server->workers[i]->prepared = NULL;
	}
	server_wake(server);
	while (is_awaited(server))
		uv_cond_wait(&shared->taken, &shared->lock);
	uv_mutex_unlock(&shared->lock);
	jobs_serve(shared->jobs, jobs);
	generation_leave(server->generation);
	server->generation = generation;
}

static int reload(struct statute_server *server, struct statute_document *document)
{
	struct jobs_source *jobs = NULL;
	struct generation *generation;
	int r;

	if (atomic_load(&server->shared.stops))
		return server_fail(server, STATUTE_ESTOPPED, server->url, statute_err_text(STATUTE_ESTOPPED));
	r = generation_prepare(server->generation, document, &server->problems, &generation);
	if (r < 0)
		return r;
	r = observe_label(server->shared.observe, generation->api);
	if (r == 0)
		r = make_servings(server, generation);
	if (r == 0)
		r = background_jobs_prepare(server, generation, &jobs);
	if (r == 0)
		r = generation_adopt(generation, &server->problems);
	if (r == 0) {
		hand_over(server, generation, jobs);
		return 0;
	}
	jobs_source_free(jobs);
	free_servings(server);
	generation_discard(generation);
	return r;
}

int statute_server_reload(struct statute_server *server, struct statute_document *document)
{
	int r;

	uv_mutex_lock(&server->reloading);
	buf_reset(&server->problems);
	r = reload(server, document);
	buf_add_char(&server->problems, '\0');
	uv_mutex_unlock(&server->reloading);
	return r;
}

int statute_server_reload_certificates(struct statute_server *server)
{
	int r = 0;

	uv_mutex_lock(&server->reloading);
	buf_reset(&server->problems);
	if (server->shared.tls)
		r = certificates_reload(&server->shared, &server->problems);
	buf_add_char(&server->problems, '\0');
	uv_mutex_unlock(&server->reloading);
	return r;
}

void statute_server_count_reload(struct statute_server *server, bool took_over)
{
	observe_reload(server->shared.observe, took_over);
}
