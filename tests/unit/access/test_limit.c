/* Rate limits with a clock of the test's own: docs/limits.md says what holds. */
#include "unit/test.h"

#include "access/limit.h"
#include "base/arena.h"

#define SECOND LIMIT_NS_PER_S
#define MS (SECOND / 1000)

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 1024, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static struct limit_policy policy_of(enum limit_algorithm algorithm, uint64_t requests, uint64_t window_ns,
                                     uint64_t capacity)
{
	struct limit_policy policy = {
		.name = S("default"),
		.algorithm = algorithm,
		.requests = requests,
		.window_ns = window_ns,
		.capacity = capacity,
	};

	assert_int_equal(limit_policy_complete(&policy, S("/"), &arena), 0);
	return policy;
}

/* How many of `tries` requests at one moment are admitted. */
static unsigned admit(const struct limit_policy *policy, uint64_t *word, uint64_t now_ns, unsigned tries,
                      struct limit_state *ret_last)
{
	unsigned admitted = 0;

	for (unsigned i = 0; i < tries; i++) {
		*word = limit_count(policy, *word, now_ns, ret_last);
		admitted += ret_last->is_admitted;
	}
	return admitted;
}

static void a_window_admits_as_many_as_it_says_and_no_more(void **state)
{
	struct limit_policy policy = policy_of(LIMIT_SLIDING, 100, 60 * SECOND, 0);
	struct limit_state last;
	uint64_t word = 0, now = 6000 * SECOND;

	(void)state;
	assert_int_equal(admit(&policy, &word, now, 1, &last), 1);
	assert_int_equal(last.remaining, 99);
	assert_int_equal(last.retry_ns, 0);
	assert_int_equal(admit(&policy, &word, now + 59 * SECOND, 500, &last), 99);
	assert_false(last.is_admitted);
	assert_int_equal(last.remaining, 0);
	assert_true(last.retry_ns >= SECOND);
}

static void what_the_last_window_had_fades_as_the_present_one_goes_by(void **state)
{
	struct limit_policy policy = policy_of(LIMIT_SLIDING, 100, 60 * SECOND, 0);
	struct limit_state last;
	uint64_t word = 0, now = 6000 * SECOND;

	(void)state;
	admit(&policy, &word, now + 59 * SECOND, 100, &last);
	assert_int_equal(admit(&policy, &word, now + 60 * SECOND, 10, &last), 0);
	assert_int_equal(admit(&policy, &word, now + 75 * SECOND, 100, &last), 25);
	assert_int_equal(admit(&policy, &word, now + 90 * SECOND, 100, &last), 25);
	assert_int_equal(admit(&policy, &word, now + 119 * SECOND + 999 * MS, 100, &last), 50);
	assert_int_equal(admit(&policy, &word, now + 120 * SECOND, 100, &last), 0);
}

/* Once in each window's length, wherever the windows begin. */
static void who_sends_evenly_at_the_rate_is_never_refused(void **state)
{
	static const uint64_t rates[] = { 1, 2, 3, 7, 100, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct limit_policy policies[] = { policy_of(LIMIT_SLIDING, rates[i], SECOND, 0),
			                           policy_of(LIMIT_BUCKET, rates[i], SECOND, 1) };

		for (uint64_t phase = 0; phase < SECOND; phase += 123457 * 1000)
			for (size_t k = 0; k < 2; k++) {
				struct limit_state last;
				uint64_t word = 0, now = 40 * SECOND + phase;

				for (int sent = 0; sent < 2000; sent++, now += (SECOND / rates[i] / 1000 + 1) * 1000)
					assert_int_equal(admit(&policies[k], &word, now, 1, &last), 1);
			}
	}
}

/* What is left is what comes through, at once. */
static void remaining_is_how_many_more_are_admitted(void **state)
{
	struct limit_policy policies[] = { policy_of(LIMIT_SLIDING, 10, SECOND, 0),
		                           policy_of(LIMIT_BUCKET, 10, SECOND, 6) };
	uint64_t seed = 7;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint64_t word = 0, now = 3 * SECOND;

		for (int round = 0; round < 500; round++) {
			struct limit_state state_of_one, last;
			uint64_t copy;

			word = limit_count(&policies[i], word, now, &state_of_one);
			copy = word;
			assert_int_equal(admit(&policies[i], &copy, now, 50, &last), state_of_one.remaining);
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			now += (seed >> 33) % 300 * MS;
		}
	}
}

static void two_windows_of_silence_restore_all(void **state)
{
	struct limit_policy policy = policy_of(LIMIT_SLIDING, 7, SECOND, 0);
	struct limit_state last;
	uint64_t word = 0, now = 5 * SECOND;

	(void)state;
	assert_int_equal(admit(&policy, &word, now, 100, &last), 7);
	assert_int_equal(admit(&policy, &word, now + 2 * SECOND, 100, &last), 7);
}

/* Whatever was sent before: a request just before `retry` is refused, and one at it is admitted. */
static void retry_is_when_the_next_one_is_admitted(void **state)
{
	static const struct {
		enum limit_algorithm algorithm;
		uint64_t requests, window_ms, capacity;
	} rows[] = {
		{ LIMIT_SLIDING, 1, 1000, 0 },      { LIMIT_SLIDING, 2, 1000, 0 },    { LIMIT_SLIDING, 3, 7, 0 },
		{ LIMIT_SLIDING, 100, 60000, 0 },   { LIMIT_SLIDING, 250000, 1, 0 },  { LIMIT_BUCKET, 1, 1000, 1 },
		{ LIMIT_BUCKET, 1, 1000, 10 },      { LIMIT_BUCKET, 3, 1000, 3 },     { LIMIT_BUCKET, 7, 3, 2 },
		{ LIMIT_BUCKET, 1000000, 1000, 5 }, { LIMIT_SLIDING, 5, 86400000, 0 },
	};
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct limit_policy policy = policy_of(rows[i].algorithm, rows[i].requests,
		                                       rows[i].window_ms * MS, rows[i].capacity);
		uint64_t word = 0, now = 1000 * SECOND;

		for (int round = 0; round < 300; round++) {
			struct limit_state last;
			uint64_t before;

			do
				word = limit_count(&policy, word, now, &last);
			while (last.is_admitted && last.retry_ns == 0 && seed++ % 16);
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			before = word;
			if (last.retry_ns > 1000) {
				limit_count(&policy, before, now + last.retry_ns - 1000, &last);
				assert_false(last.is_admitted);
				word = limit_count(&policy, before, now, &last);
				if (last.is_admitted)
					fail_msg("row %zu: admitted, after it said to wait", i);
			}
			now += last.retry_ns + (last.retry_ns ? 0 : seed % (policy.window_ns * 2));
			now = (now + 999) / 1000 * 1000;
			word = limit_count(&policy, before, now, &last);
			assert_true(last.is_admitted);
		}
	}
}

static void no_stretch_of_a_windows_length_has_more_than_twice_the_requests(void **state)
{
	struct limit_policy policy = policy_of(LIMIT_SLIDING, 10, SECOND, 0);
	struct limit_state last;
	uint64_t admitted_at[4096], word = 0, now = 77 * SECOND;
	size_t count = 0, from = 0;

	(void)state;
	for (int i = 0; i < 40000 && count < 4096; i++, now += 3 * MS + (uint64_t)(i * 7919 % 900) * 1000) {
		word = limit_count(&policy, word, now, &last);
		if (!last.is_admitted)
			continue;
		admitted_at[count++] = now;
		while (admitted_at[from] + SECOND <= now)
			from++;
		assert_true(count - from <= 20);
	}
	/* Over the long run it is the rate, and not a part of it. */
	assert_true(count >= (now - 77 * SECOND) / SECOND * 10 * 9 / 10 || count == 4096);
}

static void a_bucket_gives_its_burst_and_then_one_token_after_another(void **state)
{
	struct limit_policy policy = policy_of(LIMIT_BUCKET, 10, 10 * SECOND, 5);
	struct limit_state last;
	uint64_t word = 0, now = 100 * SECOND;

	(void)state;
	assert_int_equal(admit(&policy, &word, now, 1, &last), 1);
	assert_int_equal(last.remaining, 4);
	assert_int_equal(last.reset_ns, SECOND);
	assert_int_equal(admit(&policy, &word, now, 100, &last), 4);
	assert_int_equal(last.retry_ns, SECOND);
	assert_int_equal(last.reset_ns, 5 * SECOND);
	assert_int_equal(admit(&policy, &word, now + SECOND - 1, 100, &last), 0);
	assert_int_equal(admit(&policy, &word, now + SECOND, 100, &last), 1);
	assert_int_equal(admit(&policy, &word, now + 4 * SECOND, 100, &last), 3);
	assert_int_equal(admit(&policy, &word, now + 1000 * SECOND, 100, &last), 5);
}

static void a_refused_request_changes_nothing(void **state)
{
	struct limit_policy sliding = policy_of(LIMIT_SLIDING, 2, SECOND, 0);
	struct limit_policy bucket = policy_of(LIMIT_BUCKET, 2, SECOND, 2);
	struct limit_state last;
	uint64_t word = 0, full;

	(void)state;
	admit(&sliding, &word, SECOND, 2, &last);
	full = word;
	admit(&sliding, &word, SECOND, 1000, &last);
	assert_int_equal(word, full);
	word = 0;
	admit(&bucket, &word, SECOND, 2, &last);
	full = word;
	admit(&bucket, &word, SECOND, 1000, &last);
	assert_int_equal(word, full);
}

static void one_that_is_taken_back_can_be_sent_again(void **state)
{
	struct limit_policy policies[] = { policy_of(LIMIT_SLIDING, 3, SECOND, 0),
		                           policy_of(LIMIT_BUCKET, 3, SECOND, 3) };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct limit_state last;
		uint64_t word = 0, now = 9 * SECOND;

		assert_int_equal(admit(&policies[i], &word, now, 5, &last), 3);
		word = limit_uncount(&policies[i], word, now);
		assert_int_equal(admit(&policies[i], &word, now, 5, &last), 1);
		/* Nothing comes of taking back what is not there. */
		word = limit_uncount(&policies[i], 0, now);
		assert_int_equal(admit(&policies[i], &word, now, 5, &last), 3);
	}
}

/* Another thread may have read its clock a moment later, and counted first. */
static void a_clock_that_seems_to_step_back_gives_nothing_away(void **state)
{
	struct limit_policy policies[] = { policy_of(LIMIT_SLIDING, 10, MS, 0),
		                           policy_of(LIMIT_BUCKET, 10, MS, 10) };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct limit_state last;
		uint64_t word = 0, now = 50 * SECOND;

		assert_int_equal(admit(&policies[i], &word, now, 100, &last), 10);
		for (uint64_t back = 1; back < 1000 * MS; back *= 3)
			assert_int_equal(admit(&policies[i], &word, now - back, 100, &last), 0);
		assert_int_equal(admit(&policies[i], &word, now, 100, &last), 0);
	}
}

static void a_clock_may_stand_anywhere(void **state)
{
	static const uint64_t clocks[] = { 0,
		                           1,
		                           SECOND - 1,
		                           UINT64_C(1) << 32,
		                           (UINT64_C(1) << 63) - 1,
		                           UINT64_C(1) << 63,
		                           (UINT64_C(1) << 63) + 12345,
		                           UINT64_C(17446744073709551615) };
	struct limit_policy policies[] = { policy_of(LIMIT_SLIDING, 4, SECOND, 0),
		                           policy_of(LIMIT_BUCKET, 4, SECOND, 4) };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < sizeof(clocks) / sizeof(clocks[0]); k++) {
			struct limit_state last;
			uint64_t word = 0;

			assert_int_equal(admit(&policies[i], &word, clocks[k], 10, &last), 4);
			assert_true(last.retry_ns > 0 && last.retry_ns <= 2 * SECOND);
			assert_int_equal(admit(&policies[i], &word, clocks[k] + 3 * SECOND, 10, &last), 4);
		}
}

static void the_largest_and_the_smallest_policies_count_as_others_do(void **state)
{
	static const struct {
		enum limit_algorithm algorithm;
		uint64_t requests, window_ns, capacity;
	} rows[] = {
		{ LIMIT_SLIDING, 1, 1000, 0 },
		{ LIMIT_SLIDING, LIMIT_SLIDING_MAX, 1000, 0 },
		{ LIMIT_SLIDING, LIMIT_SLIDING_MAX, (uint64_t)LIMIT_WINDOW_MAX_S * SECOND, 0 },
		{ LIMIT_BUCKET, 1, 1000, 1 },
		{ LIMIT_BUCKET, 1, (uint64_t)LIMIT_WINDOW_MAX_S * SECOND, 11 },
		{ LIMIT_BUCKET, 300000, SECOND, 300000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct limit_policy policy = policy_of(rows[i].algorithm, rows[i].requests, rows[i].window_ns,
		                                       rows[i].capacity);
		struct limit_state last;
		uint64_t word = 0, now = 3 * policy.window_ns;

		assert_int_equal(admit(&policy, &word, now, 400000, &last), policy.capacity);
		assert_false(last.is_admitted);
		assert_true(last.retry_ns > 0);
		assert_int_equal(admit(&policy, &word, now + last.retry_ns, 1, &last), 1);
	}
}

static void a_bucket_that_takes_years_to_fill_is_refused(void **state)
{
	struct limit_policy policy = { .name = S("slow"),
		                       .algorithm = LIMIT_BUCKET,
		                       .requests = 1,
		                       .window_ns = (uint64_t)LIMIT_WINDOW_MAX_S * SECOND,
		                       .capacity = LIMIT_BUCKET_MAX };

	(void)state;
	assert_int_equal(limit_policy_complete(&policy, S("/"), &arena), STATUTE_ELIMIT);
}

static void the_text_says_how_many_in_how_many_seconds(void **state)
{
	struct limit_policy policy = policy_of(LIMIT_SLIDING, 100, 60 * SECOND, 0);

	(void)state;
	assert_string_equal(policy.text.at, "\"default\";q=100;w=60");
	policy = policy_of(LIMIT_BUCKET, 1, SECOND, 10);
	assert_string_equal(policy.text.at, "\"default\";q=10;w=10");
	policy = policy_of(LIMIT_BUCKET, 7, 60 * SECOND, 7);
	assert_string_equal(policy.text.at, "\"default\";q=7;w=60");
	policy = policy_of(LIMIT_SLIDING, 5, 500 * MS, 0);
	assert_string_equal(policy.text.at, "\"default\";q=5;w=1");
}

static void policies_are_the_same_where_all_of_them_is(void **state)
{
	struct limit_policy first = policy_of(LIMIT_SLIDING, 100, 60 * SECOND, 0);
	struct limit_policy same = policy_of(LIMIT_SLIDING, 100, 60 * SECOND, 0);
	struct limit_policy longer = policy_of(LIMIT_SLIDING, 100, 61 * SECOND, 0);
	struct limit_policy elsewhere = first;

	(void)state;
	assert_int_equal(limit_policy_complete(&elsewhere, S("GET /users"), &arena), 0);
	assert_int_equal(first.id, same.id);
	assert_int_not_equal(first.id, longer.id);
	assert_int_not_equal(first.id, elsewhere.id);
}

static void a_rate_is_read_with_its_window(void **state)
{
	static const struct {
		const char *text;
		uint64_t requests, window_ms; /* 0: refused */
	} rows[] = {
		{ "100/60", 100, 60000 }, { "100/1m", 100, 60000 }, { "5/500ms", 5, 500 },  { "1/1", 1, 1000 },
		{ "250000/31d", 250000, 2678400000 },               { "250001/1", 0, 0 },   { "0/1", 0, 0 },
		{ "1/0", 0, 0 },          { "1/32d", 0, 0 },        { "100", 0, 0 },        { "100/", 0, 0 },
		{ "/60", 0, 0 },          { "", 0, 0 },             { "-1/60", 0, 0 },      { "1/60/2", 0, 0 },
		{ "1 /60", 0, 0 },        { "1/60x", 0, 0 },        { "1/18446744073709551616", 0, 0 },
		{ "1/18446744073709551615", 0, 0 },                 { "1/18446744073709551615ms", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct limit_policy policy = { 0 };
		int r = limit_policy_parse(str_from(rows[i].text), &policy);

		if (r != (rows[i].requests ? 0 : STATUTE_EINVAL) || policy.requests != rows[i].requests ||
		    policy.window_ns != rows[i].window_ms * MS)
			fail_msg("%s: %d, %llu in %llu ns", rows[i].text, r, (unsigned long long)policy.requests,
			         (unsigned long long)policy.window_ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_admits_as_many_as_it_says_and_no_more),
		cmocka_unit_test(what_the_last_window_had_fades_as_the_present_one_goes_by),
		cmocka_unit_test(who_sends_evenly_at_the_rate_is_never_refused),
		cmocka_unit_test(remaining_is_how_many_more_are_admitted),
		cmocka_unit_test(two_windows_of_silence_restore_all),
		cmocka_unit_test(retry_is_when_the_next_one_is_admitted),
		cmocka_unit_test(no_stretch_of_a_windows_length_has_more_than_twice_the_requests),
		cmocka_unit_test(a_bucket_gives_its_burst_and_then_one_token_after_another),
		cmocka_unit_test(a_refused_request_changes_nothing),
		cmocka_unit_test(one_that_is_taken_back_can_be_sent_again),
		cmocka_unit_test(a_clock_that_seems_to_step_back_gives_nothing_away),
		cmocka_unit_test(a_clock_may_stand_anywhere),
		cmocka_unit_test(the_largest_and_the_smallest_policies_count_as_others_do),
		cmocka_unit_test(a_bucket_that_takes_years_to_fill_is_refused),
		cmocka_unit_test(the_text_says_how_many_in_how_many_seconds),
		cmocka_unit_test(policies_are_the_same_where_all_of_them_is),
		cmocka_unit_test(a_rate_is_read_with_its_window),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
