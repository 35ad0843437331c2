/* The runner of jobs as a part of the server: see background_jobs.h. */
#include "server/background_jobs.h"

static void tell(void *sink, struct str line)
{
	log_sink_write(sink, line);
}

static void leave(void *data)
{
	generation_leave(data);
}

int background_jobs_prepare(struct statute_server *server, struct generation *generation,
                            struct jobs_source **ret_source)
{
	struct jobs_source *source = NULL;
	int r = 0;

	if (generation->api->jobs)
		r = jobs_source_new(server->shared.jobs, generation->api, generation->store, leave,
		                    generation, &source);
	if (r < 0)
		return server_fail(server, r, generation->database, statute_err_text(r));
	if (source)
		generation_enter(generation);
	*ret_source = source;
	return 0;
}

int background_jobs_open(struct statute_server *server)
{
	const struct jobs_options options = {
		.database = server->generation->database,
		.drain_ms = server->shared.limits.drain_timeout,
		.tell = tell,
		.data = &server->shared.sink,
	};
	struct jobs_source *source;
	int r = jobs_new(&options, &server->shared.jobs);

	if (r == 0)
		r = background_jobs_prepare(server, server->generation, &source);
	if (r == 0)
		jobs_serve(server->shared.jobs, source);
	return r;
}

void background_jobs_close(struct statute_server *server)
{
	jobs_free(server->shared.jobs);
	server->shared.jobs = NULL;
}
