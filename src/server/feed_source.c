/* A feed over HTTP/2: server-sent events as the content of a stream. See feed.h. */
#include <stdlib.h>

#include "message/content_source.h"
#include "server/feed.h"

enum { GATHERED = 16 * 1024 /* bytes of events that are made at a time */ };

struct feed_source {
	struct content_source source; /* first */
	struct feed_reader reader;
	struct timeout alive;
	struct worker *worker;
	struct buf ready;  /* events that nobody has read yet, from `at` on */
	size_t at;
	bool is_alive_due; /* to say that it is still there */
};

static struct feed_source *of_reader(struct feed_reader *reader)
{
	return (struct feed_source *)(void *)((char *)reader - offsetof(struct feed_source, reader));
}

static void wake(struct feed_reader *reader)
{
	struct feed_source *feed = of_reader(reader);

	if (feed->source.wake)
		feed->source.wake(&feed->source);
}

/* 0, or STATUTE_EAGAIN where there is nothing; nothing is ready and 0: the end. */
static int make_ready(struct feed_source *feed)
{
	enum feed_progress progress = FEED_FULL;

	buf_done(&feed->ready);
	feed->at = 0;
	if (feed->is_alive_due)
		feed_reader_write_alive(&feed->reader, &feed->ready);
	feed->is_alive_due = false;
	while (progress == FEED_FULL && feed->ready.len < GATHERED) /* pages of changes that the client may not see */
		progress = feed_reader_write(&feed->reader, &feed->ready, GATHERED);
	if (feed->ready.failed)
		return STATUTE_ENOMEM;
	return feed->ready.len || progress == FEED_ENDED ? 0 : STATUTE_EAGAIN;
}

static int read_events(struct content_source *source, char *into, size_t max, size_t *ret_len)
{
	struct feed_source *feed = (struct feed_source *)(void *)source;
	struct str some;
	int r = feed->at == feed->ready.len ? make_ready(feed) : 0;

	if (r < 0)
		return r;
	some = str_sub(buf_str(&feed->ready), feed->at, max);
	if (some.len)
		memcpy(into, some.at, some.len);
	feed->at += some.len;
	if (feed->at == feed->ready.len) { /* while it waits it holds nothing */
		buf_done(&feed->ready);
		feed->at = 0;
	}
	*ret_len = some.len;
	return 0;
}

static void done(struct content_source *source)
{
	struct feed_source *feed = (struct feed_source *)(void *)source;

	timeout_clear(&feed->alive);
	feed_reader_close(&feed->reader);
	buf_done(&feed->ready);
	free(feed);
}

void feed_source_time_out(struct timeout *timeout)
{
	char *at = (char *)timeout - offsetof(struct feed_source, alive);
	struct feed_source *feed = (struct feed_source *)(void *)at;

	worker_set_timeout(feed->worker, &feed->alive, TIMEOUT_STREAM_FEED);
	feeds_look(feed->worker);
	feed->is_alive_due = true;
	wake(&feed->reader);
}

int feed_source_new(struct worker *worker, struct exchange *x)
{
	struct feed_source *feed = calloc(1, sizeof(*feed));
	int r;

	if (!feed)
		return STATUTE_ENOMEM;
	r = feed_reader_open(worker, x, FEED_PLAIN, wake, &feed->reader);
	if (r < 0) {
		free(feed);
		return r;
	}
	feed->worker = worker;
	feed->source = (struct content_source){ .length = CONTENT_LENGTH_UNKNOWN, .read = read_events, .done = done };
	buf_init(&feed->ready, NULL, SIZE_MAX);
	feed_reader_begin(&feed->reader, &feed->ready);
	worker_set_timeout(worker, &feed->alive, TIMEOUT_STREAM_FEED);
	x->response.source = &feed->source;
	return 0;
}
