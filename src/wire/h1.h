/*
 * HTTP/1.1 (RFC 9112): bytes to requests, responses to bytes. No I/O.
 *
 * The parser is strict and incremental: whatever pieces the bytes come in, the
 * events are the same. It holds no bytes itself; a head is copied into the
 * request's arena when it is whole, so that the connection may move its buffer.
 * Every ambiguity of framing is a refusal that closes the connection
 * (RFC 9112 sections 3, 5.1, 6.3, 7.1 and 11). One owner at a time.
 */
#ifndef STATUTE_WIRE_H1_H
#define STATUTE_WIRE_H1_H

#include "base/buf.h"
#include "message/message.h"

/* The bounds of a request's head and framing; defaults in wire/limits.def. */
struct h1_limits {
#define L(name, default_value, text) size_t name;
#include "wire/limits.def"
#undef L
};
extern const struct h1_limits h1_limits_default;

/* Why a request is refused before it is one: rows of wire/refusal.def, named as block A of the decision list. */
enum h1_refusal {
	H1_REFUSAL_NONE,
#define R(name, node, status, code, detail) H1_REFUSAL_##name,
#include "wire/refusal.def"
#undef R
	H1_REFUSAL_COUNT
};

struct h1_refusal_row {
	const char *node;   /* "A08" */
	int status;
	const char *code;   /* a row of problem/errors.def */
	const char *detail; /* for the person who wrote the client */
};
const struct h1_refusal_row *h1_refusal_row(enum h1_refusal refusal);

enum h1_event {
	H1_MORE,    /* nothing more can be said: call again with the bytes not used and more */
	H1_HEAD,    /* the request's head is in *request */
	H1_CONTENT, /* a piece of content in *ret_content, borrowed from the input */
	H1_END,     /* the request is whole; the next byte belongs to the next one */
	H1_REFUSED  /* h1->refusal says why; answer and close. *request has what was understood, for the log */
};

struct h1 {
	const struct h1_limits *limits;
	enum h1_refusal refusal;
	struct str blamed;  /* the field name to blame for a 431 or 400, in the request's arena, or empty */
	int state;
	size_t scanned;     /* bytes of the head looked at already */
	size_t head_fields; /* lines of the head so far */
	uint64_t left;      /* content still to come in this chunk, or in all */
	uint64_t chunk_size;
	size_t line_len;    /* of a chunk-size line or trailer section so far; empty lines before a head */
	size_t extensions;  /* bytes of chunk extensions so far */
	size_t line;        /* where in the head the current line begins, */
	size_t name_len;    /* how long its name is, once the colon came, */
	size_t mark;        /* and where the part that is being read begins */
	size_t fields_at;   /* where in the head its first field begins */
	const char *seen;   /* where the input lay when *request was last pointed at it */
	bool began;         /* any byte of the next request came, empty lines not counted */
};

void h1_init(struct h1 *h1, const struct h1_limits *limits);
/* Makes it ready for the next request of the connection, after H1_END. */
void h1_next(struct h1 *h1);
/*
 * Looks at `input`, the bytes that came and were not used yet. *ret_used says how
 * many of them are done with. While the head is not whole, nothing is used and the
 * same bytes must come again with more behind them. On H1_HEAD every text of
 * *request lies in `arena` (or is constant). H1_END follows H1_HEAD at once where there
 * is no content. Between H1_MORE and H1_HEAD *request and `arena` stay as they were left.
 */
enum h1_event h1_parse(struct h1 *h1, struct str input, struct arena *arena, struct request *request,
                       size_t *ret_used, struct str *ret_content);
/* True while no byte of a request has come: an idle connection, which is closed silently. */
bool h1_is_idle(const struct h1 *h1);
/* True between H1_HEAD and H1_END. */
bool h1_in_content(const struct h1 *h1);

/*
 * Appends a whole response: status line, Date, fields, Content-Length, Connection
 * (close where must_close, keep-alive for an HTTP/1.0 client that asked), content
 * unless the request's method is HEAD, or it has a source: then that is the caller's to
 * send. `date` is an IMF-fixdate. A status without content (1xx, 204, 304) gets no
 * Content-Length; 205 gets 0. Fields of the response that are the wire's own (Date,
 * Connection, Content-Length, Transfer-Encoding) are left out; one with Upgrade gets
 * Connection: Upgrade (RFC 9110 section 7.8).
 */
void h1_write_response(struct buf *buf, const struct response *response, const struct request *request,
                       struct str date);
/* Is any of its content sent? */
bool h1_sends_content(const struct response *response, const struct request *request);
/* "HTTP/1.1 100 Continue\r\n\r\n" */
void h1_write_continue(struct buf *buf);
/* 103 Early Hints with that Link field (RFC 8297). */
void h1_write_early_hints(struct buf *buf, struct str links);
/*
 * A response whose length is not known beforehand: head with Transfer-Encoding:
 * chunked (an HTTP/1.0 client gets a close instead), then chunks, then the last one.
 */
void h1_write_chunked_head(struct buf *buf, const struct response *response, const struct request *request,
                           struct str date);
void h1_write_chunk(struct buf *buf, const struct request *request, struct str piece);
void h1_write_last_chunk(struct buf *buf, const struct request *request);
/*
 * A chunk that is made where it will stand: room for `max` bytes of it, H1_CHUNK_MAX at most, or NULL
 * without memory; then how many there are, one at least. Nothing may be added in between.
 */
enum { H1_CHUNK_MAX = 0xFFFF };
char *h1_chunk_room(struct buf *buf, size_t max);
void h1_chunk_put(struct buf *buf, size_t len);

#endif
