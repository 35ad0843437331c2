/*
 * x-statute: {gone: …} on a path, for whatever method, or on an operation: it is retired, and 410. And
 * {deprecation: …}, which tells of that ahead of time and changes nothing else: an operation is never
 * gone before somebody says `gone`, whatever its sunset was.
 */
#include "base/clock.h"
#include "message/date.h"
#include "openapi/binder.h"

#define GONE_EXAMPLE "write gone: true, or gone: {successor: /v2/orders}"
#define DEPRECATION_EXAMPLE "write deprecation: {since: 2026-01-08, sunset: 2027-01-08, successor: /v2/orders}"

/* "2027-01-08", which is its first second, or "2027-01-08T12:00:00Z". */
static bool read_time(const struct json *value, int64_t *ret_s)
{
	char text[] = "2027-01-08T00:00:00Z";

	if (!json_is(value, JSON_STRING))
		return false;
	if (value->text.len != 10)
		return clock_rfc3339_parse(value->text, ret_s);
	memcpy(text, value->text.at, 10);
	return clock_rfc3339_parse(str_from(text), ret_s);
}

static int read_time_of(struct binder *binder, const struct json *member, const char *key, int64_t *ret_s)
{
	if (!read_time(member, ret_s))
		issues_add(binder->issues, member->at, "write a date, 2027-01-08, or a date-time",
		           "x-statute.%s.%.*s is no date", key, STR_ARG(member->name));
	return 0;
}

static int read_sunset(struct binder *binder, const struct json *member, const char *key, struct str *ret_sunset)
{
	char *text = arena_alloc(binder->arena, HTTP_DATE_LEN);
	int64_t seconds = 0;

	if (!text)
		return STATUTE_ENOMEM;
	(void)read_time_of(binder, member, key, &seconds);
	http_date_format(text, seconds);
	*ret_sunset = str_of(text, HTTP_DATE_LEN);
	return 0;
}

static int read_gone(struct binder *binder, const struct path_item *path, const struct json *member,
                     struct retirement *gone)
{
	if (str_eq(member->name, S("successor")))
		return target_read(binder, path, NULL, member, "gone.successor", &gone->successor);
	if (str_eq(member->name, S("sunset")))
		return read_sunset(binder, member, "gone", &gone->sunset);
	if (str_eq(member->name, S("message"))) {
		if (!json_is(member, JSON_STRING) || !member->text.len)
			bind_issue_type(binder, member, "gone.message", "say it in a text");
		gone->message = json_text(member);
		return 0;
	}
	issues_add(binder->issues, member->name_at, "use successor, sunset and message",
	           "x-statute.gone has no key '%.*s'", STR_ARG(member->name));
	return 0;
}

int gone_read(struct binder *binder, const struct path_item *path, const struct json *value, const void **ret_said)
{
	struct retirement *gone = arena_new(binder->arena, struct retirement);
	int r;

	if (!gone)
		return STATUTE_ENOMEM;
	if (!json_is_true(value) && !json_is(value, JSON_OBJECT))
		issues_add(binder->issues, value->at, GONE_EXAMPLE, "x-statute.gone is neither true nor an object");
	json_each(member, value)
		if ((r = read_gone(binder, path, member, gone)) < 0)
			return r;
	*ret_said = gone;
	return 0;
}

void gone_settle(const struct api *api, struct bound_operation *bound)
{
	(void)api;
	statute_fact_set(&bound->fixed, STATUTE_FACT_PATH_PARAMETERS_FIT, true);
	statute_fact_set(&bound->fixed, STATUTE_FACT_PARAMETERS_FIT, true);
	statute_fact_set(&bound->fixed, STATUTE_FACT_ROUTE_RETIRED, true);
}

/* ---- Ahead of time ----------------------------------------------------------- */

static int read_since(struct binder *binder, const struct json *member, struct deprecation *deprecation)
{
	int64_t seconds = 0;

	(void)read_time_of(binder, member, "deprecation", &seconds);
	deprecation->since = str_printf(binder->arena, "@%lld", (long long)seconds);
	return deprecation->since.at ? 0 : STATUTE_ENOMEM;
}

static int read_deprecation(struct binder *binder, const struct path_item *path, const struct json *member,
                            struct deprecation *deprecation)
{
	if (str_eq(member->name, S("since")))
		return read_since(binder, member, deprecation);
	if (str_eq(member->name, S("sunset")))
		return read_sunset(binder, member, "deprecation", &deprecation->sunset);
	if (str_eq(member->name, S("successor")))
		return target_read(binder, path, NULL, member, "deprecation.successor", &deprecation->successor);
	if (str_eq(member->name, S("documentation"))) {
		if (!json_is(member, JSON_STRING) || !target_is_reference(member->text))
			issues_add(binder->issues, member->at, "name a path or a URL",
			           "x-statute.deprecation.documentation is no path and no URL");
		deprecation->documentation = json_text(member);
		return 0;
	}
	issues_add(binder->issues, member->name_at, "use since, sunset, successor and documentation",
	           "x-statute.deprecation has no key '%.*s'", STR_ARG(member->name));
	return 0;
}

int bind_deprecation(struct binder *binder, const struct path_item *path, const struct json *extension,
                     const struct deprecation **ret_deprecation)
{
	const struct json *value = json_get(extension, S("deprecation"));
	struct deprecation *deprecation = value ? arena_new(binder->arena, struct deprecation) : NULL;
	int r;

	if (!value)
		return 0;
	if (!deprecation)
		return STATUTE_ENOMEM;
	if (!json_get(value, S("since")))
		issues_add(binder->issues, value->at, DEPRECATION_EXAMPLE,
		           "x-statute.deprecation does not say since when");
	json_each(member, value)
		if ((r = read_deprecation(binder, path, member, deprecation)) < 0)
			return r;
	*ret_deprecation = deprecation;
	return 0;
}
