/*
 * JSON Patch (RFC 6902): see pointer.h.
 *
 * The whole patch is checked before any of it is applied, so that a malformed
 * patch is malformed whatever the target holds. A small patch could ask for much:
 * `copy` in a chain doubles the document each time, and every step into a long
 * array walks it. Both are paid from a budget; where it is spent the patch is
 * too large.
 */
#include "json/pointer.h"

#include "json/link.h"
#include "json/token.h"

#define STEPS_MAX UINT64_C(64000000) /* nodes visited: a fraction of a second */
#define GROWTH_FACTOR 16 /* what copies may add, times what came in ... */
#define GROWTH_MIN UINT64_C(0x100000)
#define GROWTH_MAX UINT64_C(0x1000000) /* ... and within these, in bytes */

struct patcher {
	struct arena *arena;
	struct json *root;
	uint64_t steps, growth; /* what is left of the budget */
	struct json_patch_fault fault;
};

struct operation {
	const struct json *value;
	struct str path, from;
};

struct operation_kind {
	struct str name;
	bool has_value, has_from;
	int (*apply)(struct patcher *p, const struct operation *operation);
};

static int fail(struct patcher *p, enum json_patch_fault_kind kind, struct str path, const char *issue)
{
	p->fault.kind = kind;
	p->fault.path = path;
	p->fault.issue = issue;
	return STATUTE_EINVAL;
}

static int spend(struct patcher *p, uint64_t steps, struct str path)
{
	if (steps > p->steps)
		return fail(p, JSON_PATCH_TOO_LARGE, path, "the patch takes too many steps");
	p->steps -= steps;
	return 0;
}

/* Steps that looking up one token takes, where the parent cannot answer at once. */
static uint64_t steps_to(const struct json *parent, struct str token)
{
	size_t index;

	if (parent->type == JSON_ARRAY)
		return json_token_index(token, &index) && index < parent->count ? index + 1 : 1;
	return str_find(token, '~') < token.len ? parent->count + 1 : 1;
}

static int fail_missing(struct patcher *p, const struct json *parent, struct str path)
{
	const char *issue = "the path leads through a value that is no array or object";

	if (parent->type == JSON_OBJECT)
		issue = "there is no such member";
	else if (parent->type == JSON_ARRAY)
		issue = "there is no such item";
	return fail(p, JSON_PATCH_PATH_MISSING, path, issue);
}

/* The node at `pointer`, which is the whole or the beginning of `path`. */
static int find(struct patcher *p, struct str pointer, struct str path, struct json **ret_node,
                size_t *ret_depth)
{
	struct json *node = p->root;
	struct str rest = pointer;
	size_t depth = 0;

	str_cut(&rest, '/');
	for (; rest.at; depth++) {
		struct str token = str_cut(&rest, '/');
		struct json *child;
		int r = spend(p, steps_to(node, token), path);

		if (r < 0)
			return r;
		if (!(child = json_token_child(node, token)))
			return fail_missing(p, node, path);
		node = child;
	}
	*ret_node = node;
	if (ret_depth)
		*ret_depth = depth;
	return 0;
}

/* Cuts "/a/b" into "/a" and "b". */
static struct str cut_last(struct str path, struct str *ret_token)
{
	size_t slash = path.len;

	while (path.at[slash - 1] != '/')
		slash--;
	*ret_token = str_sub(path, slash, path.len);
	return str_sub(path, 0, slash - 1);
}

/* The parent of what `path`, which is not the root, names or will name. */
static int find_parent(struct patcher *p, struct str path, struct json **ret_parent, struct str *ret_token,
                       size_t *ret_depth)
{
	struct json *parent;
	struct str token, above = cut_last(path, &token);
	int r = find(p, above, path, &parent, ret_depth);

	if (r < 0)
		return r;
	if (parent->type < JSON_ARRAY)
		return fail_missing(p, parent, path);
	*ret_parent = parent;
	*ret_token = token;
	return 0;
}

static int set_member(struct patcher *p, struct json *object, struct str token, struct json *value,
                      struct str path)
{
	struct str name = json_token_text(p->arena, token);
	int r;

	if (!name.at)
		return STATUTE_ENOMEM;
	/* A member that is replaced is looked for in the list. */
	if (json_get(object, name) && (r = spend(p, object->count, path)) < 0)
		return r;
	return json_set(p->arena, object, name, value);
}

static int add_item(struct patcher *p, struct json *array, struct str token, struct json *value,
                    struct str path)
{
	size_t index = array->count;
	int r;

	if (!str_eq(token, S("-")) && !json_token_index(token, &index))
		return fail(p, JSON_PATCH_PATH_MISSING, path, "an array has items by number alone");
	if (index > array->count)
		return fail(p, JSON_PATCH_PATH_MISSING, path, "the index is past the end of the array");
	if (index < array->count && (r = spend(p, index, path)) < 0)
		return r;
	json_insert(array, index, value);
	return 0;
}

/* RFC 6902 section 4.1. `value` belongs to nobody. */
static int add(struct patcher *p, struct str path, struct json *value)
{
	struct json_weight weight;
	struct json *parent;
	struct str token;
	size_t depth;
	int r;

	if (!path.len) {
		p->root = value;
		return 0;
	}
	if ((r = find_parent(p, path, &parent, &token, &depth)) < 0)
		return r;
	if (!json_weigh(value, &weight) || depth + 1 + weight.depth > JSON_DEPTH_MAX)
		return fail(p, JSON_PATCH_TOO_LARGE, path, "the result is nested too deeply");
	if ((r = spend(p, weight.nodes, path)) < 0)
		return r;
	value->next = NULL;
	value->name = (struct str){ 0 };
	return parent->type == JSON_OBJECT ? set_member(p, parent, token, value, path)
	                                   : add_item(p, parent, token, value, path);
}

/* Takes the node at `path`, which is not the root, out of the tree. */
static int take(struct patcher *p, struct str path, struct json **ret_node)
{
	struct json *node, *parent;
	struct str token;
	int r;

	if ((r = find_parent(p, path, &parent, &token, NULL)) < 0 ||
	    (r = spend(p, parent->type == JSON_OBJECT ? parent->count : steps_to(parent, token), path)) < 0)
		return r;
	node = json_token_child(parent, token);
	if (!node)
		return fail_missing(p, parent, path);
	if (parent->type == JSON_OBJECT)
		json_remove(parent, node->name);
	else
		json_relink(parent, node, NULL);
	*ret_node = node;
	return 0;
}

static int apply_add(struct patcher *p, const struct operation *operation)
{
	struct json *value = json_copy(p->arena, operation->value);

	return value ? add(p, operation->path, value) : STATUTE_ENOMEM;
}

static int apply_remove(struct patcher *p, const struct operation *operation)
{
	struct json *removed;

	return take(p, operation->path, &removed);
}

static int apply_replace(struct patcher *p, const struct operation *operation)
{
	struct json *value = json_copy(p->arena, operation->value), *old, *parent;
	struct json_weight weight;
	struct str token;
	size_t depth;
	int r;

	if (!value)
		return STATUTE_ENOMEM;
	if ((r = find(p, operation->path, operation->path, &old, &depth)) < 0)
		return r;
	if (!operation->path.len) {
		p->root = value;
		return 0;
	}
	if (!json_weigh(value, &weight) || depth + weight.depth > JSON_DEPTH_MAX)
		return fail(p, JSON_PATCH_TOO_LARGE, operation->path, "the result is nested too deeply");
	if ((r = find_parent(p, operation->path, &parent, &token, &depth)) < 0)
		return r;
	if (parent->type == JSON_OBJECT)
		return set_member(p, parent, token, value, operation->path);
	json_relink(parent, old, value);
	return 0;
}

static int apply_move(struct patcher *p, const struct operation *operation)
{
	struct json *node;
	int r;

	if (str_eq(operation->from, operation->path))
		return find(p, operation->from, operation->from, &node, NULL);
	r = take(p, operation->from, &node);
	return r < 0 ? r : add(p, operation->path, node);
}

static int apply_copy(struct patcher *p, const struct operation *operation)
{
	struct json_weight weight;
	struct json *node;
	int r;

	if ((r = find(p, operation->from, operation->from, &node, NULL)) < 0)
		return r;
	if (!json_weigh(node, &weight) || weight.bytes > p->growth)
		return fail(p, JSON_PATCH_TOO_LARGE, operation->from, "the result grows too large");
	if ((r = spend(p, weight.nodes, operation->from)) < 0)
		return r;
	p->growth -= weight.bytes;
	node = json_copy(p->arena, node);
	return node ? add(p, operation->path, node) : STATUTE_ENOMEM;
}

static int apply_test(struct patcher *p, const struct operation *operation)
{
	struct json_weight weight;
	struct json *node;
	int r;

	if ((r = find(p, operation->path, operation->path, &node, NULL)) < 0)
		return r;
	/* Comparing reads the texts too: a long number can equal a short one. */
	if (!json_weigh(node, &weight) || spend(p, weight.bytes / 4, operation->path) < 0)
		return fail(p, JSON_PATCH_TOO_LARGE, operation->path, "the patch takes too many steps");
	if (!json_equal(node, operation->value))
		return fail(p, JSON_PATCH_TEST_FAILED, operation->path, "the value is another");
	return 0;
}

static const struct operation_kind kinds[] = {
	{ .name = STR_INIT("add"), .has_value = true, .apply = apply_add },
	{ .name = STR_INIT("remove"), .apply = apply_remove },
	{ .name = STR_INIT("replace"), .has_value = true, .apply = apply_replace },
	{ .name = STR_INIT("move"), .has_from = true, .apply = apply_move },
	{ .name = STR_INIT("copy"), .has_from = true, .apply = apply_copy },
	{ .name = STR_INIT("test"), .has_value = true, .apply = apply_test },
};

static const struct operation_kind *kind_of(const struct json *node)
{
	struct str name = json_get_text(node, S("op"));

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_eq(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static bool has_pointer(const struct json *node, struct str name)
{
	const struct json *pointer = json_get(node, name);

	return json_is(pointer, JSON_STRING) && json_pointer_is_valid(pointer->text);
}

static struct operation read_operation(const struct json *node)
{
	return (struct operation){
		.path = json_get_text(node, S("path")),
		.from = json_get_text(node, S("from")),
		.value = json_get(node, S("value")),
	};
}

/* Is `path` below `from`? Then the move would put a value inside itself (section 4.4). */
static bool is_below(struct str path, struct str from)
{
	return path.len > from.len && str_starts(path, from) && path.at[from.len] == '/';
}

static int check(struct patcher *p, const struct json *node)
{
	const struct operation_kind *kind = kind_of(node);
	struct operation operation = read_operation(node);
	const char *issue = NULL;

	if (!json_is(node, JSON_OBJECT))
		issue = "an operation is an object";
	else if (!kind)
		issue = "'op' must be one of add, remove, replace, move, copy and test";
	else if (!has_pointer(node, S("path")))
		issue = "'path' must be a JSON Pointer";
	else if (kind->has_from && !has_pointer(node, S("from")))
		issue = "'from' must be a JSON Pointer";
	else if (kind->has_value && !operation.value)
		issue = "'value' is missing";
	else if (kind->apply == apply_remove && !operation.path.len)
		issue = "the whole document cannot be removed";
	else if (kind->apply == apply_move && is_below(operation.path, operation.from))
		issue = "a value cannot move into itself";
	return issue ? fail(p, JSON_PATCH_MALFORMED, operation.path, issue) : 0;
}

static int check_all(struct patcher *p, const struct json *patch)
{
	int r = 0;

	p->fault.operation = 0;
	if (!json_is(patch, JSON_ARRAY))
		return fail(p, JSON_PATCH_MALFORMED, (struct str){ 0 }, "a patch is an array of operations");
	for (const struct json *node = patch->first; node && !r; node = node->next) {
		r = check(p, node);
		p->fault.operation += !r;
	}
	return r;
}

static int apply_all(struct patcher *p, const struct json *patch)
{
	int r = 0;

	p->fault.operation = 0;
	for (const struct json *node = patch->first; node && !r; node = node->next) {
		struct operation operation = read_operation(node);

		r = kind_of(node)->apply(p, &operation);
		p->fault.operation += !r;
	}
	return r;
}

/* Sets the budget of growth and copies the target. */
static int begin(struct patcher *p, const struct json *target, const struct json *patch)
{
	struct json_weight a, b;

	if (!json_weigh(target, &a) || !json_weigh(patch, &b))
		return fail(p, JSON_PATCH_TOO_LARGE, (struct str){ 0 }, "nested too deeply");
	p->growth = (a.bytes + b.bytes) * GROWTH_FACTOR;
	if (p->growth < GROWTH_MIN)
		p->growth = GROWTH_MIN;
	if (p->growth > GROWTH_MAX)
		p->growth = GROWTH_MAX;
	p->root = json_copy(p->arena, target);
	return p->root ? 0 : STATUTE_ENOMEM;
}

int json_patch_apply(struct arena *arena, const struct json *target, const struct json *patch,
                     struct json **ret_result, struct json_patch_fault *ret_fault)
{
	struct patcher p = { .arena = arena, .steps = STEPS_MAX };
	int r = check_all(&p, patch);

	if (!r)
		r = begin(&p, target, patch);
	if (!r)
		r = apply_all(&p, patch);
	if (r == STATUTE_EINVAL)
		*ret_fault = p.fault;
	if (r < 0)
		return r;
	p.root->next = NULL;
	p.root->name = (struct str){ 0 };
	*ret_result = p.root;
	return 0;
}
