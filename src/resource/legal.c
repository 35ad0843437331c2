/*
 * Rows that law forbids to serve: row G07. Such a row is 451 to whoever asks for it, whatever the method, and
 * stands in no list; whoever has one of the roles sees and changes it as any other.
 */
#include "resource/resource.h"

/* Who holds the block against this client? */
static const struct legal_rows *legal_of(const struct exchange *x, const struct resource *resource)
{
	const struct legal_rows *legal = resource->legal;

	for (size_t i = 0; legal && i < legal->roles.count; i++)
		if (principal_has_role(&x->principal, legal->roles.names[i]))
			return NULL;
	return legal;
}

bool resource_is_blocked(struct exchange *x, const struct resource *resource, const struct store_row *row,
                         struct str *ret_why)
{
	const struct legal_rows *legal = row->state == ROW_LIVE ? legal_of(x, resource) : NULL;
	const struct json *value;
	struct json *body;

	if (!legal || !row->body.len)
		return false;
	if (resource_parse(x, row->body, &body) < 0)
		return true; /* without memory the answer is 503 */
	value = json_get(body, resource->collection.members[legal->member].name);
	*ret_why = json_text(value);
	return json_is_true(value) || ret_why->len;
}

void resource_find_block(struct exchange *x)
{
	struct str why;

	if (!statute_fact_known(&x->facts, STATUTE_FACT_RESOURCE_BLOCKED))
		FACT(RESOURCE_BLOCKED, resource_is_blocked(x, x->bound->resource, &x->target.row, &why));
}

bool resource_block_filter(struct exchange *x, struct store_filter *ret_filter)
{
	const struct legal_rows *legal = legal_of(x, x->bound->resource);

	if (!legal)
		return false;
	*ret_filter = (struct store_filter){ .member = legal->member, .is_unset = true };
	return true;
}

void resource_explain_blocked_row(struct exchange *x)
{
	struct legal_block block = x->bound->resource->legal->block;

	(void)resource_is_blocked(x, x->bound->resource, &x->target.row, &block.message);
	resource_explain_block(x, &block);
}
