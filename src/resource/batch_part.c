/*
 * The parts of a batch: entries of its content become requests. Their shape was compiled with the
 * document (src/openapi/batch.c); what a schema cannot say is said here, with the place of each fault.
 *
 * A part is sent by whoever sent the batch: it takes over the fields that say who that is, and may not
 * have any of its own.
 */
#include "message/media_type.h"
#include "message/syntax.h"
#include "message/uri.h"
#include "resource/batch.h"

/* Fields that a part takes over where the batch has them. */
static bool is_inherited(enum field_id id)
{
	return id == FIELD_AUTHORIZATION || id == FIELD_COOKIE || id == FIELD_ORIGIN;
}

/* Fields that speak of the connection, of how content is sent, or of the batch as a whole. */
static bool is_of_the_whole(enum field_id id)
{
	switch (id) {
	case FIELD_AUTHORIZATION:
	case FIELD_COOKIE:
	case FIELD_ORIGIN:
	case FIELD_HOST:
	case FIELD_EARLY_DATA:
	case FIELD_X_REQUEST_ID:
	case FIELD_IDEMPOTENCY_KEY:
	case FIELD_ACCEPT_ENCODING:
	case FIELD_CONTENT_ENCODING:
	case FIELD_CONTENT_LENGTH:
	case FIELD_CONTENT_RANGE:
	case FIELD_CONTENT_DIGEST:
	case FIELD_REPR_DIGEST:
	case FIELD_TRANSFER_ENCODING:
	case FIELD_TE:
	case FIELD_TRAILER:
	case FIELD_CONNECTION:
	case FIELD_KEEP_ALIVE:
	case FIELD_UPGRADE:
	case FIELD_VIA:
	case FIELD_EXPECT:
	case FIELD_RANGE:
	case FIELD_IF_RANGE:
	case FIELD_ACCESS_CONTROL_REQUEST_METHOD:
	case FIELD_ACCESS_CONTROL_REQUEST_HEADERS: return true;
	default: return false;
	}
}

static bool is_api_key(const struct api *api, struct str name)
{
	for (size_t i = 0; i < api->scheme_count; i++)
		if (api->schemes[i].kind == SECURITY_API_KEY && api->schemes[i].place == SECURITY_IN_HEADER &&
		    str_eq_nocase(api->schemes[i].field, name))
			return true;
	return false;
}

/* What a browser says of a page: "Sec-Fetch-Site". */
static bool is_of_browser(struct str name)
{
	return str_eq_nocase(str_sub(name, 0, 4), S("Sec-"));
}

/* ---- Errors ---------------------------------------------------------------- */

/* About the member of part `index` that `path` leads to, "/headers/If-Match" or "". */
static int blame(struct exchange *x, size_t index, struct str path, struct str code, struct str message)
{
	struct str pointer = str_printf(&x->arena, "/requests/%zu%.*s", index, STR_ARG(path));
	struct str field = str_printf(&x->arena, "requests[%zu]%.*s", index, STR_ARG(path));

	if (!pointer.at || !field.at)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < field.len; i++) /* made here, and nobody else's */
		if (field.at[i] == '/')
			((char *)(uintptr_t)field.at)[i] = '.';
	FACT(SCHEMA_HOLDS, false);
	return resource_error(x,
	                      &(struct problem_error){
				      .field = field, .pointer = pointer, .code = code, .message = message });
}

/* ---- One request ----------------------------------------------------------- */

static bool is_target(struct str path, struct str query)
{
	return syntax_all(path, CHAR_PATH) && uri_is_valid_encoding(path) &&
	       (!query.len || (syntax_all(query, CHAR_QUERY) && uri_is_valid_encoding(query)));
}

static int read_target(struct exchange *x, size_t index, struct str target, struct request *request)
{
	size_t len = str_find(target, '?');

	request->target = target;
	request->path = str_sub(target, 0, len);
	if (len < target.len)
		request->query = str_sub(target, len + 1, target.len);
	if (is_target(request->path, request->query))
		return 0;
	return blame(x, index, S("/path"), S("FORMAT"),
	             S("Must be a path, percent-encoded, with a query perhaps"));
}

/* There is room. */
static void add_field(struct request *request, struct str name, struct str value)
{
	struct field *field = &request->fields[request->field_count++];

	*field = (struct field){ .name = name, .value = value, .id = field_id_from(name) };
	if (!request->lines[field->id]++)
		request->first[field->id] = (uint16_t)request->field_count;
}

static int read_header(struct exchange *x, size_t index, const struct json *header, struct request *request)
{
	struct str value = str_trim(header->text), place;

	if (syntax_is_token(header->name) && !is_of_the_whole(field_id_from(header->name)) &&
	    !is_of_browser(header->name) && !is_api_key(x->host->api, header->name) &&
	    (!value.len || syntax_all(value, CHAR_VALUE))) {
		add_field(request, header->name, value);
		return 0;
	}
	place = str_printf(&x->arena, "/headers/%.*s",
	                   STR_ARG(syntax_is_token(header->name) ? header->name : S("")));
	if (!place.at)
		return STATUTE_ENOMEM;
	return blame(x, index, place, S("PROPERTY_NAME"),
	             S("Must be a field, of one line, that is of this request alone"));
}

static int read_headers(struct exchange *x, size_t index, const struct json *headers, struct request *request)
{
	size_t room = x->request.field_count + (headers ? headers->count : 0) + 1; /* and Content-Type */
	int r = 0;

	request->fields = arena_array(&x->arena, room, sizeof(*request->fields));
	if (!request->fields)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < x->request.field_count; i++) {
		const struct field *field = &x->request.fields[i];

		if (is_inherited(field->id) || is_of_browser(field->name) ||
		    is_api_key(x->host->api, field->name))
			add_field(request, field->name, field->value);
	}
	json_each(header, headers)
		if (r == 0)
			r = read_header(x, index, header, request);
	return r;
}

static bool is_patch_list(const struct media *media)
{
	return str_eq_nocase(media->type.subtype, S("json-patch+json"));
}

/* Where a part does not name the type of its body: the one that its operation takes such a body in. */
static struct str type_of_body(const struct exchange *part, const struct json *body)
{
	const struct request_body *declared = part->bound && part->bound->operation
	                                              ? part->bound->operation->body
	                                              : NULL;

	for (size_t i = 0; declared && i < declared->media_count; i++) {
		const struct media *media = &declared->media[i];

		if (media->is_json && str_find(media->name, '*') == media->name.len &&
		    (part->request.method != METHOD_PATCH ||
		     is_patch_list(media) == json_is(body, JSON_ARRAY)))
			return media->name;
	}
	return S("application/json");
}

/* The text of the body is a slice of the batch's: it was parsed as part of that. */
static int read_body(struct exchange *x, size_t index, const struct json *body, struct request *request)
{
	if (!body)
		return 0;
	if (method_is_safe(request->method))
		return blame(x, index, S("/body"), S("FALSE_SCHEMA"),
		             S("Must not be there in a request that only reads"));
	request->content = str_sub(x->request.content, body->at, body->end - body->at);
	request->has_content = true;
	request->content_length = request->content.len;
	return 0;
}

static int read_request(struct exchange *x, size_t index, const struct json *entry, struct request *request)
{
	int r;

	*request = (struct request){
		.method_text = json_get_text(entry, S("method")),
		.authority = x->request.authority,
		.minor = 1,
	};
	request->method = method_from(request->method_text);
	if ((r = read_target(x, index, json_get_text(entry, S("path")), request)) < 0 ||
	    (r = read_headers(x, index, json_get(entry, S("headers")), request)) < 0)
		return r;
	return read_body(x, index, json_get(entry, S("body")), request);
}

/* ---- The parts ------------------------------------------------------------- */

static int route(struct batching *batch, struct exchange *part, const struct json *body)
{
	int r;

	batch_lend(batch, part);
	r = exchange_part_begin(part, batch->x);
	batch_take_back(batch, part);
	if (r < 0 || !body || request_has(&part->request, FIELD_CONTENT_TYPE))
		return r;
	/* The head is complete only now that the operation is known: what it says is found once more. */
	add_field(&part->request, S("Content-Type"), type_of_body(part, body));
	batch_lend(batch, part);
	r = exchange_part_begin(part, batch->x);
	batch_take_back(batch, part);
	return r;
}

static int read_part(struct batching *batch, size_t index, const struct json *entry)
{
	struct exchange *x = batch->x;
	struct batch_part *part = &batch->parts[index];
	size_t errors = x->problem.error_count;
	int r;

	exchange_init(&part->x, &batch->host);
	part->x.host_data = batch;
	part->id = json_get_text(entry, S("id"));
	if ((r = read_request(x, index, entry, &part->x.request)) < 0 || x->problem.error_count > errors)
		return r;
	if ((r = route(batch, &part->x, json_get(entry, S("body")))) < 0)
		return r;
	part->kind = part->x.kind;
	if (!part->x.bound || bind_is_part(part->x.bound->kind))
		return 0;
	return blame(x, index, S("/path"), S("NOT_IN_BATCH"),
	             S("Leads to an operation that can be no part of a batch"));
}

static int check_shape(struct exchange *x, const struct schema *schema)
{
	struct schema_errors errors = { 0 };
	int r = schema ? schema_validate(schema, x->body, SCHEMA_REQUEST, &x->arena, &errors) : 0;

	if (r == STATUTE_ENOMEM)
		return r;
	if (r < 0)
		FACT(SCHEMA_HOLDS, false);
	for (size_t i = 0; i < errors.count; i++)
		if ((r = resource_schema_error(x, &errors.list[i])) < 0)
			return r;
	return 0;
}

int batch_read_parts(struct batching *batch)
{
	struct exchange *x = batch->x;
	const struct batch *said = x->bound->special.said;
	const struct json *requests = json_get(x->body, S("requests"));
	size_t index = 0;
	int r;

	FACT(SCHEMA_HOLDS, true);
	if ((r = check_shape(x, said->shape)) < 0 || (r = check_shape(x, x->bound->body)) < 0)
		return r;
	if (!statute_fact_is(&x->facts, STATUTE_FACT_SCHEMA_HOLDS))
		return 0;
	batch->count = requests->count;
	batch->parts = arena_array(&x->arena, batch->count, sizeof(*batch->parts));
	if (!batch->parts)
		return STATUTE_ENOMEM;
	json_each(entry, requests)
		if ((r = read_part(batch, index++, entry)) < 0)
			return r;
	return 0;
}
