/* Asking a running server: see ask_admin.h. */
#include "cli/ask_admin.h"

#include <stdio.h>

#include "client/url.h"

/* The port is never one that goes without saying. */
bool ask_admin_is_url(struct str text)
{
	struct url url;

	return url_read(text, &url) && !url.is_tls && url.has_port && (!url.target.len || str_eq(url.target, S("/")));
}

int ask_admin(const struct ask_admin *ask, struct buf *content, int *ret_status, char cause[FETCH_CAUSE])
{
	struct fetched fetched;
	struct buf url;
	int r;

	buf_init(&url, NULL, URL_MAX);
	buf_add(&url, str_sub(ask->url, 0, ask->url.len - str_ends(ask->url, S("/"))));
	buf_add(&url, ask->path);
	snprintf(cause, FETCH_CAUSE, "not enough memory");
	r = url.failed ? STATUTE_ENOMEM
	               : fetch_get(&(struct fetch){ .url = buf_str(&url), .method = ask->method,
	                                            .accept = ask->accept, .timeout_ms = ask->timeout_ms,
	                                            .stop_fd = -1, .allows_clear = true },
	                           content, &fetched, cause);
	buf_done(&url);
	if (r == 0)
		*ret_status = fetched.status;
	return r;
}
