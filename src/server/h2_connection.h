/*
 * A connection of HTTP/2 (RFC 9113): its streams, each with an exchange.
 *
 *	QUEUED ─> WAIT, CONTENT ─> ANSWERED ─> closed
 *
 * Where the answers that a client does not take grow too large, further requests are
 * QUEUED and not begun. A stream that its client reset while its exchange is with another thread is
 * kept, and counts as one that is open, until the exchange is back: so that resetting and
 * asking anew gets nobody more work done at once than waiting does.
 *
 * Of struct connection it uses the socket, the buffers, the timeouts and the states HEAD (for
 * anything but) and LINGER. All on the worker's thread.
 */
#ifndef STATUTE_SERVER_H2_CONNECTION_H
#define STATUTE_SERVER_H2_CONNECTION_H

#include "server/connection.h"
#include "wire/h2.h"

/* The client's preface is there. False without memory: the connection was closed. */
bool h2_connection_start(struct connection *c);
/* Accepts one without HTTP/2, as do all but those that say otherwise. */
void h2_connection_free(struct connection *c);
/* connection_close does the rest. */
void h2_connection_close(struct connection *c);
/* Is an exchange of it with another thread? */
bool h2_connection_is_awaited(const struct connection *c);

/* Is it being read or written at this moment, below on the stack? */
bool h2_connection_is_busy(const struct connection *c);

/* Only for HTTP/2: takes all of `input`, unless its answers are not taken. Returns how much it took. */
size_t h2_connection_consume(struct connection *c, struct str input);
/* Sends what there is, as far as the client takes it; sees to the connection's end where it is over. */
void h2_connection_write(struct connection *c);
/* The exchange, which waited, is back. */
void h2_connection_resume(struct exchange *x);
/* Only for HTTP/2, as the next: see connection_hurry. */
void h2_connection_hurry(struct connection *c);
/* The client sends nothing more, and all that it sent was used. */
void h2_connection_end_input(struct connection *c);
/* Only for HTTP/2: ends it, saying why. */
void h2_connection_end(struct connection *c, enum h2_error error);
/* Only for HTTP/2: what it waits for now. */
enum timeout_kind h2_connection_timeout(const struct connection *c);

/* ---- Its streams' timeouts ------------------------------------------------ */

/* Whose timeout it is. */
struct connection *h2_stream_connection(struct timeout *timeout);
void h2_stream_time_out(struct timeout *timeout, enum timeout_kind kind);
/* Bytes of content that came since TIMEOUT_STREAM_CONTENT was set. */
uint64_t h2_stream_window(const struct timeout *timeout);
/* Answers that the content did not come in time, whose TIMEOUT_STREAM_CONTENT is set. */
void h2_stream_refuse_content(struct timeout *timeout);

#endif
