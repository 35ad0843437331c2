/*
 * What a page of another origin learns from an answer (Fetch standard, "CORS protocol"): added to
 * every response, errors and refusals too, since without it a page cannot tell a 404 from
 * a network that failed. A browser enforces it; the server decides nothing by Origin.
 */
#include "exchange/facts.h"

#include "message/syntax.h"

enum { TEXT_MAX = 1 << 16 };

/* The path's, else the document's. What is the server's own, under "/-/", is for no other origin. */
static const struct cors *policy_of(const struct exchange *x)
{
	if (x->bound_path)
		return x->bound_path->cors;
	if (x->host->owns_every_path || str_starts(x->request.path, S("/-/")))
		return NULL;
	return x->host->api ? x->host->api->cors : NULL;
}

/* RFC 6454 section 7.3: one line, one origin. Empty where there is none. */
static struct str origin_of(const struct exchange *x)
{
	return x->request.lines[FIELD_ORIGIN] == 1 ? request_field(&x->request, FIELD_ORIGIN)
	                                           : (struct str){ 0 };
}

bool exchange_is_preflight(const struct exchange *x)
{
	return x->request.method == METHOD_OPTIONS && request_has(&x->request, FIELD_ORIGIN) &&
	       request_has(&x->request, FIELD_ACCESS_CONTROL_REQUEST_METHOD);
}

void exchange_add_vary(struct exchange *x, struct str name)
{
	struct str present = response_field(&x->response, S("Vary")), both;

	if (!present.len) {
		response_set(&x->response, S("Vary"), name);
		return;
	}
	if (syntax_list_has(present, name))
		return;
	both = str_printf(&x->arena, "%.*s, %.*s", STR_ARG(present), STR_ARG(name));
	if (both.at)
		response_set(&x->response, S("Vary"), both);
	else /* a second line says the same */
		response_add(&x->response, S("Vary"), name);
}

static void grant_origin(struct exchange *x, const struct cors *cors, struct str origin)
{
	response_set(&x->response, S("Access-Control-Allow-Origin"), cors->allows_any ? S("*") : origin);
	if (cors->allows_credentials)
		response_set(&x->response, S("Access-Control-Allow-Credentials"), S("true"));
}

static void answer_preflight(struct exchange *x, const struct cors *cors)
{
	struct str asked = request_list(&x->request, FIELD_ACCESS_CONTROL_REQUEST_HEADERS, &x->arena);
	struct buf buf;

	if (x->bound_path)
		response_set(&x->response, S("Access-Control-Allow-Methods"), x->bound_path->cors_methods);
	buf_init(&buf, &x->arena, TEXT_MAX);
	cors_add_headers(cors, asked, &buf);
	if (buf.len && !buf.failed)
		response_set(&x->response, S("Access-Control-Allow-Headers"), buf_str(&buf));
	response_set(&x->response, S("Access-Control-Max-Age"), cors->max_age);
}

static bool is_preflight_answer(const struct exchange *x)
{
	return x->response.status == 204 && statute_fact_is(&x->facts, STATUTE_FACT_IS_PREFLIGHT);
}

void exchange_add_cors(struct exchange *x)
{
	const struct cors *cors = policy_of(x);
	struct str origin = origin_of(x);

	if (is_preflight_answer(x)) {
		exchange_add_vary(x, S("Origin"));
		exchange_add_vary(x, S("Access-Control-Request-Method"));
		exchange_add_vary(x, S("Access-Control-Request-Headers"));
	}
	if (!cors)
		return;
	if (!cors->allows_any)
		exchange_add_vary(x, S("Origin"));
	if (!cors->allows_any && !(origin.len && cors_allows(cors, origin)))
		return;
	grant_origin(x, cors, origin);
	if (is_preflight_answer(x))
		answer_preflight(x, cors);
	else if (cors->expose.len)
		response_set(&x->response, S("Access-Control-Expose-Headers"), cors->expose);
}
