/* URLs that something can be fetched from: http and https (RFC 9110 section 4.2). Pure. */
#ifndef STATUTE_CLIENT_URL_H
#define STATUTE_CLIENT_URL_H

#include "base/str.h"

enum { URL_MAX = 2048, URL_HOST_MAX = 255 };

/* All borrow the text. */
struct url {
	bool is_tls;
	struct str authority; /* host and port, as they stand there: what Host says */
	struct str host;      /* without the brackets of an IPv6 address */
	struct str target;    /* path and query; empty: "/" */
	uint16_t port;
	bool has_port;        /* it stands there; else it is the scheme's */
};

/*
 * False where it is anything else: another scheme, a user, a fragment, a port out of range, a byte that
 * no URL has, more than URL_MAX bytes. The scheme is compared without regard to case.
 */
bool url_read(struct str text, struct url *ret_url);

#endif
