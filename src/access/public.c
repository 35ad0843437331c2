/* The public side of keys and tokens: see statute/token.h. */
#include <statute/token.h>

#include <stdlib.h>

#include "access/api_key.h"
#include "access/jws_sign.h"
#include "access/jws.h"
#include "access/token.h"

enum { TEXT_MAX = 1 << 20, ARENA_MAX = 16 << 20, KEYS_DEPTH = 8, KEYS_NODES = 4096, CLAIMS_DEPTH = 16 };

struct statute_keys {
	struct arena arena;
	struct json *root;
	const char *text;
	struct jwk_set set;
};

static struct statute_keys *new_keys(void)
{
	struct statute_keys *keys = calloc(1, sizeof(*keys));

	if (keys)
		arena_init(&keys->arena, 4096, ARENA_MAX);
	return keys;
}

void statute_keys_free(struct statute_keys *keys)
{
	if (!keys)
		return;
	arena_done(&keys->arena);
	free(keys);
}

static int write_text(struct statute_keys *keys, const struct json *node, const char **ret_text)
{
	struct buf buf;

	buf_init(&buf, &keys->arena, TEXT_MAX);
	json_write_pretty(&buf, node);
	buf_add_char(&buf, '\0');
	if (buf.failed)
		return STATUTE_ENOMEM;
	*ret_text = buf.at;
	return 0;
}

/* ---- Keys ----------------------------------------------------------------- */

static void locate(struct str text, size_t at, const char *issue, struct statute_keys_fault *ret_fault)
{
	ret_fault->issue = issue;
	json_position(text, at, &ret_fault->line, &ret_fault->column);
}

static int read_keys(struct statute_keys *keys, struct str text, struct statute_keys_fault *ret_fault)
{
	const struct json_limits limits = { .depth = KEYS_DEPTH, .nodes = KEYS_NODES };
	struct json_fault fault;
	struct jwk_fault broken;
	int r = json_parse(&keys->arena, text, &limits, &keys->root, &fault);

	if (r == STATUTE_ENOMEM)
		return r;
	if (r < 0) {
		locate(text, fault.at, fault.issue, ret_fault);
		return STATUTE_ESYNTAX;
	}
	r = jwk_set_read(&keys->arena, keys->root, &keys->set, &broken);
	if (r == STATUTE_EINVAL)
		locate(text, broken.at, broken.issue, ret_fault);
	return r < 0 ? r : write_text(keys, keys->root, &keys->text);
}

int statute_keys_read(const char *text, size_t len, struct statute_keys **ret_keys,
                      struct statute_keys_fault *ret_fault)
{
	struct statute_keys *keys = new_keys();
	struct str copy;
	int r = STATUTE_ENOMEM;

	if (!keys)
		return r;
	if (len > TEXT_MAX) {
		*ret_fault = (struct statute_keys_fault){ 1, 1, "more than 1 MiB" };
		r = STATUTE_EINVAL;
	} else if ((copy = str_dup(&keys->arena, str_of(text, len))).at) {
		r = read_keys(keys, copy, ret_fault);
	}
	if (r < 0)
		statute_keys_free(keys);
	else
		*ret_keys = keys;
	return r;
}

static int make_keys(struct statute_keys *keys, enum jws_algorithm algorithm, struct str id)
{
	struct json *list = json_new(&keys->arena, JSON_ARRAY), *key;
	struct jwk_fault fault;
	int r;

	id = str_dup(&keys->arena, id);
	keys->root = json_new(&keys->arena, JSON_OBJECT);
	if (!id.at || !keys->root || !list)
		return STATUTE_ENOMEM;
	if ((r = jwk_generate(&keys->arena, algorithm, id, &key)) < 0 || (r = json_append(list, key)) < 0 ||
	    (r = json_set(&keys->arena, keys->root, S("keys"), list)) < 0 ||
	    (r = jwk_set_read(&keys->arena, keys->root, &keys->set, &fault)) < 0)
		return r;
	return write_text(keys, keys->root, &keys->text);
}

int statute_keys_make(const char *algorithm, const char *id, struct statute_keys **ret_keys)
{
	enum jws_algorithm chosen;
	struct statute_keys *keys;
	int r;

	if (!jws_algorithm_find(str_from(algorithm), &chosen))
		return STATUTE_ENOTFOUND;
	keys = new_keys();
	if (!keys)
		return STATUTE_ENOMEM;
	r = make_keys(keys, chosen, str_from(id));
	if (r < 0)
		statute_keys_free(keys);
	else
		*ret_keys = keys;
	return r;
}

const char *statute_keys_text(const struct statute_keys *keys)
{
	return keys->text;
}

static struct json *without_private(struct arena *arena, const struct json *key)
{
	static const struct str private[] = {
		STR_INIT("d"), STR_INIT("p"), STR_INIT("q"), STR_INIT("dp"), STR_INIT("dq"), STR_INIT("qi"),
		STR_INIT("oth"),
	};
	struct json *copy = json_copy(arena, key);

	for (size_t i = 0; copy && i < sizeof(private) / sizeof(private[0]); i++)
		json_remove(copy, private[i]);
	return copy;
}

int statute_keys_public_text(struct statute_keys *keys, const char **ret_text)
{
	struct json *root = json_new(&keys->arena, JSON_OBJECT), *list = json_new(&keys->arena, JSON_ARRAY);
	const struct json *given = json_get(keys->root, S("keys"));
	int r = 0;

	if (keys->set.keys[0].is_secret)
		return STATUTE_EINVAL;
	if (!root || !list)
		return STATUTE_ENOMEM;
	if (!given)
		r = json_append(list, without_private(&keys->arena, keys->root));
	for (const struct json *key = json_first(given); key && r == 0; key = key->next)
		r = json_append(list, without_private(&keys->arena, key));
	if (r == 0)
		r = json_set(&keys->arena, root, S("keys"), list);
	return r < 0 ? r : write_text(keys, root, ret_text);
}

/* ---- Tokens --------------------------------------------------------------- */

static const struct json *private_key(const struct statute_keys *keys)
{
	const struct json *list = json_get(keys->root, S("keys"));

	json_each(key, list)
		if (jwk_is_private(key))
			return key;
	return !list && jwk_is_private(keys->root) ? keys->root : NULL;
}

static int set_text(struct arena *arena, struct json *root, struct str name, const char *text)
{
	return text ? json_set(arena, root, name, json_new_string(arena, str_from(text))) : 0;
}

static int set_time(struct arena *arena, struct json *root, struct str name, int64_t time_s)
{
	return time_s ? json_set(arena, root, name, json_new_int(arena, time_s)) : 0;
}

static int set_roles(struct arena *arena, struct json *root, const char *roles)
{
	struct json *list = json_new(arena, JSON_ARRAY);
	struct str rest = str_from(roles);
	int r = list ? 0 : STATUTE_ENOMEM;

	while (rest.at && r == 0) {
		struct str role = str_trim(str_cut(&rest, ','));

		if (role.len)
			r = json_append(list, json_new_string(arena, role));
	}
	return r == 0 && list->count ? json_set(arena, root, S("roles"), list) : r;
}

static int add_more(struct arena *arena, struct json *root, const char *text)
{
	const struct json_limits limits = { .depth = CLAIMS_DEPTH, .nodes = KEYS_NODES };
	struct json_fault fault;
	struct json *more = NULL;
	int r = text ? json_parse(arena, str_from(text), &limits, &more, &fault) : 0;

	if (r == STATUTE_ENOMEM || !text)
		return r;
	if (r < 0 || !json_is(more, JSON_OBJECT))
		return STATUTE_EINVAL;
	for (struct json *member = more->first, *next; member && r == 0; member = next) {
		next = member->next;
		r = json_set(arena, root, member->name, member);
	}
	return r;
}

static int write_claims(struct arena *arena, const struct statute_claims *claims, struct str *ret_text)
{
	struct json *root = json_new(arena, JSON_OBJECT);
	struct buf buf;
	int r;

	if (!root)
		return STATUTE_ENOMEM;
	if ((r = set_text(arena, root, S("iss"), claims->issuer)) < 0 ||
	    (r = set_text(arena, root, S("sub"), claims->subject)) < 0 ||
	    (r = set_text(arena, root, S("aud"), claims->audience)) < 0 ||
	    (r = set_text(arena, root, S("scope"), claims->scope)) < 0 ||
	    (r = set_roles(arena, root, claims->roles)) < 0 ||
	    (r = set_time(arena, root, S("iat"), claims->issued_s)) < 0 ||
	    (r = set_time(arena, root, S("exp"), claims->expires_s)) < 0 ||
	    (r = add_more(arena, root, claims->more)) < 0)
		return r;
	buf_init(&buf, arena, JWS_TOKEN_MAX);
	json_write(&buf, root);
	*ret_text = buf_str(&buf);
	return buf.failed ? STATUTE_ENOMEM : 0;
}

int statute_token_sign(struct statute_keys *keys, const struct statute_claims *claims, const char **ret_token)
{
	const struct json *key = private_key(keys);
	struct str payload, token;
	int r;

	if (!key)
		return STATUTE_ENOTFOUND;
	if ((r = write_claims(&keys->arena, claims, &payload)) < 0 ||
	    (r = jws_sign(&keys->arena, key, str_from(claims->type), payload, &token)) < 0)
		return r;
	*ret_token = token.at;
	return 0;
}

int statute_token_check(struct statute_keys *keys, const char *token, const struct statute_token_rules *rules,
                        int64_t now_s, struct statute_token_report *ret_report)
{
	struct str audience = str_from(rules->audience);
	const struct token_rules demanded = {
		.keys = keys->set,
		.issuer = str_from(rules->issuer),
		.audience = &audience,
		.audience_count = rules->audience ? 1 : 0,
		.leeway_s = rules->leeway_s,
	};
	struct statute_token_report report = { 0 };
	struct token held;
	int r = 0;

	switch (token_verify(&demanded, str_from(token), now_s, &keys->arena, &held, &report.reason)) {
	case TOKEN_VALID: r = write_text(keys, held.claims, &report.claims); break;
	case TOKEN_INVALID: report.code = "TOKEN_INVALID"; break;
	case TOKEN_EXPIRED: report.code = "TOKEN_EXPIRED"; break;
	case TOKEN_NO_MEMORY: r = STATUTE_ENOMEM; break;
	}
	if (r == 0)
		*ret_report = report;
	return r;
}

int statute_api_key_make(char ret_key[STATUTE_API_KEY_SIZE], char ret_hash[STATUTE_API_KEY_HASH_SIZE])
{
	int r = api_key_make(ret_key);

	if (r < 0)
		return r;
	api_key_hash(str_from(ret_key), ret_hash);
	ret_hash[API_KEY_HASH_LEN] = '\0';
	return 0;
}
