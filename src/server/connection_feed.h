/*
 * A connection of HTTP/1.1 that has become a feed: a stream of server-sent events, or a WebSocket.
 * While nothing happens it holds no exchange and no buffer, and little beside.
 *
 *	(the answer) ─> CONNECTION_FEED ─> LINGER
 *
 * All on the worker's thread.
 */
#ifndef STATUTE_SERVER_CONNECTION_FEED_H
#define STATUTE_SERVER_CONNECTION_FEED_H

#include "server/connection.h"

/*
 * The exchange was answered with a feed: writes the answer and gives the exchange back. False where the
 * connection could not keep it, which the caller ends.
 */
bool connection_feed_begin(struct connection *c);
/* Uses all of what came. */
size_t connection_feed_consume(struct connection *c, struct str input);
/* Writes what there is, as far as the client takes it. */
void connection_feed_pump(struct connection *c);
/* Nothing was written for as long as may be: looks whether the client is there. May close the connection. */
void connection_feed_time_out(struct connection *c);
/* What it waits for. */
enum timeout_kind connection_feed_timeout(const struct connection *c);
/* It is over, however that came: a line in the log. Accepts one without a feed. */
void connection_feed_end(struct connection *c);

#endif
