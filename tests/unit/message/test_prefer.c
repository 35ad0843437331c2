#include "unit/test.h"

#include "message/prefer.h"

static void the_examples_of_rfc_7240_are_read(void **state)
{
	struct prefer prefer = prefer_parse(S("respond-async, wait=100, handling=lenient"));

	(void)state;
	assert_true(prefer.respond_async && prefer.lenient && !prefer.strict);
	assert_true(prefer.wait_seconds == 100);
	prefer = prefer_parse(S("return=minimal; foo=\"some parameter\""));
	assert_true(prefer.minimal && !prefer.representation);
	prefer = prefer_parse(S("Lenient, handling=strict;x, RETURN = \"Representation\""));
	assert_true(prefer.strict && !prefer.lenient && prefer.representation);
	prefer = prefer_parse((struct str){ 0 });
	assert_false(prefer.minimal || prefer.representation || prefer.respond_async || prefer.strict ||
	             prefer.lenient);
	assert_true(prefer.wait_seconds == -1);
}

static void of_repeated_preferences_the_first_counts(void **state)
{
	struct prefer prefer = prefer_parse(S("return=minimal, return=representation, wait=5, wait=6"));

	(void)state;
	assert_true(prefer.minimal && !prefer.representation);
	assert_true(prefer.wait_seconds == 5);
	prefer = prefer_parse(S("return=other, return=minimal"));
	assert_false(prefer.minimal);
}

static void what_is_unknown_or_malformed_is_ignored(void **state)
{
	struct prefer prefer = prefer_parse(
		S("foo, bar=\"a, return=minimal\", =x, return minimal, wait=10x, wait=7, ,"));

	(void)state;
	assert_false(prefer.minimal);
	assert_true(prefer.wait_seconds == -1); /* "10x" is a word, though no number of seconds */
	prefer = prefer_parse(S("wait=-1"));
	assert_true(prefer.wait_seconds == -1);
	prefer = prefer_parse(S("wait=99999999999999999999"));
	assert_true(prefer.wait_seconds == -1);
	prefer = prefer_parse(S("wait=\"12\""));
	assert_true(prefer.wait_seconds == 12);
	prefer = prefer_parse(S("return=\"minimal"));
	assert_false(prefer.minimal);
	prefer = prefer_parse(S("return="));
	assert_false(prefer.minimal || prefer.representation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_rfc_7240_are_read),
		cmocka_unit_test(of_repeated_preferences_the_first_counts),
		cmocka_unit_test(what_is_unknown_or_malformed_is_ignored),
	};

	return cmocka_run_group_tests_name("message/prefer", tests, NULL, NULL);
}
