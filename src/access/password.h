/*
 * Passwords as they are kept: argon2id (RFC 9106), 19 MiB and 2 passes, what OWASP recommends as
 * the least. Each call takes tens of milliseconds and that memory: for a thread that may.
 */
#ifndef STATUTE_ACCESS_PASSWORD_H
#define STATUTE_ACCESS_PASSWORD_H

#include <statute/error.h>

#include "base/str.h"

enum { PASSWORD_HASH_SIZE = 128 };

/* A NUL-terminated hash with its salt and parameters. STATUTE_ENOMEM. */
STATUTE_CHECK int password_hash(struct str password, char ret_hash[PASSWORD_HASH_SIZE]);

enum password_outcome { PASSWORD_HOLDS, PASSWORD_FAILS, PASSWORD_NO_MEMORY };
/*
 * Is `hash` of this password? An empty one, which stands for somebody who has none or is not known,
 * fails after the same work: how long it takes does not tell who is known.
 */
enum password_outcome password_verify(struct str hash, struct str password);

#endif
