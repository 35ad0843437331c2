/* Inside the feeds of a worker: see feed.h. A channel, which feed.c reads and feed_reader.c writes out. */
#ifndef STATUTE_SERVER_FEED_CHANNEL_H
#define STATUTE_SERVER_FEED_CHANNEL_H

#include "server/feed.h"

enum { FEED_RING = 1024 }; /* events of a channel that are kept at most */

struct feed_channel {
	struct feed_channel *next;
	struct worker *worker;
	struct serving *serving;
	const struct bound_operation *bound;
	struct str prefix;          /* of its paths in links, as its clients sent it */
	struct feed_reader *first, *last;
	int64_t version;            /* the newest change in the ring, or what is known without one */
	struct feed_event *ring[FEED_RING];
	size_t oldest, count, bytes;
	unsigned round;
};

/* The channel of an exchange, made where there is none; its first reader begins at `from`. NULL without memory. */
struct feed_channel *feed_channel_of(struct worker *worker, const struct exchange *x, int64_t from);
/* Frees those that nobody reads. */
void feed_channels_tidy(struct worker *worker);
void feed_channel_link(struct feed_reader *reader);
void feed_channel_unlink(struct feed_reader *reader);
/* One change of the ring, from the oldest on. */
struct feed_event *feed_channel_event(const struct feed_channel *channel, size_t index);
/* An exchange in the terms of the channel, to be given back; NULL without memory. */
struct exchange *feed_channel_exchange(struct feed_channel *channel);
/* What changed after a version, into the arena of x: some for all of them, or less for one that is behind. */
enum store_outcome feed_channel_read(struct feed_channel *channel, struct exchange *x, int64_t after, bool is_behind,
                                     struct store_events *ret_events);
/* The version of the first change that is in the ring, or will be. */
static inline int64_t feed_channel_begins(const struct feed_channel *channel)
{
	return channel->version - (int64_t)channel->count + 1;
}

#endif
