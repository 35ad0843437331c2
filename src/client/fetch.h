/*
 * One request without content over HTTP/1.1, in the clear or over TLS, to an end. Blocks: not for
 * a thread that answers requests.
 */
#ifndef STATUTE_CLIENT_FETCH_H
#define STATUTE_CLIENT_FETCH_H

#include <statute/error.h>

#include "base/arena.h"
#include "base/buf.h"

enum { FETCH_CAUSE = 160, FETCH_REDIRECTS_MAX = 3 };

struct fetch {
	struct str url;           /* as url_read takes it */
	const char *method;       /* NULL: GET */
	const char *accept;       /* a media type */
	unsigned timeout_ms;      /* for all of it: name, connection, answer, redirections */
	int stop_fd;              /* readable: give up; -1: nobody says so */
	bool allows_clear;        /* http to other machines, too */
	bool follows_redirects;   /* FETCH_REDIRECTS_MAX at most, and never from https to http */
};

struct fetched {
	int status;
	int64_t max_age_s; /* as in client/answer.h */
};

/*
 * Appends the content of the answer, whatever its status, to `content`, an empty buffer whose maximum is
 * the most that is taken. 0; STATUTE_EIO with what happened in `cause`: no connection, a certificate
 * that does not hold, no whole answer in time, too much content; STATUTE_ENOMEM. SIGPIPE: see client/stream.h.
 */
STATUTE_CHECK int fetch_get(const struct fetch *fetch, struct buf *content, struct fetched *ret_fetched,
                            char cause[FETCH_CAUSE]);

#endif
