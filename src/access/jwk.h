/*
 * Keys that tokens are signed with (JSON Web Key, RFC 7517): what a key set's text
 * says, as keys that can be used.
 *
 * A key is bound to one algorithm: its `alg`, or the one that its kind leaves (a curve
 * has one; RSA means RS256, a secret HS256). So a token can never choose how it is
 * verified. Keys that are not for verifying signatures are passed over, as RFC 7517
 * section 5 wants; a key that is for it and is weak or broken refuses the whole set.
 *
 * A set is immutable once parsed: any thread may verify with it.
 */
#ifndef STATUTE_ACCESS_JWK_H
#define STATUTE_ACCESS_JWK_H

#include <openssl/evp.h>

#include <statute/error.h>

#include "json/json.h"

enum jws_algorithm {
#define A(NAME, family, digest, bytes, least) JWS_##NAME,
#include "access/algorithm.def"
#undef A
	JWS_ALGORITHM_COUNT
};

enum jws_family { JWS_SECRET, JWS_RSA, JWS_RSA_PSS, JWS_EC, JWS_ED25519 };

struct jws_algorithm_row {
	struct str name;
	enum jws_family family;
	const char *digest; /* as OpenSSL calls it; NULL: the algorithm has one of its own */
	size_t bytes;       /* of a signature; 0: those of the key */
	int least;          /* bits that a key must have */
};

const struct jws_algorithm_row *jws_algorithm_row(enum jws_algorithm algorithm);
/* By its registered name, exactly; false for "none" and whatever else is not in the table. */
bool jws_algorithm_find(struct str name, enum jws_algorithm *ret_algorithm);

struct jwk {
	struct str id; /* `kid`; empty: it has none */
	enum jws_algorithm algorithm;
	EVP_PKEY *key; /* public, or a secret for HMAC */
	bool is_secret;
};

struct jwk_set {
	struct jwk *keys;
	size_t count;
};

/* What is wrong in a key set, and at which byte of its text. */
struct jwk_fault {
	uint32_t at;
	const char *issue; /* static text */
};

enum { JWK_KEYS_MAX = 64 };

/*
 * Reads a key set, or a single key. `root` must live as long as the set, whose keys are
 * freed with `arena`. STATUTE_EINVAL with *ret_fault: no key set, a key that is weak or
 * broken, two keys of one id, secrets and public keys in one set, no key that verifies.
 */
STATUTE_CHECK int jwk_set_read(struct arena *arena, const struct json *root, struct jwk_set *ret_set,
                               struct jwk_fault *ret_fault);
/* The key of that id; the only key, where `id` is empty. NULL where none is meant without doubt. */
const struct jwk *jwk_set_find(const struct jwk_set *set, struct str id);

#endif
