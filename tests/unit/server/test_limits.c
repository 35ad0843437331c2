#include "unit/test.h"

#include <statute/server.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "server/shared.h"

static void zero_takes_every_default(void **state)
{
	struct statute_server_options options = STATUTE_SERVER_OPTIONS_INIT;
	struct server_limits limits;
	const char *option;

	(void)state;
	assert_int_equal(server_limits_from(&options, &limits, &option), 0);
#define L(name, option, type, default_value, default_text, min, max, text) \
	assert_true(limits.name == UINT64_C(default_value));
#include <statute/server_limits.def>
#undef L
}

static void what_is_out_of_range_is_named(void **state)
{
	struct statute_server_options options = STATUTE_SERVER_OPTIONS_INIT;
	struct server_limits limits = { 0 };
	const char *option = NULL;

	(void)state;
#define L(name, option_name, type, default_value, default_text, min, max, text) \
	options.name = UINT64_C(max) + 1; \
	assert_int_equal(server_limits_from(&options, &limits, &option), STATUTE_EINVAL); \
	assert_string_equal(option, option_name); \
	options.name = UINT64_C(max); \
	assert_int_equal(server_limits_from(&options, &limits, &option), 0); \
	options.name = 0;
#include <statute/server_limits.def>
#undef L
}

static void a_request_may_take_eight_times_its_content(void **state)
{
	struct statute_server_options options = { .content_max = 100 << 20, .request_memory = 65536 };
	struct server_limits limits;
	const char *option;

	(void)state;
	assert_int_equal(server_limits_from(&options, &limits, &option), 0);
	assert_true(limits.request_memory == UINT64_C(800) << 20);
}

static void connections_leave_descriptors_for_everything_else(void **state)
{
	struct rlimit before, few;
	size_t max;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){ 1000, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(server_connections_max(100, 2, 100), 100);
	max = server_connections_max(10000, 2, 100);
	assert_true(max > 700 && max < 900);
	assert_int_equal(server_connections_max(10000, 256, 100), 1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* "| `--idle-timeout` | 75s | how long …" */
static void the_documentation_has_a_row_for_each(void **state)
{
	struct arena arena;
	struct str page;
	char row[512];

	(void)state;
	arena_init(&arena, 1 << 16, 1 << 20);
	page = test_file(&arena, STATUTE_SOURCE_DIR "/docs/server.md");
#define L(name, option, type, default_value, default_text, min, max, text) \
	snprintf(row, sizeof(row), "\n| `--%s` | %s | %s |\n", option, default_text, text); \
	if (!strstr(page.at, row)) \
		fail_msg("docs/server.md lacks the row%s", row);
#include <statute/server_limits.def>
#undef L
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zero_takes_every_default),
		cmocka_unit_test(what_is_out_of_range_is_named),
		cmocka_unit_test(a_request_may_take_eight_times_its_content),
		cmocka_unit_test(connections_leave_descriptors_for_everything_else),
		cmocka_unit_test(the_documentation_has_a_row_for_each),
	};

	return cmocka_run_group_tests_name("server/limits", tests, NULL, NULL);
}
