/*
 * What an atomic batch can answer beside what it can itself: the error of any operation that may be one
 * of its parts, and of a part that leads to none. See answers.h.
 */
#include "openapi/answers.h"

enum { FIRST_ERROR = 400 };

static const enum method methods[] = { METHOD_GET, METHOD_HEAD,  METHOD_POST,
	                               METHOD_PUT, METHOD_PATCH, METHOD_DELETE };
enum { METHODS = sizeof(methods) / sizeof(methods[0]) };

/* What is no question of a part, since its content came within the batch's, and its key is the batch's. */
static void settle_part(struct statute_facts *facts)
{
	static const enum statute_fact yes[] = {
		STATUTE_FACT_HAS_LENGTH,        STATUTE_FACT_CODING_SUPPORTED,
		STATUTE_FACT_CODING_ACCEPTABLE, STATUTE_FACT_CONTENT_IN_TIME,
		STATUTE_FACT_CONTENT_COMPLETE,  STATUTE_FACT_CONTENT_DECODES,
		STATUTE_FACT_DIGEST_MATCHES,    STATUTE_FACT_CONTENT_WITHIN_LIMIT,
	};
	static const enum statute_fact no[] = {
		STATUTE_FACT_HAS_KEY,   STATUTE_FACT_CLIENT_GONE,       STATUTE_FACT_EXPECTS_CONTINUE,
		STATUTE_FACT_HAS_RANGE, STATUTE_FACT_HAS_CONTENT_RANGE,
	};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		statute_fact_set(facts, yes[i], true);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		statute_fact_set(facts, no[i], false);
}

static struct statute_answer *answer_of(struct statute_answers *answers, int number)
{
	struct statute_answer *list = (struct statute_answer *)(uintptr_t)answers->list;
	size_t at = answers->count;

	for (size_t i = 0; i < answers->count; i++)
		if (list[i].number == number)
			return &list[i];
	for (; at && list[at - 1].number > number; at--)
		list[at] = list[at - 1];
	answers->count++;
	list[at] = (struct statute_answer){ .number = number };
	return &list[at];
}

static bool has_code(const struct statute_answer *answer, const char *code)
{
	for (size_t i = 0; i < answer->code_count; i++)
		if (strcmp(answer->codes[i], code) == 0)
			return true;
	return false;
}

static bool add_codes(struct arena *arena, struct statute_answer *to, const struct statute_answer *from)
{
	const char **codes = arena_array(arena, to->code_count + from->code_count, sizeof(*codes));

	if (!codes)
		return false;
	for (size_t i = 0; i < to->code_count; i++)
		codes[i] = to->codes[i];
	to->codes = codes;
	for (size_t i = 0; i < from->code_count; i++)
		if (!has_code(to, from->codes[i]))
			codes[to->code_count++] = from->codes[i];
	return true;
}

static int add_errors(struct arena *arena, struct statute_answers *to, const struct statute_answers *from)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct statute_answer *answer = &from->list[i];
		struct statute_answer *own;

		if (answer->number < FIRST_ERROR || answer->mention == STATUTE_IMPOSSIBLE)
			continue;
		own = answer_of(to, answer->number);
		own->status = answer->status;
		if (!add_codes(arena, own, answer))
			return STATUTE_ENOMEM;
	}
	return 0;
}

static int add_operation(struct answer_finder *finder, const struct bound_operation *bound,
                         struct statute_answers *to)
{
	struct bound_operation part = *bound;
	struct statute_answers found;
	int r;

	settle_part(&part.fixed);
	r = answers_find(finder, &part, &found);
	return r < 0 ? r : add_errors(finder->arena, to, &found);
}

/* Of a part that leads to no operation. Its method is one that the server knows. */
static int add_elsewhere(struct answer_finder *finder, struct statute_answers *to)
{
	struct found_answers kept = { .list = arena_array(finder->arena, finder->elsewhere.count + 1,
		                                          sizeof(*kept.list)) };
	struct statute_answers found;
	int r;

	if (!kept.list)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < finder->elsewhere.count; i++)
		if (strcmp(finder->elsewhere.list[i].code, "METHOD_NOT_IMPLEMENTED") != 0)
			kept.list[kept.count++] = finder->elsewhere.list[i];
	r = answers_list(finder, &kept, &found);
	return r < 0 ? r : add_errors(finder->arena, to, &found);
}

int answers_add_parts(struct answer_finder *finder, struct statute_answers *answers)
{
	const struct api *api = finder->api;
	int r = add_elsewhere(finder, answers);

	for (size_t i = 0; i < api->path_count; i++)
		for (size_t k = 0; k < METHODS && r == 0; k++) {
			const struct bound_operation *bound = api->paths[i].operations[methods[k]];

			if (bound && bind_is_part(bound->kind) && bound->operation)
				r = add_operation(finder, bound, answers);
		}
	return r;
}
