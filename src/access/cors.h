/*
 * Which pages of other origins may read an answer, and what they may send: the server's half of
 * the CORS protocol (Fetch standard, section "CORS protocol"). Pure; any thread.
 */
#ifndef STATUTE_ACCESS_CORS_H
#define STATUTE_ACCESS_CORS_H

#include "base/buf.h"
#include "base/str.h"

/* An origin of a document, or a pattern, where a star stands for the labels before ".shop.example". */
struct cors_origin {
	struct str head; /* all of it, or what comes before the '*' */
	struct str tail; /* what comes after it: ".shop.example:8443"; at NULL where there is no '*' */
};

/* What one `cors` of a document says. Texts live as long as the document. */
struct cors {
	const struct cors_origin *origins;
	size_t origin_count;
	bool allows_any;         /* '*': every page, also one of the opaque origin `null` */
	bool allows_credentials; /* never with allows_any */
	bool allows_any_header;  /* '*': every name but Authorization */
	const struct str *headers;
	size_t header_count;
	const struct str *methods; /* NULL: those of the path */
	size_t method_count;
	struct str expose;  /* the value of Access-Control-Expose-Headers; may be empty */
	struct str max_age; /* the value of Access-Control-Max-Age */
};

/* Is it as browsers write an origin (RFC 6454 section 6.2)? In small letters, without the scheme's own port. */
bool cors_is_origin(struct str text);
/* Parts a pattern at its star. False where it is neither an origin, nor `null`, nor a pattern. */
bool cors_origin_read(struct str text, struct cors_origin *ret_origin);
/* May a page of `origin`, the value of one Origin field, read the answer? */
bool cors_allows(const struct cors *cors, struct str origin);
/* May such a page send a field of this name? Not asked about names that need no permission. */
bool cors_allows_header(const struct cors *cors, struct str name);
/* Adds the names of `asked`, the value of Access-Control-Request-Headers, that are allowed: "a, b". */
void cors_add_headers(const struct cors *cors, struct str asked, struct buf *buf);

#endif
