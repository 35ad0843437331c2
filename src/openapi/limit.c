/*
 * Rate limits of a document: `limit` under x-statute, at the root, on a path, on an operation.
 *
 *	limit: {requests: 100, window: 60, by: client, algorithm: token-bucket, burst: 20, name: bursts}
 *
 * or a list of such. All that stand above an operation hold for it, each with a count of its own.
 * See docs/limits.md.
 */
#include "access/limit.h"
#include "base/duration.h"
#include "openapi/binder.h"

enum { LIMITS_MAX = 8, NAME_MAX = 64 };

#define LIMIT_FORM "write limit: {requests: 100, window: 60, by: client}"

static const struct {
	struct str name;
	enum limit_by by;
} bys[] = {
	{ STR_INIT("client"), LIMIT_BY_CLIENT }, { STR_INIT("address"), LIMIT_BY_ADDRESS },
	{ STR_INIT("principal"), LIMIT_BY_PRINCIPAL }, { STR_INIT("key"), LIMIT_BY_KEY },
	{ STR_INIT("operation"), LIMIT_BY_OPERATION },
};

/* One limit while it is read. */
struct reading_limit {
	struct binder *binder;
	const struct json *node;
	struct limit_policy *policy;
	bool has_burst, is_wrong;
};

static void issue(struct reading_limit *reading, const struct json *at, const char *remedy, const char *message)
{
	issues_add(reading->binder->issues, at->at, remedy, "%s", message);
	reading->is_wrong = true;
}

static bool is_between(const struct json *value, int64_t most, uint64_t *ret_value)
{
	int64_t number;

	if (!json_is(value, JSON_NUMBER) || !json_to_i64(value, &number) || number < 1 || number > most)
		return false;
	*ret_value = (uint64_t)number;
	return true;
}

static void read_requests(struct reading_limit *reading, const struct json *value)
{
	if (!is_between(value, LIMIT_BUCKET_MAX, &reading->policy->requests))
		issue(reading, value, LIMIT_FORM, "`requests` is how many: 1 to 1000000000");
}

static void read_window(struct reading_limit *reading, const struct json *value)
{
	uint64_t seconds, ms;

	if (json_is(value, JSON_STRING) && duration_read(value->text, &ms) && ms && ms % 1000 == 0 &&
	    ms / 1000 <= LIMIT_WINDOW_MAX_S)
		seconds = ms / 1000;
	else if (!is_between(value, LIMIT_WINDOW_MAX_S, &seconds)) {
		issue(reading, value, "write window: 60, or window: 1m",
		      "`window` is in how many seconds, 1 s to 31 d");
		return;
	}
	reading->policy->window_ns = seconds * LIMIT_NS_PER_S;
}

static void read_by(struct reading_limit *reading, const struct json *value)
{
	for (size_t i = 0; i < sizeof(bys) / sizeof(*bys); i++) {
		if (!str_eq(bys[i].name, json_text(value)))
			continue;
		reading->policy->by = bys[i].by;
		return;
	}
	issue(reading, value, "write by: client, address, principal, key or operation",
	      "`by` says whose requests are counted together");
}

static void read_algorithm(struct reading_limit *reading, const struct json *value)
{
	bool is_bucket = str_eq(json_text(value), S("token-bucket"));

	if (!is_bucket && !str_eq(json_text(value), S("sliding")))
		issue(reading, value, "write algorithm: token-bucket, or leave it out",
		      "`algorithm` can only be 'sliding' or 'token-bucket'");
	reading->policy->algorithm = is_bucket ? LIMIT_BUCKET : LIMIT_SLIDING;
}

static void read_burst(struct reading_limit *reading, const struct json *value)
{
	reading->has_burst = true;
	if (!is_between(value, LIMIT_BUCKET_MAX, &reading->policy->capacity))
		issue(reading, value, "write burst: 20, or leave it out: then it is as many as `requests`",
		      "`burst` is how many requests may come at once: 1 to 1000000000");
}

static void read_name(struct reading_limit *reading, const struct json *value)
{
	struct str name = json_text(value);
	bool fits = name.len > 0 && name.len <= NAME_MAX;

	for (size_t i = 0; fits && i < name.len; i++) {
		char c = name.at[i];

		fits = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
		       c == '_' || c == '.';
	}
	if (!fits)
		issue(reading, value, "use up to 64 letters, digits, '-', '_' and '.'",
		      "`name` is what clients see of a limit");
	reading->policy->name = name;
}

static const struct {
	struct str name;
	void (*read)(struct reading_limit *reading, const struct json *value);
} keys[] = {
	{ STR_INIT("algorithm"), read_algorithm }, { STR_INIT("burst"), read_burst }, { STR_INIT("by"), read_by },
	{ STR_INIT("name"), read_name },           { STR_INIT("requests"), read_requests },
	{ STR_INIT("window"), read_window },
};

static void read_member(struct reading_limit *reading, const struct json *member)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (!str_eq(keys[i].name, member->name))
			continue;
		keys[i].read(reading, member);
		return;
	}
	issues_add(reading->binder->issues, member->name_at,
	           "the keys here are algorithm, burst, by, name, requests and window",
	           "a limit has no key '%.*s'", STR_ARG(member->name));
	reading->is_wrong = true;
}

/* What no key alone can say. */
static void check_whole(struct reading_limit *reading)
{
	const struct limit_policy *policy = reading->policy;

	if (!json_get(reading->node, S("requests")) || !json_get(reading->node, S("window")))
		issue(reading, reading->node, LIMIT_FORM, "a limit needs `requests` and `window`");
	else if (reading->has_burst && policy->algorithm != LIMIT_BUCKET)
		issue(reading, json_get(reading->node, S("burst")), "write algorithm: token-bucket beside it",
		      "only a token bucket has a `burst`");
	else if (policy->algorithm == LIMIT_SLIDING && policy->requests > LIMIT_SLIDING_MAX)
		issue(reading, json_get(reading->node, S("requests")), "write algorithm: token-bucket beside it",
		      "a sliding window counts up to 250000 requests");
}

static int read_limit(struct binder *binder, const struct json *node, struct str scope, struct str name,
                      struct limit_policy *ret_policy)
{
	struct limit_policy policy = { .name = name };
	struct reading_limit reading = { .binder = binder, .node = node, .policy = &policy };
	int r;

	if (!json_is(node, JSON_OBJECT)) {
		issue(&reading, node, LIMIT_FORM, "a limit is an object");
		return 0;
	}
	json_each(member, node)
		read_member(&reading, member);
	if (!reading.is_wrong)
		check_whole(&reading);
	if (reading.is_wrong)
		return 0;
	if (!reading.has_burst)
		policy.capacity = policy.requests;
	if ((r = limit_policy_complete(&policy, scope, binder->arena)) == STATUTE_ELIMIT) {
		issue(&reading, node, "make `burst` or `window` smaller",
		      "`burst` takes more than a year to come back");
		return 0;
	}
	if (r == 0)
		*ret_policy = policy;
	return r;
}

int bind_limit(struct binder *binder, const struct json *value, struct str scope, struct str name,
               struct limit_list *ret_list)
{
	bool is_list = json_is(value, JSON_ARRAY);
	const struct json *node = is_list ? value->first : value;
	size_t count = !value ? 0 : is_list ? value->count : 1;
	struct limit_list list;
	int r;

	if (count > LIMITS_MAX) {
		issues_add(binder->issues, value->at, NULL, "%zu limits are too many: 8 at most", count);
		return 0;
	}
	list = (struct limit_list){ arena_array(binder->arena, count ? count : 1, sizeof(*list.policies)), count };
	if (!list.policies)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < count; i++, node = node->next) {
		struct str own = i ? str_printf(binder->arena, "%.*s-%zu", STR_ARG(name), i + 1) : name;

		if (!own.at)
			return STATUTE_ENOMEM;
		if ((r = read_limit(binder, node, scope, own, &list.policies[i])) < 0)
			return r;
	}
	*ret_list = list;
	return 0;
}

int bind_path_limits(struct binder *binder, struct bound_path *path)
{
	return bind_limit(binder, json_get(path->item->extension, S("limit")), path->item->template_text, S("path"),
	                  &path->limits);
}

static bool add_policies(struct bound_operation *bound, const struct limit_list *list,
                         const struct limit_policy **policies)
{
	for (size_t i = 0; i < list->count; i++) {
		for (size_t k = 0; k < bound->limit_count; k++)
			if (str_eq(policies[k]->name, list->policies[i].name))
				return false;
		policies[bound->limit_count++] = &list->policies[i];
	}
	return true;
}

int bind_operation_limits(struct binder *binder, const struct bound_path *path, struct bound_operation *bound)
{
	const struct operation *operation = bound->operation;
	struct str scope = str_printf(binder->arena, "%.*s %.*s", STR_ARG(method_name(operation->method)),
	                              STR_ARG(path->item->template_text));
	const struct limit_policy **policies;
	struct limit_list own;
	int r;

	if (!scope.at)
		return STATUTE_ENOMEM;
	own = (struct limit_list){ 0 };
	if ((r = bind_limit(binder, json_get(operation->extension, S("limit")), scope, S("operation"), &own)) < 0)
		return r;
	policies = arena_array(binder->arena, (size_t)3 * LIMITS_MAX, sizeof(*policies));
	if (!policies)
		return STATUTE_ENOMEM;
	if (!binder->issues->errors && (!add_policies(bound, &binder->api->limits, policies) ||
	                                !add_policies(bound, &path->limits, policies) ||
	                                !add_policies(bound, &own, policies)))
		issues_add(binder->issues, operation->at, "give one of them another `name`",
		           "two limits of %.*s have the same name", STR_ARG(scope));
	bound->limits = policies;
	return 0;
}
