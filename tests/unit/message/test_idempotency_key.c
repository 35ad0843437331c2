#include "unit/test.h"

#include "message/idempotency_key.h"

static struct str read_key(const char *value)
{
	static char text[IDEMPOTENCY_KEY_MAX];
	size_t len = 0;

	return idempotency_key_read(str_from(value), text, &len) ? str_of(text, len) : (struct str){ 0 };
}

static void a_key_is_a_string_of_a_structured_field(void **state)
{
	(void)state;
	assert_true(str_eq(read_key("\"8e03978e-40d5-43dd-bc93-6894a57f9324\""),
	                   S("8e03978e-40d5-43dd-bc93-6894a57f9324")));
	assert_true(str_eq(read_key("\"two words, and more; ~\""), S("two words, and more; ~")));
	assert_true(str_eq(read_key("\"a \\\"quote\\\" and a \\\\\""), S("a \"quote\" and a \\")));
}

static void a_key_without_quotes_is_the_same_as_with_them(void **state)
{
	(void)state;
	assert_true(str_eq(read_key("8e03978e-40d5-43dd-bc93-6894a57f9324"),
	                   S("8e03978e-40d5-43dd-bc93-6894a57f9324")));
	assert_true(str_eq(read_key("orders/2026:17=+._~"), S("orders/2026:17=+._~")));
}

static void what_is_neither_is_no_key(void **state)
{
	static const char *const values[] = {
		"",       "\"\"",     "\"",       "\"a",      "a\"",     "\"a\"b",   "\"a\";p=1", "\"a\", \"b\"",
		"two words", "a,b",   "a;b",      "a\\b",     "\"a\\\"", "\"a\\n\"", "\"\t\"",    "\"\xc3\xa9\"",
		"\xc3\xa9",  "\"\x7f\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (read_key(values[i]).at)
			fail_msg("%s is taken for a key", values[i]);
}

static void a_key_has_at_most_255_characters(void **state)
{
	char value[IDEMPOTENCY_KEY_MAX + 4];

	(void)state;
	memset(value, 'k', sizeof(value));
	value[IDEMPOTENCY_KEY_MAX] = '\0';
	assert_int_equal(read_key(value).len, 255);
	value[IDEMPOTENCY_KEY_MAX] = 'k';
	value[IDEMPOTENCY_KEY_MAX + 1] = '\0';
	assert_null(read_key(value).at);
	value[0] = value[IDEMPOTENCY_KEY_MAX + 1] = '"';
	value[IDEMPOTENCY_KEY_MAX + 2] = '\0';
	assert_int_equal(read_key(value).len, 255);
	value[IDEMPOTENCY_KEY_MAX + 1] = 'k';
	value[IDEMPOTENCY_KEY_MAX + 2] = '"';
	value[IDEMPOTENCY_KEY_MAX + 3] = '\0';
	assert_null(read_key(value).at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_a_string_of_a_structured_field),
		cmocka_unit_test(a_key_without_quotes_is_the_same_as_with_them),
		cmocka_unit_test(what_is_neither_is_no_key),
		cmocka_unit_test(a_key_has_at_most_255_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
