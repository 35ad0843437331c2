/*
 * Which representations an operation offers: the media types of its documented successes, in their order.
 * JSON of anything; of a list also CSV and lines of JSON. And what x-statute says of them: `accept`,
 * `compress`, wherever it stands nearest.
 */
#include "message/syntax.h"
#include "openapi/binder.h"

enum { TAG_MAX = 24 };

static bool is_named(const struct media_type *type, struct str main_type, struct str subtype)
{
	return str_eq_nocase(type->type, main_type) && str_eq_nocase(type->subtype, subtype);
}

static bool is_lines(const struct media_type *type)
{
	static const struct str names[] = { STR_INIT("x-ndjson"), STR_INIT("ndjson"), STR_INIT("jsonl"),
		                            STR_INIT("x-jsonlines") };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_named(type, S("application"), names[i]))
			return true;
	return false;
}

static bool is_list(const struct bound_operation *bound)
{
	return bound->kind == BINDING_COLLECTION && method_is_safe(bound->operation->method);
}

/* False where it cannot be sent. */
static bool find_format(const struct bound_operation *bound, const struct media *media, enum format *ret_format)
{
	if (str_find(media->name, '*') < media->name.len)
		return false;
	*ret_format = is_lines(&media->type)                              ? FORMAT_LINES
	              : is_named(&media->type, S("text"), S("csv")) ? FORMAT_CSV
	                                                                  : FORMAT_JSON;
	return *ret_format == FORMAT_JSON ? media->is_json : is_list(bound);
}

/* Of a type that is no first one of its format: the same in every process, and in every operation. */
static struct str hashed_tag(struct arena *arena, struct str name)
{
	uint32_t hash = 0x811c9dc5; /* FNV-1a */

	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.at[i];

		hash = (hash ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * 0x01000193;
	}
	return str_printf(arena, "-%08x", hash);
}

static bool has_format(const struct bound_operation *bound, const struct representation *list, enum format format)
{
	for (size_t i = 0; i < bound->offer_count; i++)
		if (list[i].format == format)
			return true;
	return false;
}

/* RFC 4180 section 3 and RFC 7111: the first line is names, the text is UTF-8. */
static struct str full_type(struct arena *arena, const struct media *media, enum format format)
{
	bool has_parameters = media->type.parameters.len > 0;

	if (format != FORMAT_CSV || has_parameters)
		return media->name;
	return str_printf(arena, "%.*s; charset=utf-8; header=present", STR_ARG(media->name));
}

static void add_offer(struct binder *binder, struct bound_operation *bound, const struct media *media,
                      enum format format, struct representation *list, struct str *offers)
{
	static const struct str tags[] = { [FORMAT_JSON] = STR_INIT(""),
		                           [FORMAT_CSV] = STR_INIT("-csv"),
		                           [FORMAT_LINES] = STR_INIT("-lines") };
	bool is_first = !has_format(bound, list, format);

	for (size_t i = 0; i < bound->offer_count; i++)
		if (str_eq_nocase(offers[i], media->name))
			return;
	list[bound->offer_count] = (struct representation){
		.format = format,
		.type = full_type(binder->arena, media, format),
		.tag = is_first ? tags[format] : hashed_tag(binder->arena, media->name),
	};
	offers[bound->offer_count++] = media->name;
}

/* A table needs its columns. */
static void check_columns(struct binder *binder, const struct bound_operation *bound, const struct media *media)
{
	const struct schema_member *members;

	if (!schema_members(bound->resource->schema, &members))
		issues_add(binder->issues, media->node ? media->node->at : bound->operation->at,
		           "give the schema of its items `properties`: they are the columns",
		           "'%.*s' of a list whose items have no declared members", STR_ARG(media->name));
}

static bool is_success(const struct documented_response *response)
{
	return response->status / 100 == 2 || response->status == 2;
}

static void add_offers(struct binder *binder, struct bound_operation *bound,
                       const struct documented_response *response, struct representation *list,
                       struct str *offers)
{
	for (size_t i = 0; i < response->media_count; i++) {
		const struct media *media = &response->media[i];
		enum format format;

		if (!find_format(bound, media, &format))
			continue;
		if (format == FORMAT_CSV)
			check_columns(binder, bound, media);
		add_offer(binder, bound, media, format, list, offers);
	}
}

/* application/json where none is documented. */
static int find_offers(struct binder *binder, struct bound_operation *bound)
{
	const struct operation *operation = bound->operation;
	size_t room = 1;
	struct representation *list;
	struct str *offers;

	for (size_t i = 0; i < operation->response_count; i++)
		room += operation->responses[i].media_count;
	offers = arena_array(binder->arena, room, sizeof(*offers));
	list = arena_array(binder->arena, room, sizeof(*list));
	if (!offers || !list)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < operation->response_count; i++)
		if (is_success(&operation->responses[i]))
			add_offers(binder, bound, &operation->responses[i], list, offers);
	if (!bound->offer_count) {
		list[0].type = offers[0] = S("application/json");
		bound->offer_count = 1;
	}
	bound->offers = offers;
	bound->representations = list;
	return 0;
}

/* ---- x-statute ------------------------------------------------------------ */

int bind_accept_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!str_eq(json_text(value), S("strict")) && !str_eq(json_text(value), S("lenient")))
		issues_add(binder->issues, value->at, "write accept: lenient, or leave it out",
		           "x-statute.accept can only be 'strict' or 'lenient'");
	return 0;
}

int bind_compress_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		bind_issue_type(binder, value, "compress", "write compress: false");
	return 0;
}

static const struct json *nearest(const struct binder *binder, const struct operation *operation, struct str key)
{
	const struct json *value = json_get(operation->extension, key);

	if (!value)
		value = json_get(operation->path->extension, key);
	return value ? value : json_get(binder->document->extension, key);
}

/*
 * Does a browser add its credentials to whatever another site makes it ask? Then who can put a text of
 * theirs beside a secret in one answer learns the secret from the answer's length, if that is compressed.
 */
static bool has_ambient_credentials(const struct security *security)
{
	for (size_t i = 0; security && i < security->scheme_count; i++) {
		const struct security_scheme *scheme = security->schemes[i];

		if (scheme->kind == SECURITY_PASSWORD ||
		    (scheme->kind == SECURITY_API_KEY && scheme->place == SECURITY_IN_COOKIE))
			return true;
	}
	return false;
}

static bool is_resource(const struct bound_operation *bound)
{
	return bound->kind == BINDING_COLLECTION || bound->kind == BINDING_ITEM || bound->kind == BINDING_SINGLETON;
}

int bind_representations(struct binder *binder, struct bound_operation *bound)
{
	const struct operation *operation = bound->operation;
	const struct json *compress = nearest(binder, operation, S("compress"));
	const struct json *own = json_get(operation->extension, S("compress"));
	bool is_read = operation->method == METHOD_GET || operation->method == METHOD_HEAD;

	if (own && !(is_read && is_resource(bound)))
		issues_add(binder->issues, own->name_at, "take it away: nothing else is compressed",
		           "compress is for GET of a collection, an item or a singleton");
	bound->is_lenient = str_eq(json_text(nearest(binder, operation, S("accept"))), S("lenient"));
	bound->is_compressed = is_read && is_resource(bound) &&
	                       (compress ? json_is_true(compress) : !has_ambient_credentials(bound->security));
	return find_offers(binder, bound);
}
