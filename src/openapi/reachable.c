/*
 * Which answers can come, from the graph and the parser's refusals: see answers.h.
 *
 * What blocks A and B say, and what the parser refuses, needs no operation: it is the
 * same on any path, and kept apart. So is what only a path or a method that the
 * document does not have can bring.
 */
#include "openapi/answers.h"

#include "wire/h1.h"

/* Rows of the list whose block comes before the route is known. */
static bool is_before_route(const char *node)
{
	return node[0] == 'A' || node[0] == 'B';
}

static struct found_answer *find(const struct found_answers *found, int status, const char *code)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->list[i].status == status && strcmp(found->list[i].code, code) == 0)
			return &found->list[i];
	return NULL;
}

static void add_node(struct found_answer *answer, const char *node)
{
	for (size_t i = 0; i < answer->node_count; i++)
		if (strcmp(answer->nodes[i], node) == 0)
			return;
	if (answer->node_count < ANSWER_NODES_MAX)
		answer->nodes[answer->node_count++] = node;
}

/* Behind those with the same status; the list has room. */
static void add(struct found_answers *found, int status, const char *code, const char *node)
{
	struct found_answer *answer = find(found, status, code);
	size_t at = found->count;

	if (!answer) {
		for (; at && found->list[at - 1].status > status; at--)
			found->list[at] = found->list[at - 1];
		answer = &found->list[at];
		*answer = (struct found_answer){ .status = status, .code = code };
		found->count++;
	}
	add_node(answer, node);
}

static bool make_room(struct arena *arena, struct found_answers *found)
{
	*found = (struct found_answers){
		.list = arena_array(arena, STATUTE_VERDICTS_MAX + H1_REFUSAL_COUNT, sizeof(*found->list)),
	};
	return found->list != NULL;
}

/* Errors of a request that no operation is known for; `is_declared` is whether there is one. */
static void add_early_errors(struct found_answers *found, const struct api *api, bool is_declared)
{
	struct statute_verdict verdicts[STATUTE_VERDICTS_MAX];
	struct statute_facts facts;
	size_t count;

	statute_facts_init(&facts);
	statute_fact_set(&facts, STATUTE_FACT_IS_HEALTH_PATH, false);
	statute_fact_set(&facts, STATUTE_FACT_PATH_PARAMETERS_FIT, true);
	if (api->requires_tls)
		statute_fact_forget(&facts, STATUTE_FACT_TLS_MISSING);
	if (is_declared)
		statute_fact_set(&facts, STATUTE_FACT_METHOD_KNOWN, true);
	count = statute_graph_reachable(&facts, verdicts);
	for (size_t i = 0; i < count; i++) {
		const char *node = statute_graph_node(verdicts[i].node)->id;

		if (verdicts[i].status >= 400 && (is_before_route(node) || (!is_declared && node[0] == 'C')))
			add(found, verdicts[i].status, verdicts[i].code, node);
	}
}

/* A refused method is no method of any operation, so it counts as an unknown one. */
static void add_refusals(struct found_answers *anywhere, const struct found_answers *elsewhere)
{
	for (enum h1_refusal refusal = H1_REFUSAL_NONE + 1; refusal < H1_REFUSAL_COUNT; refusal++) {
		const struct h1_refusal_row *row = h1_refusal_row(refusal);

		if (is_before_route(row->node) && !find(elsewhere, row->status, row->code))
			add(anywhere, row->status, row->code, row->node);
	}
}

static void remove_all(struct found_answers *from, const struct found_answers *these)
{
	size_t kept = 0;

	for (size_t i = 0; i < from->count; i++)
		if (!find(these, from->list[i].status, from->list[i].code))
			from->list[kept++] = from->list[i];
	from->count = kept;
}

int answers_init(struct answer_finder *finder, struct arena *arena, const struct api *api)
{
	*finder = (struct answer_finder){ .arena = arena, .api = api };
	map_init(&finder->by_facts, arena);
	if (!make_room(arena, &finder->anywhere) || !make_room(arena, &finder->elsewhere))
		return STATUTE_ENOMEM;
	add_early_errors(&finder->anywhere, api, true);
	add_early_errors(&finder->elsewhere, api, false);
	remove_all(&finder->elsewhere, &finder->anywhere);
	add_refusals(&finder->anywhere, &finder->elsewhere);
	return 0;
}

const struct found_answers *answers_reachable(struct answer_finder *finder, const struct statute_facts *facts)
{
	struct statute_verdict verdicts[STATUTE_VERDICTS_MAX];
	struct str key = str_of((const char *)facts, sizeof(*facts));
	struct found_answers *found = map_get(&finder->by_facts, key);
	void **place;
	size_t count;

	if (found)
		return found;
	found = arena_new(finder->arena, struct found_answers);
	key = str_dup(finder->arena, key);
	if (!found || !key.at || !make_room(finder->arena, found) || !(place = map_put(&finder->by_facts, key)))
		return NULL;
	*place = found;
	count = statute_graph_reachable(facts, verdicts);
	for (size_t i = 0; i < count; i++) {
		const char *node = statute_graph_node(verdicts[i].node)->id;

		if (verdicts[i].status && !is_before_route(node))
			add(found, verdicts[i].status, verdicts[i].code, node);
	}
	return found;
}
