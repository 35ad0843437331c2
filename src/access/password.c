/* Passwords: see password.h. */
#include "access/password.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

enum { PASSES = 2, MEMORY = 19 << 20 };
_Static_assert((int)PASSWORD_HASH_SIZE == (int)crypto_pwhash_STRBYTES, "as libsodium has it");

/* Of 32 random bytes that nobody kept, with the parameters above. */
static const char nobody[] =
	"$argon2id$v=19$m=19456,t=2,p=1$Mi+lJif6WD2smKWyJ64kog$4dRTlXJ6JvOIJnEIGVn3iiHKBI9DHge+aw0eAm01o3U";

int password_hash(struct str password, char ret_hash[PASSWORD_HASH_SIZE])
{
	if (sodium_init() < 0 || crypto_pwhash_str_alg(ret_hash, password.len ? password.at : "", password.len, PASSES,
	                                               MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return STATUTE_ENOMEM;
	return 0;
}

static bool holds(const char *hash, struct str password)
{
	return crypto_pwhash_str_verify(hash, password.len ? password.at : "", password.len) == 0;
}

/* libsodium does not tell a wrong password from a lack of memory: it sets ENOMEM in the second case alone. */
enum password_outcome password_verify(struct str hash, struct str password)
{
	char text[PASSWORD_HASH_SIZE] = { 0 };
	bool is_known = hash.len > 0 && hash.len < sizeof(text), is_right;

	if (sodium_init() < 0)
		return PASSWORD_NO_MEMORY;
	if (is_known)
		memcpy(text, hash.at, hash.len);
	else
		memcpy(text, nobody, sizeof(nobody));
	errno = 0;
	is_right = holds(text, password);
	if (!is_right && errno == ENOMEM)
		return PASSWORD_NO_MEMORY;
	return is_right && is_known ? PASSWORD_HOLDS : PASSWORD_FAILS;
}
