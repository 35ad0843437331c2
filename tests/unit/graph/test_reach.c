#include "unit/test.h"

#include <statute/graph.h>

static uint64_t seed = 0xD1B54A32D192ED03;

static uint64_t random_word(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

enum { UNKNOWN = 11 };

/* By trying: every answer to the facts of `unknown`, all others known. */
static void brute_force(struct statute_facts facts, const enum statute_fact *unknown, bool ends[2][256])
{
	for (unsigned answers = 0; answers < 1u << UNKNOWN; answers++) {
		struct statute_verdict verdict;
		int methods = 0;

		for (unsigned i = 0; i < UNKNOWN; i++)
			statute_fact_set(&facts, unknown[i], answers >> i & 1);
		for (int i = 0; i <= STATUTE_FACT_IS_QUERY; i++)
			methods += statute_fact_is(&facts, (enum statute_fact)i);
		if (methods > 1)
			continue;
		assert_int_equal(statute_graph_trace(&facts, NULL, NULL, &verdict), STATUTE_WALK_DONE);
		ends[verdict.answer][verdict.node] = true;
	}
}

struct path {
	enum statute_fact facts[256];
	size_t count;
};

static void note(void *arg, uint8_t node, bool answer)
{
	struct path *path = arg;

	(void)answer;
	path->facts[path->count++] = statute_graph_node(node)->fact;
}

/* A request that goes well but for a few surprises, so that it gets far down the page. */
static struct statute_facts likely_facts(void)
{
	struct statute_facts facts;

	statute_facts_init(&facts);
	statute_facts_assume(&facts);
	for (int i = 0; i <= STATUTE_FACT_IS_QUERY; i++)
		statute_fact_set(&facts, (enum statute_fact)i, false);
	statute_fact_set(&facts, (enum statute_fact)(random_word() % (STATUTE_FACT_IS_QUERY + 2)), true);
	for (int i = STATUTE_FACT_IS_QUERY + 1; i < STATUTE_FACT_COUNT; i++) {
		enum statute_fact fact = (enum statute_fact)i;

		if (!statute_fact_known(&facts, fact) || random_word() % 24 == 0)
			statute_fact_set(&facts, fact, random_word() & 1);
	}
	return facts;
}

/* What is unknown: mostly facts that the walk asks for, so that they matter. */
static void choose_unknown(const struct statute_facts *facts, enum statute_fact unknown[UNKNOWN])
{
	struct path path = { .count = 0 };
	struct statute_verdict verdict;

	(void)statute_graph_trace(facts, note, &path, &verdict);
	for (unsigned i = 0; i < UNKNOWN; i++) {
		bool is_new = false;

		while (!is_new) {
			unknown[i] = i < UNKNOWN - 3 && random_word() % 8
			                     ? path.facts[random_word() % path.count]
			                     : (enum statute_fact)(random_word() % STATUTE_FACT_COUNT);
			is_new = true;
			for (unsigned k = 0; k < i; k++)
				is_new &= unknown[k] != unknown[i];
		}
	}
}

static void what_is_reachable_is_what_trying_everything_finds(void **state)
{
	size_t several = 0;

	(void)state;
	for (int round = 0; round < 1500; round++) {
		struct statute_verdict verdicts[STATUTE_VERDICTS_MAX];
		struct statute_facts facts = likely_facts();
		enum statute_fact unknown[UNKNOWN];
		bool ends[2][256] = { { false } };
		size_t count;

		choose_unknown(&facts, unknown);
		brute_force(facts, unknown, ends);
		for (unsigned i = 0; i < UNKNOWN; i++)
			statute_fact_forget(&facts, unknown[i]);
		count = statute_graph_reachable(&facts, verdicts);
		several += count > 3;
		for (size_t i = 0; i < count; i++) {
			assert_true(ends[verdicts[i].answer][verdicts[i].node]);
			ends[verdicts[i].answer][verdicts[i].node] = false;
		}
		for (int node = 0; node < 256; node++)
			if (ends[0][node] || ends[1][node])
				fail_msg("%s is missing", statute_graph_node((size_t)node)->id);
	}
	assert_true(several > 500);
}

static bool reaches(const struct statute_facts *facts, int status, const char *code)
{
	struct statute_verdict verdicts[STATUTE_VERDICTS_MAX];
	size_t count = statute_graph_reachable(facts, verdicts);

	for (size_t i = 0; i < count; i++)
		if (verdicts[i].status == status && (!code || strcmp(verdicts[i].code, code) == 0))
			return true;
	return false;
}

static struct statute_facts route(const char *method, bool has_row)
{
	struct statute_facts facts;

	statute_facts_init(&facts);
	assert_true(statute_facts_set_method(&facts, method));
	statute_fact_set(&facts, STATUTE_FACT_PATH_FOUND, true);
	statute_fact_set(&facts, STATUTE_FACT_METHOD_ALLOWED, true);
	statute_fact_set(&facts, STATUTE_FACT_HAS_NO_ROW, !has_row);
	statute_fact_set(&facts, STATUTE_FACT_IS_ACTION, false);
	return facts;
}

static void a_get_never_creates_and_a_put_never_answers_304(void **state)
{
	struct statute_facts get = route("GET", true), put = route("PUT", true);

	(void)state;
	assert_true(reaches(&get, 200, "OK"));
	assert_true(reaches(&get, 304, NULL));
	assert_true(reaches(&get, 404, "RESOURCE_NOT_FOUND"));
	assert_false(reaches(&get, 201, NULL));
	assert_false(reaches(&get, 409, "RESOURCE_ALREADY_EXISTS"));
	assert_false(reaches(&get, 405, NULL));
	assert_true(reaches(&put, 412, NULL));
	assert_false(reaches(&put, 304, NULL));
	assert_false(reaches(&put, 206, NULL));
}

static void what_a_route_excludes_is_not_reachable(void **state)
{
	struct statute_facts post = route("POST", false);

	(void)state;
	statute_fact_set(&post, STATUTE_FACT_TAKES_CONTENT, true);
	assert_true(reaches(&post, 201, "CREATED"));
	assert_true(reaches(&post, 409, "RESOURCE_ALREADY_EXISTS"));
	assert_false(reaches(&post, 428, NULL));
	assert_false(reaches(&post, 423, NULL));
	assert_false(reaches(&post, 401, NULL));
	statute_fact_set(&post, STATUTE_FACT_DUPLICATE, false);
	assert_false(reaches(&post, 409, "RESOURCE_ALREADY_EXISTS"));
	statute_fact_set(&post, STATUTE_FACT_NEEDS_CREDENTIALS, true);
	assert_true(reaches(&post, 401, "CREDENTIALS_REQUIRED"));
}

static void with_all_facts_known_one_verdict_is_left(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct statute_verdict verdicts[STATUTE_VERDICTS_MAX], verdict;
		struct statute_facts facts = likely_facts();

		assert_int_equal(statute_graph_trace(&facts, NULL, NULL, &verdict), STATUTE_WALK_DONE);
		assert_int_equal(statute_graph_reachable(&facts, verdicts), 1);
		assert_int_equal(verdicts[0].node, verdict.node);
		assert_int_equal(verdicts[0].status, verdict.status);
	}
}

static void with_nothing_known_every_end_is_reachable(void **state)
{
	struct statute_verdict verdicts[STATUTE_VERDICTS_MAX];
	struct statute_facts nothing = { .known = { 0 } };
	const struct statute_node *node;
	size_t ends = 0;

	(void)state;
	for (size_t i = 0; (node = statute_graph_node(i)); i++)
		ends += (node->yes.to == STATUTE_NODE_END) + (node->no.to == STATUTE_NODE_END);
	assert_true(ends < STATUTE_VERDICTS_MAX);
	assert_int_equal(statute_graph_reachable(&nothing, verdicts), ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_reachable_is_what_trying_everything_finds),
		cmocka_unit_test(a_get_never_creates_and_a_put_never_answers_304),
		cmocka_unit_test(what_a_route_excludes_is_not_reachable),
		cmocka_unit_test(with_all_facts_known_one_verdict_is_left),
		cmocka_unit_test(with_nothing_known_every_end_is_reachable),
	};

	return cmocka_run_group_tests_name("graph/reach", tests, NULL, NULL);
}
