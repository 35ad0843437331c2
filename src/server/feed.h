/*
 * Feeds of one worker: what changed, to all that follow it.
 *
 * A channel is a collection as one operation of the document serves it. It reads each change from the
 * store once, when the store's writer says that there is one, makes its text once, and keeps the newest
 * in a ring. A reader is one client: a place in that ring and nothing else, so that one who is slow costs
 * no more than one who is not. Who falls out of the ring is dropped; who begins before it reads
 * from the store until it is there.
 *
 *	store's writer ── feeds_tell ─> feeds_read ─> (reader->wake) ─> feed_reader_write*
 *
 * All on the worker's thread, but for feeds_tell.
 */
#ifndef STATUTE_SERVER_FEED_H
#define STATUTE_SERVER_FEED_H

#include "resource/feed.h"
#include "server/worker.h"

struct feed_channel;

/* How an event stands among the bytes of its connection. */
enum feed_framing {
	FEED_PLAIN,    /* by itself */
	FEED_CHUNK,    /* a chunk of HTTP/1.1 */
	FEED_WEBSOCKET /* a message of a WebSocket */
};

/* Why a feed ends that its client did not end. */
enum feed_end {
	FEED_GOES_ON,
	FEED_TOO_SLOW, /* more changes came than are kept for it */
	FEED_EXPIRED,  /* its credentials hold no longer */
	FEED_RELOADED, /* another document is served: what the client may see is to be found out anew */
	FEED_DRAINED,  /* the server stops */
	FEED_BROKEN    /* the store cannot be read, or there is no memory */
};

enum feed_progress {
	FEED_PAUSED, /* all was said; `wake` will be called */
	FEED_FULL,   /* `max` bytes are there, or others should have their turn: call again */
	FEED_ENDED   /* reader->end says why */
};

/* One client's; zeroed but for what feed_reader_open sets. */
struct feed_reader {
	struct feed_channel *channel; /* NULL: it is not open */
	struct feed_reader *prev, *next;
	struct feed_view *view;
	void (*wake)(struct feed_reader *reader);
	int64_t position;       /* the version up to which the client has been told what it may see */
	int64_t expires_ms;     /* wall clock */
	unsigned round;         /* of feeds_read in which it had its turn */
	enum feed_framing framing;
	enum feed_end end;
	bool is_reset;          /* the client is to be told that it missed something */
	bool is_behind;         /* it reads from the store, since it began before the ring does */
};

/*
 * Follows what the exchange was answered with. `wake` is called, never from within another call, when there
 * is something to write. 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int feed_reader_open(struct worker *worker, struct exchange *x, enum feed_framing framing,
                                   void (*wake)(struct feed_reader *reader), struct feed_reader *ret_reader);
/* Accepts one that is not open. */
void feed_reader_close(struct feed_reader *reader);
/* Writes what it begins with. */
void feed_reader_begin(struct feed_reader *reader, struct buf *out);
/* Writes events until the buffer has `max` bytes or more, or all was said. */
enum feed_progress feed_reader_write(struct feed_reader *reader, struct buf *out, size_t max);
/* Of a stream: says that it is still there. */
void feed_reader_write_alive(struct feed_reader *reader, struct buf *out);
/* Has it fallen out of the ring, or has it to end for another reason? */
bool feed_reader_must_end(struct feed_reader *reader);

/* Any thread: something changed. */
void feeds_tell(struct worker *worker);
/* A while went by in which nothing was told: looks all the same, for what another process may have written. */
void feeds_look(struct worker *worker);
/* Reads what was told of, and wakes whom it concerns. */
void feeds_read(struct worker *worker);
/* Another document is served, or the server stops: ends the feeds that are of an earlier document, or all. */
void feeds_end(struct worker *worker, enum feed_end end);

/* ---- feed_source.c: over HTTP/2 ------------------------------------------- */

/* Makes x->response.source, which is to be sent. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int feed_source_new(struct worker *worker, struct exchange *x);
/* TIMEOUT_STREAM_FEED of one. */
void feed_source_time_out(struct timeout *timeout);

#endif
