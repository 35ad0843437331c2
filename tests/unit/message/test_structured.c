/* Structured fields: what RFC 9651 says is an item or a dictionary, and what is not. */
#include "message/structured.h"
#include "unit/test.h"

static void items_have_their_kind(void **state)
{
	struct structured_value value;

	(void)state;
	assert_true(structured_item(S("42"), &value));
	assert_int_equal(value.kind, STRUCTURED_INTEGER);
	assert_int_equal(value.integer, 42);
	assert_true(structured_item(S("-999999999999999"), &value));
	assert_int_equal(value.integer, -999999999999999);
	assert_true(structured_item(S("?1"), &value));
	assert_int_equal(value.kind, STRUCTURED_BOOLEAN);
	assert_true(value.boolean);
	assert_true(structured_item(S("?0;a=1; b"), &value));
	assert_false(value.boolean);
	assert_true(structured_item(S(":aGk=:"), &value));
	assert_int_equal(value.kind, STRUCTURED_BYTES);
	assert_str(value.bytes, "aGk=");
	for (const char *const *text = (const char *const[]){ "1.5", "-0.125", "\"a \\\" b\"", "*tok/en:", "@1700000000",
	                                                      "%\"f%c3%bc\"", "\"\"", NULL };
	     *text; text++) {
		assert_true(structured_item(str_from(*text), &value));
		assert_int_equal(value.kind, STRUCTURED_OTHER);
	}
}

static void what_is_no_item_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", " 1", "1 ", "?2", "?", "1000000000000000", "1.", ".5", "1.1234", "1234567890123.1", "-", "--1", "\"a",
		"\"\\a\"", "\"a\x7f\"", ":aGk=", ":a:", ":a-k=:", "@1.5", "%\"%C3\"", "%\"%c\"", "%a", "1;", "1;A", "1;a=", "(1)",
		"1,2", "true\x01", NULL,
	};
	struct structured_value value = { .integer = 7 };

	(void)state;
	for (size_t i = 0; wrong[i]; i++)
		if (structured_item(str_from(wrong[i]), &value))
			fail_msg("%s is an item", wrong[i]);
	assert_int_equal(value.integer, 7);
}

static void dictionaries_are_read_member_by_member(void **state)
{
	struct str rest = S("sha-256=:aGk=:;p=1,\t a=1 , b;x, *c=(1 \"2\" :aGk=:;q);r, d=tok"), key;
	struct structured_value value;

	(void)state;
	assert_int_equal(structured_next(&rest, &key, &value), STRUCTURED_MEMBER);
	assert_str(key, "sha-256");
	assert_int_equal(value.kind, STRUCTURED_BYTES);
	assert_int_equal(structured_next(&rest, &key, &value), STRUCTURED_MEMBER);
	assert_str(key, "a");
	assert_int_equal(value.integer, 1);
	assert_int_equal(structured_next(&rest, &key, &value), STRUCTURED_MEMBER);
	assert_str(key, "b");
	assert_true(value.boolean);
	assert_int_equal(structured_next(&rest, &key, &value), STRUCTURED_MEMBER);
	assert_str(key, "*c");
	assert_int_equal(value.kind, STRUCTURED_OTHER);
	assert_int_equal(structured_next(&rest, &key, &value), STRUCTURED_MEMBER);
	assert_str(key, "d");
	assert_int_equal(structured_next(&rest, &key, &value), STRUCTURED_END);
}

static void a_malformed_member_is_malformed_wherever_it_stands(void **state)
{
	static const char *const wrong[] = {
		"a=", "A=1", "1=1", "a =1", "a= 1", "a=1,", "a=1, ,b", ",a", "a=1 b=2", "a=(1", "a=(1,2)", "a=(1)b", "a=:x:", NULL,
	};

	(void)state;
	for (size_t i = 0; wrong[i]; i++) {
		struct str rest = str_from(wrong[i]), key;
		struct structured_value value;
		enum structured_part part;

		while ((part = structured_next(&rest, &key, &value)) == STRUCTURED_MEMBER)
			;
		if (part != STRUCTURED_MALFORMED)
			fail_msg("%s is a dictionary", wrong[i]);
	}
}

static void bytes_decode_with_padding_and_without(void **state)
{
	unsigned char out[4] = { 0 };

	(void)state;
	assert_int_equal(structured_decode(S("aGk="), out, sizeof(out)), 2);
	assert_memory_equal(out, "hi", 2);
	assert_int_equal(structured_decode(S("aGk"), out, sizeof(out)), 2);
	assert_int_equal(structured_decode(S("+/+/+/+/"), out, sizeof(out)), 6); /* more than there is room for */
	assert_memory_equal(out, "\xfb\xff\xbf\xfb", 4);
	assert_int_equal(structured_decode(S(""), out, sizeof(out)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_have_their_kind),
		cmocka_unit_test(what_is_no_item_is_refused),
		cmocka_unit_test(dictionaries_are_read_member_by_member),
		cmocka_unit_test(a_malformed_member_is_malformed_wherever_it_stands),
		cmocka_unit_test(bytes_decode_with_padding_and_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
