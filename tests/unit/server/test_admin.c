#include "unit/test.h"

#include "server/admin.h"

static bool is_ours(const char *authority, const char *name)
{
	return admin_authority_is_ours(str_from(authority), str_from(name));
}

static void addresses_are_ours_with_and_without_a_port(void **state)
{
	(void)state;
	assert_true(is_ours("127.0.0.1", ""));
	assert_true(is_ours("127.0.0.1:8081", ""));
	assert_true(is_ours("203.0.113.9:", ""));
	assert_true(is_ours("[::1]", ""));
	assert_true(is_ours("[2001:db8::7]:65535", ""));
}

static void localhost_is_ours_in_any_case(void **state)
{
	(void)state;
	assert_true(is_ours("localhost", ""));
	assert_true(is_ours("LOCALHOST:1", ""));
}

static void other_names_are_not_ours(void **state)
{
	(void)state;
	assert_false(is_ours("example.com", ""));
	assert_false(is_ours("localhost.example.com:80", ""));
	assert_false(is_ours("127.0.0.1.example.com", ""));
	assert_false(is_ours("[::1].example.com", ""));
	assert_false(is_ours("::1", ""));
	assert_false(is_ours("[127.0.0.1]", ""));
	assert_false(is_ours("[::1", ""));
	assert_false(is_ours("[", ""));
	assert_false(is_ours(":80", ""));
}

static void what_is_no_port_makes_it_no_authority_of_ours(void **state)
{
	(void)state;
	assert_false(is_ours("127.0.0.1:80x", ""));
	assert_false(is_ours("127.0.0.1:65536", ""));
	assert_false(is_ours("localhost:80:80", ""));
	assert_false(is_ours("[::1]80", ""));
}

static void the_name_that_was_set_is_ours(void **state)
{
	(void)state;
	assert_true(is_ours("statute.internal", "statute.internal"));
	assert_true(is_ours("Statute.Internal:9100", "statute.internal"));
	assert_false(is_ours("x.statute.internal", "statute.internal"));
	assert_true(is_ours("localhost", "statute.internal"));
}

static void no_authority_is_no_browser(void **state)
{
	(void)state;
	assert_true(is_ours("", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_ours_with_and_without_a_port),
		cmocka_unit_test(localhost_is_ours_in_any_case),
		cmocka_unit_test(other_names_are_not_ours),
		cmocka_unit_test(what_is_no_port_makes_it_no_authority_of_ours),
		cmocka_unit_test(the_name_that_was_set_is_ours),
		cmocka_unit_test(no_authority_is_no_browser),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
