/* The parts of an operation: parameters, media types, bodies, responses. See model.h. */
#include "openapi/model.h"

struct place model_follow(const struct loader *loader, const struct json *node, struct str base)
{
	struct place place = { .base = base };

	if (json_is(node, JSON_OBJECT))
		place.node = document_follow(&loader->document, node, &place.base);
	if (!json_is(place.node, JSON_OBJECT))
		place.node = NULL;
	return place;
}

/* A schema with errors was reported when it was compiled first: then NULL. */
static int schema_of(struct loader *loader, const struct json *node, struct str base,
                     const struct schema **ret_schema)
{
	int r;

	*ret_schema = NULL;
	if (!node)
		return 0;
	r = document_schema(&loader->document, base, node, ret_schema);
	return r == STATUTE_ENOMEM ? r : 0;
}

static bool bool_or(const struct json *node, bool otherwise)
{
	if (json_is(node, JSON_TRUE))
		return true;
	return json_is(node, JSON_FALSE) ? false : otherwise;
}

/* Parameters. */

static enum parameter_in in_of(struct str text)
{
	if (str_eq(text, S("path")))
		return IN_PATH;
	if (str_eq(text, S("header")))
		return IN_HEADER;
	return str_eq(text, S("cookie")) ? IN_COOKIE : IN_QUERY;
}

static enum parameter_style style_of(const struct json *node, enum parameter_in in)
{
	static const struct {
		struct str name;
		enum parameter_style style;
	} styles[] = {
		{ STR_INIT("simple"), STYLE_SIMPLE },          { STR_INIT("label"), STYLE_LABEL },
		{ STR_INIT("matrix"), STYLE_MATRIX },          { STR_INIT("form"), STYLE_FORM },
		{ STR_INIT("spaceDelimited"), STYLE_SPACE },   { STR_INIT("pipeDelimited"), STYLE_PIPE },
		{ STR_INIT("deepObject"), STYLE_DEEP_OBJECT },
	};
	struct str name = json_get_text(node, S("style"));

	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		if (str_eq(name, styles[i].name))
			return styles[i].style;
	return in == IN_PATH || in == IN_HEADER ? STYLE_SIMPLE : STYLE_FORM;
}

int model_parameter(struct loader *loader, struct place place, struct parameter *ret_parameter)
{
	const struct json *node = place.node, *schema = json_get(node, S("schema"));
	const struct json *media = json_first(json_get(node, S("content")));
	struct parameter p = { .node = node, .base = place.base, .at = node->at };
	struct media_type type;
	int r;

	p.name = json_get_text(node, S("name"));
	p.in = in_of(json_get_text(node, S("in")));
	p.style = style_of(node, p.in);
	p.explodes = bool_or(json_get(node, S("explode")), p.style == STYLE_FORM);
	p.is_required = p.in == IN_PATH || json_is_true(json_get(node, S("required")));
	p.allows_empty = p.in == IN_QUERY && json_is_true(json_get(node, S("allowEmptyValue")));
	if (!schema && media) {
		schema = json_get(media, S("schema"));
		p.is_json = media_type_parse(media->name, true, &type) && media_type_is_json(&type);
	}
	if ((r = schema_of(loader, schema, place.base, &p.schema)) < 0)
		return r;
	*ret_parameter = p;
	return 0;
}

/* Media types. */

int model_media(struct loader *loader, const struct json *content, struct str base, struct media **ret_media,
                size_t *ret_count)
{
	struct media *list;
	size_t count = 0;
	int r;

	if (!json_is(content, JSON_OBJECT) || !content->count)
		return 0;
	if (!(list = arena_array(loader->document.arena, content->count, sizeof(*list))))
		return STATUTE_ENOMEM;
	json_each(node, content) {
		struct media *media = &list[count];

		if (node->type != JSON_OBJECT || !media_type_parse(node->name, true, &media->type))
			continue;
		media->name = node->name;
		media->is_json = media_type_is_json(&media->type);
		media->node = node;
		if ((r = schema_of(loader, json_get(node, S("schema")), base, &media->schema)) < 0)
			return r;
		count++;
	}
	*ret_media = list;
	*ret_count = count;
	return 0;
}

int model_body(struct loader *loader, struct place place, const struct request_body **ret_body)
{
	struct request_body *body;
	int r;

	if (!place.node)
		return 0;
	if (!(body = arena_new(loader->document.arena, struct request_body)))
		return STATUTE_ENOMEM;
	body->is_required = json_is_true(json_get(place.node, S("required")));
	body->at = place.node->at;
	r = model_media(loader, json_get(place.node, S("content")), place.base, &body->media,
	                &body->media_count);
	if (r < 0)
		return r;
	*ret_body = body;
	return 0;
}

/* Responses. */

/* 200; 4 for "4XX"; 0 for "default"; -1 for what is none of them. */
static int status_of(struct str name)
{
	uint64_t status;

	if (str_eq(name, S("default")))
		return 0;
	if (name.len == 3 && str_ends(name, S("XX")) && name.at[0] >= '1' && name.at[0] <= '5')
		return name.at[0] - '0';
	return str_to_u64(name, &status) && status >= 100 && status <= 599 ? (int)status : -1;
}

int model_responses(struct loader *loader, const struct json *node, struct str base,
                    struct operation *operation)
{
	struct documented_response *list;
	int r;

	if (!json_is(node, JSON_OBJECT) || !node->count)
		return 0;
	if (!(list = arena_array(loader->document.arena, node->count, sizeof(*list))))
		return STATUTE_ENOMEM;
	operation->responses = list;
	json_each(member, node) {
		struct place place = model_follow(loader, member, base);
		struct documented_response *response = &list[operation->response_count];
		int status = status_of(member->name);

		if (status < 0 || !place.node)
			continue;
		*response = (struct documented_response){
			.status = status,
			.name = member->name,
			.node = place.node,
			.at = member->at,
		};
		r = model_media(loader, json_get(place.node, S("content")), place.base, &response->media,
		                &response->media_count);
		if (r < 0)
			return r;
		operation->response_count++;
	}
	return 0;
}
