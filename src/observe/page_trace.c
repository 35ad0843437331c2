/* The page of one request: what happened, the questions in their order, the verdict, the graph. */
#include "observe/page.h"

#include <ctype.h>
#include <stdio.h>

#include <statute/problem.h>
#include <statute/status.h>

#include "base/clock.h"
#include "observe/page_path.h"
#include "problem/html.h"

enum { DETAIL_MAX = 512 };

static void element(struct buf *buf, const char *begin, struct str text, const char *end)
{
	buf_add(buf, str_from(begin));
	html_text(buf, text);
	buf_add(buf, str_from(end));
}

static struct str phrase_of(int status)
{
	const struct statute_status *row = statute_status_class_fallback(status);

	return str_from(row ? row->phrase : "No answer");
}

static void status_mark(struct buf *buf, int status)
{
	if (status)
		html_status(buf, status);
	else
		buf_lit(buf, "<span class=\"status s0\">none</span>");
}

/* Microseconds as people say them. */
static void duration(struct buf *buf, uint64_t us)
{
	if (us < 1000)
		buf_printf(buf, "%u µs", (unsigned)us);
	else if (us < 1000000)
		buf_printf(buf, "%u.%u ms", (unsigned)(us / 1000), (unsigned)(us % 1000 / 100));
	else
		buf_printf(buf, "%llu.%02u s", (unsigned long long)(us / 1000000),
		           (unsigned)(us % 1000000 / 10000));
}

/* The whole in one sentence. */
static void lede(const struct trace *trace, const struct page_path *path, struct buf *buf)
{
	const struct statute_node *row = statute_graph_node(path->last);
	const struct page_step *last = path->is_answered ? &path->steps[path->count - 1] : NULL;

	element(buf, "<p class=\"lede\"><a href=\"#verdict\">", phrase_of(trace->status), "</a>");
	if (row) {
		element(buf, path->is_verdict ? ", decided at <code>" : ", broken off at <code>",
		        str_from(row->id), "</code>: ");
		element(buf, "<q>", str_from(row->question), "</q>");
		buf_add(buf, str_from(!last || row->is_effect ? "" : last->answer ? " Yes." : " No."));
	} else {
		element(buf, ", decided by the parser, at <code>", str_from(trace->node), "</code>.");
	}
	buf_lit(buf, "</p>\n");
}

static void size(struct buf *buf, const char *name, uint64_t bytes)
{
	buf_printf(buf, "<div><dt>%s</dt><dd>%llu bytes</dd></div>\n", name, (unsigned long long)bytes);
}

static void summary(const struct trace *trace, const struct page_path *path, struct buf *buf)
{
	char time[CLOCK_RFC3339_LEN];

	buf_lit(buf, "<section class=\"summary\" aria-label=\"The request\">\n<h1>");
	status_mark(buf, trace->status);
	element(buf, " <span class=\"method\">", trace_method(trace), "</span>");
	element(buf, " <span class=\"path\">", trace_text(trace, TRACE_PATH), "</span></h1>\n");
	lede(trace, path, buf);
	element(buf, "<dl class=\"facts\">\n<div><dt>Request</dt><dd><code id=\"request-id\">",
	        trace_text(trace, TRACE_ID),
	        "</code> <button type=\"button\" class=\"copy\" id=\"copy\" "
	        "hidden>Copy</button></dd></div>\n");
	element(buf, "<div><dt>Answered</dt><dd><time>",
	        str_of(time, clock_rfc3339(time, trace->wall_ms, true)),
	        "</time></dd></div>\n<div><dt>Took</dt><dd>");
	duration(buf, trace->us);
	element(buf, "</dd></div>\n<div><dt>Route</dt><dd><code>",
	        str_from(*trace->route ? trace->route : "none"), "</code></dd></div>\n");
	size(buf, "In", trace->in);
	size(buf, "Out", trace->out);
	buf_lit(buf, "</dl>\n</section>\n");
}

static void step_heading(struct buf *buf, char letter, bool is_first)
{
	if (!is_first)
		buf_lit(buf, "</ol>\n");
	buf_printf(buf,
	           "<h3 id=\"steps-%c\"><span class=\"letter\">%c</span> %s</h3>\n<ol class=\"steps\">\n",
	           letter, letter, statute_graph_block(letter));
}

/* What was behind a fact, where it is known. */
static void step_detail(const struct trace *trace, enum statute_fact fact, struct buf *buf)
{
	struct buf detail;

	buf_init(&detail, buf->arena, DETAIL_MAX);
	trace_write_detail(trace, fact, &detail);
	if (detail.len && !detail.failed)
		element(buf, " <span class=\"detail\">", buf_str(&detail), "</span>");
	if (!buf->arena)
		buf_done(&detail);
}

static void step(const struct trace *trace, uint8_t node, const char *answer, const char *holds,
                 struct buf *buf)
{
	const struct statute_node *row = statute_graph_node(node);
	const struct statute_fact_info *fact = statute_fact_info(row->fact);

	buf_printf(buf, "<li><a class=\"step\" id=\"step-%s\" href=\"#node-%s\" data-node=\"%s\">", row->id,
	           row->id, row->id);
	element(buf, "<span class=\"id\">", str_from(row->id), "</span>");
	element(buf, " <span class=\"question\">", str_from(row->question), "</span>");
	buf_printf(buf, " <span class=\"answer %s\">%s</span>", answer, *answer ? answer : "?");
	buf_printf(buf, " <span class=\"fact\" title=\"%s\"><b>%s:</b> ", fact->name, holds);
	element(buf, "", str_from(fact->text), "</span>");
	step_detail(trace, row->fact, buf);
	buf_lit(buf, "</a></li>\n");
}

static void answered_step(const struct trace *trace, const struct page_step *at, struct buf *buf)
{
	if (statute_graph_node(at->node)->is_effect)
		step(trace, at->node, at->answer ? "done" : "no", at->answer ? "Done" : "Not done", buf);
	else
		step(trace, at->node, at->answer ? "yes" : "no", at->answer ? "True" : "False", buf);
}

static void steps(const struct trace *trace, const struct page_path *path, struct buf *buf)
{
	char letter = '\0';

	buf_printf(buf,
	           "<section class=\"questions\" aria-labelledby=\"steps-title\">\n"
	           "<h2 id=\"steps-title\">Questions <span class=\"count\">%u</span></h2>\n",
	           path->count);
	for (size_t i = 0; i < path->count; i++) {
		const char *id = statute_graph_node(path->steps[i].node)->id;

		if (*id != letter)
			step_heading(buf, *id, letter == '\0');
		letter = *id;
		answered_step(trace, &path->steps[i], buf);
	}
	if (path->last == STATUTE_NODE_END) {
		buf_lit(buf,
		        "<p class=\"none\">The bytes made no request: the parser answered before the first "
		        "question.</p>\n");
		return;
	}
	if (!path->is_answered) {
		const char *id = statute_graph_node(path->last)->id;

		if (*id != letter)
			step_heading(buf, *id, letter == '\0');
		step(trace, path->last, "", "Not known", buf);
	}
	buf_lit(buf, "</ol>\n");
}

/* "retry-after|x" as people write it: Retry-After or X. */
static void obliged_field(struct buf *buf, const char *at, size_t len)
{
	buf_lit(buf, "<li><code>");
	for (size_t i = 0; i < len; i++)
		if (at[i] == '|')
			buf_lit(buf, "</code> or <code>");
		else
			buf_add_char(buf, i == 0 || at[i - 1] == '-' || at[i - 1] == '|'
			                          ? (char)toupper((unsigned char)at[i])
			                          : at[i]);
	buf_lit(buf, "</code></li>\n");
}

/* What a response of this status must have. */
static void obligations(struct buf *buf, const struct statute_status *status)
{
	const char *at = status->headers;

	if (*at)
		buf_lit(buf, "<h3>Header fields that it owes</h3>\n<ul class=\"fields\">\n");
	while (*at) {
		size_t len = strcspn(at, " ");

		obliged_field(buf, at, len);
		at += len + (at[len] == ' ');
	}
	if (*status->headers)
		buf_lit(buf, "</ul>\n");
	if (*status->contract)
		element(buf, "<p>", str_from(status->contract), "</p>\n");
}

static void paragraph(struct buf *buf, struct str text)
{
	if (text.len)
		element(buf, "<p>", text, "</p>\n");
}

/* The code: an error's, with the link to its page, or the outcome of the graph. */
static void verdict_code(const struct trace *trace, struct buf *buf)
{
	struct str code = page_code(trace);
	size_t member_len;
	const struct statute_error_code *entry = problem_explain(code, &member_len);

	buf_lit(buf, "<p class=\"code\">");
	if (entry)
		element(buf, "<a href=\"/-/errors/", code, "\">");
	element(buf, "<code>", code, entry ? "</code></a>" : "</code>");
	if (*trace->node)
		element(buf, ", at <code>", str_from(trace->node), "</code>");
	buf_lit(buf, "</p>\n");
	if (entry) {
		paragraph(buf, str_from(entry->meaning));
		paragraph(buf, str_from(entry->hint));
	}
}

/* What only an operator may know. */
static void verdict_cause(const struct trace *trace, struct buf *buf)
{
	struct str cause = trace_text(trace, TRACE_CAUSE);

	if (trace->refusal)
		element(buf, "<p class=\"reason\">", str_from(trace->refusal), "</p>\n");
	if (cause.len)
		element(buf, "<p class=\"reason\">Cause: ", cause, "</p>\n");
	if (trace->is_dropped)
		buf_lit(buf, "<p class=\"reason\">The client was gone when the answer was ready.</p>\n");
}

static void verdict(const struct trace *trace, struct buf *buf)
{
	const struct statute_status *status = statute_status_class_fallback(trace->status);

	buf_lit(buf, "<section class=\"verdict\" id=\"verdict\" aria-labelledby=\"verdict-title\" "
	             "tabindex=\"-1\">\n"
	             "<h2 id=\"verdict-title\">");
	status_mark(buf, trace->status);
	element(buf, " ", phrase_of(trace->status), "</h2>\n");
	verdict_code(trace, buf);
	verdict_cause(trace, buf);
	if (status) {
		buf_lit(buf, "<h3>What the status says</h3>\n");
		paragraph(buf, str_from(status->meaning));
		obligations(buf, status);
		element(buf, "<p class=\"section\">", str_from(status->section), "</p>\n");
	} else {
		buf_lit(buf, "<p>The client left before an answer could be sent.</p>\n");
	}
	buf_lit(buf, "</section>\n</section>\n");
}

static void block_links(const struct page_path *path, struct buf *buf)
{
	const struct statute_node *row;
	bool was_asked[128] = { false };
	char letter = '\0';

	for (size_t i = 0; i < path->count; i++)
		was_asked[statute_graph_node(path->steps[i].node)->id[0] & 127] = true;
	buf_lit(buf, "<nav class=\"blocks\" aria-label=\"Blocks of the graph\">");
	for (size_t i = 0; (row = statute_graph_node(i)); i++) {
		if (row->id[0] == letter)
			continue;
		letter = row->id[0];
		buf_printf(buf, "<a href=\"#block-%c\" class=\"%s\" title=\"%s\">%c</a>", letter,
		           was_asked[letter & 127] ? "asked" : "unasked", statute_graph_block(letter),
		           letter);
	}
	buf_lit(buf, "</nav>\n");
}

static void map(const struct trace *trace, const struct page_path *path, bool is_whole, struct buf *buf)
{
	buf_lit(buf, "<section class=\"map\" aria-labelledby=\"map-title\">\n<div class=\"bar\">"
	             "<h2 id=\"map-title\">Decision graph</h2>");
	block_links(path, buf);
	element(buf, "<div class=\"tools\"><a id=\"whole\" href=\"/-/trace/", trace_text(trace, TRACE_ID),
	        is_whole ? "\">Only its blocks</a>" : "?graph=whole\">All blocks</a>");
	buf_lit(buf, "<span class=\"zoom\" id=\"zoom\" hidden>"
	             "<button type=\"button\" data-zoom=\"out\" aria-label=\"Smaller\">−</button>"
	             "<button type=\"button\" data-zoom=\"fit\">Fit</button>"
	             "<button type=\"button\" data-zoom=\"in\" "
	             "aria-label=\"Larger\">+</button></span></div></div>\n"
	             "<div class=\"pane\" id=\"pane\" tabindex=\"0\" role=\"region\" "
	             "aria-labelledby=\"map-title\">\n");
	page_graph(trace, path, is_whole, buf);
	buf_lit(buf, "</div>\n</section>\n");
}

void page_trace(const struct trace *trace, bool is_whole, struct buf *buf)
{
	struct page_path path;
	char title[128];
	int len = snprintf(title, sizeof(title), "%d %.*s", trace->status, STR_ARG(phrase_of(trace->status)));

	page_path_find(trace, &path);
	html_head(buf, str_of(title, len < (int)sizeof(title) ? (size_t)len : sizeof(title) - 1));
	buf_lit(buf, "<body class=\"wide\">\n<a class=\"skip\" href=\"#verdict\">To the verdict</a>\n"
	             "<header class=\"site\"><nav aria-label=\"Pages\"><a href=\"/-/traces\">Requests</a>"
	             "<a href=\"/-/errors\">Error codes</a></nav>");
	element(buf, "<a id=\"json\" type=\"application/json\" href=\"/-/trace/", trace_text(trace, TRACE_ID),
	        "?as=json\">JSON</a></header>\n<main>\n");
	summary(trace, &path, buf);
	buf_lit(buf, "<div class=\"sides\">\n");
	steps(trace, &path, buf);
	verdict(trace, buf);
	map(trace, &path, is_whole, buf);
	buf_lit(buf,
	        "</div>\n</main>\n<p class=\"said\" id=\"said\" role=\"status\" aria-live=\"polite\"></p>\n"
	        "<script src=\"/-/assets/trace.js\"></script>\n</body>\n</html>\n");
}
