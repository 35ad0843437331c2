/*
 * The arithmetic of rate limits: see limit.h.
 *
 * The word of SLIDING has the number of the window in its upper 28 bits, what was counted in
 * the window before in the next 18, and in this one in the last 18. The number wraps after
 * eight years of windows of one second. That of BUCKET is the time at which it is full again.
 */
#include "access/limit.h"

#include "base/arena.h"
#include "base/duration.h"
#include "base/map.h"

enum { COUNT_BITS = 18, COUNT_MASK = (1 << COUNT_BITS) - 1, INDEX_MASK = (1 << 28) - 1, LATE_WINDOWS = 1 << 20 };

_Static_assert((int)LIMIT_SLIDING_MAX <= (int)COUNT_MASK, "a window's count fits its bits");

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
/* A bucket that takes longer to fill is no limit of a rate, and would leave the 64 bits of a time. */
#define FILL_MAX_NS (UINT64_C(366) * 86400 * LIMIT_NS_PER_S)

static uint64_t divide_up(uint64_t value, uint64_t by)
{
	/* clang-tidy loses sight of what sliding_read makes. */
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	return value / by + (value % by != 0);
}

/* ---- Policies ------------------------------------------------------------- */

uint64_t limit_policy_quota(const struct limit_policy *policy)
{
	return policy->capacity;
}

/* Milliseconds, so that the product stays within 64 bits. */
uint64_t limit_policy_window_s(const struct limit_policy *policy)
{
	uint64_t ms = divide_up(policy->window_ns, NS_PER_MS);

	return divide_up(divide_up(ms * policy->capacity, policy->requests), 1000);
}

int limit_policy_complete(struct limit_policy *policy, struct str scope, struct arena *arena)
{
	struct str identity;

	if (policy->algorithm == LIMIT_SLIDING)
		policy->capacity = policy->requests;
	policy->interval_ns = divide_up(policy->window_ns, policy->requests);
	if (policy->capacity > FILL_MAX_NS / policy->interval_ns)
		return STATUTE_ELIMIT;
	policy->text = str_printf(arena, "\"%.*s\";q=%llu;w=%llu", STR_ARG(policy->name),
	                          (unsigned long long)limit_policy_quota(policy),
	                          (unsigned long long)limit_policy_window_s(policy));
	identity = str_printf(arena, "%.*s\n%.*s\n%d %d %llu %llu %llu", STR_ARG(scope), STR_ARG(policy->name),
	                      (int)policy->algorithm, (int)policy->by, (unsigned long long)policy->requests,
	                      (unsigned long long)policy->window_ns, (unsigned long long)policy->capacity);
	if (!policy->text.at || !identity.at)
		return STATUTE_ENOMEM;
	policy->id = hash_str(identity);
	return 0;
}

static bool read_window(struct str text, uint64_t *ret_ms)
{
	uint64_t seconds;

	if (duration_read(text, ret_ms))
		return true;
	if (!str_to_u64(text, &seconds) || seconds > LIMIT_WINDOW_MAX_S)
		return false;
	*ret_ms = seconds * 1000;
	return true;
}

int limit_policy_parse(struct str text, struct limit_policy *ret_policy)
{
	struct str requests = str_cut(&text, '/');
	uint64_t count, ms;

	if (!text.at || !str_to_u64(requests, &count) || !read_window(text, &ms))
		return STATUTE_EINVAL;
	if (!count || count > LIMIT_SLIDING_MAX || !ms || ms > (uint64_t)LIMIT_WINDOW_MAX_S * 1000)
		return STATUTE_EINVAL;
	*ret_policy = (struct limit_policy){
		.name = S("address"),
		.algorithm = LIMIT_SLIDING,
		.by = LIMIT_BY_ADDRESS,
		.requests = count,
		.window_ns = ms * NS_PER_MS,
	};
	return 0;
}

/* ---- The sliding window --------------------------------------------------- */

struct sliding {
	uint64_t index, before, present; /* the number of the window; counts */
	uint64_t left_us;                /* of the window */
};

/*
 * The counts of a word as they are now. A word of the next window is one that another thread wrote,
 * whose clock was read a moment later than ours: then that one has just begun.
 */
static struct sliding sliding_read(const struct limit_policy *policy, uint64_t word, uint64_t now_ns)
{
	uint64_t window_us = policy->window_ns / NS_PER_US, now_us = now_ns / NS_PER_US;
	struct sliding s = {
		.index = word >> (2 * COUNT_BITS),
		.before = word >> COUNT_BITS & COUNT_MASK,
		.present = word & COUNT_MASK,
		.left_us = window_us - now_us % window_us,
	};
	uint64_t index = now_us / window_us & INDEX_MASK, passed = (index - s.index) & INDEX_MASK;

	if (word && passed > INDEX_MASK - LATE_WINDOWS) {
		s.left_us = window_us;
		return s;
	}
	if (passed > 0) {
		s.before = passed == 1 ? s.present : 0;
		s.present = 0;
	}
	s.index = index;
	return s;
}

static uint64_t sliding_write(const struct sliding *s)
{
	return s->index << (2 * COUNT_BITS) | s->before << COUNT_BITS | s->present;
}

/* What counts now, in requests times microseconds of a window. */
static uint64_t sliding_weight(const struct sliding *s, uint64_t window_us)
{
	return s->before * s->left_us + s->present * window_us;
}

/* Until `count` requests of the window before weigh less than `room`, in the one of which `left_us` are left. */
static uint64_t sliding_fade(uint64_t count, uint64_t room, uint64_t left_us, uint64_t window_us)
{
	uint64_t bearable_us = count ? divide_up(room * window_us, count) - 1 : window_us;

	return bearable_us >= left_us ? 0 : left_us - bearable_us;
}

/* Microseconds until one more is admitted. */
static uint64_t sliding_wait(const struct sliding *s, const struct limit_policy *policy)
{
	uint64_t window_us = policy->window_ns / NS_PER_US;

	if (s->present < policy->requests)
		return sliding_fade(s->before, policy->requests - s->present, s->left_us, window_us);
	return s->left_us + sliding_fade(s->present, policy->requests, window_us, window_us);
}

/* What weighs less than the limit leaves room for one more: who sends evenly at the rate is never refused. */
static uint64_t sliding_count(const struct limit_policy *policy, uint64_t word, uint64_t now_ns,
                              struct limit_state *ret_state)
{
	struct sliding s = sliding_read(policy, word, now_ns);
	uint64_t window_us = policy->window_ns / NS_PER_US, most = policy->requests * window_us, weight;
	bool is_admitted = sliding_weight(&s, window_us) < most;
	uint64_t retry_us;

	if (is_admitted)
		s.present++;
	weight = sliding_weight(&s, window_us);
	retry_us = sliding_wait(&s, policy);
	*ret_state = (struct limit_state){
		.is_admitted = is_admitted,
		.remaining = weight < most ? divide_up(most - weight, window_us) : 0,
		.reset_ns = (retry_us > s.left_us ? retry_us : s.left_us) * NS_PER_US,
		.retry_ns = retry_us * NS_PER_US,
	};
	return is_admitted ? sliding_write(&s) : word;
}

static uint64_t sliding_uncount(const struct limit_policy *policy, uint64_t word, uint64_t now_ns)
{
	struct sliding s = sliding_read(policy, word, now_ns);

	if (s.present)
		s.present--;
	else if (s.before)
		s.before--;
	return sliding_write(&s);
}

/* ---- The bucket ----------------------------------------------------------- */

static uint64_t bucket_count(const struct limit_policy *policy, uint64_t word, uint64_t now_ns,
                             struct limit_state *ret_state)
{
	uint64_t whole = policy->capacity * policy->interval_ns;
	uint64_t missing = word > now_ns ? word - now_ns : 0; /* until it is full */
	bool is_admitted = missing + policy->interval_ns <= whole;
	uint64_t most = whole - policy->interval_ns; /* that may be missing for one more */

	if (is_admitted)
		missing += policy->interval_ns;
	*ret_state = (struct limit_state){
		.is_admitted = is_admitted,
		.remaining = missing < whole ? (whole - missing) / policy->interval_ns : 0,
		.reset_ns = missing,
		.retry_ns = missing > most ? missing - most : 0,
	};
	return is_admitted ? now_ns + missing : word;
}

static uint64_t bucket_uncount(const struct limit_policy *policy, uint64_t word, uint64_t now_ns)
{
	return word > now_ns + policy->interval_ns ? word - policy->interval_ns : now_ns;
}

uint64_t limit_count(const struct limit_policy *policy, uint64_t word, uint64_t now_ns,
                     struct limit_state *ret_state)
{
	return policy->algorithm == LIMIT_BUCKET ? bucket_count(policy, word, now_ns, ret_state)
	                                         : sliding_count(policy, word, now_ns, ret_state);
}

uint64_t limit_uncount(const struct limit_policy *policy, uint64_t word, uint64_t now_ns)
{
	return policy->algorithm == LIMIT_BUCKET ? bucket_uncount(policy, word, now_ns)
	                                         : sliding_uncount(policy, word, now_ns);
}
