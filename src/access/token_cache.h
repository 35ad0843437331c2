/*
 * Tokens that were found valid, so that the next request with one costs a hash of it and no
 * signature. Of one thread; what is held lives on when the cache is gone, or has forgotten it.
 *
 * Found by the SHA-256 of the token: the token itself is not kept, and nobody can make
 * another one that is found in its place. So a comparison that takes longer the more bytes
 * agree tells nothing of use: whoever could choose the bytes of a hash has broken SHA-256.
 * Tokens that are not valid are not kept: they would push out those that are.
 */
#ifndef STATUTE_ACCESS_TOKEN_CACHE_H
#define STATUTE_ACCESS_TOKEN_CACHE_H

#include "access/keyring.h"
#include "access/principal.h"
#include "access/token.h"

enum {
	TOKEN_CACHE_ENTRIES = 4096,
	TOKEN_CACHE_BYTES = 32 << 20,        /* of all entries */
	TOKEN_CACHE_ENTRY_BYTES = 128 * 1024 /* of one: a token that takes more is verified each time */
};

struct token_cache;

/* A token that holds. */
struct verified_token {
	struct principal principal; /* `scheme` is empty */
};

/* What is demanded of the tokens of one scheme. */
struct token_scheme {
	struct token_rules rules;   /* without keys */
	struct keyring *keyring;
	size_t index;               /* tells schemes apart */
	struct str roles_claim, scopes_claim;
};

/* NULL without memory. */
struct token_cache *token_cache_new(void);
/* Accepts NULL. */
void token_cache_free(struct token_cache *cache);

enum token_cache_outcome { TOKEN_CACHE_VALID, TOKEN_CACHE_INVALID, TOKEN_CACHE_EXPIRED, TOKEN_CACHE_NO_KEYS,
	                   TOKEN_CACHE_NO_MEMORY };

/* What a token is known by. */
struct token_digest {
	uint8_t bytes[32];
};
void token_digest_take(struct str text, struct token_digest *ret_digest);
/* Is it among those that were found valid for the scheme of this index, whether it still is or not? */
bool token_cache_has(const struct token_cache *cache, size_t scheme, const struct token_digest *digest);

/*
 * Verifies `text`, whose digest that is, or finds that it was. VALID: *ret_token, to be released. INVALID and EXPIRED:
 * *ret_why, a static sentence. NO_KEYS: the keyring has none yet.
 */
enum token_cache_outcome token_cache_verify(struct token_cache *cache, const struct token_scheme *scheme,
                                            struct str text, const struct token_digest *digest, int64_t now_s,
                                            struct verified_token **ret_token, const char **ret_why);
void verified_token_release(struct verified_token *token);

/* How many it has; for tests. */
size_t token_cache_count(const struct token_cache *cache);

#endif
