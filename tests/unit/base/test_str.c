#include "unit/test.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/duration.h"
#include "base/map.h"

static void numbers_stop_at_their_type(void **state)
{
	uint64_t u;
	int64_t i;

	(void)state;
	assert_true(str_to_u64(S("18446744073709551615"), &u));
	assert_true(u == UINT64_MAX);
	assert_false(str_to_u64(S("18446744073709551616"), &u));
	assert_false(str_to_u64(S(""), &u));
	assert_false(str_to_u64(S("+1"), &u));
	assert_true(str_to_i64(S("-9223372036854775808"), &i));
	assert_true(i == INT64_MIN);
	assert_false(str_to_i64(S("9223372036854775808"), &i));
	assert_false(str_to_i64(S("-"), &i));
}

static void utf8_is_strict(void **state)
{
	(void)state;
	assert_true(str_is_utf8(S("plain ascii, longer than eight bytes")));
	assert_true(str_is_utf8(S("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80")));
	assert_false(str_is_utf8(S("\xC0\xAF")));         /* overlong */
	assert_false(str_is_utf8(S("\xED\xA0\x80")));     /* a surrogate */
	assert_false(str_is_utf8(S("\xF4\x90\x80\x80"))); /* past U+10FFFF */
	assert_false(str_is_utf8(S("\xE2\x82")));         /* cut short */
	assert_int_equal(str_code_points(S("gr\xC3\xBC\xC3\x9F")), 4);
}

static void cutting_yields_every_part(void **state)
{
	struct str rest = S("a,,b");

	(void)state;
	assert_str(str_cut(&rest, ','), "a");
	assert_str(str_cut(&rest, ','), "");
	assert_str(str_cut(&rest, ','), "b");
	assert_null(rest.at);
}

static void distance_counts_edits(void **state)
{
	(void)state;
	assert_int_equal(str_distance(S("serve"), S("sevre")), 1);
	assert_int_equal(str_distance(S("--listen"), S("--listn")), 1);
	assert_int_equal(str_distance(S("kitten"), S("sitting")), 3);
}

static void numbers_are_written_as_printf_writes_them(void **state)
{
	static const int64_t values[] = { 0, 1, 9, 10, -1, -10, 1234567890123, INT64_MAX, INT64_MIN };
	char out[STR_INTEGER_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char want[32];

		snprintf(want, sizeof(want), "%lld", (long long)values[i]);
		assert_str(str_of(out, str_put_i64(out, values[i])), want);
	}
	assert_str(str_of(out, str_put_u64(out, UINT64_MAX)), "18446744073709551615");
}

static void a_buffer_keeps_to_its_maximum_even_where_memory_is_left(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, NULL, 1000);
	for (int i = 0; i < 10; i++)
		buf_add(&buf, S("0123456789"));
	assert_int_equal(buf.len, 100);
	buf.max = 105; /* a buffer of a pool is lent with another maximum */
	buf_add_char(&buf, '!');
	assert_false(buf.failed);
	buf_add(&buf, S("0123456789"));
	assert_true(buf.failed);
	buf_add_char(&buf, '!'); /* there would be room */
	assert_int_equal(buf.len, 101);
	buf_reset(&buf);
	buf_add(&buf, S("again"));
	assert_str(buf_str(&buf), "again");
	buf_done(&buf);
}

static void dates_go_both_ways(void **state)
{
	char out[CLOCK_RFC3339_LEN];
	unsigned month, day;
	int year;

	(void)state;
	assert_str(str_of(out, clock_rfc3339(out, 0, false)), "1970-01-01T00:00:00Z");
	assert_str(str_of(out, clock_rfc3339(out, 951782399999, true)), "2000-02-28T23:59:59.999Z");
	for (int64_t days = -200000; days < 200000; days += 37) {
		civil_from_days(days, &year, &month, &day);
		assert_true(days_from_civil(year, month, day) == days);
	}
}

static void a_map_keeps_many_keys(void **state)
{
	struct arena arena;
	struct map map;

	(void)state;
	arena_init(&arena, 1024, 1 << 24);
	map_init(&map, &arena);
	assert_null(map_get(&map, S("x")));
	for (uintptr_t i = 1; i <= 5000; i++)
		*map_put(&map, str_printf(&arena, "key %d", (int)i)) = (void *)i;
	for (uintptr_t i = 1; i <= 5000; i++)
		assert_ptr_equal(map_get(&map, str_printf(&arena, "key %d", (int)i)), (void *)i);
	assert_int_equal(map.count, 5000);
	assert_null(map_get(&map, S("key 5001")));
	arena_done(&arena);
}

static void durations_have_a_unit(void **state)
{
	uint64_t ms = 7;

	(void)state;
	assert_true(duration_read(S("250ms"), &ms) && ms == 250);
	assert_true(duration_read(S("30s"), &ms) && ms == 30000);
	assert_true(duration_read(S("5m"), &ms) && ms == 300000);
	assert_true(duration_read(S("0s"), &ms) && ms == 0);
	assert_true(duration_read(S("1d"), &ms) && ms == 86400000);
	assert_false(duration_read(S("30"), &ms));
	assert_false(duration_read(S("s"), &ms));
	assert_false(duration_read(S("-1s"), &ms));
	assert_false(duration_read(S("1.5h"), &ms));
	assert_false(duration_read(S("1 h"), &ms));
	assert_false(duration_read(S("213503982335d"), &ms));
	assert_false(duration_read(S(""), &ms));
	assert_int_equal(ms, 86400000);
}

static void assert_time(const char *text, int64_t expected)
{
	int64_t seconds;

	assert_true(clock_rfc3339_parse(str_from(text), &seconds));
	assert_int_equal(seconds, expected);
}

/* RFC 3339 section 5.6 and 5.8. */
static void date_times_are_read(void **state)
{
	(void)state;
	assert_time("1970-01-01T00:00:00Z", 0);
	assert_time("1985-04-12T23:20:50.52Z", 482196050);
	assert_time("1996-12-19T16:39:57-08:00", 851042397);
	assert_time("1996-12-20T00:39:57Z", 851042397);
	assert_time("1937-01-01T12:00:27.87+00:20", -1041337173);
	assert_time("1990-12-31T23:59:60Z", 662688000);
	assert_time("2000-02-29t00:00:00z", 951782400);
	assert_time("2026-01-08T12:00:00+00:00", 1767873600);
	assert_time("0000-01-01T00:00:00Z", -62167219200);
	assert_time("9999-12-31T23:59:59Z", 253402300799);
}

static void what_is_no_date_time_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "2026", "2026-01-08", "2026-01-08T12:00Z", "2026-01-08 12:00:00Z", "2026-01-08T12:00:00",
		"2026-13-08T12:00:00Z", "2026-00-08T12:00:00Z", "2026-01-00T12:00:00Z", "2026-01-32T12:00:00Z",
		"2026-02-29T12:00:00Z", "2100-02-29T12:00:00Z", "2026-01-08T24:00:00Z", "2026-01-08T12:60:00Z",
		"2026-01-08T12:00:61Z", "2026-01-08T12:00:00.Z", "2026-01-08T12:00:00.5", "2026-01-08T12:00:00Zx",
		"2026-01-08T12:00:00+24:00", "2026-01-08T12:00:00+00:60", "2026-01-08T12:00:00+0000",
		"2026-01-08T12:00:00+00", "02026-01-08T12:00:00Z", "2026-1-08T12:00:00Z", "-026-01-08T12:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int64_t seconds = 7;

		assert_false(clock_rfc3339_parse(str_from(texts[i]), &seconds));
		assert_int_equal(seconds, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_stop_at_their_type),
		cmocka_unit_test(utf8_is_strict),
		cmocka_unit_test(cutting_yields_every_part),
		cmocka_unit_test(distance_counts_edits),
		cmocka_unit_test(numbers_are_written_as_printf_writes_them),
		cmocka_unit_test(a_buffer_keeps_to_its_maximum_even_where_memory_is_left),
		cmocka_unit_test(dates_go_both_ways),
		cmocka_unit_test(a_map_keeps_many_keys),
		cmocka_unit_test(durations_have_a_unit),
		cmocka_unit_test(date_times_are_read),
		cmocka_unit_test(what_is_no_date_time_is_refused),
	};

	return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
