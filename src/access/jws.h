/*
 * Signed tokens in the compact form (JSON Web Signature, RFC 7515 section 3.1), verified.
 *
 * The key decides the algorithm, and the header must agree (RFC 8725 section 3.1). Not
 * one of the header's ways to bring a key along (`jwk`, `jku`, `x5c`, `x5u`) is followed;
 * an extension that must be understood (`crit`) refuses the token.
 */
#ifndef STATUTE_ACCESS_JWS_H
#define STATUTE_ACCESS_JWS_H

#include "access/jwk.h"

enum jws_outcome {
	JWS_VALID,
	JWS_MALFORMED,  /* three parts in base64url with a JSON header: it is not */
	JWS_UNKNOWN_KEY,
	JWS_ALGORITHM,  /* the header names another algorithm than the key is for */
	JWS_EXTENSION,  /* it has a critical extension */
	JWS_SIGNATURE,  /* the signature is not of that key over that content */
	JWS_NO_MEMORY
};

enum { JWS_TOKEN_MAX = 16 * 1024 }; /* bytes; a longer one is malformed */

/*
 * Verifies `token`; JWS_VALID alone sets *ret_payload, in `arena`. The header is read no
 * further than it must be before the signature holds.
 */
enum jws_outcome jws_verify(const struct jwk_set *set, struct str token, struct arena *arena,
                            struct str *ret_payload);
/* The same, with what the header says in `typ`, in `arena`; empty where it is missing or no text. */
enum jws_outcome jws_verify_typed(const struct jwk_set *set, struct str token, struct arena *arena,
                                  struct str *ret_payload, struct str *ret_type);
/* Why, as a sentence for logs and hints; static. */
const char *jws_outcome_text(enum jws_outcome outcome);

#endif
