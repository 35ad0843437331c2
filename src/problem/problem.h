/*
 * Error bodies: an RFC 9457 problem and the plain API error at once, the same
 * shape on every path.
 *
 * A `struct problem` is a value that borrows all its texts. A zeroed one with a
 * status and a code is complete: what is empty is filled from the catalogue
 * (errors.def) or left out. Pure functions; any thread.
 */
#ifndef STATUTE_PROBLEM_PROBLEM_H
#define STATUTE_PROBLEM_PROBLEM_H

#include <statute/problem.h>

#include "base/buf.h"

struct json;

/* One member of `validationErrors`. */
struct problem_error {
	struct str field;         /* as people write it: "items[0].name"; a parameter's name */
	struct str pointer;       /* RFC 6901, into the content; empty for a parameter */
	struct str message;       /* "Must be at least 1" */
	struct str code;          /* a row of validation.def, or a rule's own */
	const struct json *value; /* what came, left out where it is long; NULL where it is missing or secret */
	struct str in;            /* "query", "path", "header", "cookie"; empty for content */
};

struct problem {
	int status;
	struct str code;      /* "EMAIL_ALREADY_EXISTS" */
	struct str title;     /* empty: the phrase of the status */
	struct str detail;    /* empty: the message of the catalogue */
	struct str hint;      /* what the client can do about it; may be empty */
	struct str instance;  /* the request id */
	struct str path;      /* of the request, without query; always written */
	struct str timestamp; /* RFC 3339; empty: left out */
	int retry_after;      /* seconds; 0: left out */
	const struct json *details;
	const struct problem_error *errors;
	size_t error_count;
	struct str node;      /* the row of the graph; written only where show_node */
	bool show_node;
};

enum problem_format { PROBLEM_JSON, PROBLEM_PLAIN_JSON, PROBLEM_HTML, PROBLEM_TEXT };

/* "application/problem+json", …: the Content-Type, charset included where the type has one. */
struct str problem_media_type(enum problem_format format);
/*
 * By the Accept field ({NULL, 0} where absent): an error is never a 406, so that
 * PROBLEM_JSON answers whatever else does not fit (RFC 9110 section 15.5.7).
 */
enum problem_format problem_format_for(struct str accept);
/* Appends the whole body. buf->failed says whether there was room. */
void problem_write(const struct problem *problem, enum problem_format format, struct buf *buf);

/* The catalogue: /-/errors and /-/errors/CODE. */
void problem_catalogue_json(struct buf *buf);
void problem_catalogue_html(struct buf *buf);
/* 0, or STATUTE_ENOTFOUND where nothing explains `code` (then nothing is written). */
STATUTE_CHECK int problem_entry_json(struct buf *buf, struct str code);
STATUTE_CHECK int problem_entry_html(struct buf *buf, struct str code);

#endif
