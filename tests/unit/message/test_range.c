/* Range, If-Range and Content-Range: RFC 9110 sections 13.1.5, 14 and 15.5.17, and the probes of the decision list. */
#include "unit/test.h"

#include "message/range.h"

struct reading {
	const char *field;
	uint64_t length;
	const char *ranges; /* as they are sent: "90-99 0-0"; NULL: ignored; "": 416 */
};

static const struct reading readings[] = {
	/* On 100 bytes: what failed on servers that are in use. */
	{ "bytes=90-500", 100, "90-99" },
	{ "bytes=-500", 100, "0-99" },
	{ "bytes=-100", 100, "0-99" },
	{ "bytes=0-0,500-600", 100, "0-0" },
	/* RFC 9110 section 14.1.2. */
	{ "bytes=0-499", 10000, "0-499" },
	{ "bytes=500-999", 10000, "500-999" },
	{ "bytes=-500", 10000, "9500-9999" },
	{ "bytes=9500-", 10000, "9500-9999" },
	{ "bytes=0-0,-1", 10000, "0-0 9999-9999" },
	{ "bytes= 0-999, 4500-5499, -1000", 10000, "0-999 4500-5499 9000-9999" },
	{ "bytes=500-600,601-999", 10000, "500-600 601-999" },
	/* The edges. */
	{ "bytes=0-", 1, "0-0" },
	{ "bytes=99-99", 100, "99-99" },
	{ "bytes=100-", 100, "" },
	{ "bytes=100-200", 100, "" },
	{ "bytes=100-200,300-", 100, "" },
	{ "bytes=-0", 100, "" },
	{ "bytes=-0,-1", 100, "99-99" },
	{ "bytes=-0,0-0", 100, "0-0" },
	{ "bytes=50-60,0-10", 100, "50-60 0-10" },
	/* Of nothing there is no part: a suffix is all of it, anything else begins beyond its end. */
	{ "bytes=0-", 0, "" },
	{ "bytes=0-0", 0, "" },
	{ "bytes=-1", 0, NULL },
	{ "bytes=-0", 0, "" },
	/* Numbers that fit nowhere. */
	{ "bytes=0-99999999999999999999999999", 100, "0-99" },
	{ "bytes=99999999999999999999999999-", 100, "" },
	{ "bytes=-99999999999999999999999999", 100, "0-99" },
	{ "bytes=18446744073709551615-18446744073709551616", 100, "" },
	{ "bytes=1-", UINT64_MAX - 1, "1-18446744073709551613" },
	/* Units and letters (section 14.1). */
	{ "BYTES=0-1", 100, "0-1" },
	{ "Bytes=0-1", 100, "0-1" },
	{ "lines=0-1", 100, NULL },
	{ "byte=0-1", 100, NULL },
	{ "bytes", 100, NULL },
	{ "", 100, NULL },
	{ "=0-1", 100, NULL },
	{ "bytes =0-1", 100, NULL },
	/* Lists (section 5.6.1): empty members say nothing. */
	{ "bytes=,0-1,,\t3-4,", 100, "0-1 3-4" },
	{ "bytes=,", 100, NULL },
	{ "bytes=", 100, NULL },
	/* Malformed, wherever in the list it is: all of it is ignored. */
	{ "bytes=5-4", 100, NULL },
	{ "bytes=0-1,5-4", 100, NULL },
	{ "bytes=-", 100, NULL },
	{ "bytes=0", 100, NULL },
	{ "bytes=0 - 1", 100, NULL },
	{ "bytes=0--1", 100, NULL },
	{ "bytes=--1", 100, NULL },
	{ "bytes=+0-1", 100, NULL },
	{ "bytes=0x0-1", 100, NULL },
	{ "bytes=a-b", 100, NULL },
	{ "bytes=0-1;2-3", 100, NULL },
	{ "bytes=0-1 2-3", 100, NULL },
	{ "bytes=\"0-1\"", 100, NULL },
	{ "bytes=1.0-2", 100, NULL },
	/* Ranges that share a byte (section 14.2). */
	{ "bytes=0-10,10-20", 100, NULL },
	{ "bytes=0-,-1", 100, NULL },
	{ "bytes=0-0,0-0", 100, NULL },
	{ "bytes=50-60,0-99", 100, NULL },
	{ "bytes=-10,-20", 100, NULL },
	/* Sixteen are the most. */
	{ "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30", 100,
	  "0-0 2-2 4-4 6-6 8-8 10-10 12-12 14-14 16-16 18-18 20-20 22-22 24-24 26-26 28-28 30-30" },
	{ "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30,32-32", 100,
	  NULL },
	{ "bytes=500-,500-,500-,500-,500-,500-,500-,500-,500-,500-,500-,500-,500-,500-,500-,500-,500-", 100, NULL },
};

static void a_range_is_clamped_left_out_or_ignored(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		const struct reading *row = &readings[i];
		struct byte_ranges ranges = { .count = 0 };
		enum range_reading reading = range_read(str_from(row->field), row->length, &ranges);
		char text[512] = "";
		size_t len = 0;

		for (size_t k = 0; k < ranges.count; k++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%llu-%llu", k ? " " : "",
			                        (unsigned long long)ranges.list[k].first,
			                        (unsigned long long)ranges.list[k].last);
		if (reading != (!row->ranges ? RANGE_NONE : !*row->ranges ? RANGE_UNSATISFIABLE : RANGE_SOME) ||
		    strcmp(text, row->ranges ? row->ranges : "") != 0)
			fail_msg("%s of %llu: \"%s\"", row->field, (unsigned long long)row->length, text);
	}
}

static void content_range_says_what_is_sent_or_how_much_there_is(void **state)
{
	const struct byte_range range = { 0, 99 }, last = { UINT64_MAX - 1, UINT64_MAX - 1 };
	char text[CONTENT_RANGE_MAX];

	(void)state;
	assert_str(str_of(text, content_range_write(text, &range, 1234)), "bytes 0-99/1234");
	assert_str(str_of(text, content_range_write_length(text, 1234)), "bytes */1234");
	assert_str(str_of(text, content_range_write(text, &last, UINT64_MAX)),
	           "bytes 18446744073709551614-18446744073709551614/18446744073709551615");
}

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"
enum { SECONDS = 784111777 };

static void if_range_wants_the_same_strong_tag_or_the_very_date(void **state)
{
	static const struct {
		const char *field, *etag;
		int64_t modified_s;
		bool holds;
	} rows[] = {
		{ "\"a\"", "\"a\"", SECONDS, true },
		{ "\"b\"", "\"a\"", SECONDS, false },
		{ "W/\"a\"", "\"a\"", SECONDS, false },
		{ "W/\"a\"", "W/\"a\"", SECONDS, false },
		{ "\"a\"", "W/\"a\"", SECONDS, false },
		{ "\"a\"", "", SECONDS, false },
		{ "\"a\", \"b\"", "\"a\"", SECONDS, false },
		{ "*", "\"a\"", SECONDS, false },
		{ "\"a", "\"a\"", SECONDS, false },
		{ DATE, "\"a\"", SECONDS, true },
		{ DATE, "W/\"a\"", SECONDS, true },
		{ DATE, "\"a\"", SECONDS - 1, false },
		{ DATE, "\"a\"", SECONDS + 1, false },
		{ DATE, "\"a\"", -1, false },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", "\"a\"", SECONDS, true },
		{ "yesterday", "\"a\"", SECONDS, false },
		{ "", "", SECONDS, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (if_range_holds(str_from(rows[i].field), str_from(rows[i].etag), rows[i].modified_s, 1700000000) !=
		    rows[i].holds)
			fail_msg("%s with %s", rows[i].field, rows[i].etag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_clamped_left_out_or_ignored),
		cmocka_unit_test(content_range_says_what_is_sent_or_how_much_there_is),
		cmocka_unit_test(if_range_wants_the_same_strong_tag_or_the_very_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
