/* Keys made and tokens signed: see jws_sign.h. */
#include "access/jws_sign.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>

#include "access/jws.h"
#include "message/base64url.h"

enum { SECRET_LEN = 32, NUMBER_LEN = 32, SIGNATURE_LEN = 64, DER_MAX = 80 };

/* Ed25519, P-256 or a secret: the private member, and how it is told. */
static struct str private_member(enum jws_algorithm algorithm)
{
	return algorithm == JWS_HS256 ? S("k") : S("d");
}

static bool is_signed_with(enum jws_algorithm algorithm)
{
	return algorithm == JWS_EdDSA || algorithm == JWS_ES256 || algorithm == JWS_HS256;
}

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)s.at;
}

/* ---- Making --------------------------------------------------------------- */

static int set_text(struct arena *arena, struct json *node, struct str name, struct str text)
{
	return text.at ? json_set(arena, node, name, json_new_string(arena, text)) : STATUTE_ENOMEM;
}

static int set_bytes(struct arena *arena, struct json *node, struct str name, const unsigned char *bytes,
                     size_t len)
{
	struct buf buf;

	buf_init(&buf, arena, 4096);
	base64url_encode(&buf, str_of((const char *)bytes, len));
	return buf.failed ? STATUTE_ENOMEM : set_text(arena, node, name, buf_str(&buf));
}

static int make_secret(struct arena *arena, struct json *node)
{
	unsigned char secret[SECRET_LEN];
	int r;

	if (RAND_bytes(secret, sizeof(secret)) != 1)
		return STATUTE_ESYSTEM;
	if ((r = set_text(arena, node, S("kty"), S("oct"))) < 0)
		return r;
	return set_bytes(arena, node, S("k"), secret, sizeof(secret));
}

static int write_ed25519(struct arena *arena, struct json *node, EVP_PKEY *key)
{
	unsigned char public[NUMBER_LEN], private[NUMBER_LEN];
	size_t public_len = sizeof(public), private_len = sizeof(private);
	int r;

	if (EVP_PKEY_get_raw_public_key(key, public, &public_len) <= 0 ||
	    EVP_PKEY_get_raw_private_key(key, private, &private_len) <= 0)
		return STATUTE_ESYSTEM;
	if ((r = set_text(arena, node, S("kty"), S("OKP"))) < 0 ||
	    (r = set_text(arena, node, S("crv"), S("Ed25519"))) < 0 ||
	    (r = set_bytes(arena, node, S("x"), public, public_len)) < 0)
		return r;
	return set_bytes(arena, node, S("d"), private, private_len);
}

static int write_number(struct arena *arena, struct json *node, struct str name, EVP_PKEY *key,
                        const char *parameter)
{
	unsigned char bytes[NUMBER_LEN];
	BIGNUM *number = NULL;
	int r = STATUTE_ESYSTEM;

	if (EVP_PKEY_get_bn_param(key, parameter, &number) > 0 &&
	    BN_bn2binpad(number, bytes, sizeof(bytes)) == sizeof(bytes))
		r = set_bytes(arena, node, name, bytes, sizeof(bytes));
	BN_clear_free(number);
	return r;
}

static int write_p256(struct arena *arena, struct json *node, EVP_PKEY *key)
{
	int r;

	if ((r = set_text(arena, node, S("kty"), S("EC"))) < 0 ||
	    (r = set_text(arena, node, S("crv"), S("P-256"))) < 0 ||
	    (r = write_number(arena, node, S("x"), key, OSSL_PKEY_PARAM_EC_PUB_X)) < 0 ||
	    (r = write_number(arena, node, S("y"), key, OSSL_PKEY_PARAM_EC_PUB_Y)) < 0)
		return r;
	return write_number(arena, node, S("d"), key, OSSL_PKEY_PARAM_PRIV_KEY);
}

static int make_pair(struct arena *arena, struct json *node, enum jws_algorithm algorithm)
{
	bool is_ed25519 = algorithm == JWS_EdDSA;
	EVP_PKEY *key = is_ed25519 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") : EVP_EC_gen("P-256");
	int r = STATUTE_ESYSTEM;

	if (key)
		r = is_ed25519 ? write_ed25519(arena, node, key) : write_p256(arena, node, key);
	EVP_PKEY_free(key);
	return r;
}

int jwk_generate(struct arena *arena, enum jws_algorithm algorithm, struct str id, struct json **ret_node)
{
	struct json *node = json_new(arena, JSON_OBJECT);
	int r;

	if (!is_signed_with(algorithm))
		return STATUTE_ENOTFOUND;
	if (!node)
		return STATUTE_ENOMEM;
	if ((r = set_text(arena, node, S("kid"), id)) < 0 ||
	    (r = set_text(arena, node, S("alg"), jws_algorithm_row(algorithm)->name)) < 0 ||
	    (r = set_text(arena, node, S("use"), S("sig"))) < 0)
		return r;
	r = algorithm == JWS_HS256 ? make_secret(arena, node) : make_pair(arena, node, algorithm);
	if (r == 0)
		*ret_node = node;
	return r;
}

/* ---- Signing -------------------------------------------------------------- */

static bool find_algorithm(const struct json *node, enum jws_algorithm *ret_algorithm)
{
	return jws_algorithm_find(json_get_text(node, S("alg")), ret_algorithm) &&
	       is_signed_with(*ret_algorithm);
}

bool jwk_is_private(const struct json *node)
{
	enum jws_algorithm algorithm;

	return find_algorithm(node, &algorithm) && json_get_text(node, private_member(algorithm)).len > 0;
}

static OSSL_PARAM *p256_params(BIGNUM *number)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;

	if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number))
		params = OSSL_PARAM_BLD_to_param(build);
	OSSL_PARAM_BLD_free(build);
	return params;
}

static EVP_PKEY *read_p256(struct str private)
{
	BIGNUM *number = BN_bin2bn(bytes_of(private), (int)private.len, NULL);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = number ? p256_params(number) : NULL;
	EVP_PKEY *key = NULL;

	if (context && params && EVP_PKEY_fromdata_init(context) > 0)
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(context);
	BN_clear_free(number);
	return key;
}

static EVP_PKEY *read_private(enum jws_algorithm algorithm, struct str bytes)
{
	if (algorithm == JWS_ES256)
		return bytes.len <= NUMBER_LEN ? read_p256(bytes) : NULL;
	return EVP_PKEY_new_raw_private_key(algorithm == JWS_HS256 ? EVP_PKEY_HMAC : EVP_PKEY_ED25519, NULL,
	                                    bytes_of(bytes), bytes.len);
}

/* From DER to r and s side by side (RFC 7518 section 3.4). */
static bool from_der(const unsigned char *der, size_t len, unsigned char out[SIGNATURE_LEN])
{
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool fits = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, NUMBER_LEN) == NUMBER_LEN &&
	            BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + NUMBER_LEN, NUMBER_LEN) == NUMBER_LEN;

	ECDSA_SIG_free(pair);
	return fits;
}

static bool sign(EVP_PKEY *key, enum jws_algorithm algorithm, struct str text,
                 unsigned char out[SIGNATURE_LEN], size_t *ret_len)
{
	unsigned char made[DER_MAX];
	size_t len = sizeof(made);
	const char *digest = jws_algorithm_row(algorithm)->digest;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_signed = context && EVP_DigestSignInit_ex(context, NULL, digest, NULL, NULL, key, NULL) > 0 &&
	                 EVP_DigestSign(context, made, &len, bytes_of(text), text.len) > 0;

	EVP_MD_CTX_free(context);
	if (!is_signed)
		return false;
	if (algorithm == JWS_ES256) {
		*ret_len = SIGNATURE_LEN;
		return from_der(made, len, out);
	}
	*ret_len = len;
	memcpy(out, made, len);
	return len <= SIGNATURE_LEN;
}

static void add_header(struct buf *token, struct arena *arena, const struct json *key, struct str type)
{
	struct buf header;

	buf_init(&header, arena, JWS_TOKEN_MAX);
	buf_lit(&header, "{\"alg\":");
	json_write_string(&header, json_get_text(key, S("alg")));
	buf_lit(&header, ",\"typ\":");
	json_write_string(&header, type.len ? type : S("JWT"));
	if (json_get_text(key, S("kid")).len) {
		buf_lit(&header, ",\"kid\":");
		json_write_string(&header, json_get_text(key, S("kid")));
	}
	buf_add_char(&header, '}');
	token->failed |= header.failed;
	base64url_encode(token, buf_str(&header));
}

int jws_sign(struct arena *arena, const struct json *key, struct str type, struct str payload,
             struct str *ret_token)
{
	enum jws_algorithm algorithm;
	unsigned char signature[SIGNATURE_LEN];
	struct str private;
	struct buf token;
	EVP_PKEY *made;
	size_t len;
	bool is_signed;

	if (!find_algorithm(key, &algorithm) ||
	    !base64url_decode(arena, json_get_text(key, private_member(algorithm)), &private))
		return STATUTE_EINVAL;
	buf_init(&token, arena, JWS_TOKEN_MAX);
	add_header(&token, arena, key, type);
	buf_add_char(&token, '.');
	base64url_encode(&token, payload);
	if (token.failed)
		return STATUTE_ENOMEM;
	made = read_private(algorithm, private);
	is_signed = made && sign(made, algorithm, buf_str(&token), signature, &len);
	EVP_PKEY_free(made);
	if (!is_signed)
		return STATUTE_EINVAL;
	buf_add_char(&token, '.');
	base64url_encode(&token, str_of((const char *)signature, len));
	buf_add_char(&token, '\0');
	if (token.failed)
		return STATUTE_ENOMEM;
	*ret_token = str_of(token.at, token.len - 1);
	return 0;
}
