/*
 * Items whose path has a member of theirs in it, a slug, and whose id leads there: rows G05. Who reads by
 * id is sent on; a write by id is done where it came, since it names its row well enough. A slug
 * wins over an id of the same text.
 */
#include "message/uri.h"
#include "resource/resource.h"

static struct str path_value(const struct exchange *x)
{
	return x->match.values[x->bound->id_parameter];
}

struct str resource_canonical_name(const struct resource *resource, const struct json *body)
{
	struct str name = resource->canonical
	                          ? json_get_text(body, resource->collection.members[resource->canonical->member].name)
	                          : (struct str){ 0 };

	/* a segment of dots would be another path: such an item keeps its id */
	if (str_eq(name, S(".")) || str_eq(name, S("..")))
		return (struct str){ 0 };
	return name;
}

static enum store_outcome find_by_name(struct exchange *x, const struct store_filter *scope, struct store_row *row)
{
	const struct bound_operation *bound = x->bound;
	const struct resource *resource = bound->resource;
	struct str value = path_value(x);
	struct store_filter *filters = arena_array(&x->arena, bound->scope_count + 1, sizeof(*filters));
	const struct store_query query = {
		.collection = &resource->collection,
		.filters = filters,
		.filter_count = bound->scope_count + 1,
		.limit = 1,
	};
	struct store_page page = { 0 };
	enum store_outcome outcome;

	if (!filters)
		return STORE_NO_MEMORY;
	memcpy(filters, scope, bound->scope_count * sizeof(*filters));
	filters[bound->scope_count] =
		(struct store_filter){ .member = resource->canonical->member, .values = &value, .count = 1 };
	outcome = x->is_in_transaction ? store_session_list(x->session, &query, &x->arena, &page)
	                               : store_list(x->host->reader, &query, &x->arena, &page);
	if (outcome != STORE_DONE || !page.count)
		return outcome == STORE_DONE ? STORE_ABSENT : outcome;
	return resource_get(x, &resource->collection, page.rows[0].id, scope, bound->scope_count, row);
}

enum store_outcome resource_read_item(struct exchange *x, const struct store_filter *scope, struct store_row *row)
{
	const struct resource *resource = x->bound->resource;
	enum store_outcome outcome = resource->canonical ? find_by_name(x, scope, row) : STORE_ABSENT;

	if (outcome != STORE_ABSENT)
		return outcome;
	return resource_get(x, &resource->collection, path_value(x), scope, x->bound->scope_count, row);
}

struct str resource_item_id(const struct exchange *x)
{
	const struct store_row *row = &x->target.row;

	return x->bound->resource->canonical && row->state != ROW_ABSENT && row->id.len ? row->id : path_value(x);
}

/* In a batch nobody looked before. */
struct str resource_written_id(struct exchange *x)
{
	struct store_filter *scope = x->bound->resource->canonical && x->is_in_transaction ? resource_scope(x) : NULL;
	struct store_row row;

	if (scope && resource_read_item(x, scope, &row) == STORE_DONE && row.state == ROW_LIVE)
		return row.id;
	return resource_item_id(x);
}

/* The row was found by its name, and has another one by now: the path leads to nothing. */
int resource_check_name(struct exchange *x, struct store_row *row)
{
	struct json *body;
	int r;

	if (!x->bound->resource->canonical || row->state != ROW_LIVE || str_eq(row->id, path_value(x)))
		return 0;
	if ((r = resource_parse(x, row->body, &body)) < 0)
		return r;
	if (!str_eq(resource_canonical_name(x->bound->resource, body), path_value(x)))
		*row = (struct store_row){ .state = ROW_ABSENT };
	return 0;
}

int resource_find_moved(struct exchange *x)
{
	const struct store_row *row = &x->target.row;
	bool is_open = !statute_fact_known(&x->facts, STATUTE_FACT_RESOURCE_MOVED), has_moved = false;
	struct json *body;
	struct str name;
	int r;

	if (!is_open) /* no row of this operation leads elsewhere */
		return 0;
	if (row->state == ROW_LIVE && resource_is_visible(x, x->bound->resource, row)) {
		if ((r = resource_parse(x, row->body, &body)) < 0)
			return r;
		name = resource_canonical_name(x->bound->resource, body);
		has_moved = name.len && !str_eq(name, path_value(x));
	}
	FACT(RESOURCE_MOVED, has_moved);
	if (has_moved)
		FACT(EXISTS, false);
	return 0;
}

int resource_reply_moved(struct exchange *x)
{
	struct json *body = NULL;
	struct str path;
	struct buf url;
	int r = resource_parse(x, x->target.row.body, &body);

	if (r < 0)
		return r;
	path = resource_path(x, x->bound->resource, x->target.row.id, body);
	buf_init(&url, &x->arena, path.len + x->request.query.len * 3 + 2);
	buf_add(&url, path);
	if (x->request.query.len) {
		buf_add_char(&url, '?');
		uri_encode_rest(&url, x->request.query);
	}
	response_set(&x->response, S("Cache-Control"), S("no-cache")); /* until it gets another name */
	return exchange_reply_elsewhere(x, buf_whole(&url));
}
