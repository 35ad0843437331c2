/* What one client may see of a feed: see feed.h. */
#include <stdlib.h>

#include "message/uri.h"
#include "resource/feed.h"
#include "resource/resource.h"

/* ---- From where on -------------------------------------------------------- */

/* As an event has it, or as the tag of a list: "57" of "57-8a4f". */
static bool read_version(struct str text, int64_t *ret_version)
{
	if (str_starts(text, S("W/")))
		text = str_sub(text, 2, SIZE_MAX);
	if (text.len >= 2 && text.at[0] == '"' && str_ends(text, S("\"")))
		text = str_sub(text, 1, text.len - 2);
	text = str_sub(text, 0, str_find(text, '-'));
	return str_to_i64(text, ret_version) && *ret_version >= 0;
}

/* Of the field, which a browser sends when it connects anew; else of the query. at NULL: neither. */
static struct str last_event(struct exchange *x)
{
	struct str rest = x->request.query, name, value;

	if (request_has(&x->request, FIELD_LAST_EVENT_ID))
		return request_field(&x->request, FIELD_LAST_EVENT_ID);
	while (query_next(&rest, &name, &value))
		if (str_eq(name, S("lastEventId")) && value.at)
			return uri_decode(&x->arena, value, true);
	return (struct str){ 0 };
}

static void find_beginning(struct exchange *x, struct feed_view *view)
{
	int64_t now = x->target.collection_version, known;
	struct str text = last_event(x);

	view->from = now;
	if (!text.len)
		return;
	view->is_lost = !read_version(text, &known) || known > now;
	if (!view->is_lost)
		view->from = known;
}

/* ---- Which rows ----------------------------------------------------------- */

/* *ret_filters, in the arena: the client's own, the owner's, and what law leaves of that. */
static int find_filters(struct exchange *x, struct store_filter **ret_filters, size_t *ret_count)
{
	const struct bound_operation *bound = x->bound;
	struct store_filter *filters = arena_array(&x->arena, bound->filter_count + 2, sizeof(*filters));
	size_t count = 0;
	int r;

	if (!filters)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < bound->filter_count; i++) {
		const struct json *value = x->parameters.values ? x->parameters.values[bound->filters[i].parameter]
		                                                : NULL;

		if (value && (r = resource_filter_by(x, bound->filters[i].member, value, &filters[count++])) < 0)
			return r;
	}
	if (resource_owner_filter(x, &filters[count]))
		count++;
	if (resource_block_filter(x, &filters[count]))
		count++;
	*ret_filters = filters;
	*ret_count = count;
	return 0;
}

static size_t count_values(const struct store_filter *filters, size_t count)
{
	size_t values = 0;

	for (size_t i = 0; i < count; i++)
		values += filters[i].count;
	return values;
}

/* All of it in one piece: views are many, and few have much. */
static size_t size_of(const struct store_filter *filters, size_t count)
{
	size_t size = sizeof(struct feed_view) + count * sizeof(*filters) +
	              count_values(filters, count) * sizeof(struct str);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < filters[i].count; k++)
			size += filters[i].values[k].len;
	return size;
}

static void copy_filters(struct feed_view *view, const struct store_filter *filters, size_t count)
{
	struct str *values = (struct str *)(void *)(view->filters + count);
	char *text = (char *)(values + count_values(filters, count));

	view->filter_count = count;
	for (size_t i = 0; i < count; i++) {
		view->filters[i] = filters[i];
		view->filters[i].values = values;
		for (size_t k = 0; k < filters[i].count; k++) {
			struct str value = filters[i].values[k];

			if (value.len)
				memcpy(text, value.at, value.len);
			*values++ = str_of(text, value.len);
			text += value.len;
		}
	}
}

/* ---- How long ------------------------------------------------------------- */

/* Seconds of a token's `exp`, which may have parts. */
static int64_t find_expiry(const struct exchange *x)
{
	double seconds;

	if (!json_to_double(json_get(x->principal.claims, S("exp")), &seconds) || seconds > 1e15)
		return INT64_MAX;
	return seconds < 0 ? 0 : (int64_t)(seconds * 1000);
}

int feed_view_new(struct exchange *x, struct feed_view **ret_view)
{
	struct store_filter *filters;
	struct feed_view *view;
	size_t count;
	int r = find_filters(x, &filters, &count);

	if (r < 0)
		return r;
	view = calloc(1, size_of(filters, count));
	if (!view)
		return STATUTE_ENOMEM;
	view->resource = x->bound->resource;
	view->is_websocket = x->response.status == 101;
	view->has_principal = x->principal.id.len > 0;
	view->expires_ms = find_expiry(x);
	copy_filters(view, filters, count);
	find_beginning(x, view);
	if (!x->arena.failed) {
		*ret_view = view;
		return 0;
	}
	feed_view_free(view);
	return STATUTE_ENOMEM;
}

void feed_view_free(struct feed_view *view)
{
	free(view);
}
