/* The table of names that a client may choose. */
#include "unit/test.h"

#include "base/map.h"

enum { NAMES = 1 << 17, PARTS = 17, PART = 2 };

/* "Aa" and "BB" have one hash where each byte is added to 31 times the sum before, "Ez" and "FY" with 33. */
static struct str colliding_name(char name[PARTS * PART], unsigned bits, const char *one, const char *other)
{
	for (int i = 0; i < PARTS; i++)
		memcpy(name + i * PART, bits >> i & 1 ? one : other, PART);
	return str_of(name, PARTS * PART);
}

static void put_all(struct arena *arena, const char *one, const char *other)
{
	char(*names)[PARTS * PART] = arena_array(arena, NAMES, sizeof(*names));
	uint64_t first, differing = 0;
	struct map map;

	assert_non_null(names);
	map_init(&map, arena);
	first = hash_str(colliding_name(names[0], 0, one, other));
	for (unsigned i = 0; i < NAMES; i++) {
		struct str name = colliding_name(names[i], i, one, other);
		void **place = map_put(&map, name);

		assert_non_null(place);
		assert_null(*place);
		*place = names[i];
		differing += hash_str(name) != first;
	}
	assert_int_equal(differing, NAMES - 1);
	for (unsigned i = 0; i < NAMES; i++)
		assert_ptr_equal(map_get(&map, str_of(names[i], PARTS * PART)), names[i]);
}

static void names_that_collide_in_plain_hashes_do_not_here(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 16, 1 << 28);
	put_all(&arena, "Aa", "BB");
	put_all(&arena, "Ez", "FY");
	arena_done(&arena);
}

static const char *program;

/* What another process makes of the same name. */
static uint64_t hash_elsewhere(void)
{
	uint64_t hash = 0;
	char command[4096];
	FILE *output;

	snprintf(command, sizeof(command), "'%s' hash", program);
	output = popen(command, "r");
	assert_non_null(output);
	assert_int_equal(fread(&hash, sizeof(hash), 1, output), 1);
	assert_int_equal(pclose(output), 0);
	return hash;
}

/* Nobody can collect colliding names beforehand: each process has a hash of its own. */
static void the_hash_is_keyed_anew_in_each_process(void **state)
{
	(void)state;
	assert_true(hash_elsewhere() != hash_elsewhere());
	assert_true(hash_str(S("name")) == hash_str(S("name")));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_collide_in_plain_hashes_do_not_here),
		cmocka_unit_test(the_hash_is_keyed_anew_in_each_process),
	};

	program = argv[0];
	if (argc > 1) {
		uint64_t hash = hash_str(S("name"));

		return fwrite(&hash, sizeof(hash), 1, stdout) == 1 ? 0 : 1;
	}
	return cmocka_run_group_tests_name("base/map", tests, NULL, NULL);
}
