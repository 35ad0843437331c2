/* The Authorization field, as RFC 9110 section 11.4 and RFC 6750 section 2.1 have it. */
#include "unit/test.h"

#include "access/credentials.h"

static void assert_read(const char *field, const char *scheme, const char *rest)
{
	struct credentials read;

	assert_true(credentials_read(str_from(field), &read));
	assert_str(read.scheme, scheme);
	assert_str(read.rest, rest);
}

static void a_scheme_is_a_token_and_what_follows_stands_behind_spaces(void **state)
{
	(void)state;
	assert_read("Bearer abc", "Bearer", "abc");
	assert_read("Bearer   abc", "Bearer", "abc");
	assert_read("Bearer", "Bearer", "");
	assert_read("Bearer ", "Bearer", "");
	assert_read("Digest a=b, c=\"d e\"", "Digest", "a=b, c=\"d e\"");
}

static void what_begins_with_no_scheme_is_none(void **state)
{
	static const char *const fields[] = { "", " Bearer abc", "=abc", "Bearer\tabc", "Bearer,abc", "Bearer=abc",
		                              "\xc3\xa9 abc", "\"Bearer\" abc" };
	struct credentials read;

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		assert_false(credentials_read(str_from(fields[i]), &read));
}

static void a_token68_has_its_own_alphabet_and_padding_at_its_end(void **state)
{
	static const char *const are[] = { "a", "a=", "abc.def-ghi_jkl~+/", "YTpi", "YQ==", "a====" };
	static const char *const are_not[] = { "", "=", "==", "a=b", "a b", "a,b", "a\"", "a%20", "a:b", "\xc3\xa9", "a*" };

	(void)state;
	for (size_t i = 0; i < sizeof(are) / sizeof(are[0]); i++)
		assert_true(credentials_is_token68(str_from(are[i])));
	for (size_t i = 0; i < sizeof(are_not) / sizeof(are_not[0]); i++)
		assert_false(credentials_is_token68(str_from(are_not[i])));
	assert_false(credentials_is_token68(str_of("a\0b", 3)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scheme_is_a_token_and_what_follows_stands_behind_spaces),
		cmocka_unit_test(what_begins_with_no_scheme_is_none),
		cmocka_unit_test(a_token68_has_its_own_alphabet_and_padding_at_its_end),
	};

	return cmocka_run_group_tests_name("access/credentials", tests, NULL, NULL);
}
