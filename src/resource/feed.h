/*
 * The changes of a collection as its clients see them: what one of them may see, and a change as
 * the text that all who may see it are sent. The exchange of a feed ends with its answer; whoever
 * has the connection takes a view of it first, and goes on with that.
 *
 * A feed keeps a list up to date: applied in order to the list with the same filters, as the client
 * may see it, its events make it what it is now. So a row that a change brings into the list is
 * created, and one that leaves it deleted, whatever happened to it elsewhere.
 */
#ifndef STATUTE_RESOURCE_FEED_H
#define STATUTE_RESOURCE_FEED_H

#include "exchange/exchange.h"

/* What one client may see. One piece of memory, its own. */
struct feed_view {
	const struct resource *resource; /* of the document, which must outlive the view */
	int64_t from;          /* the version of the collection whose later changes are asked for */
	bool is_lost;          /* what the client said it knew last is not known here */
	bool is_websocket;     /* else server-sent events */
	bool has_principal;    /* credentials said who it is, */
	int64_t expires_ms;    /* and until when, wall clock; INT64_MAX: they did not */
	size_t filter_count;
	struct store_filter filters[];
};

/* Of an exchange that was answered with a feed (x->response.is_feed). 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int feed_view_new(struct exchange *x, struct feed_view **ret_view);
/* Accepts NULL. */
void feed_view_free(struct feed_view *view);

enum feed_sight { FEED_NOTHING, FEED_CREATED, FEED_UPDATED, FEED_DELETED, FEED_SIGHTS };
enum feed_style { FEED_STREAM, FEED_MESSAGE, FEED_STYLES };

/* A change, shared by all that are sent it. */
struct feed_event {
	int64_t version;
	struct arena arena;
	struct str id;
	struct str bodies[2];         /* before and after; empty: it was not there */
	struct json *rows[2];         /* the same, parsed when first asked for */
	struct str data;              /* as it is served, in one line */
	struct str texts[FEED_STYLES][FEED_SIGHTS]; /* made when first asked for */
};

/*
 * `x` is any exchange of the document, with `bound` and `prefix` of the feed: rows are served in their
 * terms. 0, or STATUTE_ENOMEM.
 */
STATUTE_CHECK int feed_event_new(struct exchange *x, const struct store_event *stored, struct feed_event **ret_event);
/* Accepts NULL. */
void feed_event_free(struct feed_event *event);
/* Bytes that it takes. */
size_t feed_event_size(const struct feed_event *event);

/* 0, or STATUTE_ENOMEM. */
STATUTE_CHECK int feed_view_look(const struct feed_view *view, struct feed_event *event, enum feed_sight *ret_sight);
/* The text of an event that is not FEED_NOTHING; {NULL, 0} without memory. */
struct str feed_event_text(const struct resource *resource, struct feed_event *event, enum feed_style style,
                           enum feed_sight sight);

/* What a feed begins with: the version that it starts from. */
void feed_write_opening(struct buf *buf, enum feed_style style, int64_t version);
/* Some changes are not known any more: the list has to be read anew, and is at this version or a later one. */
void feed_write_reset(struct buf *buf, enum feed_style style, int64_t version);
/* That it is still there, and how far the client has seen. A WebSocket has pings for that: nothing. */
void feed_write_alive(struct buf *buf, enum feed_style style, int64_t version);

#endif
