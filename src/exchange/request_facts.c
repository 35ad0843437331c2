/*
 * What the head of a request says, as facts: blocks A to F and the fields of H.
 * All of them at once, before the walk begins: each costs a few instructions, and
 * the walk then runs without a stop to the first fact that has to be read.
 */
#include "exchange/facts.h"

#include "base/clock.h"
#include "message/date.h"
#include "message/etag.h"

/* The document's servers may put a prefix before its paths ("/v1"); a client may leave it out. */
static void cut_prefix(struct exchange *x)
{
	struct str prefix = x->host->api->document->base_path;
	struct str path = x->request.path;

	x->path = path;
	x->prefix = (struct str){ 0 };
	if (!prefix.len || !str_starts(path, prefix) || (path.len > prefix.len && path.at[prefix.len] != '/'))
		return;
	x->prefix = prefix;
	x->path = str_sub(path, prefix.len, path.len);
	if (!x->path.len)
		x->path = S("/");
}

static bool is_own_path(struct exchange *x)
{
	const struct exchange_host *host = x->host;

	if (!host->own_path || !(host->owns_every_path || str_starts(x->request.path, S("/-/"))))
		return false;
	statute_facts_init(&x->facts);
	statute_facts_set_method(&x->facts, method_name(x->request.method).at);
	x->kind = host->own_path(x, x->request.path);
	return x->kind != NULL;
}

static void route(struct exchange *x)
{
	const struct api *api = x->host->api;

	cut_prefix(x);
	if (router_match(api->router, x->path, &x->arena, &x->match)) {
		x->bound_path = &api->paths[x->match.path->index];
		x->bound = x->bound_path->operations[x->request.method];
	}
	if (x->bound) {
		x->facts = x->bound->fixed;
		return;
	}
	if (x->bound_path && x->bound_path->otherwise) {
		x->bound = x->bound_path->otherwise;
		x->facts = x->bound->fixed;
		statute_facts_set_method(&x->facts, method_name(x->request.method).at);
		return;
	}
	statute_facts_init(&x->facts);
	statute_facts_set_method(&x->facts, method_name(x->request.method).at);
	FACT(PATH_FOUND, x->bound_path != NULL);
	FACT(METHOD_ALLOWED, false);
	FACT(PATH_PARAMETERS_FIT, true);
	if (!x->bound_path)
		exchange_find_spelling(x);
}

/* RFC 9110 section 10.1.1: ignored in HTTP/1.0. */
static bool expectation_is_known(struct exchange *x)
{
	struct str rest = request_list(&x->request, FIELD_EXPECT, &x->arena);

	if (!x->request.minor)
		return true;
	while (rest.at) {
		struct str member = str_trim(str_cut(&rest, ','));

		if (member.len && !str_eq_nocase(member, S("100-continue")))
			return false;
	}
	return true;
}

static void find_admission_facts(struct exchange *x, bool is_own)
{
	FACT(IN_SERVICE, is_own || !x->host->is_draining);
	FACT(IN_MAINTENANCE, !is_own && x->host->maintenance != MAINTENANCE_OFF);
	FACT(OVERLOADED, !is_own && x->host->is_overloaded);
}

/* What is turned away at the door is neither routed nor read: there is no time for it. */
static bool is_turned_away(const struct exchange *x)
{
	return x->host->is_draining || x->host->is_overloaded || x->host->maintenance != MAINTENANCE_OFF;
}

static void turn_away(struct exchange *x)
{
	statute_facts_init(&x->facts);
	statute_facts_set_method(&x->facts, method_name(x->request.method).at);
	find_admission_facts(x, false);
	exchange_find_connection_facts(x, false);
	statute_facts_settle(&x->facts, STATUTE_PHASE_REQUEST);
}

static void find_server_facts(struct exchange *x, bool is_own)
{
	find_admission_facts(x, is_own);
	FACT(METHOD_KNOWN, x->host->api->implements[x->request.method]);
	FACT(EXPECTATION_KNOWN, !request_has(&x->request, FIELD_EXPECT) || expectation_is_known(x));
	FACT(IS_PREFLIGHT, exchange_is_preflight(x));
	FACT(IS_ASTERISK, str_eq(x->request.path, S("*")));
}

int exchange_parameter_error(struct exchange *x, const struct parameter_error *error)
{
	struct parameter_values *parameters = &x->parameters;
	size_t size = parameters->error_count * sizeof(*error);
	struct parameter_error *errors = arena_grow(&x->arena, parameters->errors, size,
	                                            size + sizeof(*error));

	if (!errors)
		return STATUTE_ENOMEM;
	errors[parameters->error_count++] = *error;
	parameters->errors = errors;
	return 0;
}

static int find_parameter_facts(struct exchange *x)
{
	int r;

	if (!x->bound || x->bound->kind == BINDING_NONE)
		return 0;
	if (statute_fact_known(&x->facts, STATUTE_FACT_PARAMETERS_FIT) &&
	    statute_fact_known(&x->facts, STATUTE_FACT_PATH_PARAMETERS_FIT))
		return exchange_choose_language(x);
	r = parameters_read(x->bound->operation, &x->match, &x->request, x->host->api->is_strict_query,
	                    &x->arena, &x->parameters);
	if (r == 0)
		r = exchange_choose_language(x);
	if (r == 0 && x->kind && x->kind->check)
		r = x->kind->check(x);
	if (r < 0)
		return r;
	FACT(PATH_PARAMETERS_FIT, x->parameters.path_is_valid);
	FACT(PARAMETERS_FIT, x->parameters.error_count == 0);
	return 0;
}

/* JSON is UTF-8 (RFC 8259 section 8.1), and so is whatever else is read here. */
static bool charset_is_read(struct exchange *x, const struct media_type *sent)
{
	char *scratch = arena_alloc(&x->arena, sent->parameters.len);
	struct str charset = scratch ? media_type_parameter(sent, S("charset"), scratch) : S("?");

	return !charset.at || str_eq_nocase(charset, S("utf-8")) || str_eq_nocase(charset, S("us-ascii"));
}

static bool type_is_supported(struct exchange *x)
{
	const struct request_body *body = x->bound ? x->bound->operation->body : NULL;
	struct media_type sent;

	if (!body || x->request.lines[FIELD_CONTENT_TYPE] != 1 ||
	    !media_type_parse(request_field(&x->request, FIELD_CONTENT_TYPE), false, &sent) ||
	    !charset_is_read(x, &sent))
		return false;
	for (size_t i = 0; i < body->media_count; i++)
		if (media_type_covers(&body->media[i].type, &sent))
			return true;
	return false;
}

static void find_content_facts(struct exchange *x)
{
	const struct request *request = &x->request;

	if (x->bound && x->bound->content_max) {
		x->content_max = x->bound->content_max;
		x->content.max = (size_t)x->content_max;
	}
	FACT(HAS_CONTENT, request->has_content);
	FACT(HAS_LENGTH, !request->is_chunked);
	FACT(ANNOUNCED_TOO_LARGE, !request->is_chunked && request->content_length > x->content_max);
	if (!statute_fact_known(&x->facts, STATUTE_FACT_TYPE_SUPPORTED)) /* the kind may know better */
		FACT(TYPE_SUPPORTED, !request->has_content || type_is_supported(x));
	FACT(CODING_SUPPORTED, !request_has(request, FIELD_CONTENT_ENCODING) || exchange_coding_is_supported(x));
	FACT(HAS_CONTENT_RANGE, request_has(request, FIELD_CONTENT_RANGE));
	FACT(EXPECTS_CONTINUE, request->expects_continue);
}

static void find_reply_facts(struct exchange *x)
{
	if (!statute_fact_known(&x->facts, STATUTE_FACT_ACCEPT_FITS))
		FACT(ACCEPT_FITS, exchange_choose_type(x));
	FACT(CODING_ACCEPTABLE, exchange_coding_is_acceptable(x));
	FACT(HAS_RANGE, request_has(&x->request, FIELD_RANGE));
	FACT(HAS_IF_RANGE, request_has(&x->request, FIELD_IF_RANGE));
	if (x->bound && x->bound->early_hints.len)
		FACT(SENDS_EARLY_HINTS, x->request.minor > 0 && x->host->hint);
}

static bool is_list_malformed(struct exchange *x, enum field_id id)
{
	struct str list = request_list(&x->request, id, &x->arena);

	return list.at && !etag_is_any(list) &&
	       etag_list_match(list, (struct str){ 0 }, false) == ETAG_MALFORMED;
}

/* RFC 9110 section 13.1.3: a field that is no date, or stands twice, counts as not given. */
static bool has_date(const struct exchange *x, enum field_id id)
{
	int64_t seconds;

	return x->request.lines[id] == 1 &&
	       http_date_parse(request_field(&x->request, id), x->now_ms / 1000, &seconds);
}

static void find_condition_facts(struct exchange *x)
{
	const struct request *request = &x->request;

	FACT(HAS_IF_MATCH, request_has(request, FIELD_IF_MATCH));
	FACT(HAS_IF_NONE_MATCH, request_has(request, FIELD_IF_NONE_MATCH));
	FACT(HAS_IF_UNMODIFIED_SINCE, has_date(x, FIELD_IF_UNMODIFIED_SINCE));
	FACT(HAS_IF_MODIFIED_SINCE, has_date(x, FIELD_IF_MODIFIED_SINCE));
	FACT(IF_NONE_MATCH_IS_ANY,
	     request_has(request, FIELD_IF_NONE_MATCH) &&
	             etag_is_any(request_list(request, FIELD_IF_NONE_MATCH, &x->arena)));
	FACT(CONDITIONS_WELL_FORMED,
	     !(request_has(request, FIELD_IF_MATCH) && is_list_malformed(x, FIELD_IF_MATCH)) &&
	             !(request_has(request, FIELD_IF_NONE_MATCH) &&
	               is_list_malformed(x, FIELD_IF_NONE_MATCH)));
}

int exchange_find_request_facts(struct exchange *x)
{
	bool is_own = is_own_path(x);
	int r;

	if (!is_own && is_turned_away(x)) {
		turn_away(x);
		return 0;
	}
	if (!is_own) {
		route(x);
		x->kind = x->bound && x->host->kind_of ? x->host->kind_of(x->bound->kind) : NULL;
		if ((r = find_parameter_facts(x)) < 0)
			return r;
	}
	find_server_facts(x, is_own);
	exchange_find_connection_facts(x, is_own);
	exchange_expect_limits(x, is_own);
	find_content_facts(x);
	exchange_find_key_facts(x);
	find_reply_facts(x);
	find_condition_facts(x);
	if (x->kind && x->kind->look)
		x->kind->look(x);
	statute_facts_settle(&x->facts, STATUTE_PHASE_REQUEST);
	return 0;
}

/* RFC 9110 sections 13.1.1 and 13.1.2: If-Match compares strongly, If-None-Match weakly. */
static bool tag_is_in(struct exchange *x, enum field_id id, bool exists, bool is_strong)
{
	struct str list = request_list(&x->request, id, &x->arena);

	if (etag_is_any(list))
		return exists;
	return exists && exchange_tag_is_in(x, list, is_strong);
}

void exchange_find_preconditions(struct exchange *x, bool exists)
{
	int64_t now = x->now_ms / 1000, date;

	if (request_has(&x->request, FIELD_IF_MATCH))
		FACT(IF_MATCH_HOLDS, tag_is_in(x, FIELD_IF_MATCH, exists, true));
	if (request_has(&x->request, FIELD_IF_NONE_MATCH))
		FACT(IF_NONE_MATCH_HOLDS, !tag_is_in(x, FIELD_IF_NONE_MATCH, exists, false));
	FACT(HAS_MODIFICATION_DATE, x->target.modified_s >= 0);
	if (http_date_parse(request_field(&x->request, FIELD_IF_UNMODIFIED_SINCE), now, &date))
		FACT(UNMODIFIED_SINCE, x->target.modified_s <= date);
	if (http_date_parse(request_field(&x->request, FIELD_IF_MODIFIED_SINCE), now, &date))
		FACT(MODIFIED_SINCE, x->target.modified_s > date);
}
