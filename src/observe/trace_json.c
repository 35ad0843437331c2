/* A request, told as JSON: see trace.h and docs/inside.md. */
#include <statute/problem.h>
#include <statute/status.h>

#include "base/clock.h"
#include "json/json.h"
#include "observe/trace.h"

static void write_text(struct buf *buf, const char *member, struct str text)
{
	buf_printf(buf, ",\"%s\":", member);
	json_write_string(buf, text);
}

static void write_number(struct buf *buf, const char *member, uint64_t number)
{
	buf_printf(buf, ",\"%s\":%llu", member, (unsigned long long)number);
}

static void write_optional(struct buf *buf, const char *member, struct str text)
{
	if (text.len)
		write_text(buf, member, text);
}

static void write_head(const struct trace *trace, struct buf *buf)
{
	char time[CLOCK_RFC3339_LEN];

	buf_lit(buf, "{\"requestId\":");
	json_write_string(buf, trace_text(trace, TRACE_ID));
	write_text(buf, "timestamp", str_of(time, clock_rfc3339(time, trace->wall_ms, true)));
	write_text(buf, "method", trace_method(trace));
	write_text(buf, "path", trace_text(trace, TRACE_PATH));
	write_text(buf, "route", str_from(trace->route));
	write_number(buf, "status", trace->status);
	write_optional(buf, "error", trace_text(trace, TRACE_ERROR));
	write_text(buf, "node", str_from(trace->node));
	write_number(buf, "duration_us", trace->us);
	if (trace->is_dropped)
		buf_lit(buf, ",\"dropped\":true");
	write_optional(buf, "cause", trace_text(trace, TRACE_CAUSE));
}

void trace_write_short(const struct trace *trace, struct buf *buf)
{
	write_head(trace, buf);
	buf_add_char(buf, '}');
}

/* ---- The way through the graph -------------------------------------------- */

struct steps {
	const struct trace *trace;
	struct buf *buf;
	size_t count;
};

enum { DETAIL_MAX = 512 };

static void write_detail(const struct trace *trace, enum statute_fact fact, struct buf *buf)
{
	struct buf detail;

	buf_init(&detail, NULL, DETAIL_MAX);
	trace_write_detail(trace, fact, &detail);
	if (!detail.failed)
		write_optional(buf, "detail", buf_str(&detail));
	buf_done(&detail);
}

static void write_step(void *arg, uint8_t at, bool answer)
{
	struct steps *steps = arg;
	const struct statute_node *node = statute_graph_node(at);
	const struct statute_fact_info *fact = statute_fact_info(node->fact);
	struct buf *buf = steps->buf;

	buf_printf(buf, "%s{\"node\":\"%s\"", steps->count++ ? "," : "", node->id);
	write_text(buf, "question", str_from(node->question));
	write_text(buf, "fact", str_from(fact->name));
	write_text(buf, "says", str_from(fact->text));
	buf_printf(buf, ",\"isEffect\":%s,\"answer\":%s", node->is_effect ? "true" : "false",
	           answer ? "true" : "false");
	write_detail(steps->trace, node->fact, buf);
	buf_add_char(buf, '}');
}

/* ---- Its end -------------------------------------------------------------- */

struct str trace_code(const struct trace *trace)
{
	struct str error = trace_text(trace, TRACE_ERROR);

	return error.len ? error : str_from(trace->outcome);
}

struct str trace_reason(const struct trace *trace)
{
	const struct statute_status *status = statute_status_class_fallback(trace->status);
	struct str error = trace_text(trace, TRACE_ERROR);
	const struct statute_error_code *code;
	char name[128];
	size_t member_len;

	if (trace->refusal)
		return str_from(trace->refusal);
	if (!trace->status)
		return S("The client left before its request was whole.");
	if (error.len && error.len < sizeof(name)) {
		memcpy(name, error.at, error.len);
		name[error.len] = '\0';
		code = statute_error_code_explain(name, &member_len);
		if (code)
			return str_from(code->message);
	}
	return str_from(status ? status->meaning : "");
}

static void write_verdict(const struct trace *trace, struct buf *buf)
{
	const struct statute_status *status = statute_status_find(trace->status);

	buf_printf(buf, ",\"verdict\":{\"status\":%u", (unsigned)trace->status);
	write_text(buf, "phrase", str_from(status ? status->phrase : ""));
	write_text(buf, "node", str_from(trace->node));
	write_text(buf, "code", trace_code(trace));
	write_text(buf, "reason", trace_reason(trace));
	buf_add_char(buf, '}');
}

void trace_write(const struct trace *trace, struct buf *buf)
{
	struct steps steps = { .trace = trace, .buf = buf };
	struct statute_verdict ignored; /* what was answered is known; a failure inside is in no row */

	write_head(trace, buf);
	write_number(buf, "bytesIn", trace->in);
	write_number(buf, "bytesOut", trace->out);
	buf_lit(buf, ",\"steps\":[");
	(void)statute_graph_trace(&trace->facts, write_step, &steps, &ignored);
	buf_add_char(buf, ']');
	write_verdict(trace, buf);
	buf_add_char(buf, '}');
}
