/*
 * What a table of fields cannot say about an object: see objects.def. The
 * sections named are those of OpenAPI 3.1.1.
 */
#include "openapi/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "message/media_type.h"

void rule_none(struct checker *checker, const struct json *node)
{
	(void)checker;
	(void)node;
}

bool rule_one_of(struct checker *checker, const struct json *text, const char *const *words,
                 const char *remedy)
{
	if (!json_is(text, JSON_STRING))
		return true; /* reported as no text, or as missing */
	for (size_t i = 0; words[i]; i++)
		if (str_eq(text->text, str_from(words[i])))
			return true;
	issues_add(checker->issues, text->at, remedy, "'%.*s' is not allowed here", STR_ARG(text->text));
	return false;
}

static void refuse_since_3_1(struct checker *c, uint32_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* An error in 3.1; a warning in 3.0, which did not yet forbid it. */
static void refuse_since_3_1(struct checker *c, uint32_t at, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (c->minor >= 1)
		issues_add(c->issues, at, NULL, "%s", text);
	else
		issues_warn(c->issues, at, NULL, "%s", text);
}

/* Remembers the name; true where it was there already. */
static bool is_repeated(struct checker *c, struct map *names, struct str name)
{
	void **place = name.at ? map_put(names, name) : NULL;

	if (!place) {
		c->failure = STATUTE_ENOMEM;
		return false;
	}
	if (*place)
		return true;
	*place = c; /* anything but NULL */
	return false;
}

static void check_tags(struct checker *c, const struct json *tags)
{
	struct map names;

	map_init(&names, &c->scratch);
	json_each(tag, tags) {
		struct str name = json_get_text(tag, S("name"));

		if (name.at && is_repeated(c, &names, name))
			issues_warn(c->issues, tag->at, NULL, "the tag '%.*s' is declared twice",
			            STR_ARG(name));
	}
}

/* 4.8.1: at least one of the three; in 3.0 `paths`. A misspelt field was reported already. */
void rule_root(struct checker *checker, const struct json *node)
{
	bool has_any = json_get(node, S("paths")) || json_get(node, S("components")) ||
	               json_get(node, S("webhooks"));

	if (checker->unknown_fields)
		return;
	if (checker->minor < 1 && !json_get(node, S("paths")))
		issues_add(checker->issues, node->at, NULL, "the OpenAPI Object lacks 'paths'");
	else if (!has_any)
		issues_add(checker->issues, node->at, NULL,
		           "the OpenAPI Object needs at least one of 'paths', 'components' and 'webhooks'");
	check_tags(checker, json_get(node, S("tags")));
}

void rule_license(struct checker *checker, const struct json *node)
{
	const struct json *identifier = json_get(node, S("identifier"));

	if (checker->minor >= 1 && identifier && json_get(node, S("url")))
		issues_add(checker->issues, identifier->name_at, NULL,
		           "a license has 'identifier' or 'url', not both");
}

/* 4.8.5: every {variable} of the URL is declared. */
void rule_server(struct checker *checker, const struct json *node)
{
	const struct json *url = json_get(node, S("url")), *variables = json_get(node, S("variables"));
	struct str rest = json_text(url);

	str_cut(&rest, '{');
	while (rest.at) {
		struct str name = str_cut(&rest, '}');

		if (!rest.at)
			issues_add(checker->issues, url->at, NULL, "a '{' without its '}' in the URL");
		else if (!json_get(variables, name))
			issues_add(checker->issues, url->at, NULL, "'variables' does not declare '%.*s'",
			           STR_ARG(name));
		str_cut(&rest, '{');
	}
}

/* 4.8.6 */
void rule_server_variable(struct checker *checker, const struct json *node)
{
	const struct json *words = json_get(node, S("enum")), *value = json_get(node, S("default"));
	bool is_in = false;

	if (!json_is(words, JSON_ARRAY))
		return;
	if (!words->count) {
		refuse_since_3_1(checker, words->at, "'enum' must not be empty");
		return;
	}
	json_each(word, words)
		is_in = is_in || str_eq(json_text(word), json_text(value));
	if (json_is(value, JSON_STRING) && !is_in)
		refuse_since_3_1(checker, value->at, "the default '%.*s' is not in 'enum'",
		                 STR_ARG(value->text));
}

static bool is_component_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		bool is_right = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		                (c && strchr("._-", c));

		if (!is_right)
			return false;
	}
	return name.len > 0;
}

/* 4.8.7: names are of [a-zA-Z0-9._-]. */
void rule_components(struct checker *checker, const struct json *node)
{
	json_each(map, node) {
		if (str_starts(map->name, S("x-")) || map->type != JSON_OBJECT)
			continue;
		json_each(component, map)
			if (!is_component_name(component->name))
				issues_warn(checker->issues, component->name_at,
				            "use letters, digits, '.', '_' and '-'",
				            "'%.*s' is not a name for a component", STR_ARG(component->name));
	}
}

/* 4.8.8 */
void rule_paths(struct checker *checker, const struct json *node)
{
	json_each(path, node)
		if (!str_starts(path->name, S("/")) && !str_starts(path->name, S("x-")))
			issues_add(checker->issues, path->name_at, NULL,
			           "the path '%.*s' does not begin with '/'", STR_ARG(path->name));
}

/* No two parameters of one list have the same name and place. A broken $ref is reported elsewhere. */
static void check_unique_parameters(struct checker *c, const struct json *list)
{
	struct map seen;

	map_init(&seen, &c->scratch);
	json_each(item, list) {
		struct str base = c->base;
		const struct json *parameter = document_follow(&c->loader->document, item, &base);
		struct str name = json_get_text(parameter, S("name")), in = json_get_text(parameter, S("in"));

		if (!name.at)
			continue;
		if (is_repeated(c, &seen, str_printf(&c->scratch, "%.*s %.*s", STR_ARG(in), STR_ARG(name))))
			issues_add(c->issues, item->at, NULL,
			           "the %.*s parameter '%.*s' stands twice in this list", STR_ARG(in),
			           STR_ARG(name));
	}
}

void rule_path_item(struct checker *checker, const struct json *node)
{
	check_unique_parameters(checker, json_get(node, S("parameters")));
}

/* 4.8.10 */
void rule_operation(struct checker *checker, const struct json *node)
{
	const struct json *id = json_get(node, S("operationId"));

	check_unique_parameters(checker, json_get(node, S("parameters")));
	if (json_is(id, JSON_STRING) && is_repeated(checker, &checker->operation_ids, id->text))
		issues_warn(checker->issues, id->at, NULL, "another operation has the operationId '%.*s'",
		            STR_ARG(id->text));
}

void rule_examples(struct checker *checker, const struct json *node)
{
	const struct json *examples = json_get(node, S("examples"));

	if (examples && json_get(node, S("example")))
		issues_add(checker->issues, examples->name_at, NULL,
		           "'examples' cannot stand beside 'example'");
}

void rule_example(struct checker *checker, const struct json *node)
{
	const struct json *external = json_get(node, S("externalValue"));

	if (external && json_get(node, S("value")))
		issues_add(checker->issues, external->name_at, NULL,
		           "'externalValue' cannot stand beside 'value'");
}

void rule_content(struct checker *checker, const struct json *node)
{
	struct media_type type;

	json_each(media, node)
		if (!media_type_parse(media->name, true, &type))
			issues_warn(checker->issues, media->name_at, "write it as 'application/json'",
			            "'%.*s' is not a media type", STR_ARG(media->name));
}

void rule_encoding(struct checker *checker, const struct json *node)
{
	static const char *const styles[] = { "form", "spaceDelimited", "pipeDelimited", "deepObject", NULL };

	rule_one_of(checker, json_get(node, S("style")), styles,
	            "use form, spaceDelimited, pipeDelimited or deepObject");
}

static bool is_status(struct str name)
{
	if (str_eq(name, S("default")))
		return true;
	if (name.len != 3 || name.at[0] < '1' || name.at[0] > '5')
		return false;
	return (name.at[1] == 'X' && name.at[2] == 'X') ||
	       (name.at[1] >= '0' && name.at[1] <= '9' && name.at[2] >= '0' && name.at[2] <= '9');
}

/* 4.8.16 */
void rule_responses(struct checker *checker, const struct json *node)
{
	size_t count = 0;

	json_each(response, node) {
		if (str_starts(response->name, S("x-")))
			continue;
		count++;
		if (!is_status(response->name))
			issues_add(checker->issues, response->name_at,
			           "use a code such as 404, a class such as 4XX, or default",
			           "'%.*s' is not a status code", STR_ARG(response->name));
	}
	if (!count)
		issues_add(checker->issues, node->at, NULL,
		           "the Responses Object needs at least one response");
}

/* 4.8.20 */
void rule_link(struct checker *checker, const struct json *node)
{
	const struct json *id = json_get(node, S("operationId")),
			  *reference = json_get(node, S("operationRef"));
	struct link_place *list;

	if (!id == !reference && !checker->unknown_fields)
		issues_add(checker->issues, id ? id->name_at : node->at, NULL,
		           "a link has either 'operationId' or 'operationRef'");
	if (!json_is(id, JSON_STRING))
		return;
	list = checker_room(checker, checker->links, checker->link_count, &checker->link_cap, sizeof(*list));
	if (!list)
		return;
	checker->links = list;
	list[checker->link_count++].name = id;
}

/* 4.8.30 */
void rule_security_requirement(struct checker *checker, const struct json *node)
{
	const struct json *schemes = json_get(json_get(checker->root, S("components")), S("securitySchemes"));

	json_each(scheme, node)
		if (!json_get(schemes, scheme->name))
			issues_warn(checker->issues, scheme->name_at,
			            "declare it in components.securitySchemes",
			            "no security scheme is named '%.*s'", STR_ARG(scheme->name));
}
