/* The rules of Parameter, Header and Security Scheme Objects (OpenAPI 3.1.1, 4.8.12, 4.8.21, 4.8.27). */
#include "openapi/check.h"

static void refuse_field(struct checker *c, const struct json *node, struct str name, const char *where)
{
	const struct json *field = json_get(node, name);

	if (!field)
		return;
	if (c->minor >= 1)
		issues_add(c->issues, field->name_at, NULL, "'%.*s' is allowed %s only", STR_ARG(name),
		           where);
	else
		issues_warn(c->issues, field->name_at, NULL, "'%.*s' is ignored: it counts %s only",
		            STR_ARG(name), where);
}

/* One of `schema` and `content`; a content has one media type; examples belong to a schema. */
static void check_schema_or_content(struct checker *c, const struct json *node, const char *title)
{
	const struct json *schema = json_get(node, S("schema")), *content = json_get(node, S("content"));

	if (schema && content)
		issues_add(c->issues, content->name_at, NULL, "'content' cannot stand beside 'schema'");
	else if (!schema && !content && !c->unknown_fields)
		issues_add(c->issues, node->at, NULL, "the %s needs 'schema' or 'content'", title);
	if (json_is(content, JSON_OBJECT) && content->count != 1)
		issues_add(c->issues, content->at, NULL, "the content of a %s has exactly one media type",
		           title[0] == 'H' ? "header" : "parameter");
	rule_examples(c, node);
}

static void check_style(struct checker *c, const struct json *node, struct str in)
{
	static const char *const path[] = { "simple", "label", "matrix", NULL };
	static const char *const query[] = { "form", "spaceDelimited", "pipeDelimited", "deepObject", NULL };
	static const char *const header[] = { "simple", NULL };
	static const char *const cookie[] = { "form", NULL };
	const struct json *style = json_get(node, S("style"));

	if (str_eq(in, S("path")))
		rule_one_of(c, style, path, "a path parameter has style simple, label or matrix");
	else if (str_eq(in, S("query")))
		rule_one_of(c, style, query,
		            "a query parameter has style form, spaceDelimited, pipeDelimited or deepObject");
	else if (str_eq(in, S("header")))
		rule_one_of(c, style, header, "a header has style simple");
	else if (str_eq(in, S("cookie")))
		rule_one_of(c, style, cookie, "a cookie has style form");
}

static void check_path_parameter(struct checker *c, const struct json *node)
{
	const struct json *required = json_get(node, S("required"));

	if (!required)
		issues_warn(c->issues, node->at, "add 'required: true'",
		            "a path parameter is always required");
	else if (json_is(required, JSON_FALSE))
		issues_warn(c->issues, required->at, "write 'required: true'",
		            "a path parameter is always required");
}

void rule_parameter(struct checker *checker, const struct json *node)
{
	static const char *const places[] = { "path", "query", "header", "cookie", NULL };
	const struct json *in = json_get(node, S("in"));

	if (!rule_one_of(checker, in, places, "use path, query, header or cookie"))
		return;
	check_schema_or_content(checker, node, "Parameter Object");
	check_style(checker, node, json_text(in));
	if (str_eq(json_text(in), S("path")))
		check_path_parameter(checker, node);
	if (json_is(in, JSON_STRING) && !str_eq(in->text, S("query"))) {
		refuse_field(checker, node, S("allowReserved"), "in a query parameter");
		refuse_field(checker, node, S("allowEmptyValue"), "in a query parameter");
	}
}

void rule_header(struct checker *checker, const struct json *node)
{
	check_schema_or_content(checker, node, "Header Object");
	check_style(checker, node, S("header"));
	refuse_field(checker, node, S("allowReserved"), "in a query parameter");
	refuse_field(checker, node, S("allowEmptyValue"), "in a query parameter");
}

static void need(struct checker *c, const struct json *node, struct str name, const char *kind)
{
	if (!json_get(node, name))
		issues_add(c->issues, node->at, NULL, "a security scheme of type %s needs '%.*s'", kind,
		           STR_ARG(name));
}

void rule_security_scheme(struct checker *checker, const struct json *node)
{
	static const char *const types[] = { "apiKey", "http", "oauth2", "openIdConnect", "mutualTLS", NULL };
	static const char *const places[] = { "query", "header", "cookie", NULL };
	const struct json *type = json_get(node, S("type"));
	struct str text = json_text(type);

	if (!rule_one_of(checker, type, types, "use apiKey, http, oauth2, openIdConnect or mutualTLS"))
		return;
	if (str_eq(text, S("apiKey"))) {
		need(checker, node, S("name"), "apiKey");
		need(checker, node, S("in"), "apiKey");
		rule_one_of(checker, json_get(node, S("in")), places, "use query, header or cookie");
	} else if (str_eq(text, S("http"))) {
		need(checker, node, S("scheme"), "http");
	} else if (str_eq(text, S("oauth2"))) {
		need(checker, node, S("flows"), "oauth2");
	} else if (str_eq(text, S("openIdConnect"))) {
		need(checker, node, S("openIdConnectUrl"), "openIdConnect");
	}
}
