/* Feeds of one worker: see feed.h. */
#include "server/feed_channel.h"

#include <stdlib.h>

enum {
	RING_BYTES = 8 << 20,  /* of the events in a ring; the newest is kept in any case */
	RESUMED = 256,         /* a channel begins so many changes back, where its first reader does */
	PAGE = 64,             /* changes that are read at a time, */
	PAGE_BYTES = 1 << 20,
	BEHIND_PAGE = 16,      /* and by a reader for itself */
	BEHIND_BYTES = 256 << 10
};

/* ---- The ring ------------------------------------------------------------- */

struct feed_event *feed_channel_event(const struct feed_channel *channel, size_t index)
{
	return channel->ring[(channel->oldest + index) % FEED_RING];
}

static void drop_oldest(struct feed_channel *channel)
{
	struct feed_event *event = feed_channel_event(channel, 0);

	channel->bytes -= feed_event_size(event);
	channel->oldest = (channel->oldest + 1) % FEED_RING;
	channel->count--;
	feed_event_free(event);
}

/* What is made of an event later (parsed rows, texts) counts too, once the next one comes. */
static void count_bytes(struct feed_channel *channel)
{
	channel->bytes = 0;
	for (size_t i = 0; i < channel->count; i++)
		channel->bytes += feed_event_size(feed_channel_event(channel, i));
}

static void add_event(struct feed_channel *channel, struct feed_event *event)
{
	if (channel->count == FEED_RING)
		drop_oldest(channel);
	channel->ring[(channel->oldest + channel->count) % FEED_RING] = event;
	channel->count++;
	channel->version = event->version;
}

static void bound_ring(struct feed_channel *channel)
{
	count_bytes(channel);
	while (channel->count > 1 && channel->bytes > RING_BYTES)
		drop_oldest(channel);
}

/* Not all that changed is known: whoever follows has to begin anew, at this version. */
static void begin_anew(struct feed_channel *channel, int64_t version)
{
	while (channel->count)
		drop_oldest(channel);
	channel->version = version;
	for (struct feed_reader *reader = channel->first; reader; reader = reader->next) {
		reader->is_reset = true;
		reader->is_behind = false;
		reader->position = version;
	}
}

/* ---- Reading the store ---------------------------------------------------- */

struct exchange *feed_channel_exchange(struct feed_channel *channel)
{
	struct exchange *x = worker_take_exchange(channel->worker);

	if (!x)
		return NULL;
	x->bound = channel->bound;
	x->prefix = channel->prefix;
	x->request.path = channel->bound->resource->path;
	return x;
}

enum store_outcome feed_channel_read(struct feed_channel *channel, struct exchange *x, int64_t after, bool is_behind,
                                      struct store_events *ret_events)
{
	const struct store_events_query query = {
		.collection = &channel->bound->resource->collection,
		.after = after,
		.limit = is_behind ? BEHIND_PAGE : PAGE,
		.bytes_max = is_behind ? BEHIND_BYTES : PAGE_BYTES,
	};

	channel->worker->did_read = true;
	return store_read_events(channel->serving->reader, &query, &x->arena, ret_events);
}

/* Adds what came; true where there is more. */
static bool take_events(struct feed_channel *channel, struct exchange *x, const struct store_events *events)
{
	for (size_t i = 0; i < events->count; i++) {
		const struct store_event *stored = &events->list[i];
		struct feed_event *event = NULL;

		if (stored->version != channel->version + 1)
			begin_anew(channel, stored->version - 1);
		if (feed_event_new(x, stored, &event) == 0)
			add_event(channel, event);
		else
			begin_anew(channel, stored->version);
	}
	bound_ring(channel);
	if (!events->count && events->version != channel->version)
		begin_anew(channel, events->version);
	return channel->version < events->version;
}

static void read_channel(struct feed_channel *channel)
{
	struct exchange *x = feed_channel_exchange(channel);
	struct store_events events;

	/* where the store does not answer now, the next change or the next sign of life tries again */
	if (x && feed_channel_read(channel, x, channel->version, false, &events) == STORE_DONE &&
	    take_events(channel, x, &events))
		feeds_tell(channel->worker);
	worker_give_exchange(channel->worker, x);
}

/* ---- Channels and their readers ------------------------------------------- */

void feed_channel_unlink(struct feed_reader *reader)
{
	struct feed_channel *channel = reader->channel;

	*(reader->prev ? &reader->prev->next : &channel->first) = reader->next;
	*(reader->next ? &reader->next->prev : &channel->last) = reader->prev;
	reader->prev = reader->next = NULL;
}

void feed_channel_link(struct feed_reader *reader)
{
	struct feed_channel *channel = reader->channel;

	reader->prev = channel->last;
	reader->next = NULL;
	*(channel->last ? &channel->last->next : &channel->first) = reader;
	channel->last = reader;
}

static struct serving *serving_of_exchange(const struct exchange *x)
{
	return (struct serving *)(uintptr_t)x->host; /* its first member */
}

static struct feed_channel *find_channel(const struct worker *worker, const struct exchange *x)
{
	for (struct feed_channel *channel = worker->feeds; channel; channel = channel->next)
		if (channel->bound == x->bound && channel->serving == serving_of_exchange(x) &&
		    str_eq(channel->prefix, x->prefix))
			return channel;
	return NULL;
}

/* A prefix is the document's text. */
static struct feed_channel *new_channel(struct worker *worker, const struct exchange *x, int64_t from)
{
	struct feed_channel *channel = calloc(1, sizeof(*channel));
	int64_t now = x->target.collection_version;

	if (!channel)
		return NULL;
	channel->worker = worker;
	channel->serving = serving_of_exchange(x);
	channel->bound = x->bound;
	if (x->prefix.len)
		channel->prefix = x->host->api->document->base_path;
	channel->version = now - from <= RESUMED ? from : now;
	serving_hold(channel->serving);
	channel->next = worker->feeds;
	worker->feeds = channel;
	return channel;
}

struct feed_channel *feed_channel_of(struct worker *worker, const struct exchange *x, int64_t from)
{
	struct feed_channel *channel = find_channel(worker, x);

	return channel ? channel : new_channel(worker, x, from);
}

static void free_channel(struct feed_channel *channel)
{
	struct worker *worker = channel->worker;
	struct feed_channel **at = &worker->feeds;

	while (*at != channel)
		at = &(*at)->next;
	*at = channel->next;
	while (channel->count)
		drop_oldest(channel);
	serving_release(worker, channel->serving);
	free(channel);
}

/* Not while feeds_read looks at them. */
void feed_channels_tidy(struct worker *worker)
{
	struct feed_channel *next;

	for (struct feed_channel *channel = worker->feeds; channel && !worker->is_in_feeds; channel = next) {
		next = channel->next;
		if (!channel->first)
			free_channel(channel);
	}
}

/* ---- All of them ---------------------------------------------------------- */

void feeds_tell(struct worker *worker)
{
	if (!atomic_load(&worker->feed_count))
		return;
	atomic_store(&worker->has_news, true);
	uv_async_send(&worker->async);
}

void feeds_look(struct worker *worker)
{
	if (uv_now(&worker->loop) - worker->feeds_read_ms >= worker->shared->limits.feed_ping)
		feeds_tell(worker);
}

/* Whoever is woken may close itself and others: each in turn goes to the end of the list. */
static void wake_all(struct feed_channel *channel)
{
	struct feed_reader *reader;

	while ((reader = channel->first) && reader->round != channel->round) {
		feed_channel_unlink(reader);
		reader->round = channel->round;
		feed_channel_link(reader);
		reader->wake(reader);
	}
}

static struct feed_channel *next_channel(const struct worker *worker)
{
	struct feed_channel *channel = worker->feeds;

	while (channel && channel->round == worker->feed_round)
		channel = channel->next;
	return channel;
}

/* Of each channel, once: `fn`, and then all its readers are woken. */
static void with_each(struct worker *worker, void (*fn)(struct feed_channel *channel))
{
	struct feed_channel *channel;

	worker->is_in_feeds = true;
	worker->feed_round++;
	while ((channel = next_channel(worker))) {
		channel->round = worker->feed_round;
		fn(channel);
		wake_all(channel);
	}
	worker->is_in_feeds = false;
	feed_channels_tidy(worker);
}

void feeds_read(struct worker *worker)
{
	if (!atomic_exchange(&worker->has_news, false))
		return;
	worker->feeds_read_ms = uv_now(&worker->loop);
	serving_refresh(worker); /* what was committed must be seen */
	with_each(worker, read_channel);
}

static void end_earlier(struct feed_channel *channel)
{
	if (channel->serving == channel->worker->serving)
		return;
	for (struct feed_reader *reader = channel->first; reader; reader = reader->next)
		if (reader->end == FEED_GOES_ON)
			reader->end = FEED_RELOADED;
}

static void end_drained(struct feed_channel *channel)
{
	for (struct feed_reader *reader = channel->first; reader; reader = reader->next)
		if (reader->end == FEED_GOES_ON)
			reader->end = FEED_DRAINED;
}

void feeds_end(struct worker *worker, enum feed_end end)
{
	if (worker->feeds)
		with_each(worker, end == FEED_DRAINED ? end_drained : end_earlier);
}
