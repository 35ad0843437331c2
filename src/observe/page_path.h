/*
 * One request's way through the graph, as its page shows it.
 *
 * Most ways end in an edge with a verdict. Three do not: bytes that the parser
 * refused came to no row; content that broke off ended the request at a row that the
 * walk had not reached; and where something failed inside, the walk stopped at a
 * fact that nobody found out.
 */
#ifndef STATUTE_OBSERVE_PAGE_PATH_H
#define STATUTE_OBSERVE_PAGE_PATH_H

#include "observe/page_layout.h"
#include "observe/trace.h"

struct page_step {
	uint8_t node;
	bool answer;
};

struct page_path {
	struct page_step steps[PAGE_NODES_MAX];
	uint8_t count;
	uint8_t last; /* the row that decided, or at which the request broke off; STATUTE_NODE_END: the parser's */
	bool is_answered; /* the last row was, and is the last step */
	bool is_verdict;  /* its answer's edge ends with the status that was sent */
};

void page_path_find(const struct trace *trace, struct page_path *ret_path);

/* The code of the answer: the error's, or the outcome's. */
static inline struct str page_code(const struct trace *trace)
{
	struct str error = trace_text(trace, TRACE_ERROR);

	return error.len ? error : str_from(trace->outcome);
}

/* The graph with that way lit, as SVG. */
void page_graph(const struct trace *trace, const struct page_path *path, bool is_whole, struct buf *buf);

#endif
