/* Tokens that were found valid: what is known again, for how long, and how much of it is kept. */
#include "unit/test.h"

#include <pthread.h>
#include <stdatomic.h>

#include <openssl/crypto.h>
#include <statute/token.h>

#include "access/token_cache.h"

enum { NOW = 1767873600 };

static atomic_size_t allocations;            /* of OpenSSL */
static atomic_size_t failing = SIZE_MAX;     /* from that one on they fail */

static bool fails(void)
{
	return atomic_fetch_add(&allocations, 1) >= atomic_load(&failing);
}

static void *count_malloc(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return fails() ? NULL : malloc(size);
}

static void *count_realloc(void *at, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return fails() ? NULL : realloc(at, size);
}

static void plain_free(void *at, const char *file, int line)
{
	(void)file, (void)line;
	free(at);
}

struct fixture {
	struct statute_keys *keys;
	struct keyring *keyring;
	struct token_cache *cache;
	struct token_scheme scheme;
};

static void give(struct keyring *keyring, const struct statute_keys *keys)
{
	struct keyring_fault fault;

	assert_int_equal(keyring_replace(keyring, str_from(statute_keys_text(keys)), &fault), 0);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(statute_keys_make("HS256", "k", &f->keys), 0);
	assert_int_equal(keyring_new(&f->keyring), 0);
	give(f->keyring, f->keys);
	f->cache = token_cache_new();
	assert_non_null(f->cache);
	f->scheme = (struct token_scheme){
		.keyring = f->keyring, .roles_claim = S("roles"), .scopes_claim = S("scope"),
	};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	token_cache_free(f->cache);
	keyring_free(f->keyring);
	statute_keys_free(f->keys);
	free(f);
	return 0;
}

static struct str sign_until(struct statute_keys *keys, int64_t ends_s, const char *more)
{
	const char *token = NULL;

	assert_int_equal(statute_token_sign(keys, &(struct statute_claims){ .subject = "ada", .roles = "admin,user",
	                                                                    .scope = "a b", .expires_s = ends_s,
	                                                                    .more = more }, &token), 0);
	return str_from(token);
}

static enum token_cache_outcome verify(struct fixture *f, struct str text, int64_t now_s,
                                       struct verified_token **ret_token, const char **ret_why)
{
	struct token_digest digest;

	token_digest_take(text, &digest);
	return token_cache_verify(f->cache, &f->scheme, text, &digest, now_s, ret_token, ret_why);
}

static struct verified_token *held(struct fixture *f, struct str text, int64_t now_s)
{
	struct verified_token *token = NULL;
	const char *why = NULL;

	assert_int_equal(verify(f, text, now_s, &token, &why), TOKEN_CACHE_VALID);
	return token;
}

static void assert_outcome(struct fixture *f, struct str text, int64_t now_s, enum token_cache_outcome expected)
{
	struct verified_token *token = NULL;
	const char *why = NULL;

	assert_int_equal(verify(f, text, now_s, &token, &why), expected);
	assert_null(token);
}

static void a_token_is_known_again_with_all_that_it_says(void **state)
{
	struct fixture *f = *state;
	struct str text = sign_until(f->keys, NOW + 60, NULL);
	struct verified_token *first = held(f, text, NOW), *again = held(f, text, NOW + 59);

	assert_ptr_equal(first, again);
	assert_int_equal(token_cache_count(f->cache), 1);
	assert_str(again->principal.id, "ada");
	assert_int_equal(again->principal.role_count, 2);
	assert_true(principal_has_role(&again->principal, S("admin")));
	assert_true(principal_has_scope(&again->principal, S("b")));
	assert_str(json_get_text(again->principal.claims, S("sub")), "ada");
	verified_token_release(first);
	verified_token_release(again);
}

static void knowing_a_token_again_allocates_nothing(void **state)
{
	struct fixture *f = *state;
	struct str text = sign_until(f->keys, NOW + 60, NULL);
	size_t before;

	verified_token_release(held(f, text, NOW));
	before = atomic_load(&allocations);
	assert_true(before > 0); /* they are counted */
	for (int i = 0; i < 100; i++)
		verified_token_release(held(f, text, NOW));
	assert_int_equal(atomic_load(&allocations), before);
}

static void a_token_ends_with_its_exp(void **state)
{
	struct fixture *f = *state;
	struct str text = sign_until(f->keys, NOW + 60, NULL);

	verified_token_release(held(f, text, NOW));
	assert_outcome(f, text, NOW + 60, TOKEN_CACHE_EXPIRED);
	assert_int_equal(token_cache_count(f->cache), 0);
	f->scheme.rules.leeway_s = 30;
	verified_token_release(held(f, text, NOW + 80));
	assert_outcome(f, text, NOW + 90, TOKEN_CACHE_EXPIRED);
}

static void a_token_ends_with_its_keys(void **state)
{
	struct fixture *f = *state;
	struct str text = sign_until(f->keys, NOW + 60, NULL);
	struct statute_keys *others;
	struct verified_token *token = held(f, text, NOW);

	assert_int_equal(statute_keys_make("HS256", "k", &others), 0);
	give(f->keyring, others);
	assert_outcome(f, text, NOW, TOKEN_CACHE_INVALID);
	assert_str(token->principal.id, "ada"); /* whoever holds it is not disturbed */
	verified_token_release(token);
	statute_keys_free(others);
}

static void only_valid_tokens_are_kept(void **state)
{
	struct fixture *f = *state;
	struct str text = sign_until(f->keys, NOW + 60, NULL);

	assert_outcome(f, str_sub(text, 0, text.len - 1), NOW, TOKEN_CACHE_INVALID);
	assert_outcome(f, S(""), NOW, TOKEN_CACHE_INVALID);
	assert_outcome(f, text, NOW + 600, TOKEN_CACHE_EXPIRED);
	assert_int_equal(token_cache_count(f->cache), 0);
}

static void one_schemes_token_is_not_anothers(void **state)
{
	struct fixture *f = *state;
	struct str text = sign_until(f->keys, NOW + 60, NULL), audience = S("other");

	verified_token_release(held(f, text, NOW));
	f->scheme.index = 1;
	f->scheme.rules.audience = &audience;
	f->scheme.rules.audience_count = 1;
	assert_outcome(f, text, NOW, TOKEN_CACHE_INVALID);
}

static void no_keys_say_nothing_about_a_token(void **state)
{
	struct fixture *f = *state;
	struct keyring *empty;

	assert_int_equal(keyring_new(&empty), 0);
	f->scheme.keyring = empty;
	assert_outcome(f, sign_until(f->keys, NOW + 60, NULL), NOW, TOKEN_CACHE_NO_KEYS);
	f->scheme.keyring = f->keyring;
	keyring_free(empty);
}

static void the_least_recently_used_goes_first(void **state)
{
	struct fixture *f = *state;
	struct str first = sign_until(f->keys, NOW + 60, NULL);
	struct verified_token *token = held(f, first, NOW);

	for (int i = 0; i < TOKEN_CACHE_ENTRIES + 10; i++) {
		char more[32];

		snprintf(more, sizeof(more), "{\"n\":%d}", i);
		verified_token_release(held(f, sign_until(f->keys, NOW + 60, more), NOW));
		if (i % 1000 == 0) {
			struct verified_token *again = held(f, first, NOW);

			assert_ptr_equal(again, token);
			verified_token_release(again);
		}
	}
	assert_int_equal(token_cache_count(f->cache), TOKEN_CACHE_ENTRIES);
	verified_token_release(token);
}

static void a_token_of_very_many_claims_is_valid_and_not_kept(void **state)
{
	struct fixture *f = *state;
	char more[8192] = "{\"list\":[0";

	for (int i = 0; i < 3900; i++)
		strcat(more + 2 * (size_t)i, ",0");
	strcat(more, "]}");
	verified_token_release(held(f, sign_until(f->keys, NOW + 60, more), NOW));
	assert_int_equal(token_cache_count(f->cache), 0);
}

static void what_is_held_outlives_the_cache(void **state)
{
	struct fixture *f = *state;
	struct verified_token *token = held(f, sign_until(f->keys, NOW + 60, NULL), NOW);

	token_cache_free(f->cache);
	f->cache = NULL;
	assert_str(token->principal.id, "ada");
	verified_token_release(token);
}

/* A server that is short of memory must not tell a client that its token is bad. */
static void without_memory_a_valid_token_is_never_called_invalid(void **state)
{
	struct fixture *f = *state;
	struct str text = sign_until(f->keys, NOW + 60, NULL);
	enum token_cache_outcome outcome = TOKEN_CACHE_NO_MEMORY;
	size_t left = 0;

	for (; outcome != TOKEN_CACHE_VALID; left++) {
		struct verified_token *token = NULL;
		const char *why = NULL;

		atomic_store(&failing, atomic_load(&allocations) + left);
		outcome = verify(f, text, NOW, &token, &why);
		atomic_store(&failing, SIZE_MAX);
		assert_true(outcome == TOKEN_CACHE_VALID || outcome == TOKEN_CACHE_NO_MEMORY);
		if (token)
			verified_token_release(token);
	}
	assert_true(left > 3);
}

/* ---- Keys that change ----------------------------------------------------------- */

static void broken_keys_leave_those_that_were_there(void **state)
{
	struct fixture *f = *state;
	uint64_t number = keyring_number(f->keyring);
	struct keyring_fault fault = { 0 };

	assert_int_equal(keyring_replace(f->keyring, S("{\"keys\":\n [{]}"), &fault), STATUTE_ESYNTAX);
	assert_int_equal(fault.line, 2);
	assert_int_equal(fault.column, 4);
	assert_int_equal(keyring_replace(f->keyring, S("{\"keys\": []}"), &fault), STATUTE_EINVAL);
	assert_non_null(fault.issue);
	assert_true(keyring_number(f->keyring) == number);
	verified_token_release(held(f, sign_until(f->keys, NOW + 60, NULL), NOW));
}

static void *replace_often(void *data)
{
	struct fixture *f = data;

	for (int i = 0; i < 200; i++)
		give(f->keyring, f->keys);
	return NULL;
}

static void keys_can_be_replaced_while_they_are_used(void **state)
{
	struct fixture *f = *state;
	struct str text = sign_until(f->keys, NOW + 60, NULL);
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, replace_often, f), 0);
	for (int i = 0; i < 200; i++)
		verified_token_release(held(f, text, NOW));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(keyring_number(f->keyring) == 201);
	verified_token_release(held(f, text, NOW));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_token_is_known_again_with_all_that_it_says),
		TEST(knowing_a_token_again_allocates_nothing),
		TEST(a_token_ends_with_its_exp),
		TEST(a_token_ends_with_its_keys),
		TEST(only_valid_tokens_are_kept),
		TEST(one_schemes_token_is_not_anothers),
		TEST(no_keys_say_nothing_about_a_token),
		TEST(the_least_recently_used_goes_first),
		TEST(a_token_of_very_many_claims_is_valid_and_not_kept),
		TEST(what_is_held_outlives_the_cache),
		TEST(without_memory_a_valid_token_is_never_called_invalid),
		TEST(broken_keys_leave_those_that_were_there),
		TEST(keys_can_be_replaced_while_they_are_used),
	};

	if (!CRYPTO_set_mem_functions(count_malloc, count_realloc, plain_free))
		return 1;
	return cmocka_run_group_tests_name("access/token_cache", tests, NULL, NULL);
}
