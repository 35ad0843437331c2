/*
 * Passwords: members with `format: password` are stored only as argon2id hashes
 * (RFC 9106), made off the loop. 19 MiB and 2 passes: what OWASP recommends as the
 * least; the thread pool bounds how many run at once.
 */
#include <sodium.h>
#include <string.h>

#include "resource/resource.h"

enum { PASSES = 2, MEMORY = 19 << 20 };

static bool is_password(const struct exchange *x, struct str name)
{
	const struct resource *resource = x->bound->resource;

	for (size_t i = 0; i < resource->secret_count; i++)
		if (resource->secrets[i]->is_password && str_eq(resource->secrets[i]->name, name))
			return true;
	return false;
}

bool resource_must_hash(struct exchange *x)
{
	struct change *change = change_of(x);

	if (change->has_hashed)
		return false;
	json_each(secret, change->secrets)
		if (json_is(secret, JSON_STRING) && is_password(x, secret->name))
			return true;
	return false;
}

void resource_hash_passwords(struct exchange *x)
{
	struct change *change = change_of(x);

	json_each(secret, change->secrets) {
		char *hash;

		if (!json_is(secret, JSON_STRING) || !is_password(x, secret->name))
			continue;
		hash = arena_alloc(&x->arena, crypto_pwhash_STRBYTES);
		if (!hash || sodium_init() < 0 ||
		    crypto_pwhash_str_alg(hash, secret->text.at, secret->text.len, PASSES, MEMORY,
		                          crypto_pwhash_ALG_ARGON2ID13) != 0)
			return; /* no memory: has_hashed stays false, and the write fails with 503 */
		secret->text = str_from(hash);
	}
	change->has_hashed = true;
}
