/*
 * What goes back from a batch: {"responses": [{"id", "status", "headers", "body"}, …]}, one for each
 * request and in their order; or the error of the part that an atomic one failed with, which has that list
 * in its details.
 */
#include "message/media_type.h"
#include "problem/html.h"
#include "resource/batch.h"

enum { CONTENT_MAX = 64 << 20, NODES_MAX = 1000000 };

/* ---- Responses ------------------------------------------------------------- */

/* What the answer to the batch says once for all, or browsers alone ask for. */
static bool is_of_the_whole(struct str name)
{
	static const struct str names[] = {
		STR_INIT("X-Request-Id"),
		STR_INIT("Vary"),
		STR_INIT("Strict-Transport-Security"),
		STR_INIT("X-Content-Type-Options"),
		STR_INIT("Content-Security-Policy"),
		STR_INIT("Referrer-Policy"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_nocase(name, names[i]))
			return true;
	return str_eq_nocase(str_sub(name, 0, 15), S("Access-Control-"));
}

static bool is_first_of_name(const struct response *response, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (str_eq_nocase(response->fields[i].name, response->fields[index].name))
			return false;
	return true;
}

/* Lines of one name are one value, as in any list (RFC 9110 section 5.3). */
static void write_header(struct buf *buf, struct arena *arena, const struct response *response, size_t index)
{
	struct str name = response->fields[index].name, value = response->fields[index].value;

	for (size_t i = index + 1; i < response->field_count; i++)
		if (str_eq_nocase(response->fields[i].name, name))
			value = str_printf(arena, "%.*s, %.*s", STR_ARG(value),
			                   STR_ARG(response->fields[i].value));
	json_write_string(buf, name);
	buf_add_char(buf, ':');
	json_write_string(buf, value);
}

static void write_headers(struct buf *buf, struct arena *arena, const struct response *response)
{
	char separator = '{';

	buf_lit(buf, ",\"headers\":");
	for (size_t i = 0; i < response->field_count; i++) {
		if (is_of_the_whole(response->fields[i].name) || !is_first_of_name(response, i))
			continue;
		buf_add_char(buf, separator);
		write_header(buf, arena, response, i);
		separator = ',';
	}
	if (separator == '{')
		buf_add_char(buf, '{');
	buf_add_char(buf, '}');
}

static struct str without_newline(struct str text)
{
	return str_ends(text, S("\n")) ? str_sub(text, 0, text.len - 1) : text;
}

/* JSON as it is; anything else, such as a text that an error was asked for as, is a string. */
static void write_body(struct buf *buf, const struct response *response)
{
	struct media_type type;

	if (!response->has_content || !response->content.len)
		return;
	buf_lit(buf, ",\"body\":");
	if (media_type_parse(response_field(response, S("Content-Type")), false, &type) &&
	    media_type_is_json(&type))
		buf_add(buf, without_newline(response->content));
	else
		json_write_string(buf, response->content);
}

static void write_done(struct buf *buf, struct arena *arena, const struct exchange *part)
{
	buf_lit(buf, "\"status\":");
	buf_add_u64(buf, (uint64_t)part->response.status);
	write_headers(buf, arena, &part->response);
	if (part->request.method != METHOD_HEAD)
		write_body(buf, &part->response);
}

static void write_not_done(struct buf *buf)
{
	const struct statute_error_code *row = statute_error_code_find("FAILED_DEPENDENCY");

	buf_lit(buf, "\"status\":424,\"headers\":{},");
	buf_lit(buf, "\"body\":{\"status\":424,\"error\":\"FAILED_DEPENDENCY\",\"message\":");
	json_write_string(buf, str_from(row ? row->message : ""));
	buf_add_char(buf, '}');
}

struct str batch_write_responses(const struct batching *batch)
{
	struct arena *arena = &batch->x->arena;
	struct buf buf;

	buf_init(&buf, arena, CONTENT_MAX);
	buf_lit(&buf, "{\"responses\":[");
	for (size_t i = 0; i < batch->count; i++) {
		const struct batch_part *part = &batch->parts[i];

		buf_add(&buf, i ? S(",{") : S("{"));
		if (part->id.at) {
			buf_lit(&buf, "\"id\":");
			json_write_string(&buf, part->id);
			buf_add_char(&buf, ',');
		}
		if (batch->failed == BATCH_NONE_FAILED || batch->failed == i)
			write_done(&buf, arena, &part->x);
		else
			write_not_done(&buf);
		buf_add_char(&buf, '}');
	}
	buf_lit(&buf, "]}");
	return buf_whole(&buf);
}

/* ---- The failure of one is that of all ------------------------------------- */

/* What the status of the part owes its client. Of limits, the batch's own stand there already. */
static void copy_fields(struct response *to, const struct response *from)
{
	static const struct {
		struct str name;
		bool repeats;
	} rows[] = {
		{ STR_INIT("WWW-Authenticate"), true },
		{ STR_INIT("Link"), true },
		{ STR_INIT("Allow"), false },
		{ STR_INIT("Retry-After"), false },
		{ STR_INIT("Accept"), false },
		{ STR_INIT("Accept-Post"), false },
		{ STR_INIT("Accept-Patch"), false },
		{ STR_INIT("RateLimit"), false },
		{ STR_INIT("RateLimit-Policy"), false },
		{ STR_INIT("X-RateLimit-Limit"), false },
		{ STR_INIT("X-RateLimit-Remaining"), false },
		{ STR_INIT("X-RateLimit-Reset"), false },
	};

	for (size_t i = 0; i < from->field_count; i++) {
		const struct response_field *field = &from->fields[i];

		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
			if (!str_eq_nocase(field->name, rows[k].name))
				continue;
			if (rows[k].repeats)
				response_add(to, field->name, field->value);
			else
				response_set(to, field->name, field->value);
		}
	}
}

/* Errors of its content point into the batch's. */
static void copy_errors(struct batching *batch, const struct problem *from)
{
	struct exchange *x = batch->x;
	struct problem_error *errors = arena_array(&x->arena, from->error_count, sizeof(*errors));

	if (!errors || !from->error_count)
		return;
	for (size_t i = 0; i < from->error_count; i++) {
		errors[i] = from->errors[i];
		if (!errors[i].in.len)
			errors[i].pointer = str_printf(&x->arena, "/requests/%zu/body%.*s", batch->failed,
			                               STR_ARG(from->errors[i].pointer));
	}
	x->problem.errors = errors;
	x->problem.error_count = from->error_count;
}

/* {"part": 1, "responses": […]} */
static struct json *details(struct batching *batch)
{
	struct json_limits limits = { .depth = JSON_DEPTH_MAX, .nodes = NODES_MAX };
	struct arena *arena = &batch->x->arena;
	struct str text = batch_write_responses(batch);
	struct json *list, *object = json_new(arena, JSON_OBJECT);
	struct json_fault fault;

	if (!text.at || !object || json_parse(arena, text, &limits, &list, &fault) < 0 ||
	    json_set(arena, object, S("part"), json_new_int(arena, (int64_t)batch->failed)) < 0)
		return NULL;
	list = json_get(list, S("responses"));
	return json_set(arena, object, S("responses"), list ? json_copy(arena, list) : NULL) < 0 ? NULL
	                                                                                         : object;
}

void batch_explain_failure(struct batching *batch)
{
	const struct exchange *part = &batch->parts[batch->failed].x;
	struct exchange *x = batch->x;

	copy_fields(&x->response, &part->response);
	x->verdict.code = part->verdict.code; /* as which it is counted and traced, too */
	x->problem.code = part->problem.code;
	x->problem.hint = part->problem.hint;
	x->problem.retry_after = part->problem.retry_after;
	x->problem.detail = str_printf(&x->arena,
	                               "Request %zu of the batch failed, and nothing was done: %.*s",
	                               batch->failed, STR_ARG(problem_detail(&part->problem)));
	copy_errors(batch, &part->problem);
	x->problem.details = details(batch);
}
