/* Opening, checking and closing a store: see store.h. */
#include <stdlib.h>

#include "store/engine.h"

static void end(struct store *store)
{
	writer_stop(store);
	session_close(&store->writer);
	pthread_cond_destroy(&store->wakes);
	pthread_mutex_destroy(&store->lock);
	arena_done(&store->arena);
	free(store);
}

static int open_all(struct store *store, struct issues *issues)
{
	enum store_outcome outcome;
	int r;

	if ((r = layout_name_columns(store)) < 0)
		return r;
	outcome = session_open_first(&store->writer, store);
	if (outcome == STORE_NO_MEMORY)
		return STATUTE_ENOMEM;
	if (outcome != STORE_DONE) {
		issues_add(issues, 0, NULL, "the database %s cannot be opened: %s", store->path,
		           store->writer.cause);
		return STATUTE_ESTORE;
	}
	if ((r = layout_make(store, issues)) < 0 || (r = rules_check_all(store, issues)) < 0)
		return r;
	return writer_start(store);
}

int store_open(const struct store_options *options, const struct store_spec *spec, struct issues *issues,
               struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));
	struct str path;
	int r;

	if (!store)
		return STATUTE_ENOMEM;
	arena_init(&store->arena, 4096, 64 << 20);
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->wakes, NULL);
	store->options = *options;
	store->spec = spec;
	path = str_dup(&store->arena, str_from(options->path));
	store->path = (char *)(uintptr_t)path.at;
	r = path.at ? open_all(store, issues) : STATUTE_ENOMEM;
	if (r < 0) {
		end(store);
		return r;
	}
	*ret_store = store;
	return 0;
}

void store_free(struct store *store)
{
	if (store)
		end(store);
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
