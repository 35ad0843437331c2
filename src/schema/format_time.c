/* date, time, date-time and duration (RFC 3339, section 5.6 and appendix A): see format.h. */
#include "schema/format.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes exactly `count` digits off `*text`; false, and nothing taken, where there are not so many. */
static bool take_number(struct str *text, size_t count, unsigned *ret_value)
{
	unsigned value = 0;

	for (size_t i = 0; i < count; i++) {
		if (i >= text->len || !is_digit(text->at[i]))
			return false;
		value = value * 10 + (unsigned)(text->at[i] - '0');
	}
	*text = str_sub(*text, count, text->len);
	*ret_value = value;
	return true;
}

static bool take(struct str *text, char c)
{
	if (!text->len || text->at[0] != c)
		return false;
	*text = str_sub(*text, 1, text->len);
	return true;
}

static bool take_date(struct str *text)
{
	static const unsigned char days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned year, month, day;

	if (!take_number(text, 4, &year) || !take(text, '-') || !take_number(text, 2, &month) ||
	    !take(text, '-') || !take_number(text, 2, &day) || month < 1 || month > 12 || day < 1 ||
	    day > days[month - 1])
		return false;
	return month != 2 || day < 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* Z or the offset from UTC in minutes. */
static bool take_offset(struct str *text, int *ret_minutes)
{
	unsigned hours, minutes;
	bool is_negative;

	*ret_minutes = 0;
	if (take(text, 'Z') || take(text, 'z'))
		return true;
	is_negative = take(text, '-');
	if ((!is_negative && !take(text, '+')) || !take_number(text, 2, &hours) || !take(text, ':') ||
	    !take_number(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_minutes = (int)(hours * 60 + minutes);
	if (is_negative)
		*ret_minutes = -*ret_minutes;
	return true;
}

bool format_is_time(struct str text)
{
	enum { DAY = 24 * 60 };
	unsigned hour, minute, second;
	int offset;

	if (!take_number(&text, 2, &hour) || !take(&text, ':') || !take_number(&text, 2, &minute) ||
	    !take(&text, ':') || !take_number(&text, 2, &second) || hour > 23 || minute > 59 || second > 60)
		return false;
	if (take(&text, '.')) {
		size_t digits = 0;

		while (digits < text.len && is_digit(text.at[digits]))
			digits++;
		if (!digits)
			return false;
		text = str_sub(text, digits, text.len);
	}
	if (!take_offset(&text, &offset) || text.len)
		return false;
	/* A leap second is the last one of a day in UTC. */
	return second < 60 || ((int)(hour * 60 + minute) - offset + DAY) % DAY == DAY - 1;
}

bool format_is_date(struct str text)
{
	return take_date(&text) && !text.len;
}

bool format_is_date_time(struct str text)
{
	return take_date(&text) && (take(&text, 'T') || take(&text, 't')) && format_is_time(text);
}

/* "12M": takes the unit off, where it stands next. */
static bool take_part(struct str *text, char unit)
{
	size_t digits = 0;

	while (digits < text->len && is_digit(text->at[digits]))
		digits++;
	if (!digits || digits == text->len || text->at[digits] != unit)
		return false;
	*text = str_sub(*text, digits + 1, text->len);
	return true;
}

/* Units from the first that is there on, with none left out between two. */
static bool take_parts(struct str *text, const char *units)
{
	while (*units && !take_part(text, *units))
		units++;
	if (!*units)
		return false;
	while (*++units && take_part(text, *units))
		;
	return true;
}

bool format_is_duration(struct str text)
{
	if (!take(&text, 'P'))
		return false;
	if (take_part(&text, 'W'))
		return !text.len;
	if (take(&text, 'T'))
		return take_parts(&text, "HMS") && !text.len;
	if (!take_parts(&text, "YMD"))
		return false;
	return !text.len || (take(&text, 'T') && take_parts(&text, "HMS") && !text.len);
}
