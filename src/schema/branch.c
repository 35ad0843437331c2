/*
 * Which of the branches that failed is worth telling about: see combination.h.
 *
 * A branch for another type is out; so is one whose tag, a constant member, is
 * another. Of the rest the one that knows most of the members that were sent is
 * what the client meant, then the one that they fit best. Members that are
 * missing say nothing, since an empty object lacks fewest of the smallest branch.
 */
#include "schema/combination.h"

#include "schema/walk.h"

struct score {
	unsigned kind; /* 0: another type, 1: another tag, 2: neither */
	size_t known;  /* members that the branch declares */
	size_t wrong;  /* errors, but for missing members */
};

static size_t count_known(const struct schema *branch, const struct json *node)
{
	size_t known = 0;

	if (node->type == JSON_OBJECT)
		json_each(member, node)
			known += schema_member(branch, member->name) != NULL;
	return known;
}

static struct probe probe(struct walk *w, const struct schema *branch, const struct json *node)
{
	struct probe result = { .base = w->place }, *outer = w->probe;
	struct evaluated *evaluated = w->evaluated;
	enum walk_mode mode = w->mode;

	w->mode = WALK_PROBE;
	w->probe = &result;
	w->evaluated = NULL;
	walk_schema(w, branch, node);
	w->mode = mode;
	w->probe = outer;
	w->evaluated = evaluated;
	return result;
}

static struct score score(struct walk *w, const struct schema *branch, const struct json *node)
{
	struct probe found = probe(w, branch, node);
	struct score result = { .kind = 2, .wrong = found.errors - found.missing };

	if (found.is_other_type)
		result.kind = 0;
	else if (found.is_other_tag)
		result.kind = 1;
	result.known = count_known(branch, node);
	return result;
}

/* >0 where `a` is better. */
static int compare(const struct score *a, const struct score *b)
{
	if (a->kind != b->kind)
		return a->kind > b->kind ? 1 : -1;
	if (a->known != b->known)
		return a->known > b->known ? 1 : -1;
	return (a->wrong < b->wrong) - (a->wrong > b->wrong);
}

const struct schema *branch_choose(struct walk *w, const struct schema_list *branches,
                                   const struct json *node, bool *ret_is_about_types)
{
	const struct schema *best = NULL;
	struct score highest = { 0 };
	bool stands_out = false;

	if (branches->count == 1)
		return branches->list[0];
	for (size_t i = 0; i < branches->count && !w->failure; i++) {
		struct score one = score(w, branches->list[i], node);
		int order = best ? compare(&one, &highest) : 1;

		if (order > 0) {
			best = branches->list[i];
			highest = one;
			stands_out = true;
		} else if (order == 0) {
			stands_out = false;
		}
	}
	*ret_is_about_types = highest.kind == 0;
	return stands_out && highest.kind == 2 ? best : NULL;
}
