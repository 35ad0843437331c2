/*
 * Tokens: the bytes are given as a token to a known key; then as the claims of a token that
 * the key signs. The first never holds; the second holds to the same answer each time, and one
 * changed byte of it does not hold.
 */
#include "fuzz/fuzz.h"

#include <statute/token.h>

#include "access/jws.h"
#include "access/jws_sign.h"
#include "access/token.h"

static const char key_text[] = "{\"kty\":\"oct\",\"alg\":\"HS256\",\"kid\":\"k\","
			       "\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}";

static struct json *read_key(struct arena *arena)
{
	const struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *key = NULL;

	must(json_parse(arena, str_from(key_text), &limits, &key, &fault) == 0);
	return key;
}

static void try_as_token(const struct token_rules *rules, struct arena *arena, struct str text)
{
	const char *why = NULL;
	struct token token;

	must(token_verify(rules, text, 1767873600, arena, &token, &why) != TOKEN_VALID);
	must(why);
}

static void try_as_claims(const struct token_rules *rules, const struct json *key, struct arena *arena,
                          struct str text)
{
	const char *why = NULL;
	struct token token;
	struct str signed_text, payload;
	char *changed;

	if (jws_sign(arena, key, S(""), text, &signed_text) < 0)
		return;
	must(jws_verify(&rules->keys, signed_text, arena, &payload) == JWS_VALID && str_eq(payload, text));
	must(token_verify(rules, signed_text, 1767873600, arena, &token, &why) ==
	     token_verify(rules, signed_text, 1767873600, arena, &token, &why));
	changed = (char *)(uintptr_t)str_dup(arena, signed_text).at;
	must(changed);
	changed[text.len % signed_text.len] ^= 1;
	must(jws_verify(&rules->keys, str_of(changed, signed_text.len), arena, &payload) != JWS_VALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct token_rules rules = { .leeway_s = 60 };
	struct str text = str_of((const char *)data, size);
	struct jwk_fault fault;
	struct arena arena;
	struct json *key;

	if (size > JWS_TOKEN_MAX / 2)
		return 0;
	arena_init(&arena, 4096, 16 << 20);
	key = read_key(&arena);
	must(jwk_set_read(&arena, key, &rules.keys, &fault) == 0);
	try_as_token(&rules, &arena, text);
	try_as_claims(&rules, key, &arena, text);
	arena_done(&arena);
	return 0;
}
