/* A document as it is served: see generation.h. */
#include "server/generation.h"

#include <stdlib.h>

#include <statute/document.h>
#include <statute/routes.h>

#include "base/clock.h"
#include "openapi/public.h"
#include "resource/resource.h"

/* ---- What is wrong -------------------------------------------------------- */

/* A problem of the database has no place in the document; the file's name stands in front. */
static void tell_database_issues(const struct generation *generation, size_t from, struct buf *problems)
{
	const struct issues *issues = &generation->document->issues;

	if (from == issues->count)
		buf_printf(problems, "%s: %s\n", generation->database, statute_err_text(STATUTE_ESTORE));
	for (size_t i = from; i < issues->count; i++) {
		const struct issue *issue = &issues->list[i];

		buf_printf(problems, "%s: %.*s%s%.*s\n", generation->database, STR_ARG(issue->message),
		           issue->remedy.len ? "; " : "", STR_ARG(issue->remedy));
	}
}

static void tell_issues(const struct generation *generation, struct buf *problems)
{
	issues_write(&generation->document->issues, &generation->document->sources, problems);
}

/* What the store said, from the issue `from` on, and everything that the document has to say where it was of use. */
static int tell_store(const struct generation *generation, int r, size_t from, struct buf *problems)
{
	if (r == STATUTE_ESTORE)
		tell_database_issues(generation, from, problems);
	else if (r == 0 || r == STATUTE_EDOCUMENT)
		tell_issues(generation, problems);
	return r;
}

/* ---- Its beginning -------------------------------------------------------- */

static int bind_api(struct generation *generation, struct buf *problems)
{
	int r = statute_document_bind(generation->public);

	if (r == STATUTE_EDOCUMENT)
		tell_issues(generation, problems);
	if (r == 0)
		generation->api = statute_document_api(generation->public);
	return r;
}

static size_t count_secured(const struct generation *generation)
{
	const struct statute_route *route;
	size_t count = 0;

	for (size_t i = 0; (route = statute_document_route(generation->public, i)); i++)
		count += route->needs_credentials;
	return count;
}

/* A line of its own in the log: no request is answered otherwise while keys of before go on. */
static void tell_keys(void *sink, struct str url, const char *problem)
{
	char time[CLOCK_RFC3339_LEN];
	struct buf line;

	buf_init(&line, NULL, LOG_LINE_MAX);
	buf_printf(&line, "{\"time\":\"%.*s\",\"keys\":", (int)clock_rfc3339(time, clock_wall_ms(), true), time);
	json_write_string(&line, url);
	if (problem) {
		buf_lit(&line, ",\"problem\":");
		json_write_string(&line, str_from(problem));
	}
	buf_lit(&line, "}\n");
	if (!line.failed)
		log_sink_write(sink, buf_str(&line));
	buf_done(&line);
}

/* An operation that demands credentials, served to anybody, would be an open door that looks shut. */
static int open_security(struct generation *generation, const struct scheme_keys *before, struct buf *problems)
{
	const struct scheme_keys_options options = {
		.dev_keys = generation->dev_keys,
		.before = before,
		.tell = tell_keys,
		.data = generation->sink,
	};
	int r;

	if (generation->ignores_security) {
		if (generation->api->needs_credentials)
			buf_printf(problems, "warning: operations that demand credentials, and are served to "
			                     "anybody: %zu\n", count_secured(generation));
		return 0;
	}
	r = scheme_keys_open(generation->api, &options, &generation->document->issues, &generation->keys);
	if (r == STATUTE_EDOCUMENT) {
		issues_sort(&generation->document->issues);
		tell_issues(generation, problems);
	}
	return r;
}

/* A folder that is not there would answer 404 to everything. */
static int open_files(struct generation *generation, struct buf *problems)
{
	int r = folders_open(generation->api, &generation->document->issues);

	if (r == STATUTE_EDOCUMENT) {
		issues_sort(&generation->document->issues);
		tell_issues(generation, problems);
	}
	if (r == 0)
		resource_sweep(generation->api);
	return r;
}

static void end(struct generation *generation)
{
	atomic_fetch_sub(generation->alive, 1);
	folders_close(generation->api);
	scheme_keys_end(&generation->keys);
	published_done(&generation->published);
	if (generation->owns_document)
		statute_document_free(generation->public);
	free(generation);
}

/* Bound, and without a store. */
static int begin(struct statute_document *document, const struct generation_options *options,
                 const struct scheme_keys *before, struct buf *problems, struct generation **ret_generation)
{
	struct generation *generation = calloc(1, sizeof(*generation));
	int r;

	if (!generation)
		return STATUTE_ENOMEM;
	*generation = (struct generation){
		.public = document,
		.document = statute_document_internal(document),
		.database = options->database,
		.ignores_security = options->ignores_security,
		.dev_keys = options->dev_keys,
		.sink = options->sink,
		.uses = 1,
		.alive = options->alive,
	};
	if (published_init(&generation->published) < 0) {
		free(generation);
		return STATUTE_ENOMEM;
	}
	atomic_fetch_add(generation->alive, 1);
	r = bind_api(generation, problems);
	if (r == 0)
		r = open_security(generation, before, problems);
	if (r == 0)
		r = open_files(generation, problems);
	if (r < 0) {
		end(generation);
		return r;
	}
	*ret_generation = generation;
	return 0;
}

int generation_open(struct statute_document *document, const struct generation_options *options,
                    struct buf *problems, struct generation **ret_generation)
{
	struct store_options store_options = STORE_OPTIONS_INIT;
	struct generation *generation;
	int r = begin(document, options, NULL, problems, &generation);
	size_t issues;

	if (r < 0)
		return r;
	store_set_up_process();
	store_options.path = options->database;
	issues = generation->document->issues.count;
	r = store_open(&store_options, &generation->api->spec, &generation->document->issues, &generation->store);
	r = tell_store(generation, r, issues, problems);
	if (r < 0) {
		end(generation);
		return r;
	}
	*ret_generation = generation;
	return 0;
}

int generation_prepare(struct generation *newest, struct statute_document *document, struct buf *problems,
                       struct generation **ret_generation)
{
	const struct generation_options options = {
		.database = newest->database,
		.ignores_security = newest->ignores_security,
		.dev_keys = newest->dev_keys,
		.sink = newest->sink,
		.alive = newest->alive,
	};
	struct generation *generation;
	int r;

	if (atomic_load(newest->alive) >= GENERATIONS_MAX) {
		buf_printf(problems, "%d earlier documents have requests in progress still; try again when they "
		                     "are answered\n", GENERATIONS_MAX - 1);
		return STATUTE_ELIMIT;
	}
	r = begin(document, &options, &newest->keys, problems, &generation);
	if (r < 0)
		return r;
	r = store_prepare(newest->store, &generation->api->spec, &generation->store);
	if (r < 0) {
		end(generation);
		return r;
	}
	*ret_generation = generation;
	return 0;
}

int generation_adopt(struct generation *generation, struct buf *problems)
{
	size_t issues = generation->document->issues.count;
	int r = store_adopt(generation->store, &generation->document->issues);

	generation->owns_document = r == 0;
	return tell_store(generation, r, issues, problems);
}

/* ---- Its end -------------------------------------------------------------- */

void generation_discard(struct generation *generation)
{
	store_discard(generation->store);
	end(generation);
}

static void on_gone(void *data)
{
	end(data);
}

void generation_leave(struct generation *generation)
{
	if (atomic_fetch_sub(&generation->uses, 1) == 1)
		store_retire(generation->store, on_gone, generation);
}

void generation_close(struct generation *generation)
{
	if (!generation)
		return;
	store_free(generation->store);
	end(generation);
}
