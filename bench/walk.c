/*
 * The walk through the decision graph, and the same decisions as ifs written by hand, over
 * the same facts of the same requests: reads and changes of an item with what goes wrong with them.
 *
 *	walk SECONDS		prints time of the walk / time of the ifs
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <statute/graph.h>

#define IS(name) statute_fact_is(f, STATUTE_FACT_##name)

/* Before the target is looked up: the server, the route, the client, what the head asks for. */
static __attribute__((noinline)) int check_request(const struct statute_facts *f)
{
	if (!IS(HOST_OURS))
		return 421;
	if (IS(EARLY_DATA))
		return 425;
	if (IS(TLS_MISSING))
		return IS(HAS_CREDENTIALS) || !(IS(IS_GET) || IS(IS_HEAD)) ? 403 : 308;
	if (IS(IS_HEALTH_PATH))
		return IS(HEALTHY) ? 200 : 503;
	if (!IS(IN_SERVICE) || IS(OVERLOADED))
		return 503;
	if (IS(ADDRESS_LIMITED))
		return 429;
	if (!IS(METHOD_KNOWN))
		return 501;
	if (!IS(EXPECTATION_KNOWN))
		return 417;
	if (IS(IS_ASTERISK))
		return 204;
	if (IS(IS_GATEWAY))
		return 501;
	if (IS(PATH_NOT_CANONICAL))
		return 308;
	if (!IS(PATH_FOUND))
		return 404;
	if (!IS(PATH_PARAMETERS_FIT))
		return IS(BAD_PATH_PARAMETER_IS_400) ? 400 : 404;
	if (IS(ROUTE_MOVED))
		return IS(MOVED_FOR_GOOD) ? (IS(KEEPS_METHOD) ? 308 : 301) : 307;
	if (IS(ROUTE_RETIRED))
		return 410;
	if (IS(IS_OPTIONS))
		return 204;
	if (IS(IS_TRACE))
		return IS(TRACE_ENABLED) ? 200 : 405;
	if (!IS(METHOD_ALLOWED))
		return 405;
	if (!IS(IS_BOUND))
		return 501;
	return 0;
}

static __attribute__((noinline)) int check_client(const struct statute_facts *f)
{
	if (IS(NEEDS_CREDENTIALS)) {
		if (!IS(HAS_CREDENTIALS))
			return 401;
		if (!IS(CREDENTIALS_WELL_FORMED))
			return 400;
		if (!IS(CREDENTIALS_CHECKED))
			return 503;
		if (!IS(CREDENTIALS_VALID))
			return 401;
	}
	if (IS(SUSPENDED))
		return 403;
	if (IS(PAYMENT_DUE))
		return 402;
	if (IS(RATE_LIMITED) || IS(QUOTA_USED))
		return 429;
	if (IS(CROSS_SITE))
		return 403;
	if (!IS(PERMITTED))
		return IS(CONCEALS_OPERATION) ? 404 : 403;
	if (IS(OPERATION_BLOCKED))
		return 451;
	if (IS(IS_WEBSOCKET) || IS(NEEDS_OTHER_PROTOCOL))
		return 426;
	return 0;
}

static __attribute__((noinline)) int check_head(const struct statute_facts *f)
{
	if (!IS(PARAMETERS_FIT))
		return 400;
	if (IS(HAS_CONTENT)) {
		if (!IS(TAKES_CONTENT)) {
			if (IS(REFUSES_STRAY_CONTENT))
				return 400;
		} else {
			if (IS(NEEDS_LENGTH) && !IS(HAS_LENGTH))
				return 411;
			if (IS(ANNOUNCED_TOO_LARGE))
				return 413;
			if (!IS(TYPE_SUPPORTED) || !IS(CODING_SUPPORTED))
				return 415;
			if (IS(IS_PUT) && IS(HAS_CONTENT_RANGE) && !IS(TAKES_PARTIAL_PUT))
				return 400;
		}
	} else if (IS(NEEDS_CONTENT)) {
		return 400;
	}
	if (IS(HAS_KEY)) {
		if (!IS(KEY_FITS))
			return 400;
		if (IS(KEY_RUNNING))
			return 409;
	} else if (IS(NEEDS_KEY)) {
		return 400;
	}
	if (!IS(ACCEPT_FITS) && !IS(ACCEPT_IS_LENIENT))
		return 406;
	if (!IS(CODING_ACCEPTABLE))
		return 406;
	return 0;
}

static __attribute__((noinline)) int check_target(const struct statute_facts *f)
{
	if (!IS(STORE_ANSWERS))
		return 503;
	if (IS(READ_FAILED))
		return 500;
	if (!IS(PARENTS_EXIST))
		return 404;
	if (!IS(HAS_NO_ROW)) {
		if (!IS(EXISTS)) {
			if (IS(RESOURCE_MOVED))
				return IS(RESOURCE_MOVED_FOR_GOOD) ? 308 : 307;
			if (IS(TOMBSTONE))
				return 410;
			if (IS(DELETE_OF_NOTHING_SUCCEEDS))
				return IS(HAS_IF_MATCH) ? 412 : 204;
			return 404;
		}
		if (!IS(VISIBLE))
			return IS(CONCEALS_ROW) ? 404 : 403;
		if (IS(RESOURCE_BLOCKED))
			return 451;
	}
	if (!IS(ALLOWED_ON_RESOURCE))
		return 403;
	return IS(LOCKED) ? 423 : 0;
}

static __attribute__((noinline)) int check_conditions(const struct statute_facts *f)
{
	bool reads = IS(IS_GET) || IS(IS_HEAD);

	if (IS(IS_ACTION))
		return 0;
	if (!IS(CONDITIONS_WELL_FORMED))
		return 400;
	if (IS(HAS_IF_MATCH)) {
		if (!IS(IF_MATCH_HOLDS))
			return 412;
	} else if (IS(HAS_IF_UNMODIFIED_SINCE) && IS(HAS_MODIFICATION_DATE) && !IS(UNMODIFIED_SINCE)) {
		return 412;
	}
	if (IS(HAS_IF_NONE_MATCH)) {
		if (!IS(IF_NONE_MATCH_HOLDS))
			return reads ? 304 : 412;
	} else if (reads && IS(HAS_IF_MODIFIED_SINCE) && IS(HAS_MODIFICATION_DATE) && !IS(MODIFIED_SINCE)) {
		return 304;
	}
	return IS(NEEDS_IF_MATCH) && !IS(HAS_IF_MATCH) ? 428 : 0;
}

static __attribute__((noinline)) int check_content(const struct statute_facts *f)
{
	if (!IS(HAS_CONTENT) || !IS(TAKES_CONTENT))
		return 0;
	if (!IS(CONTENT_IN_TIME))
		return 408;
	if (!IS(CONTENT_WITHIN_LIMIT))
		return 413;
	if (!IS(CONTENT_COMPLETE) || !IS(CONTENT_DECODES) || !IS(DIGEST_MATCHES) || !IS(CONTENT_PARSES))
		return 400;
	if (!IS(SCHEMA_HOLDS))
		return IS(SCHEMA_FAILURE_IS_400) ? 400 : 422;
	if (IS(SETS_READ_ONLY) || IS(ID_DIFFERS))
		return 422;
	if (IS(BODY_VERSION_STALE))
		return 409;
	if (IS(IS_PATCH)) {
		if (!IS(PATCH_TESTS_HOLD) || !IS(PATCH_PATHS_EXIST))
			return 409;
		if (!IS(PATCH_RESULT_FITS))
			return 422;
	}
	if (IS(MEMBER_FORBIDDEN))
		return 403;
	return IS(RULES_HOLD) ? 0 : 422;
}

static __attribute__((noinline)) int write_status(const struct statute_facts *f)
{
	if (IS(IS_ASYNC))
		return IS(QUEUED) ? 202 : 503;
	if (!IS(WROTE)) {
		if (IS(VERSION_MOVED) || IS(VANISHED))
			return 503;
		if (IS(DUPLICATE))
			return 409;
		if (IS(REFERENCE_MISSING))
			return 422;
		if (IS(IN_USE))
			return 409;
		if (IS(CONSTRAINT_BROKEN))
			return 422;
		if (IS(TRANSITION_FORBIDDEN))
			return 409;
		return IS(DISK_FULL) ? 507 : 503;
	}
	if (IS(IS_BATCH) && !IS(BATCH_IS_ATOMIC))
		return 207;
	if (IS(SEE_OTHER))
		return 303;
	if (IS(CREATED))
		return IS(CREATED_IS_200) ? 200 : 201;
	if (IS(RETURNS_CONTENT))
		return 200;
	if (IS(RESETS_FORM))
		return 205;
	return IS(EMPTY_IS_200) ? 200 : 204;
}

static __attribute__((noinline)) int read_status(const struct statute_facts *f)
{
	if (IS(IS_MONITOR))
		return 200;
	if (IS(HAS_CHOICES))
		return 300;
	if (IS(IS_GET) && IS(HAS_RANGE) && IS(TAKES_RANGES) && IS(RANGE_USABLE))
		return IS(RANGE_SATISFIABLE) ? 206 : 416;
	return IS(TRANSFORMED) ? 203 : 200;
}

static __attribute__((noinline)) int decide_by_hand(const struct statute_facts *f)
{
	int status;

	if ((status = check_request(f)) || (status = check_client(f)) || (status = check_head(f)) ||
	    (status = check_target(f)) || (status = check_conditions(f)) || (status = check_content(f)))
		return status;
	return IS(IS_GET) || IS(IS_HEAD) || IS(IS_QUERY) ? read_status(f) : write_status(f);
}

static __attribute__((noinline)) int decide_by_walk(const struct statute_facts *facts)
{
	uint8_t node = STATUTE_NODE_FIRST;
	struct statute_verdict verdict;

	return statute_graph_walk(facts, &node, &verdict) == STATUTE_WALK_DONE ? verdict.status : -1;
}

/* A request: its method, and the facts that are not as usual; "!" before one that is no. */
struct request {
	const char *method;
	const char *facts[8];
	int status;
};

static const struct request requests[] = {
	{ "GET", { "exists" }, 200 },
	{ "GET", { "exists" }, 200 },
	{ "GET", { "exists" }, 200 },
	{ "GET", { "exists", "has_if_none_match", "!if_none_match_holds" }, 304 },
	{ "GET", { "exists", "has_if_modified_since", "has_modification_date", "!modified_since" }, 304 },
	{ "HEAD", { "exists" }, 200 },
	{ "GET", { "!exists" }, 404 },
	{ "GET", { "!exists", "tombstone" }, 410 },
	{ "GET", { "!accept_fits" }, 406 },
	{ "PATCH",
	  { "exists", "has_content", "has_if_match", "if_match_holds", "needs_if_match", "wrote", "!created",
	    "returns_content" },
	  200 },
	{ "PATCH", { "exists", "has_content", "has_if_match", "!if_match_holds" }, 412 },
	{ "PATCH", { "exists", "has_content", "needs_if_match" }, 428 },
	{ "PUT", { "exists", "has_content", "has_if_match", "if_match_holds", "wrote", "!created", "returns_content" }, 200 },
	{ "PUT", { "exists", "has_content", "!schema_holds" }, 422 },
	{ "PUT", { "exists", "has_content", "!wrote", "duplicate" }, 409 },
	{ "DELETE", { "exists", "wrote", "!created" }, 204 },
};
enum { REQUESTS = sizeof(requests) / sizeof(requests[0]) };

static int make(const struct request *request, struct statute_facts *facts)
{
	statute_facts_init(facts);
	if (!statute_facts_set_method(facts, request->method))
		return -1;
	for (size_t i = 0; i < 8 && request->facts[i]; i++) {
		const char *name = request->facts[i];
		bool is = *name != '!';
		enum statute_fact fact;

		if (statute_fact_find(name + !is, &fact) < 0)
			return -1;
		statute_fact_set(facts, fact, is);
	}
	/* what only follows from others: content that a change takes, and came well */
	if (statute_fact_is(facts, STATUTE_FACT_HAS_CONTENT))
		statute_fact_set(facts, STATUTE_FACT_TAKES_CONTENT, true);
	statute_facts_assume(facts);
	return 0;
}

typedef int decider(const struct statute_facts *facts);

static double seconds_of(decider *decide, const struct statute_facts *facts, long rounds)
{
	struct timespec start, end;
	volatile int sink = 0;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	for (long i = 0; i < rounds; i++)
		for (size_t k = 0; k < REQUESTS; k++)
			sink += decide(&facts[k]);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	(void)sink;
	return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

/* Turn and turn about, since a machine's speed changes. */
static double ratio(const struct statute_facts *facts, double seconds)
{
	const long rounds = 20000;
	double walk = 0, hand = 0;

	while (walk + hand < seconds) {
		walk += seconds_of(decide_by_walk, facts, rounds);
		hand += seconds_of(decide_by_hand, facts, rounds);
	}
	return walk / hand;
}

int main(int argc, char **argv)
{
	struct statute_facts facts[REQUESTS];

	if (argc != 2)
		return 2;
	for (size_t i = 0; i < REQUESTS; i++) {
		int walk, hand;

		if (make(&requests[i], &facts[i]) < 0)
			return 2;
		walk = decide_by_walk(&facts[i]);
		hand = decide_by_hand(&facts[i]);
		if (walk == requests[i].status && hand == requests[i].status)
			continue;
		fprintf(stderr, "request %zu: %d by walk, %d by hand, should be %d\n", i, walk, hand,
		        requests[i].status);
		return 1;
	}
	printf("%.2f\n", ratio(facts, atof(argv[1])));
	return 0;
}
