/* A folder that is gone after the test, the current one meanwhile, and documents in it. */
#ifndef STATUTE_TEST_FOLDER_H
#define STATUTE_TEST_FOLDER_H

#include "unit/test.h"

#include <sys/stat.h>

#include "openapi/document.h"

static char folder[64];
static struct arena arena;
static struct document *document;

static int enter_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/statute-openapi-XXXXXX");
	arena_init(&arena, 4096, (size_t)1 << 28);
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
	char command[128];

	(void)state;
	arena_done(&arena);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir("/") == 0 ? system(command) : -1;
}

static inline void write_file(const char *path, struct str text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text.at, 1, text.len, file), text.len);
	assert_int_equal(fclose(file), 0);
}

static inline struct str issues_text(void)
{
	struct buf buf;

	buf_init(&buf, &arena, 1024 * 1024);
	issues_write(&document->issues, &document->sources, &buf);
	return buf_str(&buf);
}

static inline void assert_issues(const char *path, int result, const char *issues)
{
	document = NULL;
	assert_int_equal(document_load(&arena, path, &document), result);
	assert_non_null(document);
	assert_str(issues_text(), issues);
}

/* Writes `text` as shop.yaml and loads it; `issues` are all that it has. */
#define REFUSED(text, issues) \
	do { \
		write_file("shop.yaml", S(text)); \
		assert_issues("shop.yaml", STATUTE_EDOCUMENT, issues); \
	} while (0)
#define LOADED(text, issues) \
	do { \
		write_file("shop.yaml", S(text)); \
		assert_issues("shop.yaml", 0, issues); \
	} while (0)

#define HEAD_3_1 "openapi: 3.1.1\ninfo: {title: Shop, version: '1'}\n"
#define HEAD_3_0 "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\n"

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

#endif
