#include "unit/test.h"

#include "access/principal.h"

static void names_are_held_byte_by_byte(void **state)
{
	const struct str roles[] = { S("admin"), S("staff") }, scopes[] = { S("orders:write") };
	const struct principal principal = {
		.roles = roles, .role_count = 2, .scopes = scopes, .scope_count = 1,
	};

	(void)state;
	assert_true(principal_has_role(&principal, S("admin")));
	assert_true(principal_has_role(&principal, S("staff")));
	assert_false(principal_has_role(&principal, S("Admin")));
	assert_false(principal_has_role(&principal, S("adm")));
	assert_false(principal_has_role(&principal, S("orders:write")));
	assert_true(principal_has_scope(&principal, S("orders:write")));
	assert_false(principal_has_scope(&principal, S("admin")));
}

static void nobody_has_no_role(void **state)
{
	const struct principal nobody = { 0 };

	(void)state;
	assert_false(principal_has_role(&nobody, S("admin")));
	assert_false(principal_has_role(&nobody, S("")));
	assert_false(principal_has_scope(&nobody, S("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_held_byte_by_byte),
		cmocka_unit_test(nobody_has_no_role),
	};

	return cmocka_run_group_tests_name("access/principal", tests, NULL, NULL);
}
