#include "unit/wire/drive.h"

#define HOST "Host: api.example\r\n"

/* Text of `before`, `count` times `c`, and `after`. */
static struct bytes stretch(struct arena *arena, const char *before, char c, size_t count, const char *after)
{
	struct bytes bytes = { NULL, strlen(before) + count + strlen(after) };
	char *at = arena_alloc(arena, bytes.len + 1);

	assert_non_null(at);
	memcpy(at, before, strlen(before));
	memset(at + strlen(before), c, count);
	memcpy(at + strlen(before) + count, after, strlen(after) + 1);
	bytes.at = at;
	return bytes;
}

static void limits_are_exact_and_speak_before_the_head_is_whole(void **state)
{
	const struct h1_limits *limits = &h1_limits_default;
	struct arena arena;

	(void)state;
	arena_init(&arena, 4096, 1 << 24);
	/* The method. */
	assert_accepted(stretch(&arena, "", 'M', limits->method_len, " / HTTP/1.1\r\n" HOST "\r\n"), 1,
	                "head");
	assert_refused(stretch(&arena, "", 'M', limits->method_len + 1, ""), H1_REFUSAL_METHOD_TOO_LONG);
	/* The target: 20 kB of it are answered though no end is in sight. */
	assert_accepted(stretch(&arena, "GET /", 'a', limits->target - 1, " HTTP/1.1\r\n" HOST "\r\n"), 1,
	                "head");
	assert_refused(stretch(&arena, "GET /", 'a', limits->target, ""), H1_REFUSAL_TARGET_TOO_LONG);
	assert_refused(stretch(&arena, "GET /", 'a', 20000, ""), H1_REFUSAL_TARGET_TOO_LONG);
	/* One field line, its CR LF included. */
	assert_accepted(
		stretch(&arena, "GET / HTTP/1.1\r\n" HOST "X:", 'a', limits->field_line - 4, "\r\n\r\n"), 1,
		"head");
	assert_refused(
		stretch(&arena, "GET / HTTP/1.1\r\n" HOST "X:", 'a', limits->field_line - 3, "\r\n\r\n"),
		H1_REFUSAL_FIELD_TOO_LARGE);
	assert_refused(stretch(&arena, "GET / HTTP/1.1\r\n" HOST "X:", 'a', 40000, ""),
	               H1_REFUSAL_FIELD_TOO_LARGE);
	assert_refused(stretch(&arena, "GET / HTTP/1.1\r\n" HOST, 'a', 40000, ""),
	               H1_REFUSAL_FIELD_TOO_LARGE);
	assert_refused(stretch(&arena, "GET / HTTP/1.1\r\n" HOST "X:", ' ', 40000, ""),
	               H1_REFUSAL_FIELD_TOO_LARGE);
	arena_done(&arena);
}

static void one_large_field_is_blamed_by_name_and_many_small_ones_are_not(void **state)
{
	struct h1_limits limits = h1_limits_default;
	struct drive drive;
	struct arena arena;
	struct bytes bytes;

	(void)state;
	arena_init(&arena, 4096, 1 << 20);
	limits.field_line = 100;
	limits.header_bytes = 256;
	bytes = stretch(&arena, "GET / HTTP/1.1\r\n" HOST "Cookie: ", 'c', 100, "");
	drive_every_way(&drive, bytes, &limits);
	assert_in(&drive, "refused FIELD_TOO_LARGE blamed=Cookie method=GET target=/\n");
	drive_done(&drive);

	bytes = stretch(&arena, "GET / HTTP/1.1\r\n" HOST "A: 1\r\nB: 2\r\nC: ", 'c', 90, "\r\nD: ");
	bytes = stretch(&arena, bytes.at, 'd', 90, "\r\nE: 12345678901234567890123456789012345\r\n\r\n");
	drive_every_way(&drive, bytes, &limits);
	assert_in(&drive, "refused HEADER_TOO_LARGE blamed= method=GET");
	drive_done(&drive);
	arena_done(&arena);
}

static void the_header_section_has_an_exact_size(void **state)
{
	struct h1_limits limits = h1_limits_default;
	struct bytes bytes = BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	struct drive drive;

	(void)state;
	limits.header_bytes = strlen("Host: a\r\n\r\n");
	drive_every_way(&drive, bytes, &limits);
	assert_in(&drive, "end\n");
	drive_done(&drive);
	limits.header_bytes--;
	drive_every_way(&drive, bytes, &limits);
	assert_in(&drive, "refused HEADER_TOO_LARGE");
	drive_done(&drive);
}

static void fields_are_counted_exactly(void **state)
{
	struct h1_limits limits = h1_limits_default;
	struct bytes bytes = BYTES("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nY: 2\r\n\r\n");
	struct drive drive;

	(void)state;
	limits.header_count = 3;
	drive_every_way(&drive, bytes, &limits);
	assert_in(&drive, "end\n");
	drive_done(&drive);
	limits.header_count = 2;
	drive_every_way(&drive, bytes, &limits);
	assert_in(&drive, "refused TOO_MANY_FIELDS blamed= ");
	drive_done(&drive);
}

/* docs/http1.md has this table. */
static void the_defaults_are_those_of_the_manual(void **state)
{
	const struct h1_limits *limits = &h1_limits_default;

	(void)state;
	assert_int_equal(limits->method_len, 20);
	assert_int_equal(limits->target, 8192);
	assert_int_equal(limits->header_bytes, 32768);
	assert_int_equal(limits->header_count, 100);
	assert_int_equal(limits->field_line, 16384);
	assert_int_equal(limits->empty_lines, 4);
	assert_int_equal(limits->chunk_line, 256);
	assert_int_equal(limits->chunk_extensions, 4096);
	assert_int_equal(limits->trailer_bytes, 8192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_exact_and_speak_before_the_head_is_whole),
		cmocka_unit_test(one_large_field_is_blamed_by_name_and_many_small_ones_are_not),
		cmocka_unit_test(the_header_section_has_an_exact_size),
		cmocka_unit_test(fields_are_counted_exactly),
		cmocka_unit_test(the_defaults_are_those_of_the_manual),
	};

	return cmocka_run_group_tests_name("wire/h1_limits", tests, NULL, NULL);
}
