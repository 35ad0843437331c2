/*
 * HTTP dates. Second opinion: the three forms of RFC 9110 section 5.6.7 as patterns,
 * and the C library's calendar. And what is formatted reads as the same second.
 */
#include <time.h>

#include "fuzz/pattern.h"
#include "message/date.h"

#define MONTH "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
#define DAY "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
#define LONG_DAY "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
#define TIME "([0-9]{2}):([0-9]{2}):([0-9]{2})"

/* The groups of each: day, month, year, hour, minute, second; the first group's number of each stands beside. */
static struct pattern fixdate = { .text = OWS DAY ", ([0-9]{2}) " MONTH " ([0-9]{4}) " TIME " GMT" OWS "$" };
static struct pattern rfc850 = { .text = OWS LONG_DAY ", ([0-9]{2})-" MONTH "-([0-9]{2}) " TIME " GMT" OWS
	                                              "$" };
static struct pattern asctime_date = { .text = OWS DAY " " MONTH " ([0-9]{2}| [0-9]) " TIME " ([0-9]{4})" OWS
	                                               "$" };

static int number(const struct pattern *pattern, uint32_t group)
{
	struct str digits = pattern_group(pattern, group);
	int value = 0;

	for (size_t i = 0; i < digits.len; i++)
		value = digits.at[i] == ' ' ? 0 : value * 10 + (digits.at[i] - '0');
	return value;
}

static struct tm calendar(const struct pattern *pattern, uint32_t day, uint32_t month, uint32_t year,
                          uint32_t time)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char name[4] = { 0 };

	memcpy(name, pattern_group(pattern, month).at, 3);
	return (struct tm){
		.tm_mday = number(pattern, day),
		.tm_mon = (int)(strstr(names, name) - names) / 3,
		.tm_year = number(pattern, year) - 1900,
		.tm_hour = number(pattern, time),
		.tm_min = number(pattern, time + 1),
		.tm_sec = number(pattern, time + 2),
	};
}

static int64_t seconds_of(struct tm tm)
{
	return timegm(&tm);
}

/* The latest century that is at most 50 years ahead of `now`. */
static void settle(struct tm *tm, int64_t now)
{
	time_t then = now;
	struct tm bound = *gmtime(&then);

	bound.tm_year += 50;
	tm->tm_year += 1900 + 8000;
	while (seconds_of(*tm) > seconds_of(bound))
		tm->tm_year -= 100;
}

/* Is it a day that there is? The C library makes March of February 30. */
static bool exists(struct tm tm)
{
	struct tm day = { .tm_mday = tm.tm_mday, .tm_mon = tm.tm_mon, .tm_year = tm.tm_year };

	timegm(&day);
	return day.tm_mday == tm.tm_mday && day.tm_mon == tm.tm_mon && tm.tm_hour < 24 && tm.tm_min < 60 &&
	       tm.tm_sec <= 60;
}

static bool read_plainly(struct str text, int64_t now, int64_t *ret_seconds)
{
	struct tm tm;

	if (pattern_match(&fixdate, text, 0)) {
		tm = calendar(&fixdate, 1, 2, 3, 4);
	} else if (pattern_match(&rfc850, text, 0)) {
		tm = calendar(&rfc850, 1, 2, 3, 4);
		settle(&tm, now);
	} else if (pattern_match(&asctime_date, text, 0)) {
		tm = calendar(&asctime_date, 2, 1, 6, 3);
	} else {
		return false;
	}
	*ret_seconds = seconds_of(tm);
	return exists(tm);
}

static void format_again(int64_t seconds, int64_t now)
{
	char out[HTTP_DATE_LEN];
	int64_t again;

	http_date_format(out, seconds);
	must(http_date_parse(str_of(out, sizeof(out)), now, &again) && again == seconds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t times[] = { 1767225600, 1709164800, 0,
		                         946684799 }; /* 2026, a leap day, 1970, 1999 */
	int64_t now = times[fuzz_choice(&data, &size) % 4], seconds = 0, plain = 0, raw;
	struct str text;
	bool is_date;

	if (size > 200)
		return 0;
	text = fuzz_text(data, size);
	is_date = http_date_parse(text, now, &seconds);
	must(is_date == read_plainly(text, now, &plain));
	if (is_date) {
		must(seconds == plain);
		/* A leap second at the end of the last year is a second that cannot be written. */
		if (seconds < INT64_C(253402300800))
			format_again(seconds, now);
	} else if (size >= sizeof(raw)) {
		memcpy(&raw, data, sizeof(raw));
		raw %= INT64_C(253402300800);     /* the year 10000 */
		if (raw >= -INT64_C(62167219200)) /* the year 0 */
			format_again(raw, now);
	}
	fuzz_free(text);
	return 0;
}
