/* A server's knowledge of itself: see observe.h. */
#include "observe/inside.h"

#include <stdlib.h>

#include "exchange/exchange.h"

enum { OBSERVE_ARENA = 64 << 20 };

int observe_new(size_t workers, struct observe **ret_observe)
{
	struct observe *observe = calloc(1, sizeof(*observe));

	if (!observe)
		return STATUTE_ENOMEM;
	observe->observers = calloc(workers, sizeof(*observe->observers));
	if (!observe->observers) {
		free(observe);
		return STATUTE_ENOMEM;
	}
	observe->observer_count = workers;
	for (size_t i = 0; i < workers; i++)
		observe->observers[i].observe = observe;
	pthread_mutex_init(&observe->readers, NULL);
	arena_init(&observe->arena, 4096, OBSERVE_ARENA);
	map_init(&observe->label_of, &observe->arena);
	observe->labels[LABEL_NONE] = "";
	observe->labels[LABEL_OWN] = "/-/";
	observe->labels[LABEL_OTHER] = "other";
	atomic_store(&observe->label_count, LABEL_FIRST);
	*ret_observe = observe;
	return 0;
}

void observe_free(struct observe *observe)
{
	if (!observe)
		return;
	pthread_mutex_destroy(&observe->readers);
	arena_done(&observe->arena);
	free(observe->observers);
	free(observe);
}

struct observer *observe_worker(struct observe *observe, size_t index)
{
	return &observe->observers[index];
}

/* ---- Labels --------------------------------------------------------------- */

static int make_label(struct observe *observe, struct str template_text, size_t *ret_label)
{
	size_t label = atomic_load(&observe->label_count);
	struct str copy;
	void **entry;

	if (label == LABELS_MAX) {
		*ret_label = LABEL_OTHER;
		return 0;
	}
	copy = str_dup(&observe->arena, template_text);
	entry = copy.at ? map_put(&observe->label_of, copy) : NULL;
	if (!entry)
		return STATUTE_ENOMEM;
	observe->labels[label] = copy.at;
	*entry = &observe->labels[label];
	atomic_store(&observe->label_count, label + 1);
	*ret_label = label;
	return 0;
}

int observe_label(struct observe *observe, const struct api *api)
{
	for (size_t i = 0; i < api->path_count; i++) {
		struct bound_path *path = &api->paths[i];
		const char **known = map_get(&observe->label_of, path->item->template_text);
		int r = 0;

		if (known)
			path->label = (size_t)(known - observe->labels);
		else
			r = make_label(observe, path->item->template_text, &path->label);
		if (r < 0)
			return r;
	}
	return 0;
}

size_t observe_label_of(const struct exchange *x)
{
	if (x->bound_path)
		return x->bound_path->label;
	return x->kind ? LABEL_OWN : LABEL_NONE;
}

/* ---- Requests ------------------------------------------------------------- */

void observe_request(struct observer *observer, const struct exchange *x, const struct observed *observed)
{
	const char *route = observer->observe->labels[observe_label_of(x)];
	struct trace *trace = ring_reserve(&observer->ring);

	trace_take(trace, x, observed, route);
	ring_commit(&observer->ring, trace);
	rates_add(&observer->rates, observed->wall_ms / 1000, observed->status);
}
