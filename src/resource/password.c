/*
 * Passwords: members with `format: password` are stored only as argon2id hashes
 * (RFC 9106), made off the loop. 19 MiB and 2 passes: what OWASP recommends as the
 * least; the thread pool bounds how many run at once.
 */
#include <sodium.h>

#include "resource/resource.h"

enum { PASSES = 2, MEMORY = 19 << 20 };

bool resource_must_hash(struct exchange *x)
{
	struct change *change = change_of(x);

	if (change->has_hashed)
		return false;
	json_each(password, change->passwords)
		if (json_is(password, JSON_STRING))
			return true;
	return false;
}

void resource_hash_passwords(struct exchange *x)
{
	struct change *change = change_of(x);

	json_each(password, change->passwords) {
		char *hash;

		if (!json_is(password, JSON_STRING))
			continue;
		hash = arena_alloc(&x->arena, crypto_pwhash_STRBYTES);
		if (!hash || sodium_init() < 0 ||
		    crypto_pwhash_str_alg(hash, password->text.at, password->text.len, PASSES, MEMORY,
		                          crypto_pwhash_ALG_ARGON2ID13) != 0)
			return; /* no memory: has_hashed stays false, and the write fails with 503 */
		password->text = str_from(hash);
	}
	change->has_hashed = true;
}
