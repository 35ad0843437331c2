/*
 * Whether the security of a document can be checked, and the keys that it is checked with: one
 * keyring for each scheme that has keys. Of one generation; read anew with each reload.
 */
#ifndef STATUTE_SERVER_SCHEME_KEYS_H
#define STATUTE_SERVER_SCHEME_KEYS_H

#include "access/keyring.h"
#include "openapi/bind.h"

struct scheme_keys {
	struct keyring **list; /* by security_scheme.index; NULL where the scheme needs none */
	size_t count;
};

/*
 * For every scheme that an operation names. `dev_keys` is the text of a key set for those that
 * name none, or NULL. STATUTE_EDOCUMENT with issues of the document: something that is demanded
 * cannot be checked, or a key file is missing or broken. STATUTE_ENOMEM. *ret_keys is to be
 * ended in any case.
 */
STATUTE_CHECK int scheme_keys_open(const struct api *api, const char *dev_keys, struct issues *issues,
                                   struct scheme_keys *ret_keys);
/* Accepts a zeroed one. */
void scheme_keys_end(struct scheme_keys *keys);

#endif
