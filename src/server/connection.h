/*
 * One connection of a client (RFC 9112 section 9): requests in, answers out, in
 * order, one at a time.
 *
 *	HEAD ─> CONTENT ─> WAIT ─> (answer) ─> SENDING ─> DISCARD ─> HEAD … ─> LINGER ─> closed
 *
 * Requests that came in one piece are answered in one write. An exchange is held
 * from a request's first byte to its end; a connection that only waits holds no
 * buffer either. Nothing more is read from a client that does not take its answers
 * (RFC 9112 section 9.3.2 lets a server read ahead, it need not), nor past a bound
 * while an exchange waits.
 *
 * The struct lives until its handle is closed and its exchange is back, whichever
 * comes last. All on the worker's thread.
 */
#ifndef STATUTE_SERVER_CONNECTION_H
#define STATUTE_SERVER_CONNECTION_H

#include <uv.h>

#include "server/address.h"
#include "server/worker.h"
#include "wire/tls.h"

struct connection_feed;

enum connection_state {
	CONNECTION_HEAD,    /* the head of the next request is to come */
	CONNECTION_CONTENT, /* the exchange takes content */
	CONNECTION_WAIT,    /* the exchange is with another thread */
	CONNECTION_FEED,    /* it has become a feed: connection_feed.h */
	CONNECTION_SENDING, /* content of the answer comes from a source, as far as the client takes it */
	CONNECTION_DISCARD, /* answered before its content came, which is read and forgotten */
	CONNECTION_LINGER   /* the last answer is on its way; what comes is forgotten (section 9.6) */
};

/* The answer that is being sent, where its content comes from a source. */
struct connection_content {
	struct content_source *source; /* NULL: none */
	uint64_t left;      /* bytes that are to come of it, or CONTENT_LENGTH_UNKNOWN */
	uint64_t out;       /* bytes of the answer that were given away, its head included */
	int64_t wall_ms;    /* when it was answered, */
	uint64_t now_us;    /* and by the monotonic clock */
	uint64_t paced_ms;  /* since when the client's pace is measured, ms of the loop; 0: it is not */
	uint64_t taken;     /* bytes of `out` that the client had taken then */
	bool is_chunked;
};

struct connection {
	uv_tcp_t tcp;
	struct worker *worker;
	struct connection *prev, *next; /* of the worker's list */
	struct exchange *x;       /* of the request that came, at least in part; else NULL */
	struct h1 h1;
	struct connection_feed *feed; /* while FEED; else NULL */
	struct h2_connection *h2; /* where the client speaks HTTP/2: its streams have the exchanges; else NULL */
	struct tls *tls;          /* from its first byte on, where it is_secure; else NULL */
	struct pooled *in;        /* what came and was not used yet, from `in_at` on; NULL where nothing */
	size_t in_at;
	struct pooled *out;       /* answers that were not sent yet; NULL where none */
	size_t out_at;            /* how many bytes of `out` were encrypted already */
	struct pooled *encrypted; /* of TLS, not sent yet; NULL where nothing */
	struct pooled *sending;   /* what the system did not take at once, with its write; NULL where nothing */
	size_t unsent;            /* what the client had yet to take when TIMEOUT_WRITE was set, bytes */
	struct timeout reading, writing;
	uint64_t taken;           /* bytes of the request so far, for the log */
	uint64_t window;          /* bytes of content since TIMEOUT_CONTENT was set */
	struct connection_content content; /* while SENDING */
	size_t burst;             /* bytes that went without the loop having had its turn */
	uint64_t lingered;        /* bytes that were read and forgotten after the last answer */
	uint64_t turn;            /* ms of the loop in which it had its last turn, */
	size_t turn_requests, turn_bytes; /* and what it did in it: requests, and bytes of answers */
	enum connection_state state;
	bool is_secure;           /* what goes over it is TLS */
	bool is_http1;            /* its first bytes were of HTTP/1.1 */
	bool in_flight;           /* the request counts as one in progress */
	bool has_request_ended;   /* its last byte came */
	bool has_content_begun;
	bool was_continued;       /* 100 Continue was sent */
	bool must_close;          /* after the answer of this request */
	bool had_turn;            /* it did as much as one may at once: others first */
	bool is_polite;           /* the client said that it sends nothing more: no need to linger */
	bool is_reading;
	bool has_ended;           /* the client closed its side */
	bool is_shut;             /* we closed ours */
	bool is_closing, is_closed;
	unsigned char network[ADDRESS_NETWORK];
	char address[ADDRESS_TEXT_MAX];
};

enum {
	CONNECTION_AHEAD = 64 * 1024, /* bytes that are read ahead of a pause */
	CONNECTION_OUT = 64 * 1024,   /* bytes of answers after which they are sent, and a turn is over */
	CONNECTION_TURN = 64,         /* requests after which a turn is over */
	CONNECTION_BURST = 2 << 20    /* bytes after which others have their turn, however fast a client takes them */
};

/* Takes one connection from `listener`, one of the worker's; what goes wrong concerns that connection alone. */
void connection_accept(struct worker *worker, uv_stream_t *listener);
/* The exchange of a connection, or of a stream of one, is back from another thread. */
void connection_resume(struct exchange *x);
/* The server stops: closes it where nothing is in progress; else it closes after its answer. */
void connection_drain(struct connection *c);
/* Cuts it off. */
void connection_close(struct connection *c);
void connection_time_out(struct worker *worker, struct timeout *timeout, enum timeout_kind kind);

/* What came and was meant, after TLS: uses what it can of it, and keeps the rest. */
void connection_take(struct connection *c, struct str input);

/* ---- connection_request.c: from bytes to answers ------------------------ */

/* Parses and answers what it can of `input`; returns how many bytes are done with. */
size_t connection_consume(struct connection *c, struct str input);
/* Goes on where an exchange that waited stands now. */
void connection_step(struct connection *c, enum exchange_step step);
/* Answers with a refusal and closes after it. */
void connection_refuse(struct connection *c, enum h1_refusal refusal, struct str blamed);
/* True where no more input can be used now: an exchange waits, answers are not taken, or its turn is over. */
bool connection_is_paused(const struct connection *c);
/* The answer was given, all of it: what becomes of the connection. */
void connection_end_answer(struct connection *c);
/* A line in the log; `at` says when it was answered, of `out` bytes that went. */
void connection_log_answer(struct connection *c, const struct connection_content *at, bool is_dropped);
/* Its exchange is done with, however it ended. */
void connection_drop_exchange(struct connection *c);
/* Requests that wait for what may take seconds are to be resumed now: see exchange.hurry. Any number of times. */
void connection_hurry(struct connection *c);
/* Logs a request that gets no answer, since the client is gone, and forgets it. */
void connection_forget_request(struct connection *c);

/* ---- connection_output.c: from answers to the socket --------------------- */

/* The buffer for answers, or NULL without memory. */
struct buf *connection_output(struct connection *c);
/* Sends what the system takes at once; the rest follows by itself. May close the connection. */
void connection_flush(struct connection *c);
/* Bytes of answers that the client has not taken: with us, and with the system. */
size_t connection_untaken(const struct connection *c);
static inline bool connection_has_unsent(const struct connection *c)
{
	return c->out || c->encrypted || c->sending;
}
/* Takes a buffer that is not empty and sends it; what the system does not take at once is `sending`, then. */
void connection_send(struct connection *c, struct pooled *buffer);

/* The same from some byte on, when the loop had its turn: it is `sending`. */
void connection_queue(struct connection *c, struct pooled *buffer, size_t from);

/* ---- connection_source.c: content that comes from a source ---------------- */

/* The head of an answer was written, in `out` bytes: its content follows. */
void connection_start_source(struct connection *c, size_t out);
/* Sends of it what the client takes now; true where that was all. May close the connection. */
bool connection_pump(struct connection *c);
/* The client took what was `sending`: fast enough? Else it is to be cut off. */
bool connection_keeps_pace(struct connection *c);

/* ---- connection_tls.c: where it is_secure --------------------------------- */

/* What came from the socket. May close the connection. */
void connection_decrypt(struct connection *c, struct str bytes);
/* connection_flush. */
void connection_flush_encrypted(struct connection *c);
/* Says that no more answers follow, where the protocol has a word for it; true once all of it is sent. */
bool connection_end(struct connection *c);
/* The same for a connection that is about to be closed: as far as the system takes it now. */
void connection_end_at_once(struct connection *c);
/* What was agreed on (ALPN): "http/1.1"; empty where nothing was, as on any connection in the clear. */
struct str connection_protocol(const struct connection *c);
/* The handshake of a connection that is_secure is not over. */
static inline bool connection_is_greeting(const struct connection *c)
{
	return c->is_secure && !(c->tls && (tls_is_ready(c->tls) || tls_has_failed(c->tls)));
}

/* ---- connection_yield.c: who gives way where there is no room ------------- */

/*
 * Ends the connection that has kept the worker waiting longest, in favour of a
 * newcomer; false where none has for long.
 */
bool connection_make_room(struct worker *worker);
/* Refuses the slowest content that is on its way, in favour of another request; nothing where none is slow. */
void connection_yield_flight(struct worker *worker);
/* Whose timeout it is. */
struct connection *connection_of(struct timeout *timeout, enum timeout_kind kind);

/* After each event: flushes, goes on where that unblocked something, sets what is read and timed next. */
void connection_settle(struct connection *c);

#endif
