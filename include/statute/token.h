/*
 * Keys and tokens: development keys, tokens signed with them, and tokens checked as the
 * server checks them (JSON Web Key, RFC 7517; JSON Web Token, RFC 7519).
 *
 * A key set is immutable: any thread may use it. Texts are UTF-8.
 */
#ifndef STATUTE_TOKEN_H
#define STATUTE_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include <statute/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct statute_keys;

/* What is wrong in the text of a key set, and where; line and column from 1. */
struct statute_keys_fault {
	uint32_t line, column;
	const char *issue; /* static text */
};

/*
 * Reads a key set or a single key; `text` is copied. A key is bound to one algorithm: its
 * `alg`, or the one that its kind leaves. STATUTE_ESYNTAX or STATUTE_EINVAL with
 * *ret_fault: no JSON, no key set, a weak or broken key, two keys that could be mistaken
 * for one another. STATUTE_ENOMEM.
 */
STATUTE_CHECK STATUTE_API int statute_keys_read(const char *text, size_t len, struct statute_keys **ret_keys,
                                                struct statute_keys_fault *ret_fault);
/*
 * A new private key for development: "EdDSA", "ES256" or "HS256", and its id.
 * STATUTE_ENOTFOUND for another algorithm; STATUTE_ESYSTEM, STATUTE_ENOMEM.
 */
STATUTE_CHECK STATUTE_API int statute_keys_make(const char *algorithm, const char *id,
                                                struct statute_keys **ret_keys);
/* Accepts NULL. */
STATUTE_API void statute_keys_free(struct statute_keys *keys);

/* The key set as JSON, indented, with private members; lives as long as the keys. */
STATUTE_API const char *statute_keys_text(const struct statute_keys *keys);
/*
 * What a server needs to verify with: without private members. A secret has no public
 * part: STATUTE_EINVAL. The text lives as long as the keys. STATUTE_ENOMEM.
 */
STATUTE_CHECK STATUTE_API int statute_keys_public_text(struct statute_keys *keys, const char **ret_text);

/* What a token says. NULL, 0: left out. */
struct statute_claims {
	const char *subject, *issuer, *audience;
	const char *scope; /* names with spaces between */
	const char *roles; /* names with commas between; an array in the token */
	int64_t issued_s, expires_s; /* Unix time */
	const char *type;  /* of the header's `typ`; "JWT" where nothing is said */
	const char *more;  /* a JSON object, whose members are added, or replace those above */
};

/*
 * Signs `claims` with the first private key of the set. The token is NUL-terminated and
 * lives as long as the keys. STATUTE_ENOTFOUND: the set has no private key of a kind that
 * is signed with here (EdDSA, ES256, HS256); STATUTE_EINVAL: `more` is no JSON object, or the key is
 * broken; STATUTE_ENOMEM.
 */
STATUTE_CHECK STATUTE_API int statute_token_sign(struct statute_keys *keys, const struct statute_claims *claims,
                                                 const char **ret_token);

/* What is demanded beside a signature. NULL: not asked. */
struct statute_token_rules {
	const char *issuer, *audience;
	int64_t leeway_s; /* by how much clocks may differ */
};

struct statute_token_report {
	const char *code;   /* NULL: the token holds; else "TOKEN_EXPIRED" or "TOKEN_INVALID" */
	const char *reason; /* of a code: a sentence; static text */
	const char *claims; /* of a token that holds: JSON, indented; lives as long as the keys */
};

/* Checks `token` as of `now_s` (Unix time). 0 with *ret_report, or STATUTE_ENOMEM. */
STATUTE_CHECK STATUTE_API int statute_token_check(struct statute_keys *keys, const char *token,
                                                  const struct statute_token_rules *rules, int64_t now_s,
                                                  struct statute_token_report *ret_report);

enum { STATUTE_API_KEY_SIZE = 47, STATUTE_API_KEY_HASH_SIZE = 65 };

/*
 * A new API key, of 256 random bits, and what is stored of it: its SHA-256 in hexadecimal digits. Both
 * are NUL-terminated. STATUTE_ENOMEM.
 */
STATUTE_CHECK STATUTE_API int statute_api_key_make(char ret_key[STATUTE_API_KEY_SIZE],
                                                   char ret_hash[STATUTE_API_KEY_HASH_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
