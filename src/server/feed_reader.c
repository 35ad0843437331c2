/* One client of a feed: see feed.h. */
#include "base/clock.h"
#include "server/feed_channel.h"
#include "wire/websocket.h"

/* ---- Its life ------------------------------------------------------------- */

static void count_readers(struct worker *worker, bool is_one_more)
{
	size_t count = atomic_load(&worker->feed_count);

	count = is_one_more ? count + 1 : count - 1;
	atomic_store(&worker->feed_count, count);
	if (is_one_more)
		atomic_fetch_add(&worker->shared->feeds, 1);
	else
		atomic_fetch_sub(&worker->shared->feeds, 1);
	if (worker->observer)
		observe_feeds(worker->observer, count);
}

/* Who it is was found out now: that holds as long as the credentials do, and no longer than --feed-age. */
static int64_t expiry_of(const struct worker *worker, const struct feed_view *view)
{
	int64_t latest = clock_wall_ms() + (int64_t)worker->shared->limits.feed_age;

	if (!view->has_principal)
		return INT64_MAX;
	return view->expires_ms < latest ? view->expires_ms : latest;
}

int feed_reader_open(struct worker *worker, struct exchange *x, enum feed_framing framing,
                     void (*wake)(struct feed_reader *reader), struct feed_reader *ret_reader)
{
	struct feed_channel *channel;
	struct feed_view *view;
	int r = feed_view_new(x, &view);

	if (r < 0)
		return r;
	channel = feed_channel_of(worker, x, view->from);
	if (!channel) {
		feed_view_free(view);
		return STATUTE_ENOMEM;
	}
	*ret_reader = (struct feed_reader){
		.channel = channel,
		.view = view,
		.wake = wake,
		.position = view->from,
		.expires_ms = expiry_of(worker, view),
		.round = channel->round,
		.framing = framing,
		.end = channel->serving == worker->serving ? FEED_GOES_ON : FEED_RELOADED,
		.is_reset = view->is_lost,
		.is_behind = view->from + 1 < feed_channel_begins(channel),
	};
	feed_channel_link(ret_reader);
	count_readers(worker, true);
	feeds_tell(worker); /* of what was committed after the exchange looked */
	return 0;
}

void feed_reader_close(struct feed_reader *reader)
{
	struct feed_channel *channel = reader->channel;
	struct worker *worker;

	if (!channel)
		return;
	worker = channel->worker;
	feed_channel_unlink(reader);
	feed_view_free(reader->view);
	reader->view = NULL;
	reader->channel = NULL;
	count_readers(worker, false);
	if (reader->end == FEED_TOO_SLOW && worker->observer)
		observe_slow_feed(worker->observer);
	feed_channels_tidy(worker);
}

/* ---- Writing -------------------------------------------------------------- */

static enum feed_style style_of(const struct feed_reader *reader)
{
	return reader->framing == FEED_WEBSOCKET ? FEED_MESSAGE : FEED_STREAM;
}

static void put(const struct feed_reader *reader, struct buf *out, struct str text)
{
	switch (reader->framing) {
	case FEED_WEBSOCKET:
		websocket_write_head(out, WEBSOCKET_OP_TEXT, text.len);
		buf_add(out, text);
		break;
	case FEED_CHUNK:
		buf_printf(out, "%zx\r\n", text.len);
		buf_add(out, text);
		buf_lit(out, "\r\n");
		break;
	case FEED_PLAIN: buf_add(out, text); break;
	}
}

/* Texts of the reader alone, which are short. */
static void put_own(const struct feed_reader *reader, struct buf *out,
                    void (*write)(struct buf *buf, enum feed_style style, int64_t version))
{
	char room[128];
	struct buf text = { .at = room, .cap = sizeof(room), .max = sizeof(room) };

	write(&text, style_of(reader), reader->position);
	put(reader, out, buf_str(&text));
}

void feed_reader_begin(struct feed_reader *reader, struct buf *out)
{
	put_own(reader, out, feed_write_opening);
}

void feed_reader_write_alive(struct feed_reader *reader, struct buf *out)
{
	put_own(reader, out, feed_write_alive);
}

static bool put_event(struct feed_reader *reader, struct buf *out, struct feed_event *event)
{
	const struct worker *worker = reader->channel->worker;
	enum feed_sight sight;
	struct str text;

	if (feed_view_look(reader->view, event, &sight) < 0)
		return false;
	reader->position = event->version;
	if (sight == FEED_NOTHING)
		return true;
	text = feed_event_text(reader->view->resource, event, style_of(reader), sight);
	if (!text.at)
		return false;
	put(reader, out, text);
	if (worker->observer)
		observe_feed_event(worker->observer);
	return !out->failed;
}

/* ---- Who is behind the ring ----------------------------------------------- */

static void lose(struct feed_reader *reader, int64_t version)
{
	reader->is_reset = true;
	reader->position = version;
}

/* False where something failed. */
static bool put_stored(struct feed_reader *reader, struct buf *out, struct exchange *x,
                       const struct store_events *events)
{
	bool is_fine = true;

	if (!events->count)
		lose(reader, events->version);
	for (size_t i = 0; i < events->count && is_fine; i++) {
		struct feed_event *event;

		if (events->list[i].version != reader->position + 1) {
			lose(reader, events->version);
			break;
		}
		is_fine = feed_event_new(x, &events->list[i], &event) == 0;
		if (!is_fine)
			break;
		is_fine = put_event(reader, out, event);
		feed_event_free(event);
	}
	return is_fine;
}

static bool catch_up(struct feed_reader *reader, struct buf *out)
{
	struct feed_channel *channel = reader->channel;
	struct exchange *x = feed_channel_exchange(channel);
	struct store_events events;
	bool is_fine = x && feed_channel_read(channel, x, reader->position, true, &events) == STORE_DONE &&
	               put_stored(reader, out, x, &events);

	worker_give_exchange(channel->worker, x);
	return is_fine;
}

/* ---- One reader ----------------------------------------------------------- */

static bool is_out_of_ring(const struct feed_reader *reader)
{
	return reader->position + 1 < feed_channel_begins(reader->channel);
}

bool feed_reader_must_end(struct feed_reader *reader)
{
	if (reader->end == FEED_GOES_ON && clock_wall_ms() >= reader->expires_ms)
		reader->end = FEED_EXPIRED;
	if (reader->end == FEED_GOES_ON && is_out_of_ring(reader) && !reader->is_behind)
		reader->end = FEED_TOO_SLOW;
	return reader->end != FEED_GOES_ON;
}

static struct feed_event *next_event(const struct feed_reader *reader)
{
	int64_t index = reader->position + 1 - feed_channel_begins(reader->channel);

	return feed_channel_event(reader->channel, (size_t)index);
}

static enum feed_progress broken(struct feed_reader *reader)
{
	reader->end = FEED_BROKEN;
	return FEED_ENDED;
}

enum feed_progress feed_reader_write(struct feed_reader *reader, struct buf *out, size_t max)
{
	const struct feed_channel *channel = reader->channel;

	if (feed_reader_must_end(reader))
		return FEED_ENDED;
	while (out->len < max) {
		if (reader->is_reset) {
			put_own(reader, out, feed_write_reset);
			reader->is_reset = false;
		}
		if (reader->position >= channel->version) {
			reader->is_behind = false;
			return FEED_PAUSED;
		}
		if (is_out_of_ring(reader))
			return catch_up(reader, out) ? FEED_FULL : broken(reader);
		reader->is_behind = false;
		if (!put_event(reader, out, next_event(reader)))
			return broken(reader);
	}
	return FEED_FULL;
}
