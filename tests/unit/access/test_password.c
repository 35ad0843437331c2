/* Passwords, those that were found to hold, and API keys. */
#include "unit/test.h"

#include "access/api_key.h"
#include "access/password.h"
#include "access/password_cache.h"

static void a_password_holds_against_its_hash_alone(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_int_equal(password_hash(S("correct horse"), hash), 0);
	assert_true(str_starts(str_from(hash), S("$argon2id$v=19$m=19456,t=2,p=1$")));
	assert_int_equal(password_verify(str_from(hash), S("correct horse")), PASSWORD_HOLDS);
	assert_int_equal(password_verify(str_from(hash), S("correct horsE")), PASSWORD_FAILS);
	assert_int_equal(password_verify(str_from(hash), S("")), PASSWORD_FAILS);
}

static void what_is_no_hash_is_never_a_passwords(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_int_equal(password_hash(S(""), hash), 0);
	assert_int_equal(password_verify(str_from(hash), S("")), PASSWORD_HOLDS);
	assert_int_equal(password_verify(S(""), S("")), PASSWORD_FAILS);
	assert_int_equal(password_verify((struct str){ 0 }, (struct str){ 0 }), PASSWORD_FAILS);
	assert_int_equal(password_verify(S("secret"), S("secret")), PASSWORD_FAILS);
	assert_int_equal(password_verify(S("$argon2id$v=19$m=19456,t=2,p=1$x$y"), S("x")), PASSWORD_FAILS);
}

static void a_password_is_remembered_for_its_owners_row_as_it_is(void **state)
{
	struct password_cache *cache = password_cache_new();
	const struct password_owner owner = { 1, S("7"), 3 };
	const struct password_owner others[] = {
		{ 0, S("7"), 3 }, { 1, S("8"), 3 }, { 1, S("7"), 4 }, { 1, S("7x"), 3 }, { 1, S(""), 3 },
	};

	(void)state;
	assert_non_null(cache);
	assert_false(password_cache_has(cache, &owner, S("x"), 1000));
	password_cache_add(cache, &owner, S("x"), 1000);
	assert_true(password_cache_has(cache, &owner, S("x"), 1000));
	assert_false(password_cache_has(cache, &owner, S("y"), 1000));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(password_cache_has(cache, &others[i], S("x"), 1000));
	assert_false(password_cache_has(cache, &(struct password_owner){ 1, S(""), 3 }, S("7x"), 1000));
	password_cache_free(cache);
}

static void a_password_is_remembered_for_a_while(void **state)
{
	struct password_cache *cache = password_cache_new();
	const struct password_owner owner = { 0, S("7"), 1 };

	(void)state;
	assert_non_null(cache);
	password_cache_add(cache, &owner, S("x"), 1000);
	assert_true(password_cache_has(cache, &owner, S("x"), 1000 + PASSWORD_CACHE_MS - 1));
	assert_false(password_cache_has(cache, &owner, S("x"), 1000 + PASSWORD_CACHE_MS));
	assert_false(password_cache_has(cache, &owner, S("x"), 999));
	password_cache_free(cache);
}

static void the_newest_is_found_however_many_there_were(void **state)
{
	struct password_cache *cache = password_cache_new();
	struct password_owner owner = { 0, S("7"), 0 };

	(void)state;
	assert_non_null(cache);
	for (int i = 1; i <= 4 * PASSWORD_CACHE_ENTRIES; i++) {
		owner.version = i;
		password_cache_add(cache, &owner, S("x"), 1000 + i);
		assert_true(password_cache_has(cache, &owner, S("x"), 1000 + i));
	}
	password_cache_free(cache);
}

static void without_a_cache_nothing_is_remembered(void **state)
{
	const struct password_owner owner = { 0, S("7"), 0 };

	(void)state;
	password_cache_add(NULL, &owner, S("x"), 1);
	assert_false(password_cache_has(NULL, &owner, S("x"), 1));
	password_cache_free(NULL);
}

static void an_api_key_is_known_by_its_sha_256(void **state)
{
	char key[API_KEY_SIZE], other[API_KEY_SIZE], hash[API_KEY_HASH_LEN];

	(void)state;
	api_key_hash(S("abc"), hash); /* FIPS 180-4's example */
	assert_str(str_of(hash, sizeof(hash)), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(api_key_make(key), 0);
	assert_int_equal(api_key_make(other), 0);
	assert_int_equal(strlen(key), API_KEY_SIZE - 1);
	assert_string_not_equal(key, other);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_holds_against_its_hash_alone),
		cmocka_unit_test(what_is_no_hash_is_never_a_passwords),
		cmocka_unit_test(a_password_is_remembered_for_its_owners_row_as_it_is),
		cmocka_unit_test(a_password_is_remembered_for_a_while),
		cmocka_unit_test(the_newest_is_found_however_many_there_were),
		cmocka_unit_test(without_a_cache_nothing_is_remembered),
		cmocka_unit_test(an_api_key_is_known_by_its_sha_256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
