/* Patterns mean what ECMA-262 says, whatever PCRE2 would make of them. */
#include "unit/test.h"

#include <pthread.h>

#include "schema/regex.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 64 * 1024, 16 * 1024 * 1024);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static int matches(const char *source, struct str subject)
{
	struct pattern *pattern;
	struct regex_fault fault = { 0 };
	int r = pattern_new(&arena, str_from(source), &pattern, &fault);

	if (r < 0)
		fail_msg("%s: %s at %zu", source, fault.issue, fault.at);
	return pattern_match(pattern, subject, &(uint32_t){ 0 });
}

static const char *issue_of(const char *source)
{
	struct pattern *pattern;
	struct regex_fault fault = { 0 };
	int r = pattern_new(&arena, str_from(source), &pattern, &fault);
	struct regex_fault again = { 0 };

	if (r == STATUTE_ESYNTAX) {
		assert_int_equal(regex_translate(str_from(source), NULL, &again), STATUTE_ESYNTAX);
		assert_ptr_equal(again.issue, fault.issue);
	}
	return r == 0 ? "none" : fault.issue;
}

#define assert_matches(source, subject) assert_int_equal(matches((source), S(subject)), 1)
#define assert_differs(source, subject) assert_int_equal(matches((source), S(subject)), 0)

static void a_dot_is_no_line_terminator(void **state)
{
	(void)state;
	assert_matches("^.$", "a");
	assert_matches("^.$", "\xF0\x9F\x98\x80");
	assert_differs("^.$", "\n");
	assert_differs("^.$", "\r");
	assert_differs("^.$", "\xE2\x80\xA8");
	assert_differs("^.$", "\xE2\x80\xA9");
	assert_matches("^.$", "\xC2\x85");
}

static void classes_are_of_ascii_or_of_unicode_as_in_ecma(void **state)
{
	(void)state;
	assert_differs("\\d", "\xD9\xA0");
	assert_differs("\\w", "\xC3\xA9");
	assert_matches("^\\s$", "\xC2\xA0");
	assert_matches("^[\\s]$", "\xEF\xBB\xBF");
	assert_matches("^[\\S]$", "\xE2\x80\x8B");
	assert_differs("^[^\\s]$", "\xE3\x80\x80");
	assert_differs("^[\\S]$", "\xE3\x80\x80");
	assert_matches("^[^\\S]$", "\xE3\x80\x80");
	assert_matches("a\\b.", "a-");
	assert_matches("a\\b", "a\xC3\xA9"); /* \b knows ASCII words alone */
	assert_differs("a\\b", "ab");
}

static void properties_have_long_and_short_names(void **state)
{
	(void)state;
	assert_matches("^\\p{Letter}\\p{Lu}\\p{gc=Nd}\\p{General_Category=Punctuation}$", "\xC3\xA9" "A1!");
	assert_matches("^[\\p{Script=Greek}\\p{sc=Cyrl}]+$", "\xCE\xB1\xD0\x96");
	assert_matches("^\\P{L}\\p{Cased_Letter}\\p{Alphabetic}\\p{Any}\\p{Assigned}$", "1abcd");
	assert_string_equal(issue_of("\\p{Nonsense}"), "a Unicode property is not known");
	assert_string_equal(issue_of("\\p{letter}"), "a Unicode property is not known");
	assert_string_equal(issue_of("\\pL"), "\\p is not followed by a property");
	assert_string_equal(issue_of("\\p{L"), "\\p is not followed by a property");
}

static void characters_may_be_written_by_number(void **state)
{
	(void)state;
	assert_matches("^\\x41\\u0042\\u{43}\\u{1F600}\\uD83D\\uDE00$", "ABC\xF0\x9F\x98\x80\xF0\x9F\x98\x80");
	assert_matches("^\\cJ\\t\\v\\f\\r\\0$", "\n\t\v\f\r\0");
	assert_matches("^[\\b]$", "\b");
	assert_string_equal(issue_of("\\x4"), "an escape lacks hex digits");
	assert_string_equal(issue_of("\\u{110000}"), "\\u{\xE2\x80\xA6} is no code point");
	assert_string_equal(issue_of("\\c1"), "\\c is not followed by a letter");
	assert_string_equal(issue_of("\\01"), "\\0 is followed by a digit");
}

static void surrogates_are_in_no_text(void **state)
{
	(void)state;
	assert_matches("^[^\\ud800-\\udfff]+$", "a\xEE\x80\x80");
	assert_differs("\\ud800", "a");
	assert_differs("[\\ud800]", "a");
	assert_matches("^[\\ud000-\\udfff]$", "\xED\x80\x80");
}

static void classes_hold_what_they_say(void **state)
{
	(void)state;
	assert_matches("^[\\w-.]+$", "a-.");
	assert_matches("^[a-]+$", "a-");
	assert_matches("^[[:]+$", "[:");
	assert_matches("^[^]$", "\n");
	assert_differs("[]", "a");
	assert_matches("^[\\]\\\\^-]+$", "]\\^-");
	assert_matches("^[&&~~]+$", "&~");
	assert_string_equal(issue_of("[b-a]"), "a range of a class is out of order");
	assert_string_equal(issue_of("[a"), "a class is not closed");
	assert_string_equal(issue_of("[[:alpha:]]"), "a ']' closes no class");
}

static void groups_may_be_named_and_referred_to(void **state)
{
	(void)state;
	assert_matches("^(?<$a>x)(y)\\k<$a>\\2$", "xyxy");
	assert_matches("^\\k<a>(?<a>x)$", "x");       /* not matched yet: empty */
	assert_matches("^(?:(a)|b)\\1$", "b");
	assert_matches("^(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\10$", "abcdefghijj");
	assert_string_equal(issue_of("\\1"), "a backreference names no group");
	assert_string_equal(issue_of("(a)\\2"), "a backreference names no group");
	assert_string_equal(issue_of("(?<a>x)\\k<b>"), "a backreference names no group");
	assert_string_equal(issue_of("(?<a>x)(?<a>y)"), "two groups have the same name");
	assert_string_equal(issue_of("(?<1a>x)"), "a group's name is malformed");
	assert_string_equal(issue_of("\\k"), "\\k is not followed by a name");
}

static void looking_around_works(void **state)
{
	(void)state;
	assert_matches("^(?=.*\\d)(?!.*x)\\w+$", "a1");
	assert_differs("^(?=.*\\d)(?!.*x)\\w+$", "ax1");
	assert_matches("(?<=ab|c)d(?<!x)", "abd");
	assert_string_equal(issue_of("(?<=a+)b"), "a lookbehind must have a fixed length");
}

static void what_pcre_alone_knows_is_refused(void **state)
{
	static const char *const sources[] = {
		"\\Aa", "a\\Z", "a\\z", "\\Ga", "a\\Kb", "\\Qa\\E", "\\N{U+41}", "(?i)a", "(?i:a)", "(?#x)a", "(?>a)", "a++",
		"a*+", "a{2}+", "(*UTF)a", "(?P<n>a)", "(?|a)", "(?R)", "(?1)", "\\h", "\\R", "\\X", "\\C", "\\e", "\\o{1}",
		"\\g{1}", "(?'n'a)", "(?&n)",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
		if (strcmp(issue_of(sources[i]), "none") == 0)
			fail_msg("%s was accepted", sources[i]);
}

static void malformed_patterns_are_refused(void **state)
{
	(void)state;
	assert_string_equal(issue_of("*"), "there is nothing to repeat");
	assert_string_equal(issue_of("a|?"), "there is nothing to repeat");
	assert_string_equal(issue_of("(?=a)*"), "there is nothing to repeat");
	assert_string_equal(issue_of("^*"), "there is nothing to repeat");
	assert_string_equal(issue_of("{2}"), "there is nothing to repeat");
	assert_string_equal(issue_of("a{3,2}"), "the numbers of a quantifier are out of order");
	assert_string_equal(issue_of("(a"), "a group is not closed");
	assert_string_equal(issue_of("a)"), "a ')' closes no group");
	assert_string_equal(issue_of("a\\"), "it ends in a '\\'");
	assert_string_equal(issue_of("\\a"), "an escape is not known");
	assert_string_equal(issue_of("a{65536}"), "a quantifier is past 65535");
}

static void what_many_write_is_tolerated(void **state)
{
	(void)state;
	assert_matches("^{a}$", "{a}");
	assert_matches("^a{,2}$", "a{,2}");
	assert_matches("^a{x$", "a{x");
	assert_matches("^\\-\\_\\@\\\"\\ $", "-_@\" ");
}

static void matching_is_not_anchored_and_ends_at_the_end(void **state)
{
	(void)state;
	assert_matches("b", "abc");
	assert_differs("^abc$", "abc\n");
	assert_matches("", "");
	assert_matches("a*?b+?c??d{1,}?", "aabbcdd");
	assert_int_equal(matches("^$", (struct str){ 0 }), 1);
}

static void a_costly_pattern_gives_up(void **state)
{
	(void)state;
	assert_int_equal(matches("^(a+)+$", S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")), STATUTE_ELIMIT);
}

static void a_long_text_that_is_easy_is_matched(void **state)
{
	enum { LEN = 100000 };
	char *text = arena_alloc(&arena, LEN);

	(void)state;
	for (size_t i = 0; i < LEN; i++)
		text[i] = i % 2 ? 'b' : 'a';
	assert_int_equal(matches("^(?:ab)*$", str_of(text, LEN)), 1);
	assert_int_equal(matches("^[a-z]+$", str_of(text, LEN)), 1);
	assert_int_equal(matches("c$", str_of(text, LEN)), 0);
}

static void *match_often(void *data)
{
	const struct pattern *pattern = data;
	uintptr_t wrong = 0;

	for (int i = 0; i < 1000; i++)
		wrong += pattern_match(pattern, i % 2 ? S("2026-01-31") : S("2026-1-31"), &(uint32_t){ 0 }) != i % 2;
	return (void *)wrong;
}

static void threads_share_a_pattern(void **state)
{
	struct pattern *pattern;
	struct regex_fault fault;
	pthread_t threads[4];
	void *wrong;

	(void)state;
	assert_int_equal(pattern_new(&arena, S("^\\d{4}-\\d{2}-\\d{2}$"), &pattern, &fault), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, match_often, pattern), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
}

#define regex_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		regex_test(a_dot_is_no_line_terminator),
		regex_test(classes_are_of_ascii_or_of_unicode_as_in_ecma),
		regex_test(properties_have_long_and_short_names),
		regex_test(characters_may_be_written_by_number),
		regex_test(surrogates_are_in_no_text),
		regex_test(classes_hold_what_they_say),
		regex_test(groups_may_be_named_and_referred_to),
		regex_test(looking_around_works),
		regex_test(what_pcre_alone_knows_is_refused),
		regex_test(malformed_patterns_are_refused),
		regex_test(what_many_write_is_tolerated),
		regex_test(matching_is_not_anchored_and_ends_at_the_end),
		regex_test(a_costly_pattern_gives_up),
		regex_test(a_long_text_that_is_easy_is_matched),
		regex_test(threads_share_a_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
