/*
 * Which of the branches that failed is worth telling about: see combination.h.
 *
 * A branch for another type is out; so is one whose tag, a constant member, is
 * another. Of the rest the one that knows most of the members that were sent is
 * what the client meant, then the one that they fit best. Members that are
 * missing say nothing, since an empty object lacks fewest of the smallest branch.
 * Where every branch has another tag, and all in one member, that member is it.
 */
#include "schema/combination.h"

#include "schema/constants.h"
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

static struct score score(const struct probe *found, const struct schema *branch, const struct json *node)
{
	struct score result = { .kind = 2, .wrong = found->errors - found->missing };

	if (found->is_other_type)
		result.kind = 0;
	else if (found->is_other_tag)
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

/* Keeps the tag of a branch, and its values, as long as all branches have the same one. */
static void add_tag(struct walk *w, struct branch_choice *choice, const struct probe *found, bool is_first)
{
	struct enumeration values = { 0 };
	int r;

	if (found->tag && (is_first || choice->tag == found->tag))
		values = constants_of(found->tag_rule);
	choice->tag = values.count ? found->tag : NULL;
	choice->tag_index = found->tag_index;
	if (choice->tag && w->mode == WALK_COLLECT &&
	    (r = constants_join(w->arena, &choice->tags, &values)) < 0)
		walk_stop(w, r);
}

struct branch_choice branch_choose(struct walk *w, const struct schema_list *branches,
                                   const struct json *node)
{
	struct branch_choice choice = { .best = branches->list[0] };
	struct score highest = { 0 };
	bool stands_out = false;
	size_t tagged = 0;

	if (branches->count == 1)
		return choice;
	for (size_t i = 0; i < branches->count && !w->failure; i++) {
		struct probe found = probe(w, branches->list[i], node);
		struct score one = score(&found, branches->list[i], node);
		int order = i ? compare(&one, &highest) : 1;

		if (order > 0) {
			choice.best = branches->list[i];
			highest = one;
			stands_out = true;
		} else if (order == 0) {
			stands_out = false;
		}
		if (one.kind == 1)
			add_tag(w, &choice, &found, tagged++ == 0);
	}
	choice.is_about_types = highest.kind == 0;
	if (highest.kind != 1)
		choice.tag = NULL;
	/* A lone branch of the right type is meant, whatever its tag. */
	if (!stands_out || highest.kind == 0 || (highest.kind == 1 && tagged > 1))
		choice.best = NULL;
	return choice;
}
