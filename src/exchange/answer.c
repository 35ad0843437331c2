/*
 * From a verdict to a response: the kind's representation or a problem, and the
 * fields that the status owes. The last step holds the response against the
 * contract of its status: one that breaks it never leaves (R5).
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <statute/status.h>

#include "base/clock.h"
#include "exchange/facts.h"
#include "message/date.h"

enum { CONTENT_MAX = 64 << 20, PATH_SPARED = 200, MAINTENANCE_RETRY_S = 60, RETRY_MAX_S = 7 * 86400 };

int exchange_reply_json(struct exchange *x, const struct json *value)
{
	struct buf buf;

	buf_init(&buf, &x->arena, CONTENT_MAX);
	json_write(&buf, value);
	if (buf.failed)
		return STATUTE_ENOMEM;
	x->response.content = buf_str(&buf);
	x->response.has_content = true;
	return 0;
}

void exchange_add_validators(struct exchange *x)
{
	char *date;

	if (x->target.etag.len)
		response_add(&x->response, S("ETag"), exchange_tag(x));
	/* RFC 9110 section 15.4.5: a 304 has no more metadata than a cache needs to find its copy. */
	if (x->target.modified_s >= 0 && !(x->response.status == 304 && x->target.etag.len) &&
	    (date = arena_alloc(&x->arena, HTTP_DATE_LEN))) {
		http_date_format(date, x->target.modified_s);
		response_add(&x->response, S("Last-Modified"), str_of(date, HTTP_DATE_LEN));
	}
}

void exchange_guard_page(struct exchange *x)
{
	response_set(&x->response, S("Content-Security-Policy"),
	             S("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
	               "img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"));
	response_set(&x->response, S("X-Content-Type-Options"), S("nosniff"));
	response_set(&x->response, S("Referrer-Policy"), S("no-referrer"));
}

/*
 * How long a 429 or a 503 asks to wait. In maintenance until that is over, where its end is known and has not
 * passed.
 */
static uint32_t retry_after(const struct exchange *x)
{
	int64_t left = x->host->maintenance - x->now_ms / 1000;

	if (x->verdict.status == 429)
		return exchange_limit_retry_s(x);
	if (strcmp(x->verdict.code, "MAINTENANCE") != 0)
		return x->host->settings->retry_after_s;
	if (x->host->maintenance == MAINTENANCE_OPEN || left < 1)
		return MAINTENANCE_RETRY_S;
	return left < RETRY_MAX_S ? (uint32_t)left : RETRY_MAX_S;
}

static struct str seconds(struct exchange *x, uint32_t count)
{
	int len = snprintf(x->seconds, sizeof(x->seconds), "%u", count);

	return str_of(x->seconds, (size_t)len);
}

/* What a status owes that any kind would say the same way. */
static void add_obliged_fields(struct exchange *x)
{
	struct response *response = &x->response;
	const struct bound_path *path = x->bound_path;
	enum method method = x->request.method;

	switch (response->status) {
	case 405:
		if (path)
			response_set(response, S("Allow"), path->allow);
		break;
	case 415:
		if (strcmp(x->verdict.code, "UNSUPPORTED_CONTENT_ENCODING") == 0)
			response_set(response, S("Accept-Encoding"), exchange_codings_taken(x));
		else if (path && method == METHOD_POST)
			response_set(response, S("Accept-Post"), path->accept_post);
		else if (path && method == METHOD_PATCH)
			response_set(response, S("Accept-Patch"), path->accept_patch);
		else if (path)
			response_set(response, S("Accept"), path->accept_put);
		break;
	case 412:
	case 428:
		if (x->target.etag.len)
			response_set(response, S("ETag"), exchange_tag(x));
		break;
	case 408:
	case 413: response->must_close = true; break;
	case 409:
		if (strcmp(x->verdict.code, "REQUEST_IN_PROGRESS") != 0)
			break;
		__attribute__((fallthrough));
	case 429:
	case 503:
		x->problem.retry_after = (int)retry_after(x);
		response_set(response, S("Retry-After"), seconds(x, retry_after(x)));
		break;
	default: break;
	}
}

/* Which field of a 428 is missing, and which tag to send in it. */
static void describe_missing_condition(struct exchange *x)
{
	struct json *details = json_new(&x->arena, JSON_OBJECT);
	bool creates = !statute_fact_is(&x->facts, STATUTE_FACT_EXISTS);
	struct str field = creates ? S("If-None-Match") : S("If-Match");

	x->problem.detail = str_printf(
		&x->arena, "Send %.*s with this request, so that nobody's change is lost.", STR_ARG(field));
	if (!details || json_set(&x->arena, details, S("field"), json_new_string(&x->arena, field)) < 0)
		return;
	if (!creates && x->target.etag.len &&
	    json_set(&x->arena, details, S("etag"), json_new_string(&x->arena, x->target.etag)) < 0)
		return;
	x->problem.details = details;
}

static void describe_parameters(struct exchange *x)
{
	const struct parameter_values *parameters = &x->parameters;
	struct problem_error *errors = arena_array(&x->arena, parameters->error_count, sizeof(*errors));

	if (!errors)
		return;
	for (size_t i = 0; i < parameters->error_count; i++) {
		const struct parameter_error *error = &parameters->errors[i];

		errors[i] = (struct problem_error){
			.field = error->name,
			.message = error->message,
			.code = error->code,
			.value = error->value,
			.in = str_from(error->in),
		};
	}
	x->problem.errors = errors;
	x->problem.error_count = parameters->error_count;
}

/* What exists, for a client that asked for something else (406). */
static void describe_offers(struct exchange *x)
{
	struct json *details = json_new(&x->arena, JSON_OBJECT), *offers = json_new(&x->arena, JSON_ARRAY);

	for (size_t i = 0; x->bound && i < x->bound->offer_count; i++)
		if (json_append(offers, json_new_string(&x->arena, x->bound->offers[i])) < 0)
			return;
	if (details && json_set(&x->arena, details, S("available"), offers) == 0)
		x->problem.details = details;
}

static void describe_maintenance(struct exchange *x)
{
	struct json *details;
	char end[CLOCK_RFC3339_LEN];

	if (x->host->maintenance <= 0)
		return;
	details = json_new(&x->arena, JSON_OBJECT);
	if (details &&
	    json_set(&x->arena, details, S("estimatedEnd"),
	             json_new_string(
			     &x->arena,
			     str_dup(&x->arena, str_of(end, clock_rfc3339(end, x->host->maintenance * 1000,
	                                                                  false))))) == 0)
		x->problem.details = details;
}

/* What any kind of resource would say about an error. */
static void describe(struct exchange *x)
{
	const char *code = x->verdict.code;

	if (strcmp(code, "PRECONDITION_REQUIRED") == 0)
		describe_missing_condition(x);
	else if (strcmp(code, "INVALID_PARAMETER") == 0 || strcmp(code, "INVALID_PATH_PARAMETER") == 0)
		describe_parameters(x);
	else if (x->verdict.status == 429)
		exchange_describe_limit(x);
	else if (strcmp(code, "NOT_ACCEPTABLE") == 0)
		describe_offers(x);
	else if (strcmp(code, "MAINTENANCE") == 0)
		describe_maintenance(x);
	else if (strcmp(code, "NOT_BOUND") == 0 && x->bound && x->host->settings->is_dev)
		x->problem.hint = x->bound->why_not;
}

/* The same error without what may be long, where the arena has no room for more. */
static struct str spare_problem(struct exchange *x)
{
	struct buf buf = { .at = x->spare, .cap = sizeof(x->spare), .max = sizeof(x->spare) };
	struct problem problem = x->problem;

	problem.details = NULL;
	problem.error_count = 0;
	problem.hint = problem.detail = (struct str){ 0 };
	if (problem.path.len > PATH_SPARED)
		problem.path = (struct str){ 0 };
	problem_write(&problem, PROBLEM_JSON, &buf);
	x->response.must_close = true;
	return buf_str(&buf);
}

/* A hidden row ends at a row of its own, which must not tell it from one that never was. */
static struct str shown_node(const struct exchange *x)
{
	bool is_hidden = strcmp(x->final_node, "G04") == 0 && x->response.status == 404;

	return is_hidden ? S("G06c") : str_from(x->final_node);
}

static void write_problem(struct exchange *x)
{
	struct problem *problem = &x->problem;
	enum problem_format format = problem_format_for(request_list(&x->request, FIELD_ACCEPT, &x->arena));
	char timestamp[CLOCK_RFC3339_LEN];
	struct buf buf;

	problem->status = x->response.status;
	if (!problem->code.len)
		problem->code = str_from(x->verdict.code);
	problem->instance = x->id;
	problem->path = x->request.path.len ? x->request.path : x->request.target;
	problem->timestamp = str_of(timestamp, clock_rfc3339(timestamp, x->now_ms, false));
	problem->node = shown_node(x);
	problem->show_node = x->host->settings->is_dev;
	buf_init(&buf, &x->arena, CONTENT_MAX);
	problem_write(problem, format, &buf);
	x->response.content = buf.failed ? spare_problem(x) : buf_str(&buf);
	problem->timestamp = (struct str){ 0 };
	if (buf.failed)
		format = PROBLEM_JSON;
	x->response.has_content = true;
	response_set(&x->response, S("Content-Type"), problem_media_type(format));
	response_set(&x->response, S("Vary"), S("Accept"));
	response_set(&x->response, S("Cache-Control"), S("no-store"));
	if (format == PROBLEM_HTML)
		exchange_guard_page(x);
}

/* The error of a part is told by who has the parts: the batch itself was in order. */
static bool is_of_part(const struct exchange *x)
{
	return x->verdict.code && strcmp(x->verdict.code, "PART_FAILED") == 0;
}

static void answer_error(struct exchange *x)
{
	if (!is_of_part(x)) {
		add_obliged_fields(x);
		describe(x);
		exchange_describe_identity(x);
	}
	if (x->kind && x->kind->explain)
		x->kind->explain(x);
	write_problem(x);
}

/* OPTIONS needs no kind: the route knows all that it says. */
static bool answer_options(struct exchange *x)
{
	struct response *response = &x->response;

	if (!statute_fact_is(&x->facts, STATUTE_FACT_IS_OPTIONS) || response->status != 204)
		return false;
	if (x->bound_path) {
		response_set(response, S("Allow"), x->bound_path->allow);
		if (x->bound_path->accept_post.len)
			response_set(response, S("Accept-Post"), x->bound_path->accept_post);
		if (x->bound_path->accept_patch.len)
			response_set(response, S("Accept-Patch"), x->bound_path->accept_patch);
		return true;
	}
	if (x->kind)
		return false;
	response_set(response, S("Allow"), S("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
	return true;
}

/* The wire adds Date and Connection itself. */
static const char *look_up(void *data, const char *name)
{
	static _Thread_local char text[256];
	struct exchange *x = data;
	struct str value = response_field(&x->response, str_from(name));

	if (strcasecmp(name, "connection") == 0)
		return x->response.must_close                          ? "close"
		       : response_field(&x->response, S("Upgrade")).at ? "upgrade"
		                                                       : NULL;
	if (strcasecmp(name, "date") == 0)
		return "";
	if (!value.at)
		return NULL;
	value = str_sub(value, 0, sizeof(text) - 1); /* what is asked of a value stands at its beginning */
	memcpy(text, value.at, value.len);
	text[value.len] = '\0';
	return text;
}

static const char *broken_contract(struct exchange *x)
{
	const struct statute_status_facts facts = {
		.has_content = x->response.has_content && response_length(&x->response) &&
		               x->request.method != METHOD_HEAD,
		.is_head = x->request.method == METHOD_HEAD,
		.is_post = x->request.method == METHOD_POST,
	};
	const char *broken = NULL;

	return statute_status_check(x->response.status, &facts, look_up, x, &broken) < 0 ? broken : NULL;
}

static void start_response(struct exchange *x, int status)
{
	bool must_close = x->response.must_close;

	response_end_source(&x->response);
	response_clear(&x->response);
	x->response.status = status;
	x->response.must_close = must_close;
	response_add(&x->response, S("X-Request-Id"), x->id);
	exchange_add_connection_fields(x);
	exchange_add_limit_fields(x);
}

/* Was a write done, or may it have been? */
static bool may_have_written(const struct exchange *x)
{
	return statute_fact_is(&x->facts, STATUTE_FACT_WROTE) ||
	       statute_fact_is(&x->facts, STATUTE_FACT_OUTCOME_LOST);
}

void exchange_fail(struct exchange *x, int err)
{
	bool is_memory = err == STATUTE_ENOMEM && !may_have_written(x);

	x->verdict = (struct statute_verdict){
		.status = is_memory ? 503 : 500,
		.node = x->node,
		.code = is_memory             ? "SERVER_OVERLOADED"
		        : may_have_written(x) ? "OUTCOME_UNKNOWN"
		                              : "INTERNAL_ERROR",
	};
	if (!x->cause)
		x->cause = statute_err_text(err);
}

/* Replaces whatever was found: it may be wrong, and so may what the kind would add. */
static void answer_failure(struct exchange *x, int err)
{
	exchange_fail(x, err);
	x->problem = (struct problem){ 0 };
	x->kind = NULL;
	start_response(x, x->verdict.status);
	answer_error(x);
	exchange_add_cors(x);
}

static void name_final_node(struct exchange *x)
{
	const struct statute_node *node = statute_graph_node(x->verdict.node);

	if (!x->final_node)
		x->final_node = node ? node->id : "";
}

static int reply(struct exchange *x)
{
	int r = 0;

	if (exchange_is_replayed(x))
		r = exchange_replay(x);
	else if (statute_fact_is(&x->facts, STATUTE_FACT_PATH_NOT_CANONICAL) && x->response.status == 308)
		r = exchange_redirect_to_tls(x) ? 0 : exchange_redirect_to_spelling(x);
	else if (!answer_options(x) && !exchange_redirect_to_tls(x))
		r = x->kind && x->kind->reply ? x->kind->reply(x) : STATUTE_EINVAL;
	return r == 0 && x->arena.failed ? STATUTE_ENOMEM : r;
}

void exchange_answer(struct exchange *x)
{
	const char *broken;
	int r = 0;

	exchange_give_key(x);
	name_final_node(x);
	if (x->arena.failed) {
		answer_failure(x, STATUTE_ENOMEM);
		return;
	}
	/* Without a status: what was answered before, what a part was, or nothing that a kind can do. */
	if (!x->verdict.status)
		x->verdict.status = is_of_part(x) ? x->part_status : exchange_replayed_status(x);
	if (!x->verdict.status) {
		answer_failure(x, STATUTE_EINVAL);
		return;
	}
	start_response(x, x->verdict.status);
	if (x->verdict.status >= 400)
		answer_error(x);
	else
		r = reply(x);
	if (r < 0) {
		answer_failure(x, r);
		return;
	}
	exchange_encode(x);
	exchange_tell_language(x);
	if (x->bound && x->bound->deprecation)
		exchange_add_deprecation(x, x->bound->deprecation);
	exchange_add_cors(x);
	exchange_vary_by_credentials(x);
	broken = broken_contract(x);
	if (broken) {
		assert(!x->host->settings->is_dev || !broken);
		x->cause = broken;
		answer_failure(x, STATUTE_EINVAL);
	}
}
