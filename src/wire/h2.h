/*
 * HTTP/2 (RFC 9113) of a server: bytes to requests, responses to bytes. nghttp2 keeps the
 * frames, the states and the windows; here its callbacks become requests as HTTP/1.1 gives
 * them, and it is bounded what a client can make a server do. No sockets and no clock.
 *
 *	h2_take ──> begin ─> head ─> content* ─> end ─> closed      of each stream
 *	                       h2_respond, h2_reset … ──> h2_write ──> bytes
 *
 * What RFC 9113 calls malformed never becomes a request: its stream is reset, or the
 * connection ended. What HTTP/1.1 would refuse with a status (a target, a field section that
 * is too large) is refused with the same one. A client whose frames cost more than they ask for
 * is told to calm down (ENHANCE_YOUR_CALM, section 10.5), and so ends its connection.
 *
 * One owner at a time. Only h2_respond, h2_resume, h2_continue, h2_early_hints, h2_consume, h2_forget,
 * h2_reset and h2_terminate may be called from within an event.
 */
#ifndef STATUTE_WIRE_H2_H
#define STATUTE_WIRE_H2_H

#include "wire/h1.h"

struct h2;

/* Bytes of content that a client may send on one stream before any of it is used. */
enum { H2_STREAM_WINDOW = 256 * 1024 };

/* Error codes of RFC 9113 section 7. */
enum h2_error {
	H2_NO_ERROR = 0,
	H2_PROTOCOL_ERROR = 1,
	H2_INTERNAL_ERROR = 2,
	H2_FLOW_CONTROL_ERROR = 3,
	H2_STREAM_CLOSED = 5,
	H2_REFUSED_STREAM = 7,
	H2_CANCEL = 8,
	H2_ENHANCE_YOUR_CALM = 11
};

/* A request and its answer. Part of what the owner keeps of a stream; zeroed but for the first three. */
struct h2_stream {
	struct arena *arena;     /* for the texts of the request */
	struct request *request; /* complete at the event `head` */
	void *owner;             /* the owner's */
	int32_t id;
	enum h1_refusal refusal; /* why it is to be refused, at `head` */
	struct str blamed;       /* the field to blame, or empty */
	bool has_ended;          /* the client's last byte came */
	bool is_sent;            /* the answer's last byte left */
	bool is_waiting;         /* its source has nothing now: h2_resume is to follow */
	size_t sent;             /* bytes of the answer's content that left */
	uint64_t in, out;        /* bytes of its frames, both ways */

	/* The wire's own. */
	struct str authority;    /* of :authority; at is NULL where it is absent */
	struct str scheme;
	struct buf cookie;       /* the crumbs (section 8.2.3), put together */
	size_t header_bytes;     /* of the field section, counted as in HTTP/1.1 */
	struct str content;      /* of the answer; or where it comes from, else NULL */
	struct content_source *source;
	bool is_head_whole;
	bool is_dropped;         /* nothing more is said of it but that it closed */
};

struct h2_events {
	/* A request begins. NULL: it is refused, and may be sent again (REFUSED_STREAM). */
	struct h2_stream *(*begin)(void *owner);
	/* Its head is whole, or is to be refused. */
	void (*head)(void *owner, struct h2_stream *stream);
	/* A piece of its content, borrowed; h2_consume or h2_forget must follow. */
	void (*content)(void *owner, struct h2_stream *stream, struct str piece);
	void (*end)(void *owner, struct h2_stream *stream);
	/* Nothing more comes or goes. The struct is no longer needed; there need not have been a head. */
	void (*closed)(void *owner, struct h2_stream *stream);
};

/* The bytes that a client begins with (section 3.4). */
#define H2_PREFACE S("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

/* `limits` and `events` are borrowed. `streams`: how many may be open at once. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int h2_new(const struct h1_limits *limits, uint32_t streams, const struct h2_events *events,
                         void *owner, struct h2 **ret_h2);
/* Says nothing of its streams. Accepts NULL. */
void h2_free(struct h2 *h2);

/* Uses all of what came, the preface being the first of it. `now` in ms never goes back. */
void h2_take(struct h2 *h2, struct str input, uint64_t now);
/* True while the frames of a head came in part. */
bool h2_is_in_head(const struct h2 *h2);

/*
 * Answers. The response's content, or its source, must last until the stream is closed, the rest is copied.
 * `date` is an IMF-fixdate. 0, or STATUTE_ENOMEM: then nothing is sent.
 */
STATUTE_CHECK int h2_respond(struct h2 *h2, struct h2_stream *stream, const struct response *response,
                             struct str date);
/* The source of its answer has something again, or has ended. */
void h2_resume(struct h2 *h2, struct h2_stream *stream);
/* 100 Continue. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int h2_continue(struct h2 *h2, const struct h2_stream *stream);
/* 103 Early Hints with that Link field (RFC 8297). 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int h2_early_hints(struct h2 *h2, const struct h2_stream *stream, struct str links);
/* `len` bytes of content need no more room: the client may send as many more. */
void h2_consume(struct h2 *h2, const struct h2_stream *stream, size_t len);
/* The same, but the client may send them on other streams alone. */
void h2_forget(struct h2 *h2, size_t len);
/* Ends a stream: nothing more is said of it but that it closed. */
void h2_reset(struct h2 *h2, struct h2_stream *stream, enum h2_error error);
/* The same for a client that is to blame: each costs it some of what it may make the server do. */
void h2_blame(struct h2 *h2, struct h2_stream *stream, enum h2_error error);

/* Takes no new request; those that came are answered, then it is over. */
void h2_drain(struct h2 *h2);
/* Ends the connection: the word that says so is the last one. */
void h2_terminate(struct h2 *h2, enum h2_error error);

/* Adds what is to be sent, frame by frame, until the buffer has `max` bytes or all is said. */
void h2_write(struct h2 *h2, struct buf *out, size_t max);
bool h2_has_output(const struct h2 *h2);
/* Nothing more will be read or written: the connection can be closed. */
bool h2_is_over(const struct h2 *h2);

#endif
