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
