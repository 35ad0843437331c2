/*
 * A page of a collection: filters, order, cursor; and how the document wraps it.
 *
 * `filters` are the declared query parameters that have a member's name; `sort` is
 * a list of members, each with '-' before it for descending; `cursor` comes from
 * the Link field or the page before, is opaque, and fits only the query that it
 * came from.
 */
#include "message/base64url.h"
#include "message/uri.h"
#include "resource/resource.h"

enum {
	SORTS_MAX = 8,
	LINK_MAX = 1 << 16,
	PAGE_MAX = 64 << 20,
	PAGE_SHARE = 16 /* of a request's memory its rows may take one part, as they come: they are copied */
};

/* What a list request asks for; x->kind_data until the answer. */
struct list_request {
	struct store_query query;
	struct store_sort sorts[SORTS_MAX];
};

static struct list_request *list_of(struct exchange *x)
{
	if (!x->kind_data)
		x->kind_data = arena_new(&x->arena, struct list_request);
	return x->kind_data;
}

static struct json *parameter_value(struct exchange *x, int parameter)
{
	return parameter == BINDING_NOT || !x->parameters.values ? NULL : x->parameters.values[parameter];
}

/* One error a parameter: the document's own are there already. */
static int blame(struct exchange *x, struct str name, struct str code, struct str message,
                 const struct json *value)
{
	for (size_t i = 0; i < x->parameters.error_count; i++)
		if (str_eq(x->parameters.errors[i].name, name))
			return 0;
	return exchange_parameter_error(
		x, &(struct parameter_error){
			   .in = "query", .name = name, .code = code, .message = message, .value = value });
}

static int add_sort(struct exchange *x, struct list_request *list, struct str text, const struct json *value)
{
	struct store_sort *sort = &list->sorts[list->query.sort_count];
	bool is_descending = str_starts(text, S("-"));
	struct str name = str_sub(text, is_descending || str_starts(text, S("+")) ? 1 : 0, text.len);

	if (list->query.sort_count == SORTS_MAX)
		return blame(x, S("sort"), S("MAX_ITEMS"), S("Must not name more than 8 members"), value);
	if (!bind_member_find(x->bound->resource, name, &sort->member))
		return blame(x, S("sort"), S("ENUM"),
		             str_printf(&x->arena, "Cannot sort by '%.*s'", STR_ARG(name)), value);
	sort->is_descending = is_descending;
	list->query.sort_count++;
	return 0;
}

static int read_sort(struct exchange *x, struct list_request *list)
{
	const struct json *value = parameter_value(x, x->bound->sort);
	struct str rest;
	int r;

	json_each(item, json_is(value, JSON_ARRAY) ? value : NULL)
		if ((r = add_sort(x, list, json_text(item), item)) < 0)
			return r;
	rest = json_text(value);
	while (rest.at && rest.len)
		if ((r = add_sort(x, list, str_trim(str_cut(&rest, ',')), value)) < 0)
			return r;
	return 0;
}

static int read_limit(struct exchange *x, struct list_request *list)
{
	const struct exchange_settings *settings = x->host->settings;
	const struct json *value = parameter_value(x, x->bound->limit);
	uint32_t max = x->bound->limit_max ? x->bound->limit_max : settings->page_max;
	int64_t limit;

	list->query.limit = settings->page_default < max ? settings->page_default : max;
	if (!value)
		return 0;
	if (!json_to_i64(value, &limit) || limit < 1)
		return blame(x, S("limit"), S("MIN_VALUE"), S("Must be at least 1"), value);
	if (limit > max)
		return blame(x, S("limit"), S("MAX_VALUE"), str_printf(&x->arena, "Must be at most %u", max),
		             value);
	list->query.limit = (uint32_t)limit;
	return 0;
}

/* A cursor is understood whether or not the document declares it: the Link field uses it. */
static struct str cursor_text(struct exchange *x)
{
	struct str rest = x->request.query, name, value;

	while (query_next(&rest, &name, &value))
		if (str_eq(name, S("cursor")))
			return uri_decode(&x->arena, value, true);
	return (struct str){ 0 };
}

static int blame_cursor(struct exchange *x)
{
	return blame(x, S("cursor"), S("FORMAT"), S("Is not a cursor of this list"),
	             json_new_string(&x->arena, cursor_text(x)));
}

static int read_cursor(struct exchange *x, struct list_request *list)
{
	struct str text = cursor_text(x);

	if (!text.len)
		return 0;
	return base64url_decode(&x->arena, text, &list->query.cursor) ? 0 : blame_cursor(x);
}

static struct str filter_text(const struct json *value)
{
	switch (value->type) {
	case JSON_TRUE: return S("true");
	case JSON_FALSE: return S("false");
	case JSON_STRING:
	case JSON_NUMBER: return value->text;
	default: return S("");
	}
}

int resource_filter_by(struct exchange *x, size_t member, const struct json *value,
                       struct store_filter *ret_filter)
{
	size_t count = value->type == JSON_ARRAY ? value->count : 1;
	struct str *values = arena_array(&x->arena, count, sizeof(*values));
	const struct json *item = value->type == JSON_ARRAY ? value->first : value;

	if (!values)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < count; i++, item = item->next)
		values[i] = filter_text(item);
	*ret_filter = (struct store_filter){ .member = member, .values = values, .count = count };
	return 0;
}

static int read_filters(struct exchange *x, struct list_request *list)
{
	const struct bound_operation *bound = x->bound;
	size_t count = bound->scope_count;
	struct store_filter *filters = arena_array(&x->arena, count + bound->filter_count + 2,
	                                           sizeof(*filters));
	struct store_filter *scope = resource_scope(x);
	int r;

	if (!filters || !scope)
		return STATUTE_ENOMEM;
	memcpy(filters, scope, count * sizeof(*filters));
	for (size_t i = 0; i < bound->filter_count; i++) {
		const struct json *value = parameter_value(x, (int)bound->filters[i].parameter);

		if (value && (r = resource_filter_by(x, bound->filters[i].member, value, &filters[count++])) < 0)
			return r;
	}
	list->query.filters = filters;
	list->query.filter_count = count;
	return 0;
}

int resource_check_query(struct exchange *x)
{
	struct list_request *list = list_of(x);
	int r;

	if (!list)
		return STATUTE_ENOMEM;
	list->query.collection = &x->bound->resource->collection;
	list->query.sorts = list->sorts;
	list->query.bytes_max = x->host->settings->arena_max / PAGE_SHARE;
	list->query.counts_total = x->bound->list.total.len > 0;
	if ((r = read_filters(x, list)) < 0 || (r = read_sort(x, list)) < 0 || (r = read_limit(x, list)) < 0)
		return r;
	return read_cursor(x, list);
}

static int read_page(struct exchange *x)
{
	struct list_request *list = list_of(x);
	struct store_query query = list->query;
	enum store_outcome outcome;

	/* who asks is known only now; there is room for two filters more */
	if (resource_owner_filter(x, (struct store_filter *)(uintptr_t)&query.filters[query.filter_count]))
		query.filter_count++;
	if (resource_block_filter(x, (struct store_filter *)(uintptr_t)&query.filters[query.filter_count]))
		query.filter_count++;
	outcome = x->is_in_transaction ? store_session_list(x->session, &query, &x->arena, &x->target.page)
	                               : store_list(x->host->reader, &query, &x->arena, &x->target.page);
	if (outcome == STORE_CONSTRAINT) { /* the cursor is of another query: E01 after all */
		FACT(PARAMETERS_FIT, false);
		exchange_walk_anew(x);
		return blame_cursor(x);
	}
	resource_read_ended(x, outcome);
	return outcome == STORE_NO_MEMORY ? STATUTE_ENOMEM : 0;
}

/* The collection's version: of this turn's snapshot, or as it is in the transaction. */
static bool read_version(struct exchange *x, int64_t *ret_version, int64_t *ret_modified_ms)
{
	const struct collection *collection = &x->bound->resource->collection;

	if (!x->is_in_transaction)
		return resource_read_ended(x, store_collection_version(x->host->reader, collection,
		                                                       ret_version, ret_modified_ms));
	if (!resource_row_is_given(x))
		return resource_read_ended(x, store_session_collection_version(x->session, collection,
		                                                               ret_version, ret_modified_ms));
	FACT(STORE_ANSWERS, true);
	*ret_version = x->write.collection_version;
	*ret_modified_ms = x->write.collection_modified_ms;
	return true;
}

static bool asks_for_rows(const struct exchange *x)
{
	return x->request.method != METHOD_POST &&
	       (!request_has(&x->request, FIELD_IF_NONE_MATCH) ||
	        statute_fact_is(&x->facts, STATUTE_FACT_IF_NONE_MATCH_HOLDS));
}

int resource_find_page(struct exchange *x)
{
	int64_t version = 0, modified_ms = 0;

	if (!resource_find_parents(x))
		return 0;
	FACT(EXISTS, true);
	if (!read_version(x, &version, &modified_ms))
		return 0;
	resource_find_collection_owner(x);
	x->target.etag = resource_collection_etag(x, version);
	x->target.modified_s = modified_ms > 0 ? modified_ms / 1000 : -1;
	x->target.collection_version = version;
	exchange_find_preconditions(x, true);
	return asks_for_rows(x) ? read_page(x) : 0;
}

/* The path and query of this request with another cursor; empty where there is no such page. */
static struct str page_url(struct exchange *x, struct str cursor)
{
	struct str rest = x->request.query, name, value;
	struct buf buf;
	char separator = '?';

	if (!cursor.len)
		return (struct str){ 0 };
	buf_init(&buf, &x->arena, LINK_MAX);
	buf_add(&buf, x->request.path);
	while (query_next(&rest, &name, &value)) {
		if (str_eq(name, S("cursor")))
			continue;
		buf_add_char(&buf, separator);
		buf_add(&buf, name);
		if (value.at) {
			buf_add_char(&buf, '=');
			buf_add(&buf, value);
		}
		separator = '&';
	}
	buf_add_char(&buf, separator);
	buf_lit(&buf, "cursor=");
	base64url_encode(&buf, cursor);
	return buf_whole(&buf);
}

static void add_link_field(struct exchange *x, struct str next, struct str prev)
{
	struct buf buf;

	if (!next.len && !prev.len)
		return;
	buf_init(&buf, &x->arena, 2 * LINK_MAX + 64);
	if (next.len)
		buf_printf(&buf, "<%.*s>; rel=\"next\"", STR_ARG(next));
	if (next.len && prev.len)
		buf_lit(&buf, ", ");
	if (prev.len)
		buf_printf(&buf, "<%.*s>; rel=\"prev\"", STR_ARG(prev));
	if (!buf.failed)
		response_set(&x->response, S("Link"), buf_str(&buf));
}

static void add_name(struct buf *buf, struct str name)
{
	if (buf->len > 1)
		buf_add_char(buf, ',');
	json_write_string(buf, name);
	buf_add_char(buf, ':');
}

static void add_text(struct buf *buf, struct str name, struct str text)
{
	if (!name.len)
		return;
	add_name(buf, name);
	if (text.len)
		json_write_string(buf, text);
	else
		buf_lit(buf, "null");
}

static int add_rows(struct exchange *x, struct buf *buf)
{
	const struct store_page *page = &x->target.page;

	buf_add_char(buf, '[');
	for (size_t i = 0; i < page->count; i++) {
		struct str text = resource_text(x, &page->rows[i]);

		if (!text.at)
			return STATUTE_ENOMEM;
		if (i)
			buf_add_char(buf, ',');
		buf_add(buf, text);
	}
	buf_add_char(buf, ']');
	return 0;
}

static void add_cursor(struct exchange *x, struct buf *buf, struct str name, struct str cursor)
{
	struct buf text;

	buf_init(&text, &x->arena, LINK_MAX);
	base64url_encode(&text, cursor);
	add_text(buf, name, buf_str(&text));
}

static int write_page(struct exchange *x, struct str next, struct str prev, struct buf *buf)
{
	const struct list_shape *shape = &x->bound->list;
	const struct store_page *page = &x->target.page;
	int r;

	if (!shape->items.len)
		return add_rows(x, buf);
	buf_add_char(buf, '{');
	add_name(buf, shape->items);
	if ((r = add_rows(x, buf)) < 0)
		return r;
	add_text(buf, shape->next, next);
	add_text(buf, shape->prev, prev);
	if (shape->cursor.len)
		add_cursor(x, buf, shape->cursor, page->next);
	if (shape->total.len) {
		add_name(buf, shape->total);
		buf_add_u64(buf, page->total);
	}
	if (shape->limit.len) {
		add_name(buf, shape->limit);
		buf_add_u64(buf, list_of(x)->query.limit);
	}
	buf_add_char(buf, '}');
	return 0;
}

int resource_reply_page(struct exchange *x)
{
	struct response *response = &x->response;
	struct str next = page_url(x, x->target.page.next), prev = page_url(x, x->target.page.prev);
	struct buf buf;
	int r;

	response_set(response, S("Cache-Control"), S("no-cache"));
	response_set(response, S("Vary"), S("Accept")); /* another Accept may be answered 406 */
	exchange_add_validators(x);
	if (response->status == 304)
		return 0;
	buf_init(&buf, &x->arena, PAGE_MAX);
	r = exchange_representation(x)->format == FORMAT_JSON ? write_page(x, next, prev, &buf)
	                                                      : resource_write_table(x, &buf);
	if (r < 0 || buf.failed)
		return STATUTE_ENOMEM;
	add_link_field(x, next, prev);
	response->content = buf_str(&buf);
	response->has_content = true;
	response_set(response, S("Content-Type"), resource_media_type(x));
	return 0;
}
