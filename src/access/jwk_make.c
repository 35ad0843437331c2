/* One key, made for OpenSSL: see jwk_make.h. */
#include "access/jwk_make.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "message/base64url.h"

enum { SECRET_MAX = 1024, MODULUS_MAX = 16384 / 8, EXPONENT_MAX = 8, COORDINATE_MAX = 66 };

struct maker {
	struct arena *arena;
	const struct json *node;
	const struct jws_algorithm_row *row;
	const char *issue;
};

static int refuse(struct maker *m, const char *issue)
{
	m->issue = issue;
	return STATUTE_EINVAL;
}

static bool is_kind(const struct maker *m, struct str kind)
{
	return str_eq(json_get_text(m->node, S("kty")), kind);
}

/* A member in base64url, of 1 to `max` bytes. */
static bool take_bytes(const struct maker *m, struct str name, size_t max, struct str *ret_bytes)
{
	struct str text = json_get_text(m->node, name);

	return text.len && base64url_decode(m->arena, text, ret_bytes) && ret_bytes->len &&
	       ret_bytes->len <= max;
}

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)s.at;
}

/* From parameters, which it frees. */
static int make(struct maker *m, const char *type, OSSL_PARAM *params, EVP_PKEY **ret_key)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;
	bool is_made = context && params && EVP_PKEY_fromdata_init(context) > 0 &&
	               EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) > 0;

	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(context);
	if (!is_made) {
		EVP_PKEY_free(key);
		return refuse(m, "its numbers make no key");
	}
	*ret_key = key;
	return 0;
}

/* A key that passes OpenSSL's own tests, else it is freed. */
static int check(struct maker *m, EVP_PKEY *key)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool holds = context && EVP_PKEY_public_check(context) > 0;

	EVP_PKEY_CTX_free(context);
	if (holds && EVP_PKEY_get_bits(key) >= m->row->least)
		return 0;
	EVP_PKEY_free(key);
	return refuse(m, holds ? "it is too short to be safe" : "its numbers make no key");
}

/* ---- Secrets -------------------------------------------------------------- */

static int make_secret(struct maker *m, EVP_PKEY **ret_key)
{
	struct str secret;

	if (!is_kind(m, S("oct")))
		return refuse(m, "its alg is for a secret, and its kty says something else");
	if (!take_bytes(m, S("k"), SECRET_MAX, &secret))
		return refuse(m, "k must be a secret in base64url, of at most 1 KiB");
	if (secret.len * 8 < (size_t)m->row->least)
		return refuse(m, "the secret is shorter than the digest (RFC 7518 section 3.2)");
	*ret_key = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, bytes_of(secret), secret.len);
	return *ret_key ? 0 : STATUTE_ENOMEM;
}

/* ---- RSA ------------------------------------------------------------------ */

/* Is the residue of the modulus a power of 65537, for this prime? */
static bool is_power(unsigned long residue, unsigned long prime)
{
	unsigned long power = 1;

	do {
		if (power == residue)
			return true;
		power = power * 65537 % prime;
	} while (power != 1);
	return false;
}

/* Made by a chip library whose primes can be found (CVE-2017-15361): a power of 65537 modulo each. */
static bool is_roca(const BIGNUM *modulus)
{
	static const unsigned char primes[] = {
		3,  5,  7,  11, 13, 17, 19, 23, 29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
		73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
	};

	for (size_t i = 0; i < sizeof(primes); i++)
		if (!is_power((unsigned long)BN_mod_word(modulus, primes[i]), primes[i]))
			return false;
	return true;
}

static const char *rsa_issue(const BIGNUM *modulus, const BIGNUM *exponent)
{
	if (!BN_is_odd(exponent) || BN_is_one(exponent))
		return "e must be an odd number above 1";
	if (!BN_is_odd(modulus))
		return "n must be odd";
	return is_roca(modulus) ? "it is of a make whose factors can be found" : NULL;
}

static OSSL_PARAM *rsa_params(const BIGNUM *modulus, const BIGNUM *exponent)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;

	if (build && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent))
		params = OSSL_PARAM_BLD_to_param(build);
	OSSL_PARAM_BLD_free(build);
	return params;
}

static int make_rsa(struct maker *m, EVP_PKEY **ret_key)
{
	struct str n, e;
	BIGNUM *modulus, *exponent;
	const char *issue;
	int r = STATUTE_ENOMEM;

	if (!is_kind(m, S("RSA")))
		return refuse(m, "its alg is for RSA, and its kty says something else");
	if (!take_bytes(m, S("n"), MODULUS_MAX, &n) || !take_bytes(m, S("e"), EXPONENT_MAX, &e))
		return refuse(m, "n and e must be numbers in base64url, of at most 16384 and 64 bits");
	modulus = BN_bin2bn(bytes_of(n), (int)n.len, NULL);
	exponent = BN_bin2bn(bytes_of(e), (int)e.len, NULL);
	if (modulus && exponent && (issue = rsa_issue(modulus, exponent)))
		r = refuse(m, issue);
	else if (modulus && exponent)
		r = make(m, "RSA", rsa_params(modulus, exponent), ret_key);
	BN_free(modulus);
	BN_free(exponent);
	return r < 0 ? r : check(m, *ret_key);
}

/* ---- Curves --------------------------------------------------------------- */

static OSSL_PARAM *ec_params(const char *group, const unsigned char *point, size_t len)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;

	if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, len))
		params = OSSL_PARAM_BLD_to_param(build);
	OSSL_PARAM_BLD_free(build);
	return params;
}

static int make_ec(struct maker *m, EVP_PKEY **ret_key)
{
	unsigned char point[1 + 2 * COORDINATE_MAX] = { 4 }; /* uncompressed */
	size_t half = m->row->bytes / 2;
	struct str x, y, curve = json_get_text(m->node, S("crv"));
	const char *group = half == 32 ? "P-256" : half == 48 ? "P-384" : "P-521";
	int r;

	if (!is_kind(m, S("EC")) || !str_eq(curve, str_from(group)))
		return refuse(m, "its alg is for another curve than kty and crv say");
	if (!take_bytes(m, S("x"), half, &x) || !take_bytes(m, S("y"), half, &y) || x.len != half ||
	    y.len != half)
		return refuse(m, "x and y must be in base64url, each as long as the curve's numbers");
	memcpy(point + 1, x.at, half);
	memcpy(point + 1 + half, y.at, half);
	r = make(m, "EC", ec_params(group, point, 1 + 2 * half), ret_key);
	return r < 0 ? r : check(m, *ret_key);
}

static int make_ed25519(struct maker *m, EVP_PKEY **ret_key)
{
	struct str x;

	if (!is_kind(m, S("OKP")) || !str_eq(json_get_text(m->node, S("crv")), S("Ed25519")))
		return refuse(m, "its alg is for Ed25519, and kty and crv say something else");
	if (!take_bytes(m, S("x"), 32, &x) || x.len != 32)
		return refuse(m, "x must be 32 bytes in base64url");
	*ret_key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes_of(x), x.len);
	return *ret_key ? 0 : refuse(m, "its numbers make no key");
}

int jwk_make(struct arena *arena, const struct json *node, enum jws_algorithm algorithm, EVP_PKEY **ret_key,
             const char **ret_issue)
{
	struct maker m = { .arena = arena, .node = node, .row = jws_algorithm_row(algorithm) };
	EVP_PKEY *key = NULL;
	int r = STATUTE_EINVAL;

	switch (m.row->family) {
	case JWS_SECRET: r = make_secret(&m, &key); break;
	case JWS_RSA:
	case JWS_RSA_PSS: r = make_rsa(&m, &key); break;
	case JWS_EC: r = make_ec(&m, &key); break;
	case JWS_ED25519: r = make_ed25519(&m, &key); break;
	}
	if (r == STATUTE_EINVAL)
		*ret_issue = m.issue;
	if (r == 0)
		*ret_key = key;
	return r;
}
