/*
 * /-/maintenance: GET says whether the server is in maintenance, PUT begins it (with ?until=, if its end is
 * known), DELETE ends it. A page of another origin cannot send either: both ask for a preflight first,
 * which is granted to nobody.
 */
#include "base/clock.h"
#include "message/uri.h"
#include "server/own_pages.h"
#include "server/worker.h"

/* What PUT would set. */
static int read_until(struct exchange *x, struct str name, struct str value, int64_t *until)
{
	if (x->request.method != METHOD_PUT || !str_eq(name, S("until")))
		return own_page_blame(x, name, S("UNKNOWN_PARAMETER"), S("PUT takes until, the others nothing"));
	if (!clock_rfc3339_parse(value, until) || *until <= x->now_ms / 1000)
		return own_page_blame(x, name, S("FORMAT"),
		                      S("Must be a date-time that is yet to come: 2026-01-08T12:00:00Z"));
	return 0;
}

int admin_maintenance_read(struct exchange *x, struct str more)
{
	int64_t *until = arena_new(&x->arena, int64_t);
	struct str rest = x->request.query, name, value;
	int r = 0;

	(void)more;
	if (!until)
		return STATUTE_ENOMEM;
	*until = MAINTENANCE_OPEN;
	own_request_of(x)->found = until;
	while (r == 0 && query_next(&rest, &name, &value)) {
		name = uri_decode(&x->arena, name, true);
		value = value.at ? uri_decode(&x->arena, value, true) : S("");
		r = name.at && value.at ? read_until(x, name, value, until) : STATUTE_ENOMEM;
	}
	return r;
}

static struct maintenance *maintenance_of(const struct exchange *x)
{
	const struct worker *worker = x->host->data;

	return &worker->shared->maintenance;
}

int admin_maintenance_write(struct exchange *x)
{
	const int64_t *until = own_request_of(x)->found;

	maintenance_set(maintenance_of(x), x->request.method == METHOD_PUT ? *until : MAINTENANCE_OFF);
	statute_fact_set(&x->facts, STATUTE_FACT_WROTE, true);
	statute_fact_set(&x->facts, STATUTE_FACT_CREATED, false);
	statute_fact_set(&x->facts, STATUTE_FACT_RETURNS_CONTENT, true);
	return 0;
}

static void write_state(struct exchange *x, struct buf *buf)
{
	int64_t declared = x->host->api->maintenance, until = maintenance_now(maintenance_of(x), declared);
	char end[CLOCK_RFC3339_LEN];

	buf_printf(buf, "{\"maintenance\":%s", until != MAINTENANCE_OFF ? "true" : "false");
	if (until > 0)
		buf_printf(buf, ",\"estimatedEnd\":\"%.*s\"", (int)clock_rfc3339(end, until * 1000, false), end);
	buf_printf(buf, ",\"declaredByDocument\":%s}", declared != MAINTENANCE_OFF ? "true" : "false");
}

int admin_maintenance_reply(struct exchange *x, struct str more)
{
	struct buf buf;

	(void)more;
	buf_init(&buf, &x->arena, OWN_PAGE_MAX);
	write_state(x, &buf);
	return own_page_send(x, &buf, S("application/json"), S("no-store"));
}
