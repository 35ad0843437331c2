/* From the facts that were kept to the way of the request: see page_path.h. */
#include "observe/page_path.h"

static void add_step(void *arg, uint8_t node, bool answer)
{
	struct page_path *path = arg;

	if (path->count < PAGE_NODES_MAX)
		path->steps[path->count++] = (struct page_step){ node, answer };
}

static bool ends_so(const struct statute_edge *edge, const struct trace *trace)
{
	return edge->to == STATUTE_NODE_END && edge->status == trace->status;
}

/* A row that has one way to end with this status was answered so, though its fact was not kept. */
static void answer_last(struct page_path *path, const struct trace *trace)
{
	const struct statute_node *row = statute_graph_node(path->last);
	bool can_be_yes = ends_so(&row->yes, trace), can_be_no = ends_so(&row->no, trace);

	if (can_be_yes == can_be_no)
		return;
	add_step(path, path->last, can_be_yes);
	path->is_answered = path->is_verdict = true;
}

static void end_at_verdict(struct page_path *path, const struct statute_verdict *verdict,
                           const struct trace *trace)
{
	path->last = verdict->node;
	path->is_answered = true;
	path->is_verdict = !verdict->status || verdict->status == trace->status;
}

static void end_at_row(struct page_path *path, uint8_t stopped, const struct trace *trace)
{
	uint8_t named;

	path->last = statute_graph_find(trace->node, &named) == 0 ? named : stopped;
	for (size_t i = 0; i < path->count; i++)
		if (path->steps[i].node == path->last) /* it was answered, and then something failed */
			path->is_answered = true;
	if (!path->is_answered)
		answer_last(path, trace);
}

void page_path_find(const struct trace *trace, struct page_path *ret_path)
{
	struct statute_verdict verdict = { 0 };
	uint8_t named;

	*ret_path = (struct page_path){ .last = STATUTE_NODE_END };
	if (*trace->node && statute_graph_find(trace->node, &named) < 0)
		return;
	if (statute_graph_trace(&trace->facts, add_step, ret_path, &verdict) == STATUTE_WALK_DONE)
		end_at_verdict(ret_path, &verdict, trace);
	else
		end_at_row(ret_path, verdict.node, trace);
}
