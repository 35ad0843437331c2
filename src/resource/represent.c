/* A row as its clients see it. */
#include "message/negotiate.h"
#include "message/prefer.h"
#include "message/uri.h"
#include "resource/resource.h"

enum { BODY_MAX = 64 << 20, PATH_LIMIT = 1 << 16 };

struct str resource_media_type(struct exchange *x)
{
	const struct bound_operation *bound = x->bound;
	int offer = accept_choose(request_list(&x->request, FIELD_ACCEPT, &x->arena), bound->offers,
	                          bound->offer_count);

	return bound->offers[offer < 0 ? 0 : offer];
}

/* The value of a template's parameter: from the request's own path, else from the row. */
static struct str parameter_value(struct exchange *x, struct str name, const struct json *body)
{
	const struct json *member = json_get(body, name);
	size_t index = 0;

	for (size_t i = 0; x->match.path && i < x->match.path->segment_count; i++) {
		const struct path_segment *segment = &x->match.path->segments[i];

		if (!segment->parameter.at)
			continue;
		if (str_eq(segment->parameter, name))
			return x->match.values[index];
		index++;
	}
	return json_is(member, JSON_STRING) || json_is(member, JSON_NUMBER) ? member->text
	                                                                    : (struct str){ 0 };
}

struct str resource_path(struct exchange *x, const struct resource *resource, struct str id,
                         const struct json *body)
{
	const struct path_item *item = resource->item;
	struct buf buf;

	buf_init(&buf, &x->arena, PATH_LIMIT);
	buf_add(&buf, x->prefix);
	if (!item) /* no path leads to one row: the collection's own is the nearest */
		buf_add(&buf, resource->path);
	for (size_t i = 0; item && i < item->segment_count; i++) {
		const struct path_segment *segment = &item->segments[i];
		bool is_last = i + 1 == item->segment_count;

		buf_add_char(&buf, '/');
		buf_add(&buf, segment->parameter.at ? segment->prefix : segment->literal);
		if (segment->parameter.at) {
			uri_encode(&buf, is_last ? id : parameter_value(x, segment->parameter, body));
			buf_add(&buf, segment->suffix);
		}
	}
	return buf.failed ? (struct str){ 0 } : buf_str(&buf);
}

static void add_link(struct buf *buf, struct str name, struct str path)
{
	if (buf->at[buf->len - 1] != '{')
		buf_add_char(buf, ',');
	json_write_string(buf, name);
	buf_lit(buf, ":{\"href\":");
	json_write_string(buf, path);
	buf_add_char(buf, '}');
}

static const struct resource *resource_of(const struct exchange *x, const struct collection *collection)
{
	return x->host->api->resources[collection->index];
}

/* The link to what a member refers to is named after the member: "userId" -> "user". */
static struct str link_name(const struct store_member *member)
{
	struct str name = member->name;

	if (name.len > 2 && str_ends(name, S("Id")))
		return str_sub(name, 0, name.len - 2);
	if (name.len > 3 && str_ends(name, S("_id")))
		return str_sub(name, 0, name.len - 3);
	return name;
}

static int parse_body(struct exchange *x, struct str text, struct json **ret_body)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;

	return json_parse(&x->arena, text, &limits, ret_body, &fault);
}

static void add_links(struct exchange *x, struct buf *buf, const struct store_row *row,
                      const struct json *body)
{
	const struct resource *resource = x->bound->resource;
	const struct collection *collection = &resource->collection;

	add_link(buf, S("self"), resource_path(x, resource, row->id, body));
	if (!collection->is_singleton)
		add_link(buf, S("collection"),
		         str_printf(&x->arena, "%.*s%.*s", STR_ARG(x->prefix), STR_ARG(resource->path)));
	for (size_t i = 0; i < collection->reference_count; i++) {
		const struct store_member *member = &collection->members[collection->references[i].member];
		const struct json *value = json_get(body, member->name);

		if (json_is(value, JSON_STRING) || json_is(value, JSON_NUMBER))
			add_link(buf, link_name(member),
			         resource_path(x, resource_of(x, collection->references[i].target),
			                       value->text, NULL));
	}
}

struct str resource_text(struct exchange *x, const struct store_row *row)
{
	struct json *body;
	struct buf buf;

	if (!x->bound->resource->has_links || row->body.len < 2)
		return row->body;
	if (parse_body(x, row->body, &body) < 0)
		return (struct str){ 0 };
	buf_init(&buf, &x->arena, BODY_MAX);
	buf_add(&buf, str_sub(row->body, 0, row->body.len - 1));
	if (body->count)
		buf_add_char(&buf, ',');
	buf_lit(&buf, "\"_links\":{");
	if (buf.failed)
		return (struct str){ 0 };
	add_links(x, &buf, row, body);
	buf_lit(&buf, "}}");
	return buf.failed ? (struct str){ 0 } : buf_str(&buf);
}

int resource_reply_row(struct exchange *x, bool with_validators)
{
	struct response *response = &x->response;
	struct str text = resource_text(x, &x->target.row);

	if (!text.at)
		return STATUTE_ENOMEM;
	response->content = text;
	response->has_content = true;
	response_set(response, S("Content-Type"), resource_media_type(x));
	if (with_validators)
		exchange_add_validators(x);
	return 0;
}

static int add_location(struct exchange *x, struct str name)
{
	struct json *body = NULL;
	struct str path;

	if (x->target.row.body.len && parse_body(x, x->target.row.body, &body) < 0)
		return STATUTE_ENOMEM;
	path = x->bound->resource->collection.is_singleton
	               ? x->request.path
	               : resource_path(x, x->bound->resource, x->target.row.id, body);
	if (!path.at)
		return STATUTE_ENOMEM;
	response_set(&x->response, name, path);
	return 0;
}

static void add_preference(struct exchange *x, bool has_content)
{
	struct prefer prefer = prefer_parse(request_list(&x->request, FIELD_PREFER, &x->arena));

	if (prefer.minimal && !has_content)
		response_set(&x->response, S("Preference-Applied"), S("return=minimal"));
	else if (prefer.representation && has_content)
		response_set(&x->response, S("Preference-Applied"), S("return=representation"));
}

/* RFC 9110 section 9.3.4: a PUT that was stored otherwise than it was sent gets no validator back. */
static bool may_tell_validators(struct exchange *x)
{
	return x->request.method != METHOD_PUT || change_of(x)->is_verbatim;
}

static int reply_created(struct exchange *x)
{
	struct prefer prefer = prefer_parse(request_list(&x->request, FIELD_PREFER, &x->arena));
	bool has_content = !prefer.minimal && (x->bound->returns_content || prefer.representation);
	int r = add_location(x, S("Location"));

	if (r < 0)
		return r;
	add_preference(x, has_content);
	if (has_content)
		return resource_reply_row(x, may_tell_validators(x));
	if (may_tell_validators(x))
		exchange_add_validators(x);
	x->response.has_content = true; /* of no bytes */
	return 0;
}

static int reply_written(struct exchange *x)
{
	struct response *response = &x->response;
	bool has_content = response->status == 200 &&
	                   statute_fact_is(&x->facts, STATUTE_FACT_RETURNS_CONTENT);
	bool is_deleted = x->request.method == METHOD_DELETE;
	int r;

	add_preference(x, has_content);
	if (!has_content) {
		response->has_content = response->status == 200;
		if (!is_deleted && may_tell_validators(x))
			exchange_add_validators(x);
		return 0;
	}
	if (!is_deleted && (r = add_location(x, S("Content-Location"))) < 0)
		return r;
	return resource_reply_row(x, !is_deleted && may_tell_validators(x));
}

int resource_reply(struct exchange *x)
{
	struct response *response = &x->response;
	bool is_read = x->request.method == METHOD_GET || x->request.method == METHOD_HEAD;

	if (is_read) {
		response_set(response, S("Cache-Control"), S("no-cache"));
		response_set(response, S("Vary"), S("Accept")); /* another Accept may be answered 406 */
		if (response->status != 304)
			return resource_reply_row(x, true);
		exchange_add_validators(x);
		return 0;
	}
	x->target.etag = resource_etag(x, x->target.row.version);
	x->target.modified_s = x->target.row.modified_ms / 1000;
	return statute_fact_is(&x->facts, STATUTE_FACT_CREATED) ? reply_created(x) : reply_written(x);
}
