/* A server's knowledge of itself: see observe.h. */
#include "observe/inside.h"

#include <stdlib.h>

#include "base/clock.h"
#include "exchange/exchange.h"

enum { OBSERVE_ARENA = 64 << 20 };

static struct route_counters *make_counters(struct observe *observe)
{
	return calloc(observe->observer_count, sizeof(struct route_counters));
}

static int set_label(struct observe *observe, size_t label, const char *template_text)
{
	struct label made = { .template_text = template_text, .counters = make_counters(observe) };

	if (!made.counters)
		return STATUTE_ENOMEM;
	observe->labels[label] = made;
	atomic_store(&observe->label_count, label + 1);
	return 0;
}

static int make_observers(struct observe *observe, size_t count)
{
	observe->observers = calloc(count, sizeof(*observe->observers));
	if (!observe->observers)
		return STATUTE_ENOMEM;
	observe->observer_count = count;
	for (size_t i = 0; i < count; i++) {
		struct observer *observer = &observe->observers[i];

		observer->observe = observe;
		observer->index = i;
		observer->errors = arena_array(&observe->arena, observe->code_count + 1, sizeof(*observer->errors));
		if (!observer->errors)
			return STATUTE_ENOMEM;
	}
	return 0;
}

static int set_up(struct observe *observe, size_t workers)
{
	int r;

	pthread_mutex_init(&observe->readers, NULL);
	arena_init(&observe->arena, 4096, OBSERVE_ARENA);
	map_init(&observe->label_of, &observe->arena);
	observe->began_s = clock_wall_ms() / 1000;
	count_init(observe);
	r = make_observers(observe, workers);
	if (r == 0)
		r = set_label(observe, LABEL_NONE, "");
	if (r == 0)
		r = set_label(observe, LABEL_OWN, "/-/");
	return r < 0 ? r : set_label(observe, LABEL_OTHER, "other");
}

int observe_new(size_t workers, struct observe **ret_observe)
{
	struct observe *observe = calloc(1, sizeof(*observe));
	int r;

	if (!observe)
		return STATUTE_ENOMEM;
	r = set_up(observe, workers);
	if (r < 0) {
		observe_free(observe);
		return r;
	}
	*ret_observe = observe;
	return 0;
}

void observe_free(struct observe *observe)
{
	if (!observe)
		return;
	for (size_t i = 0; i < atomic_load(&observe->label_count); i++)
		free(observe->labels[i].counters);
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
	int r;

	if (label == LABELS_MAX) {
		*ret_label = LABEL_OTHER;
		return 0;
	}
	copy = str_dup(&observe->arena, template_text);
	entry = copy.at ? map_put(&observe->label_of, copy) : NULL;
	if (!entry)
		return STATUTE_ENOMEM;
	r = set_label(observe, label, copy.at);
	if (r < 0)
		return r; /* the entry's NULL counts as none */
	*entry = &observe->labels[label];
	*ret_label = label;
	return 0;
}

int observe_label(struct observe *observe, const struct api *api)
{
	for (size_t i = 0; i < api->path_count; i++) {
		struct bound_path *path = &api->paths[i];
		const struct label *known = map_get(&observe->label_of, path->item->template_text);
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
	size_t label = observe_label_of(x);
	struct trace *trace = ring_reserve(&observer->ring);

	trace_take(trace, x, observed, observer->observe->labels[label].template_text);
	ring_commit(&observer->ring, trace);
	rates_add(&observer->rates, observed->wall_ms / 1000, observed->status);
	count_request(observer, label, x, observed);
}
