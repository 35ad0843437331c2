/* Keys that are replaced and taken away while somebody uses them. */
#include "unit/test.h"

#include "access/keyring.h"

#define SET(kid) \
	"{\"kty\":\"oct\",\"alg\":\"HS256\",\"kid\":\"" kid "\",\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}"

static struct keyring *keyring;

static int set_up(void **state)
{
	(void)state;
	return keyring_new(&keyring);
}

static int tear_down(void **state)
{
	(void)state;
	keyring_free(keyring);
	return 0;
}

static int replace(const char *text)
{
	struct keyring_fault fault;

	return keyring_replace(keyring, str_from(text), &fault);
}

static void without_keys_there_is_nothing_to_hold(void **state)
{
	(void)state;
	assert_null(keyring_hold(keyring));
	assert_int_equal(keyring_number(keyring), 0);
}

static void what_is_held_stays_whatever_replaces_it(void **state)
{
	const struct key_version *before, *now;

	(void)state;
	assert_int_equal(replace(SET("a")), 0);
	before = keyring_hold(keyring);
	assert_int_equal(replace(SET("b")), 0);
	now = keyring_hold(keyring);
	assert_non_null(jwk_set_find(&before->set, S("a")));
	assert_null(jwk_set_find(&now->set, S("a")));
	assert_non_null(jwk_set_find(&now->set, S("b")));
	assert_int_equal(now->number, keyring_number(keyring));
	assert_int_not_equal(now->number, before->number);
	keyring_release(keyring, before);
	keyring_release(keyring, now);
}

static void a_broken_set_changes_nothing(void **state)
{
	struct keyring_fault fault = { 0 };
	uint64_t number;

	(void)state;
	assert_int_equal(replace(SET("a")), 0);
	number = keyring_number(keyring);
	assert_int_equal(keyring_replace(keyring, S("{}\n x"), &fault), STATUTE_ESYNTAX);
	assert_int_equal(fault.line, 2);
	assert_int_equal(replace("{\"keys\":[]}"), STATUTE_EINVAL);
	assert_int_equal(keyring_number(keyring), number);
}

static void keys_that_are_taken_away_stay_with_who_holds_them_and_their_number_does_not_come_again(void **state)
{
	const struct key_version *held;
	uint64_t number;

	(void)state;
	assert_int_equal(replace(SET("a")), 0);
	number = keyring_number(keyring);
	held = keyring_hold(keyring);
	keyring_clear(keyring);
	assert_null(keyring_hold(keyring));
	assert_int_equal(keyring_number(keyring), 0);
	assert_non_null(jwk_set_find(&held->set, S("a")));
	keyring_release(keyring, held);
	keyring_clear(keyring);
	assert_int_equal(replace(SET("a")), 0);
	assert_true(keyring_number(keyring) > number);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_keys_there_is_nothing_to_hold, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_held_stays_whatever_replaces_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_broken_set_changes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			keys_that_are_taken_away_stay_with_who_holds_them_and_their_number_does_not_come_again, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
