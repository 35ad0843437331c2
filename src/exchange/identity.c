/*
 * Who sent a request: the facts of phase ACCESS. They are found when the walk first asks for
 * them, so that a request that ends before block D checks no credentials.
 *
 * An operation's security is a list of choices, of which one must hold; all schemes of a
 * choice must. A scheme is checked once, and only where credentials of it were sent.
 */
#include "exchange/identity.h"


const struct identity_kind *identity_kind_of(enum security_kind kind)
{
	static const struct identity_kind *const kinds[SECURITY_KINDS] = {
		[SECURITY_TOKEN] = &identity_token,
		[SECURITY_PASSWORD] = &identity_password,
		[SECURITY_API_KEY] = &identity_api_key,
	};

	return kinds[kind];
}

static const struct security *security_of(const struct exchange *x)
{
	return x->bound ? x->bound->security : NULL;
}

static bool is_sent(const struct exchange *x, const struct security_scheme *scheme)
{
	const struct identity_kind *kind = identity_kind_of(scheme->kind);

	return kind->is_sent(x, scheme);
}

static bool is_any_sent(const struct exchange *x, const struct security *security)
{
	for (size_t i = 0; i < security->scheme_count; i++)
		if (is_sent(x, security->schemes[i]))
			return true;
	return false;
}

/* Credentials for all of one choice. */
static bool is_choice_sent(const struct exchange *x, const struct security *security)
{
	for (size_t i = 0; i < security->choice_count; i++) {
		const struct security_choice *choice = &security->choices[i];
		size_t count = 0;

		while (count < choice->count && is_sent(x, security->schemes[choice->demands[count].scheme]))
			count++;
		if (count == choice->count)
			return true;
	}
	return false;
}

/* RFC 6750 section 2.3: a token in the query. It is in logs and histories by then, and is never read. */
static bool has_token_in_query(const struct exchange *x)
{
	struct str rest = x->request.query;

	while (rest.at) {
		struct str pair = str_cut(&rest, '&');

		if (str_eq(str_cut(&pair, '='), S("access_token")))
			return true;
	}
	return false;
}

/* ---- The facts --------------------------------------------------------------- */

static int need_identity(struct exchange *x)
{
	if (x->identity)
		return 0;
	x->identity = arena_new(&x->arena, struct identity);
	if (!x->identity)
		return STATUTE_ENOMEM;
	if (request_has(&x->request, FIELD_AUTHORIZATION))
		(void)credentials_read(request_field(&x->request, FIELD_AUTHORIZATION), &x->identity->sent);
	return 0;
}

static void blame(struct exchange *x, size_t scheme, const char *why)
{
	x->identity->blamed = scheme;
	x->identity->why = why;
}

static bool takes_tokens(const struct security *security)
{
	for (size_t i = 0; i < security->scheme_count; i++)
		if (security->schemes[i]->kind == SECURITY_TOKEN)
			return true;
	return false;
}

static void find_sent(struct exchange *x, const struct security *security)
{
	x->identity->is_in_query = takes_tokens(security) && has_token_in_query(x);
	FACT(HAS_CREDENTIALS, is_choice_sent(x, security));
}

static void find_well_formed(struct exchange *x, const struct security *security)
{
	const char *why = NULL;

	if (x->request.lines[FIELD_AUTHORIZATION] > 1)
		blame(x, 0, why = "Authorization is there more than once");
	for (size_t i = 0; i < security->scheme_count && !why; i++) {
		const struct security_scheme *scheme = security->schemes[i];

		if (!is_sent(x, scheme))
			continue;
		why = identity_kind_of(scheme->kind)->misread(x, scheme);
		if (!why && scheme->kind == SECURITY_TOKEN && x->identity->is_in_query)
			why = "there is a token in the query, too";
		if (why)
			blame(x, i, why);
	}
	FACT(CREDENTIALS_WELL_FORMED, !why);
}

/* EAGAIN, or ENOMEM; 0 once every sent scheme has its outcome. */
static int check_schemes(struct exchange *x, const struct security *security)
{
	struct identity *identity = x->identity;

	for (size_t i = 0; i < security->scheme_count; i++) {
		const struct security_scheme *scheme = security->schemes[i];
		enum identity_outcome *outcome = &identity->outcomes[i];
		const char *why = NULL;

		if ((*outcome != IDENTITY_UNKNOWN && *outcome != IDENTITY_WAITS) || !is_sent(x, scheme))
			continue;
		*outcome = identity_kind_of(scheme->kind)->check(x, scheme, &identity->principals[i], &why);
		identity->principals[i].scheme = scheme->name;
		if (*outcome == IDENTITY_WAITS)
			return STATUTE_EAGAIN;
		if (*outcome == IDENTITY_NO_MEMORY)
			return STATUTE_ENOMEM;
		if (*outcome == IDENTITY_INVALID || *outcome == IDENTITY_EXPIRED)
			blame(x, i, why);
	}
	return 0;
}

static bool holds(const struct identity *identity, const struct security_choice *choice)
{
	for (size_t i = 0; i < choice->count; i++)
		if (identity->outcomes[choice->demands[i].scheme] != IDENTITY_VALID)
			return false;
	return true;
}

/* Has everybody of the choice what it demands of them? */
static bool is_permitted(const struct identity *identity, const struct security_choice *choice)
{
	for (size_t i = 0; i < choice->count; i++) {
		const struct security_demand *demand = &choice->demands[i];
		const struct principal *principal = &identity->principals[demand->scheme];

		for (size_t k = 0; k < demand->scope_count; k++)
			if (!principal_has_scope(principal, demand->scopes[k]))
				return false;
		for (size_t k = 0; k < demand->role_count; k++)
			if (!principal_has_role(principal, demand->roles[k]))
				return false;
	}
	return true;
}

/* The first that holds and permits; else the first that holds. */
static const struct security_choice *choose(const struct identity *identity, const struct security *security)
{
	const struct security_choice *first = NULL;

	for (size_t i = 0; i < security->choice_count; i++) {
		const struct security_choice *choice = &security->choices[i];

		if (!holds(identity, choice))
			continue;
		if (is_permitted(identity, choice))
			return choice;
		if (!first)
			first = choice;
	}
	return first;
}

/* Of several schemes of a choice, the first that names somebody. */
static void take_principal(struct exchange *x)
{
	const struct security_choice *choice = x->identity->held;

	for (size_t i = choice->count; i-- > 0;) {
		const struct principal *principal = &x->identity->principals[choice->demands[i].scheme];

		if (i == 0 && !principal->id.len && x->principal.id.len)
			return;
		if (principal->id.len || !x->principal.id.len)
			x->principal = *principal;
	}
}

static bool is_any_unavailable(const struct identity *identity)
{
	for (size_t i = 0; i < SECURITY_SCHEMES_MAX; i++)
		if (identity->outcomes[i] == IDENTITY_UNAVAILABLE)
			return true;
	return false;
}

static int find_valid(struct exchange *x, const struct security *security)
{
	int r = check_schemes(x, security);

	if (r < 0)
		return r;
	x->identity->held = choose(x->identity, security);
	if (x->identity->held)
		take_principal(x);
	FACT(CREDENTIALS_CHECKED, x->identity->held || !is_any_unavailable(x->identity));
	FACT(CREDENTIALS_VALID, x->identity->held != NULL);
	return 0;
}

/* Nobody is held to roles or scopes where security is off, or an empty choice let them go without credentials. */
static void find_permitted(struct exchange *x, const struct security *security)
{
	bool has_role = !security->role_count;

	if (!x->identity->held) {
		FACT(PERMITTED, true);
		return;
	}
	for (size_t i = 0; i < security->role_count && !has_role; i++)
		has_role = principal_has_role(&x->principal, security->roles[i]);
	FACT(PERMITTED, has_role && is_permitted(x->identity, x->identity->held));
}

int exchange_find_identity(struct exchange *x, enum statute_fact asked)
{
	const struct security *security = security_of(x);
	int r = need_identity(x);

	if (r < 0)
		return r;
	switch (asked) {
	case STATUTE_FACT_NEEDS_CREDENTIALS:
		FACT(NEEDS_CREDENTIALS, security && !x->host->settings->ignores_security &&
		                                (!security->is_optional || is_any_sent(x, security)));
		return 0;
	case STATUTE_FACT_HAS_CREDENTIALS: /* without an operation: of a request in the clear */
		if (security)
			find_sent(x, security);
		else
			FACT(HAS_CREDENTIALS, request_has(&x->request, FIELD_AUTHORIZATION));
		return 0;
	case STATUTE_FACT_CREDENTIALS_WELL_FORMED:
		if (security)
			find_well_formed(x, security);
		break;
	case STATUTE_FACT_CREDENTIALS_CHECKED:
	case STATUTE_FACT_CREDENTIALS_VALID:
		r = security ? find_valid(x, security) : STATUTE_EINVAL;
		break;
	case STATUTE_FACT_PAYMENT_DUE:
		FACT(PAYMENT_DUE, exchange_payment_is_due(x));
		break;
	case STATUTE_FACT_CROSS_SITE:
		if (security)
			FACT(CROSS_SITE, identity_is_cross_site(x, security));
		break;
	case STATUTE_FACT_PERMITTED:
		if (security)
			find_permitted(x, security);
		break;
	default: break;
	}
	return r == 0 && !statute_fact_known(&x->facts, asked) ? STATUTE_EINVAL : r;
}
