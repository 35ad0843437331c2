/*
 * Compiling and running patterns with PCRE2: see regex.h.
 *
 * The work of one match is bounded in proportion to the subject, and what matches
 * take beyond is bounded for all that belong together, so that no pattern makes a request
 * slow: `^(a+)+$` gives up after some milliseconds, for one text as for thousands.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <pthread.h>
#include <stdlib.h>

#include "schema/regex.h"

enum {
	TRANSLATED_MAX = 1024 * 1024,
	STEPS_FIRST = 128,      /* of backtracking, that every match may take, */
	STEPS_PER_BYTE = 4,     /* with these for each byte of the subject */
	STEPS_MORE = 100000,    /* that one match may take beyond */
	HEAP_LIMIT = 16 * 1024, /* KiB */
	JIT_STACK_FIRST = 32 * 1024,
	JIT_STACK_MAX = 512 * 1024,
	OPTIONS = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALLOW_EMPTY_CLASS |
	          PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP
};

struct pattern {
	struct str source;
	pcre2_code *code;
};

/* What a thread needs to match; PCRE2 lets no two share it. */
struct matcher {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

static pthread_key_t matcher_key;
static int matcher_key_error;

static void matcher_free(void *at)
{
	struct matcher *matcher = at;

	pcre2_match_data_free(matcher->data);
	pcre2_match_context_free(matcher->context);
	pcre2_jit_stack_free(matcher->stack);
	free(matcher);
}

static void make_key(void)
{
	matcher_key_error = pthread_key_create(&matcher_key, matcher_free);
}

static struct matcher *matcher_new(void)
{
	struct matcher *matcher = calloc(1, sizeof(*matcher));

	if (!matcher)
		return NULL;
	matcher->data = pcre2_match_data_create(1, NULL);
	matcher->context = pcre2_match_context_create(NULL);
	matcher->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MAX, NULL);
	if (!matcher->data || !matcher->context || pthread_setspecific(matcher_key, matcher) != 0) {
		matcher_free(matcher);
		return NULL;
	}
	pcre2_set_heap_limit(matcher->context, HEAP_LIMIT);
	if (matcher->stack)
		pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
	return matcher;
}

static struct matcher *matcher_get(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct matcher *matcher;

	pthread_once(&once, make_key);
	if (matcher_key_error)
		return NULL;
	matcher = pthread_getspecific(matcher_key);
	return matcher ? matcher : matcher_new();
}

static void free_code(void *code)
{
	pcre2_code_free(code);
}

/* PCRE2 refuses some of what is well-formed; its own words for that are many, these are the usual ones. */
static const char *unsupported(int error)
{
	switch (error) {
	case PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH: return "a lookbehind must have a fixed length";
	case PCRE2_ERROR_QUANTIFIER_TOO_BIG: return "a quantifier is past 65535";
	case PCRE2_ERROR_UNKNOWN_UNICODE_PROPERTY:
	case PCRE2_ERROR_MALFORMED_UNICODE_PROPERTY: return "it has an unknown Unicode property";
	case PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP: return "its groups are nested too deeply";
	default: return "it is too large or too deep";
	}
}

static int compile(struct arena *arena, struct str text, pcre2_code **ret_code, struct regex_fault *ret_fault)
{
	PCRE2_SIZE at;
	int error;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text.at, text.len, OPTIONS, &error, &at, NULL);

	if (!code && error == PCRE2_ERROR_HEAP_FAILED)
		return STATUTE_ENOMEM;
	if (!code) {
		*ret_fault = (struct regex_fault){ .issue = unsupported(error) };
		return STATUTE_EUNSUPPORTED;
	}
	if (arena_on_end(arena, free_code, code) < 0) {
		pcre2_code_free(code);
		return STATUTE_ENOMEM;
	}
	/* Without memory that may be executed the pattern is interpreted. */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	*ret_code = code;
	return 0;
}

int pattern_new(struct arena *arena, struct str source, struct pattern **ret_pattern,
                struct regex_fault *ret_fault)
{
	struct pattern *pattern = arena_new(arena, struct pattern);
	struct buf text;
	int r;

	if (!pattern)
		return STATUTE_ENOMEM;
	buf_init(&text, arena, TRANSLATED_MAX);
	pattern->source = source;
	r = regex_translate(source, &text, ret_fault);
	if (r == 0)
		r = compile(arena, text.at ? buf_str(&text) : S(""), &pattern->code, ret_fault);
	if (r == 0)
		*ret_pattern = pattern;
	return r;
}

int pattern_new_native(struct arena *arena, struct str text, struct pattern **ret_pattern,
                       struct regex_fault *ret_fault)
{
	struct pattern *pattern = arena_new(arena, struct pattern);
	int r;

	if (!pattern)
		return STATUTE_ENOMEM;
	pattern->source = text;
	r = compile(arena, text, &pattern->code, ret_fault);
	if (r == 0)
		*ret_pattern = pattern;
	return r;
}

static int match(const struct pattern *pattern, struct str subject, struct matcher *matcher, uint64_t steps)
{
	pcre2_set_match_limit(matcher->context, (uint32_t)steps);
	return pcre2_match(pattern->code, (PCRE2_SPTR)(subject.at ? subject.at : ""), subject.len, 0,
	                   PCRE2_NO_UTF_CHECK, matcher->data, matcher->context);
}

/* PCRE2 does not say how many steps a match took, so it is tried with ever more of them, which are paid for. */
int pattern_match(const struct pattern *pattern, struct str subject, uint32_t *spent)
{
	struct matcher *matcher = matcher_get();
	uint64_t steps = STEPS_FIRST + (uint64_t)subject.len * STEPS_PER_BYTE, most;
	int r;

	if (!matcher)
		return STATUTE_ENOMEM;
	steps = steps < INT32_MAX ? steps : INT32_MAX;
	most = steps + STEPS_MORE;
	r = match(pattern, subject, matcher, steps);
	while (r == PCRE2_ERROR_MATCHLIMIT && steps < most && *spent < PATTERN_STEPS_MAX) {
		steps = steps * 2 < most ? steps * 2 : most;
		*spent += (uint32_t)steps;
		r = match(pattern, subject, matcher, steps);
	}
	if (r >= 0)
		return 1;
	if (r == PCRE2_ERROR_NOMATCH)
		return 0;
	return r == PCRE2_ERROR_NOMEMORY ? STATUTE_ENOMEM : STATUTE_ELIMIT;
}

struct str pattern_source(const struct pattern *pattern)
{
	return pattern->source;
}
