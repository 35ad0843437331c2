/*
 * How much: the facts of phase LIMIT, and what an answer says of limits. A request is counted
 * when the walk asks, and not before: one that ends earlier uses up nothing.
 *
 * Several policies may hold for an operation. Where one of them refuses, those before it take
 * the request back. The limit by address is the server's, of all that it is asked.
 */
#include "exchange/facts.h"

#include "base/clock.h"
#include "base/map.h"

enum { NS_PER_US = 1000, MS_PER_S = 1000, TEXT_MAX = 8192 };
enum key_kind { KEY_ADDRESS, KEY_PRINCIPAL, KEY_OPERATION };

#define NS_PER_MS UINT64_C(1000000)

/* ---- Whose requests ------------------------------------------------------- */

static bool has_api_key(const struct exchange *x)
{
	const struct security *security = x->principal.id.len ? x->bound->security : NULL;

	for (size_t i = 0; security && i < security->scheme_count; i++)
		if (str_eq(security->schemes[i]->name, x->principal.scheme))
			return security->schemes[i]->kind == SECURITY_API_KEY;
	return false;
}

static enum key_kind kind_of(const struct exchange *x, enum limit_by by)
{
	switch (by) {
	case LIMIT_BY_OPERATION: return KEY_OPERATION;
	case LIMIT_BY_KEY: return has_api_key(x) ? KEY_PRINCIPAL : KEY_ADDRESS;
	case LIMIT_BY_CLIENT:
	case LIMIT_BY_PRINCIPAL: return x->principal.id.len ? KEY_PRINCIPAL : KEY_ADDRESS;
	default: return KEY_ADDRESS;
	}
}

static struct limit_key key_of(const struct exchange *x, const struct limit_policy *policy)
{
	struct limit_key key = { .policy = policy->id, .kind = kind_of(x, policy->by) };

	switch ((enum key_kind)key.kind) {
	case KEY_OPERATION:
		key.what[0] = hash_str(x->bound_path->item->template_text);
		key.what[1] = x->bound->operation->method;
		break;
	case KEY_PRINCIPAL:
		key.what[0] = hash_str(x->principal.scheme);
		key.what[1] = hash_str(x->principal.id);
		break;
	case KEY_ADDRESS:
		if (x->network)
			memcpy(key.what, x->network, sizeof(key.what));
		break;
	}
	return key;
}

/* ---- Counting ------------------------------------------------------------- */

/* Room for all that may hold, made with the first one. */
static struct exchange_limit *add_limit(struct exchange *x, const struct limit_policy *policy)
{
	size_t most = (x->host->settings->address_limit != NULL) + (x->bound ? x->bound->limit_count : 0);

	if (!x->limits)
		x->limits = arena_array(&x->arena, most, sizeof(*x->limits));
	if (!x->limits)
		return NULL;
	x->limits[x->limit_count].policy = policy;
	return &x->limits[x->limit_count++];
}

/* What a refusal leaves as it was. */
static void take_back(struct exchange *x, size_t from, uint64_t now_ns)
{
	for (size_t i = from; i + 1 < x->limit_count; i++) {
		struct exchange_limit *limit = &x->limits[i];
		struct limit_key key = key_of(x, limit->policy);

		limit_table_uncount(x->host->limits, limit->policy, &key, now_ns);
		limit->state.remaining++;
	}
}

/* Counts the request by each of the policies, or by none of them; *ret_admitted says which. */
static int count(struct exchange *x, const struct limit_policy *const *policies, size_t policy_count,
                 bool *ret_admitted)
{
	uint64_t now_ns = clock_monotonic_us() * NS_PER_US;
	size_t from = x->limit_count;

	for (size_t i = 0; i < policy_count; i++) {
		struct exchange_limit *limit = add_limit(x, policies[i]);
		struct limit_key key;

		if (!limit)
			return STATUTE_ENOMEM;
		key = key_of(x, policies[i]);
		limit_table_count(x->host->limits, policies[i], &key, now_ns, &limit->state);
		if (!limit->state.is_admitted) {
			take_back(x, from, now_ns);
			*ret_admitted = false;
			return 0;
		}
	}
	*ret_admitted = true;
	return 0;
}

int exchange_find_limits(struct exchange *x, enum statute_fact asked)
{
	bool is_admitted = true;
	int r = 0;

	if (asked == STATUTE_FACT_ADDRESS_LIMITED)
		r = count(x, &x->host->settings->address_limit, 1, &is_admitted);
	else if (x->bound && x->host->limits)
		r = count(x, x->bound->limits, x->bound->limit_count, &is_admitted);
	if (r < 0)
		return r;
	statute_fact_set(&x->facts, asked, !is_admitted);
	return 0;
}

void exchange_expect_limits(struct exchange *x, bool is_own)
{
	if (!is_own && x->host->settings->address_limit && x->host->limits)
		statute_fact_forget(&x->facts, STATUTE_FACT_ADDRESS_LIMITED);
}

/* ---- What is said --------------------------------------------------------- */

/* The one that refused, or that has the fewest left; NULL where none holds. */
static const struct exchange_limit *tightest(const struct exchange *x)
{
	const struct exchange_limit *found = NULL;

	for (size_t i = 0; i < x->limit_count; i++)
		if (!found || !x->limits[i].state.is_admitted ||
		    x->limits[i].state.remaining < found->state.remaining)
			found = &x->limits[i];
	return found;
}

static uint64_t seconds_up(uint64_t ns)
{
	return ns / LIMIT_NS_PER_S + (ns % LIMIT_NS_PER_S != 0);
}

/* Unix seconds. */
static uint64_t reset_at(const struct exchange *x, const struct exchange_limit *limit)
{
	uint64_t ms = (uint64_t)x->now_ms + limit->state.reset_ns / NS_PER_MS + 1;

	return (ms + MS_PER_S - 1) / MS_PER_S;
}

uint32_t exchange_limit_retry_s(const struct exchange *x)
{
	const struct exchange_limit *limit = tightest(x);
	uint64_t wait_s = limit && !limit->state.is_admitted ? seconds_up(limit->state.retry_ns) : 0;

	return wait_s ? (uint32_t)wait_s : 1;
}

static void add_number(struct exchange *x, struct str name, uint64_t value)
{
	struct buf buf;

	buf_init(&buf, &x->arena, TEXT_MAX);
	buf_add_u64(&buf, value);
	response_add(&x->response, name, buf_str(&buf));
}

static struct str policy_text(struct exchange *x)
{
	struct buf buf;

	if (x->limit_count == 1)
		return x->limits[0].policy->text;
	buf_init(&buf, &x->arena, TEXT_MAX);
	for (size_t i = 0; i < x->limit_count; i++) {
		if (i)
			buf_lit(&buf, ", ");
		buf_add(&buf, x->limits[i].policy->text);
	}
	return buf_str(&buf);
}

/* "default";r=50;t=30 */
static struct str state_text(struct exchange *x)
{
	struct buf buf;

	buf_init(&buf, &x->arena, TEXT_MAX);
	for (size_t i = 0; i < x->limit_count; i++) {
		const struct exchange_limit *limit = &x->limits[i];

		buf_add(&buf, i ? S(", \"") : S("\""));
		buf_add(&buf, limit->policy->name);
		buf_lit(&buf, "\";r=");
		buf_add_u64(&buf, limit->state.remaining);
		buf_lit(&buf, ";t=");
		buf_add_u64(&buf, seconds_up(limit->state.reset_ns));
	}
	return buf_str(&buf);
}

void exchange_add_limit_fields(struct exchange *x)
{
	const struct exchange_limit *limit = tightest(x);

	if (!limit || x->arena.failed)
		return;
	response_add(&x->response, S("RateLimit-Policy"), policy_text(x));
	response_add(&x->response, S("RateLimit"), state_text(x));
	add_number(x, S("X-RateLimit-Limit"), limit_policy_quota(limit->policy));
	add_number(x, S("X-RateLimit-Remaining"), limit->state.remaining);
	add_number(x, S("X-RateLimit-Reset"), reset_at(x, limit));
}

static struct json *date_of(struct exchange *x, uint64_t unix_s)
{
	char *text = arena_alloc(&x->arena, CLOCK_RFC3339_LEN);

	if (!text)
		return NULL;
	return json_new_string(&x->arena, str_of(text, clock_rfc3339(text, (int64_t)unix_s * MS_PER_S, false)));
}

void exchange_describe_limit(struct exchange *x)
{
	const struct exchange_limit *limit = tightest(x);
	struct arena *arena = &x->arena;
	struct json *details = limit ? json_new(arena, JSON_OBJECT) : NULL;
	const struct limit_policy *policy = limit ? limit->policy : NULL;

	if (!details ||
	    json_set(arena, details, S("policy"), json_new_string(arena, policy->name)) < 0 ||
	    json_set(arena, details, S("limit"), json_new_int(arena, (int64_t)limit_policy_quota(policy))) < 0 ||
	    json_set(arena, details, S("window"), json_new_int(arena, (int64_t)limit_policy_window_s(policy))) < 0 ||
	    json_set(arena, details, S("remaining"), json_new_int(arena, (int64_t)limit->state.remaining)) < 0 ||
	    json_set(arena, details, S("resetAt"), date_of(x, reset_at(x, limit))) < 0)
		return;
	x->problem.details = details;
	x->problem.detail = str_printf(arena, "The limit of requests is %llu in %llu s.",
	                               (unsigned long long)limit_policy_quota(policy),
	                               (unsigned long long)limit_policy_window_s(policy));
	x->problem.hint = str_printf(arena, "Wait %u s, and send it again then.", exchange_limit_retry_s(x));
}
