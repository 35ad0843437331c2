/* What each operation demands: its `security`, and x-statute's roles. See security.h. */
#include "openapi/binder.h"

enum { CHOICES_MAX = 16, REALM_MAX = 100 };

static const struct {
	const char *missing, *invalid[2];
} codes[SECURITY_KINDS] = {
	[SECURITY_TOKEN] = { "TOKEN_MISSING", { "TOKEN_INVALID", "TOKEN_EXPIRED" } },
	[SECURITY_PASSWORD] = { "CREDENTIALS_REQUIRED", { "INVALID_CREDENTIALS", NULL } },
	[SECURITY_API_KEY] = { "API_KEY_MISSING", { "API_KEY_INVALID", "API_KEY_EXPIRED" } },
};

const char *security_invalid_code(enum security_kind kind, size_t index)
{
	return index < 2 ? codes[kind].invalid[index] : NULL;
}

static void set_fault(struct security *security, uint32_t at, const char *issue, const char *remedy)
{
	if (!security->fault.issue)
		security->fault = (struct security_fault){ issue, remedy, at };
}

/* ---- Choices ---------------------------------------------------------------- */

static struct security_scheme *scheme_named(struct api *api, struct str name)
{
	for (size_t i = 0; i < api->scheme_count; i++)
		if (str_eq(api->schemes[i].name, name))
			return &api->schemes[i];
	return NULL;
}

/* The scheme's index in the operation's list; SIZE_MAX after a fault. */
static size_t name_scheme(struct binder *binder, struct security *security, const struct json *named)
{
	struct security_scheme *scheme = scheme_named(binder->api, named->name);

	if (!scheme) {
		set_fault(security, named->name_at, "no security scheme has this name",
		          "declare it in components.securitySchemes");
		return SIZE_MAX;
	}
	for (size_t i = 0; i < security->scheme_count; i++)
		if (security->schemes[i] == scheme)
			return i;
	if (security->scheme_count == SECURITY_SCHEMES_MAX) {
		set_fault(security, named->name_at, "an operation can name four security schemes, not more", NULL);
		return SIZE_MAX;
	}
	scheme->is_used = true;
	security->schemes[security->scheme_count] = scheme;
	return security->scheme_count++;
}

static int read_demand(struct binder *binder, struct security *security, const struct json *named,
                       struct security_demand *demand)
{
	size_t index = name_scheme(binder, security, named), count = 0;
	struct str *names = arena_array(binder->arena, named->count, sizeof(*names));

	if (!names)
		return STATUTE_ENOMEM;
	json_each(name, named)
		if (json_is(name, JSON_STRING))
			names[count++] = name->text;
	*demand = (struct security_demand){ .scheme = index };
	if (index != SIZE_MAX && security->schemes[index]->lists_scopes) {
		demand->scopes = names;
		demand->scope_count = count;
	} else {
		demand->roles = names;
		demand->role_count = count;
	}
	return 0;
}

static bool takes_authorization(const struct security_scheme *scheme)
{
	return scheme->kind != SECURITY_API_KEY;
}

static void check_choice(struct security *security, const struct security_choice *choice, uint32_t at)
{
	size_t count = 0;

	for (size_t i = 0; i < choice->count; i++)
		if (choice->demands[i].scheme != SIZE_MAX)
			count += takes_authorization(security->schemes[choice->demands[i].scheme]);
	if (count > 1)
		set_fault(security, at, "two schemes of one choice need the field Authorization, which there is once",
		          "make them two choices, of which one must hold");
}

static int read_choice(struct binder *binder, struct security *security, const struct json *written,
                       struct security_choice *choice)
{
	struct security_demand *demands = arena_array(binder->arena, written->count, sizeof(*demands));
	int r = demands ? 0 : STATUTE_ENOMEM;

	*choice = (struct security_choice){ .demands = demands };
	for (const struct json *named = json_first(written); named && r == 0; named = named->next)
		r = read_demand(binder, security, named, &demands[choice->count++]);
	if (r == 0)
		check_choice(security, choice, written->at);
	return r;
}

static int read_choices(struct binder *binder, const struct json *list, struct security *security)
{
	struct security_choice *choices = arena_array(binder->arena, list->count, sizeof(*choices));
	int r = choices ? 0 : STATUTE_ENOMEM;

	if (list->count > CHOICES_MAX)
		set_fault(security, list->at, "more than 16 choices", NULL);
	for (const struct json *written = json_first(list); written && r == 0; written = written->next) {
		if (json_first(written))
			r = read_choice(binder, security, written, &choices[security->choice_count++]);
		else
			security->is_optional = true;
	}
	security->choices = choices;
	return r;
}

/* ---- Challenges ------------------------------------------------------------- */

/* The title, as a quoted string of HTTP holds it. */
static void add_realm(struct buf *buf, struct str title)
{
	size_t from = buf->len;

	buf_lit(buf, "realm=\"");
	for (size_t i = 0; i < title.len && i < REALM_MAX; i++)
		if (title.at[i] >= ' ' && title.at[i] <= '~' && title.at[i] != '"' && title.at[i] != '\\')
			buf_add_char(buf, title.at[i]);
	if (buf->len == from + 7)
		buf_lit(buf, "API");
	buf_add_char(buf, '"');
}

/* Those that the first choice with the scheme demands: RFC 6750 section 3 has room for one list. */
static void add_scopes(struct buf *buf, const struct security *security, size_t scheme)
{
	for (size_t i = 0; i < security->choice_count; i++) {
		const struct security_choice *choice = &security->choices[i];

		for (size_t k = 0; k < choice->count; k++) {
			const struct security_demand *demand = &choice->demands[k];

			if (demand->scheme != scheme)
				continue;
			for (size_t s = 0; s < demand->scope_count; s++) {
				buf_add(buf, s ? S(" ") : S(", scope=\""));
				buf_add(buf, demand->scopes[s]);
			}
			if (demand->scope_count)
				buf_add_char(buf, '"');
			return;
		}
	}
}

/*
 * Of an API key no registered scheme says where it goes, and a 401 must challenge all the same
 * (RFC 9110 section 15.5.2): ApiKey names the field, cookie or parameter that it is sent in.
 */
static int make_challenge(struct binder *binder, struct security *security, size_t index)
{
	static const char *const places[] = {
		[SECURITY_IN_HEADER] = "header", [SECURITY_IN_COOKIE] = "cookie", [SECURITY_IN_QUERY] = "query",
	};
	const struct security_scheme *scheme = security->schemes[index];
	struct buf buf;

	buf_init(&buf, binder->arena, 8192);
	switch (scheme->kind) {
	case SECURITY_PASSWORD: buf_lit(&buf, "Basic "); break;
	case SECURITY_API_KEY: buf_lit(&buf, "ApiKey "); break;
	default: buf_lit(&buf, "Bearer "); break;
	}
	add_realm(&buf, binder->document->title);
	if (scheme->kind == SECURITY_PASSWORD)
		buf_lit(&buf, ", charset=\"UTF-8\"");
	else if (scheme->kind == SECURITY_API_KEY)
		buf_printf(&buf, ", in=\"%s\", name=\"%.*s\"", places[scheme->place], STR_ARG(scheme->field));
	else
		add_scopes(&buf, security, index);
	security->challenges[index] = buf_str(&buf);
	return buf.failed ? STATUTE_ENOMEM : 0;
}

static void choose_missing_code(struct security *security)
{
	security->missing_code = codes[security->schemes[0]->kind].missing;
	for (size_t i = 1; i < security->scheme_count; i++)
		if (security->schemes[i]->kind != security->schemes[0]->kind)
			security->missing_code = "CREDENTIALS_REQUIRED";
}

/* Empty where it is none: what is in the query is a part of the URL, which caches tell apart by anyway. */
static struct str field_of(const struct security_scheme *scheme)
{
	if (takes_authorization(scheme))
		return S("Authorization");
	switch (scheme->place) {
	case SECURITY_IN_HEADER: return scheme->field;
	case SECURITY_IN_COOKIE: return S("Cookie");
	case SECURITY_IN_QUERY: break;
	}
	return (struct str){ 0 };
}

static bool is_listed(const struct security *security, size_t end, struct str field)
{
	for (size_t i = 0; i < end; i++)
		if (str_eq_nocase(field_of(security->schemes[i]), field))
			return true;
	return false;
}

static int list_fields(struct binder *binder, struct security *security)
{
	struct buf buf;

	buf_init(&buf, binder->arena, 4096);
	for (size_t i = 0; i < security->scheme_count; i++) {
		struct str field = field_of(security->schemes[i]);

		if (!field.len || is_listed(security, i, field))
			continue;
		buf_add(&buf, buf.len ? S(", ") : S(""));
		buf_add(&buf, field);
	}
	security->vary = buf_str(&buf);
	security->accept_vary = str_printf(binder->arena, "Accept, %.*s", STR_ARG(security->vary));
	return buf.failed || !security->accept_vary.at ? STATUTE_ENOMEM : 0;
}

/* ---- Roles ------------------------------------------------------------------ */

static int read_roles(struct binder *binder, const struct json *value, struct security *security)
{
	struct str *roles = arena_array(binder->arena, value->count, sizeof(*roles));

	if (!roles)
		return STATUTE_ENOMEM;
	security->roles = roles;
	json_each(role, value)
		roles[security->role_count++] = json_text(role);
	return 0;
}

static bool are_roles(const struct json *value)
{
	bool are = json_is(value, JSON_ARRAY) && value->count;

	json_each(role, are ? value : NULL)
		are = are && json_text(role).len;
	return are;
}

/* x-statute.roles of the operation, else of its path: there a list, or lists by method. */
static const struct json *roles_of(const struct operation *operation)
{
	const struct json *own = json_get(operation->extension, S("roles"));
	const struct json *of_path = json_get(operation->path->extension, S("roles"));
	struct str method = method_name(operation->method);

	if (own || json_is(of_path, JSON_ARRAY))
		return own ? own : of_path;
	json_each(roles, of_path)
		if (str_eq_nocase(roles->name, method))
			return roles;
	return NULL;
}

/* Where rows have an owner, the roles of a path are those who may do as the owner does: owner.c reads them. */
static bool are_beside_owner(const struct operation *operation, const struct bound_operation *bound)
{
	return bound->resource && bound->resource->owner && !json_get(operation->extension, S("roles"));
}

static int bind_roles(struct binder *binder, const struct operation *operation,
                      const struct bound_operation *bound, struct security *security)
{
	const struct json *roles = roles_of(operation);

	if (!roles)
		return 0;
	if (!are_roles(roles)) {
		issues_add(binder->issues, roles->at, "write roles: [admin], or roles: {delete: [admin]} on a path",
		           "x-statute.roles must be a list of names that is not empty");
		return 0;
	}
	if (are_beside_owner(operation, bound))
		return 0;
	if (!security || security->is_optional || !security->choice_count) {
		issues_add(binder->issues, roles->at, "demand credentials in its `security`",
		           "%.*s %.*s has roles, and lets a client go without credentials",
		           STR_ARG(method_name(operation->method)), STR_ARG(operation->path->template_text));
		return 0;
	}
	return read_roles(binder, roles, security);
}

void bind_check_roles(struct binder *binder, const struct path_item *item, const struct resource *resource)
{
	const struct json *roles = json_get(item->extension, S("roles"));

	if (resource && resource->owner) /* those hold on all paths of the collection */
		return;
	json_each(names, json_is(roles, JSON_OBJECT) ? roles : NULL) {
		bool is_there = false;

		for (enum method method = METHOD_UNKNOWN + 1; method < METHOD_COUNT; method++)
			is_there |= item->operations[method] && str_eq_nocase(method_name(method), names->name);
		if (!is_there && bind_is_method(names->name))
			issues_add(binder->issues, names->name_at, "write it at the path that has the method",
			           "x-statute.roles is for '%.*s', which %.*s does not have", STR_ARG(names->name),
			           STR_ARG(item->template_text));
	}
}

int bind_security(struct binder *binder, const struct operation *operation, struct bound_operation *bound)
{
	struct security *security;
	int r;

	if (!json_first(operation->security))
		return bind_roles(binder, operation, bound, NULL);
	security = arena_new(binder->arena, struct security);
	if (!security)
		return STATUTE_ENOMEM;
	if ((r = read_choices(binder, operation->security, security)) < 0 ||
	    (r = bind_roles(binder, operation, bound, security)) < 0)
		return r;
	if (!security->choice_count)
		return 0;
	bound->needs_credentials = !security->is_optional;
	binder->api->needs_credentials |= bound->needs_credentials;
	bound->security = security;
	if (!security->scheme_count)
		return 0;
	for (size_t i = 0; i < security->scheme_count; i++)
		if ((r = make_challenge(binder, security, i)) < 0)
			return r;
	choose_missing_code(security);
	return list_fields(binder, security);
}
