/* Taking the content of a request: block I once the bytes are there. */
#include "exchange/facts.h"

/* "The text ends inside a string, at line 3, column 14." and the same as members of `details`. */
static int blame_position(struct exchange *x, const struct json_fault *fault, bool is_limit)
{
	struct json *details = json_new(&x->arena, JSON_OBJECT);
	uint32_t line, column;
	int r;

	json_position(x->request.content, fault->at, &line, &column);
	x->problem.detail = str_printf(&x->arena, "The content is %s: %s, at line %u, column %u.",
	                               is_limit ? "more than is read here" : "not valid JSON", fault->issue,
	                               line, column);
	if (!details || !x->problem.detail.at)
		return STATUTE_ENOMEM;
	if ((r = json_set(&x->arena, details, S("line"), json_new_int(&x->arena, line))) < 0 ||
	    (r = json_set(&x->arena, details, S("column"), json_new_int(&x->arena, column))) < 0 ||
	    (r = json_set(&x->arena, details, S("byte"), json_new_int(&x->arena, (int64_t)fault->at))) < 0 ||
	    (r = json_set(&x->arena, details, S("issue"),
	                  json_new_string(&x->arena, str_from(fault->issue)))) < 0)
		return r;
	x->problem.details = details;
	return 0;
}

int exchange_take_content(struct exchange *x)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	int r;

	FACT(CONTINUE_SENT, true);
	FACT(CLIENT_GONE, false);
	FACT(CONTENT_IN_TIME, true);
	FACT(CONTENT_WITHIN_LIMIT, true);
	FACT(CONTENT_COMPLETE, true);
	FACT(CONTENT_DECODES, true);
	FACT(DIGEST_MATCHES, true);
	limits.depth = x->host->settings->json_depth_max;
	limits.nodes = x->host->settings->json_nodes_max;
	r = json_parse(&x->arena, x->request.content, &limits, &x->body, &fault);
	if (r == STATUTE_ENOMEM)
		return r;
	FACT(CONTENT_PARSES, r == 0);
	return r == 0 ? 0 : blame_position(x, &fault, r == STATUTE_ELIMIT);
}
