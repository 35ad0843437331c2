/*
 * Passwords that were found to hold, for a few minutes: argon2id at each request would cost a client
 * tens of milliseconds, and the server a processor. Of one thread.
 *
 * What is kept is a hash, with a key that only this cache has, of password, user's row and the row's
 * version: a row that was changed or replaced is not found again. Only passwords that hold are kept.
 */
#ifndef STATUTE_ACCESS_PASSWORD_CACHE_H
#define STATUTE_ACCESS_PASSWORD_CACHE_H

#include "base/str.h"

enum { PASSWORD_CACHE_ENTRIES = 1024, PASSWORD_CACHE_MS = 5 * 60 * 1000 };

/* A user's row, and the scheme that looked it up. */
struct password_owner {
	size_t scheme;
	struct str row;
	int64_t version;
};

struct password_cache;

/* NULL without memory. */
struct password_cache *password_cache_new(void);
/* Accepts NULL. */
void password_cache_free(struct password_cache *cache);

/* `now_ms` is of a clock that may be set: entries of a time to come are as good as none. Both accept NULL. */
bool password_cache_has(const struct password_cache *cache, const struct password_owner *owner,
                        struct str password, int64_t now_ms);
void password_cache_add(struct password_cache *cache, const struct password_owner *owner, struct str password,
                        int64_t now_ms);

#endif
