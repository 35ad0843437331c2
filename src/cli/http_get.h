/* One request without content over HTTP/1.1, to an end or a timeout; for asking a server on this machine. Blocks. */
#ifndef STATUTE_CLI_HTTP_GET_H
#define STATUTE_CLI_HTTP_GET_H

#include <statute/error.h>

#include "base/buf.h"

enum { HTTP_GET_CAUSE = 128 };

struct http_get {
	struct str url;        /* as http_get_is_url takes it */
	struct str path;       /* "/-/trace/req_1", already encoded */
	const char *method;    /* NULL: GET */
	const char *accept;    /* a media type */
	unsigned timeout_ms;   /* for all of it */
};

/* Is it "http://HOST:PORT" or "http://[::1]:PORT", with nothing or a "/" behind? */
bool http_get_is_url(struct str url);
/*
 * Appends the content of the answer to `buf`, whatever its status. 0 and *ret_status; or
 * STATUTE_EIO (no connection, no answer in time, or none that is HTTP/1.1), with what happened in `cause`.
 */
STATUTE_CHECK int http_get(const struct http_get *get, struct buf *buf, int *ret_status,
                           char cause[HTTP_GET_CAUSE]);

#endif
