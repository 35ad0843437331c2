/*
 * Answers that send the client elsewhere: Location, and the short note that RFC 9110 section 15.4 wants
 * for whoever does not follow it; the canonical spelling of a path (row C02); and the fields of an
 * operation that will not be there for ever (RFC 9745, RFC 8594).
 */
#include "exchange/facts.h"

#include "json/json.h"
#include "message/uri.h"
#include "problem/html.h"

enum { NOTE_MAX = 1 << 16 };

static void write_html(struct buf *buf, int status, struct str location)
{
	html_begin(buf, S("It is elsewhere"), status, S("It is elsewhere"));
	buf_lit(buf, "<p><a href=\"");
	html_text(buf, location);
	buf_lit(buf, "\">");
	html_text(buf, location);
	buf_lit(buf, "</a></p>\n");
	html_end(buf);
}

static void write_json(struct buf *buf, int status, struct str location)
{
	buf_printf(buf, "{\"status\":%d,\"location\":", status);
	json_write_string(buf, location);
	buf_add_char(buf, '}');
}

static struct str write_note(struct exchange *x, struct str location, struct buf *buf)
{
	switch (problem_format_for(request_list(&x->request, FIELD_ACCEPT, &x->arena))) {
	case PROBLEM_HTML:
		write_html(buf, x->response.status, location);
		exchange_guard_page(x);
		return S("text/html; charset=utf-8");
	case PROBLEM_TEXT:
		buf_add(buf, location);
		buf_add_char(buf, '\n');
		return S("text/plain; charset=utf-8");
	default: write_json(buf, x->response.status, location); return S("application/json");
	}
}

int exchange_reply_elsewhere(struct exchange *x, struct str location)
{
	struct str type;
	struct buf buf;

	buf_init(&buf, &x->arena, location.len * 16 + NOTE_MAX);
	type = write_note(x, location, &buf);
	if (!location.at || buf.failed)
		return STATUTE_ENOMEM;
	response_set(&x->response, S("Location"), location);
	response_set(&x->response, S("Content-Type"), type);
	exchange_add_vary(x, S("Accept"));
	x->response.content = buf_str(&buf);
	x->response.has_content = true;
	return 0;
}

struct str exchange_target(struct exchange *x, const struct target *target, struct str id, const struct json *body,
                           bool takes_query)
{
	const struct target_values values = {
		.match = &x->match,
		.id = id,
		.body = body,
		.prefix = x->prefix,
		.query = takes_query ? x->request.query : (struct str){ 0 },
	};
	struct buf buf;

	buf_init(&buf, &x->arena, x->host->settings->arena_max);
	if (!target_write(target, &values, &buf))
		return (struct str){ 0 };
	return buf_whole(&buf);
}

void exchange_add_link(struct exchange *x, const struct target *target, const char *relation)
{
	struct str url = target->text.len ? exchange_target(x, target, (struct str){ 0 }, NULL, false)
	                                  : (struct str){ 0 };

	if (url.len)
		response_add(&x->response, S("Link"),
		             str_printf(&x->arena, "<%.*s>; rel=\"%s\"", STR_ARG(url), relation));
}

/* ---- The spelling of a path ---------------------------------------------------- */

void exchange_find_spelling(struct exchange *x)
{
	const struct api *api = x->host->api;
	struct str path;

	if (!api->has_canonical_paths || !router_canonical(api->router, x->path, &x->arena, &path))
		return;
	x->path = path;
	FACT(PATH_NOT_CANONICAL, true);
}

int exchange_redirect_to_spelling(struct exchange *x)
{
	struct buf buf;

	buf_init(&buf, &x->arena, x->host->settings->arena_max);
	buf_add(&buf, x->prefix);
	uri_encode_rest(&buf, x->path);
	if (x->request.query.at) {
		buf_add_char(&buf, '?');
		uri_encode_rest(&buf, x->request.query);
	}
	return exchange_reply_elsewhere(x, buf_whole(&buf));
}

/* ---- Not for ever ---------------------------------------------------------------- */

void exchange_add_deprecation(struct exchange *x, const struct deprecation *deprecation)
{
	response_set(&x->response, S("Deprecation"), deprecation->since);
	if (deprecation->sunset.len)
		response_set(&x->response, S("Sunset"), deprecation->sunset);
	exchange_add_link(x, &deprecation->successor, "successor-version");
	if (deprecation->documentation.len)
		response_add(&x->response, S("Link"), str_printf(&x->arena, "<%.*s>; rel=\"deprecation\"",
		                                                 STR_ARG(deprecation->documentation)));
}
