/* The walk of a part of a batch: see part.h. */
#include "exchange/part.h"

#include "exchange/facts.h"

int exchange_part_begin(struct exchange *part, const struct exchange *whole)
{
	struct exchange *x = part; /* for FACT */
	int r;

	x->id = whole->id;
	x->now_ms = whole->now_ms;
	x->began_us = whole->began_us;
	x->network = whole->network;
	x->tls = whole->tls;
	x->target.modified_s = -1;
	x->content_max = x->host->settings->content_max;
	if ((r = exchange_find_request_facts(x)) < 0)
		return r;
	/* A batch is repeated as a whole: its key is that of each part. */
	if (statute_fact_is(&whole->facts, STATUTE_FACT_HAS_KEY))
		FACT(NEEDS_KEY, false);
	x->node = STATUTE_NODE_FIRST;
	return 0;
}

static int find(struct exchange *part, enum statute_fact asked, bool *ret_is_admitted)
{
	switch (statute_fact_info(asked)->phase) {
	case STATUTE_PHASE_ACCESS: return exchange_find_identity(part, asked);
	case STATUTE_PHASE_LIMIT: return exchange_find_limits(part, asked);
	default: *ret_is_admitted = true; return 0;
	}
}

int exchange_part_admit(struct exchange *part, bool *ret_is_over)
{
	bool is_admitted = false;

	while (statute_graph_walk(&part->facts, &part->node, &part->verdict) == STATUTE_WALK_NEEDS_FACT) {
		int r = find(part, part->verdict.fact, &is_admitted);

		if (r < 0 && r != STATUTE_EAGAIN) {
			exchange_fail(part, r);
			break;
		}
		if (r < 0 || is_admitted) {
			*ret_is_over = false;
			return r;
		}
	}
	exchange_answer(part);
	*ret_is_over = true;
	return 0;
}

void exchange_part_again(struct exchange *part, const struct exchange_kind *kind)
{
	part->kind = kind;
	part->target = (struct exchange_target){ .modified_s = -1 };
	part->problem = (struct problem){ 0 };
	part->final_node = NULL;
	part->cause = NULL;
	part->write_node = 0;
	part->is_decided = true;
	part->was_content_taken = part->request.has_content &&
	                          statute_fact_is(&part->facts, STATUTE_FACT_TAKES_CONTENT);
	response_end_source(&part->response);
	response_clear(&part->response);
}

/* A tag of what will never have been may not be told: some other content will have it. */
static void answer(struct exchange *part)
{
	if (part->sees_undone && part->verdict.status >= 400)
		part->target.etag = (struct str){ 0 };
	exchange_answer(part);
}

void exchange_part_read(struct exchange *part)
{
	if (exchange_decide_again(part))
		exchange_fail(part, STATUTE_EINVAL); /* a safe method that writes: our bug */
	answer(part);
}

/* A write that was never decided failed before it: when it read the row. */
static void walk_from_outcome(struct exchange *part)
{
	struct exchange *x = part;

	x->node = x->write_node;
	if (!x->write_node) {
		FACT(STORE_ANSWERS, false);
		x->node = STATUTE_NODE_FIRST;
	}
	statute_facts_settle(&x->facts, STATUTE_PHASE_WRITE);
	if (statute_graph_walk(&x->facts, &x->node, &x->verdict) != STATUTE_WALK_DONE)
		exchange_fail(x, STATUTE_EINVAL);
}

void exchange_part_end(struct exchange *part)
{
	if (!part->is_decided ||
	    part->write.outcome != STORE_REFUSED) /* else the walk ended before the write */
		walk_from_outcome(part);
	answer(part);
}
