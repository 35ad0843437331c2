/* Time and its text: see clock.h. The calendar arithmetic is Howard Hinnant's days_from_civil, public domain. */
#include "base/clock.h"

#include <time.h>

uint64_t clock_monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t days_from_civil(int year, unsigned month, unsigned day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + (int64_t)day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

void civil_from_days(int64_t days, int *ret_year, unsigned *ret_month, unsigned *ret_day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;

	*ret_day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (unsigned)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

static char *two(char *at, unsigned value)
{
	*at++ = (char)('0' + value / 10 % 10);
	*at++ = (char)('0' + value % 10);
	return at;
}

size_t clock_rfc3339(char out[CLOCK_RFC3339_LEN], int64_t wall_ms, bool with_ms)
{
	int64_t days = wall_ms / 86400000 - (wall_ms % 86400000 < 0);
	unsigned ms = (unsigned)(wall_ms - days * 86400000);
	unsigned month, day;
	char *at = out;
	int year;

	civil_from_days(days, &year, &month, &day);
	if (year < 0 || year > 9999)
		year = 9999;
	at = two(at, (unsigned)year / 100);
	at = two(at, (unsigned)year % 100);
	*at++ = '-';
	at = two(at, month);
	*at++ = '-';
	at = two(at, day);
	*at++ = 'T';
	at = two(at, ms / 3600000);
	*at++ = ':';
	at = two(at, ms / 60000 % 60);
	*at++ = ':';
	at = two(at, ms / 1000 % 60);
	if (with_ms) {
		*at++ = '.';
		*at++ = (char)('0' + ms / 100 % 10);
		at = two(at, ms % 100);
	}
	*at++ = 'Z';
	return (size_t)(at - out);
}

/* Digits and marks as `form` has them: '0' a digit, else the character itself; false where they differ. */
static bool has_form(struct str text, const char *form)
{
	for (size_t i = 0; form[i]; i++)
		if (i >= text.len || (form[i] == '0' ? text.at[i] < '0' || text.at[i] > '9' : text.at[i] != form[i]))
			return false;
	return true;
}

static unsigned digits(struct str text, size_t from, size_t count)
{
	unsigned number = 0;

	for (size_t i = from; i < from + count; i++)
		number = number * 10 + (unsigned)(text.at[i] - '0');
	return number;
}

/* "Z", "+01:00"; false where it is no offset, or something follows. */
static bool read_offset(struct str text, int64_t *ret_s)
{
	bool is_behind = str_starts(text, S("-"));
	unsigned hours, minutes;

	*ret_s = 0;
	if (text.len == 1)
		return text.at[0] == 'Z' || text.at[0] == 'z';
	if (text.len != 6 || !(has_form(text, "+00:00") || has_form(text, "-00:00")))
		return false;
	hours = digits(text, 1, 2);
	minutes = digits(text, 4, 2);
	*ret_s = (int64_t)(hours * 3600 + minutes * 60) * (is_behind ? -1 : 1);
	return hours < 24 && minutes < 60;
}

static unsigned month_days(unsigned year, unsigned month)
{
	int64_t first = days_from_civil((int)year, month, 1);
	int64_t next = month == 12 ? days_from_civil((int)year + 1, 1, 1) : days_from_civil((int)year, month + 1, 1);

	return (unsigned)(next - first);
}

bool clock_rfc3339_parse(struct str text, int64_t *ret_s)
{
	unsigned year, month, day, hour, minute, second;
	int64_t offset;
	size_t end = 19;

	if (!has_form(text, "0000-00-00T00:00:00") && !has_form(text, "0000-00-00t00:00:00"))
		return false;
	year = digits(text, 0, 4);
	month = digits(text, 5, 2);
	day = digits(text, 8, 2);
	hour = digits(text, 11, 2);
	minute = digits(text, 14, 2);
	second = digits(text, 17, 2);
	if (end < text.len && text.at[end] == '.') {
		size_t from = ++end;

		while (end < text.len && text.at[end] >= '0' && text.at[end] <= '9')
			end++;
		if (end == from)
			return false;
	}
	if (month < 1 || month > 12 || day < 1 || day > month_days(year, month) || hour > 23 || minute > 59 ||
	    second > 60 || !read_offset(str_sub(text, end, text.len), &offset))
		return false;
	*ret_s = days_from_civil((int)year, month, day) * 86400 + (int64_t)hour * 3600 + (int64_t)minute * 60 +
	         second - offset;
	return true;
}
