#include "unit/json/json_help.h"

#include <math.h>

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void numbers_compare_by_value(void **state)
{
	static const struct {
		struct str a, b;
		int order;
	} cases[] = {
		{ STR_INIT("1"), STR_INIT("1.0"), 0 },
		{ STR_INIT("1"), STR_INIT("1e0"), 0 },
		{ STR_INIT("100"), STR_INIT("1E+2"), 0 },
		{ STR_INIT("0.001"), STR_INIT("1e-3"), 0 },
		{ STR_INIT("0"), STR_INIT("-0"), 0 },
		{ STR_INIT("-0.0e5"), STR_INIT("0e1000000000"), 0 },
		{ STR_INIT("0"), STR_INIT("1e-1000000000"), -1 },
		{ STR_INIT("-1e-1000000000"), STR_INIT("0"), -1 },
		{ STR_INIT("-1"), STR_INIT("1"), -1 },
		{ STR_INIT("-2"), STR_INIT("-1"), -1 },
		{ STR_INIT("-10"), STR_INIT("-9"), -1 },
		{ STR_INIT("9"), STR_INIT("10"), -1 },
		{ STR_INIT("0.1"), STR_INIT("0.10000000000000001"), -1 },
		{ STR_INIT("9007199254740992"), STR_INIT("9007199254740993"), -1 },
		{ STR_INIT("123456789012345678901234567890"), STR_INIT("123456789012345678901234567891"),
		  -1 },
		{ STR_INIT("1e400"), STR_INIT("1e401"), -1 },
		{ STR_INIT("1e400"), STR_INIT("10e399"), 0 },
		{ STR_INIT("1e-401"), STR_INIT("1e-400"), -1 },
		{ STR_INIT("1e999999999"), STR_INIT("1e1000000000"), -1 },
		{ STR_INIT("0.0000001e1000000007"), STR_INIT("1e1000000000"), 0 },
		{ STR_INIT("1e99999999999999999999999999"), STR_INIT("2"), 1 },
		{ STR_INIT("-1e99999999999999999999999999"), STR_INIT("2"), -1 },
		{ STR_INIT("1e-99999999999999999999999999"), STR_INIT("0"), 1 },
		{ STR_INIT("0e99999999999999999999999999"), STR_INIT("1"), -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(sign(json_number_cmp(cases[i].a, cases[i].b)), cases[i].order);
		assert_int_equal(sign(json_number_cmp(cases[i].b, cases[i].a)), -cases[i].order);
	}
}

/* Numbers as most are, and just past that, are compared with themselves written with an exponent. */
static void an_exponent_of_0_changes_nothing(void **state)
{
	static const char *const numbers[] = {
		"0", "-0", "0.0", "5", "-5", "0.5", "-0.5", "5.25", "5.250", "150", "999.99", "1000",
		"123456789012345678", "-123456789012345678", "1234567890123456789", "0.1234567890123456",
		"0.12345678901234567", "0.123456789012345678", "12345678901234567.8", "123456789012345677.9",
		"99999999999999999", "99999999999999999.9",
	};
	enum { COUNT = sizeof(numbers) / sizeof(numbers[0]) };

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		for (size_t k = 0; k < COUNT; k++) {
			char a[40], b[40];
			int order;

			snprintf(a, sizeof(a), "%se0", numbers[i]);
			snprintf(b, sizeof(b), "%se0", numbers[k]);
			order = sign(json_number_cmp(str_from(a), str_from(b)));
			assert_int_equal(sign(json_number_cmp(str_from(numbers[i]), str_from(numbers[k]))), order);
			assert_int_equal(sign(json_number_cmp(str_from(numbers[i]), str_from(b))), order);
			assert_int_equal(json_number_is_integer(str_from(a)),
			                 json_number_is_integer(str_from(numbers[i])));
		}
}

static void whole_numbers_are_known_by_value(void **state)
{
	static const char *const whole[] = {
		"0",     "-0",         "0.0",          "0e-5",   "1",
		"-1",    "1.0",        "1e2",          "1.5e1",  "10e-1",
		"1e400", "123.4560e3", "1e1000000000", "100e-2", "0.000e-1000000000"
	};
	static const char *const broken[] = { "0.5",           "1e-1",
		                              "1.05e1",        "1e-400",
		                              "123.4561e3",    "10e-2",
		                              "1e-1000000000", "1.0000000000000000000000000000000001" };

	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (!json_number_is_integer(str_from(whole[i])))
			fail_msg("%s is whole", whole[i]);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		if (json_number_is_integer(str_from(broken[i])))
			fail_msg("%s is not whole", broken[i]);
}

static void multiples_are_exact(void **state)
{
	static const struct {
		const char *number, *divisor;
		bool is_multiple;
	} cases[] = {
		{ "0", "3", true },
		{ "-0.0", "0.7", true },
		{ "10", "2", true },
		{ "-10", "2", true },
		{ "7", "2", false },
		{ "4.5", "1.5", true },
		{ "35", "1.5", false },
		{ "0.0075", "0.0001", true },
		{ "0.00751", "0.0001", false },
		{ "19.99", "0.01", true },
		{ "1.1", "0.1", true },
		{ "1e308", "0.5", true },
		{ "1e308", "0.123456789", false },
		{ "12391239123", "1e-8", true },
		{ "1", "1e-1000000000", true },
		{ "1e1000000000", "1e-1000000000", true },
		{ "1e1000000000", "1024", true },
		{ "1e1000000000", "3", false },
		{ "3e1000000000", "3", true },
		{ "1e-1000000000", "1e1000000000", false },
		{ "1e2", "1e3", false },
		{ "5e2", "25e1", true },
		{ "1e18", "262144", true },
		{ "1e18", "524288", false },
		{ "999999999999999999", "333333333333333333", true },
		{ "1000000000000000000", "333333333333333333", false },
		{ "9007199254740993", "9007199254740992", false },
		{ "246913578024691357802469135780", "123456789012345678901234567890", true },
		{ "246913578024691357802469135781", "123456789012345678901234567890", false },
		{ "121932631137021795226185032733622923332237463801111263526900",
		  "123456789012345678901234567890", true },
		{ "1e100", "1267650600228229401496703205376", true }, /* 2 to the 100th */
		{ "1e99", "1267650600228229401496703205376", false },
		{ "1e1000000000", "1267650600228229401496703205376", true },
		{ "1e1000000000", "1267650600228229401496703205377", false },
		{ "0.000000000000000000000000000003", "0.000000000000000000000000000001", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (json_number_is_multiple(str_from(cases[i].number), str_from(cases[i].divisor)) !=
		    cases[i].is_multiple)
			fail_msg("%s of %s", cases[i].number, cases[i].divisor);
}

/* (10^n - 1) / 9 * k is k, k, k, ... */
static void long_digits_divide_exactly(void **state)
{
	enum { DIGITS = 20000, BY = 1000 };
	char *number = arena_alloc(*state, DIGITS), by[BY + 1];

	memset(number, '6', DIGITS);
	memset(by, '3', sizeof(by));
	assert_true(json_number_is_multiple(str_of(number, DIGITS), str_of(by, BY)));
	assert_false(json_number_is_multiple(str_of(number, DIGITS - 1), str_of(by, BY)));
	number[DIGITS - 1] = '7';
	assert_false(json_number_is_multiple(str_of(number, DIGITS), str_of(by, BY)));
	assert_true(json_number_is_multiple(str_of(by, BY), str_of(by, BY)));
	assert_false(json_number_is_multiple(str_of(by, BY + 1), str_of(by, BY + 1))); /* past the maximum */
	assert_true(json_number_is_multiple(S("0"), str_of(by, BY + 1)));
}

static bool to_i64(const char *text, int64_t *ret_value)
{
	const struct json node = { .type = JSON_NUMBER, .text = str_from(text) };

	return json_to_i64(&node, ret_value);
}

static void integers_fit_or_are_refused(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} fits[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "1.0", 1 },
		{ "1e2", 100 },
		{ "12.50e1", 125 },
		{ "-3000e-3", -3 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
		{ "922337203685477580700e-2", INT64_MAX },
		{ "1e18", 1000000000000000000 },
		{ "0e99999999999999999999", 0 },
	};
	static const char *const refused[] = { "9223372036854775808",
		                               "-9223372036854775809",
		                               "1e19",
		                               "0.5",
		                               "1e400",
		                               "1e-1",
		                               "1e1000000000",
		                               "99999999999999999999",
		                               "18446744073709551617" };
	int64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		assert_true(to_i64(fits[i].text, &value));
		assert_true(value == fits[i].value);
	}
	value = 42;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (to_i64(refused[i], &value))
			fail_msg("%s is no int64", refused[i]);
	assert_false(json_to_i64(NULL, &value));
	assert_false(json_to_i64(&(struct json){ .type = JSON_STRING, .text = STR_INIT("1") }, &value));
	assert_int_equal(value, 42);
}

static void doubles_are_the_nearest(void **state)
{
	static const char *const texts[] = {
		"0.1",
		"1",
		"-2.5e-3",
		"123456789012345678901234567890",
		"1.7976931348623157e308",
		"4.9406564584124654e-324",
		"2.2250738585072011e-308",
		"9007199254740993",
		"0.30000000000000004",
		"1e22",
		"1e23",
		"8.5e-5",
		"100e-2",
		"9007199254740992.999999999999999999999999999999999999999999999999999999",
	};
	double value;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct json node = { .type = JSON_NUMBER, .text = str_from(texts[i]) };

		assert_true(json_to_double(&node, &value));
		assert_true(value == strtod(texts[i], NULL));
	}
	assert_true(json_to_double(&(struct json){ .type = JSON_NUMBER, .text = STR_INIT("1e400") }, &value));
	assert_true(isinf(value) && value > 0);
	assert_true(json_to_double(
		&(struct json){ .type = JSON_NUMBER, .text = STR_INIT("-1e1000000000000") }, &value));
	assert_true(isinf(value) && value < 0);
	assert_true(
		json_to_double(&(struct json){ .type = JSON_NUMBER, .text = STR_INIT("1e-400") }, &value));
	assert_true(value == 0);
	assert_true(json_to_double(&(struct json){ .type = JSON_NUMBER, .text = STR_INIT("-0") }, &value));
	assert_true(value == 0 && signbit(value));
	assert_false(json_to_double(NULL, &value));
}

/* Half way between two doubles a digit far behind decides. */
static void a_far_digit_rounds_a_double_up(void **state)
{
	char text[2000];
	struct json node = { .type = JSON_NUMBER };
	double value;

	(void)state;
	memset(text, '0', sizeof(text));
	memcpy(text, "9007199254740993.", 17);
	node.text = str_of(text, sizeof(text));
	assert_true(json_to_double(&node, &value));
	assert_true(value == 9007199254740992.0);
	text[sizeof(text) - 1] = '1';
	assert_true(json_to_double(&node, &value));
	assert_true(value == 9007199254740994.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(numbers_compare_by_value),
		json_test(an_exponent_of_0_changes_nothing),
		json_test(whole_numbers_are_known_by_value),
		json_test(multiples_are_exact),
		json_test(long_digits_divide_exactly),
		json_test(integers_fit_or_are_refused),
		json_test(doubles_are_the_nearest),
		json_test(a_far_digit_rounds_a_double_up),
	};

	return cmocka_run_group_tests_name("json/number", tests, NULL, NULL);
}
