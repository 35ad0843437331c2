/* What `statute decide` prints. */
#ifndef STATUTE_CLI_DECIDE_H
#define STATUTE_CLI_DECIDE_H

#include <stdio.h>

#include <statute/graph.h>

/* The whole graph as text, as JSON, and as a DOT document for graphviz. */
void decide_graph_text(void);
void decide_graph_json(void);
void decide_graph_dot(FILE *out);
/* Every fact with its default. */
void decide_facts(void);
/* Draws the graph with graphviz to stdout. An exit code. */
int decide_graph_svg(void);

/* Walks with the facts that were given, and defaults. An exit code: EXIT_FAILED where a fact is missing. */
int decide_walk(const struct statute_facts *given);
int decide_walk_json(const struct statute_facts *given);

#endif
