/*
 * Keys made and tokens signed: for development and tests. Whoever runs an API in earnest
 * has an issuer that does this.
 */
#ifndef STATUTE_ACCESS_JWS_SIGN_H
#define STATUTE_ACCESS_JWS_SIGN_H

#include "access/jwk.h"

/*
 * A new private key as JSON, in `arena`: EdDSA, ES256 or HS256. STATUTE_ENOTFOUND for
 * another algorithm; STATUTE_ESYSTEM where none could be made; STATUTE_ENOMEM.
 */
STATUTE_CHECK int jwk_generate(struct arena *arena, enum jws_algorithm algorithm, struct str id,
                               struct json **ret_node);
/* Is it a key of the kinds above, with its private part? */
bool jwk_is_private(const struct json *node);
/*
 * Of a key that jwk_is_private, for `payload`; in `arena`. `type` is the header's `typ`; empty: "JWT".
 * STATUTE_EINVAL: a broken key; STATUTE_ENOMEM.
 */
STATUTE_CHECK int jws_sign(struct arena *arena, const struct json *key, struct str type, struct str payload,
                           struct str *ret_token);

#endif
