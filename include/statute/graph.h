/*
 * The decision graph: facts about a request in, a status code out.
 *
 * A row of the graph asks for one fact. The walk follows the answers down the
 * page to a verdict, or stops at a fact that nobody has found out yet and goes on
 * there once it is set. Facts are bits; a walk changes nothing but its node, so
 * a kept `struct statute_facts` replays any decision. Pure functions, safe in
 * any thread; no function here allocates.
 *
 * The life of the facts of one request:
 *
 *   at start-up, for each operation     statute_facts_init(&route)
 *                                       statute_fact_set(&route, STATUTE_FACT_TAKES_CONTENT, true) ...
 *                                       statute_facts_set_method(&route, "PUT")
 *   for each request                    facts = route; set what the header section says
 *                                       statute_facts_settle(&facts, STATUTE_PHASE_REQUEST)
 *                                       node = STATUTE_NODE_FIRST
 *   until it returns STATUTE_WALK_DONE  statute_graph_walk(&facts, &node, &verdict)
 *                                       find verdict.fact (or do its effect) and set it
 */
#ifndef STATUTE_GRAPH_H
#define STATUTE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <statute/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum statute_fact {
#define F(NAME, name, group, phase, otherwise, text) STATUTE_FACT_##NAME,
#include <statute/facts.def>
#undef F
	STATUTE_FACT_COUNT
};

enum { STATUTE_FACT_WORDS = 3, STATUTE_NODE_FIRST = 0 };

/* When a fact can be known: see facts.def. */
enum statute_phase {
	STATUTE_PHASE_FIXED,
	STATUTE_PHASE_REQUEST,
	STATUTE_PHASE_ACCESS,
	STATUTE_PHASE_LIMIT,
	STATUTE_PHASE_KEY,
	STATUTE_PHASE_STORE,
	STATUTE_PHASE_BODY,
	STATUTE_PHASE_WRITE,
};

/* What a fact says when nobody finds it out: see facts.def. */
enum statute_default {
	STATUTE_DEFAULT_ASK,
	STATUTE_DEFAULT_ASK_NO,
	STATUTE_DEFAULT_ASK_YES,
	STATUTE_DEFAULT_NO,
	STATUTE_DEFAULT_YES,
	STATUTE_DEFAULT_ELSE_NO,
	STATUTE_DEFAULT_ELSE_YES,
};

/* Bit i answers fact i; `yes` has no bit that `known` has not. All zero: nothing is known. */
struct statute_facts {
	uint64_t known[STATUTE_FACT_WORDS];
	uint64_t yes[STATUTE_FACT_WORDS];
};

static inline void statute_fact_set(struct statute_facts *facts, enum statute_fact fact, bool is)
{
	uint64_t bit = UINT64_C(1) << (fact & 63);

	facts->known[fact >> 6] |= bit;
	if (is)
		facts->yes[fact >> 6] |= bit;
	else
		facts->yes[fact >> 6] &= ~bit;
}

static inline void statute_fact_forget(struct statute_facts *facts, enum statute_fact fact)
{
	facts->known[fact >> 6] &= ~(UINT64_C(1) << (fact & 63));
	facts->yes[fact >> 6] &= ~(UINT64_C(1) << (fact & 63));
}

static inline bool statute_fact_known(const struct statute_facts *facts, enum statute_fact fact)
{
	return facts->known[fact >> 6] >> (fact & 63) & 1;
}

/* Known, and true. */
static inline bool statute_fact_is(const struct statute_facts *facts, enum statute_fact fact)
{
	return facts->yes[fact >> 6] >> (fact & 63) & 1;
}

/* Nothing known but the defaults NO and YES. */
STATUTE_API void statute_facts_init(struct statute_facts *facts);
/* Each fact of `phase` that is still unknown and has a default ELSE_NO or ELSE_YES takes it. */
STATUTE_API void statute_facts_settle(struct statute_facts *facts, enum statute_phase phase);
/*
 * Each fact that is still unknown takes its default, or the usual answer where it has
 * no more than that: for trying out what a few facts lead to, never for serving.
 */
STATUTE_API void statute_facts_assume(struct statute_facts *facts);
/* Sets the facts IS_GET to IS_QUERY. False where `method` is NULL or none of them; then all are no. */
STATUTE_API bool statute_facts_set_method(struct statute_facts *facts, const char *method);
/*
 * After the verdict RUN_AGAIN: what was read from the store, what the content meant
 * and what the write said become what they are in `route` (the facts before the
 * request came); *node goes back to the lookup of the target.
 */
STATUTE_API void statute_facts_run_again(struct statute_facts *facts, const struct statute_facts *route,
                                         uint8_t *node);

struct statute_fact_info {
	const char *name;  /* "has_if_match" */
	const char *group; /* "CONDITIONS" */
	const char *text;  /* what it says */
	enum statute_phase phase;
	enum statute_default otherwise;
};

/* Static; NULL past the last. */
STATUTE_API const struct statute_fact_info *statute_fact_info(size_t fact);
/*
 * By name, with '-' and '_' and both cases alike; "if-match" is has_if_match and "batch"
 * is is_batch where no fact has the shorter name. STATUTE_ENOTFOUND.
 */
STATUTE_CHECK STATUTE_API int statute_fact_find(const char *name, enum statute_fact *ret_fact);

enum statute_walk {
	STATUTE_WALK_DONE,
	STATUTE_WALK_NEEDS_FACT,
};

struct statute_verdict {
	uint16_t status;        /* 100 to 599; 0 for REPLAYED, PART_FAILED, CLIENT_GONE, RUN_AGAIN */
	uint8_t node;           /* the row that ended the walk, or where it stopped */
	bool answer;            /* which of its edges */
	const char *code;       /* an error code, or an outcome such as "CREATED"; static text */
	enum statute_fact fact; /* the one that the row asks for */
};

/*
 * Walks on from *node. DONE: *ret_verdict is complete, and *node is the row that
 * ended the walk. NEEDS_FACT: `fact` and `node` alone are set; find the fact (or do
 * the effect) and call again with the same *node. A node past the last row is
 * answered with 500 INTERNAL_ERROR.
 */
STATUTE_API enum statute_walk statute_graph_walk(const struct statute_facts *facts, uint8_t *node,
                                                 struct statute_verdict *ret_verdict);

enum { STATUTE_NODE_END = 255 };

struct statute_edge {
	uint8_t to;       /* a row, or STATUTE_NODE_END */
	uint16_t status;  /* at the end, as in struct statute_verdict */
	const char *code; /* at the end; else NULL */
};

struct statute_node {
	const char *id;       /* "H03a" */
	const char *question; /* or what to do */
	enum statute_fact fact;
	bool is_effect;       /* one way out: yes and no are the same edge */
	struct statute_edge yes, no;
};

/* Static; NULL past the last row. */
STATUTE_API const struct statute_node *statute_graph_node(size_t node);
/* By id. STATUTE_ENOTFOUND. */
STATUTE_CHECK STATUTE_API int statute_graph_find(const char *id, uint8_t *ret_node);

/* What the rows whose ids begin with this letter are about: "Preconditions"; "" where none does. Static. */
STATUTE_API const char *statute_graph_block(char letter);

typedef void statute_step(void *arg, uint8_t node, bool answer);
/* Walks the table from the first row and tells `step` (may be NULL) of each answered row. */
STATUTE_API enum statute_walk statute_graph_trace(const struct statute_facts *facts, statute_step *step,
                                                  void *arg, struct statute_verdict *ret_verdict);

/* At most this many verdicts end the graph. */
enum { STATUTE_VERDICTS_MAX = 192 };

/*
 * Which verdicts can still come, given what is known: exact, in the order of the
 * page, one for each edge that ends the walk. A fact asked twice answers the same;
 * at most one method is true. Writes up to STATUTE_VERDICTS_MAX and returns how many.
 */
STATUTE_API size_t statute_graph_reachable(const struct statute_facts *known,
                                           struct statute_verdict ret_verdicts[STATUTE_VERDICTS_MAX]);

#ifdef __cplusplus
}
#endif

#endif
