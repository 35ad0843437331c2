/*
 * x-statute: {legal: …} on a path or an operation: law forbids to serve it, to anybody (row D10): 451, and
 * who enforces that (RFC 7725).
 */
#include "openapi/binder.h"

#define EXAMPLE "write legal: \"https://regulator.example/orders/7\", or legal: {by: …, message: …}"

static void read_by(struct binder *binder, const struct json *value, struct legal_block *block)
{
	if (!json_is(value, JSON_STRING) || !target_is_reference(value->text))
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.legal names nobody who blocks it by a URL");
	block->by = json_text(value);
}

static void read_member(struct binder *binder, const struct json *member, struct legal_block *block)
{
	if (str_eq(member->name, S("by"))) {
		read_by(binder, member, block);
	} else if (str_eq(member->name, S("message"))) {
		if (!json_is(member, JSON_STRING) || !member->text.len)
			bind_issue_type(binder, member, "legal.message", "say it in a text");
		block->message = json_text(member);
	} else {
		issues_add(binder->issues, member->name_at, "use by and message", "x-statute.legal has no key '%.*s'",
		           STR_ARG(member->name));
	}
}

int legal_read(struct binder *binder, const struct path_item *path, const struct json *value, const void **ret_said)
{
	struct legal_block *block = arena_new(binder->arena, struct legal_block);

	(void)path;
	if (!block)
		return STATUTE_ENOMEM;
	if (!json_is(value, JSON_OBJECT) || !json_get(value, S("by")))
		read_by(binder, value, block);
	json_each(member, value)
		read_member(binder, member, block);
	*ret_said = block;
	return 0;
}

void legal_settle(const struct api *api, struct bound_operation *bound)
{
	(void)api;
	statute_fact_set(&bound->fixed, STATUTE_FACT_PATH_PARAMETERS_FIT, true);
	statute_fact_set(&bound->fixed, STATUTE_FACT_PARAMETERS_FIT, true);
	statute_fact_set(&bound->fixed, STATUTE_FACT_OPERATION_BLOCKED, true);
}
