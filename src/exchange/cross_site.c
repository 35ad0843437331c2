/*
 * A browser sends a cookie along with whatever page makes it ask. Where a cookie alone says who it is,
 * a request that changes something must come from a page of this origin, or of one that the document
 * lets read with credentials (D08). Browsers say where it comes from in Sec-Fetch-Site (Fetch Metadata)
 * and in Origin; who sends neither is no browser, or asks from a page of its own.
 */
#include "exchange/identity.h"

static bool is_by_cookie(const struct exchange *x, const struct security *security)
{
	const struct security_choice *held = x->identity->held;

	for (size_t i = 0; held && i < held->count; i++) {
		const struct security_scheme *scheme = security->schemes[held->demands[i].scheme];

		if (scheme->kind != SECURITY_API_KEY || scheme->place != SECURITY_IN_COOKIE)
			return false;
	}
	return held != NULL;
}

static struct str fetch_site(const struct exchange *x)
{
	for (size_t i = 0; i < x->request.field_count; i++)
		if (str_eq_nocase(x->request.fields[i].name, S("Sec-Fetch-Site")))
			return x->request.fields[i].value;
	return (struct str){ 0 };
}

/* Of the host that the request names: "https://shop.example" and "shop.example". */
static bool is_own_origin(const struct exchange *x, struct str origin)
{
	size_t colon = str_find(origin, ':');

	return str_starts(str_sub(origin, colon, origin.len), S("://")) &&
	       str_eq_nocase(str_sub(origin, colon + 3, origin.len), x->request.authority);
}

static bool is_welcome(const struct exchange *x, struct str origin)
{
	const struct cors *cors = x->bound_path ? x->bound_path->cors : NULL;

	return cors && cors->allows_credentials && cors_allows(cors, origin);
}

bool identity_is_cross_site(const struct exchange *x, const struct security *security)
{
	struct str origin = request_field(&x->request, FIELD_ORIGIN), site = fetch_site(x);

	if (method_is_safe(x->request.method) || !is_by_cookie(x, security))
		return false;
	if (x->request.lines[FIELD_ORIGIN] > 1)
		return true;
	if (origin.len && is_welcome(x, origin))
		return false;
	if (site.len)
		return !str_eq(site, S("same-origin")) && !str_eq(site, S("none"));
	return origin.len && !is_own_origin(x, origin);
}
