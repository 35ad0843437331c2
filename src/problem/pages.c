/* The catalogue as JSON and as pages: /-/errors and /-/errors/CODE. */
#include "problem/html.h"

#include <statute/status.h>

#include "json/json.h"

/* EMAIL_ALREADY_EXISTS: the member is `email`; FIRST_SECOND_…: first_second. */
static struct str lower_member(struct str code, size_t len, char out[PROBLEM_CODE_MAX])
{
	for (size_t i = 0; i < len; i++)
		out[i] = (char)(code.at[i] >= 'A' && code.at[i] <= 'Z' ? code.at[i] | 0x20 : code.at[i]);
	return str_of(out, len);
}

static struct str phrase_of(int status)
{
	const struct statute_status *row = statute_status_class_fallback(status);

	return str_from(row ? row->phrase : "");
}

static void text_member(struct buf *buf, struct str name, struct str value)
{
	buf_add_char(buf, ',');
	json_write_string(buf, name);
	buf_add_char(buf, ':');
	json_write_string(buf, value);
}

static void entry_json(struct buf *buf, const struct statute_error_code *entry, struct str code,
                       size_t member_len)
{
	char member[PROBLEM_CODE_MAX];

	buf_lit(buf, "{\"error\":");
	json_write_string(buf, code);
	buf_lit(buf, ",\"status\":");
	buf_add_u64(buf, (uint64_t)entry->status);
	if (entry->also) {
		buf_lit(buf, ",\"alsoStatus\":");
		buf_add_u64(buf, (uint64_t)entry->also);
	}
	text_member(buf, S("title"), phrase_of(entry->status));
	text_member(buf, S("message"), str_from(entry->message));
	text_member(buf, S("meaning"), str_from(entry->meaning));
	if (*entry->hint)
		text_member(buf, S("hint"), str_from(entry->hint));
	if (member_len) {
		text_member(buf, S("family"), str_from(entry->code));
		text_member(buf, S("member"), lower_member(code, member_len, member));
	}
	buf_lit(buf, ",\"documentation\":\"/-/errors/");
	buf_add(buf, code);
	buf_lit(buf, "\"}");
}

int problem_entry_json(struct buf *buf, struct str code)
{
	size_t member_len;
	const struct statute_error_code *entry = problem_explain(code, &member_len);

	if (!entry)
		return STATUTE_ENOTFOUND;
	entry_json(buf, entry, code, member_len);
	buf_add_char(buf, '\n');
	return 0;
}

void problem_catalogue_json(struct buf *buf)
{
	const struct statute_error_code *entry;
	const struct statute_validation_code *code;

	buf_lit(buf, "{\"errors\":[");
	for (size_t i = 0; (entry = statute_error_code_at(i)); i++) {
		if (i)
			buf_add_char(buf, ',');
		entry_json(buf, entry, str_from(entry->code), 0);
	}
	buf_lit(buf, "],\"validationCodes\":[");
	for (size_t i = 0; (code = statute_validation_code_at(i)); i++) {
		if (i)
			buf_add_char(buf, ',');
		buf_lit(buf, "{\"code\":");
		json_write_string(buf, str_from(code->code));
		text_member(buf, S("meaning"), str_from(code->meaning));
		buf_add_char(buf, '}');
	}
	buf_lit(buf, "]}\n");
}

static void entry_row(struct buf *buf, const struct statute_error_code *entry)
{
	buf_lit(buf, "<tr><td>");
	html_status(buf, entry->status);
	buf_printf(buf, "</td><td><a href=\"/-/errors/%s\"><code>%s</code></a></td><td>", entry->code, entry->code);
	html_text(buf, str_from(entry->message));
	buf_lit(buf, "</td></tr>\n");
}

void problem_catalogue_html(struct buf *buf)
{
	const struct statute_error_code *entry;
	const struct statute_validation_code *code;

	html_begin(buf, S("Error codes"), 0, S("Error codes"));
	buf_lit(buf, "<p>What stands in <code>error</code>. Codes are stable; new ones may be added.</p>\n"
	             "<table class=\"codes\">\n"
	             "<thead><tr><th scope=\"col\">Status</th><th scope=\"col\">Code</th>"
	             "<th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; (entry = statute_error_code_at(i)); i++)
		entry_row(buf, entry);
	buf_lit(buf, "</tbody>\n</table>\n<h2 id=\"validation\">Codes of validation errors</h2>\n"
	             "<p>What stands in <code>validationErrors[].code</code>, beside the codes of an API&#39;s own "
	             "rules.</p>\n<table>\n<thead><tr><th scope=\"col\">Code</th><th scope=\"col\">Meaning</th></tr>"
	             "</thead>\n<tbody>\n");
	for (size_t i = 0; (code = statute_validation_code_at(i)); i++) {
		buf_printf(buf, "<tr><td><code>%s</code></td><td>", code->code);
		html_text(buf, str_from(code->meaning));
		buf_lit(buf, "</td></tr>\n");
	}
	buf_lit(buf, "</tbody>\n</table>\n");
	html_end(buf);
}

static void part(struct buf *buf, struct str title, struct str text)
{
	if (!text.len)
		return;
	buf_lit(buf, "<dt>");
	html_text(buf, title);
	buf_lit(buf, "</dt><dd>");
	html_text(buf, text);
	buf_lit(buf, "</dd>\n");
}

static void family(struct buf *buf, const struct statute_error_code *entry, struct str code,
                   size_t member_len)
{
	char member[PROBLEM_CODE_MAX];

	if (!member_len)
		return;
	buf_lit(buf, "<p>A case of <a href=\"/-/errors/");
	buf_add(buf, str_from(entry->code));
	buf_lit(buf, "\"><code>");
	buf_add(buf, str_from(entry->code));
	buf_lit(buf, "</code></a>, for <code>");
	html_text(buf, lower_member(code, member_len, member));
	buf_lit(buf, "</code>.</p>\n");
}

int problem_entry_html(struct buf *buf, struct str code)
{
	size_t member_len;
	const struct statute_error_code *entry = problem_explain(code, &member_len);
	const struct statute_status *status;

	if (!entry)
		return STATUTE_ENOTFOUND;
	status = statute_status_class_fallback(entry->status);
	html_begin(buf, code, entry->status, code);
	buf_printf(buf, "<p><strong>%d %s</strong>", entry->status, status->phrase);
	if (entry->also)
		buf_printf(buf, ", or %d %s where the owner chose so", entry->also,
		           statute_status_class_fallback(entry->also)->phrase);
	buf_lit(buf, "</p>\n");
	family(buf, entry, code, member_len);
	buf_lit(buf, "<dl>\n");
	part(buf, S("Message"), str_from(entry->message));
	part(buf, S("Meaning"), str_from(entry->meaning));
	part(buf, S("What to do"), str_from(entry->hint));
	part(buf, S("What clients do with the status"), str_from(statute_client_action_text(status->client)));
	part(buf, S("Defined in"), str_from(status->section));
	buf_lit(buf, "</dl>\n<p><a href=\"/-/errors\">All error codes</a></p>\n");
	html_end(buf);
	return 0;
}
