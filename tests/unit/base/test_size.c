/* Sizes as a document writes them. */
#include "base/size.h"
#include "unit/test.h"

static uint64_t size_of(const char *text)
{
	uint64_t bytes = 0;

	if (!size_read(str_from(text), &bytes))
		fail_msg("%s is no size", text);
	return bytes;
}

static void a_size_is_a_number_and_perhaps_a_unit(void **state)
{
	(void)state;
	assert_int_equal(size_of("0"), 0);
	assert_int_equal(size_of("512"), 512);
	assert_int_equal(size_of("7B"), 7);
	assert_int_equal(size_of("64kB"), 64000);
	assert_int_equal(size_of("2MB"), 2000000);
	assert_int_equal(size_of("3GB"), 3000000000);
	assert_int_equal(size_of("4KiB"), 4096);
	assert_int_equal(size_of("1MiB"), 1048576);
	assert_int_equal(size_of("1GiB"), 1073741824);
	assert_int_equal(size_of("1TiB"), 1099511627776);
	assert_int_equal(size_of("9223372036854775807"), INT64_MAX);
}

static void what_is_no_size_is_left_alone(void **state)
{
	static const char *const wrong[] = { "",     "MiB", "-1",      "1.5MiB",   "1 MiB",
		                             "1mib", "1Mb", "8388608TiB", "9223372036854775808", NULL };
	uint64_t bytes = 7;

	(void)state;
	for (size_t i = 0; wrong[i]; i++)
		if (size_read(str_from(wrong[i]), &bytes))
			fail_msg("%s is a size", wrong[i]);
	assert_int_equal(bytes, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_size_is_a_number_and_perhaps_a_unit),
		cmocka_unit_test(what_is_no_size_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
