/* The body of an error: JSON and plain text; RFC 9457. HTML is in html.c. */
#include "problem/problem.h"

#include <statute/status.h>

#include <stdio.h>

#include "json/json.h"
#include "message/negotiate.h"
#include "problem/html.h"

enum { VALUE_MAX = 1024 }; /* bytes of a value in an error */

struct str problem_media_type(enum problem_format format)
{
	switch (format) {
	case PROBLEM_PLAIN_JSON:
		return S("application/json");
	case PROBLEM_HTML:
		return S("text/html; charset=utf-8");
	case PROBLEM_TEXT:
		return S("text/plain; charset=utf-8");
	case PROBLEM_JSON:
		break;
	}
	return S("application/problem+json");
}

enum problem_format problem_format_for(struct str accept)
{
	static const struct str offers[] = {
		[PROBLEM_JSON] = STR_INIT("application/problem+json"),
		[PROBLEM_PLAIN_JSON] = STR_INIT("application/json"),
		[PROBLEM_HTML] = STR_INIT("text/html"),
		[PROBLEM_TEXT] = STR_INIT("text/plain"),
	};
	int chosen = accept_choose(accept, offers, sizeof(offers) / sizeof(offers[0]));

	return chosen < 0 ? PROBLEM_JSON : (enum problem_format)chosen;
}

const struct statute_error_code *problem_explain(struct str code, size_t *ret_member_len)
{
	char name[PROBLEM_CODE_MAX];

	if (code.len >= sizeof(name) || memchr(code.at ? code.at : "", '\0', code.len))
		return NULL;
	memcpy(name, code.at ? code.at : "", code.len);
	name[code.len] = '\0';
	return statute_error_code_explain(name, ret_member_len);
}

struct str problem_title(const struct problem *problem)
{
	const struct statute_status *status = statute_status_class_fallback(problem->status);

	if (problem->title.len)
		return problem->title;
	return str_from(status ? status->phrase : "Error");
}

struct str problem_detail(const struct problem *problem)
{
	const struct statute_error_code *entry;
	size_t member_len;

	if (problem->detail.len)
		return problem->detail;
	entry = problem_explain(problem->code, &member_len);
	return entry ? str_from(entry->message) : problem_title(problem);
}

static void member(struct buf *buf, struct str name, struct str value)
{
	if (!value.len)
		return;
	buf_add_char(buf, ',');
	json_write_string(buf, name);
	buf_add_char(buf, ':');
	json_write_string(buf, value);
}

static void write_type(struct buf *buf, struct str name, struct str code)
{
	char uri[PROBLEM_CODE_MAX + 16];
	int len = snprintf(uri, sizeof(uri), "/-/errors/%.*s", STR_ARG(str_sub(code, 0, PROBLEM_CODE_MAX)));

	json_write_string(buf, name);
	buf_add_char(buf, ':');
	json_write_string(buf, str_of(uri, (size_t)len));
}

/* A value that is long is left out: the client has it, and the error must stay an error. */
static void write_value(struct buf *buf, const struct json *value)
{
	size_t before = buf->len;

	if (!value || (value->type == JSON_STRING && value->text.len > VALUE_MAX))
		return;
	buf_lit(buf, ",\"value\":");
	json_write(buf, value);
	if (buf->len - before > VALUE_MAX)
		buf->len = before;
}

static void write_error(struct buf *buf, const struct problem_error *error)
{
	buf_lit(buf, "{\"field\":");
	json_write_string(buf, error->field);
	if (!error->in.len) {
		buf_lit(buf, ",\"pointer\":");
		json_write_string(buf, error->pointer);
	}
	member(buf, S("message"), error->message);
	member(buf, S("code"), error->code);
	member(buf, S("in"), error->in);
	write_value(buf, error->value);
	buf_add_char(buf, '}');
}

static void write_errors(struct buf *buf, const struct problem *problem)
{
	if (!problem->error_count)
		return;
	buf_lit(buf, ",\"validationErrors\":[");
	for (size_t i = 0; i < problem->error_count; i++) {
		if (i)
			buf_add_char(buf, ',');
		write_error(buf, &problem->errors[i]);
	}
	buf_add_char(buf, ']');
}

static void write_json(const struct problem *problem, struct buf *buf)
{
	struct str detail = problem_detail(problem);

	buf_add_char(buf, '{');
	write_type(buf, S("type"), problem->code);
	member(buf, S("title"), problem_title(problem));
	buf_lit(buf, ",\"status\":");
	buf_add_u64(buf, (uint64_t)(problem->status > 0 ? problem->status : 0));
	member(buf, S("detail"), detail);
	member(buf, S("instance"), problem->instance);
	member(buf, S("error"), problem->code);
	member(buf, S("message"), detail);
	member(buf, S("requestId"), problem->instance);
	member(buf, S("timestamp"), problem->timestamp);
	buf_lit(buf, ",\"path\":"); /* of a request that never became one: "" */
	json_write_string(buf, problem->path);
	write_errors(buf, problem);
	if (problem->details) {
		buf_lit(buf, ",\"details\":");
		json_write(buf, problem->details);
	}
	member(buf, S("hint"), problem->hint);
	if (problem->retry_after > 0) {
		buf_lit(buf, ",\"retryAfter\":");
		buf_add_u64(buf, (uint64_t)problem->retry_after);
	}
	if (problem->show_node)
		member(buf, S("node"), problem->node);
	buf_add_char(buf, ',');
	write_type(buf, S("documentation"), problem->code);
	buf_lit(buf, "}\n");
}

static void line(struct buf *buf, struct str name, struct str value)
{
	if (!value.len)
		return;
	buf_add(buf, name);
	buf_lit(buf, ": ");
	buf_add(buf, value);
	buf_add_char(buf, '\n');
}

static void write_text(const struct problem *problem, struct buf *buf)
{
	buf_add_u64(buf, (uint64_t)(problem->status > 0 ? problem->status : 0));
	buf_add_char(buf, ' ');
	buf_add(buf, problem_title(problem));
	buf_lit(buf, "\n\n");
	buf_add(buf, problem_detail(problem));
	buf_add_char(buf, '\n');
	for (size_t i = 0; i < problem->error_count; i++) {
		const struct problem_error *error = &problem->errors[i];

		buf_lit(buf, "- ");
		buf_add(buf, error->field.len ? error->field : S("(the whole)"));
		buf_lit(buf, ": ");
		buf_add(buf, error->message);
		buf_lit(buf, " (");
		buf_add(buf, error->code);
		buf_lit(buf, ")\n");
	}
	buf_add_char(buf, '\n');
	line(buf, S("Error"), problem->code);
	line(buf, S("Hint"), problem->hint);
	line(buf, S("Request"), problem->instance);
	line(buf, S("Time"), problem->timestamp);
	line(buf, S("Path"), problem->path);
	if (problem->show_node)
		line(buf, S("Node"), problem->node);
}

void problem_write(const struct problem *problem, enum problem_format format, struct buf *buf)
{
	if (format == PROBLEM_HTML)
		problem_html(problem, buf);
	else if (format == PROBLEM_TEXT)
		write_text(problem, buf);
	else
		write_json(problem, buf);
}
