/* Errors as pages for people: plain HTML without scripts; what they look like is the server's to serve. */
#include "problem/html.h"

#include <stdio.h>

static const char before_title[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<link rel=\"icon\" type=\"image/svg+xml\" href=\"/-/assets/icon.svg\">\n"
	"<link rel=\"stylesheet\" href=\"/-/assets/statute.css\">\n"
	"<title>";
static const char before_heading[] =
	"<body>\n"
	"<header class=\"site\"><nav aria-label=\"Pages\"><a href=\"/-/errors\">Error codes</a></nav></header>\n"
	"<main>\n"
	"<h1>";

void html_text(struct buf *buf, struct str text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.len; i++) {
		static const char special[] = "&<>\"'";
		static const char *const escaped[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
		const char *found = memchr(special, text.at[i], sizeof(special) - 1);

		if (!found)
			continue;
		buf_add(buf, str_sub(text, from, i - from));
		buf_add(buf, str_from(escaped[found - special]));
		from = i + 1;
	}
	buf_add(buf, str_sub(text, from, text.len));
}

void html_head(struct buf *buf, struct str title)
{
	buf_add(buf, str_from(before_title));
	html_text(buf, title);
	buf_lit(buf, "</title>\n</head>\n");
}

void html_status(struct buf *buf, int status)
{
	buf_printf(buf, "<span class=\"status s%d\">%d</span>", status / 100, status);
}

void html_begin(struct buf *buf, struct str title, int status, struct str heading)
{
	html_head(buf, title);
	buf_add(buf, str_from(before_heading));
	if (status) {
		html_status(buf, status);
		buf_add_char(buf, ' ');
	}
	html_text(buf, heading);
	buf_lit(buf, "</h1>\n");
}

void html_end(struct buf *buf)
{
	buf_lit(buf, "</main>\n</body>\n</html>\n");
}

static void row(struct buf *buf, struct str name, struct str value)
{
	if (!value.len)
		return;
	buf_lit(buf, "<dt>");
	html_text(buf, name);
	buf_lit(buf, "</dt><dd><code>");
	html_text(buf, value);
	buf_lit(buf, "</code></dd>\n");
}

static void cell(struct buf *buf, struct str text)
{
	buf_lit(buf, "<td>");
	html_text(buf, text);
	buf_lit(buf, "</td>");
}

static void errors(struct buf *buf, const struct problem *problem)
{
	if (!problem->error_count)
		return;
	buf_lit(buf, "<table>\n<thead><tr><th scope=\"col\">Field</th><th scope=\"col\">What is wrong</th>"
	             "<th scope=\"col\">Code</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < problem->error_count; i++) {
		buf_lit(buf, "<tr>");
		cell(buf, problem->errors[i].field);
		cell(buf, problem->errors[i].message);
		cell(buf, problem->errors[i].code);
		buf_lit(buf, "</tr>\n");
	}
	buf_lit(buf, "</tbody>\n</table>\n");
}

static void paragraph(struct buf *buf, struct str text)
{
	if (!text.len)
		return;
	buf_lit(buf, "<p>");
	html_text(buf, text);
	buf_lit(buf, "</p>\n");
}

void problem_html(const struct problem *problem, struct buf *buf)
{
	char title[160];
	int len = snprintf(title, sizeof(title), "%d %.*s", problem->status, STR_ARG(problem_title(problem)));

	html_begin(buf, str_of(title, len < (int)sizeof(title) ? (size_t)len : sizeof(title) - 1), problem->status,
	           problem_title(problem));
	paragraph(buf, problem_detail(problem));
	errors(buf, problem);
	paragraph(buf, problem->hint);
	buf_lit(buf, "<dl>\n");
	row(buf, S("Error"), problem->code);
	row(buf, S("Request"), problem->instance);
	row(buf, S("Time"), problem->timestamp);
	row(buf, S("Path"), problem->path);
	if (problem->show_node)
		row(buf, S("Node"), problem->node);
	buf_lit(buf, "</dl>\n<p><a href=\"/-/errors/");
	html_text(buf, problem->code);
	buf_lit(buf, "\">What this error means</a></p>\n");
	html_end(buf);
}
