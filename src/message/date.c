/* HTTP dates in their three forms: see date.h. */
#include "message/date.h"

#include "base/clock.h"
#include "message/syntax.h"

enum { DAY_SECONDS = 86400 };
/* The first and the last second that have a year of four digits: of the years 0 and 9999. */
#define FIRST_SECOND INT64_C(-62167219200)
#define LAST_SECOND INT64_C(253402300799)

static const char days[7][10] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
};
static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static char *put_text(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

static char *put_two(char *at, unsigned value, char after)
{
	*at++ = (char)('0' + value / 10 % 10);
	*at++ = (char)('0' + value % 10);
	*at++ = after;
	return at;
}

void http_date_format(char out[HTTP_DATE_LEN], int64_t seconds)
{
	unsigned month, day, second;
	char *at = out;
	int64_t date;
	int year;

	seconds = seconds < FIRST_SECOND ? FIRST_SECOND : seconds > LAST_SECOND ? LAST_SECOND : seconds;
	date = seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
	second = (unsigned)(seconds - date * DAY_SECONDS);
	civil_from_days(date, &year, &month, &day);
	at = put_text(at, days[((date + 4) % 7 + 7) % 7], 3); /* 1970-01-01 was a Thursday */
	at = put_text(at, ", ", 2);
	at = put_two(at, day, ' ');
	at = put_text(at, months[month - 1], 3);
	*at++ = ' ';
	at = put_two(at, (unsigned)year / 100, ' ') - 1;
	at = put_two(at, (unsigned)year % 100, ' ');
	at = put_two(at, second / 3600, ':');
	at = put_two(at, second / 60 % 60, ':');
	at = put_two(at, second % 60, ' ');
	put_text(at, "GMT", 3);
}

/* The parts of a date as they are read; `is_good` falls once and stays down. */
struct reader {
	struct str rest;
	bool is_good;
	int year;
	unsigned month, day, hour, minute, second;
};

static void take_text(struct reader *reader, struct str text)
{
	reader->is_good = reader->is_good && str_starts(reader->rest, text);
	reader->rest = str_sub(reader->rest, text.len, reader->rest.len);
}

static unsigned take_number(struct reader *reader, size_t digits)
{
	struct str number = str_sub(reader->rest, 0, digits);
	uint64_t value = 0;

	reader->is_good = reader->is_good && number.len == digits && str_to_u64(number, &value);
	reader->rest = str_sub(reader->rest, digits, reader->rest.len);
	return (unsigned)value;
}

static void take_month(struct reader *reader)
{
	for (unsigned i = 0; i < 12; i++) {
		if (str_starts(reader->rest, str_of(months[i], 3))) {
			reader->month = i + 1;
			reader->rest = str_sub(reader->rest, 3, reader->rest.len);
			return;
		}
	}
	reader->is_good = false;
}

static void take_time(struct reader *reader)
{
	reader->hour = take_number(reader, 2);
	take_text(reader, S(":"));
	reader->minute = take_number(reader, 2);
	take_text(reader, S(":"));
	reader->second = take_number(reader, 2);
}

static void read_fixdate(struct reader *reader)
{
	reader->day = take_number(reader, 2);
	take_text(reader, S(" "));
	take_month(reader);
	take_text(reader, S(" "));
	reader->year = (int)take_number(reader, 4);
	take_text(reader, S(" "));
	take_time(reader);
	take_text(reader, S(" GMT"));
}

static void read_asctime(struct reader *reader)
{
	take_month(reader);
	take_text(reader, S(" "));
	if (reader->rest.len && reader->rest.at[0] == ' ') {
		take_text(reader, S(" "));
		reader->day = take_number(reader, 1);
	} else {
		reader->day = take_number(reader, 2);
	}
	take_text(reader, S(" "));
	take_time(reader);
	take_text(reader, S(" "));
	reader->year = (int)take_number(reader, 4);
}

static int64_t seconds_of(const struct reader *reader)
{
	return days_from_civil(reader->year, reader->month, reader->day) * DAY_SECONDS +
	       (int64_t)reader->hour * 3600 + (int64_t)reader->minute * 60 + reader->second;
}

static bool is_calendar_date(const struct reader *reader)
{
	static const unsigned char lengths[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = reader->year % 4 == 0 && (reader->year % 100 != 0 || reader->year % 400 == 0);
	unsigned length = reader->month == 2 && is_leap ? 29 : lengths[reader->month - 1];

	/* Second 60 is a leap second. */
	return reader->day >= 1 && reader->day <= length && reader->hour <= 23 && reader->minute <= 59 &&
	       reader->second <= 60;
}

/* The latest year with these last digits that is not more than 50 years ahead (RFC 9110 section 5.6.7). */
static void settle_century(struct reader *reader, int64_t now)
{
	int64_t today = now / DAY_SECONDS - (now % DAY_SECONDS < 0);
	unsigned month, day;
	int64_t bound;
	int year;

	civil_from_days(today, &year, &month, &day);
	bound = days_from_civil(year + 50, month, day) * DAY_SECONDS + (now - today * DAY_SECONDS);
	reader->year += (year / 100 + 1) * 100;
	while (seconds_of(reader) > bound)
		reader->year -= 100;
}

static void read_rfc850(struct reader *reader, int64_t now)
{
	reader->day = take_number(reader, 2);
	take_text(reader, S("-"));
	take_month(reader);
	take_text(reader, S("-"));
	reader->year = (int)take_number(reader, 2);
	take_text(reader, S(" "));
	take_time(reader);
	take_text(reader, S(" GMT"));
	if (reader->is_good)
		settle_century(reader, now);
}

/* What follows a day's name says which form it is. */
static void read_any(struct reader *reader, int64_t now)
{
	for (unsigned i = 0; i < 7; i++) {
		struct str whole = str_from(days[i]), brief = str_sub(whole, 0, 3);

		if (!str_starts(reader->rest, brief))
			continue;
		if (str_starts(reader->rest, whole)) {
			take_text(reader, whole);
			take_text(reader, S(", "));
			read_rfc850(reader, now);
			return;
		}
		take_text(reader, brief);
		if (reader->rest.len && reader->rest.at[0] == ',') {
			take_text(reader, S(", "));
			read_fixdate(reader);
		} else {
			take_text(reader, S(" "));
			read_asctime(reader);
		}
		return;
	}
	reader->is_good = false;
}

bool http_date_parse(struct str text, int64_t now, int64_t *ret_seconds)
{
	struct reader reader = { .rest = str_trim(text), .is_good = true };

	if (!reader.rest.len)
		return false;
	read_any(&reader, now);
	if (!reader.is_good || reader.rest.len || !is_calendar_date(&reader))
		return false;
	*ret_seconds = seconds_of(&reader);
	return true;
}
