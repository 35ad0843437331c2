/* A row as its clients see it. */
#include "message/prefer.h"
#include "message/uri.h"
#include "resource/resource.h"

enum { BODY_MAX = 64 << 20, PATH_LIMIT = 1 << 16 };

struct str resource_media_type(const struct exchange *x)
{
	return exchange_representation(x)->type;
}

int resource_parse(struct exchange *x, struct str text, struct json **ret_value)
{
	static const struct json_limits limits = { .depth = JSON_DEPTH_MAX, .nodes = UINT32_MAX };
	struct json_fault fault;

	return json_parse(&x->arena, text, &limits, ret_value, &fault);
}

/* The member that holds what the path's parameter of this index says: of a parent's id. */
static struct str parent_member(const struct exchange *x, const struct resource *resource, size_t parameter)
{
	const struct bound_path *path = &x->host->api->paths[resource->item->index];

	for (enum method method = 0; method < METHOD_COUNT; method++) {
		const struct bound_operation *bound = path->operations[method];

		for (size_t i = 0; bound && i < bound->scope_count; i++)
			if (bound->scopes[i].parameter == parameter)
				return resource->collection.members[bound->scopes[i].member].name;
	}
	return (struct str){ 0 };
}

/* The id of a parent: as the row has it, else, of a row below this request's path, as that has it. */
static struct str parent_id(struct exchange *x, const struct resource *resource, size_t parameter,
                            const struct json *body)
{
	const struct json *member = json_get(body, parent_member(x, resource, parameter));

	if (json_is(member, JSON_STRING) || json_is(member, JSON_NUMBER))
		return member->text;
	if (resource == x->bound->resource && parameter < x->bound->scope_count)
		return x->match.values[parameter];
	return (struct str){ 0 };
}

/* The first segments of an item's path, with the ids of its parents; fails `buf` where one is not known. */
static void add_segments(struct exchange *x, struct buf *buf, const struct resource *resource, size_t count,
                         struct str id, const struct json *body)
{
	const struct path_item *item = resource->item;
	size_t parameter = 0;

	for (size_t i = 0; i < count; i++) {
		const struct path_segment *segment = &item->segments[i];
		struct str value;

		buf_add_char(buf, '/');
		buf_add(buf, segment->parameter.at ? segment->prefix : segment->literal);
		if (!segment->parameter.at)
			continue;
		value = i + 1 == item->segment_count ? resource_canonical_name(resource, body)
		                                     : parent_id(x, resource, parameter++, body);
		if (i + 1 == item->segment_count && !value.len)
			value = id;
		if (!value.len)
			buf->failed = true;
		uri_encode(buf, value);
		buf_add(buf, segment->suffix);
	}
}

/* The collection's own path; empty where what it lies below is not known. */
static struct str collection_path(struct exchange *x, const struct resource *resource,
                                  const struct json *body)
{
	struct buf buf;

	if (!resource->item && resource == x->bound->resource)
		return x->request.path; /* then nothing but the collection has a path */
	buf_init(&buf, &x->arena, PATH_LIMIT);
	buf_add(&buf, x->prefix);
	if (resource->item)
		add_segments(x, &buf, resource, resource->item->segment_count - 1, (struct str){ 0 }, body);
	else if (!memchr(resource->path.at, '{', resource->path.len))
		buf_add(&buf, resource->path);
	else
		buf.failed = true;
	return buf_whole(&buf);
}

struct str resource_path(struct exchange *x, const struct resource *resource, struct str id,
                         const struct json *body)
{
	struct buf buf;

	if (!resource->item) /* no path leads to one row: the collection's own is the nearest */
		return collection_path(x, resource, body);
	buf_init(&buf, &x->arena, PATH_LIMIT);
	buf_add(&buf, x->prefix);
	add_segments(x, &buf, resource, resource->item->segment_count, id, body);
	return buf_whole(&buf);
}

struct str resource_path_of_id(struct exchange *x, const struct resource *resource, struct str id)
{
	struct json *body = NULL;
	struct store_row row;

	if (resource->item && (resource->item->parameter_count > 1 || resource->canonical) &&
	    (resource_get(x, &resource->collection, id, NULL, 0, &row) != STORE_DONE ||
	     row.state != ROW_LIVE || resource_parse(x, row.body, &body) < 0))
		return (struct str){ 0 };
	return resource_path(x, resource, id, body);
}

/* Where there is no such path, there is no link. */
static void add_link(struct buf *buf, struct str name, struct str path)
{
	if (!path.len)
		return;
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

static void add_links(struct exchange *x, struct buf *buf, const struct store_row *row,
                      const struct json *body)
{
	const struct resource *resource = x->bound->resource;
	const struct collection *collection = &resource->collection;

	add_link(buf, S("self"), resource_path(x, resource, row->id, body));
	if (!collection->is_singleton)
		add_link(buf, S("collection"), collection_path(x, resource, body));
	for (size_t i = 0; i < collection->reference_count; i++) {
		const struct store_member *member = &collection->members[collection->references[i].member];
		const struct json *value = json_get(body, member->name);

		if (json_is(value, JSON_STRING) || json_is(value, JSON_NUMBER))
			add_link(buf, link_name(member),
			         resource_path_of_id(x, resource_of(x, collection->references[i].target),
			                             value->text));
	}
}

struct str resource_text(struct exchange *x, const struct store_row *row)
{
	struct str text = resource_localize_text(x, resource_hide_secrets(x, row->body));
	struct json *body;
	struct buf buf;

	if (!x->bound->resource->has_links || text.len < 2)
		return text;
	if (resource_parse(x, row->body, &body) < 0)
		return (struct str){ 0 };
	buf_init(&buf, &x->arena, BODY_MAX);
	buf_add(&buf, str_sub(text, 0, text.len - 1));
	if (text.len > 2)
		buf_add_char(&buf, ',');
	buf_lit(&buf, "\"_links\":{");
	if (buf.failed)
		return (struct str){ 0 };
	add_links(x, &buf, row, body);
	buf_lit(&buf, "}}");
	return buf_whole(&buf);
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

/* Of the row that was found or made: where it is. */
static struct str row_path(struct exchange *x, const struct json *body)
{
	struct str path = x->bound->resource->collection.is_singleton
	                          ? x->request.path
	                          : resource_path(x, x->bound->resource, x->target.row.id, body);

	return path.len ? path : x->request.path;
}

static int add_location(struct exchange *x, struct str name)
{
	struct json *body = NULL;

	if (x->target.row.body.len && resource_parse(x, x->target.row.body, &body) < 0)
		return STATUTE_ENOMEM;
	response_set(&x->response, name, row_path(x, body));
	return 0;
}

/* A row that lacks what the template names was stored before its schema demanded that. */
static int reply_see_other(struct exchange *x)
{
	const struct see_other *see_other = x->bound->see_other;
	struct json *body = NULL;
	struct str location = { 0 };

	if (x->target.row.body.len && resource_parse(x, x->target.row.body, &body) < 0)
		return STATUTE_ENOMEM;
	if (see_other->to.text.len)
		location = exchange_target(x, &see_other->to, x->target.row.id, body, false);
	return exchange_reply_elsewhere(x, location.len ? location : row_path(x, body));
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

	if (is_read && response->status / 100 == 3 && response->status != 304)
		return resource_reply_moved(x);
	if (is_read) {
		response_add(response, S("Cache-Control"), S("no-cache"));
		response_add(response, S("Vary"), S("Accept")); /* another Accept may be answered 406 */
		if (response->status != 304)
			return resource_reply_row(x, true);
		exchange_add_validators(x);
		return 0;
	}
	if (response->status == 303)
		return reply_see_other(x);
	if (response->status == 205) {
		response->has_content = true; /* of no bytes: RFC 9110 section 15.3.6 */
		return 0;
	}
	x->target.etag = resource_etag(x, x->target.row.version);
	x->target.modified_s = x->target.row.modified_ms / 1000;
	return statute_fact_is(&x->facts, STATUTE_FACT_CREATED) ? reply_created(x) : reply_written(x);
}
