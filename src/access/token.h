/*
 * Access tokens (JSON Web Token, RFC 7519; checked as RFC 8725 and RFC 9068 advise): who
 * sent a request, once the signature and the times, the issuer and the audience hold.
 */
#ifndef STATUTE_ACCESS_TOKEN_H
#define STATUTE_ACCESS_TOKEN_H

#include "access/jws.h"

/* What is demanded of a token beside its signature. The texts and keys outlive every check. */
struct token_rules {
	struct jwk_set keys;
	struct str issuer;          /* empty: anybody whose key is in the set */
	const struct str *audience; /* one of these must be named; none: not asked */
	size_t audience_count;
	int64_t leeway_s;           /* by how much the clocks may differ */
	struct str type;            /* the header's `typ`, as "at+jwt" (RFC 9068 section 2.1); empty: any */
};

enum token_outcome {
	TOKEN_VALID,
	TOKEN_INVALID, /* see *ret_why */
	TOKEN_EXPIRED,
	TOKEN_NO_MEMORY
};

struct token {
	const struct json *claims;
	struct str subject; /* `sub`; may be empty */
};

/*
 * TOKEN_VALID fills *ret_token, in `arena`, which borrows `text`; else *ret_why is a
 * sentence for logs, static text. A token without `exp` is invalid: it would hold for ever.
 * `now_s` is Unix time.
 */
enum token_outcome token_verify(const struct token_rules *rules, struct str text, int64_t now_s,
                                struct arena *arena, struct token *ret_token, const char **ret_why);

/* Is `name` in the claim: an array of texts, or a text of names with spaces between (RFC 8693 section 4.2)? */
bool token_claim_has(const struct token *token, struct str claim, struct str name);

/*
 * The names in a claim, of either form, in `arena`; none where it is missing or something else. A
 * claim within others is named with dots ("realm_access.roles"), where no claim has the whole name.
 * 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int token_claim_names(struct arena *arena, const struct token *token, struct str claim,
                                    const struct str **ret_names, size_t *ret_count);

#endif
