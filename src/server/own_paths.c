/* The server's own paths: see own_paths.h. */
#include "server/own_paths.h"

#include "message/negotiate.h"
#include "observe/page_assets.h"

enum { PAGE_MAX = 4 << 20 };

struct own_page {
	const char *path;
	bool (*is_healthy)(const struct exchange *x); /* of a probe; else NULL */
	bool is_file;    /* of the pages: it has a tag */
	bool takes_more; /* what follows the path names something, */
	bool (*is_there)(struct str more); /* if this says so */
	int (*reply)(struct exchange *x, struct str more);
};

static struct str after(struct str path, const char *prefix)
{
	return str_sub(path, strlen(prefix), path.len);
}

static int send_content(struct exchange *x, const struct buf *buf, struct str type, struct str cache)
{
	if (buf->failed)
		return STATUTE_ENOMEM;
	x->response.content = buf_str(buf);
	x->response.has_content = true;
	response_set(&x->response, S("Content-Type"), type);
	response_set(&x->response, S("Cache-Control"), cache);
	return 0;
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
	buf_init(&buf, &x->arena, PAGE_MAX);
	buf_lit(&buf, "{\"status\":\"ok\"}");
	return send_content(x, &buf, S("application/json"), S("no-store"));
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
	return send_content(x, buf, is_html ? S("text/html; charset=utf-8") : S("application/json"),
	                    S("max-age=3600"));
}

static int reply_catalogue(struct exchange *x, struct str more)
{
	bool is_html = prefers_html(x);
	struct buf buf;

	(void)more;
	buf_init(&buf, &x->arena, PAGE_MAX);
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

	buf_init(&buf, &x->arena, PAGE_MAX);
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
	{ .path = "/-/assets/", .is_file = true, .takes_more = true, .is_there = is_asset, .reply = reply_asset },
};

static const struct own_page *find_page(struct str path)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const struct own_page *page = &pages[i];

		if (!page->takes_more && str_eq(path, str_from(page->path)))
			return page;
		if (page->takes_more && str_starts(path, str_from(page->path)) &&
		    page->is_there(after(path, page->path)))
			return page;
	}
	return NULL;
}

/* Files alone have a tag, and nothing here has a date. Without memory a file has no tag either. */
static void find_validators(struct exchange *x, const struct own_page *page)
{
	struct page_asset asset;

	x->target.modified_s = -1;
	if (page && page->is_file && page_asset(after(x->request.path, page->path), &asset))
		x->target.etag = str_dup(&x->arena, str_from(asset.etag));
}

static bool is_read(const struct exchange *x)
{
	return x->request.method == METHOD_GET || x->request.method == METHOD_HEAD;
}

static int find(struct exchange *x)
{
	static const enum statute_fact yes[] = {
		STATUTE_FACT_PARAMETERS_FIT, STATUTE_FACT_ACCEPT_FITS, STATUTE_FACT_STORE_ANSWERS,
		STATUTE_FACT_HAS_NO_ROW, STATUTE_FACT_EXISTS,
	};
	static const enum statute_fact no[] = {
		STATUTE_FACT_TAKES_CONTENT, STATUTE_FACT_NEEDS_CONTENT, STATUTE_FACT_HAS_KEY,
		STATUTE_FACT_IS_ACTION,
	};
	const struct own_page *page = find_page(x->request.path);

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		statute_fact_set(&x->facts, yes[i], true);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		statute_fact_set(&x->facts, no[i], false);
	find_validators(x, page);
	exchange_find_preconditions(x, true);
	statute_fact_set(&x->facts, STATUTE_FACT_PATH_FOUND, page != NULL);
	statute_fact_set(&x->facts, STATUTE_FACT_METHOD_ALLOWED, is_read(x));
	if (page && page->is_healthy && is_read(x)) {
		statute_fact_set(&x->facts, STATUTE_FACT_IS_HEALTH_PATH, true);
		statute_fact_set(&x->facts, STATUTE_FACT_HEALTHY, page->is_healthy(x));
	}
	return 0;
}

static void allow(struct exchange *x)
{
	response_set(&x->response, S("Allow"), S("GET, HEAD, OPTIONS"));
}

/* Content that nobody asked for means nothing here. */
static int understand(struct exchange *x)
{
	(void)x;
	return 0;
}

static int reply(struct exchange *x)
{
	const struct own_page *page = find_page(x->request.path);

	if (x->response.status == 204) { /* OPTIONS */
		allow(x);
		return 0;
	}
	if (!page)
		return STATUTE_ENOTFOUND;
	return page->reply(x, page->takes_more ? after(x->request.path, page->path) : S(""));
}

static void explain(struct exchange *x)
{
	if (x->response.status == 405)
		allow(x);
}

static const struct exchange_kind own_kind = {
	.name = "own",
	.find = find,
	.understand = understand,
	.reply = reply,
	.explain = explain,
};

const struct exchange_kind *own_path_any(struct exchange *x, struct str path)
{
	(void)path;
	find(x);
	return &own_kind;
}

const struct exchange_kind *own_path(struct exchange *x, struct str path)
{
	return str_starts(path, S("/-/")) ? own_path_any(x, path) : NULL;
}
