/* Bearer tokens (RFC 6750): the kind of http bearer, oauth2 and openIdConnect. */
#include "client/key_source.h"
#include "exchange/identity.h"

static bool is_sent(const struct exchange *x, const struct security_scheme *scheme)
{
	(void)scheme;
	return identity_authorization_is(x, S("Bearer"));
}

/* One that was found valid before could be read then. */
static const char *misread(struct exchange *x, const struct security_scheme *scheme)
{
	struct str token = x->identity->sent.rest;

	if (!token.len)
		return "Authorization has no token behind Bearer";
	token_digest_take(token, &x->identity->token);
	if (token_cache_has(x->host->tokens, scheme->index, &x->identity->token))
		return NULL;
	return credentials_is_token68(token) ? NULL : "the token has characters that no token has";
}

static void release(void *data)
{
	verified_token_release(data);
}

/* The token stays as long as the arena, which may be longer than the cache keeps it. */
static enum identity_outcome take(struct exchange *x, struct verified_token *token, struct principal *ret_principal)
{
	if (arena_on_end(&x->arena, release, token) < 0) {
		verified_token_release(token);
		return IDENTITY_NO_MEMORY;
	}
	*ret_principal = token->principal;
	return IDENTITY_VALID;
}

static struct key_source *source_of(const struct exchange *x, const struct security_scheme *scheme)
{
	return x->host->key_sources ? x->host->key_sources[scheme->index] : NULL;
}

static struct str issuer_of(const struct exchange *x, const struct security_scheme *scheme)
{
	bool is_discovered = source_of(x, scheme) && !scheme->keys.len;

	return is_discovered && !scheme->issuer.len ? scheme->discovered : scheme->issuer;
}

static enum identity_outcome lack_keys(struct exchange *x, const struct security_scheme *scheme)
{
	struct key_source *source = source_of(x, scheme);
	const char *problem = source ? key_source_problem(source, &x->arena) : NULL;

	x->cause = problem ? problem : "there are no keys yet";
	return IDENTITY_UNAVAILABLE;
}

/* A key that is not known here may be one that its issuer has just begun to use. */
static enum identity_outcome refuse(struct exchange *x, const struct security_scheme *scheme, const char *why)
{
	struct key_source *source = source_of(x, scheme);

	if (!source || why != jws_outcome_text(JWS_UNKNOWN_KEY) || !key_source_miss(source))
		return IDENTITY_INVALID;
	x->cause = "whether the issuer has the key that the token names is not known yet";
	return IDENTITY_UNAVAILABLE;
}

static enum identity_outcome check(struct exchange *x, const struct security_scheme *scheme,
                                   struct principal *ret_principal, const char **ret_why)
{
	const struct token_scheme demanded = {
		.rules = {
			.issuer = issuer_of(x, scheme),
			.audience = scheme->audience,
			.audience_count = scheme->audience_count,
			.leeway_s = scheme->leeway_s,
			.type = scheme->required_type,
		},
		.keyring = x->host->keyrings[scheme->index],
		.index = scheme->index,
		.roles_claim = scheme->roles_claim,
		.scopes_claim = scheme->scopes_claim,
	};
	struct verified_token *token = NULL;

	if (!demanded.keyring)
		return IDENTITY_UNAVAILABLE;
	switch (token_cache_verify(x->host->tokens, &demanded, x->identity->sent.rest, &x->identity->token,
	                           x->now_ms / 1000, &token, ret_why)) {
	case TOKEN_CACHE_VALID: return take(x, token, ret_principal);
	case TOKEN_CACHE_INVALID: return refuse(x, scheme, *ret_why);
	case TOKEN_CACHE_EXPIRED: return IDENTITY_EXPIRED;
	case TOKEN_CACHE_NO_KEYS: return lack_keys(x, scheme);
	case TOKEN_CACHE_NO_MEMORY: break;
	}
	return IDENTITY_NO_MEMORY;
}

const struct identity_kind identity_token = { is_sent, misread, check };
