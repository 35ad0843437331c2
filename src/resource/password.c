/* Passwords: members with `format: password` are stored only as hashes, made off the loop. */
#include "access/password.h"
#include "resource/resource.h"

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
		hash = arena_alloc(&x->arena, PASSWORD_HASH_SIZE);
		if (!hash || password_hash(password->text, hash) < 0)
			return; /* no memory: has_hashed stays false, and the write fails with 503 */
		password->text = str_from(hash);
	}
	change->has_hashed = true;
}
