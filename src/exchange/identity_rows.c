/* Credentials that are rows: see identity_rows.h. */
#include "exchange/identity_rows.h"

static const char *text_of(struct exchange *x, struct str cause)
{
	struct str text = str_dup(&x->arena, cause);

	return text.len ? text.at : "the store does not answer";
}

static enum identity_outcome outcome_of(struct exchange *x, enum store_outcome outcome)
{
	switch (outcome) {
	case STORE_DONE: return IDENTITY_VALID;
	case STORE_ABSENT: return IDENTITY_INVALID;
	case STORE_NO_MEMORY: return IDENTITY_NO_MEMORY;
	default: x->cause = text_of(x, store_reader_cause(x->host->reader)); return IDENTITY_UNAVAILABLE;
	}
}

enum identity_outcome identity_find_row(struct exchange *x, const struct security_scheme *scheme,
                                        struct str value, struct store_row *ret_row)
{
	const struct store_filter filter = { .member = scheme->rows.member, .values = &value, .count = 1 };
	const struct store_query query = {
		.collection = &scheme->rows.resource->collection,
		.filters = &filter,
		.filter_count = 1,
		.limit = 1,
	};
	struct store_page page = { 0 };

	enum identity_outcome outcome;

	outcome = outcome_of(x, store_list(x->host->reader, &query, &x->arena, &page));
	if (outcome != IDENTITY_VALID)
		return outcome;
	if (!page.count)
		return IDENTITY_INVALID;
	*ret_row = page.rows[0];
	return IDENTITY_VALID;
}

enum identity_outcome identity_read_whole(struct exchange *x, const struct security_scheme *scheme,
                                          struct store_row *row)
{
	return outcome_of(x, store_get(x->host->reader, &scheme->rows.resource->collection, row->id, NULL, 0,
	                               &x->arena, row));
}

struct json *identity_parse(struct exchange *x, struct str text)
{
	const struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *root = NULL;

	return json_parse(&x->arena, text, &limits, &root, &fault) == 0 ? root : NULL;
}

/* A text is one role, a list of texts several; null, or something else, none. */
static bool take_roles(struct exchange *x, const struct json *value, struct principal *principal)
{
	const struct json *first = json_is(value, JSON_ARRAY) ? value->first : value;
	size_t count = json_is(value, JSON_ARRAY) ? value->count : json_is(value, JSON_STRING);
	struct str *roles = arena_array(&x->arena, count, sizeof(*roles));

	if (!roles)
		return false;
	principal->roles = roles;
	for (size_t i = 0; i < count; i++, first = first->next)
		if (json_is(first, JSON_STRING))
			roles[principal->role_count++] = first->text;
	return true;
}

enum identity_outcome identity_take_row(struct exchange *x, const struct security_scheme *scheme,
                                        const struct store_row *row, const struct json *body,
                                        struct principal *ret_principal)
{
	const struct security_rows *rows = &scheme->rows;
	const struct json *owner = rows->owner.len ? json_get(body, rows->owner) : NULL;
	struct principal principal = { .id = row->id, .claims = body };

	if (json_is(owner, JSON_STRING) || json_is(owner, JSON_NUMBER))
		principal.id = owner->text;
	else if (rows->owner.len)
		principal.id = (struct str){ 0 };
	if (rows->roles.len && !take_roles(x, json_get(body, rows->roles), &principal))
		return IDENTITY_NO_MEMORY;
	*ret_principal = principal;
	return IDENTITY_VALID;
}
