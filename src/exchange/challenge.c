/*
 * What a client is told about its credentials: the challenges of 400, 401 and 403 (RFC 9110
 * section 11.6.1, RFC 6750 section 3), the code that says more than the graph's, who was
 * found and who would have been needed.
 */
#include <string.h>

#include "exchange/identity.h"

/* `, error="invalid_token", error_description="…"` behind a challenge of tokens; the bare one without memory. */
static struct str with_error(struct exchange *x, const struct security *security, size_t scheme, const char *error,
                             const char *why)
{
	struct str bare = security->challenges[scheme], whole;

	if (!error || security->schemes[scheme]->kind != SECURITY_TOKEN)
		return bare;
	whole = why ? str_printf(&x->arena, "%.*s, error=\"%s\", error_description=\"%s\"", STR_ARG(bare), error, why)
	            : str_printf(&x->arena, "%.*s, error=\"%s\"", STR_ARG(bare), error);
	return whole.at ? whole : bare;
}

/* One line each: clients that know one scheme alone find it best so. The blamed one has the error. */
static void challenge(struct exchange *x, const struct security *security, const char *error)
{
	const struct identity *identity = x->identity;

	for (size_t i = 0; i < security->scheme_count; i++) {
		bool is_blamed = error && i == identity->blamed;

		response_add(&x->response, S("WWW-Authenticate"),
		             with_error(x, security, i, is_blamed ? error : NULL, identity->why));
	}
}

/* "The token is not valid: its signature …." */
static void set_detail(struct exchange *x, const char *what, const char *why)
{
	x->problem.detail = str_printf(&x->arena, "%s: %s.", what, why);
}

static void set_code(struct exchange *x, const char *code)
{
	const struct statute_error_code *row = statute_error_code_find(code);

	x->problem.code = str_from(code);
	x->problem.hint = str_from(row ? row->hint : NULL);
}

static void describe_missing(struct exchange *x, const struct security *security)
{
	set_code(x, security->missing_code);
	if (x->identity->is_in_query)
		x->problem.hint = S("A token in the query is never read. Send it as Authorization: Bearer <token>.");
	challenge(x, security, NULL);
}

static void describe_invalid(struct exchange *x, const struct security *security)
{
	const struct identity *identity = x->identity;
	enum security_kind kind = security->schemes[identity->blamed]->kind;
	bool is_expired = identity->outcomes[identity->blamed] == IDENTITY_EXPIRED;
	const char *code = security_invalid_code(kind, is_expired ? 1 : 0);

	set_code(x, code ? code : security_invalid_code(kind, 0));
	if (identity->why && kind == SECURITY_TOKEN)
		set_detail(x, is_expired ? "The token has expired" : "The token is not valid", identity->why);
	else if (identity->why)
		set_detail(x, "The credentials are not valid", identity->why);
	challenge(x, security, "invalid_token");
}

/* ---- 403 ---------------------------------------------------------------------- */

static const char *action_of(const struct exchange *x)
{
	switch (x->request.method) {
	case METHOD_GET:
	case METHOD_HEAD: return x->bound->kind == BINDING_COLLECTION ? "list" : "read";
	case METHOD_POST: return "create";
	case METHOD_PUT: return "replace";
	case METHOD_PATCH: return "change";
	case METHOD_DELETE: return "delete";
	default: return "use";
	}
}

/* A name alone as a text, several as a list, none as null. NULL without memory. */
static struct json *names_json(struct arena *arena, const struct str *names, size_t count)
{
	struct json *list;

	if (count < 2)
		return count ? json_new_string(arena, names[0]) : json_new(arena, JSON_NULL);
	list = json_new(arena, JSON_ARRAY);
	for (size_t i = 0; i < count && list; i++)
		if (json_append(list, json_new_string(arena, names[i])) < 0)
			return NULL;
	return list;
}

static int add_names(struct arena *arena, struct json *details, struct str name, const struct str *names,
                     size_t count)
{
	return json_set(arena, details, name, names_json(arena, names, count));
}

int exchange_describe_denial(struct exchange *x, const struct str *roles, size_t role_count)
{
	struct json *details = json_new(&x->arena, JSON_OBJECT);
	struct str resource = x->bound->resource ? x->bound->resource->collection.name : x->path;
	int r;

	if (!details)
		return STATUTE_ENOMEM;
	if (role_count && ((r = add_names(&x->arena, details, S("requiredRole"), roles, role_count)) < 0 ||
	                   (r = add_names(&x->arena, details, S("yourRole"), x->principal.roles,
	                                  x->principal.role_count)) < 0))
		return r;
	if ((r = json_set(&x->arena, details, S("resource"), json_new_string(&x->arena, resource))) < 0 ||
	    (r = json_set(&x->arena, details, S("action"),
	                  json_new_string(&x->arena, str_from(action_of(x))))) < 0)
		return r;
	x->problem.details = details;
	return 0;
}

/* The first demand of the choice that somebody does not meet; NULL: a role of x-statute is what is missing. */
static const struct security_demand *unmet(const struct exchange *x)
{
	const struct security_choice *choice = x->identity->held;

	for (size_t i = 0; i < choice->count; i++) {
		const struct security_demand *demand = &choice->demands[i];
		const struct principal *principal = &x->identity->principals[demand->scheme];

		for (size_t k = 0; k < demand->scope_count; k++)
			if (!principal_has_scope(principal, demand->scopes[k]))
				return demand;
		for (size_t k = 0; k < demand->role_count; k++)
			if (!principal_has_role(principal, demand->roles[k]))
				return demand;
	}
	return NULL;
}

static void describe_forbidden(struct exchange *x, const struct security *security)
{
	const struct security_demand *demand = unmet(x);
	const struct principal *principal = demand ? &x->identity->principals[demand->scheme] : NULL;
	bool lacks_scope = demand && demand->scope_count;
	struct json *details;

	x->identity->blamed = demand ? demand->scheme : x->identity->held->demands[0].scheme;
	challenge(x, security, "insufficient_scope");
	if (demand && demand->role_count)
		(void)!exchange_describe_denial(x, demand->roles, demand->role_count);
	else
		(void)!exchange_describe_denial(x, security->roles, lacks_scope ? 0 : security->role_count);
	details = (struct json *)(uintptr_t)x->problem.details;
	if (!lacks_scope || !details)
		return;
	if (add_names(&x->arena, details, S("requiredScope"), demand->scopes, demand->scope_count) < 0 ||
	    add_names(&x->arena, details, S("yourScope"), principal->scopes, principal->scope_count) < 0)
		x->problem.details = NULL;
}

void exchange_describe_identity(struct exchange *x)
{
	const struct security *security = x->bound ? x->bound->security : NULL;
	const char *code = x->verdict.code;

	if (!security || !x->identity || !code)
		return;
	if (strcmp(code, "CREDENTIALS_REQUIRED") == 0) {
		describe_missing(x, security);
	} else if (strcmp(code, "MALFORMED_CREDENTIALS") == 0) {
		set_detail(x, "The credentials cannot be read", x->identity->why);
		challenge(x, security, "invalid_request");
	} else if (strcmp(code, "INVALID_CREDENTIALS") == 0) {
		describe_invalid(x, security);
	} else if (strcmp(code, "INSUFFICIENT_PERMISSION") == 0 && x->identity->held) {
		describe_forbidden(x, security);
	} else if (strcmp(code, "RESOURCE_NOT_FOUND") == 0 &&
	           statute_fact_is(&x->facts, STATUTE_FACT_CONCEALS_OPERATION) &&
	           !statute_fact_is(&x->facts, STATUTE_FACT_PERMITTED)) {
		x->problem.code = S("PATH_NOT_FOUND"); /* as of a path that nobody declared */
	}
}

void exchange_vary_by_credentials(struct exchange *x)
{
	const struct security *security = x->bound ? x->bound->security : NULL;

	/* No cache keeps an error, and one that conceals an operation is to look like any other. */
	if (!security || !security->vary.len || x->response.status >= 400 || x->host->settings->ignores_security)
		return;
	if (str_eq(response_field(&x->response, S("Vary")), S("Accept"))) /* the usual case, made beforehand */
		response_set(&x->response, S("Vary"), security->accept_vary);
	else
		exchange_add_vary(x, security->vary);
}
