/*
 * Whether the security of a document can be checked, and the keys that it is checked with: one
 * keyring for each scheme that has keys. Of one generation; read anew with each reload.
 */
#ifndef STATUTE_SERVER_SCHEME_KEYS_H
#define STATUTE_SERVER_SCHEME_KEYS_H

#include "client/key_source.h"
#include "openapi/bind.h"

struct scheme_keys {
	struct keyring **list;       /* by security_scheme.index; NULL where the scheme needs none */
	struct key_source **sources; /* the same; NULL where the keys are not fetched */
	size_t count;
};

struct scheme_keys_options {
	const char *dev_keys;             /* the text of a key set for schemes that name none, or NULL */
	const struct scheme_keys *before; /* what is fetched already goes on, and what came of it; or NULL */
	void (*tell)(void *data, struct str url, const char *problem); /* as in client/key_source.h; NULL: nobody */
	void *data;
};

/*
 * For every scheme that an operation names. STATUTE_EDOCUMENT with issues of the document:
 * something that is demanded cannot be checked, or a key file is missing or broken. STATUTE_ENOMEM.
 * Keys at a URL are fetched from now on, and awaited by nobody. *ret_keys is to be ended in any case.
 */
STATUTE_CHECK int scheme_keys_open(const struct api *api, const struct scheme_keys_options *options,
                                   struct issues *issues, struct scheme_keys *ret_keys);
/* Accepts a zeroed one. May take a moment: a fetch that is under way is broken off. */
void scheme_keys_end(struct scheme_keys *keys);

#endif
