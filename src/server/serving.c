/* A generation as one worker serves it: see serving.h. */
#include "server/serving.h"

#include <stdlib.h>

#include "access/password_cache.h"
#include "access/token_cache.h"
#include "server/worker.h"

static int make_caches(struct serving *serving)
{
	serving->tokens = token_cache_new();
	serving->passwords = password_cache_new();
	return serving->tokens && serving->passwords ? 0 : STATUTE_ENOMEM;
}

int serving_new(struct worker *worker, struct generation *generation, struct serving **ret_serving)
{
	struct serving *serving = calloc(1, sizeof(*serving));
	int r = 0;

	if (!serving)
		return STATUTE_ENOMEM;
	/* What the admin listener shows is no row: a connection that never reads would only be in the way. */
	if (!worker->is_admin)
		r = store_reader_new(generation->store, &serving->reader);
	if (r == 0 && generation->keys.count && !worker->is_admin)
		r = make_caches(serving);
	if (r < 0) {
		password_cache_free(serving->passwords);
		token_cache_free(serving->tokens);
		store_reader_free(serving->reader);
		free(serving);
		return r;
	}
	serving->generation = generation;
	generation_enter(generation);
	worker_fill_host(worker, &serving->host);
	serving->host.api = generation->api;
	serving->host.store = generation->store;
	serving->host.reader = serving->reader;
	serving->host.keyrings = generation->keys.list;
	serving->host.key_sources = generation->keys.sources;
	serving->host.passwords = serving->passwords;
	serving->host.tokens = serving->tokens;
	*ret_serving = serving;
	return 0;
}

void serving_free(struct serving *serving)
{
	if (!serving)
		return;
	store_reader_free(serving->reader);
	password_cache_free(serving->passwords);
	token_cache_free(serving->tokens);
	generation_leave(serving->generation);
	free(serving);
}

void serving_offer(struct worker *worker, struct serving *serving)
{
	serving_free(atomic_exchange(&worker->offered, serving));
}

/* One that is not the newest ends with its last exchange. */
static void end_if_unused(struct worker *worker, struct serving *serving)
{
	struct serving **at = &worker->serving;

	if (serving == worker->serving || serving->exchanges)
		return;
	while (*at != serving)
		at = &(*at)->next;
	*at = serving->next;
	serving_free(serving);
}

bool serving_take(struct worker *worker)
{
	struct shared *shared = worker->shared;
	struct serving *before = worker->serving;

	if (!atomic_load(&worker->offered))
		return false;
	uv_mutex_lock(&shared->lock);
	worker->serving = atomic_exchange(&worker->offered, NULL);
	worker->serving->next = before;
	uv_cond_broadcast(&shared->taken);
	uv_mutex_unlock(&shared->lock);
	if (before)
		end_if_unused(worker, before);
	return true;
}

static struct serving *serving_of(struct exchange *x)
{
	return (struct serving *)(uintptr_t)x->host;
}

void serving_hold(struct serving *serving)
{
	serving->exchanges++;
}

void serving_release(struct worker *worker, struct serving *serving)
{
	serving->exchanges--;
	end_if_unused(worker, serving);
}

void serving_enter(struct worker *worker, struct exchange *x)
{
	x->host = &worker->serving->host;
	worker->serving->exchanges++;
}

void serving_leave(struct worker *worker, struct exchange *x)
{
	serving_release(worker, serving_of(x));
}

void serving_begin(struct worker *worker, struct exchange *x)
{
	if (serving_of(x) != worker->serving) {
		serving_leave(worker, x);
		serving_enter(worker, x);
	}
}

void serving_refresh(struct worker *worker)
{
	for (struct serving *serving = worker->serving; serving; serving = serving->next)
		if (serving->reader)
			store_reader_refresh(serving->reader);
}

void serving_free_all(struct worker *worker)
{
	serving_free(atomic_exchange(&worker->offered, NULL));
	while (worker->serving) {
		struct serving *next = worker->serving->next;

		serving_free(worker->serving);
		worker->serving = next;
	}
}
