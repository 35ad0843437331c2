/* Tokens and keys made by others to be refused, and some to be accepted. */
#include "unit/test.h"

#include "access/jws.h"
#include "json/json.h"

/*
 * Called valid there, and refused here: '?' is no letter of base64url (RFC 7515 appendix C),
 * the keys' alg is another than the tokens', and "ES521" is no algorithm.
 */
static const unsigned disputed[] = { 346, 347, 350, 351, 372, 373 };

/* Called invalid there, for a padding that the text does not have: each is the valid 357, byte by byte. */
static const unsigned same_as_valid[] = { 367, 370 };

static bool is_in(const unsigned *numbers, size_t count, unsigned number)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

#define IS_IN(numbers, number) is_in(numbers, sizeof(numbers) / sizeof((numbers)[0]), (unsigned)(number))

static struct json *read_file(struct arena *arena, const char *name)
{
	const struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *root = NULL;

	assert_int_equal(json_parse(arena, test_file(arena, test_data(name)), &limits, &root, &fault), 0);
	return root;
}

static bool accepts(const struct json *keys, struct str token)
{
	struct arena arena;
	struct jwk_set set;
	struct jwk_fault fault;
	struct str payload;
	bool is = false;

	arena_init(&arena, 4096, 1 << 20);
	if (jwk_set_read(&arena, keys, &set, &fault) == 0) {
		enum jws_outcome outcome = jws_verify(&set, token, &arena, &payload);

		assert_int_not_equal(outcome, JWS_NO_MEMORY); /* what is wrong with a token is never our own want */
		is = outcome == JWS_VALID;
	}
	arena_done(&arena);
	return is;
}

struct tally {
	unsigned accepted, refused, wrong;
};

static void try_one(const struct json *keys, const struct json *test, struct tally *tally)
{
	bool should = str_eq(json_get_text(test, S("result")), S("valid"));
	struct str token = json_get_text(test, S("jws"));
	int64_t number = 0;
	bool is;

	if (!json_to_i64(json_get(test, S("tcId")), &number))
		fail();
	is = accepts(keys, token);
	if (IS_IN(disputed, number) || IS_IN(same_as_valid, number))
		should = !should;
	if (is != should) {
		print_error("test %d is %s\n", (int)number, is ? "accepted" : "refused");
		tally->wrong++;
	}
	*(is ? &tally->accepted : &tally->refused) += 1;
}

static struct tally try_all(const char *name)
{
	struct tally tally = { 0 };
	struct arena arena;

	arena_init(&arena, 1 << 20, 64 << 20);
	json_each(group, json_get(read_file(&arena, name), S("testGroups"))) {
		const struct json *keys = json_get(group, S("public"));

		json_each(test, json_get(group, S("tests")))
			try_one(keys ? keys : json_get(group, S("private")), test, &tally);
	}
	arena_done(&arena);
	return tally;
}

static void no_invalid_token_is_accepted_and_no_valid_one_refused(void **state)
{
	struct tally tally = try_all("jwt/json_web_signature_test.json");

	(void)state;
	assert_int_equal(tally.wrong, 0);
	assert_int_equal(tally.refused, 355 - 2 + 6);
	assert_int_equal(tally.accepted, 46 - 6 + 2);
}

static void no_weak_broken_or_ambiguous_key_set_is_used(void **state)
{
	struct tally tally = try_all("jwt/json_web_key_test.json");

	(void)state;
	assert_int_equal(tally.wrong, 0);
	assert_int_equal(tally.refused, 21);
	assert_int_equal(tally.accepted, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_invalid_token_is_accepted_and_no_valid_one_refused),
		cmocka_unit_test(no_weak_broken_or_ambiguous_key_set_is_used),
	};

	return cmocka_run_group_tests_name("access/vectors", tests, NULL, NULL);
}
