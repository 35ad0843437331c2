/*
 * Who sent a request: inside the exchange. identity.c evaluates what an operation demands;
 * each kind of security scheme says how its credentials are found, read and checked.
 */
#ifndef STATUTE_EXCHANGE_IDENTITY_H
#define STATUTE_EXCHANGE_IDENTITY_H

#include "access/credentials.h"
#include "access/token_cache.h"
#include "exchange/facts.h"

enum identity_outcome {
	IDENTITY_UNKNOWN,      /* not checked yet */
	IDENTITY_VALID,
	IDENTITY_INVALID,
	IDENTITY_EXPIRED,
	IDENTITY_UNAVAILABLE,  /* what checks them is out of reach: it says nothing about them */
	IDENTITY_WAITS,        /* host->resume will be called; then they are checked again */
	IDENTITY_NO_MEMORY
};

/* What was found out about one request, in its arena. */
struct identity {
	struct credentials sent; /* what Authorization has; empty where it is absent or no credentials at all */
	enum identity_outcome outcomes[SECURITY_SCHEMES_MAX]; /* by scheme of the operation */
	struct principal principals[SECURITY_SCHEMES_MAX];    /* of those that are VALID */
	const char *why;       /* they are not valid: a sentence for the client, static; NULL: no more is said */
	size_t blamed;         /* the scheme that `why` and the error are about */
	const struct security_choice *held; /* the choice that the principal is of; NULL: none */
	bool is_in_query;      /* the query has a token, which is never read */
	struct token_digest token; /* of `sent`, where it may be a token */
	void *data;            /* of the kind whose check waits; of each kind its own business */
};

struct identity_kind {
	/* Were credentials of the scheme sent? Costs next to nothing. */
	bool (*is_sent)(const struct exchange *x, const struct security_scheme *scheme);
	/* Can they be read? Only of sent ones. NULL: they can, else a sentence for the client, static. */
	const char *(*misread)(struct exchange *x, const struct security_scheme *scheme);
	/*
	 * Checks them. VALID fills *ret_principal, whose texts live as long as the arena of x or
	 * longer; the caller sets its scheme. INVALID and EXPIRED may set *ret_why.
	 */
	enum identity_outcome (*check)(struct exchange *x, const struct security_scheme *scheme,
	                               struct principal *ret_principal, const char **ret_why);
};

/* Static. */
const struct identity_kind *identity_kind_of(enum security_kind kind);

/* The kinds, each in a file of its own. */
extern const struct identity_kind identity_token;    /* identity_token.c */
extern const struct identity_kind identity_password; /* identity_password.c */
extern const struct identity_kind identity_api_key;  /* identity_api_key.c */

/* cross_site.c: may a page of another site have made a browser send it, with its cookie? Once the choice is known. */
bool identity_is_cross_site(const struct exchange *x, const struct security *security);

/* Does its Authorization field name the scheme of HTTP authentication? For kinds. */
static inline bool identity_authorization_is(const struct exchange *x, struct str scheme)
{
	return str_eq_nocase(x->identity->sent.scheme, scheme);
}

#endif
