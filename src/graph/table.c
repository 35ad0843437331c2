/*
 * The graph as a table: for printing, explaining, reachable codes and tests, off the
 * hot path. The same rows as walk.c; a test proves that both decide alike.
 */
#include <statute/graph.h>

#include <string.h>

#include "graph/nodes.h"

/* The statuses that each code may come with; 0: any, for outcomes. */
enum {
#define E(code, status, also, message, meaning, hint) FIRST_##code = (status), ALSO_##code = (also),
#include "problem/errors.def"
#undef E
#define O(code, text) FIRST_##code = 0, ALSO_##code = 0,
#include "graph/outcomes.def"
#undef O
};

/* Every end has a code that is declared, with a status that the code may have. */
#define GO(id) 1
#define END(status, CODE) (FIRST_##CODE == 0 || FIRST_##CODE == (status) || ALSO_##CODE == (status))
#define Q(id, FACT, text, y, n) _Static_assert((y) && (n), #id " ends with another status than its code has");
#define DO(id, FACT, text, then) _Static_assert((then), #id " ends with another status than its code has");
#include "graph/graph.def"
#undef GO
#undef END
#undef Q
#undef DO

#define GO(id) { NODE_##id, 0, NULL }
#define END(status, CODE) { STATUTE_NODE_END, status, #CODE }
#define Q(id, FACT, text, y, n) { #id, text, STATUTE_FACT_##FACT, false, y, n },
#define DO(id, FACT, text, then) { #id, text, STATUTE_FACT_##FACT, true, then, then },
static const struct statute_node nodes[] = {
#include "graph/graph.def"
};
#undef GO
#undef END
#undef Q
#undef DO

const struct statute_node *statute_graph_node(size_t node)
{
	return node < NODE_COUNT ? &nodes[node] : NULL;
}

int statute_graph_find(const char *id, uint8_t *ret_node)
{
	for (size_t i = 0; i < NODE_COUNT; i++)
		if (strcmp(nodes[i].id, id) == 0) {
			*ret_node = (uint8_t)i;
			return 0;
		}
	return STATUTE_ENOTFOUND;
}

const char *statute_graph_block(char letter)
{
	static const char *const names[] = {
		['A'] = "Connection",
		['B'] = "State of the server",
		['C'] = "Routing",
		['D'] = "Identity and policy",
		['E'] = "Parameters, and fields about content",
		['F'] = "Representation of the reply",
		['G'] = "Target",
		['H'] = "Preconditions",
		['I'] = "Taking the content",
		['J'] = "What it means",
		['K'] = "The write",
		['L'] = "After a write",
		['N'] = "Reading",
		['P'] = "Changing the protocol",
	};
	size_t at = (unsigned char)letter;

	return at < sizeof(names) / sizeof(names[0]) && names[at] ? names[at] : "";
}

enum statute_walk statute_graph_trace(const struct statute_facts *facts, statute_step *step, void *arg,
                                      struct statute_verdict *ret_verdict)
{
	uint8_t at = STATUTE_NODE_FIRST;

	for (;;) {
		const struct statute_node *node = &nodes[at];
		bool answer = statute_fact_is(facts, node->fact);
		const struct statute_edge *edge = answer ? &node->yes : &node->no;

		if (!statute_fact_known(facts, node->fact)) {
			ret_verdict->node = at;
			ret_verdict->fact = node->fact;
			return STATUTE_WALK_NEEDS_FACT;
		}
		if (step)
			step(arg, at, answer);
		if (edge->to == STATUTE_NODE_END) {
			*ret_verdict = (struct statute_verdict){ edge->status, at, answer, edge->code, node->fact };
			return STATUTE_WALK_DONE;
		}
		at = edge->to;
	}
}
