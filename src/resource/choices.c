/* Several representations, each with a path of its own, for the client to choose from: row N01. */
#include "problem/html.h"
#include "resource/resource.h"

enum { LIST_MAX = 1 << 20 };

static int find(struct exchange *x)
{
	x->target.modified_s = -1;
	exchange_find_preconditions(x, true);
	return 0;
}

static int set_text(struct exchange *x, struct json *to, struct str name, struct str text)
{
	return text.len ? json_set(&x->arena, to, name, json_new_string(&x->arena, text)) : 0;
}

static int add_entry(struct exchange *x, struct json *list, const struct choice *choice, struct str href)
{
	struct json *entry = json_new(&x->arena, JSON_OBJECT);
	int r;

	if (!entry)
		return STATUTE_ENOMEM;
	if ((r = set_text(x, entry, S("href"), href)) < 0 || (r = set_text(x, entry, S("type"), choice->type)) < 0 ||
	    (r = set_text(x, entry, S("language"), choice->language)) < 0 ||
	    (r = set_text(x, entry, S("title"), choice->title)) < 0)
		return r;
	return json_append(list, entry);
}

/* RFC 8288 section 3. A title in another alphabet stands in the list alone. */
static void add_link(struct buf *links, const struct choice *choice, struct str href)
{
	buf_printf(links, "%s<%.*s>; rel=\"alternate\"", links->len ? ", " : "", STR_ARG(href));
	if (choice->type.len)
		buf_printf(links, "; type=\"%.*s\"", STR_ARG(choice->type));
	if (choice->language.len)
		buf_printf(links, "; hreflang=\"%.*s\"", STR_ARG(choice->language));
}

static void add_item(struct buf *page, const struct choice *choice, struct str href)
{
	buf_lit(page, "<li><a href=\"");
	html_text(page, href);
	buf_lit(page, "\">");
	html_text(page, choice->title.len ? choice->title : href);
	buf_lit(page, "</a>");
	if (choice->type.len) {
		buf_lit(page, " <code>");
		html_text(page, choice->type);
		buf_lit(page, "</code>");
	}
	buf_lit(page, "</li>\n");
}

/* The same list three times: in Link, as JSON, and for a browser. */
static int write_lists(struct exchange *x, const struct choices *choices, struct json *list, struct buf *links,
                       struct buf *page)
{
	html_begin(page, S("There are several"), 300, S("There are several"));
	buf_lit(page, "<ul>\n");
	for (size_t i = 0; i < choices->count; i++) {
		const struct choice *choice = &choices->list[i];
		struct str href = exchange_target(x, &choice->href, (struct str){ 0 }, NULL, true);

		if (!href.at || add_entry(x, list, choice, href) < 0)
			return STATUTE_ENOMEM;
		add_link(links, choice, href);
		add_item(page, choice, href);
		if (choice == choices->preferred)
			response_set(&x->response, S("Location"), href);
	}
	buf_lit(page, "</ul>\n");
	html_end(page);
	return page->failed || links->failed ? STATUTE_ENOMEM : 0;
}

static int reply(struct exchange *x)
{
	const struct choices *choices = x->bound->special.said;
	struct json *root = json_new(&x->arena, JSON_OBJECT), *list = json_new(&x->arena, JSON_ARRAY);
	struct str accept = request_list(&x->request, FIELD_ACCEPT, &x->arena);
	struct buf links, page;
	int r;

	if (x->response.status == 304)
		return 0;
	buf_init(&links, &x->arena, LIST_MAX);
	buf_init(&page, &x->arena, LIST_MAX);
	if (!root || !list || (r = write_lists(x, choices, list, &links, &page)) < 0)
		return STATUTE_ENOMEM;
	response_set(&x->response, S("Link"), buf_str(&links));
	response_set(&x->response, S("Vary"), S("Accept"));
	if (problem_format_for(accept) != PROBLEM_HTML) {
		response_set(&x->response, S("Content-Type"), S("application/json"));
		r = json_set(&x->arena, root, S("choices"), list);
		return r < 0 ? r : exchange_reply_json(x, root);
	}
	response_set(&x->response, S("Content-Type"), S("text/html; charset=utf-8"));
	exchange_guard_page(x);
	x->response.content = buf_str(&page);
	x->response.has_content = true;
	return 0;
}

const struct exchange_kind choices_kind = {
	.name = "choices",
	.find = find,
	.reply = reply,
};
