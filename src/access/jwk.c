/* Key sets: see jwk.h. What each kind of key consists of is in jwk_make.c. */
#include "access/jwk_make.h"

static const struct jws_algorithm_row rows[] = {
#define A(NAME, family, digest, bytes, least) { STR_INIT(#NAME), JWS_##family, digest, bytes, least },
#include "access/algorithm.def"
#undef A
};

const struct jws_algorithm_row *jws_algorithm_row(enum jws_algorithm algorithm)
{
	return &rows[algorithm];
}

bool jws_algorithm_find(struct str name, enum jws_algorithm *ret_algorithm)
{
	for (size_t i = 0; i < JWS_ALGORITHM_COUNT; i++) {
		if (str_eq(rows[i].name, name)) {
			*ret_algorithm = (enum jws_algorithm)i;
			return true;
		}
	}
	return false;
}

/* `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3). */
static bool is_for_verifying(const struct json *node)
{
	const struct json *use = json_get(node, S("use")), *operations = json_get(node, S("key_ops"));
	bool verifies = !operations;

	json_each(operation, operations)
		verifies |= str_eq(json_text(operation), S("verify"));
	return (!use || str_eq(json_text(use), S("sig"))) && verifies;
}

/* False where it is passed over: of a kind or for an algorithm that is none of ours. */
static bool choose_algorithm(const struct json *node, enum jws_algorithm *ret_algorithm)
{
	const struct json *named = json_get(node, S("alg"));
	struct str kind = json_get_text(node, S("kty")), curve = json_get_text(node, S("crv"));

	if (named)
		return jws_algorithm_find(json_text(named), ret_algorithm);
	if (str_eq(kind, S("RSA")))
		*ret_algorithm = JWS_RS256;
	else if (str_eq(kind, S("oct")))
		*ret_algorithm = JWS_HS256;
	else if (str_eq(kind, S("OKP")) && str_eq(curve, S("Ed25519")))
		*ret_algorithm = JWS_EdDSA;
	else if (str_eq(kind, S("EC")) && str_eq(curve, S("P-256")))
		*ret_algorithm = JWS_ES256;
	else if (str_eq(kind, S("EC")) && str_eq(curve, S("P-384")))
		*ret_algorithm = JWS_ES384;
	else if (str_eq(kind, S("EC")) && str_eq(curve, S("P-521")))
		*ret_algorithm = JWS_ES512;
	else
		return false;
	return true;
}

static int refuse(struct jwk_fault *fault, const struct json *node, const char *issue)
{
	*fault = (struct jwk_fault){ .at = node->at, .issue = issue };
	return STATUTE_EINVAL;
}

static void free_key(void *data)
{
	EVP_PKEY_free(data);
}

/* Whether it may stand beside the keys before it. */
static const char *issue_beside(const struct jwk_set *set, const struct jwk *key)
{
	for (size_t i = 0; i < set->count; i++) {
		if (str_eq(set->keys[i].id, key->id))
			return key->id.len ? "two keys have this kid" : "of several keys each must have a kid";
		if (set->keys[i].is_secret != key->is_secret)
			return "a secret and a public key in one set can be mistaken for one another";
	}
	return NULL;
}

static int add_key(struct arena *arena, const struct json *node, struct jwk_set *set, struct jwk_fault *fault)
{
	const struct json *id = json_get(node, S("kid"));
	struct jwk *key = &set->keys[set->count];
	const char *issue;
	int r;

	if (!json_is(node, JSON_OBJECT))
		return refuse(fault, node, "a key is an object");
	*key = (struct jwk){ 0 };
	if (!is_for_verifying(node) || !choose_algorithm(node, &key->algorithm))
		return 0;
	if (id && (!json_is(id, JSON_STRING) || !id->text.len))
		return refuse(fault, id, "kid must be a text");
	key->id = json_text(id);
	key->is_secret = rows[key->algorithm].family == JWS_SECRET;
	if ((issue = issue_beside(set, key)))
		return refuse(fault, id ? id : node, issue);
	r = jwk_make(arena, node, key->algorithm, &key->key, &issue);
	if (r == STATUTE_EINVAL)
		return refuse(fault, node, issue);
	if (r < 0)
		return r;
	if ((r = arena_on_end(arena, free_key, key->key)) < 0) {
		EVP_PKEY_free(key->key);
		return r;
	}
	set->count++;
	return 0;
}

int jwk_set_read(struct arena *arena, const struct json *root, struct jwk_set *ret_set,
                 struct jwk_fault *ret_fault)
{
	const struct json *list = json_get(root, S("keys"));
	struct jwk_set set = { 0 };
	int r = 0;

	if (!json_is(root, JSON_OBJECT) || (list && !json_is(list, JSON_ARRAY)))
		return refuse(ret_fault, root, "a key set is {\"keys\": [...]}");
	if (list && list->count > JWK_KEYS_MAX)
		return refuse(ret_fault, list, "more than 64 keys");
	set.keys = arena_array(arena, list ? list->count : 1, sizeof(*set.keys));
	if (!set.keys)
		return STATUTE_ENOMEM;
	if (!list)
		r = add_key(arena, root, &set, ret_fault);
	for (const struct json *node = json_first(list); node && r == 0; node = node->next)
		r = add_key(arena, node, &set, ret_fault);
	if (r == 0 && !set.count)
		r = refuse(ret_fault, root, "no key that verifies signatures");
	if (r == 0)
		*ret_set = set;
	return r;
}

const struct jwk *jwk_set_find(const struct jwk_set *set, struct str id)
{
	if (!id.len)
		return set->count == 1 ? &set->keys[0] : NULL;
	for (size_t i = 0; i < set->count; i++)
		if (str_eq(set->keys[i].id, id))
			return &set->keys[i];
	/* A lone key without an id is meant by any. */
	return set->count == 1 && !set->keys[0].id.len ? &set->keys[0] : NULL;
}
