/*
 * `cors` of x-statute, at the root or on a path: which pages of other origins may read answers.
 * What it does not say has a default that an API with these features needs, so that
 * `cors: {origins: [https://shop.example]}` is all that most documents write.
 */
#include "openapi/binder.h"

#include "message/syntax.h"

enum { ENTRIES_MAX = 256, MAX_AGE_MAX = 86400, TEXT_MAX = 1 << 16 };

#define EXAMPLE "write cors: {origins: [\"https://shop.example\"]}"

/* What a page may send where the document does not say: what this server looks at. */
static const struct str default_headers[] = {
	STR_INIT("Accept"),
	STR_INIT("Accept-Language"),
	STR_INIT("Authorization"),
	STR_INIT("Content-Encoding"),
	STR_INIT("Content-Language"),
	STR_INIT("Content-Type"),
	STR_INIT("Idempotency-Key"),
	STR_INIT("If-Match"),
	STR_INIT("If-Modified-Since"),
	STR_INIT("If-None-Match"),
	STR_INIT("If-Range"),
	STR_INIT("If-Unmodified-Since"),
	STR_INIT("Prefer"),
	STR_INIT("Range"),
	STR_INIT("X-Request-Id"),
};

#define DEFAULT_EXPOSE \
	"ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, X-RateLimit-Limit, " \
	"X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, WWW-Authenticate, " \
	"Idempotency-Replayed, Allow, Content-Location, Preference-Applied"
#define DEFAULT_MAX_AGE "600"

struct cors_key {
	struct str name;
	int (*read)(struct binder *binder, struct cors *cors, const struct json *value);
};

static void issue_type(struct binder *binder, const struct json *value, const char *remedy)
{
	issues_add(binder->issues, value->at, remedy, "x-statute.cors.%.*s is %s %s", STR_ARG(value->name),
	           value->type == JSON_ARRAY || value->type == JSON_OBJECT ? "an" : "a",
	           json_type_name(value->type));
}

/* A list of texts, and no more of them than are looked through for each request. */
static bool is_list(struct binder *binder, const struct json *value, const char *remedy)
{
	if (!json_is(value, JSON_ARRAY)) {
		issue_type(binder, value, remedy);
		return false;
	}
	if (value->count > ENTRIES_MAX) {
		issues_add(binder->issues, value->at, NULL, "%u entries are too many: 256 at most",
		           value->count);
		return false;
	}
	json_each(entry, value) {
		if (json_is(entry, JSON_STRING))
			continue;
		issues_add(binder->issues, entry->at, remedy, "an entry of x-statute.cors.%.*s is no text",
		           STR_ARG(value->name));
		return false;
	}
	return true;
}

static void read_origin(struct binder *binder, struct cors *cors, struct cors_origin *origins,
                        const struct json *entry)
{
	if (str_eq(entry->text, S("*")))
		cors->allows_any = true;
	else if (cors_origin_read(entry->text, &origins[cors->origin_count]))
		cors->origin_count++;
	else
		issues_add(binder->issues, entry->at,
		           "write scheme and host as a browser does, in small letters, without a path and "
		           "without the scheme's own port: https://shop.example, or https://*.shop.example",
		           "'%.*s' is no origin", STR_ARG(entry->text));
}

static int read_origins(struct binder *binder, struct cors *cors, const struct json *value)
{
	struct cors_origin *origins;

	if (!is_list(binder, value, EXAMPLE))
		return 0;
	origins = arena_array(binder->arena, value->count + 1, sizeof(*origins));
	if (!origins)
		return STATUTE_ENOMEM;
	json_each(entry, value)
		read_origin(binder, cors, origins, entry);
	cors->origins = origins;
	return 0;
}

/* Names of fields or methods, '*' apart. */
static int read_names(struct binder *binder, const struct json *value, const char *remedy,
                      const struct str **ret_names, size_t *ret_count, bool *ret_any)
{
	struct str *names;
	size_t count = 0;

	if (!is_list(binder, value, remedy))
		return 0;
	names = arena_array(binder->arena, value->count + 1, sizeof(*names));
	if (!names)
		return STATUTE_ENOMEM;
	*ret_any = false;
	json_each(entry, value) {
		if (str_eq(entry->text, S("*")))
			*ret_any = true;
		else if (syntax_is_token(entry->text))
			names[count++] = entry->text;
		else
			issues_add(binder->issues, entry->at, remedy, "'%.*s' is no name",
			           STR_ARG(entry->text));
	}
	*ret_names = names;
	*ret_count = count;
	return 0;
}

static int read_headers(struct binder *binder, struct cors *cors, const struct json *value)
{
	return read_names(binder, value, "write headers: [Content-Type, If-Match]", &cors->headers,
	                  &cors->header_count, &cors->allows_any_header);
}

static int read_methods(struct binder *binder, struct cors *cors, const struct json *value)
{
	bool is_any = false;
	int r = read_names(binder, value, "write methods: [GET, POST]", &cors->methods, &cors->method_count,
	                   &is_any);

	for (size_t i = 0; i < cors->method_count; i++)
		if (method_from(cors->methods[i]) == METHOD_UNKNOWN)
			issues_add(binder->issues, value->at, "write methods: [GET, POST]",
			           "'%.*s' is no method of OpenAPI", STR_ARG(cors->methods[i]));
	if (is_any) /* those of the path, as where nothing is said */
		cors->methods = NULL;
	return r;
}

static int read_expose(struct binder *binder, struct cors *cors, const struct json *value)
{
	const struct str *names = NULL;
	size_t count = 0;
	bool is_any = false;
	struct buf buf;
	int r = read_names(binder, value, "write expose: [ETag, Location]", &names, &count, &is_any);

	if (r < 0)
		return r;
	buf_init(&buf, binder->arena, TEXT_MAX);
	buf_add(&buf, is_any ? S("*") : S(""));
	for (size_t i = 0; i < count; i++) {
		buf_add(&buf, buf.len ? S(", ") : S(""));
		buf_add(&buf, names[i]);
	}
	cors->expose = buf_str(&buf);
	return buf.failed ? STATUTE_ENOMEM : 0;
}

static int read_max_age(struct binder *binder, struct cors *cors, const struct json *value)
{
	int64_t seconds;

	if (!json_to_i64(value, &seconds) || seconds < 0 || seconds > MAX_AGE_MAX) {
		issues_add(binder->issues, value->at, "write max-age: 600",
		           "x-statute.cors.max-age is no number of seconds from 0 to 86400");
		return 0;
	}
	cors->max_age = str_printf(binder->arena, "%d", (int)seconds);
	return cors->max_age.at ? 0 : STATUTE_ENOMEM;
}

static int read_credentials(struct binder *binder, struct cors *cors, const struct json *value)
{
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		issue_type(binder, value, "write credentials: true, or leave it out");
	cors->allows_credentials = json_is_true(value);
	return 0;
}

static const struct cors_key keys[] = {
	{ STR_INIT("credentials"), read_credentials }, { STR_INIT("expose"), read_expose },
	{ STR_INIT("headers"), read_headers },         { STR_INIT("max-age"), read_max_age },
	{ STR_INIT("methods"), read_methods },         { STR_INIT("origins"), read_origins },
};

static int read_key(struct binder *binder, struct cors *cors, const struct json *member)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (str_eq(keys[i].name, member->name))
			return keys[i].read(binder, cors, member);
	issues_add(binder->issues, member->name_at,
	           "the keys here are credentials, expose, headers, max-age, methods, origins",
	           "x-statute.cors has no key '%.*s'", STR_ARG(member->name));
	return 0;
}

/* A browser takes no '*' with credentials; to echo every origin instead would let any page act for a user. */
static void check_together(struct binder *binder, const struct cors *cors, const struct json *value)
{
	if (!json_get(value, S("origins")))
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.cors names no origins");
	if (!cors->allows_credentials)
		return;
	if (cors->allows_any)
		issues_add(binder->issues, json_get(value, S("origins"))->at,
		           "name the origins, or leave credentials out",
		           "any origin (*) together with credentials would let every page act for a user");
	if (str_starts(cors->expose, S("*")))
		issues_add(binder->issues, json_get(value, S("expose"))->at, "name the fields",
		           "together with credentials, * exposes nothing");
}

static int read_cors(struct binder *binder, const struct json *value, struct cors *cors)
{
	int r;

	*cors = (struct cors){
		.headers = default_headers,
		.header_count = sizeof(default_headers) / sizeof(default_headers[0]),
		.expose = S(DEFAULT_EXPOSE),
		.max_age = S(DEFAULT_MAX_AGE),
	};
	json_each(member, value)
		if ((r = read_key(binder, cors, member)) < 0)
			return r;
	check_together(binder, cors, value);
	return 0;
}

int bind_cors(struct binder *binder, const struct json *value, const struct cors **ret_cors)
{
	struct cors *cors;
	int r;

	if (value->type == JSON_FALSE) {
		*ret_cors = NULL;
		return 0;
	}
	if (!json_is(value, JSON_OBJECT)) {
		issues_add(binder->issues, value->at, EXAMPLE ", or cors: false", "x-statute.cors is a %s",
		           json_type_name(value->type));
		return 0;
	}
	cors = arena_new(binder->arena, struct cors);
	if (!cors)
		return STATUTE_ENOMEM;
	if ((r = read_cors(binder, value, cors)) < 0)
		return r;
	*ret_cors = cors;
	return 0;
}

static bool is_granted(const struct cors *cors, struct str method)
{
	for (size_t i = 0; i < cors->method_count; i++)
		if (str_eq(cors->methods[i], method))
			return true;
	return !cors->methods;
}

int bind_path_cors(struct binder *binder, struct bound_path *path)
{
	const struct json *value = json_get(path->item->extension, S("cors"));
	struct str rest = path->allow;
	struct buf buf;
	int r;

	path->cors = binder->api->cors;
	if (value && (r = bind_cors(binder, value, &path->cors)) < 0)
		return r;
	if (!path->cors)
		return 0;
	buf_init(&buf, binder->arena, TEXT_MAX);
	while (rest.at) {
		struct str method = str_trim(str_cut(&rest, ','));

		if (!is_granted(path->cors, method))
			continue;
		buf_add(&buf, buf.len ? S(", ") : S(""));
		buf_add(&buf, method);
	}
	path->cors_methods = buf_str(&buf);
	return buf.failed ? STATUTE_ENOMEM : 0;
}
