/*
 * Passwords that hold: see password_cache.h. The hash says which of the sets an entry belongs to; a
 * new one takes the place of the oldest of its set.
 */
#include "access/password_cache.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 4, SETS = PASSWORD_CACHE_ENTRIES / WAYS, TAG = 32 };

struct entry {
	unsigned char tag[TAG];
	int64_t added_ms; /* 0: none */
};

struct password_cache {
	unsigned char key[crypto_generichash_KEYBYTES];
	struct entry sets[SETS][WAYS];
};

struct password_cache *password_cache_new(void)
{
	struct password_cache *cache = sodium_init() < 0 ? NULL : calloc(1, sizeof(*cache));

	if (cache)
		randombytes_buf(cache->key, sizeof(cache->key));
	return cache;
}

void password_cache_free(struct password_cache *cache)
{
	if (!cache)
		return;
	sodium_memzero(cache, sizeof(*cache));
	free(cache);
}

/* The numbers first, and the length of the one text: no two owners and passwords are the same bytes. */
static void make_tag(const struct password_cache *cache, const struct password_owner *owner, struct str password,
                     unsigned char tag[TAG])
{
	const uint64_t numbers[3] = { owner->scheme, (uint64_t)owner->version, owner->row.len };
	crypto_generichash_state state;

	crypto_generichash_init(&state, cache->key, sizeof(cache->key), TAG);
	crypto_generichash_update(&state, (const unsigned char *)numbers, sizeof(numbers));
	crypto_generichash_update(&state, (const unsigned char *)owner->row.at, owner->row.len);
	crypto_generichash_update(&state, (const unsigned char *)password.at, password.len);
	crypto_generichash_final(&state, tag, TAG);
	sodium_memzero(&state, sizeof(state));
}

static size_t set_of(const unsigned char tag[TAG])
{
	return ((size_t)tag[0] << 8 | tag[1]) % SETS;
}

bool password_cache_has(const struct password_cache *cache, const struct password_owner *owner,
                        struct str password, int64_t now_ms)
{
	unsigned char tag[TAG];
	const struct entry *set;

	if (!cache)
		return false;
	make_tag(cache, owner, password, tag);
	set = cache->sets[set_of(tag)];
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].added_ms && now_ms >= set[i].added_ms && now_ms - set[i].added_ms < PASSWORD_CACHE_MS &&
		    sodium_memcmp(set[i].tag, tag, TAG) == 0)
			return true;
	return false;
}

void password_cache_add(struct password_cache *cache, const struct password_owner *owner, struct str password,
                        int64_t now_ms)
{
	struct entry entry = { .added_ms = now_ms }, *set;
	size_t oldest = 0;

	if (!cache)
		return;
	make_tag(cache, owner, password, entry.tag);
	set = cache->sets[set_of(entry.tag)];
	for (size_t i = 1; i < WAYS; i++)
		if (set[i].added_ms < set[oldest].added_ms)
			oldest = i;
	set[oldest] = entry;
}
