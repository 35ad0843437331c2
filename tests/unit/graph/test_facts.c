#include "unit/test.h"

#include <statute/graph.h>

static bool is_no(const struct statute_facts *facts, enum statute_fact fact)
{
	return statute_fact_known(facts, fact) && !statute_fact_is(facts, fact);
}

static void features_that_are_off_are_known_from_the_start(void **state)
{
	struct statute_facts facts;

	(void)state;
	statute_facts_init(&facts);
	assert_true(is_no(&facts, STATUTE_FACT_LOCKED));
	assert_true(is_no(&facts, STATUTE_FACT_OPERATION_BLOCKED));
	assert_true(is_no(&facts, STATUTE_FACT_CROSS_SITE));
	assert_true(is_no(&facts, STATUTE_FACT_ROUTE_MOVED));
	assert_true(statute_fact_is(&facts, STATUTE_FACT_CONCEALS_ROW));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_EXISTS));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_DUPLICATE));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_PATH_FOUND));
}

static void settling_a_phase_fills_in_what_may_be_left_unsaid(void **state)
{
	struct statute_facts facts;

	(void)state;
	statute_facts_init(&facts);
	statute_fact_set(&facts, STATUTE_FACT_DUPLICATE, true);
	statute_facts_settle(&facts, STATUTE_PHASE_WRITE);
	assert_true(statute_fact_is(&facts, STATUTE_FACT_DUPLICATE));
	assert_true(is_no(&facts, STATUTE_FACT_IN_USE));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_WROTE));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_CONTENT_COMPLETE));
	statute_facts_settle(&facts, STATUTE_PHASE_BODY);
	assert_true(statute_fact_is(&facts, STATUTE_FACT_CONTENT_COMPLETE));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_SCHEMA_HOLDS));
}

/* What must be found out is never settled: a server that forgets it is asked, and not answered for. */
static void what_must_be_found_out_is_never_settled(void **state)
{
	static const enum statute_fact asked[] = {
		STATUTE_FACT_PATH_FOUND,   STATUTE_FACT_METHOD_ALLOWED, STATUTE_FACT_CREDENTIALS_VALID,
		STATUTE_FACT_HAS_CONTENT,  STATUTE_FACT_TYPE_SUPPORTED, STATUTE_FACT_EXISTS,
		STATUTE_FACT_IF_MATCH_HOLDS, STATUTE_FACT_SCHEMA_HOLDS, STATUTE_FACT_WROTE,
	};
	struct statute_facts facts;

	(void)state;
	statute_facts_init(&facts);
	for (int phase = STATUTE_PHASE_FIXED; phase <= STATUTE_PHASE_WRITE; phase++)
		statute_facts_settle(&facts, (enum statute_phase)phase);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		assert_false(statute_fact_known(&facts, asked[i]));
	statute_facts_assume(&facts);
	assert_true(statute_fact_is(&facts, STATUTE_FACT_PATH_FOUND));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_EXISTS));
}

static void the_method_is_one_of_nine(void **state)
{
	struct statute_facts facts = { .known = { 0 } };
	int yes = 0;

	(void)state;
	assert_true(statute_facts_set_method(&facts, "PATCH"));
	for (int i = STATUTE_FACT_IS_GET; i <= STATUTE_FACT_IS_QUERY; i++) {
		assert_true(statute_fact_known(&facts, (enum statute_fact)i));
		yes += statute_fact_is(&facts, (enum statute_fact)i);
	}
	assert_int_equal(yes, 1);
	assert_true(statute_fact_is(&facts, STATUTE_FACT_IS_PATCH));
	assert_false(statute_facts_set_method(&facts, "get"));
	assert_true(is_no(&facts, STATUTE_FACT_IS_PATCH));
	assert_false(statute_facts_set_method(&facts, NULL));
	assert_true(is_no(&facts, STATUTE_FACT_IS_GET));
}

static void running_again_keeps_the_request_and_forgets_the_store(void **state)
{
	struct statute_facts route, facts;
	uint8_t node = 0, lookup;

	(void)state;
	statute_facts_init(&route);
	statute_fact_set(&route, STATUTE_FACT_DUPLICATE, false);
	facts = route;
	statute_fact_set(&facts, STATUTE_FACT_HAS_IF_MATCH, true);
	statute_fact_set(&facts, STATUTE_FACT_CONTENT_PARSES, true);
	statute_fact_set(&facts, STATUTE_FACT_CONTINUE_SENT, true);
	statute_fact_set(&facts, STATUTE_FACT_KEY_RUNNING, false);
	statute_fact_set(&facts, STATUTE_FACT_EXISTS, true);
	statute_fact_set(&facts, STATUTE_FACT_IF_MATCH_HOLDS, true);
	statute_fact_set(&facts, STATUTE_FACT_SCHEMA_HOLDS, true);
	statute_fact_set(&facts, STATUTE_FACT_WROTE, false);
	statute_fact_set(&facts, STATUTE_FACT_DUPLICATE, true);
	statute_facts_run_again(&facts, &route, &node);
	assert_int_equal(statute_graph_find("G01", &lookup), 0);
	assert_int_equal(node, lookup);
	assert_true(statute_fact_is(&facts, STATUTE_FACT_HAS_IF_MATCH));
	assert_true(statute_fact_is(&facts, STATUTE_FACT_CONTENT_PARSES));
	assert_true(statute_fact_is(&facts, STATUTE_FACT_CONTINUE_SENT));
	assert_true(is_no(&facts, STATUTE_FACT_KEY_RUNNING));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_EXISTS));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_IF_MATCH_HOLDS));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_SCHEMA_HOLDS));
	assert_false(statute_fact_known(&facts, STATUTE_FACT_WROTE));
	assert_true(is_no(&facts, STATUTE_FACT_DUPLICATE));
	assert_true(is_no(&facts, STATUTE_FACT_LOCKED));
	assert_true(statute_fact_is(&facts, STATUTE_FACT_RAN_AGAIN));
}

static void facts_are_found_by_the_names_people_write(void **state)
{
	static const struct {
		const char *name;
		enum statute_fact fact;
	} names[] = {
		{ "exists", STATUTE_FACT_EXISTS },          { "has_if_match", STATUTE_FACT_HAS_IF_MATCH },
		{ "if-match", STATUTE_FACT_HAS_IF_MATCH },  { "If-Match", STATUTE_FACT_HAS_IF_MATCH },
		{ "path-found", STATUTE_FACT_PATH_FOUND },  { "batch", STATUTE_FACT_IS_BATCH },
		{ "SEE_OTHER", STATUTE_FACT_SEE_OTHER },
	};
	enum statute_fact fact = STATUTE_FACT_COUNT;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(statute_fact_find(names[i].name, &fact), 0);
		assert_int_equal(fact, names[i].fact);
	}
	fact = STATUTE_FACT_COUNT;
	assert_int_equal(statute_fact_find("exist", &fact), STATUTE_ENOTFOUND);
	assert_int_equal(statute_fact_find("", &fact), STATUTE_ENOTFOUND);
	assert_int_equal(fact, STATUTE_FACT_COUNT);
}

/* A fact that no row asks decides nothing; only methods may be there for completeness. */
static void every_fact_is_asked_somewhere(void **state)
{
	bool asked[STATUTE_FACT_COUNT] = { false };
	const struct statute_node *node;

	(void)state;
	for (size_t i = 0; (node = statute_graph_node(i)); i++)
		asked[node->fact] = true;
	for (int i = STATUTE_FACT_IS_QUERY + 1; i < STATUTE_FACT_COUNT; i++)
		if (!asked[i])
			fail_msg("no row asks %s", statute_fact_info((size_t)i)->name);
}

static void every_fact_says_what_it_means(void **state)
{
	const struct statute_fact_info *info;
	size_t count = 0;

	(void)state;
	for (; (info = statute_fact_info(count)); count++) {
		assert_true(strlen(info->text) > 8);
		assert_true(strlen(info->group) > 2);
		assert_int_equal(strspn(info->name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(info->name));
	}
	assert_int_equal(count, STATUTE_FACT_COUNT);
}

/* docs/graph.md has a row for each fact, which says what facts.def says. */
static void the_documentation_has_every_fact(void **state)
{
	static const char *const phases[] = { "FIXED", "REQUEST", "ACCESS", "LIMIT",
		                              "KEY",   "STORE",   "BODY",   "WRITE" };
	static const char *const defaults[] = {
		[STATUTE_DEFAULT_ASK] = "ask",         [STATUTE_DEFAULT_ASK_NO] = "ask (no)",
		[STATUTE_DEFAULT_ASK_YES] = "ask (yes)", [STATUTE_DEFAULT_NO] = "no",
		[STATUTE_DEFAULT_YES] = "yes",         [STATUTE_DEFAULT_ELSE_NO] = "else no",
		[STATUTE_DEFAULT_ELSE_YES] = "else yes",
	};
	const struct statute_fact_info *info;
	struct arena arena;
	struct str page;

	(void)state;
	arena_init(&arena, 1 << 16, 1 << 20);
	page = test_file(&arena, STATUTE_SOURCE_DIR "/docs/graph.md");
	for (size_t i = 0; (info = statute_fact_info(i)); i++) {
		char row[512];

		snprintf(row, sizeof(row), "\n| %s | %s | %s | %s |\n", info->name, phases[info->phase],
		         defaults[info->otherwise], info->text);
		if (!strstr(page.at, row))
			fail_msg("docs/graph.md lacks:%s", row);
	}
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(features_that_are_off_are_known_from_the_start),
		cmocka_unit_test(settling_a_phase_fills_in_what_may_be_left_unsaid),
		cmocka_unit_test(what_must_be_found_out_is_never_settled),
		cmocka_unit_test(the_method_is_one_of_nine),
		cmocka_unit_test(running_again_keeps_the_request_and_forgets_the_store),
		cmocka_unit_test(facts_are_found_by_the_names_people_write),
		cmocka_unit_test(every_fact_is_asked_somewhere),
		cmocka_unit_test(every_fact_says_what_it_means),
		cmocka_unit_test(the_documentation_has_every_fact),
	};

	return cmocka_run_group_tests_name("graph/facts", tests, NULL, NULL);
}
