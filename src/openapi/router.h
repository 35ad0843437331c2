/*
 * Which path item does a path belong to? (OpenAPI: the most literal match wins.)
 * Built once; immutable; many threads may match.
 */
#ifndef STATUTE_OPENAPI_ROUTER_H
#define STATUTE_OPENAPI_ROUTER_H

#include "openapi/document.h"

struct router;
enum { ROUTER_PARAMETERS_MAX = 16 };

struct route_match {
	struct path_item *path;
	struct str values[ROUTER_PARAMETERS_MAX]; /* decoded, in the order of the template's parameters */
	struct str raw[ROUTER_PARAMETERS_MAX]; /* the same as they were sent, still encoded */
};

/*
 * Two templates that match the same paths ("/a/{x}" and "/a/{y}") are an issue of the
 * document, at the later one, and the result is STATUTE_EDOCUMENT; STATUTE_ENOMEM.
 * A template with '?' or '#' in it, which no path can match, is left out. The base path
 * of the document's servers is not part of any template: the caller removes it.
 */
STATUTE_CHECK int router_new(struct document *document, struct router **ret_router);
/*
 * Matches a percent-encoded path, segment by segment, most literal first. Values are
 * decoded into `arena` where they need it; an encoded "/" (%2F) stays within its
 * segment. Empty segments match no parameter; "." and ".." segments, encoded or not,
 * match nothing, since they name another path (RFC 3986 section 6.2.2.3). False where no
 * template matches, and without memory.
 */
bool router_match(const struct router *router, struct str path, struct arena *arena,
                  struct route_match *ret_match);
/*
 * From now on the last parameter of a template, whose other segments are literal, takes more segments
 * than one, with the slashes between them; `match` finds it where no template matches as it stands. 0,
 * STATUTE_EINVAL where the template is not of that kind, or STATUTE_ENOMEM. Not once others match.
 */
STATUTE_CHECK int router_add_rest(struct router *router, struct arena *arena, struct path_item *path);
/*
 * The spelling that would have matched (no trailing slash, no double slash,
 * letter case of literals), in `arena`; false where there is none.
 */
bool router_canonical(const struct router *router, struct str path, struct arena *arena,
                      struct str *ret_path);

#endif
