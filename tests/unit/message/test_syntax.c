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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte_is_of_the_classes_that_the_grammars_put_it_in),
	};

	return cmocka_run_group_tests_name("message/syntax", tests, NULL, NULL);
}
