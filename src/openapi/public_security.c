/* The public face of a document's security: see <statute/routes.h>. */
#include "openapi/public.h"

enum { NAMES_MAX = 64 }; /* more roles or scopes than that are left out */

/* Names, each once. */
struct names {
	struct str list[NAMES_MAX];
	size_t count;
};

static void add_names(struct names *names, const struct str *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < names->count && !str_eq(names->list[k], list[i]))
			k++;
		if (k == names->count && k < NAMES_MAX)
			names->list[names->count++] = list[i];
	}
}

static void gather(const struct bound_operation *bound, struct names *roles, struct names *scopes)
{
	const struct security *security = bound->security;
	const struct resource_owner *owner = bound->resource ? bound->resource->owner : NULL;

	if (owner)
		add_names(roles, owner->roles[bound->operation->method].names,
		          owner->roles[bound->operation->method].count);
	add_names(roles, security->roles, security->role_count);
	for (size_t i = 0; i < security->choice_count; i++) {
		const struct security_choice *choice = &security->choices[i];

		for (size_t k = 0; k < choice->count; k++) {
			add_names(roles, choice->demands[k].roles, choice->demands[k].role_count);
			add_names(scopes, choice->demands[k].scopes, choice->demands[k].scope_count);
		}
	}
}

static bool copy(struct arena *arena, struct str text, const char **ret_text)
{
	return !text.len || (*ret_text = str_dup(arena, text).at);
}

static int copy_roles(struct arena *arena, const struct names *names, struct statute_security *security)
{
	const char **roles = arena_array(arena, names->count, sizeof(*roles));

	if (!roles)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < names->count; i++)
		if (!copy(arena, names->list[i], &roles[i]))
			return STATUTE_ENOMEM;
	security->roles = roles;
	security->role_count = names->count;
	return 0;
}

static struct json *scopes_text(struct arena *arena, const struct names *scopes)
{
	struct buf buf;

	buf_init(&buf, arena, 1 << 16);
	for (size_t i = 0; i < scopes->count; i++) {
		buf_add(&buf, i ? S(" ") : S(""));
		buf_add(&buf, scopes->list[i]);
	}
	return buf.failed ? NULL : json_new_string(arena, buf_str(&buf));
}

/* A claim is found by its whole name first, so that one with dots in it needs no claims within claims. */
static int write_claims(struct arena *arena, const struct security_scheme *scheme, const struct names *scopes,
                        const char *role, const char **ret_text)
{
	struct json *root = json_new(arena, JSON_OBJECT), *roles = json_new(arena, JSON_ARRAY);
	struct buf buf;
	int r = root && roles ? 0 : STATUTE_ENOMEM;

	if (r == 0 && role && (r = json_append(roles, json_new_string(arena, str_from(role)))) == 0)
		r = json_set(arena, root, scheme->roles_claim, roles);
	if (r == 0 && scopes->count)
		r = json_set(arena, root, scheme->scopes_claim, scopes_text(arena, scopes));
	if (r < 0)
		return r;
	buf_init(&buf, arena, 1 << 17);
	json_write(&buf, root);
	buf_add_char(&buf, '\0');
	*ret_text = buf.at;
	return buf.failed ? STATUTE_ENOMEM : 0;
}

static int make_claims(struct arena *arena, const struct security_scheme *scheme, const struct names *scopes,
                       struct statute_security *security)
{
	const char **claims = arena_array(arena, security->role_count + 1, sizeof(*claims));
	int r = claims ? 0 : STATUTE_ENOMEM;

	for (size_t i = 0; i <= security->role_count && r == 0; i++)
		r = write_claims(arena, scheme, scopes, i < security->role_count ? security->roles[i] : NULL,
		                 &claims[i]);
	security->claims = claims;
	return r;
}

static const struct security_scheme *scheme_without_keys(const struct api *api)
{
	for (size_t i = 0; i < api->scheme_count; i++) {
		const struct security_scheme *scheme = &api->schemes[i];

		if (scheme->is_used && scheme->kind == SECURITY_TOKEN && !scheme->keys.len && !scheme->fault.issue)
			return scheme;
	}
	return NULL;
}

static int describe(struct arena *arena, const struct security_scheme *scheme, const struct names *scopes,
                    struct statute_security *security)
{
	security->lacks_keys = true;
	if (!copy(arena, scheme->issuer, &security->issuer) ||
	    !copy(arena, scheme->audience_count ? scheme->audience[0] : S(""), &security->audience) ||
	    !copy(arena, scheme->required_type, &security->type))
		return STATUTE_ENOMEM;
	return make_claims(arena, scheme, scopes, security);
}

int statute_document_security(struct statute_document *public, struct statute_security *ret_security)
{
	const struct api *api = public->api;
	const struct security_scheme *scheme = scheme_without_keys(api);
	struct statute_security security = { 0 };
	struct names roles = { 0 }, scopes = { 0 };
	int r;

	for (size_t i = 0; i < api->path_count; i++)
		for (enum method method = METHOD_UNKNOWN; method < METHOD_COUNT; method++)
			if (api->paths[i].operations[method] && api->paths[i].operations[method]->security)
				gather(api->paths[i].operations[method], &roles, &scopes);
	r = copy_roles(&public->arena, &roles, &security);
	if (r == 0 && scheme)
		r = describe(&public->arena, scheme, &scopes, &security);
	if (r < 0)
		return r;
	*ret_security = security;
	return 0;
}
