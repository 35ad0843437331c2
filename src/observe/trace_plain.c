/* A request, told as lines of text for a terminal: see trace.h. */
#include <statute/status.h>

#include "base/clock.h"
#include "observe/trace.h"

enum { DETAIL_MAX = 512 };

/* What a client chose cannot move the cursor. */
static void write_safe(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		buf_add_char(buf, text.at[i] >= 0x20 && text.at[i] < 0x7F ? text.at[i] : '?');
}

static void write_head(const struct trace *trace, struct buf *buf)
{
	char time[CLOCK_RFC3339_LEN];

	write_safe(buf, trace_text(trace, TRACE_ID));
	buf_lit(buf, "  ");
	write_safe(buf, trace_method(trace));
	buf_add_char(buf, ' ');
	write_safe(buf, trace_text(trace, TRACE_PATH));
	buf_printf(buf, "\n%.*s, after %llu us\n\n", (int)clock_rfc3339(time, trace->wall_ms, true), time,
	           (unsigned long long)trace->us);
}

struct lines {
	const struct trace *trace;
	struct buf *buf;
};

static void write_step(void *arg, uint8_t at, bool answer)
{
	const struct lines *lines = arg;
	const struct statute_node *node = statute_graph_node(at);
	struct buf detail;

	buf_printf(lines->buf, "%-5s %-56s %s", node->id, node->question,
	           node->is_effect ? "done" : answer ? "yes" : "no");
	buf_init(&detail, NULL, DETAIL_MAX);
	trace_write_detail(lines->trace, node->fact, &detail);
	if (detail.len && !detail.failed) {
		buf_printf(lines->buf, "%*s  ", node->is_effect ? 0 : answer ? 1 : 2, "");
		write_safe(lines->buf, buf_str(&detail));
	}
	buf_done(&detail);
	buf_add_char(lines->buf, '\n');
}

static void write_verdict(const struct trace *trace, struct buf *buf)
{
	const struct statute_status *status = statute_status_find(trace->status);
	struct str cause = trace_text(trace, TRACE_CAUSE);

	if (trace->status)
		buf_printf(buf, "\n%u %s\n", (unsigned)trace->status, status ? status->phrase : "");
	else
		buf_lit(buf, "\nNo answer\n");
	buf_add(buf, trace_code(trace));
	if (*trace->node)
		buf_printf(buf, ", decided at %s", trace->node);
	buf_lit(buf, "\n");
	buf_add(buf, trace_reason(trace));
	buf_lit(buf, "\n");
	if (cause.len) {
		buf_lit(buf, "Cause: ");
		write_safe(buf, cause);
		buf_lit(buf, "\n");
	}
}

void trace_write_plain(const struct trace *trace, struct buf *buf)
{
	struct lines lines = { trace, buf };
	struct statute_verdict ignored;

	write_head(trace, buf);
	(void)statute_graph_trace(&trace->facts, write_step, &lines, &ignored);
	write_verdict(trace, buf);
}
