/*
 * Pointers and patches: a target and a patch, a line each. A patch that fails leaves
 * its target as it was; a merge patch applied twice is the same as once.
 */
#include "fuzz/fuzz.h"
#include "json/pointer.h"

static void merge(struct arena *arena, const struct json *target, const struct json *patch)
{
	struct json *once = json_merge_patch(arena, target, patch);
	struct json *twice = once ? json_merge_patch(arena, once, patch) : NULL;

	must(!twice || json_equal(once, twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits limits = { .depth = 32, .nodes = 2000 };
	struct str text = fuzz_text(data, size), rest = text, target_text = fuzz_cut(&rest);
	struct json *target, *patch, *result, *before;
	struct json_patch_fault patch_fault;
	struct json_fault fault;
	struct arena arena;

	arena_init(&arena, 4096, 64 << 20);
	if (json_parse(&arena, target_text, &limits, &target, &fault) == 0) {
		json_pointer_get(target, rest);
		if (json_parse(&arena, rest, &limits, &patch, &fault) == 0) {
			before = json_copy(&arena, target);
			must(before);
			if (json_patch_apply(&arena, target, patch, &result, &patch_fault) == STATUTE_EINVAL)
				must(patch_fault.issue);
			must(json_equal(before, target));
			merge(&arena, target, patch);
			must(json_equal(before, target));
		}
	}
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
