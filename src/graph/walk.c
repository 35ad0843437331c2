/*
 * The walk: graph.def expanded to labels, so that the branches below are the graph.
 *
 * A label for each row is as fast as ifs written by hand; a table of rows costs
 * several times as much. The walk can stop at any row and begin at any row, which
 * is what the switch at the top is for.
 */
#include <statute/graph.h>

#include "graph/nodes.h"

_Static_assert((int)NODE_COUNT < (int)STATUTE_NODE_END, "a row fits in a byte");
_Static_assert((int)STATUTE_FACT_COUNT <= 64 * (int)STATUTE_FACT_WORDS, "the facts fit in their words");

/* Every edge leads to a later row: no cycles, a bounded walk. */
#define GO(id) NODE_##id
#define END(status, CODE) NODE_COUNT
#define DOWN(edge, id) _Static_assert((int)(edge) > (int)NODE_##id, #id " points up the page");
#define Q(id, FACT, text, y, n) DOWN(y, id) DOWN(n, id)
#define DO(id, FACT, text, then) DOWN(then, id)
#include "graph/graph.def"
#undef Q
#undef DO
#undef GO
#undef END

static enum statute_walk stop(uint8_t *node, struct statute_verdict *ret_verdict, int at,
                              enum statute_fact fact)
{
	*node = (uint8_t)at;
	ret_verdict->node = (uint8_t)at;
	ret_verdict->fact = fact;
	return STATUTE_WALK_NEEDS_FACT;
}

static enum statute_walk end(uint8_t *node, struct statute_verdict *ret_verdict,
                             struct statute_verdict verdict)
{
	*node = verdict.node;
	*ret_verdict = verdict;
	return STATUTE_WALK_DONE;
}

/* The fact that the row asks for: each row names its own ASKED. */
#define FACT_HERE ((enum statute_fact)ASKED)
#define BIT(words, FACT) ((words)[STATUTE_FACT_##FACT >> 6] >> (STATUTE_FACT_##FACT & 63) & 1)

enum statute_walk statute_graph_walk(const struct statute_facts *facts, uint8_t *node,
                                     struct statute_verdict *ret_verdict)
{
	switch (*node) {
#define Q(id, FACT, text, y, n) case NODE_##id: goto at_##id;
#define DO(id, FACT, text, then) case NODE_##id: goto at_##id;
#include "graph/graph.def"
#undef Q
#undef DO
	default:
		return end(node, ret_verdict, (struct statute_verdict){ 500, *node, false, "INTERNAL_ERROR", 0 });
	}
#define GO(id) goto at_##id
#define END(status, CODE) \
	return end(node, ret_verdict, (struct statute_verdict){ status, HERE, ANSWER, #CODE, FACT_HERE })
#define Q(id, FACT, text, y, n) \
	at_##id: { \
		enum { HERE = NODE_##id, ASKED = STATUTE_FACT_##FACT }; \
		if (!BIT(facts->known, FACT)) \
			return stop(node, ret_verdict, NODE_##id, STATUTE_FACT_##FACT); \
		if (BIT(facts->yes, FACT)) { \
			enum { ANSWER = true }; \
			y; \
		} else { \
			enum { ANSWER = false }; \
			n; \
		} \
	}
#define DO(id, FACT, text, then) \
	at_##id: \
	if (!BIT(facts->known, FACT)) \
		return stop(node, ret_verdict, NODE_##id, STATUTE_FACT_##FACT); \
	then;
#include "graph/graph.def"
#undef Q
#undef DO
#undef GO
#undef END
}
