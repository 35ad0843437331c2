/* Opening, checking and closing a store: see store.h. */
#include <stdlib.h>
#include <string.h>

#include "store/engine.h"

static void end(struct store *store)
{
	if (!store)
		return;
	arena_done(&store->arena);
	free(store);
}

static void end_engine(struct store_engine *engine)
{
	writer_stop(engine);
	session_close(&engine->writer);
	pthread_cond_destroy(&engine->wakes);
	pthread_mutex_destroy(&engine->lock);
	end(engine->newest);
	free(engine->path);
	free(engine);
}

/* A store in the engine's terms, its columns named. */
static int new_store(struct store_engine *engine, const struct store_spec *spec, struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));
	int r;

	if (!store)
		return STATUTE_ENOMEM;
	arena_init(&store->arena, 4096, 64 << 20);
	store->engine = engine;
	store->spec = spec;
	r = layout_name_columns(store);
	if (r < 0) {
		end(store);
		return r;
	}
	*ret_store = store;
	return 0;
}

static int open_all(struct store *store, struct issues *issues)
{
	struct store_engine *engine = store->engine;
	enum store_outcome outcome = session_open_first(&engine->writer, store);
	int r;

	if (outcome == STORE_NO_MEMORY)
		return STATUTE_ENOMEM;
	if (outcome != STORE_DONE) {
		issues_add(issues, 0, NULL, "the database %s cannot be opened: %s", engine->path,
		           engine->writer.cause);
		return STATUTE_ESTORE;
	}
	if ((r = layout_make(store, issues)) < 0 || (r = rules_check_all(store, &engine->writer, issues)) < 0)
		return r;
	return writer_start(engine);
}

int store_open(const struct store_options *options, const struct store_spec *spec, struct issues *issues,
               struct store **ret_store)
{
	struct store_engine *engine = calloc(1, sizeof(*engine));
	int r;

	if (!engine)
		return STATUTE_ENOMEM;
	pthread_mutex_init(&engine->lock, NULL);
	pthread_cond_init(&engine->wakes, NULL);
	engine->options = *options;
	engine->path = strdup(options->path);
	r = engine->path ? new_store(engine, spec, &engine->newest) : STATUTE_ENOMEM;
	if (r == 0)
		r = open_all(engine->newest, issues);
	if (r < 0) {
		end_engine(engine);
		return r;
	}
	*ret_store = engine->newest;
	return 0;
}

void store_free(struct store *store)
{
	if (store)
		end_engine(store->engine);
}

int store_check(struct store *store)
{
	struct store_session session;
	enum store_outcome outcome = session_open(&session, store, false);

	if (outcome == STORE_DONE)
		outcome = session_run(&session, "SELECT 1 FROM \"_collection\" LIMIT 1");
	session_close(&session);
	return outcome == STORE_DONE ? 0 : STATUTE_ESTORE;
}

/* ---- Another spec --------------------------------------------------------- */

int store_prepare(struct store *newest, const struct store_spec *spec, struct store **ret_store)
{
	return new_store(newest->engine, spec, ret_store);
}

void store_discard(struct store *store)
{
	end(store);
}

struct adoption {
	struct store_task task;
	struct store *store;
	struct issues *issues;
	pthread_cond_t ends;
	bool is_over;
	int result;
};

/* On the writer thread. */
static void adopt(struct store_engine *engine, struct store_task *task)
{
	struct adoption *adoption = (struct adoption *)(void *)task; /* its first member */
	enum store_outcome outcome = session_ensure(&engine->writer);
	int r = outcome == STORE_DONE ? layout_make(adoption->store, adoption->issues)
	                              : layout_refuse(engine, adoption->issues, outcome, &engine->writer);

	if (r == 0)
		engine->newest = adoption->store;
	pthread_mutex_lock(&engine->lock);
	adoption->result = r;
	adoption->is_over = true;
	pthread_cond_signal(&adoption->ends);
	pthread_mutex_unlock(&engine->lock);
}

/* Looking at every row takes its time: not in the writer's way, and before anything is changed. */
static int check_rules(struct store *store, struct issues *issues)
{
	struct store_session session;
	enum store_outcome outcome = session_open(&session, store, false);
	int r = outcome == STORE_DONE ? rules_check_all(store, &session, issues)
	                              : layout_refuse(store->engine, issues, outcome, &session);

	session_close(&session);
	return r;
}

int store_adopt(struct store *store, struct issues *issues)
{
	struct store_engine *engine = store->engine;
	struct adoption adoption = { .task.run = adopt, .store = store, .issues = issues };
	int r = check_rules(store, issues);

	if (r < 0)
		return r;
	pthread_cond_init(&adoption.ends, NULL);
	writer_do(engine, &adoption.task);
	pthread_mutex_lock(&engine->lock);
	while (!adoption.is_over)
		pthread_cond_wait(&adoption.ends, &engine->lock);
	pthread_mutex_unlock(&engine->lock);
	pthread_cond_destroy(&adoption.ends);
	return adoption.result;
}

/* On the writer thread. */
static void forget(struct store_engine *engine, struct store_task *task)
{
	struct store *store = (struct store *)(void *)((char *)task - offsetof(struct store, retire));
	void (*gone)(void *data) = store->gone;
	void *data = store->data;

	session_forget(&engine->writer, store);
	end(store);
	gone(data);
}

void store_retire(struct store *store, void (*gone)(void *data), void *data)
{
	store->gone = gone;
	store->data = data;
	store->retire.run = forget;
	writer_do(store->engine, &store->retire);
}
