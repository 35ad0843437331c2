/* What the JSON tests share: parsing from an exactly sized heap copy, and writing. */
#ifndef STATUTE_TEST_JSON_HELP_H
#define STATUTE_TEST_JSON_HELP_H

#include "unit/test.h"

#include "base/buf.h"
#include "json/json.h"

enum { TEST_ARENA = 1 << 28 };

static inline void free_copy(void *copy)
{
	free(copy);
}

/* A copy that ends where its allocation does, so that a read past it is reported. Lives as the arena does. */
static inline struct str exact_copy(struct arena *arena, struct str text)
{
	char *copy = malloc(text.len ? text.len : 1);

	assert_non_null(copy);
	if (text.len)
		memcpy(copy, text.at, text.len);
	assert_int_equal(arena_on_end(arena, free_copy, copy), 0);
	return str_of(copy, text.len);
}

static inline int parse_text(struct arena *arena, struct str text, struct json **ret_root,
                             struct json_fault *ret_fault)
{
	struct json_limits limits = JSON_LIMITS_INIT;

	return json_parse(arena, exact_copy(arena, text), &limits, ret_root, ret_fault);
}

static inline struct json *must_parse(struct arena *arena, struct str text)
{
	struct json_fault fault = { 0 };
	struct json *root = NULL;
	int r = parse_text(arena, text, &root, &fault);

	if (r < 0)
		fail_msg("\"%.*s\" does not parse: %s at %zu (%s)", STR_ARG(str_sub(text, 0, 200)),
		         fault.issue ? fault.issue : "-", fault.at, statute_err_name(r));
	assert_non_null(root);
	return root;
}

static inline struct str written(struct arena *arena, const struct json *node)
{
	struct buf buf;

	buf_init(&buf, arena, TEST_ARENA);
	json_write(&buf, node);
	assert_false(buf.failed);
	return buf_str(&buf);
}

static int arena_setup(void **state)
{
	struct arena *arena = malloc(sizeof(*arena));

	if (!arena)
		return -1;
	arena_init(arena, 4096, TEST_ARENA);
	*state = arena;
	return 0;
}

static int arena_teardown(void **state)
{
	arena_done(*state);
	free(*state);
	return 0;
}

/* A test with an arena of its own as its state. */
#define json_test(function) cmocka_unit_test_setup_teardown(function, arena_setup, arena_teardown)

#endif
