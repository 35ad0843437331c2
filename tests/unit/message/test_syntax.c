/* Classes of bytes, each of the 256 held to the grammar it is from. */
#include "unit/test.h"

#include "message/syntax.h"

static bool is_alphanumeric(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_in(int c, const char *list)
{
	return c && strchr(list, c);
}

/* RFC 9110 section 5.6.2: tchar. */
static bool is_tchar(int c)
{
	return is_alphanumeric(c) || is_in(c, "!#$%&'*+-.^_`|~");
}

/* RFC 9110 section 5.5: HTAB, SP, VCHAR, obs-text. */
static bool is_value(int c)
{
	return c == '\t' || (c >= 0x20 && c != 0x7f);
}

/* RFC 3986 section 3.3: pchar, '/' and '%'; and bytes of UTF-8. */
static bool is_path(int c)
{
	return is_alphanumeric(c) || is_in(c, "-._~!$&'()*+,;=:@/%") || c >= 0x80;
}

static void each_byte_is_of_the_classes_that_the_grammars_put_it_in(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		assert_int_equal(char_is((char)c, CHAR_TOKEN), is_tchar(c));
		assert_int_equal(char_is((char)c, CHAR_VALUE), is_value(c));
		assert_int_equal(char_is((char)c, CHAR_PATH), is_path(c));
		assert_int_equal(char_is((char)c, CHAR_QUERY), is_path(c) || is_in(c, "?[]{}|\\^`"));
	}
}

/* RFC 9110 sections 5.6.1 and 5.6.4: a comma within quotes parts nothing, nor does a quote behind a backslash end them. */
static void members_of_a_list_end_at_commas_outside_quotes(void **state)
{
	static const struct {
		const char *list, *first, *second;
	} cases[] = {
		{ "a, b", "a", "b" },
		{ " , a ,, b,", "a", "b" },
		{ "\"a,b\", c", "\"a,b\"", "c" },
		{ "\"a\\\",b\", c", "\"a\\\",b\"", "c" },
		{ "\"a\\\\\", c", "\"a\\\\\"", "c" },
		{ "a\\, b", "a\\", "b" },
		{ "\"\\\",\", c", "\"\\\",\"", "c" },
		{ "\"a, b", "\"a, b", "" },
		{ "\"a\\", "\"a\\", "" },
		{ "\"a\\\"", "\"a\\\"", "" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].list);
		char *copy = malloc(len + 2);
		struct str rest = str_of(copy, len);

		assert_non_null(copy);
		memcpy(copy, cases[i].list, len);
		memcpy(copy + len, "xx", 2);
		assert_str(syntax_list_next(&rest), cases[i].first);
		assert_str(syntax_list_next(&rest), cases[i].second);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte_is_of_the_classes_that_the_grammars_put_it_in),
		cmocka_unit_test(members_of_a_list_end_at_commas_outside_quotes),
	};

	return cmocka_run_group_tests_name("message/syntax", tests, NULL, NULL);
}
