/* JSON Pointer (RFC 6901), JSON Patch (RFC 6902) and Merge Patch (RFC 7396). */
#ifndef STATUTE_JSON_POINTER_H
#define STATUTE_JSON_POINTER_H

#include "json/json.h"

/* The node at `pointer` ("" is the root itself); NULL where there is none or the pointer is malformed. */
struct json *json_pointer_get(struct json *root, struct str pointer);
bool json_pointer_is_valid(struct str pointer);
/* Appends "/" and the token, '~' and '/' escaped. */
void json_pointer_add(struct buf *buf, struct str token);

enum json_patch_fault_kind {
	JSON_PATCH_MALFORMED,    /* the patch document itself is wrong: a 400 */
	JSON_PATCH_PATH_MISSING, /* a path names nothing in the target: a 409 */
	JSON_PATCH_TEST_FAILED,  /* a test operation did not hold: a 409 */
	JSON_PATCH_TOO_LARGE     /* the result grew past its limit */
};

struct json_patch_fault {
	enum json_patch_fault_kind kind;
	size_t operation; /* its index, from 0 */
	struct str path;  /* the path at fault, borrowed from the patch */
	const char *issue;
};

/*
 * Applies a JSON Patch to a copy of `target`; on failure nothing is returned and
 * `target` is as it was. The whole patch is checked first, so that a malformed one is
 * malformed whatever the target holds. What copies add is bounded (16 times target and
 * patch together, within 1 to 16 MiB), and so are the steps through long arrays. Texts of
 * the result are borrowed from both. Returns 0; STATUTE_EINVAL with *ret_fault; STATUTE_ENOMEM.
 */
STATUTE_CHECK int json_patch_apply(struct arena *arena, const struct json *target, const struct json *patch,
                                   struct json **ret_result, struct json_patch_fault *ret_fault);

/*
 * The merge of `patch` into a copy of `target` (NULL: an absent target); texts are borrowed
 * from both. NULL without memory.
 */
struct json *json_merge_patch(struct arena *arena, const struct json *target, const struct json *patch);

#endif
