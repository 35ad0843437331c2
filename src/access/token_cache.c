/* Tokens that were found valid: see token_cache.h. The least recently used one goes first. */
/* EVP allocates for each hash, and to know a token again must not. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "access/token_cache.h"

#include <stdlib.h>

#include <openssl/sha.h>

enum { DIGEST = sizeof(struct token_digest) };
enum { SLOTS = TOKEN_CACHE_ENTRIES * 2, ENTRY_FIRST = 2048, ENTRY_ARENA_MAX = 4 << 20 };

struct entry {
	struct verified_token token; /* first: who holds it knows no more */
	struct arena arena;
	uint8_t digest[DIGEST];
	size_t scheme;
	uint64_t keys;               /* the number of the keys that it holds under */
	int64_t ends_s;              /* its exp */
	size_t uses;                 /* the cache's own, and one each holder */
	struct entry *next;          /* of the same slot */
	struct entry *newer, *older; /* by use */
};

struct token_cache {
	struct entry *newest, *oldest;
	size_t count, bytes;
	struct entry *slots[SLOTS];
};

struct token_cache *token_cache_new(void)
{
	return calloc(1, sizeof(struct token_cache));
}

size_t token_cache_count(const struct token_cache *cache)
{
	return cache->count;
}

static void drop_use(struct entry *entry)
{
	if (--entry->uses)
		return;
	arena_done(&entry->arena);
	free(entry);
}

void verified_token_release(struct verified_token *token)
{
	drop_use((struct entry *)token);
}

/* ---- The lists ---------------------------------------------------------------- */

static struct entry **slot_of(struct token_cache *cache, const uint8_t digest[DIGEST])
{
	uint32_t word;

	memcpy(&word, digest, sizeof(word));
	return &cache->slots[word % SLOTS];
}

static void unlink_use(struct token_cache *cache, struct entry *entry)
{
	*(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
	*(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct token_cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

static void forget(struct token_cache *cache, struct entry *entry)
{
	struct entry **at = slot_of(cache, entry->digest);

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	unlink_use(cache, entry);
	cache->count--;
	cache->bytes -= entry->arena.taken + sizeof(*entry);
	drop_use(entry);
}

static void keep(struct token_cache *cache, struct entry *entry)
{
	size_t bytes = entry->arena.taken + sizeof(*entry);
	struct entry **slot = slot_of(cache, entry->digest);

	if (bytes > TOKEN_CACHE_ENTRY_BYTES)
		return;
	while (cache->oldest && (cache->count >= TOKEN_CACHE_ENTRIES || cache->bytes + bytes > TOKEN_CACHE_BYTES))
		forget(cache, cache->oldest); /* NOLINT(clang-analyzer-unix.Malloc): it unlinks what it frees */
	entry->uses++;
	entry->next = *slot;
	*slot = entry;
	link_newest(cache, entry);
	cache->count++;
	cache->bytes += bytes;
}

void token_cache_free(struct token_cache *cache)
{
	if (!cache)
		return;
	while (cache->oldest)
		forget(cache, cache->oldest);
	free(cache);
}

static struct entry *look_up(struct entry *const slots[SLOTS], size_t scheme, const uint8_t digest[DIGEST])
{
	struct entry *entry;
	uint32_t word;

	memcpy(&word, digest, sizeof(word));
	entry = slots[word % SLOTS];
	while (entry && (entry->scheme != scheme || memcmp(entry->digest, digest, DIGEST) != 0))
		entry = entry->next;
	return entry;
}

bool token_cache_has(const struct token_cache *cache, size_t scheme, const struct token_digest *digest)
{
	return look_up(cache->slots, scheme, digest->bytes) != NULL;
}

/* A use of what was found valid and still is. */
static struct entry *find(struct token_cache *cache, const struct token_scheme *scheme,
                          const uint8_t digest[DIGEST], int64_t now_s)
{
	struct entry *entry = look_up(cache->slots, scheme->index, digest);

	if (!entry)
		return NULL;
	if (entry->ends_s <= now_s || entry->keys != keyring_number(scheme->keyring)) {
		forget(cache, entry);
		return NULL;
	}
	if (entry != cache->newest) {
		unlink_use(cache, entry);
		link_newest(cache, entry);
	}
	entry->uses++;
	return entry;
}

/* ---- Verifying ----------------------------------------------------------------- */

static enum token_cache_outcome fill(struct entry *entry, const struct token_scheme *scheme,
                                     const struct token *token)
{
	struct principal *principal = &entry->token.principal;
	double ends = 0;

	principal->id = token->subject;
	principal->claims = token->claims;
	if (!json_to_double(json_get(token->claims, S("exp")), &ends))
		return TOKEN_CACHE_INVALID;
	entry->ends_s = (int64_t)ends;
	if (token_claim_names(&entry->arena, token, scheme->roles_claim, &principal->roles,
	                      &principal->role_count) < 0 ||
	    token_claim_names(&entry->arena, token, scheme->scopes_claim, &principal->scopes,
	                      &principal->scope_count) < 0)
		return TOKEN_CACHE_NO_MEMORY;
	return TOKEN_CACHE_VALID;
}

static enum token_cache_outcome verify(struct entry *entry, const struct token_scheme *scheme, struct str text,
                                       int64_t now_s, const char **ret_why)
{
	const struct key_version *version = keyring_hold(scheme->keyring);
	struct token_rules rules = scheme->rules;
	enum token_outcome outcome;
	struct token token;

	if (!version)
		return TOKEN_CACHE_NO_KEYS;
	rules.keys = version->set;
	entry->keys = version->number;
	outcome = token_verify(&rules, text, now_s, &entry->arena, &token, ret_why);
	keyring_release(scheme->keyring, version);
	switch (outcome) {
	case TOKEN_VALID: return fill(entry, scheme, &token);
	case TOKEN_EXPIRED: return TOKEN_CACHE_EXPIRED;
	case TOKEN_INVALID: return TOKEN_CACHE_INVALID;
	default: return TOKEN_CACHE_NO_MEMORY;
	}
}

static struct entry *new_entry(const uint8_t digest[DIGEST], const struct token_scheme *scheme)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	arena_init(&entry->arena, ENTRY_FIRST, ENTRY_ARENA_MAX);
	memcpy(entry->digest, digest, DIGEST);
	entry->scheme = scheme->index;
	entry->uses = 1;
	return entry;
}

void token_digest_take(struct str text, struct token_digest *ret_digest)
{
	SHA256_CTX state;

	SHA256_Init(&state);
	SHA256_Update(&state, text.at, text.len);
	SHA256_Final(ret_digest->bytes, &state);
}

enum token_cache_outcome token_cache_verify(struct token_cache *cache, const struct token_scheme *scheme,
                                            struct str text, const struct token_digest *digest, int64_t now_s,
                                            struct verified_token **ret_token, const char **ret_why)
{
	struct entry *entry = find(cache, scheme, digest->bytes, now_s);
	enum token_cache_outcome outcome;

	if (!entry) {
		entry = new_entry(digest->bytes, scheme);
		if (!entry)
			return TOKEN_CACHE_NO_MEMORY;
		outcome = verify(entry, scheme, text, now_s, ret_why);
		if (outcome != TOKEN_CACHE_VALID) {
			drop_use(entry);
			return outcome;
		}
		keep(cache, entry);
	}
	*ret_token = &entry->token;
	return TOKEN_CACHE_VALID;
}
