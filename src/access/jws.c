/* Signed tokens: see jws.h. */
#include "access/jws.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "message/base64url.h"

enum { HEADER_DEPTH = 4, HEADER_NODES = 64, DER_MAX = 160 };

/* The three parts; `signed_text` is the first two with the dot between them. */
struct parts {
	struct str header, payload, signature, signed_text;
};

static bool split(struct str token, struct parts *ret_parts)
{
	struct str rest = token;
	struct parts parts;

	if (token.len > JWS_TOKEN_MAX)
		return false;
	parts.header = str_cut(&rest, '.');
	if (!rest.at)
		return false;
	parts.payload = str_cut(&rest, '.');
	if (!rest.at)
		return false;
	parts.signature = rest;
	parts.signed_text = str_sub(token, 0, parts.header.len + 1 + parts.payload.len);
	*ret_parts = parts;
	return parts.header.len && str_find(rest, '.') == rest.len;
}

/* What does not decode may lack no more than memory. */
static enum jws_outcome malformed(const struct arena *arena)
{
	return arena->failed ? JWS_NO_MEMORY : JWS_MALFORMED;
}

static enum jws_outcome read_header(struct arena *arena, struct str text, struct json **ret_header)
{
	const struct json_limits limits = { .depth = HEADER_DEPTH, .nodes = HEADER_NODES };
	struct json_fault fault;
	struct str bytes;
	int r;

	if (!base64url_decode(arena, text, &bytes))
		return malformed(arena);
	r = json_parse(arena, bytes, &limits, ret_header, &fault);
	if (r == STATUTE_ENOMEM)
		return JWS_NO_MEMORY;
	return r == 0 && json_is(*ret_header, JSON_OBJECT) ? JWS_VALID : JWS_MALFORMED;
}

static enum jws_outcome choose_key(const struct jwk_set *set, const struct json *header,
                                   const struct jwk **ret_key)
{
	const struct json *id = json_get(header, S("kid"));
	enum jws_algorithm algorithm;
	const struct jwk *key;

	if ((id && !json_is(id, JSON_STRING)) || !json_is(json_get(header, S("alg")), JSON_STRING))
		return JWS_MALFORMED;
	if (json_get(header, S("crit")))
		return JWS_EXTENSION;
	key = jwk_set_find(set, json_text(id));
	if (!key)
		return JWS_UNKNOWN_KEY;
	if (!jws_algorithm_find(json_get_text(header, S("alg")), &algorithm) || algorithm != key->algorithm)
		return JWS_ALGORITHM;
	*ret_key = key;
	return JWS_VALID;
}

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)s.at;
}

/* ---- Each family ---------------------------------------------------------- */

/* What an operation of OpenSSL came to that only fails where memory does: the keys were tried when they were read. */
static enum jws_outcome outcome_of(bool was_done, bool holds)
{
	if (!was_done)
		return JWS_NO_MEMORY;
	return holds ? JWS_VALID : JWS_SIGNATURE;
}

static enum jws_outcome check_mac(const struct jwk *key, const char *digest, struct str text,
                                  struct str signature)
{
	unsigned char made[EVP_MAX_MD_SIZE];
	size_t len = sizeof(made);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_made = context && EVP_DigestSignInit_ex(context, NULL, digest, NULL, NULL, key->key, NULL) > 0 &&
	               EVP_DigestSign(context, made, &len, bytes_of(text), text.len) > 0;
	bool holds = is_made && len == signature.len && CRYPTO_memcmp(made, signature.at, len) == 0;

	EVP_MD_CTX_free(context);
	OPENSSL_cleanse(made, sizeof(made));
	return outcome_of(is_made, holds);
}

static bool set_padding(EVP_PKEY_CTX *context, enum jws_family family)
{
	if (family == JWS_RSA)
		return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
	if (family == JWS_RSA_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
	return true;
}

/*
 * What OpenSSL could not compute leaves an error behind, and so may a signature that is wrong: that is
 * EC_R_BAD_SIGNATURE, or an error of RSA's.
 */
static bool is_short_of_memory(void)
{
	bool is = false;

	for (unsigned long error; (error = ERR_get_error());)
		is |= ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE || ERR_GET_LIB(error) == ERR_LIB_EVP ||
		      (ERR_GET_LIB(error) == ERR_LIB_EC && ERR_GET_REASON(error) != EC_R_BAD_SIGNATURE);
	return is;
}

static enum jws_outcome check_signature(const struct jwk *key, const struct jws_algorithm_row *row,
                                        struct str text, struct str signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how; /* of the context */
	bool is_ready = context &&
	                EVP_DigestVerifyInit_ex(context, &how, row->digest, NULL, NULL, key->key, NULL) > 0 &&
	                set_padding(how, row->family);
	bool holds = is_ready && EVP_DigestVerify(context, bytes_of(signature), signature.len, bytes_of(text),
	                                          text.len) == 1;

	EVP_MD_CTX_free(context);
	return outcome_of(is_ready && (holds || !is_short_of_memory()), holds);
}

/* r and s side by side (RFC 7518 section 3.4) as OpenSSL takes them; 0 where that fails. */
static size_t to_der(struct str signature, unsigned char der[DER_MAX])
{
	int half = (int)signature.len / 2;
	BIGNUM *r = BN_bin2bn(bytes_of(signature), half, NULL);
	BIGNUM *s = BN_bin2bn(bytes_of(signature) + half, half, NULL);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	unsigned char *at = der;
	int len = 0;

	if (!r || !s || !pair || !ECDSA_SIG_set0(pair, r, s)) {
		BN_free(r);
		BN_free(s);
	} else if (i2d_ECDSA_SIG(pair, NULL) <= DER_MAX) {
		len = i2d_ECDSA_SIG(pair, &at);
	}
	ECDSA_SIG_free(pair);
	return len > 0 ? (size_t)len : 0;
}

static enum jws_outcome check_ec(const struct jwk *key, const struct jws_algorithm_row *row, struct str text,
                                 struct str signature)
{
	unsigned char der[DER_MAX];
	size_t len = to_der(signature, der);

	return len ? check_signature(key, row, text, str_of((char *)der, len)) : JWS_NO_MEMORY;
}

static enum jws_outcome check(const struct jwk *key, struct str text, struct str signature)
{
	const struct jws_algorithm_row *row = jws_algorithm_row(key->algorithm);
	enum jws_outcome outcome;

	if (!signature.len || (row->bytes && signature.len != row->bytes))
		return JWS_SIGNATURE;
	if (row->family == JWS_SECRET)
		outcome = check_mac(key, row->digest, text, signature);
	else if (row->family == JWS_EC)
		outcome = check_ec(key, row, text, signature);
	else
		outcome = check_signature(key, row, text, signature);
	ERR_clear_error(); /* of this thread: a refused signature leaves some behind */
	return outcome;
}

enum jws_outcome jws_verify_typed(const struct jwk_set *set, struct str token, struct arena *arena,
                                  struct str *ret_payload, struct str *ret_type)
{
	struct parts parts;
	struct json *header = NULL;
	const struct jwk *key = NULL;
	struct str signature, payload = { 0 };
	enum jws_outcome outcome;

	if (!split(token, &parts))
		return JWS_MALFORMED;
	outcome = read_header(arena, parts.header, &header);
	if (outcome == JWS_VALID)
		outcome = choose_key(set, header, &key);
	if (outcome != JWS_VALID)
		return outcome;
	if (!base64url_decode(arena, parts.signature, &signature) ||
	    (parts.payload.len && !base64url_decode(arena, parts.payload, &payload)))
		return malformed(arena);
	outcome = check(key, parts.signed_text, signature);
	if (outcome != JWS_VALID)
		return outcome;
	*ret_payload = payload;
	*ret_type = json_get_text(header, S("typ"));
	return JWS_VALID;
}

enum jws_outcome jws_verify(const struct jwk_set *set, struct str token, struct arena *arena,
                            struct str *ret_payload)
{
	struct str type;

	return jws_verify_typed(set, token, arena, ret_payload, &type);
}

const char *jws_outcome_text(enum jws_outcome outcome)
{
	switch (outcome) {
	case JWS_VALID: return "the signature holds";
	case JWS_MALFORMED: return "it is no signed token in the compact form";
	case JWS_UNKNOWN_KEY: return "no key of the set has its kid";
	case JWS_ALGORITHM: return "its alg is not the one that the key is for";
	case JWS_EXTENSION: return "it has a critical extension that is not known here";
	case JWS_SIGNATURE: return "the signature is not of that key over this content";
	case JWS_NO_MEMORY: break;
	}
	return "there is no memory";
}
