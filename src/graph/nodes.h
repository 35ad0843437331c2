/* The rows of graph.def, numbered down the page. */
#ifndef STATUTE_GRAPH_NODES_H
#define STATUTE_GRAPH_NODES_H

enum {
#define Q(id, FACT, text, y, n) NODE_##id,
#define DO(id, FACT, text, then) NODE_##id,
#include "graph/graph.def"
#undef Q
#undef DO
	NODE_COUNT
};

#endif
