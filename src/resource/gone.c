/* What is not there any more, and what may not be served: rows C06 and D10. */
#include "resource/resource.h"

static void explain_gone(struct exchange *x)
{
	const struct retirement *gone = x->bound->special.said;

	if (strcmp(x->verdict.code, "PATH_GONE") != 0)
		return;
	if (gone->message.len)
		x->problem.detail = gone->message;
	if (gone->sunset.len)
		response_set(&x->response, S("Sunset"), gone->sunset);
	exchange_add_link(x, &gone->successor, "successor-version");
}

const struct exchange_kind gone_kind = {
	.name = "gone",
	.explain = explain_gone,
};

/* RFC 7725 section 4: of who enforces the block, which need not be who demanded it. */
void resource_explain_block(struct exchange *x, const struct legal_block *block)
{
	if (block->message.len)
		x->problem.detail = block->message;
	response_add(&x->response, S("Link"), str_printf(&x->arena, "<%.*s>; rel=\"blocked-by\"", STR_ARG(block->by)));
}

static void explain_legal(struct exchange *x)
{
	if (x->verdict.status == 451)
		resource_explain_block(x, x->bound->special.said);
}

const struct exchange_kind legal_kind = {
	.name = "legal",
	.explain = explain_legal,
};
