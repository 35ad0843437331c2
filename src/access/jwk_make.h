/* Inside access: one key of a set, made for OpenSSL. */
#ifndef STATUTE_ACCESS_JWK_MAKE_H
#define STATUTE_ACCESS_JWK_MAKE_H

#include "access/jwk.h"

/*
 * The members that the key's kind needs (RFC 7518 section 6), checked: sizes, a point on
 * its curve, an RSA modulus that is not of a known weak make. The caller frees *ret_key.
 * STATUTE_EINVAL with *ret_issue, static text; STATUTE_ENOMEM.
 */
STATUTE_CHECK int jwk_make(struct arena *arena, const struct json *node, enum jws_algorithm algorithm,
                           EVP_PKEY **ret_key, const char **ret_issue);

#endif
