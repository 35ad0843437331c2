/* x-statute: {redirect: …} on a path, for whatever method, or on an operation: see struct redirect. */
#include "base/duration.h"
#include "openapi/binder.h"

#define EXAMPLE "write redirect: /v2/users/{id}, or redirect: {to: /v2/users/{id}, permanent: false}"

enum { MAX_AGE_MAX_S = 31622400 };

static void read_switch(struct binder *binder, const struct json *member, bool *ret_is)
{
	if (json_is(member, JSON_TRUE) || json_is(member, JSON_FALSE))
		*ret_is = json_is_true(member);
	else
		issues_add(binder->issues, member->at, "write true or false", "x-statute.redirect.%.*s is no boolean",
		           STR_ARG(member->name));
}

static int read_max_age(struct binder *binder, const struct json *member, struct redirect *redirect)
{
	uint64_t ms;
	int64_t s;

	if (json_is(member, JSON_STRING) && duration_read(member->text, &ms))
		s = ms / 1000 > MAX_AGE_MAX_S ? -1 : (int64_t)(ms / 1000);
	else if (!json_to_i64(member, &s))
		s = -1;
	if (s < 0 || s > MAX_AGE_MAX_S) {
		issues_add(binder->issues, member->at, "write max-age: 3600, or max-age: 1h",
		           "x-statute.redirect.max-age is no time of at most 366 days");
		return 0;
	}
	redirect->cache_control = str_printf(binder->arena, "max-age=%lld", (long long)s);
	return redirect->cache_control.at ? 0 : STATUTE_ENOMEM;
}

static int read_member(struct binder *binder, const struct path_item *path, const struct json *member,
                       struct redirect *redirect)
{
	if (str_eq(member->name, S("to")))
		return target_read(binder, path, NULL, member, "redirect.to", &redirect->to);
	if (str_eq(member->name, S("permanent")))
		read_switch(binder, member, &redirect->is_permanent);
	else if (str_eq(member->name, S("keep-method")))
		read_switch(binder, member, &redirect->keeps_method);
	else if (str_eq(member->name, S("max-age")))
		return read_max_age(binder, member, redirect);
	else
		issues_add(binder->issues, member->name_at, "use to, permanent, keep-method and max-age",
		           "x-statute.redirect has no key '%.*s'", STR_ARG(member->name));
	return 0;
}

/* A client would come back for ever. */
static void check_circle(struct binder *binder, const struct path_item *path, const struct json *value,
                         const struct redirect *redirect)
{
	struct str rest = redirect->to.text;

	if (str_eq(str_cut(&rest, '?'), path->template_text))
		issues_add(binder->issues, value->at, "name another path",
		           "x-statute.redirect leads back to its own path");
}

int redirect_read(struct binder *binder, const struct path_item *path, const struct json *value,
                  const void **ret_said)
{
	struct redirect *redirect = arena_new(binder->arena, struct redirect);
	int r = 0;

	if (!redirect)
		return STATUTE_ENOMEM;
	*redirect = (struct redirect){ .is_permanent = true, .keeps_method = true };
	if (json_is(value, JSON_STRING))
		r = target_read(binder, path, NULL, value, "redirect", &redirect->to);
	else if (!json_get(value, S("to")))
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.redirect does not say where to");
	json_each(member, value)
		if (r == 0)
			r = read_member(binder, path, member, redirect);
	check_circle(binder, path, value, redirect);
	*ret_said = redirect;
	return r;
}

/* Row C05 is before anybody is asked who they are. */
int elsewhere_complete(struct binder *binder, struct bound_operation *bound)
{
	(void)binder;
	bound->needs_credentials = false;
	bound->security = NULL;
	return 0;
}

/* What the parameters of the path are like, their new place will tell. */
void redirect_settle(const struct api *api, struct bound_operation *bound)
{
	const struct redirect *redirect = bound->special.said;

	(void)api;
	statute_fact_set(&bound->fixed, STATUTE_FACT_PATH_PARAMETERS_FIT, true);
	statute_fact_set(&bound->fixed, STATUTE_FACT_PARAMETERS_FIT, true);
	statute_fact_set(&bound->fixed, STATUTE_FACT_ROUTE_MOVED, true);
	statute_fact_set(&bound->fixed, STATUTE_FACT_MOVED_FOR_GOOD, redirect->is_permanent);
	statute_fact_set(&bound->fixed, STATUTE_FACT_KEEPS_METHOD, redirect->keeps_method);
}
