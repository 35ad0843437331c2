/*
 * Where a client is sent, or pointed to: "/v2/users/{id}?lang=en", or a URL, as a document writes it.
 * What stands in braces is a parameter of the request's path or, where a row is at hand, its id or one
 * of its members; it never reaches into the scheme or the host. Immutable once it is read.
 */
#ifndef STATUTE_OPENAPI_TARGET_H
#define STATUTE_OPENAPI_TARGET_H

#include "base/buf.h"
#include "json/json.h"
#include "openapi/router.h"

enum target_source { TARGET_TEXT, TARGET_PARAMETER, TARGET_ID, TARGET_MEMBER };

/* Text, and the value that comes behind it. */
struct target_piece {
	struct str text;
	enum target_source source; /* TARGET_TEXT: no value */
	size_t parameter;          /* index into route_match.values */
	struct str member;
};

struct target_part {
	struct target_piece *pieces;
	size_t count;
};

struct target {
	struct str text;     /* as it is written; empty: there is none */
	bool is_path;        /* begins with '/': what the servers put before paths comes before it */
	struct target_part path, query;
	struct str own_query; /* as it is written, without '?' */
	struct str fragment; /* with its '#', or empty */
};

/* What is known of a request when a target is written out. */
struct target_values {
	const struct route_match *match;
	struct str id;           /* of a row */
	const struct json *body; /* of the same; NULL where the target names no member */
	struct str prefix;       /* what the client had before the path */
	struct str query;        /* of the request: goes along, but for names that the target's own query has */
};

/*
 * Appends the whole reference, what a URI cannot hold percent-encoded. False where a member that it names is
 * missing from the row; buf->failed says whether there was room.
 */
bool target_write(const struct target *target, const struct target_values *values, struct buf *buf);

#endif
