#include "unit/test.h"

#include "base/random.h"

enum { COUNT = 20000 };

static void uuids_sort_as_they_were_made(void **state)
{
	char last[UUID_LEN] = "", next[UUID_LEN];

	(void)state;
	for (int i = 0; i < COUNT; i++) { /* the time stands still, and once goes back */
		random_uuid7(next, i == COUNT / 2 ? 1000 : 1767225600000);
		assert_true(memcmp(last, next, UUID_LEN) < 0);
		assert_int_equal(next[14], '7');
		assert_non_null(memchr("89ab", next[19], 4));
		memcpy(last, next, UUID_LEN);
	}
}

static void a_uuid_begins_with_its_time(void **state)
{
	char out[UUID_LEN];

	(void)state;
	random_uuid7(out, INT64_C(0x0FFFAABBCCDD)); /* later than what the other tests use */
	assert_memory_equal(out, "0fffaabb-ccdd-7", 15);
}

static void short_ids_sort_as_they_were_made(void **state)
{
	char last[RANDOM_ID_LEN] = "", next[RANDOM_ID_LEN];

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		random_sortable_id(next, 1767225600000 - i / 1000);
		assert_true(memcmp(last, next, RANDOM_ID_LEN) < 0);
		memcpy(last, next, RANDOM_ID_LEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuids_sort_as_they_were_made),
		cmocka_unit_test(a_uuid_begins_with_its_time),
		cmocka_unit_test(short_ids_sort_as_they_were_made),
	};

	return cmocka_run_group_tests_name("base/random", tests, NULL, NULL);
}
