/* The server's own paths: see own_paths.h. */
#include "server/own_pages.h"

#include "message/negotiate.h"
#include "observe/page_assets.h"

static struct str after(struct str path, const char *prefix)
{
	return str_sub(path, strlen(prefix), path.len);
}

int own_page_send(struct exchange *x, const struct buf *buf, struct str type, struct str cache)
{
	if (buf->failed)
		return STATUTE_ENOMEM;
	x->response.content = buf_str(buf);
	x->response.has_content = true;
	response_set(&x->response, S("Content-Type"), type);
	response_set(&x->response, S("Cache-Control"), cache);
	return 0;
}

int own_page_blame(struct exchange *x, struct str name, struct str code, struct str message)
{
	const struct parameter_error error = { .in = "query", .name = name, .code = code, .message = message };

	return exchange_parameter_error(x, &error);
}

static bool is_alive(const struct exchange *x)
{
	(void)x;
	return true;
}

static bool is_ready(const struct exchange *x)
{
	return !x->host->is_draining && store_check(x->host->store) == 0;
}

static int reply_status(struct exchange *x, struct str more)
{
	struct buf buf;

	(void)more;
	buf_init(&buf, &x->arena, OWN_PAGE_MAX);
	buf_lit(&buf, "{\"status\":\"ok\"}");
	return own_page_send(x, &buf, S("application/json"), S("no-store"));
}

static bool prefers_html(const struct exchange *x)
{
	static const struct str offers[] = { STR_INIT("application/json"), STR_INIT("text/html") };

	return accept_choose(request_field(&x->request, FIELD_ACCEPT), offers, 2) == 1;
}

static int send_page(struct exchange *x, const struct buf *buf, bool is_html)
{
	response_set(&x->response, S("Vary"), S("Accept"));
	if (is_html)
		exchange_guard_page(x);
	if (x->response.status == 304) {
		response_set(&x->response, S("Cache-Control"), S("max-age=3600"));
		return 0;
	}
	return own_page_send(x, buf, is_html ? S("text/html; charset=utf-8") : S("application/json"),
	                    S("max-age=3600"));
}

static int reply_catalogue(struct exchange *x, struct str more)
{
	bool is_html = prefers_html(x);
	struct buf buf;

	(void)more;
	buf_init(&buf, &x->arena, OWN_PAGE_MAX);
	if (is_html)
		problem_catalogue_html(&buf);
	else
		problem_catalogue_json(&buf);
	return send_page(x, &buf, is_html);
}

static int reply_entry(struct exchange *x, struct str more)
{
	bool is_html = prefers_html(x);
	struct buf buf;
	int r;

	buf_init(&buf, &x->arena, OWN_PAGE_MAX);
	r = is_html ? problem_entry_html(&buf, more) : problem_entry_json(&buf, more);
	return r < 0 ? r : send_page(x, &buf, is_html);
}

static bool is_explained(struct str code)
{
	enum { CODE_MAX = 128 };
	char name[CODE_MAX];
	size_t member_len;

	if (code.len == 0 || code.len >= CODE_MAX || memchr(code.at, '\0', code.len))
		return false;
	memcpy(name, code.at, code.len);
	name[code.len] = '\0';
	return statute_error_code_explain(name, &member_len) != NULL;
}

static bool is_asset(struct str name)
{
	struct page_asset asset;

	return page_asset(name, &asset);
}

static struct str tag_of_asset(struct exchange *x, struct str name)
{
	struct page_asset asset;

	return page_asset(name, &asset) ? str_dup(&x->arena, str_from(asset.etag)) : (struct str){ 0 };
}

/* A file is asked for again with its tag: after an upgrade pages and files fit together at once. */
static int reply_asset(struct exchange *x, struct str name)
{
	struct page_asset asset;

	if (!page_asset(name, &asset))
		return STATUTE_ENOTFOUND;
	exchange_add_validators(x);
	response_set(&x->response, S("Cache-Control"), S("no-cache"));
	if (x->response.status == 304)
		return 0;
	x->response.content = asset.content;
	x->response.has_content = true;
	response_set(&x->response, S("Content-Type"), asset.type);
	response_set(&x->response, S("X-Content-Type-Options"), S("nosniff"));
	return 0;
}

static const struct own_page pages[] = {
	{ .path = "/-/health", .is_healthy = is_alive, .reply = reply_status },
	{ .path = "/-/ready", .is_healthy = is_ready, .reply = reply_status },
	{ .path = "/-/errors", .reply = reply_catalogue },
	{ .path = "/-/errors/", .takes_more = true, .is_there = is_explained, .reply = reply_entry },
	{ .path = "/-/assets/", .takes_more = true, .is_there = is_asset, .tag = tag_of_asset, .reply = reply_asset },
	{ 0 },
};

static const struct own_page *find_among(const struct own_page *page, struct str path)
{
	for (; path.at && page->path; page++) {
		if (!page->takes_more && str_eq(path, str_from(page->path)))
			return page;
		if (page->takes_more && str_starts(path, str_from(page->path)) &&
		    (!page->is_there || page->is_there(after(path, page->path))))
			return page;
	}
	return NULL;
}

static const struct own_page *find_public(const struct exchange *x, struct str path)
{
	const struct own_page *page = find_among(pages, path);

	return page || !docs_are_shown(x) ? page : find_among(docs_pages, path);
}

/* Nothing here has a date. Without memory nothing has a tag either. */
static void find_validators(struct exchange *x, const struct own_request *own)
{
	x->target.modified_s = -1;
	if (own->page && own->page->tag)
		x->target.etag = own->page->tag(x, own->more);
}

static bool is_read(const struct exchange *x)
{
	return x->request.method == METHOD_GET || x->request.method == METHOD_HEAD;
}

/* Who may read on a public listener may not change anything there. */
static bool takes_writes(const struct exchange *x, const struct own_page *page)
{
	return page && page->write && x->host->owns_every_path;
}

static bool is_allowed(const struct exchange *x, const struct own_page *page)
{
	return is_read(x) || (takes_writes(x, page) &&
	                      (x->request.method == METHOD_PUT || x->request.method == METHOD_DELETE));
}

/* What a page says of any request, whether what it names exists or not. */
static void state_facts(struct exchange *x, const struct own_page *page)
{
	static const enum statute_fact no[] = {
		STATUTE_FACT_TAKES_CONTENT, STATUTE_FACT_NEEDS_CONTENT, STATUTE_FACT_HAS_KEY,
		STATUTE_FACT_IS_ACTION,
	};

	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		statute_fact_set(&x->facts, no[i], false);
	statute_fact_set(&x->facts, STATUTE_FACT_ACCEPT_FITS, true);
	statute_fact_set(&x->facts, STATUTE_FACT_HAS_NO_ROW, !page || !page->look_up);
	statute_fact_set(&x->facts, STATUTE_FACT_PATH_FOUND, page != NULL);
	statute_fact_set(&x->facts, STATUTE_FACT_METHOD_ALLOWED, is_allowed(x, page));
	if (page && page->is_healthy && is_read(x)) {
		statute_fact_set(&x->facts, STATUTE_FACT_IS_HEALTH_PATH, true);
		statute_fact_set(&x->facts, STATUTE_FACT_HEALTHY, page->is_healthy(x));
	}
}

static int find(struct exchange *x)
{
	struct own_request *own = x->kind_data;
	bool exists = true;
	int r = 0;

	if (!own)
		return STATUTE_ENOMEM;
	if (own->page && own->page->look_up)
		r = own->page->look_up(x, own->more, &exists);
	if (r < 0)
		return r;
	statute_fact_set(&x->facts, STATUTE_FACT_STORE_ANSWERS, true);
	statute_fact_set(&x->facts, STATUTE_FACT_EXISTS, exists);
	find_validators(x, own);
	exchange_find_preconditions(x, exists);
	return 0;
}

/* False without memory. */
static bool begin(struct exchange *x, const struct own_page *page)
{
	struct own_request *own = arena_new(&x->arena, struct own_request);

	x->kind_data = own;
	if (!own)
		return false;
	*own = (struct own_request){ .page = page };
	if (page && page->takes_more)
		own->more = after(x->request.path, page->path);
	return !page || !page->read || page->read(x, own->more) == 0;
}

static void allow(struct exchange *x, const struct own_page *page)
{
	response_set(&x->response, S("Allow"),
	             takes_writes(x, page) ? S("GET, HEAD, PUT, DELETE, OPTIONS") : S("GET, HEAD, OPTIONS"));
}

/* Content that nobody asked for means nothing here. */
static int understand(struct exchange *x)
{
	(void)x;
	return 0;
}

static int write(struct exchange *x)
{
	const struct own_request *own = x->kind_data;

	return own && own->page && own->page->write ? own->page->write(x) : STATUTE_EINVAL;
}

static int reply(struct exchange *x)
{
	const struct own_request *own = x->kind_data;

	if (x->response.status == 204) { /* OPTIONS */
		allow(x, own ? own->page : NULL);
		return 0;
	}
	if (!own || !own->page)
		return STATUTE_ENOTFOUND;
	return own->page->reply(x, own->more);
}

static void explain(struct exchange *x)
{
	const struct own_request *own = x->kind_data;

	if (x->response.status == 405)
		allow(x, own ? own->page : NULL);
	if (own && own->page && own->page->explain)
		own->page->explain(x);
}

#define OWN_KIND(its_name) \
	{ \
		.name = (its_name), .find = find, .understand = understand, .write = write, .reply = reply, \
		.explain = explain \
	}
static const struct exchange_kind own_kind = OWN_KIND("own"), admin_kind = OWN_KIND("admin");

/* Without memory the lookup says so: a path that is not known to be there counts as one that is. */
static const struct exchange_kind *take(struct exchange *x, const struct own_page *page, bool is_admin)
{
	bool has_begun = begin(x, page);

	state_facts(x, page);
	statute_fact_set(&x->facts, STATUTE_FACT_PARAMETERS_FIT, !x->parameters.error_count);
	if (!has_begun) {
		x->kind_data = NULL;
		statute_fact_set(&x->facts, STATUTE_FACT_PATH_FOUND, true);
	}
	return is_admin ? &admin_kind : &own_kind;
}

const struct exchange_kind *own_path_any(struct exchange *x, struct str path)
{
	const struct own_page *admin = find_among(admin_pages, path);

	return take(x, admin ? admin : find_public(x, path), admin != NULL);
}

const struct exchange_kind *own_path_public_admin(struct exchange *x, struct str path)
{
	return str_starts(path, S("/-/")) ? own_path_any(x, path) : NULL;
}

const struct exchange_kind *own_path(struct exchange *x, struct str path)
{
	return str_starts(path, S("/-/")) ? take(x, find_public(x, path), false) : NULL;
}

bool own_path_is_admin(const struct exchange *x)
{
	return x->kind == &admin_kind;
}
