#include "unit/test.h"

#include "message/negotiate.h"

struct accept_case {
	const char *field, *type;
	unsigned quality;
};

/* The example of RFC 9110 section 12.5.1, and what the text around it says. */
static const struct accept_case accept_cases[] = {
	{ NULL, "text/html", 1000 },
	{ "", "text/html", 1000 },
	{ "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
	  "*/*;q=0.5",
	  "text/plain;format=flowed", 1000 },
	{ "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
	  "*/*;q=0.5",
	  "text/plain", 700 },
	{ "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
	  "*/*;q=0.5",
	  "text/html", 300 },
	{ "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
	  "*/*;q=0.5",
	  "image/jpeg", 500 },
	{ "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
	  "*/*;q=0.5",
	  "text/plain;format=fixed", 400 },
	{ "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
	  "*/*;q=0.5",
	  "text/html;level=3", 300 },
	{ "*/*, application/json;q=0", "application/json", 0 },
	{ "*/*, application/json;q=0", "text/html", 1000 },
	{ "application/*;q=0, application/json", "application/json", 1000 },
	{ "text/html", "application/json", 0 },
	{ "APPLICATION/Json;Q=0.25", "application/json", 250 },
	{ "application/json;q=0.001", "application/json", 1 },
	{ "application/json;q=1.000", "application/json", 1000 },
	{ "application/json ; q=0.5 , text/html", "application/json", 500 },
	{ ",, application/json ,", "application/json", 1000 },
	/* A weight counts wherever it stands. */
	{ "application/json;q=0.5;profile=x", "application/json;profile=x", 500 },
	/* Commas and semicolons inside quoted strings part nothing. */
	{ "application/json;profile=\"a,b;q=0.1\";q=0.8, */*;q=0.2", "application/json;profile=\"a,b;q=0.1\"",
	  800 },
	{ "application/json;profile=\"a\\\"b\"", "application/json;profile=\"a\\\"b\"", 1000 },
	{ "text/plain;charset=UTF-8", "text/plain;charset=\"utf-8\"", 1000 },
	{ "text/plain;format=Flowed", "text/plain;format=flowed", 0 },
	/* Malformed members do not count; with none left the field is as if it were absent. */
	{ "*/json;q=1, text/html", "application/json", 0 },
	{ "application/json;q=2, */*;q=0.1", "application/json", 100 },
	{ "application/json;q=0.1234, */*;q=0.1", "application/json", 100 },
	{ "application/json;q=1.001, */*;q=0.1", "application/json", 100 },
	{ "application/json;q=.5, */*;q=0.1", "application/json", 100 },
	{ "application/json;q=-1, */*;q=0.1", "application/json", 100 },
	{ "*; q=.2", "application/json", 1000 },
	{ "garbage", "application/json", 1000 },
	{ "text/html;x=\"open, */*", "application/json", 1000 },
};

static void the_most_specific_range_gives_the_quality(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(accept_cases) / sizeof(*accept_cases); i++) {
		const struct accept_case *c = &accept_cases[i];
		unsigned quality = accept_quality(str_from(c->field), str_from(c->type));

		if (quality != c->quality)
			fail_msg("Accept: %s gives %s %u, not %u", c->field, c->type, quality, c->quality);
	}
}

static void the_best_offer_wins_and_the_earlier_among_equals(void **state)
{
	const struct str offers[] = { S("application/json"), S("application/problem+json"), S("text/html") };

	(void)state;
	assert_int_equal(accept_choose((struct str){ 0 }, offers, 3), 0);
	assert_int_equal(accept_choose(S("*/*"), offers, 3), 0);
	assert_int_equal(accept_choose(S("text/html, */*;q=0.9"), offers, 3), 2);
	assert_int_equal(accept_choose(S("application/problem+json, application/json;q=0.9"), offers, 3), 1);
	assert_int_equal(accept_choose(S("image/png"), offers, 3), -1);
	assert_int_equal(accept_choose(S("*/*;q=0"), offers, 3), -1);
	assert_int_equal(accept_choose(S("*/*"), offers, 0), -1);
}

struct coding_case {
	const char *field, *coding;
	unsigned quality;
};

/* RFC 9110 section 12.5.3. */
static const struct coding_case coding_cases[] = {
	{ NULL, "gzip", 1000 },
	{ NULL, "identity", 1000 },
	{ "", "gzip", 0 },
	{ "", "identity", 1000 },
	{ "gzip;q=0.5", "gzip", 500 },
	{ "GZIP", "gzip", 1000 },
	{ "x-gzip", "gzip", 1000 },
	{ "gzip", "br", 0 },
	{ "*", "br", 1000 },
	{ "gzip;q=0, *", "gzip", 0 },
	{ "gzip;q=1.0, identity; q=0.5, *;q=0", "identity", 500 },
	{ "gzip;q=1.0, identity; q=0.5, *;q=0", "gzip", 1000 },
	{ "gzip;q=1.0, identity; q=0.5, *;q=0", "br", 0 },
	{ "identity;q=0", "identity", 0 },
	{ "*;q=0", "identity", 0 },
	{ "*;q=0.25", "identity", 250 },
	{ "gzip", "identity", 1 }, /* acceptable, and the last choice */
	/* a member whose weight is none does not count */
	{ "gzip;q=2, *;q=0.5", "gzip", 500 },
	{ "gzip;q=x, *;q=0.5", "gzip", 500 },
	{ "gzip;q, *;q=0.5", "gzip", 500 },
	{ "*;q=0.5, br;q=0.25, gzip;q", "gzip", 500 },
	{ "*;q=0.5, br;q=0.25, gzip;q=2", "gzip", 500 },
	{ "*;q=0.5, br;q=0.25, gzip;=", "gzip", 500 },
	{ "gzip;q=0.5;, *;q=0.25", "br", 250 },
};

static void codings_follow_their_weights_and_identity_is_the_last_resort(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(coding_cases) / sizeof(*coding_cases); i++) {
		const struct coding_case *c = &coding_cases[i];
		unsigned quality = accept_coding_quality(str_from(c->field), str_from(c->coding));

		if (quality != c->quality)
			fail_msg("Accept-Encoding: %s gives %s %u, not %u", c->field, c->coding, quality,
			         c->quality);
	}
}

static void languages_are_looked_up_by_ever_shorter_ranges(void **state)
{
	const struct str offers[] = { S("en"), S("de"), S("zh-Hant"), S("fr-CA") };
	const struct str letter[] = { S("a") };

	(void)state;
	assert_int_equal(accept_language_choose((struct str){ 0 }, offers, 4), 0);
	assert_int_equal(accept_language_choose(S("de"), offers, 4), 1);
	assert_int_equal(accept_language_choose(S("de-CH-1996"), offers, 4), 1);
	assert_int_equal(accept_language_choose(S("da, en-GB;q=0.8, de;q=0.9"), offers, 4), 1);
	/* RFC 4647 section 3.4: zh-Hant-CN-x-private1, then zh-Hant-CN, then zh-Hant. */
	assert_int_equal(accept_language_choose(S("zh-Hant-CN-x-private1-private2"), offers, 4), 2);
	assert_int_equal(accept_language_choose(S("ZH-HANT"), offers, 4), 2);
	/* a single letter goes together with what stood behind it */
	assert_int_equal(accept_language_choose(S("de-x-private, en;q=0.5"), offers, 4), 1);
	assert_int_equal(accept_language_choose(S("a-b-c"), letter, 1), 0);
	assert_int_equal(accept_language_choose(S("fr"), offers, 4), -1);
	assert_int_equal(accept_language_choose(S("fr, *;q=0.1"), offers, 4), 0);
	assert_int_equal(accept_language_choose(S("en;q=0, *"), offers, 4), 1);
	assert_int_equal(accept_language_choose(S("en;q=0"), offers, 4), -1);
	/* a range covers a tag only at a subtag's end: e is no en, zh-Han no zh-Hant */
	assert_int_equal(accept_language_choose(S("e;q=0, zh-Han;q=0, *"), offers, 4), 0);
	assert_int_equal(accept_language_choose(S("zh;q=0, zh-Han;q=0, *"), &offers[2], 2), 1);
	assert_int_equal(accept_language_choose(S("en"), offers, 0), -1);
}

/* RFC 9110 section 12.4.2: 0 or 1, a dot and three digits at most. */
static void a_range_with_a_malformed_weight_or_parameter_is_ignored(void **state)
{
	static const char *const bad[] = { "2", "-1", "0.x", "0.1234", "1.5", "1.001", "x", "", "00", ".5", "0 .5" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char field[64];

		snprintf(field, sizeof(field), "text/html;q=%s, */*;q=0.25", bad[i]);
		if (accept_quality(str_from(field), S("text/html")) != 250)
			fail_msg("%s: %u", field, accept_quality(str_from(field), S("text/html")));
	}
	assert_int_equal(accept_quality(S("text/html;q=0., */*"), S("text/html")), 0);
	assert_int_equal(accept_quality(S("text/html;q=1.000"), S("text/html")), 1000);
	assert_int_equal(accept_quality(S("text/html;q=0.007"), S("text/html")), 7);
	assert_int_equal(accept_quality(S("*/*;q=0.25, text/html;a=\"\\"), S("text/html")), 250);
	assert_int_equal(accept_quality(S("*/*;q=0.25, text/html;a=\"\x01\";q=0.5"), S("text/html")), 250);
	assert_int_equal(accept_quality(S("text/html;q, */*;q=0.25"), S("text/html")), 250);
	assert_int_equal(accept_quality(S("text/html;q=1;=, */*;q=0.25"), S("text/html")), 250);
	assert_int_equal(accept_quality(S("text/html"), S("nonsense")), 0);
	assert_int_equal(accept_quality((struct str){ 0 }, S("nonsense")), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_specific_range_gives_the_quality),
		cmocka_unit_test(the_best_offer_wins_and_the_earlier_among_equals),
		cmocka_unit_test(codings_follow_their_weights_and_identity_is_the_last_resort),
		cmocka_unit_test(a_range_with_a_malformed_weight_or_parameter_is_ignored),
		cmocka_unit_test(languages_are_looked_up_by_ever_shorter_ranges),
	};

	return cmocka_run_group_tests_name("message/negotiate", tests, NULL, NULL);
}
