/*
 * Which verdicts can still come. A fact that is asked once takes either edge; only
 * facts asked twice on one way tie edges together. So: find those, try every
 * combination of their answers, and for each spread down the page, which is one
 * pass because edges only point down. Exact, and without memory of its own.
 */
#include <statute/graph.h>

#include <string.h>

#include "graph/nodes.h"

enum { WORDS = (NODE_COUNT + 63) / 64, METHODS = (int)STATUTE_FACT_IS_QUERY + 1, TIED_MAX = 16 };

_Static_assert((int)STATUTE_FACT_IS_GET == 0, "the methods are the first facts");

struct set {
	uint64_t words[WORDS];
};

static void add(struct set *set, unsigned node)
{
	set->words[node >> 6] |= UINT64_C(1) << (node & 63);
}

static bool has(const struct set *set, unsigned node)
{
	return set->words[node >> 6] >> (node & 63) & 1;
}

/* Which edges of a node can be taken: bit 0 `no`, bit 1 `yes`. */
static unsigned ways(const struct statute_node *node, const struct statute_facts *facts)
{
	if (!statute_fact_known(facts, node->fact))
		return 3;
	return statute_fact_is(facts, node->fact) ? 2 : 1;
}

static void follow(const struct statute_edge *edge, unsigned node, struct set *reached, struct set *ends)
{
	if (edge->to == STATUTE_NODE_END)
		add(ends, node);
	else
		add(reached, edge->to);
}

/* Every row that can be met, and every end that can be taken, if no facts were tied. */
static void spread(const struct statute_facts *facts, struct set *reached, struct set *yes_ends,
                   struct set *no_ends)
{
	add(reached, STATUTE_NODE_FIRST);
	for (unsigned i = 0; i < NODE_COUNT; i++) {
		const struct statute_node *node = statute_graph_node(i);
		unsigned taken = has(reached, i) ? ways(node, facts) : 0;

		if (taken & 2)
			follow(&node->yes, i, reached, yes_ends);
		if (taken & 1)
			follow(&node->no, i, reached, no_ends);
	}
}

/* Is a row below `from` that asks the same unknown fact, and that a way leads to? */
static bool is_asked_again(const struct statute_facts *facts, unsigned from)
{
	enum statute_fact fact = statute_graph_node(from)->fact;
	struct set below = { { 0 } }, ends = { { 0 } };

	add(&below, from);
	for (unsigned i = from; i < NODE_COUNT; i++) {
		const struct statute_node *node = statute_graph_node(i);
		unsigned taken = has(&below, i) ? ways(node, facts) : 0;

		if (taken && i > from && node->fact == fact)
			return true;
		if (taken & 2)
			follow(&node->yes, i, &below, &ends);
		if (taken & 1)
			follow(&node->no, i, &below, &ends);
	}
	return false;
}

struct tied {
	enum statute_fact facts[TIED_MAX];
	unsigned count;
};

static bool is_tied(const struct tied *tied, enum statute_fact fact)
{
	for (unsigned i = 0; i < tied->count; i++)
		if (tied->facts[i] == fact)
			return true;
	return false;
}

static void find_tied(const struct statute_facts *facts, const struct set *reached, struct tied *tied)
{
	for (unsigned i = 0; i < NODE_COUNT; i++) {
		enum statute_fact fact = statute_graph_node(i)->fact;

		if (has(reached, i) && !statute_fact_known(facts, fact) && tied->count < TIED_MAX &&
		    !is_tied(tied, fact) && is_asked_again(facts, i))
			tied->facts[tied->count++] = fact;
	}
}

struct ends {
	struct set yes, no;
};

/* All methods known: spreads with each combination of answers to the tied facts. */
static void combine(const struct statute_facts *known, struct ends *ends)
{
	struct set reached = { { 0 } };
	struct ends loose = { .yes = { { 0 } } };
	struct tied tied = { .count = 0 };

	spread(known, &reached, &loose.yes, &loose.no);
	find_tied(known, &reached, &tied);
	for (uint32_t answers = 0; answers < UINT32_C(1) << tied.count; answers++) {
		struct statute_facts facts = *known;

		for (unsigned i = 0; i < tied.count; i++)
			statute_fact_set(&facts, tied.facts[i], answers >> i & 1);
		memset(&reached, 0, sizeof(reached));
		spread(&facts, &reached, &ends->yes, &ends->no);
	}
}

/*
 * Facts with `method` as the one method, or with none where it is METHODS; false
 * where what is known says otherwise.
 */
static bool with_method(const struct statute_facts *known, unsigned method, struct statute_facts *ret_facts)
{
	struct statute_facts facts = *known;

	for (unsigned i = 0; i < METHODS; i++) {
		enum statute_fact fact = (enum statute_fact)i;

		if (statute_fact_known(known, fact) && statute_fact_is(known, fact) != (i == method))
			return false;
		statute_fact_set(&facts, fact, i == method);
	}
	*ret_facts = facts;
	return true;
}

static size_t list(const struct ends *ends, struct statute_verdict *ret_verdicts)
{
	size_t count = 0;

	for (unsigned i = 0; i < NODE_COUNT; i++)
		for (int answer = 1; answer >= 0; answer--) {
			const struct statute_node *node = statute_graph_node(i);
			const struct statute_edge *edge = answer ? &node->yes : &node->no;

			if (has(answer ? &ends->yes : &ends->no, i) && count < STATUTE_VERDICTS_MAX)
				ret_verdicts[count++] = (struct statute_verdict){ edge->status, (uint8_t)i, answer,
					                                          edge->code, node->fact };
		}
	return count;
}

size_t statute_graph_reachable(const struct statute_facts *known,
                               struct statute_verdict ret_verdicts[STATUTE_VERDICTS_MAX])
{
	struct ends ends = { .yes = { { 0 } } };
	struct statute_facts facts;

	for (unsigned method = 0; method <= METHODS; method++)
		if (with_method(known, method, &facts))
			combine(&facts, &ends);
	return list(&ends, ret_verdicts);
}
