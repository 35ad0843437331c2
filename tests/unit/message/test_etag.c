#include "unit/test.h"

#include "message/etag.h"

struct etag_case {
	const char *list, *current;
	enum etag_match strong, weak;
};

static const struct etag_case cases[] = {
	/* The table of RFC 9110 section 8.8.3.2. */
	{ "W/\"1\"", "W/\"1\"", ETAG_DIFFERS, ETAG_MATCHES },
	{ "W/\"1\"", "W/\"2\"", ETAG_DIFFERS, ETAG_DIFFERS },
	{ "W/\"1\"", "\"1\"", ETAG_DIFFERS, ETAG_MATCHES },
	{ "\"1\"", "W/\"1\"", ETAG_DIFFERS, ETAG_MATCHES },
	{ "\"1\"", "\"1\"", ETAG_MATCHES, ETAG_MATCHES },
	/* Lists. */
	{ "\"xyzzy\", \"r2d2xxxx\", \"c3piozzzz\"", "\"c3piozzzz\"", ETAG_MATCHES, ETAG_MATCHES },
	{ "\"xyzzy\",\"r2d2xxxx\"", "\"xyzz\"", ETAG_DIFFERS, ETAG_DIFFERS },
	{ ", \"a\" ,,\t\"b\" ,", "\"b\"", ETAG_MATCHES, ETAG_MATCHES },
	{ "W/\"a\", \"b\"", "\"a\"", ETAG_DIFFERS, ETAG_MATCHES },
	{ "\"\"", "\"\"", ETAG_MATCHES, ETAG_MATCHES },
	/* A tag may hold commas, backslashes (which escape nothing) and bytes above 0x7F. */
	{ "\"a,b\"", "\"a,b\"", ETAG_MATCHES, ETAG_MATCHES },
	{ "\"a,b\"", "\"b\"", ETAG_DIFFERS, ETAG_DIFFERS },
	{ "\"a\\\", \"b\"", "\"a\\\"", ETAG_MATCHES, ETAG_MATCHES },
	{ "\"\xC3\xBC\xFF\"", "\"\xC3\xBC\xFF\"", ETAG_MATCHES, ETAG_MATCHES },
	{ "\"A\"", "\"a\"", ETAG_DIFFERS, ETAG_DIFFERS },
	/* A resource without a tag matches none. */
	{ "\"a\"", "", ETAG_DIFFERS, ETAG_DIFFERS },
	{ "\"\"", "", ETAG_DIFFERS, ETAG_DIFFERS },
	{ "", "\"a\"", ETAG_DIFFERS, ETAG_DIFFERS },
	{ " , ", "\"a\"", ETAG_DIFFERS, ETAG_DIFFERS },
	/* Malformed, wherever in the list it is. */
	{ "a", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "\"a", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "\"", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "w/\"a\"", "W/\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "W/ \"a\"", "W/\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "W/", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "W/a", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "\"a\" \"b\"", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "\"a\"b", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "\"a b\"", "\"a b\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "\"a\", b", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "\"a\", *", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "*, \"a\"", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "'a'", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
	{ "\"a\x7F\"", "\"a\"", ETAG_MALFORMED, ETAG_MALFORMED },
};

static void tags_are_compared_strongly_or_weakly(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct etag_case *c = &cases[i];
		size_t len = strlen(c->list);
		char *copy = malloc(len ? len : 1);

		assert_non_null(copy);
		memcpy(copy, c->list, len);
		if (etag_list_match(str_of(copy, len), str_from(c->current), true) != c->strong)
			fail_msg("strong: %s against %s", c->list, c->current);
		if (etag_list_match(str_of(copy, len), str_from(c->current), false) != c->weak)
			fail_msg("weak: %s against %s", c->list, c->current);
		free(copy);
	}
}

struct version_case {
	const char *list, *version;
	bool weak, strong;
};

static const struct version_case version_cases[] = {
	{ "\"7\"", "\"7\"", true, true },
	{ "\"7-gzip\"", "\"7\"", true, true },
	{ "\"7-csv-br\"", "\"7\"", true, true },
	{ "\"6\", \"7-br\"", "\"7\"", true, true },
	{ "W/\"7-br\"", "\"7\"", true, false },
	{ "\"77\"", "\"7\"", false, false },
	{ "\"7x\"", "\"7\"", false, false },
	{ "\"70-br\"", "\"7\"", false, false },
	{ "\"6-7\"", "\"7\"", false, false },
	{ "\"-7\"", "\"7\"", false, false },
	{ "\"\"", "\"7\"", false, false },
	{ "\"7-ab12-br\"", "\"7-ab12\"", true, true },
	{ "\"7-br\"", "\"7-ab12\"", false, false },
	{ "\"7\"", "\"7-ab12\"", false, false },
	{ "\"7\", x", "\"7\"", false, false },
	{ "\"7\"", "", false, false },
	{ "", "\"7\"", false, false },
};

static void a_version_is_named_by_the_tags_that_are_made_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(version_cases) / sizeof(*version_cases); i++) {
		const struct version_case *c = &version_cases[i];

		if (etag_list_names(str_from(c->list), str_from(c->version), true) != c->strong ||
		    etag_list_names(str_from(c->list), str_from(c->version), false) != c->weak)
			fail_msg("%s and version %s", c->list, c->version);
	}
}

static void any_is_an_asterisk_alone(void **state)
{
	(void)state;
	assert_true(etag_is_any(S("*")));
	assert_true(etag_is_any(S(" *\t")));
	assert_false(etag_is_any(S("\"*\"")));
	assert_false(etag_is_any(S("*, *")));
	assert_false(etag_is_any(S("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_are_compared_strongly_or_weakly),
		cmocka_unit_test(a_version_is_named_by_the_tags_that_are_made_of_it),
		cmocka_unit_test(any_is_an_asterisk_alone),
	};

	return cmocka_run_group_tests_name("message/etag", tests, NULL, NULL);
}
