/*
 * What each operation of a document is bound to, which statuses it can answer, and
 * which of those the document does not mention. What can be answered is computed from
 * the decision graph, not listed anywhere.
 *
 *	statute_document_load ── statute_document_bind ── statute_document_route
 *	                                └── statute_document_find_answers ── statute_document_answers
 *
 * The functions that take a document that is not const change it: meanwhile no other
 * thread may use it. The others may be called by any thread. All texts and lists live
 * as long as the document.
 */
#ifndef STATUTE_ROUTES_H
#define STATUTE_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include <statute/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct statute_document;

/* What one operation is bound to. */
struct statute_route {
	const char *method;     /* "GET" */
	const char *path;       /* "/users/{id}" */
	const char *resource;   /* "users"; the key of x-statute that binds it to none; NULL where it is not bound */
	/* "list", "create", "read", "replace", "change", "delete"; of what is elsewhere, where; else NULL. */
	const char *action;
	const char *why_not;    /* why it is not bound, else NULL */
	bool needs_credentials; /* its `security` demands some, and does not let a client go without */
};

/*
 * Binds every operation; a second call answers as the first. 0; STATUTE_EDOCUMENT (what
 * the document says cannot be done; statute_document_problems has it then); STATUTE_ENOMEM.
 */
STATUTE_CHECK STATUTE_API int statute_document_bind(struct statute_document *document);
/* In the order of statute_document_operation. NULL past the last, and before the document is bound. */
STATUTE_API const struct statute_route *statute_document_route(const struct statute_document *document,
                                                               size_t index);

/* What somebody who develops against a document must know of its security. */
struct statute_security {
	/*
	 * Operations demand tokens of a scheme that names no keys; the members below are of the first such
	 * one. NULL: not demanded.
	 */
	bool lacks_keys;
	const char *issuer, *audience;
	const char *type;         /* of the header's `typ` */
	const char *const *roles; /* each that an operation demands, once, in the order of the document */
	size_t role_count;
	/*
	 * By role, and at the end without any: JSON objects with the role and every scope that an operation
	 * demands, under the claims in which the scheme has them.
	 */
	const char *const *claims;
};

/* After statute_document_bind returned 0. Lives as long as the document. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK STATUTE_API int statute_document_security(struct statute_document *document,
                                                        struct statute_security *ret_security);

/* How the document and what is served agree on a status. */
enum statute_mention {
	STATUTE_MENTIONED,          /* it can come, and stands there under its number */
	STATUTE_MENTIONED_BY_RANGE, /* it can come, and is covered by "4XX" or "default" */
	STATUTE_UNMENTIONED,        /* it can come, and the document is silent */
	STATUTE_IMPOSSIBLE,         /* it stands there, and cannot come */
};

/* An error code or an outcome ("CREATED"), and the rows of the graph that decide so. */
struct statute_reason {
	const char *code;
	const char *const *nodes; /* "H03a": of statute_graph_find, or, where it begins with A, perhaps the parser's */
	size_t node_count;
};

struct statute_answer {
	const char *status;       /* "404"; where it is IMPOSSIBLE perhaps a range: "4XX" */
	int number;               /* 404; of a range its class: 4 */
	enum statute_mention mention;
	const char *const *codes; /* what can stand in `error`: "EMAIL_ALREADY_EXISTS"; of errors alone */
	size_t code_count;
	const struct statute_reason *reasons; /* none where it is IMPOSSIBLE */
	size_t reason_count;
};

/* Those that can come in the order of their number, then the IMPOSSIBLE ones as they are written. */
struct statute_answers {
	const struct statute_answer *list;
	size_t count;
};

/* Binds the document where it is not, and finds what each operation can answer. The results of _bind. */
STATUTE_CHECK STATUTE_API int statute_document_find_answers(struct statute_document *document);
/*
 * What one operation can answer once the request is known to be for it. NULL past the
 * last, and before the answers are found.
 */
STATUTE_API const struct statute_answers *statute_document_answers(const struct statute_document *document,
                                                                   size_t index);
/*
 * Errors that come before anybody knows which operation is meant: on any path, from
 * bytes that are no request to a server that stops. Always MENTIONED: no operation needs to.
 */
STATUTE_API const struct statute_answers *statute_document_answers_anywhere(const struct statute_document *document);
/* The same where the document has no such path, or not with that method. */
STATUTE_API const struct statute_answers *statute_document_answers_elsewhere(const struct statute_document *document);

/*
 * The text of the document's file with a response for each UNMENTIONED status, and the
 * components that they refer to; all else is byte for byte what it was. Operations that
 * stand in other files are left as they are, and counted in *ret_left. Binds and finds
 * answers where that was not done; the results of statute_document_bind, and
 * STATUTE_EINVAL where the text is written in a way that nothing can be added to.
 * *ret_text is not NUL-terminated.
 */
STATUTE_CHECK STATUTE_API int statute_document_complete(struct statute_document *document, const char **ret_text,
                                                        size_t *ret_len, size_t *ret_left);

#ifdef __cplusplus
}
#endif

#endif
