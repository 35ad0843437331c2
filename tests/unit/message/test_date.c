#include "unit/test.h"

#include <time.h>

#include "base/clock.h"
#include "message/date.h"

enum { NOV_1994 = 784111777 }; /* the example of RFC 9110 section 5.6.7 */

static int64_t utc(int year, unsigned month, unsigned day)
{
	return days_from_civil(year, month, day) * 86400;
}

struct date_case {
	const char *text;
	int64_t seconds; /* -1: refused */
};

static const struct date_case cases[] = {
	{ "Sun, 06 Nov 1994 08:49:37 GMT", NOV_1994 },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", NOV_1994 },
	{ "Sun Nov  6 08:49:37 1994", NOV_1994 },
	{ "Wed Nov 16 08:49:37 1994", NOV_1994 + 10 * 86400 },
	{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
	{ "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799 },
	{ "Tue, 29 Feb 2000 12:00:00 GMT", 951825600 },
	{ "Thu, 29 Feb 2024 00:00:00 GMT", 1709164800 },
	{ "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 }, /* the leap second */
	{ "Mon, 06 Nov 1994 08:49:37 GMT", NOV_1994 }, /* the name of the day is read, not compared */
	{ "Sun, 06 Nov 1994 08:49:37 UTC", -1 },
	{ "Sun, 06 Nov 1994 08:49:37 +0000", -1 },
	{ "Sun, 06 Nov 1994 08:49:37", -1 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT ", NOV_1994 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT;", -1 },
	{ "sun, 06 Nov 1994 08:49:37 GMT", -1 }, /* dates are case-sensitive */
	{ "Sun, 06 nov 1994 08:49:37 GMT", -1 },
	{ "Sun, 06 Nov 1994 08:49:37 gmt", -1 },
	{ "Sun, 6 Nov 1994 08:49:37 GMT", -1 },
	{ "Sun, 06  Nov 1994 08:49:37 GMT", -1 },
	{ "Sun, 06 Nov 94 08:49:37 GMT", -1 },
	{ "Sun, 06 Nov 1994 8:49:37 GMT", -1 },
	{ "Sun, 06 Nov 1994 24:00:00 GMT", -1 },
	{ "Sun, 06 Nov 1994 08:60:37 GMT", -1 },
	{ "Sun, 06 Nov 1994 08:49:61 GMT", -1 },
	{ "Sun, 06 Nov 1994 08:49 GMT", -1 },
	{ "Sun, 00 Nov 1994 08:49:37 GMT", -1 },
	{ "Sun, 31 Nov 1994 08:49:37 GMT", -1 },
	{ "Sun, 29 Feb 2023 08:49:37 GMT", -1 },
	{ "Sun, 29 Feb 1900 08:49:37 GMT", -1 },
	{ "Sun, -6 Nov 1994 08:49:37 GMT", -1 },
	{ "Xyz, 06 Nov 1994 08:49:37 GMT", -1 },
	{ "Jan, 06 Nov 1994 08:49:37 GMT", -1 },
	{ "Jan Nov  6 08:49:37 1994", -1 },
	{ "JanFeb, 06-Nov-94 08:49:37 GMT", -1 },
	{ ", 06-Nov-94 08:49:37 GMT", -1 },
	{ ", 06 Nov 1994 08:49:37 GMT", -1 },
	{ " Nov  6 08:49:37 1994", -1 },
	{ "Sunda, 06-Nov-94 08:49:37 GMT", -1 },
	{ "Sunday, 06 Nov 1994 08:49:37 GMT", -1 },
	{ "Sun, 06-Nov-94 08:49:37 GMT", -1 },
	{ "Sun Nov 06 08:49:37 1994", NOV_1994 },
	{ "Sun Nov 6 08:49:37 1994", -1 },
	{ "Sun Nov  6 08:49:37 94", -1 },
	{ "Sun Nov  6 08:49:37 1994 GMT", -1 },
	{ "1994-11-06T08:49:37Z", -1 },
	{ "784111777", -1 },
	{ "0", -1 },
	{ "", -1 },
	{ "Sun", -1 },
	{ "Sun,", -1 },
	{ "Sun, 06 Nov", -1 },
	{ "Sunday, XXXXXXXXXXXXXXXXXXXMon, 06 Nov 1995 08:49:37 GMT", -1 }, /* a date behind what is none */
	{ "SunXXXXXXXXXXXXXXXXXXXXXMon, 06 Nov 1995 08:49:37 GMT", -1 },
};

static void the_three_forms_are_read_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].text);
		char *copy = malloc(len ? len : 1);
		int64_t seconds = 42;
		bool is_date;

		assert_non_null(copy);
		memcpy(copy, cases[i].text, len);
		is_date = http_date_parse(str_of(copy, len), utc(2026, 1, 8), &seconds);
		if (is_date != (cases[i].seconds >= 0) || seconds != (is_date ? cases[i].seconds : 42))
			fail_msg("\"%s\": %d, %lld", cases[i].text, is_date, (long long)seconds);
		free(copy);
	}
}

static void two_digits_mean_a_year_at_most_50_years_ahead(void **state)
{
	int64_t seconds;

	(void)state;
	assert_true(http_date_parse(S("Monday, 01-Jan-76 00:00:00 GMT"), utc(2026, 1, 1), &seconds));
	assert_true(seconds == utc(2076, 1, 1)); /* exactly 50 years are not more than 50 */
	assert_true(http_date_parse(S("Monday, 02-Jan-76 00:00:00 GMT"), utc(2026, 1, 1), &seconds));
	assert_true(seconds == utc(1976, 1, 2));
	assert_true(http_date_parse(S("Monday, 01-Jan-00 00:00:00 GMT"), utc(2026, 1, 1), &seconds));
	assert_true(seconds == utc(2000, 1, 1));
	assert_true(http_date_parse(S("Monday, 01-Jan-10 00:00:00 GMT"), utc(2090, 1, 1), &seconds));
	assert_true(seconds == utc(2110, 1, 1));
	assert_true(http_date_parse(S("Monday, 01-Jan-99 00:00:00 GMT"), utc(1999, 12, 31), &seconds));
	assert_true(seconds == utc(1999, 1, 1));
}

static void what_is_written_agrees_with_the_c_library_and_is_read_back(void **state)
{
	(void)state;
	for (int64_t seconds = -2208988800; seconds < 253402300799; seconds += 86399 * 1013 + 7) {
		char out[HTTP_DATE_LEN], expected[64];
		int64_t back = 0;
		struct tm tm;

		http_date_format(out, seconds);
		gmtime_r(&(time_t){ seconds }, &tm);
		strftime(expected, sizeof(expected), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		assert_str(str_of(out, sizeof(out)), expected);
		assert_true(http_date_parse(str_of(out, sizeof(out)), 0, &back) && back == seconds);
	}
}

static void seconds_past_the_form_are_clamped(void **state)
{
	char out[HTTP_DATE_LEN];

	(void)state;
	http_date_format(out, INT64_MAX);
	assert_str(str_of(out, sizeof(out)), "Fri, 31 Dec 9999 23:59:59 GMT");
	http_date_format(out, INT64_MIN);
	assert_str(str_of(out, sizeof(out)), "Sat, 01 Jan 0000 00:00:00 GMT");
}

/* RFC 9110 section 5.6.7, for each year that a clock may say and each two digits: never more than 50 years ahead. */
static void two_digits_are_of_the_latest_year_that_is_near_enough(void **state)
{
	static const int nows[] = { 1970, 1994, 1999, 2000, 2001, 2026, 2049, 2050, 2051, 2099, 2100, 2450 };

	(void)state;
	for (size_t i = 0; i < sizeof(nows) / sizeof(nows[0]); i++)
		for (int digits = 0; digits < 100; digits++) {
			int year = nows[i] + 50;
			char text[64];
			int64_t seconds;

			while (year % 100 != digits)
				year--;
			snprintf(text, sizeof(text), "Monday, 01-Mar-%02d 00:00:00 GMT", digits);
			assert_true(http_date_parse(str_from(text), utc(nows[i], 3, 1), &seconds));
			if (seconds != utc(year, 3, 1))
				fail_msg("%s in %d is not of %d", text, nows[i], year);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_three_forms_are_read_and_nothing_else),
		cmocka_unit_test(two_digits_mean_a_year_at_most_50_years_ahead),
		cmocka_unit_test(what_is_written_agrees_with_the_c_library_and_is_read_back),
		cmocka_unit_test(seconds_past_the_form_are_clamped),
		cmocka_unit_test(two_digits_are_of_the_latest_year_that_is_near_enough),
	};

	return cmocka_run_group_tests_name("message/date", tests, NULL, NULL);
}
