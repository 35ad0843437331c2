#include "unit/test.h"

#include <statute/graph.h>
#include <statute/problem.h>

/* A small generator with a fixed seed: the same facts in every run. */
static uint64_t seed = 0x9E3779B97F4A7C15;

static uint64_t random_word(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static struct statute_facts random_facts(bool all_known)
{
	struct statute_facts facts;

	for (int word = 0; word < STATUTE_FACT_WORDS; word++) {
		facts.known[word] = all_known ? UINT64_MAX : random_word() | random_word() | random_word();
		facts.yes[word] = random_word() & facts.known[word];
	}
	return facts;
}

/* At most one method is true. */
static void one_method(struct statute_facts *facts, unsigned method)
{
	for (unsigned i = 0; i <= STATUTE_FACT_IS_QUERY; i++)
		statute_fact_set(facts, (enum statute_fact)i, i == method);
}

static size_t node_count(void)
{
	size_t count = 0;

	while (statute_graph_node(count))
		count++;
	return count;
}

static void assert_same(const struct statute_verdict *a, const struct statute_verdict *b)
{
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->node, b->node);
	assert_int_equal(a->answer, b->answer);
	assert_int_equal(a->fact, b->fact);
	assert_string_equal(a->code, b->code);
}

/* The walk by labels and the walk by table, on the same facts. */
static void assert_agree(const struct statute_facts *facts)
{
	struct statute_verdict by_label = { 0 }, by_table = { 0 };
	uint8_t node = STATUTE_NODE_FIRST;
	enum statute_walk walk = statute_graph_walk(facts, &node, &by_label);

	assert_int_equal(walk, statute_graph_trace(facts, NULL, NULL, &by_table));
	if (walk == STATUTE_WALK_DONE) {
		assert_same(&by_label, &by_table);
	} else {
		assert_int_equal(by_label.node, by_table.node);
		assert_int_equal(by_label.fact, by_table.fact);
		assert_int_equal(node, by_label.node);
	}
}

static void edges_point_down_the_page(void **state)
{
	const struct statute_node *node;

	(void)state;
	for (size_t i = 0; (node = statute_graph_node(i)); i++) {
		assert_true(node->yes.to > i);
		assert_true(node->no.to > i);
		assert_true(node->yes.to == STATUTE_NODE_END || statute_graph_node(node->yes.to));
		assert_true(node->no.to == STATUTE_NODE_END || statute_graph_node(node->no.to));
	}
}

static void both_expansions_agree_on_a_million_random_facts(void **state)
{
	(void)state;
	for (int i = 0; i < 1000000; i++) {
		struct statute_facts facts = random_facts(i & 1);

		assert_agree(&facts);
	}
}

static const struct statute_edge *edge_of(size_t node, bool answer)
{
	const struct statute_node *row = statute_graph_node(node);

	return answer ? &row->yes : &row->no;
}

/* Facts that the way did not ask must not matter: unknown, and at random. */
static void assert_ends(struct statute_facts facts, size_t at, const struct statute_edge *edge)
{
	for (int round = 0; round < 2; round++) {
		struct statute_verdict verdict = { 0 };
		uint8_t node = STATUTE_NODE_FIRST;

		assert_int_equal(statute_graph_walk(&facts, &node, &verdict), STATUTE_WALK_DONE);
		assert_int_equal(verdict.node, at);
		assert_int_equal(node, at);
		assert_int_equal(verdict.status, edge->status);
		assert_string_equal(verdict.code, edge->code);
		for (int word = 0; word < STATUTE_FACT_WORDS; word++) {
			facts.yes[word] |= random_word() & ~facts.known[word];
			facts.known[word] = UINT64_MAX;
		}
	}
}

static long paths;

static void every_path(size_t at, const struct statute_facts *facts)
{
	const struct statute_node *node = statute_graph_node(at);

	for (int answer = 0; answer <= 1; answer++) {
		struct statute_facts with = *facts;
		const struct statute_edge *edge = edge_of(at, answer);

		if (statute_fact_known(facts, node->fact) && statute_fact_is(facts, node->fact) != answer)
			continue;
		if (node->fact <= STATUTE_FACT_IS_QUERY && answer)
			one_method(&with, node->fact);
		statute_fact_set(&with, node->fact, answer);
		if (edge->to != STATUTE_NODE_END) {
			every_path(edge->to, &with);
			continue;
		}
		paths++;
		assert_ends(with, at, edge);
	}
}

static void both_expansions_agree_on_every_feasible_path(void **state)
{
	const struct statute_facts nothing = { .known = { 0 } };

	(void)state;
	every_path(STATUTE_NODE_FIRST, &nothing);
	print_message("%ld feasible paths\n", paths);
	assert_true(paths > 100000);
}

/* Finds facts that lead from `at` to the edge; `leads` says which rows lead there at all. */
static bool find_way(size_t at, size_t target, bool answer, const bool *leads, struct statute_facts *facts)
{
	enum statute_fact fact = statute_graph_node(at)->fact;

	for (int i = 0; i <= 1; i++) {
		struct statute_facts with = *facts;
		const struct statute_edge *edge = edge_of(at, i);

		if (statute_fact_known(facts, fact) && statute_fact_is(facts, fact) != i)
			continue;
		if (fact <= STATUTE_FACT_IS_QUERY && i)
			one_method(&with, fact);
		statute_fact_set(&with, fact, i);
		if (at == target) {
			if (i != answer)
				continue;
		} else if (edge->to == STATUTE_NODE_END || !leads[edge->to] ||
		           !find_way(edge->to, target, answer, leads, &with)) {
			continue;
		}
		*facts = with;
		return true;
	}
	return false;
}

static bool facts_that_take(size_t target, bool answer, struct statute_facts *ret_facts)
{
	bool leads[256] = { false };

	leads[target] = true;
	for (size_t i = target; i-- > 0;) {
		const struct statute_node *node = statute_graph_node(i);

		leads[i] = (node->yes.to != STATUTE_NODE_END && leads[node->yes.to]) ||
		           (node->no.to != STATUTE_NODE_END && leads[node->no.to]);
	}
	*ret_facts = (struct statute_facts){ .known = { 0 } };
	return find_way(STATUTE_NODE_FIRST, target, answer, leads, ret_facts);
}

struct met {
	size_t node;
	bool answer, is_met;
};

static void note(void *arg, uint8_t node, bool answer)
{
	struct met *met = arg;

	met->is_met |= node == met->node && answer == met->answer;
}

static void every_edge_is_taken_by_some_request(void **state)
{
	(void)state;
	for (size_t i = 0; i < node_count(); i++)
		for (int answer = 0; answer <= 1; answer++) {
			struct met met = { i, answer, false };
			struct statute_verdict verdict;
			struct statute_facts facts;

			if (!facts_that_take(i, answer, &facts))
				fail_msg("no facts lead to %s %s", statute_graph_node(i)->id, answer ? "yes" : "no");
			(void)statute_graph_trace(&facts, note, &met, &verdict);
			assert_true(met.is_met);
			assert_agree(&facts);
		}
}

/* Reveals one fact after another, each when it is asked for, and so comes to the same verdict. */
static void a_walk_that_stops_goes_on_where_it_stopped(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct statute_facts all = random_facts(true), known = { .known = { 0 } };
		struct statute_verdict at_once, stepwise;
		uint8_t node = STATUTE_NODE_FIRST, last = STATUTE_NODE_FIRST;
		int asked = 0;

		/* One in two goes deep: refusals are rare where most things go well. */
		if (i & 1) {
			one_method(&all, (unsigned)(random_word() % 10));
			known = all;
			statute_facts_init(&all);
			statute_facts_assume(&all);
			for (int word = 0; word < STATUTE_FACT_WORDS; word++) {
				uint64_t change = random_word() & random_word() & random_word() & random_word();

				all.yes[word] ^= change & all.known[word];
				all.yes[word] |= known.yes[word] & ~all.known[word];
				all.known[word] = UINT64_MAX;
			}
			known = (struct statute_facts){ .known = { 0 } };
		}
		assert_int_equal(statute_graph_trace(&all, NULL, NULL, &at_once), STATUTE_WALK_DONE);
		while (statute_graph_walk(&known, &node, &stepwise) == STATUTE_WALK_NEEDS_FACT) {
			assert_true(node >= last);
			last = node;
			assert_false(statute_fact_known(&known, stepwise.fact));
			statute_fact_set(&known, stepwise.fact, statute_fact_is(&all, stepwise.fact));
			assert_true(asked++ < STATUTE_FACT_COUNT);
		}
		assert_same(&stepwise, &at_once);
	}
}

static void an_effect_has_one_way_out(void **state)
{
	const struct statute_node *node;
	size_t effects = 0;

	(void)state;
	for (size_t i = 0; (node = statute_graph_node(i)); i++) {
		if (!node->is_effect)
			continue;
		effects++;
		assert_int_equal(node->yes.to, node->no.to);
		assert_int_equal(node->yes.status, node->no.status);
	}
	assert_true(effects >= 2);
}

static void a_node_past_the_last_row_is_an_internal_error(void **state)
{
	struct statute_facts facts = { .known = { 0 } };
	struct statute_verdict verdict;
	uint8_t node = (uint8_t)node_count();

	(void)state;
	assert_int_equal(statute_graph_walk(&facts, &node, &verdict), STATUTE_WALK_DONE);
	assert_int_equal(verdict.status, 500);
	assert_string_equal(verdict.code, "INTERNAL_ERROR");
}

static void every_error_verdict_is_in_the_catalogue(void **state)
{
	(void)state;
	for (size_t i = 0; i < node_count(); i++)
		for (int answer = 0; answer <= 1; answer++) {
			const struct statute_edge *edge = edge_of(i, answer);
			const struct statute_error_code *entry;

			if (edge->to != STATUTE_NODE_END || edge->status < 400)
				continue;
			entry = statute_error_code_find(edge->code);
			assert_non_null(entry);
			assert_true(entry->status == edge->status || entry->also == edge->status);
		}
}

static void ids_are_unique_and_found(void **state)
{
	uint8_t node;

	(void)state;
	for (size_t i = 0; i < node_count(); i++) {
		assert_int_equal(statute_graph_find(statute_graph_node(i)->id, &node), 0);
		assert_int_equal(node, i);
		assert_true(strlen(statute_graph_node(i)->question) >= 4);
	}
	assert_int_equal(statute_graph_find("Z99", &node), STATUTE_ENOTFOUND);
	assert_null(statute_graph_node(node_count()));
}

static void every_block_has_a_name(void **state)
{
	const struct statute_node *node;

	(void)state;
	for (size_t i = 0; (node = statute_graph_node(i)); i++)
		if (!*statute_graph_block(node->id[0]))
			fail_msg("%s is in a block without a name", node->id);
	assert_string_equal(statute_graph_block('H'), "Preconditions");
	assert_string_equal(statute_graph_block('Z'), "");
	assert_string_equal(statute_graph_block((char)0xff), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges_point_down_the_page),
		cmocka_unit_test(both_expansions_agree_on_a_million_random_facts),
		cmocka_unit_test(both_expansions_agree_on_every_feasible_path),
		cmocka_unit_test(every_edge_is_taken_by_some_request),
		cmocka_unit_test(a_walk_that_stops_goes_on_where_it_stopped),
		cmocka_unit_test(an_effect_has_one_way_out),
		cmocka_unit_test(a_node_past_the_last_row_is_an_internal_error),
		cmocka_unit_test(every_error_verdict_is_in_the_catalogue),
		cmocka_unit_test(ids_are_unique_and_found),
		cmocka_unit_test(every_block_has_a_name),
	};

	return cmocka_run_group_tests_name("graph/graph", tests, NULL, NULL);
}
