/* The pages of the API for whoever uses it: /-/docs, and /-/openapi.json behind it. See docs/docs-page.md. */
#include "observe/page_assets.h"
#include "server/own_pages.h"
#include "server/worker.h"

static struct generation *generation_of(const struct exchange *x)
{
	return ((const struct serving *)x->host)->generation; /* the host is its first member */
}

/* ---- /-/openapi.json ------------------------------------------------------ */

/* On a helper thread: a large document takes a second. */
static void publish(struct exchange *x)
{
	struct generation *generation = generation_of(x);

	published_make(&generation->published, generation->document, generation->api);
}

static int find_document(struct exchange *x, struct str more, bool *ret_exists)
{
	struct published *published = &generation_of(x)->published;
	struct own_request *own = own_request_of(x);

	(void)more;
	*ret_exists = true;
	if (atomic_load(&published->state) == PUBLISHED_DONE)
		return 0;
	if (own->found) /* it was tried for this request */
		return STATUTE_ENOMEM;
	own->found = published;
	return x->host->work(x, publish) == 0 ? STATUTE_EAGAIN : STATUTE_ENOMEM; /* 503: there is too much to do */
}

static struct str tag_of_document(struct exchange *x, struct str more)
{
	const struct published *published = &generation_of(x)->published;

	(void)more;
	return str_from(published->tag);
}

/* Asked for again with its tag: after a reload the page shows what is served. */
static int reply_document(struct exchange *x, struct str more)
{
	const struct published *published = &generation_of(x)->published;

	(void)more;
	exchange_add_validators(x);
	response_set(&x->response, S("X-Content-Type-Options"), S("nosniff"));
	if (x->response.status == 304) {
		response_set(&x->response, S("Cache-Control"), S("no-cache"));
		return 0;
	}
	return own_page_send(x, &published->text, S("application/json"), S("no-cache"));
}

/* ---- /-/docs -------------------------------------------------------------- */

static struct str tag_of_page(struct exchange *x, struct str more)
{
	struct page_asset page;

	(void)more;
	page_docs(&page);
	return str_dup(&x->arena, str_from(page.etag));
}

static int reply_page(struct exchange *x, struct str more)
{
	struct page_asset page;

	(void)more;
	page_docs(&page);
	exchange_add_validators(x);
	exchange_guard_page(x);
	response_set(&x->response, S("Cache-Control"), S("no-cache"));
	if (x->response.status == 304)
		return 0;
	x->response.content = page.content;
	x->response.has_content = true;
	response_set(&x->response, S("Content-Type"), page.type);
	return 0;
}

const struct own_page docs_pages[] = {
	{ .path = "/-/docs", .tag = tag_of_page, .reply = reply_page },
	{ .path = "/-/openapi.json",
	  .look_up = find_document,
	  .tag = tag_of_document,
	  .reply = reply_document },
	{ 0 },
};

/* What is tried out on the page is asked of the listener that it came from: the admin listener has no API. */
bool docs_are_shown(const struct exchange *x)
{
	return !x->host->owns_every_path && !x->host->settings->omits_docs;
}
