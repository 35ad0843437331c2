/* `limit` of x-statute: which limits hold for which operation, and each mistake told at its place. */
#include "unit/openapi/bound.h"

#define API(root, path, operation) \
	HEAD_3_1 root "paths:\n" \
		 "  /notes:\n" \
		 "    x-statute: {" path "}\n" \
		 "    get: {responses: {'200': {description: All.}}}\n" \
		 "    post:\n" \
		 "      x-statute: {" operation "}\n" \
		 "      requestBody: {content: {application/json: {}}}\n" \
		 "      responses: {'201': {description: Made.}}\n" \
		 "  /notes/{id}:\n" \
		 "    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n" \
		 "    get: {responses: {'200': {description: One.}}}\n"
#define NOTES(limit) API("", "limit: " limit, "")
#define ROOT(limit) "x-statute: {limit: " limit "}\n"

#define FORM "write limit: {requests: 100, window: 60, by: client}"

#define BINDS(text) bind_text(S(text), 0, "")
#define FAULT(limit, column, text) \
	bind_text(S(NOTES(limit)), STATUTE_EDOCUMENT, "api.yaml:5:" column ": error: " text "\n")

static const struct bound_operation *operation_of(const char *path, enum method method)
{
	for (size_t i = 0; i < api->path_count; i++)
		if (str_eq(api->paths[i].item->template_text, str_from(path)))
			return api->paths[i].operations[method];
	fail_msg("there is no path %s", path);
	return NULL;
}

/* Its limits, as RateLimit-Policy would have them. */
static void limits_are(const char *path, enum method method, const char *expected)
{
	const struct bound_operation *bound = operation_of(path, method);
	struct buf buf;

	buf_init(&buf, &arena, 4096);
	for (size_t i = 0; i < bound->limit_count; i++)
		buf_printf(&buf, "%s%.*s", i ? ", " : "", STR_ARG(bound->limits[i]->text));
	assert_str(buf_str(&buf), expected);
	assert_int_equal(statute_fact_known(&bound->fixed, STATUTE_FACT_RATE_LIMITED), bound->limit_count == 0);
	assert_true(statute_fact_known(&bound->fixed, STATUTE_FACT_ADDRESS_LIMITED));
}

static void all_limits_above_an_operation_hold_for_it(void **state)
{
	(void)state;
	BINDS(API(ROOT("{requests: 100, window: 60}"), "limit: {requests: 50, window: 1m}",
	          "limit: [{requests: 5, window: 1h}, {requests: 9, window: 1d}]"));
	limits_are("/notes", METHOD_GET, "\"default\";q=100;w=60, \"path\";q=50;w=60");
	limits_are("/notes", METHOD_HEAD, "\"default\";q=100;w=60, \"path\";q=50;w=60");
	limits_are("/notes", METHOD_POST,
	           "\"default\";q=100;w=60, \"path\";q=50;w=60, \"operation\";q=5;w=3600, "
	           "\"operation-2\";q=9;w=86400");
	limits_are("/notes/{id}", METHOD_GET, "\"default\";q=100;w=60");
}

static void without_a_limit_nothing_is_asked(void **state)
{
	(void)state;
	BINDS(API("", "", ""));
	limits_are("/notes", METHOD_GET, "");
	BINDS(NOTES("[]"));
	limits_are("/notes", METHOD_GET, "");
}

static void every_key_is_read(void **state)
{
	const struct limit_policy *policy;

	(void)state;
	BINDS(NOTES("{requests: 1000000000, window: 31d, by: operation, algorithm: token-bucket, burst: 7, name: A-1_.b}"));
	policy = operation_of("/notes", METHOD_GET)->limits[0];
	assert_int_equal(policy->requests, 1000000000);
	assert_int_equal(policy->window_ns, 31 * 86400 * LIMIT_NS_PER_S);
	assert_int_equal(policy->by, LIMIT_BY_OPERATION);
	assert_int_equal(policy->algorithm, LIMIT_BUCKET);
	assert_int_equal(policy->capacity, 7);
	assert_str(policy->name, "A-1_.b");
	BINDS(NOTES("{requests: 250000, window: 2678400}"));
	policy = operation_of("/notes", METHOD_GET)->limits[0];
	assert_int_equal(policy->by, LIMIT_BY_CLIENT);
	assert_int_equal(policy->algorithm, LIMIT_SLIDING);
}

static void each_way_to_count_has_its_name(void **state)
{
	static const struct {
		const char *name;
		enum limit_by by;
	} rows[] = { { "client", LIMIT_BY_CLIENT },       { "address", LIMIT_BY_ADDRESS },
		     { "principal", LIMIT_BY_PRINCIPAL }, { "key", LIMIT_BY_KEY },
		     { "operation", LIMIT_BY_OPERATION } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bind_text(str_printf(&arena, NOTES("{requests: 1, window: 1, by: %s}"), rows[i].name), 0, "");
		assert_int_equal(operation_of("/notes", METHOD_GET)->limits[0]->by, rows[i].by);
	}
}

static void mistakes_are_told_at_their_place(void **state)
{
	(void)state;
	FAULT("7", "24", "a limit is an object; " FORM);
	FAULT("{requests: 5}", "24", "a limit needs `requests` and `window`; " FORM);
	FAULT("{window: 5}", "24", "a limit needs `requests` and `window`; " FORM);
	FAULT("{requests: 0, window: 5}", "35", "`requests` is how many: 1 to 1000000000; " FORM);
	FAULT("{requests: 1.5, window: 5}", "35", "`requests` is how many: 1 to 1000000000; " FORM);
	FAULT("{requests: many, window: 5}", "35", "`requests` is how many: 1 to 1000000000; " FORM);
	FAULT("{requests: 1, window: 0}", "46",
	      "`window` is in how many seconds, 1 s to 31 d; write window: 60, or window: 1m");
	FAULT("{requests: 1, window: 32d}", "46",
	      "`window` is in how many seconds, 1 s to 31 d; write window: 60, or window: 1m");
	FAULT("{requests: 1, window: 1500ms}", "46",
	      "`window` is in how many seconds, 1 s to 31 d; write window: 60, or window: 1m");
	FAULT("{requests: 1, window: 1, by: user}", "53",
	      "`by` says whose requests are counted together; write by: client, address, principal, key or "
	      "operation");
	FAULT("{requests: 1, window: 1, algorithm: fixed}", "60",
	      "`algorithm` can only be 'sliding' or 'token-bucket'; write algorithm: token-bucket, or leave it out");
	FAULT("{requests: 1, window: 1, burst: 2}", "56",
	      "only a token bucket has a `burst`; write algorithm: token-bucket beside it");
	FAULT("{requests: 250001, window: 1}", "35",
	      "a sliding window counts up to 250000 requests; write algorithm: token-bucket beside it");
	FAULT("{requests: 1, window: 31d, algorithm: token-bucket, burst: 12}", "24",
	      "`burst` takes more than a year to come back; make `burst` or `window` smaller");
	FAULT("{requests: 1, window: 1, name: 'a b'}", "55",
	      "`name` is what clients see of a limit; use up to 64 letters, digits, '-', '_' and '.'");
	FAULT("{requests: 1, window: 1, name: ''}", "55",
	      "`name` is what clients see of a limit; use up to 64 letters, digits, '-', '_' and '.'");
	FAULT("{request: 1}", "25",
	      "a limit has no key 'request'; the keys here are algorithm, burst, by, name, requests and window");
	FAULT("[{requests: 1, window: 1}, {requests: 2}]", "51", "a limit needs `requests` and `window`; " FORM);
	FAULT("[1, 2, 3, 4, 5, 6, 7, 8, 9]", "24", "9 limits are too many: 8 at most");
}

static void two_limits_of_one_operation_have_different_names(void **state)
{
	(void)state;
	bind_text(S(API(ROOT("{requests: 1, window: 1, name: mine}"), "", "limit: {requests: 2, window: 1, name: mine}")),
	          STATUTE_EDOCUMENT,
	          "api.yaml:9:7: error: two limits of POST /notes have the same name; give one of them another "
	          "`name`\n");
	BINDS(API("", "", "limit: {requests: 2, window: 1, name: mine}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_limits_above_an_operation_hold_for_it),
		TEST(without_a_limit_nothing_is_asked),
		TEST(every_key_is_read),
		TEST(each_way_to_count_has_its_name),
		TEST(mistakes_are_told_at_their_place),
		TEST(two_limits_of_one_operation_have_different_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
