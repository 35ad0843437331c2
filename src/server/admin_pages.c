/* The pages of operators: numbers, the newest requests, and why one was answered so. See docs/inside.md. */
#include "base/clock.h"
#include "message/negotiate.h"
#include "message/uri.h"
#include "observe/page.h"
#include "observe/page_assets.h"
#include "server/certificates.h"
#include "server/own_pages.h"
#include "server/worker.h"

enum { ID_MAX = 128, METRICS_MAX = 32 << 20 };

static struct observe *observe_of(const struct exchange *x)
{
	const struct worker *worker = x->host->data;

	return worker->shared->observe;
}

/* Has the query this very pair? */
static bool query_says(const struct exchange *x, struct str wanted_name, struct str wanted_value)
{
	struct str rest = x->request.query, name, value;

	while (query_next(&rest, &name, &value))
		if (str_eq(name, wanted_name) && str_eq(value, wanted_value))
			return true;
	return false;
}

enum form { FORM_JSON, FORM_HTML, FORM_TEXT, FORM_COUNT };

/* What Accept prefers; JSON where the link of a page to it was followed. */
static enum form form_wanted(struct exchange *x)
{
	static const struct str offers[] = {
		[FORM_JSON] = STR_INIT("application/json"),
		[FORM_HTML] = STR_INIT("text/html"),
		[FORM_TEXT] = STR_INIT("text/plain"),
	};
	int chosen = accept_choose(request_field(&x->request, FIELD_ACCEPT), offers, FORM_COUNT);

	response_set(&x->response, S("Vary"), S("Accept"));
	return chosen < 0 || query_says(x, S("as"), S("json")) ? FORM_JSON : (enum form)chosen;
}

static int send_html(struct exchange *x, const struct buf *buf)
{
	exchange_guard_page(x);
	return own_page_send(x, buf, S("text/html; charset=utf-8"), S("no-store"));
}

/* ---- /-/traces ------------------------------------------------------------ */

static bool read_status(struct str value, int *ret_status)
{
	uint64_t number;

	if (str_eq(value, S("none"))) {
		*ret_status = 0;
		return true;
	}
	if (value.len != 3)
		return false;
	if (value.at[0] >= '1' && value.at[0] <= '5' && str_eq(str_sub(value, 1, 2), S("xx"))) {
		*ret_status = value.at[0] - '0';
		return true;
	}
	if (!str_to_u64(value, &number) || number < 100 || number > 599)
		return false;
	*ret_status = (int)number;
	return true;
}

static bool read_limit(struct str value, size_t *ret_limit)
{
	uint64_t number;

	if (!str_to_u64(value, &number) || number < 1 || number > RECENT_MAX)
		return false;
	*ret_limit = (size_t)number;
	return true;
}

/* One pair of the query; what is wrong with it is told of. 0 or STATUTE_ENOMEM. */
static int read_pair(struct exchange *x, struct str name, struct str value, struct recent_query *query)
{
	if (str_eq(name, S("status")))
		return read_status(value, &query->status) ? 0
		       : own_page_blame(x, name, S("FORMAT"), S("Must be a class (4xx), a status (404) or none"));
	if (str_eq(name, S("limit")))
		return read_limit(value, &query->limit) ? 0
		       : own_page_blame(x, name, S("FORMAT"), S("Must be a number from 1 to 1000"));
	if (str_eq(name, S("since"))) {
		query->since = value;
		return recent_is_cursor(value) ? 0
		       : own_page_blame(x, name, S("FORMAT"), S("Must be the cursor of an earlier answer"));
	}
	if (str_eq(name, S("as")))
		return str_eq(value, S("json")) ? 0 : own_page_blame(x, name, S("FORMAT"), S("Must be json"));
	if (str_eq(name, S("route")))
		query->route = value;
	else if (str_eq(name, S("node")))
		query->node = value;
	else
		return own_page_blame(x, name, S("UNKNOWN_PARAMETER"), S("Nothing here has this name"));
	return 0;
}

static int read_query(struct exchange *x, struct str more)
{
	struct own_request *own = own_request_of(x);
	struct recent_query *query = arena_new(&x->arena, struct recent_query);
	struct str rest = x->request.query, name, value;

	(void)more;
	if (!query)
		return STATUTE_ENOMEM;
	*query = (struct recent_query)RECENT_QUERY_INIT;
	own->found = query;
	while (query_next(&rest, &name, &value)) {
		name = uri_decode(&x->arena, name, true);
		value = value.at ? uri_decode(&x->arena, value, true) : S("");
		if (!name.at || !value.at || read_pair(x, name, value, query) < 0)
			return STATUTE_ENOMEM;
	}
	return 0;
}

static int reply_traces(struct exchange *x, struct str more)
{
	struct buf buf;
	int r;

	(void)more;
	buf_init(&buf, &x->arena, OWN_PAGE_MAX);
	if (form_wanted(x) == FORM_HTML) {
		buf_add(&buf, page_traces());
		return send_html(x, &buf);
	}
	r = recent_write(observe_of(x), own_request_of(x)->found, clock_wall_ms() / 1000, &x->arena, &buf);
	return r < 0 ? r : own_page_send(x, &buf, S("application/json"), S("no-store"));
}

/* ---- /-/trace/ID ---------------------------------------------------------- */

static int find_trace(struct exchange *x, struct str id, bool *ret_exists)
{
	struct trace *trace = arena_new(&x->arena, struct trace);
	struct str decoded = uri_decode(&x->arena, id, false);

	if (!trace || !decoded.at)
		return STATUTE_ENOMEM;
	own_request_of(x)->found = trace;
	*ret_exists = decoded.len <= ID_MAX && recent_find(observe_of(x), decoded, trace) == 0;
	return 0;
}

static int reply_trace(struct exchange *x, struct str more)
{
	const struct trace *trace = own_request_of(x)->found;
	enum form form = form_wanted(x);
	struct buf buf;

	(void)more;
	buf_init(&buf, &x->arena, OWN_PAGE_MAX);
	if (form == FORM_HTML) {
		page_trace(trace, query_says(x, S("graph"), S("whole")), &buf);
		return send_html(x, &buf);
	}
	(form == FORM_TEXT ? trace_write_plain : trace_write)(trace, &buf);
	return own_page_send(x, &buf, form == FORM_TEXT ? S("text/plain; charset=utf-8") : S("application/json"),
	                     S("no-store"));
}

static void explain_trace(struct exchange *x)
{
	if (x->response.status != 404)
		return;
	x->problem.detail = S("No request with this id is known here.");
	x->problem.hint = S("Only the last 1,000 requests are kept, and none over a restart of the server.");
}

/* ---- /-/metrics ----------------------------------------------------------- */

static int reply_metrics(struct exchange *x, struct str more)
{
	const struct worker *worker = x->host->data;
	struct shared *shared = worker->shared;
	struct observe_gauges gauges = {
		.connections = atomic_load(&shared->public.open),
		.refused_lines = atomic_load(&shared->sink.refused_lines),
	};
	struct buf buf;

	(void)more;
	gauges.certificate_end_s = certificates_end(shared);
	store_count(x->host->store, &gauges.store);
	jobs_count(shared->jobs, &gauges.jobs);
	buf_init(&buf, &x->arena, METRICS_MAX);
	metrics_write(shared->observe, &gauges, &buf);
	return own_page_send(x, &buf, S("text/plain; version=0.0.4; charset=utf-8"), S("no-store"));
}

const struct own_page admin_pages[] = {
	{ .path = "/-/metrics", .reply = reply_metrics },
	{ .path = "/-/traces", .read = read_query, .reply = reply_traces },
	{ .path = "/-/trace/", .takes_more = true, .look_up = find_trace, .reply = reply_trace,
	  .explain = explain_trace },
	{ .path = "/-/maintenance", .read = admin_maintenance_read, .write = admin_maintenance_write,
	  .reply = admin_maintenance_reply },
	{ 0 },
};
