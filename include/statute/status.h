/*
 * The vocabulary: every code of the IANA registry of HTTP status codes, and the
 * contract that comes with it (RFC 9110 section 15, and the RFC that each row
 * names). All of it is static and constant; any thread.
 */
#ifndef STATUTE_STATUS_H
#define STATUTE_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#include <statute/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum statute_status_class {
	STATUTE_CLASS_INTERIM = 1,
	STATUTE_CLASS_SUCCESS = 2,
	STATUTE_CLASS_REDIRECT = 3,
	STATUTE_CLASS_CLIENT_ERROR = 4,
	STATUTE_CLASS_SERVER_ERROR = 5,
};

/* Whether a response of this status has content. */
enum statute_content {
	STATUTE_CONTENT_ALLOWED,
	STATUTE_CONTENT_REQUIRED,  /* our rule: who reads it needs what stands in it */
	STATUTE_CONTENT_FORBIDDEN, /* the message ends after the header section */
	STATUTE_CONTENT_EMPTY,     /* the length is there and 0 (205) */
};

enum statute_registration {
	STATUTE_REGISTERED,
	STATUTE_REGISTERED_TEMPORARY,
	STATUTE_REGISTERED_OBSOLETE,
	STATUTE_REGISTERED_RESERVED, /* registered so that nobody uses it */
};

/* What a client should do next. */
enum statute_client_action {
#define A(NAME, text) STATUTE_CLIENT_##NAME,
#include <statute/client_action.def>
#undef A
	STATUTE_CLIENT_ACTION_COUNT
};

struct statute_status {
	int code;
	const char *phrase;
	enum statute_status_class class_of;
	enum statute_registration registration;
	enum statute_content content;
	/*
	 * Header fields that a response must have, separated by blanks; "a|b" is one of
	 * both. What depends on more than the status stands in `contract`.
	 */
	const char *headers;
	bool is_cacheable;    /* heuristically, RFC 9110 section 15.1; 451: RFC 7725 section 3 */
	enum statute_client_action client;
	const char *section;  /* "RFC 9110 section 15.5.10" */
	const char *meaning;
	const char *use;      /* when to send it */
	const char *avoid;    /* when not to, and what to send instead */
	const char *contract; /* more that it obliges to, or "" */
};

/* NULL for a code that is not registered. */
STATUTE_API const struct statute_status *statute_status_find(int code);
/*
 * How a client understands `code`: its own row, or where it is not registered the
 * row x00 of its class (RFC 9110 section 15). NULL outside 100 to 599.
 */
STATUTE_API const struct statute_status *statute_status_class_fallback(int code);
/* In order; NULL past the last. */
STATUTE_API const struct statute_status *statute_status_at(size_t index);

/* "Client error". "" for what is no class. */
STATUTE_API const char *statute_status_class_name(enum statute_status_class class_of);
/* "Retry after a wait", …; static. */
STATUTE_API const char *statute_client_action_text(enum statute_client_action action);

/* A question that tells apart codes which are often confused. */
struct statute_misuse {
	const char *codes;    /* "401 403" */
	const char *question; /* "Does the server know who asks?" */
	const char *answers;  /* "no: 401; yes: 403" */
	const char *why;
};

/* NULL past the last. */
STATUTE_API const struct statute_misuse *statute_misuse_at(size_t index);
/* Whether the row is about that code. */
STATUTE_API bool statute_misuse_concerns(const struct statute_misuse *misuse, int code);

/*
 * The value of the first field of that name, NUL-terminated, or NULL. Names are asked in
 * lower case. "connection" is asked too, which a caller may leave to whoever writes the
 * response: then it answers what will be written.
 */
typedef const char *statute_status_lookup(void *data, const char *name);

/* What else a check must know of a response. */
struct statute_status_facts {
	bool has_content; /* bytes follow the header section */
	bool is_head;     /* it answers a HEAD request */
	bool is_post;     /* it answers a POST request */
};

/*
 * Does a response keep the contract of its status? 0, or STATUTE_EINVAL and in
 * *ret_broken the obligation that it breaks (static text: "405 needs Allow").
 */
STATUTE_CHECK STATUTE_API int statute_status_check(int status, const struct statute_status_facts *facts,
                                                   statute_status_lookup *lookup, void *data,
                                                   const char **ret_broken);

#ifdef __cplusplus
}
#endif

#endif
