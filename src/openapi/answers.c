/*
 * What an operation can answer against what its document mentions: see answers.h.
 *
 * A status is mentioned by its number, by its class ("4XX") or by "default". What is
 * mentioned by number or class and can come neither from the operation nor before it
 * is known is impossible; "default" promises nothing.
 */
#include "openapi/answers.h"

/* Codes of one status, to be grown. */
struct codes {
	const char **list;
	size_t count;
};

/* Why one status is answered, to be grown. */
struct reasons {
	struct statute_reason *list;
	size_t count;
};

static bool add_reason(struct reasons *reasons, struct arena *arena, const char *code,
                       const struct found_answer *found)
{
	size_t size = reasons->count * sizeof(*reasons->list);
	struct statute_reason *list = arena_grow(arena, reasons->list, size, size + sizeof(*list));

	if (!list)
		return false;
	list[reasons->count++] = (struct statute_reason){ code, found->nodes, found->node_count };
	reasons->list = list;
	return true;
}

static bool add_code(struct codes *codes, struct arena *arena, const char *code)
{
	size_t size = codes->count * sizeof(*codes->list);
	const char **list = code ? arena_grow(arena, codes->list, size, size + sizeof(*list)) : NULL;

	if (!list)
		return false;
	list[codes->count++] = code;
	codes->list = list;
	return true;
}

/* A duplicate is answered with the names of the members that must be unique. */
static bool add_duplicates(struct codes *codes, struct arena *arena, const struct bound_operation *bound)
{
	const struct collection *collection = &bound->resource->collection;

	for (size_t i = 0; i < collection->unique_count; i++)
		if (!add_code(codes, arena, bind_duplicate_code(arena, collection, i).at))
			return false;
	if (bound->operation->method != METHOD_POST || !bound->resource->client_makes_id)
		return true;
	return add_code(codes, arena, bind_duplicate_code(arena, collection, SIZE_MAX).at);
}

/* Which kinds of credentials an operation takes says how it names what is wrong with them. */
static bool add_credentials(struct codes *codes, struct arena *arena, const struct security *security)
{
	for (size_t i = 0; i < security->scheme_count; i++) {
		const char *code;
		bool is_new = true;

		for (size_t k = 0; k < i; k++)
			is_new &= security->schemes[k]->kind != security->schemes[i]->kind;
		for (size_t k = 0; is_new && (code = security_invalid_code(security->schemes[i]->kind, k)); k++)
			if (!add_code(codes, arena, code))
				return false;
	}
	return true;
}

/* What an outcome of the graph is called where the operation knows better. */
static bool add_error(struct codes *codes, struct arena *arena, const struct bound_operation *bound,
                      const char *code)
{
	const struct security *security = bound ? bound->security : NULL;

	if (bound && bound->resource && strcmp(code, "RESOURCE_ALREADY_EXISTS") == 0)
		return add_duplicates(codes, arena, bound);
	if (security && security->scheme_count && strcmp(code, "CREDENTIALS_REQUIRED") == 0)
		return add_code(codes, arena, security->missing_code);
	if (security && security->scheme_count && strcmp(code, "INVALID_CREDENTIALS") == 0)
		return add_credentials(codes, arena, security);
	return add_code(codes, arena, code);
}

/* What one verdict is called, once or under several names. */
static bool take_verdict(struct arena *arena, const struct found_answer *found,
                         const struct bound_operation *bound, struct codes *codes, struct reasons *reasons)
{
	size_t before = codes->count;

	if (found->status < 400)
		return add_reason(reasons, arena, found->code, found);
	if (!add_error(codes, arena, bound, found->code))
		return false;
	for (size_t i = before; i < codes->count; i++)
		if (!add_reason(reasons, arena, codes->list[i], found))
			return false;
	return true;
}

/* Of the answers from *at on with one status; *at moves past them. `bound` may be NULL. */
static bool take_status(struct arena *arena, const struct found_answers *found, size_t *at,
                        const struct bound_operation *bound, struct statute_answer *ret_answer)
{
	int status = found->list[*at].status;
	struct codes codes = { 0 };
	struct reasons reasons = { 0 };

	for (; *at < found->count && found->list[*at].status == status; ++*at)
		if (!take_verdict(arena, &found->list[*at], bound, &codes, &reasons))
			return false;
	*ret_answer = (struct statute_answer){
		.status = str_printf(arena, "%d", status).at,
		.number = status,
		.codes = codes.list,
		.code_count = codes.count,
		.reasons = reasons.list,
		.reason_count = reasons.count,
	};
	return ret_answer->status != NULL;
}

static enum statute_mention mention_of(const struct operation *operation, int status)
{
	enum statute_mention mention = STATUTE_UNMENTIONED;

	for (size_t i = 0; i < operation->response_count; i++) {
		int mentioned = operation->responses[i].status;

		if (mentioned == status)
			return STATUTE_MENTIONED;
		if (mentioned == 0 || mentioned == status / 100)
			mention = STATUTE_MENTIONED_BY_RANGE;
	}
	return mention;
}

static bool covers(int mentioned, const struct found_answers *found)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->list[i].status == mentioned || found->list[i].status / 100 == mentioned)
			return true;
	return false;
}

static bool is_answered(int mentioned, const struct statute_answers *answers)
{
	for (size_t i = 0; i < answers->count; i++)
		if (answers->list[i].number == mentioned || answers->list[i].number / 100 == mentioned)
			return true;
	return false;
}

/* 100 comes before the answer, and no verdict says so: whether the client waits for it is its own choice. */
static bool is_impossible(const struct answer_finder *finder, const struct statute_answers *answers,
                          int mentioned)
{
	if (mentioned == 0 || mentioned == 1 || mentioned == 100)
		return false;
	return !is_answered(mentioned, answers) && !covers(mentioned, &finder->anywhere);
}

/* Behind the answers, which are those that can come. */
static bool add_impossible(const struct answer_finder *finder, const struct operation *operation,
                           struct statute_answer *list, struct statute_answers *answers)
{
	const struct statute_answers possible = *answers;

	for (size_t i = 0; i < operation->response_count; i++) {
		const struct documented_response *response = &operation->responses[i];
		struct str name;

		if (!is_impossible(finder, &possible, response->status))
			continue;
		name = str_dup(finder->arena, response->name);
		if (!name.at)
			return false;
		list[answers->count++] = (struct statute_answer){
			.status = name.at,
			.number = response->status,
			.mention = STATUTE_IMPOSSIBLE,
		};
	}
	return true;
}

static bool is_atomic_batch(const struct bound_operation *bound)
{
	const struct batch *said = bound->kind == BINDING_BATCH ? bound->special.said : NULL;

	return said && said->is_atomic;
}

int answers_find(struct answer_finder *finder, const struct bound_operation *bound,
                 struct statute_answers *ret_answers)
{
	const struct operation *operation = bound->operation;
	const struct found_answers *found = answers_reachable(finder, &bound->fixed);
	struct statute_answers answers = { 0 };
	struct statute_answer *list;
	size_t room = (found ? found->count : 0) + operation->response_count + ANSWERS_OF_PARTS_MAX;

	list = arena_array(finder->arena, room, sizeof(*list));
	if (!found || !list)
		return STATUTE_ENOMEM;
	answers.list = list;
	for (size_t at = 0; at < found->count; answers.count++)
		if (!take_status(finder->arena, found, &at, bound, &list[answers.count]))
			return STATUTE_ENOMEM;
	if (is_atomic_batch(bound) && answers_add_parts(finder, &answers) < 0)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < answers.count; i++)
		list[i].mention = mention_of(operation, list[i].number);
	if (!add_impossible(finder, operation, list, &answers))
		return STATUTE_ENOMEM;
	*ret_answers = answers;
	return 0;
}

int answers_list(struct answer_finder *finder, const struct found_answers *found,
                 struct statute_answers *ret_answers)
{
	struct statute_answer *list = arena_array(finder->arena, found->count, sizeof(*list));
	size_t count = 0;

	if (!list)
		return STATUTE_ENOMEM;
	for (size_t at = 0; at < found->count; count++)
		if (!take_status(finder->arena, found, &at, NULL, &list[count]))
			return STATUTE_ENOMEM;
	*ret_answers = (struct statute_answers){ list, count };
	return 0;
}
