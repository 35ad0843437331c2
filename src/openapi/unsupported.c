/*
 * x-statute: {unsupported: …} on a path or an operation: it is declared, and will not be served.
 * See struct unsupported.
 */
#include "openapi/binder.h"

#define EXAMPLE "write unsupported: true, or unsupported: {instead: [/orders]}"

enum { INSTEAD_MAX = 16 };

static int read_instead(struct binder *binder, const struct json *value, struct unsupported *said)
{
	struct str *instead = arena_array(binder->arena, value->count, sizeof(*instead));

	if (!instead)
		return STATUTE_ENOMEM;
	said->instead = instead;
	json_each(entry, value) {
		if (json_is(entry, JSON_STRING) && target_is_reference(entry->text))
			instead[said->instead_count++] = entry->text;
		else
			issues_add(binder->issues, entry->at, "name a path, /orders, or a URL",
			           "an entry of x-statute.unsupported.instead is no path and no URL");
	}
	return 0;
}

static int read_member(struct binder *binder, const struct json *member, struct unsupported *said)
{
	if (str_eq(member->name, S("message"))) {
		if (!json_is(member, JSON_STRING) || !member->text.len)
			bind_issue_type(binder, member, "unsupported.message", "say it in a text");
		said->message = json_text(member);
		return 0;
	}
	if (!str_eq(member->name, S("instead"))) {
		issues_add(binder->issues, member->name_at, "use instead and message",
		           "x-statute.unsupported has no key '%.*s'", STR_ARG(member->name));
		return 0;
	}
	if (json_is(member, JSON_ARRAY) && member->count && member->count <= INSTEAD_MAX)
		return read_instead(binder, member, said);
	issues_add(binder->issues, member->at, EXAMPLE,
	           "x-statute.unsupported.instead is no list of 1 to 16 paths or URLs");
	return 0;
}

int unsupported_read(struct binder *binder, const struct path_item *path, const struct json *value,
                     const void **ret_said)
{
	struct unsupported *said = arena_new(binder->arena, struct unsupported);
	int r;

	(void)path;
	if (!said)
		return STATUTE_ENOMEM;
	if (!json_is_true(value) && !json_is(value, JSON_OBJECT))
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.unsupported is neither true nor an object");
	json_each(member, value)
		if ((r = read_member(binder, member, said)) < 0)
			return r;
	*ret_said = said;
	return 0;
}

/* Row C11a is behind the parameters of the path, which name nothing here. */
void unsupported_settle(const struct api *api, struct bound_operation *bound)
{
	(void)api;
	statute_fact_set(&bound->fixed, STATUTE_FACT_PATH_PARAMETERS_FIT, true);
	statute_fact_set(&bound->fixed, STATUTE_FACT_PARAMETERS_FIT, true);
	statute_fact_set(&bound->fixed, STATUTE_FACT_IS_BOUND, false);
	statute_fact_set(&bound->fixed, STATUTE_FACT_IS_UNSUPPORTED, true);
}
