/* A stream of HTTP/2 and its exchange: see h2_connection.h. For h2_connection.c. */
#ifndef STATUTE_SERVER_H2_STREAM_H
#define STATUTE_SERVER_H2_STREAM_H

#include "server/h2_connection.h"
#include "server/request.h"

enum stream_state {
	STREAM_HEAD,    /* its head is to come */
	STREAM_QUEUED,  /* it is to begin when there is room */
	STREAM_CONTENT, /* the exchange takes content */
	STREAM_WAIT,    /* the exchange is with another thread */
	STREAM_ANSWERED /* the answer is on its way; what comes of the content is forgotten */
};

struct stream {
	struct h2_stream wire;
	struct h2_connection *on;
	struct stream *prev, *next; /* of the connection, in the order of their requests */
	struct exchange *x;
	struct pooled *pending;     /* content that came before the exchange took any; NULL where none */
	struct timeout timeout;
	uint64_t window;            /* bytes of content since TIMEOUT_STREAM_CONTENT was set */
	size_t sent;                /* of the answer when TIMEOUT_STREAM_WRITE was set, bytes */
	size_t held;                /* of the memory of the answer, as on->held counts it */
	struct request_end end;     /* once it was answered */
	enum stream_state state;
	bool in_flight;             /* the request counts as one in progress */
	bool has_content_begun, was_continued;
	bool is_gone;               /* nothing can be said to the client any more */
};

struct h2_connection {
	struct connection *c;
	struct h2 *h2;
	struct stream *first, *last;
	size_t count;
	size_t held;    /* memory of answers that were not sent yet, beyond what any exchange has, bytes */
	bool is_busy;   /* within h2_take or h2_write: neither may be called */
	bool is_closed; /* nothing is read or written any more */
};

/* A request begins. NULL where the connection has as many as it may, or without memory. */
struct stream *stream_new(struct h2_connection *on);
void stream_head(struct stream *s);
void stream_content(struct stream *s, struct str piece);
void stream_end(struct stream *s);
/* No more is heard of it. Frees it, unless its exchange is with another thread. */
void stream_closed(struct stream *s);
void stream_resume(struct stream *s);

#endif
