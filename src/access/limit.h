/*
 * How much: rate limits, as arithmetic over one word of state a key. No clock, no memory, no
 * locks: a word and a time go in, a word and an answer come out. limit_table.h keeps the words.
 *
 * SLIDING counts in windows that follow on each other: what a key did in the last one counts
 * less and less as the present one goes by, so that in no stretch of a window's length much more
 * than `requests` are let through, and never more than twice as many. BUCKET (GCRA) holds
 * `capacity` tokens, of which `requests` come back in each window, evenly; a request takes one.
 *
 * Times are nanoseconds of one clock that never goes back (CLOCK_MONOTONIC); threads may see
 * it in a slightly different order. Whatever is refused is not counted.
 */
#ifndef STATUTE_ACCESS_LIMIT_H
#define STATUTE_ACCESS_LIMIT_H

#include <statute/error.h>

#include "base/str.h"

struct arena;

enum limit_algorithm { LIMIT_SLIDING, LIMIT_BUCKET };

/* Whose requests are counted together. */
enum limit_by { LIMIT_BY_CLIENT, LIMIT_BY_ADDRESS, LIMIT_BY_PRINCIPAL, LIMIT_BY_KEY, LIMIT_BY_OPERATION };

enum {
	LIMIT_SLIDING_MAX = 250000,         /* requests a window */
	LIMIT_BUCKET_MAX = 1000000000,      /* requests a window, and capacity */
	LIMIT_WINDOW_MAX_S = 31 * 24 * 3600 /* seconds */
};

#define LIMIT_NS_PER_S UINT64_C(1000000000)

/* Immutable once it was made. */
struct limit_policy {
	struct str name;     /* "default": a token without quotes and backslashes, in what clients read */
	enum limit_algorithm algorithm;
	enum limit_by by;
	uint64_t requests;   /* a window */
	uint64_t window_ns;  /* at least a microsecond, and whole ones */
	uint64_t capacity;   /* of a bucket; of SLIDING the same as `requests` */
	uint64_t interval_ns; /* of a bucket: after which one token comes back, rounded up */
	uint64_t id;         /* the same for each that is the same: its counts survive a reload */
	struct str text;     /* its member of RateLimit-Policy: "default";q=100;w=60 */
};

/* What became of one request. */
struct limit_state {
	bool is_admitted;
	uint64_t remaining; /* requests that would be admitted at once, after this one */
	uint64_t reset_ns;  /* until the window ends or the bucket is full; not less than retry_ns */
	uint64_t retry_ns;  /* until a request would be admitted, if no other came; 0 while one would */
};

/*
 * Completes a policy whose name, algorithm, by, requests, window_ns and (of a bucket) capacity are set
 * and within their bounds. `scope` is where it holds ("GET /users"): policies that differ in any of it are
 * counted apart. 0, STATUTE_ENOMEM, or STATUTE_ELIMIT: the bucket takes more than a year to fill.
 */
STATUTE_CHECK int limit_policy_complete(struct limit_policy *policy, struct str scope, struct arena *arena);
/* "100/60", "100/1m", "5/500ms": requests and window, SLIDING, by address. 0 or STATUTE_EINVAL. */
STATUTE_CHECK int limit_policy_parse(struct str text, struct limit_policy *ret_policy);
/* What the client is told of its limit: the most that can be there, and in how many seconds it comes, rounded up. */
uint64_t limit_policy_quota(const struct limit_policy *policy);
uint64_t limit_policy_window_s(const struct limit_policy *policy);

/* One request more, at `now_ns`: the word after it, the same where it is refused. 0 is the word of a new key. */
uint64_t limit_count(const struct limit_policy *policy, uint64_t word, uint64_t now_ns,
                     struct limit_state *ret_state);
/* Takes one back that was admitted lately. */
uint64_t limit_uncount(const struct limit_policy *policy, uint64_t word, uint64_t now_ns);

#endif
