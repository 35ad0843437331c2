/*
 * The server's own paths, under "/-/" of every API:
 *
 *	/-/health        200 while the process answers at all
 *	/-/ready         200 while it takes requests and the database is usable, else 503
 *	/-/errors        every error code, as JSON or as HTML, whichever Accept prefers
 *	/-/errors/CODE   one of them; also a code that was made for this API
 *	/-/docs          the API's operations, for people; not with --no-docs
 *	/-/openapi.json  its document, with every answer
 *	/-/assets/FILE   what pages for people are made of: see observe/page_assets.h
 *
 * They go through the graph like every other path; only GET and HEAD are allowed, but for what
 * the admin listener lets an operator change.
 */
#ifndef STATUTE_SERVER_OWN_PATHS_H
#define STATUTE_SERVER_OWN_PATHS_H

#include "exchange/exchange.h"

/* exchange_host.own_path: the kind of a path under "/-/", what it knows set in x->facts; else NULL. */
const struct exchange_kind *own_path(struct exchange *x, struct str path);
/* The same with the pages of operators (admin_pages.c) among them. */
const struct exchange_kind *own_path_public_admin(struct exchange *x, struct str path);
/* The same where no path is a document's: never NULL. */
const struct exchange_kind *own_path_any(struct exchange *x, struct str path);
/* Did it ask for a page of operators? */
bool own_path_is_admin(const struct exchange *x);

#endif
