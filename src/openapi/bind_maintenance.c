/* x-statute: {maintenance: …} at a document's root: it is served, and answers 503 until it says otherwise. */
#include "base/clock.h"
#include "openapi/binder.h"

void bind_maintenance(struct binder *binder, const struct json *value)
{
	int64_t until;

	if (json_is(value, JSON_TRUE) || json_is(value, JSON_FALSE))
		binder->api->maintenance = json_is(value, JSON_TRUE) ? MAINTENANCE_OPEN : MAINTENANCE_OFF;
	else if (json_is(value, JSON_STRING) && clock_rfc3339_parse(value->text, &until) && until > 0)
		binder->api->maintenance = until;
	else
		issues_add(binder->issues, value->at,
		           "write maintenance: true, or when it ends: 2026-01-08T12:00:00Z",
		           "x-statute.maintenance is neither true, false nor a date-time");
}
