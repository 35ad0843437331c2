/*
 * The keys that the tokens of one security scheme are checked with. They can be replaced
 * while others use them: a key set that is fetched changes during the life of a server.
 *
 * Any thread may call any function; a version that somebody holds stays as it is.
 */
#ifndef STATUTE_ACCESS_KEYRING_H
#define STATUTE_ACCESS_KEYRING_H

#include "access/jwk.h"

struct keyring;

/* What is wrong in the text of a key set, and where; line and column from 1. */
struct keyring_fault {
	uint32_t line, column;
	const char *issue; /* static text */
};

/* Without keys. */
STATUTE_CHECK int keyring_new(struct keyring **ret_keyring);
/* Nobody holds a version any more. Accepts NULL. */
void keyring_free(struct keyring *keyring);

/*
 * From now on it has the keys of `text`, a key set of at most 1 MiB, which is copied. STATUTE_ESYNTAX or
 * STATUTE_EINVAL with *ret_fault, or STATUTE_ENOMEM: what it had, it has still.
 */
STATUTE_CHECK int keyring_replace(struct keyring *keyring, struct str text, struct keyring_fault *ret_fault);

/* From now on it has no keys, until some replace them. */
void keyring_clear(struct keyring *keyring);

/* Another number with each replacement; 0 while it has no keys. Costs one load. */
uint64_t keyring_number(const struct keyring *keyring);

/* Keys that stay while they are held. */
struct key_version {
	struct jwk_set set;
	uint64_t number;
};
/* NULL while it has no keys. To be released. */
const struct key_version *keyring_hold(struct keyring *keyring);
void keyring_release(struct keyring *keyring, const struct key_version *version);

#endif
