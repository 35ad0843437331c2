/* Tokens that hold, and tokens that must not: forged, stale, of somebody else, or of odd make. */
#include "unit/test.h"

#include <statute/token.h>

#include "access/jws_sign.h"
#include "access/token.h"
#include "message/base64url.h"

enum { NOW = 1767873600 };

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 16, 64 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static struct statute_keys *make_keys(const char *algorithm)
{
	struct statute_keys *keys = NULL;

	assert_int_equal(statute_keys_make(algorithm, "k1", &keys), 0);
	return keys;
}

static const char *sign(struct statute_keys *keys, const char *claims)
{
	const char *token = NULL;

	assert_int_equal(statute_token_sign(keys, &(struct statute_claims){ .more = claims }, &token), 0);
	return token;
}

static struct statute_token_report check_with(struct statute_keys *keys, const char *token,
                                              struct statute_token_rules rules)
{
	struct statute_token_report report;

	assert_int_equal(statute_token_check(keys, token, &rules, NOW, &report), 0);
	return report;
}

static struct statute_token_report check(struct statute_keys *keys, const char *token)
{
	return check_with(keys, token, (struct statute_token_rules){ 0 });
}

static void assert_refused(struct statute_token_report report, const char *code)
{
	assert_non_null(report.code);
	assert_string_equal(report.code, code);
	assert_true(strlen(report.reason) > 5);
}

/* header and payload as texts, the signature as it is. */
static const char *forge(const char *header, const char *payload, const char *signature)
{
	struct buf buf;

	buf_init(&buf, &arena, 1 << 20);
	base64url_encode(&buf, str_from(header));
	buf_add_char(&buf, '.');
	base64url_encode(&buf, str_from(payload));
	buf_printf(&buf, ".%s", signature);
	buf_add_char(&buf, '\0');
	return buf.at;
}

static const char *edit(const char *token, size_t at, char c)
{
	char *copy = arena_alloc(&arena, strlen(token) + 1);

	memcpy(copy, token, strlen(token) + 1);
	copy[at] = c;
	return copy;
}

static void a_token_of_each_algorithm_holds_under_its_own_key_alone(void **state)
{
	static const char *const algorithms[] = { "EdDSA", "ES256", "HS256" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct statute_keys *keys = make_keys(algorithms[i]), *others = make_keys(algorithms[i]);
		const char *token = sign(keys, "{\"sub\":\"ada\",\"exp\":1767873660}");
		struct statute_token_report report = check(keys, token);

		assert_null(report.code);
		assert_non_null(strstr(report.claims, "\"ada\""));
		assert_refused(check(others, token), "TOKEN_INVALID");
		statute_keys_free(keys);
		statute_keys_free(others);
	}
}

static void a_changed_token_never_holds(void **state)
{
	static const char *const algorithms[] = { "EdDSA", "ES256", "HS256" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct statute_keys *keys = make_keys(algorithms[i]);
		const char *token = sign(keys, "{\"sub\":\"ada\",\"exp\":1767873660}");

		for (size_t at = 0; at < strlen(token); at++)
			assert_refused(check(keys, edit(token, at, token[at] == 'A' ? 'B' : 'A')),
			               "TOKEN_INVALID");
		for (size_t len = 0; len < strlen(token); len++)
			assert_refused(check(keys, edit(token, len, '\0')), "TOKEN_INVALID");
		assert_refused(check(keys, str_printf(&arena, "%sAAAA", token).at), "TOKEN_INVALID");
		assert_refused(check(keys, str_printf(&arena, "%s=", token).at), "TOKEN_INVALID");
		assert_refused(check(keys, str_printf(&arena, "%s.", token).at), "TOKEN_INVALID");
		assert_refused(check(keys, str_printf(&arena, " %s", token).at), "TOKEN_INVALID");
		statute_keys_free(keys);
	}
}

static void alg_none_is_refused_in_every_spelling(void **state)
{
	static const char *const names[] = { "none", "None", "NONE", "nOnE", "", "null" };
	struct statute_keys *keys = make_keys("EdDSA");

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *header = str_printf(&arena, "{\"alg\":\"%s\",\"kid\":\"k1\"}", names[i]).at;

		assert_refused(check(keys, forge(header, "{\"exp\":1767873660}", "")), "TOKEN_INVALID");
		assert_refused(check(keys, forge(header, "{\"exp\":1767873660}", "AAAA")), "TOKEN_INVALID");
	}
	assert_refused(check(keys, forge("{\"kid\":\"k1\"}", "{\"exp\":1767873660}", "")), "TOKEN_INVALID");
	assert_refused(check(keys, forge("{\"alg\":null}", "{\"exp\":1767873660}", "")), "TOKEN_INVALID");
	statute_keys_free(keys);
}

/* RFC 8725 section 2.1: the public key, taken for the secret of an HMAC. */
static void a_public_key_is_never_taken_for_a_secret(void **state)
{
	struct statute_keys *keys = make_keys("ES256"), *forger = NULL;
	struct statute_keys_fault fault;
	const char *public = NULL, *text;
	struct buf secret;

	(void)state;
	assert_int_equal(statute_keys_public_text(keys, &public), 0);
	assert_null(strstr(public, "\"d\""));
	buf_init(&secret, &arena, 1 << 16);
	base64url_encode(&secret, str_sub(str_from(public), 0, 512));
	text = str_printf(&arena, "{\"kty\":\"oct\",\"alg\":\"HS256\",\"kid\":\"k1\",\"k\":\"%.*s\"}",
	                  STR_ARG(buf_str(&secret))).at;
	assert_int_equal(statute_keys_read(text, strlen(text), &forger, &fault), 0);
	assert_refused(check(keys, sign(forger, "{\"sub\":\"ada\",\"exp\":1767873660}")), "TOKEN_INVALID");
	statute_keys_free(forger);
	statute_keys_free(keys);
}

static void keys_that_a_token_brings_along_are_not_used(void **state)
{
	struct statute_keys *keys = make_keys("EdDSA"), *forger = make_keys("EdDSA");
	const char *public = NULL, *token;

	(void)state;
	assert_int_equal(statute_keys_public_text(forger, &public), 0);
	token = sign(forger, "{\"sub\":\"ada\",\"exp\":1767873660}");
	token = forge(str_printf(&arena, "{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"jwk\":%s,\"jku\":\"http://a/\"}", public).at,
	              "{\"sub\":\"ada\",\"exp\":1767873660}", strrchr(token, '.') + 1);
	assert_refused(check(keys, token), "TOKEN_INVALID");
	statute_keys_free(keys);
	statute_keys_free(forger);
}

static void a_kid_is_a_name_and_nothing_else(void **state)
{
	static const char *const ids[] = {
		"\"../../../dev/null\"", "\"k1' OR '1'='1\"", "\"\"", "1", "null", "[\"k1\"]", "\"K1\"", "\"k1\\u0000\"",
	};
	struct statute_keys *keys = make_keys("EdDSA");
	const char *good = sign(keys, "{\"exp\":1767873660}");

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_refused(check(keys, forge(str_printf(&arena, "{\"alg\":\"EdDSA\",\"kid\":%s}", ids[i]).at,
		                                 "{\"exp\":1767873660}", strrchr(good, '.') + 1)),
		               "TOKEN_INVALID");
	statute_keys_free(keys);
}

static void a_critical_extension_is_refused(void **state)
{
	struct statute_keys *keys = make_keys("HS256");

	(void)state;
	assert_refused(check(keys, forge("{\"alg\":\"HS256\",\"kid\":\"k1\",\"crit\":[\"b64\"],\"b64\":false}",
	                                 "{\"exp\":1767873660}", "AAAA")),
	               "TOKEN_INVALID");
	statute_keys_free(keys);
}

static void times_hold_within_the_leeway(void **state)
{
	static const struct {
		const char *claims, *code;
		int64_t leeway_s;
	} rows[] = {
		{ "{\"exp\":1767873601}", NULL, 0 },
		{ "{\"exp\":1767873600}", "TOKEN_EXPIRED", 0 }, /* "on or after": RFC 7519 section 4.1.4 */
		{ "{\"exp\":1767873599}", "TOKEN_EXPIRED", 0 },
		{ "{\"exp\":1767873599}", NULL, 60 },
		{ "{\"exp\":1767873540}", "TOKEN_EXPIRED", 60 },
		{ "{\"exp\":1767873600.5}", NULL, 0 },
		{ "{\"exp\":1767873601,\"nbf\":1767873600}", NULL, 0 },
		{ "{\"exp\":1767873700,\"nbf\":1767873601}", "TOKEN_INVALID", 0 },
		{ "{\"exp\":1767873700,\"nbf\":1767873601}", NULL, 60 },
		{ "{}", "TOKEN_INVALID", 60 },
		{ "{\"exp\":\"1767873601\"}", "TOKEN_INVALID", 0 },
		{ "{\"exp\":null}", "TOKEN_INVALID", 0 },
		{ "{\"exp\":-1}", "TOKEN_INVALID", 0 },
		{ "{\"exp\":1e400}", "TOKEN_INVALID", 0 },
		{ "{\"exp\":1767873601,\"nbf\":\"x\"}", "TOKEN_INVALID", 0 },
		{ "{\"exp\":1767873601,\"sub\":5}", "TOKEN_INVALID", 0 },
	};
	struct statute_keys *keys = make_keys("HS256");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct statute_token_rules rules = { .leeway_s = rows[i].leeway_s };
		struct statute_token_report report = check_with(keys, sign(keys, rows[i].claims), rules);

		if (rows[i].code)
			assert_refused(report, rows[i].code);
		else
			assert_null(report.code);
	}
	statute_keys_free(keys);
}

static void issuer_and_audience_are_held_to_what_is_demanded(void **state)
{
	static const struct {
		const char *claims;
		bool holds;
	} rows[] = {
		{ "{\"exp\":1767873660,\"iss\":\"https://id.example\",\"aud\":\"shop\"}", true },
		{ "{\"exp\":1767873660,\"iss\":\"https://id.example\",\"aud\":[\"x\",\"shop\"]}", true },
		{ "{\"exp\":1767873660,\"iss\":\"https://id.example/\",\"aud\":\"shop\"}", false },
		{ "{\"exp\":1767873660,\"iss\":\"https://id.example\",\"aud\":\"Shop\"}", false },
		{ "{\"exp\":1767873660,\"iss\":\"https://id.example\",\"aud\":[]}", false },
		{ "{\"exp\":1767873660,\"iss\":\"https://id.example\",\"aud\":[[\"shop\"]]}", false },
		{ "{\"exp\":1767873660,\"iss\":\"https://id.example\"}", false },
		{ "{\"exp\":1767873660,\"aud\":\"shop\"}", false },
		{ "{\"exp\":1767873660,\"iss\":[\"https://id.example\"],\"aud\":\"shop\"}", false },
	};
	struct statute_token_rules rules = { .issuer = "https://id.example", .audience = "shop" };
	struct statute_keys *keys = make_keys("HS256");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(!check_with(keys, sign(keys, rows[i].claims), rules).code, rows[i].holds);
	statute_keys_free(keys);
}

static void a_claim_that_stands_twice_is_refused(void **state)
{
	struct statute_keys *keys = make_keys("HS256");
	struct json *node = NULL;
	struct str token;
	struct json_fault fault;
	const struct json_limits limits = JSON_LIMITS_INIT;

	(void)state;
	assert_int_equal(json_parse(&arena, str_from(statute_keys_text(keys)), &limits, &node, &fault), 0);
	assert_int_equal(jws_sign(&arena, json_item(json_get(node, S("keys")), 0), S(""),
	                          S("{\"exp\":1767873660,\"sub\":\"ada\",\"sub\":\"root\"}"), &token), 0);
	assert_refused(check(keys, token.at), "TOKEN_INVALID");
	statute_keys_free(keys);
}

static void a_token_past_16_kib_is_refused_unread(void **state)
{
	struct statute_keys *keys = make_keys("HS256");
	char *large = arena_alloc(&arena, JWS_TOKEN_MAX + 2);

	(void)state;
	memset(large, 'A', JWS_TOKEN_MAX + 1);
	large[100] = large[200] = '.';
	large[JWS_TOKEN_MAX + 1] = '\0';
	assert_refused(check(keys, large), "TOKEN_INVALID");
	statute_keys_free(keys);
}

static void scopes_are_a_list_in_either_form(void **state)
{
	const struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *claims = NULL;
	struct token token;

	(void)state;
	assert_int_equal(json_parse(&arena, S("{\"scope\":\"orders:read orders:write\",\"roles\":[\"admin\",7]}"),
	                            &limits, &claims, &fault), 0);
	token = (struct token){ .claims = claims };
	assert_true(token_claim_has(&token, S("scope"), S("orders:write")));
	assert_false(token_claim_has(&token, S("scope"), S("orders")));
	assert_false(token_claim_has(&token, S("scope"), S("")));
	assert_true(token_claim_has(&token, S("roles"), S("admin")));
	assert_false(token_claim_has(&token, S("roles"), S("7")));
	assert_false(token_claim_has(&token, S("none"), S("admin")));
}

static void a_made_token_says_what_it_was_told(void **state)
{
	const struct statute_claims claims = {
		.subject = "ada", .issuer = "https://id.example", .audience = "shop", .scope = "a b",
		.roles = "admin, editor,", .issued_s = NOW, .expires_s = NOW + 60, .more = "{\"org\": [1]}",
	};
	struct statute_keys *keys = make_keys("EdDSA");
	struct statute_token_report report;
	const char *token = NULL;

	(void)state;
	assert_int_equal(statute_token_sign(keys, &claims, &token), 0);
	report = check(keys, token);
	assert_null(report.code);
	assert_string_equal(report.claims,
	                    "{\n  \"iss\": \"https://id.example\",\n  \"sub\": \"ada\",\n  \"aud\": \"shop\",\n"
	                    "  \"scope\": \"a b\",\n  \"roles\": [\n    \"admin\",\n    \"editor\"\n  ],\n"
	                    "  \"iat\": 1767873600,\n  \"exp\": 1767873660,\n  \"org\": [\n    1\n  ]\n}\n");
	assert_int_equal(statute_token_sign(keys, &(struct statute_claims){ .more = "[]" }, &token), STATUTE_EINVAL);
	statute_keys_free(keys);
}

static void a_fault_of_a_key_set_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint32_t line, column;
	} rows[] = {
		{ "", STATUTE_ESYNTAX, 1, 1 },
		{ "{\"keys\":[\n]", STATUTE_ESYNTAX, 2, 2 },
		{ "[]", STATUTE_EINVAL, 1, 1 },
		{ "{\"keys\":[]}", STATUTE_EINVAL, 1, 1 },
		{ "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", STATUTE_EINVAL, 1, 10 },
		{ "{\"keys\":[\n5]}", STATUTE_EINVAL, 2, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct statute_keys *keys = NULL;
		struct statute_keys_fault fault = { 0 };

		assert_int_equal(statute_keys_read(rows[i].text, strlen(rows[i].text), &keys, &fault), rows[i].r);
		assert_int_equal(fault.line, rows[i].line);
		assert_int_equal(fault.column, rows[i].column);
		assert_true(strlen(fault.issue) > 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_of_each_algorithm_holds_under_its_own_key_alone),
		cmocka_unit_test(a_changed_token_never_holds),
		cmocka_unit_test(alg_none_is_refused_in_every_spelling),
		cmocka_unit_test(a_public_key_is_never_taken_for_a_secret),
		cmocka_unit_test(keys_that_a_token_brings_along_are_not_used),
		cmocka_unit_test(a_kid_is_a_name_and_nothing_else),
		cmocka_unit_test(a_critical_extension_is_refused),
		cmocka_unit_test(times_hold_within_the_leeway),
		cmocka_unit_test(issuer_and_audience_are_held_to_what_is_demanded),
		cmocka_unit_test(a_claim_that_stands_twice_is_refused),
		cmocka_unit_test(a_token_past_16_kib_is_refused_unread),
		cmocka_unit_test(scopes_are_a_list_in_either_form),
		cmocka_unit_test(a_made_token_says_what_it_was_told),
		cmocka_unit_test(a_fault_of_a_key_set_is_told_with_its_place),
	};

	return cmocka_run_group_tests_name("access/token", tests, set_up, tear_down);
}
