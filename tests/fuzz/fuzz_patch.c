/*
 * JSON Patch and Merge Patch: a target and a patch, a line each. A patch leaves its
 * target as it was; a merge patch applied twice is the same as once. Second opinion: the
 * RFCs' steps over jansson's trees come to the same result, or refuse the same patches.
 */
#include "fuzz/oracle.h"
#include "fuzz/pattern.h"
#include "json/pointer.h"

/* Numbers that a double may round, and names and pointers that C strings cannot hold. */
static struct pattern beyond = { .text = ".*?(?:[0-9.]{16}|[0-9][eE]|\\\\u0000)" };

static void must_be_the_same(struct arena *arena, const struct json *ours, const char *theirs)
{
	struct buf written;
	char *text;

	buf_init(&written, arena, 16 << 20);
	json_write(&written, ours);
	must(!written.failed);
	text = strndup(written.at, written.len);
	must(text && theirs && oracle_same(text, theirs));
	free(text);
}

static void merge(struct arena *arena, struct str target_text, const struct json *target,
                  struct str patch_text, const struct json *patch, bool is_beyond)
{
	struct json *once = json_merge_patch(arena, target, patch);
	struct json *twice = once ? json_merge_patch(arena, once, patch) : NULL;
	char *theirs = NULL;

	must(!twice || json_equal(once, twice));
	if (once && !is_beyond &&
	    oracle_merge(target_text.at, target_text.len, patch_text.at, patch_text.len, &theirs) !=
	            ORACLE_UNKNOWN)
		must_be_the_same(arena, once, theirs);
	free(theirs);
}

static void apply(struct arena *arena, struct str target_text, const struct json *target,
                  struct str patch_text, const struct json *patch, bool is_beyond)
{
	struct json_patch_fault fault = { 0 };
	enum oracle_verdict verdict;
	struct json *result = NULL;
	char *theirs = NULL;
	int r = json_patch_apply(arena, target, patch, &result, &fault);

	must(r == 0 || r == STATUTE_ENOMEM || (r == STATUTE_EINVAL && fault.issue));
	if (is_beyond || r == STATUTE_ENOMEM || (r == STATUTE_EINVAL && fault.kind == JSON_PATCH_TOO_LARGE))
		return;
	verdict = oracle_patch(target_text.at, target_text.len, patch_text.at, patch_text.len, &theirs);
	must(verdict == ORACLE_UNKNOWN || (r == 0) == (verdict == ORACLE_APPLIES));
	if (verdict == ORACLE_APPLIES)
		must_be_the_same(arena, result, theirs);
	free(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits limits = { .depth = 32, .nodes = 2000 };
	struct str text, patch_text, target_text;
	struct json *target, *patch, *before;
	struct json_fault fault;
	struct arena arena;
	bool is_beyond;

	if (size > 10000)
		return 0;
	text = patch_text = fuzz_text(data, size);
	target_text = fuzz_cut(&patch_text);
	arena_init(&arena, 4096, 64 << 20);
	if (json_parse(&arena, target_text, &limits, &target, &fault) == 0 &&
	    json_parse(&arena, patch_text, &limits, &patch, &fault) == 0) {
		before = json_copy(&arena, target);
		must(before);
		is_beyond = pattern_match(&beyond, text, 0);
		apply(&arena, target_text, target, patch_text, patch, is_beyond);
		must(json_equal(before, target));
		merge(&arena, target_text, target, patch_text, patch, is_beyond);
		must(json_equal(before, target));
	}
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
