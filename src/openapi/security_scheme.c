/* The schemes of a document, and what x-statute says of each: see security.h. */
#include "base/duration.h"
#include "message/syntax.h"
#include "openapi/binder.h"
#include "openapi/load.h"

enum { LEEWAY_S = 60, LEEWAY_MAX_S = 3600, AUDIENCE_MAX = 16 };

#define NOT_HERE "serve the document with --no-security, where something before it checks"

static void set_fault(struct security_scheme *scheme, uint32_t at, const char *issue, const char *remedy)
{
	if (!scheme->fault.issue)
		scheme->fault = (struct security_fault){ issue, remedy, at };
}

/* ---- x-statute of a scheme of tokens ---------------------------------------- */

/* The text of `value`; {NULL, 0} after an issue. */
static struct str read_text(struct binder *binder, const struct json *value, const char *remedy)
{
	struct str text = json_text(value);

	if (!text.len)
		issues_add(binder->issues, value->at, remedy, "x-statute.%.*s must be a text that is not empty",
		           STR_ARG(value->name));
	return text;
}

static int read_keys(struct binder *binder, struct security_scheme *scheme, const struct json *value)
{
	struct str text = read_text(binder, value, "name a file with a JSON Web Key Set: keys: keys.json");

	scheme->keys_at = value->at;
	scheme->keys_are_remote = str_starts(text, S("https://")) || str_starts(text, S("http://"));
	if (!text.len)
		return 0;
	scheme->keys = scheme->keys_are_remote ? str_printf(binder->arena, "%.*s", STR_ARG(text))
	                                       : bind_path_beside(binder, value->at, text);
	return scheme->keys.at ? 0 : STATUTE_ENOMEM;
}

static int read_issuer(struct binder *binder, struct security_scheme *scheme, const struct json *value)
{
	scheme->issuer = read_text(binder, value, "write what the tokens have in iss");
	return 0;
}

static int read_roles(struct binder *binder, struct security_scheme *scheme, const struct json *value)
{
	scheme->roles_claim = read_text(binder, value, "name the claim: roles: realm_access.roles");
	return 0;
}

static int read_scopes(struct binder *binder, struct security_scheme *scheme, const struct json *value)
{
	scheme->scopes_claim = read_text(binder, value, "name the claim: scopes: scp");
	return 0;
}

static int read_required_type(struct binder *binder, struct security_scheme *scheme, const struct json *value)
{
	scheme->required_type = read_text(binder, value, "write required-type: at+jwt");
	return 0;
}

static int read_audience(struct binder *binder, struct security_scheme *scheme, const struct json *value)
{
	const struct json *first = json_is(value, JSON_ARRAY) ? value->first : value;
	size_t count = json_is(value, JSON_ARRAY) ? value->count : 1;
	struct str *names = arena_array(binder->arena, count, sizeof(*names));

	if (!names)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < count; i++, first = first->next) {
		names[i] = json_text(first);
		if (!names[i].len || count > AUDIENCE_MAX) {
			issues_add(binder->issues, value->at, "write audience: shop, or a list of at most 16",
			           "x-statute.audience must be a text, or a list of texts");
			return 0;
		}
	}
	if (!count)
		issues_add(binder->issues, value->at, "leave it out where any audience will do",
		           "an empty audience would refuse every token");
	scheme->audience = names;
	scheme->audience_count = count;
	return 0;
}

static int read_leeway(struct binder *binder, struct security_scheme *scheme, const struct json *value)
{
	uint64_t ms = UINT64_MAX;
	int64_t seconds;

	if (json_is(value, JSON_NUMBER) && json_to_i64(value, &seconds) && seconds >= 0 && seconds <= LEEWAY_MAX_S)
		ms = (uint64_t)seconds * 1000;
	else if (!duration_read(json_text(value), &ms))
		ms = UINT64_MAX;
	if (ms > (uint64_t)LEEWAY_MAX_S * 1000)
		issues_add(binder->issues, value->at, "write leeway: 30s, or a number of seconds",
		           "x-statute.leeway must be a duration of at most an hour");
	else
		scheme->leeway_s = (int64_t)(ms / 1000);
	return 0;
}

static const struct scheme_key token_keys[] = {
	{ STR_INIT("audience"), read_audience },
	{ STR_INIT("issuer"), read_issuer },
	{ STR_INIT("keys"), read_keys },
	{ STR_INIT("leeway"), read_leeway },
	{ STR_INIT("required-type"), read_required_type },
	{ STR_INIT("roles"), read_roles },
	{ STR_INIT("scopes"), read_scopes },
	{ { NULL, 0 }, NULL },
};

static const struct scheme_key *const keys_of[SECURITY_KINDS] = {
	[SECURITY_TOKEN] = token_keys,
	[SECURITY_PASSWORD] = security_password_keys,
	[SECURITY_API_KEY] = security_api_key_keys,
};

static void issue_key(struct binder *binder, const struct scheme_key *keys, const struct json *member)
{
	struct buf known;

	buf_init(&known, binder->arena, 4096);
	buf_printf(&known, keys->read ? "the keys here are" : "this kind of scheme has none");
	for (const struct scheme_key *key = keys; key->read; key++)
		buf_printf(&known, "%s %.*s", key == keys ? "" : ",", STR_ARG(key->name));
	buf_add_char(&known, '\0');
	issues_add(binder->issues, member->name_at, known.failed ? NULL : known.at,
	           "x-statute has no key '%.*s' here", STR_ARG(member->name));
}

static int read_extension(struct binder *binder, struct security_scheme *scheme)
{
	const struct scheme_key *keys = keys_of[scheme->kind];
	int r;

	if (!scheme->extension)
		return 0;
	if (!json_is(scheme->extension, JSON_OBJECT)) {
		issues_add(binder->issues, scheme->extension->at, NULL, "x-statute must be an object");
		return 0;
	}
	json_each(member, scheme->extension) {
		const struct scheme_key *key = keys;

		while (key->read && !str_eq(key->name, member->name))
			key++;
		if (!key->read)
			issue_key(binder, keys, member);
		else if ((r = key->read(binder, scheme, member)) < 0)
			return r;
	}
	return 0;
}

/* ---- What kind it is --------------------------------------------------------- */

static void classify_http(struct security_scheme *scheme, const struct json *node)
{
	struct str name = json_get_text(node, S("scheme"));

	if (str_eq_nocase(name, S("basic")))
		scheme->kind = SECURITY_PASSWORD;
	else if (!str_eq_nocase(name, S("bearer")))
		set_fault(scheme, node->at,
		          "this scheme of HTTP authentication is not supported: bearer and basic are", NOT_HERE);
}

/* What is in the query ends up in logs and histories: whoever wants it there says so. */
static void classify_api_key(struct security_scheme *scheme, const struct json *node)
{
	struct str in = json_get_text(node, S("in"));
	bool allows_query = json_is_true(json_get(json_get(node, S("x-statute")), S("allow-query")));

	scheme->kind = SECURITY_API_KEY;
	scheme->field = json_get_text(node, S("name"));
	if (str_eq(in, S("cookie")))
		scheme->place = SECURITY_IN_COOKIE;
	else if (str_eq(in, S("query")))
		scheme->place = SECURITY_IN_QUERY;
	if (scheme->place == SECURITY_IN_QUERY && !allows_query)
		set_fault(scheme, node->at, "an API key in the query ends up in logs and histories",
		          "write in: header, or x-statute: {allow-query: true} where it has to be there");
	else if (scheme->place == SECURITY_IN_HEADER && str_eq_nocase(scheme->field, S("Authorization")))
		set_fault(scheme, node->at, "Authorization has a syntax of its own, of which an API key is no part",
		          "write name: X-API-Key");
	else if (!syntax_is_token(scheme->field))
		set_fault(scheme, node->at, "an API key needs the name of its field, cookie or parameter",
		          "write name: X-API-Key");
}

/* The issuer is what its discovery document stands below (OpenID Connect Discovery 1.0 section 4.1). */
static void classify_discovery(struct security_scheme *scheme, const struct json *node)
{
	struct str url = json_get_text(node, S("openIdConnectUrl")), path = S("/.well-known/openid-configuration");

	scheme->discovery = url;
	if (str_ends(url, path))
		scheme->discovered = str_sub(url, 0, url.len - path.len);
}

static void classify(struct security_scheme *scheme, const struct json *node)
{
	struct str type = json_get_text(node, S("type"));

	scheme->kind = SECURITY_TOKEN;
	scheme->lists_scopes = str_eq(type, S("oauth2")) || str_eq(type, S("openIdConnect"));
	if (str_eq(type, S("openIdConnect")))
		classify_discovery(scheme, node);
	if (str_eq(type, S("http")))
		classify_http(scheme, node);
	else if (str_eq(type, S("apiKey")))
		classify_api_key(scheme, node);
	else if (str_eq(type, S("mutualTLS")))
		set_fault(scheme, node->at, "mutualTLS is not supported", NOT_HERE);
	else if (!scheme->lists_scopes)
		set_fault(scheme, scheme->at, "this kind of security scheme is not known", NOT_HERE);
}

static int bind_scheme(struct binder *binder, const struct json *written, struct security_scheme *scheme)
{
	const struct document *document = binder->document;
	struct str base = loader_of(document)->files.entries[0].key;
	const struct json *node = document_follow(document, written, &base);

	scheme->name = written->name;
	scheme->at = written->name_at;
	scheme->leeway_s = LEEWAY_S;
	scheme->roles_claim = S("roles");
	scheme->scopes_claim = S("scope");
	if (!node) {
		set_fault(scheme, scheme->at, "this security scheme leads nowhere", NULL);
		return 0;
	}
	classify(scheme, node);
	scheme->extension = json_get(node, S("x-statute"));
	return read_extension(binder, scheme);
}

int bind_security_schemes(struct binder *binder)
{
	const struct json *list = json_get(json_get(binder->document->root, S("components")), S("securitySchemes"));
	struct api *api = binder->api;
	int r = 0;

	if (!json_is(list, JSON_OBJECT))
		return 0;
	api->schemes = arena_array(binder->arena, list->count, sizeof(*api->schemes));
	if (!api->schemes)
		return STATUTE_ENOMEM;
	for (const struct json *node = list->first; node && r == 0; node = node->next) {
		struct security_scheme *scheme = &api->schemes[api->scheme_count];

		scheme->index = api->scheme_count++;
		r = bind_scheme(binder, node, scheme);
	}
	return r;
}
