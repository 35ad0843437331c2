/* One request without content to the admin listener of a running server. Blocks. */
#ifndef STATUTE_CLI_ASK_ADMIN_H
#define STATUTE_CLI_ASK_ADMIN_H

#include <statute/error.h>

#include "base/buf.h"
#include "client/fetch.h"

/* Where a server on this machine has it that was told nothing of it. */
#define ADMIN_DEFAULT "http://127.0.0.1:8081"

struct ask_admin {
	struct str url;      /* as ask_admin_is_url takes it */
	struct str path;     /* "/-/trace/req_1", already encoded */
	const char *method;  /* NULL: GET */
	const char *accept;  /* a media type */
	unsigned timeout_ms; /* for all of it */
};

/* Is it "http://HOST:PORT" or "http://[::1]:PORT", with nothing or a "/" behind? */
bool ask_admin_is_url(struct str url);
/* Appends the content of the answer to `content`, as fetch_get does. 0 and *ret_status; else as fetch_get. */
STATUTE_CHECK int ask_admin(const struct ask_admin *ask, struct buf *content, int *ret_status,
                            char cause[FETCH_CAUSE]);

#endif
