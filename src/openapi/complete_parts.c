/*
 * The responses that are added to a document: see complete.h. Which header fields a
 * status owes is in the vocabulary; what a field is, in the table here.
 */
#include "openapi/complete.h"

#include <statute/status.h>

static const struct header_field {
	struct str name; /* as people write it */
	struct str description;
	bool is_number;
} fields[] = {
	{ STR_INIT("Accept"), STR_INIT("The media types that the operation takes."), false },
	{ STR_INIT("Accept-Encoding"), STR_INIT("The content codings that the server decodes."), false },
	{ STR_INIT("Accept-Patch"), STR_INIT("The media types that PATCH takes."), false },
	{ STR_INIT("Accept-Post"), STR_INIT("The media types that POST takes."), false },
	{ STR_INIT("Allow"), STR_INIT("The methods of the path."), false },
	{ STR_INIT("ETag"), STR_INIT("Names the state of the resource, for If-Match and If-None-Match."), false },
	{ STR_INIT("Last-Modified"), STR_INIT("When the resource changed last."), false },
	{ STR_INIT("Link"), STR_INIT("Resources that belong to this one."), false },
	{ STR_INIT("Location"), STR_INIT("Where the resource is."), false },
	{ STR_INIT("Retry-After"), STR_INIT("How many seconds to wait before another try."), true },
	{ STR_INIT("WWW-Authenticate"), STR_INIT("The schemes of credentials that are accepted."), false },
};

/* What is sent where it is known: no status owes it in every case. */
static const struct {
	int status;
	struct str name;
} extras[] = {
	{ 200, STR_INIT("ETag") },          { 200, STR_INIT("Last-Modified") }, { 201, STR_INIT("ETag") },
	{ 201, STR_INIT("Last-Modified") }, { 304, STR_INIT("ETag") },          { 412, STR_INIT("ETag") },
	{ 428, STR_INIT("ETag") },
};

static const char problem_schema[] =
	"{\"type\":\"object\","
	"\"description\":\"What every error looks like (RFC 9457), whoever finds it.\","
	"\"required\":[\"type\",\"title\",\"status\",\"detail\",\"error\",\"message\",\"documentation\"],"
	"\"properties\":{"
	"\"type\":{\"type\":\"string\",\"format\":\"uri-reference\",\"description\":\"The page about this error.\"},"
	"\"title\":{\"type\":\"string\",\"description\":\"The phrase of the status.\"},"
	"\"status\":{\"type\":\"integer\",\"minimum\":400,\"maximum\":599},"
	"\"detail\":{\"type\":\"string\",\"description\":\"What is wrong with this request.\"},"
	"\"instance\":{\"type\":\"string\",\"description\":\"The same as requestId.\"},"
	"\"error\":{\"type\":\"string\",\"pattern\":\"^[A-Z0-9_]+$\",\"description\":\"A stable code to branch on.\"},"
	"\"message\":{\"type\":\"string\",\"description\":\"The same as detail.\"},"
	"\"requestId\":{\"type\":\"string\",\"description\":\"The same as the field X-Request-Id.\"},"
	"\"timestamp\":{\"type\":\"string\",\"format\":\"date-time\"},"
	"\"path\":{\"type\":\"string\"},"
	"\"validationErrors\":{\"type\":\"array\","
	"\"description\":\"Everything that is wrong with the content or the parameters.\","
	"\"items\":{\"type\":\"object\",\"required\":[\"message\",\"code\"],\"properties\":{"
	"\"field\":{\"type\":\"string\",\"description\":\"The member or parameter.\"},"
	"\"pointer\":{\"type\":\"string\",\"description\":\"Where it is in the content: a JSON Pointer.\"},"
	"\"in\":{\"type\":\"string\",\"enum\":[\"path\",\"query\",\"header\",\"cookie\"]},"
	"\"message\":{\"type\":\"string\"},"
	"\"code\":{\"type\":\"string\"},"
	"\"value\":{\"description\":\"What was sent; never of a member that is a secret.\"}}}},"
	"\"details\":{\"type\":\"object\",\"description\":\"What belongs to this code.\"},"
	"\"hint\":{\"type\":\"string\",\"description\":\"What to do about it.\"},"
	"\"retryAfter\":{\"type\":\"integer\",\"description\":\"Seconds to wait before another try.\"},"
	"\"documentation\":{\"type\":\"string\",\"format\":\"uri-reference\"}}}";

struct json *complete_problem_schema(struct arena *arena)
{
	const struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *schema;

	return json_parse(arena, str_from(problem_schema), &limits, &schema, &fault) == 0 ? schema : NULL;
}

static int set_text(struct arena *arena, struct json *object, struct str name, struct str text)
{
	return json_set(arena, object, name, json_new_string(arena, text));
}

struct json *complete_reference(struct arena *arena, struct str text)
{
	struct json *reference = json_new(arena, JSON_OBJECT);

	return text.at && reference && set_text(arena, reference, S("$ref"), text) == 0 ? reference : NULL;
}

struct str complete_name(struct arena *arena, int status)
{
	struct str phrase = str_from(statute_status_class_fallback(status)->phrase);
	struct buf buf;

	buf_init(&buf, arena, 256);
	while (phrase.at)
		buf_add(&buf, str_cut(&phrase, ' '));
	return buf_whole(&buf);
}

/* ---- Header fields -------------------------------------------------------- */

static const struct header_field *find_field(struct str name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (str_eq_nocase(fields[i].name, name))
			return &fields[i];
	return NULL;
}

static int add_field(struct arena *arena, struct json *headers, struct str name, bool is_owed)
{
	const struct header_field *field = find_field(name);
	struct json *header, *schema;
	int r;

	if (!field || json_get(headers, field->name)) /* the connection's own fields are no business of the API */
		return 0;
	header = json_new(arena, JSON_OBJECT);
	schema = json_new(arena, JSON_OBJECT);
	if (!header || !schema)
		return STATUTE_ENOMEM;
	if ((r = set_text(arena, header, S("description"), field->description)) < 0)
		return r;
	if (is_owed && (r = json_set(arena, header, S("required"), json_new_bool(arena, true))) < 0)
		return r;
	if ((r = set_text(arena, schema, S("type"), field->is_number ? S("integer") : S("string"))) < 0 ||
	    (r = json_set(arena, header, S("schema"), schema)) < 0)
		return r;
	return json_set(arena, headers, field->name, header);
}

/* "a b|c": a is owed, and one of b and c. */
static int add_owed(struct arena *arena, struct json *headers, int status)
{
	struct str groups = str_from(statute_status_class_fallback(status)->headers);
	int r = 0;

	while (r == 0 && groups.len) {
		struct str group = str_cut(&groups, ' ');
		bool is_one = str_find(group, '|') == group.len;

		while (r == 0 && group.len)
			r = add_field(arena, headers, str_cut(&group, '|'), is_one);
	}
	return r;
}

static int add_extras(struct arena *arena, struct json *headers, int status)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(extras) / sizeof(extras[0]); i++)
		if (extras[i].status == status)
			r = add_field(arena, headers, extras[i].name, false);
	return r;
}

/* ---- Responses ------------------------------------------------------------ */

/* A response with its description and fields; content comes later. */
static struct json *new_response(struct arena *arena, int status, bool is_post)
{
	const char *meaning = statute_status_class_fallback(status)->meaning;
	struct json *response = json_new(arena, JSON_OBJECT), *headers = json_new(arena, JSON_OBJECT);

	if (!response || !headers || set_text(arena, response, S("description"), str_from(meaning)) < 0)
		return NULL;
	if (status == 201 && add_field(arena, headers, S("Location"), is_post) < 0)
		return NULL;
	if (add_owed(arena, headers, status) < 0 || add_extras(arena, headers, status) < 0)
		return NULL;
	if (headers->count && json_set(arena, response, S("headers"), headers) < 0)
		return NULL;
	return response;
}

static int add_content(struct arena *arena, struct json *content, struct str type, struct json *schema)
{
	struct json *media = json_new(arena, JSON_OBJECT);

	if (!media || (schema && json_set(arena, media, S("schema"), schema) < 0))
		return STATUTE_ENOMEM;
	return json_set(arena, content, type, media);
}

struct json *complete_error(struct arena *arena, int status, struct str schema)
{
	struct json *response = new_response(arena, status, false), *content = json_new(arena, JSON_OBJECT);
	struct json *reference = complete_reference(arena, schema);

	if (!response || !content || !reference ||
	    add_content(arena, content, S("application/problem+json"), reference) < 0 ||
	    json_set(arena, response, S("content"), content) < 0)
		return NULL;
	return response;
}

/* No schema: one would tell binding what the resource is made of, which the document did not say. */
struct json *complete_success(struct arena *arena, const struct bound_operation *bound, int status)
{
	const struct statute_status *entry = statute_status_class_fallback(status);
	struct json *response = new_response(arena, status, bound->operation->method == METHOD_POST);
	struct json *content = json_new(arena, JSON_OBJECT);

	if (!response || !content)
		return NULL;
	if (entry->content == STATUTE_CONTENT_FORBIDDEN || entry->content == STATUTE_CONTENT_EMPTY ||
	    bound->operation->method == METHOD_HEAD)
		return response;
	for (size_t i = 0; i < bound->offer_count; i++)
		if (!json_get(content, bound->offers[i]) && add_content(arena, content, bound->offers[i], NULL) < 0)
			return NULL;
	return json_set(arena, response, S("content"), content) == 0 ? response : NULL;
}
