/* What every unit test includes: cmocka in its order, and the test data of others. */
#ifndef STATUTE_TEST_H
#define STATUTE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"

#define assert_str(actual, expected) assert_str_at((actual), (expected), __FILE__, __LINE__)
static inline void assert_str_at(struct str actual, const char *expected, const char *file, int line)
{
	if (!str_eq(actual, str_from(expected))) {
		print_error("\"%.*s\" is not \"%s\"\n", STR_ARG(actual), expected);
		_fail(file, line);
	}
}

/*
 * The folder of test data made by others: STATUTE_TEST_DATA, or shared/data
 * beside the project. Skips the test by name where `part` is not there.
 */
static inline const char *test_data(const char *part)
{
	static char path[4096];
	const char *dir = getenv("STATUTE_TEST_DATA");

	snprintf(path, sizeof(path), "%s/%s", dir ? dir : STATUTE_SOURCE_DIR "/../shared/data", part);
	if (access(path, R_OK) != 0) {
		print_message("skipped: no test data at %s (set STATUTE_TEST_DATA)\n", part);
		skip();
	}
	return path;
}

/* A whole file into `arena`, NUL-terminated; fails the test where it cannot be read. */
static inline struct str test_file(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct str text;
	char *at;
	long size;

	if (!file)
		fail_msg("cannot open %s", path);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	at = arena_alloc(arena, (size_t)size + 1);
	assert_non_null(at);
	text = str_of(at, fread(at, 1, (size_t)size, file));
	at[text.len] = '\0';
	fclose(file);
	return text;
}

#endif
