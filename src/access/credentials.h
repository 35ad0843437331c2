/*
 * The value of an Authorization field (RFC 9110 section 11.4): a scheme, and what follows. Pure.
 */
#ifndef STATUTE_ACCESS_CREDENTIALS_H
#define STATUTE_ACCESS_CREDENTIALS_H

#include "base/str.h"

struct credentials {
	struct str scheme; /* as it was sent; compared without regard to case */
	struct str rest;   /* what follows, without the spaces around it; may be empty */
};

/* Borrows `field`. False where it begins with no token, or something else than a space follows it. */
bool credentials_read(struct str field, struct credentials *ret_credentials);
/* Is it a token68 (the same as the b64token of RFC 6750): what stands for a token, or for user and password? */
bool credentials_is_token68(struct str text);

#endif
