/*
 * Content-Digest and Repr-Digest of a request (RFC 9530), held against its content as it was sent,
 * codings and all: what a client names in them is what goes into the store or a file whole.
 * sha-256 and sha-512 are known; other algorithms are ignored, as section 5 has it.
 */
#ifndef STATUTE_EXCHANGE_DIGEST_H
#define STATUTE_EXCHANGE_DIGEST_H

#include "exchange/exchange.h"

struct digest;

/*
 * What the fields of the request demand, in its arena; NULL where they demand nothing that is known. 0 or
 * STATUTE_ENOMEM. One thread at a time, which need not be the same one.
 */
STATUTE_CHECK int digest_begin(struct exchange *x, struct digest **ret_digest);
/* The next bytes. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int digest_add(struct digest *digest, struct str piece);
/* All came. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int digest_end(struct digest *digest);
/* Sets DIGEST_MATCHES after digest_end, and says in x->problem which one does not. Any number of times. */
void digest_state(struct exchange *x, const struct digest *digest);

#endif
