/* User and password as HTTP basic sends them. */
#include "unit/test.h"

#include "access/basic.h"

static struct arena arena;
static struct str user, password;
static const char *why;

static enum basic_outcome read_text(const char *text)
{
	user = password = (struct str){ 0 };
	why = NULL;
	return basic_read(&arena, str_from(text), &user, &password, &why);
}

static void the_example_of_the_rfc_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_text("QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), BASIC_READ);
	assert_str(user, "Aladdin");
	assert_str(password, "open sesame");
	assert_int_equal(read_text("dGVzdDoxMjPCow=="), BASIC_READ); /* section 2.1: "test", "123£" */
	assert_str(user, "test");
	assert_str(password, "123\xc2\xa3");
}

static void the_first_colon_parts_user_and_password(void **state)
{
	(void)state;
	assert_int_equal(read_text("YTpiOmM="), BASIC_READ);
	assert_str(user, "a");
	assert_str(password, "b:c");
	assert_int_equal(read_text("Og=="), BASIC_READ);
	assert_int_equal(user.len + password.len, 0);
}

static void digits_of_both_ends_of_the_alphabet_are_read(void **state)
{
	(void)state;
	assert_int_equal(read_text("Oj4/"), BASIC_READ);
	assert_str(password, ">?");
	assert_int_equal(read_text("Ojx+Pg=="), BASIC_READ);
	assert_str(password, "<~>");
}

static void what_is_malformed_is_said_why(void **state)
{
	static const char *const texts[] = {
		"", "=", "====", "YTpi=", "YTpiYg", "YTpiYg=", "YTpiYg===", "YTp", "YT pi", "Oj4_", "Ojx-Pg==",
		"YTpiYh==" /* bits that no digit has */, "YWRh" /* no colon */, "YTr/" /* no UTF-8 */,
		"YQA6Yg==", "YTpiCg==", "YTp/" /* DEL */,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (read_text(texts[i]) != BASIC_MALFORMED)
			fail_msg("taken: %s", texts[i]);
		assert_non_null(why);
	}
}

static void what_is_sent_has_an_end(void **state)
{
	static char text[BASIC_MAX + 5];

	(void)state;
	memset(text, 'A', sizeof(text) - 1);
	memcpy(text, "YTpi", 4);
	for (size_t i = 4; i + 4 < sizeof(text); i += 4)
		memcpy(text + i, "YmJi", 4);
	text[BASIC_MAX] = '\0';
	assert_int_equal(read_text(text), BASIC_READ);
	assert_int_equal(password.len, BASIC_MAX / 4 * 3 - 2);
	memcpy(text + BASIC_MAX, "YmJi", 4);
	assert_int_equal(read_text(text), BASIC_MALFORMED);
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 4096, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_rfc_is_read),
		cmocka_unit_test(the_first_colon_parts_user_and_password),
		cmocka_unit_test(digits_of_both_ends_of_the_alphabet_are_read),
		cmocka_unit_test(what_is_malformed_is_said_why),
		cmocka_unit_test(what_is_sent_has_an_end),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
