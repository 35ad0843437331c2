/*
 * Which responses are added to a document, and where: see complete.h.
 *
 * Errors, and successes without content, are the same for every operation: they become
 * components that the operations refer to. A component of the right name that says what
 * is owed is used as it is, so that an owner's own words stay. Other successes stand in
 * their operation.
 */
#include "openapi/complete.h"

#include <statute/status.h>

#include "openapi/insert.h"
#include "openapi/load.h"

enum { NAMES_TRIED = 100, STATUS_COUNT = 600 };

/* A component for a status that is the same in all operations. */
struct shared_response {
	struct str name, reference; /* "NotFound", "#/components/responses/NotFound"; empty until it is needed */
	struct json *added;         /* NULL where the document has it */
};

struct completer {
	struct arena *arena;
	const struct document *document;
	const struct api *api;
	struct str base; /* URI of the file that is completed */
	struct insertion *insertions;
	size_t count, cap;
	struct map done; /* the object and the name of each insertion */
	struct json *problem; /* the component to add, or NULL */
	struct str schema; /* "#/components/schemas/Problem"; empty until it is needed */
	struct str problem_name;
	struct shared_response shared[STATUS_COUNT]; /* by status */
};

/* ---- Insertions ----------------------------------------------------------- */

/* An alias has the members of what it names, and an addition to one is in the other. */
static const void *identity_of(const struct json *object)
{
	return object->first ? (const void *)object->first : object;
}

/* True where nobody has added that name to that object yet. */
static bool is_new(struct completer *completer, const struct json *object, struct str name, int *ret_error)
{
	struct str key = str_printf(completer->arena, "%p %.*s", identity_of(object), STR_ARG(name));
	void **place;

	if (key.at && map_get(&completer->done, key))
		return false;
	place = key.at ? map_put(&completer->done, key) : NULL;
	if (!place) {
		*ret_error = STATUTE_ENOMEM;
		return false;
	}
	*place = completer;
	return true;
}

static int insert(struct completer *completer, const struct json *object, struct str name, struct json *value)
{
	size_t size = sizeof(*completer->insertions);

	if (!value)
		return STATUTE_ENOMEM;
	if (completer->count == completer->cap) {
		size_t cap = completer->cap ? 2 * completer->cap : 64;
		struct insertion *list = arena_grow(completer->arena, completer->insertions, completer->cap * size,
		                                    cap * size);

		if (!list)
			return STATUTE_ENOMEM;
		completer->insertions = list;
		completer->cap = cap;
	}
	completer->insertions[completer->count++] = (struct insertion){ object, name, value };
	return 0;
}

/* ---- Components ----------------------------------------------------------- */

static const struct json *component(const struct completer *completer, struct str kind, struct str name)
{
	const struct json *components = json_get(completer->document->root, S("components"));
	const struct json *node = json_get(json_get(components, kind), name);
	struct str base = completer->base;

	return node ? document_follow(completer->document, node, &base) : NULL;
}

typedef bool component_fits(const struct json *have, const struct json *want);

/* Does an owner's schema look like one of problems? */
static bool schema_fits(const struct json *have, const struct json *want)
{
	const struct json *members = json_get(have, S("properties"));

	(void)want;
	return json_get(members, S("error")) && json_get(members, S("status"));
}

/* Has an owner's response the fields and the media types of ours? */
static bool response_fits(const struct json *have, const struct json *want)
{
	json_each(header, json_get(want, S("headers")))
		if (!json_get(json_get(have, S("headers")), header->name))
			return false;
	json_each(media, json_get(want, S("content")))
		if (!json_get(json_get(have, S("content")), media->name))
			return false;
	return true;
}

/*
 * The name that a component gets: one that is free, or taken by one that fits. Sets
 * *ret_is_free, and the name, which is {NULL, 0} without memory.
 */
static struct str component_name(struct completer *completer, struct str kind, struct str wanted,
                                 const struct json *value, component_fits *fits, bool *ret_is_free)
{
	struct str name = wanted;

	for (unsigned i = 1; i < NAMES_TRIED && name.at; i++) {
		const struct json *have = component(completer, kind, name);

		*ret_is_free = !have;
		if (!have || fits(have, value))
			return name;
		name = i == 1 ? str_printf(completer->arena, "Statute%.*s", STR_ARG(wanted)) :
		                str_printf(completer->arena, "Statute%.*s%u", STR_ARG(wanted), i);
	}
	return (struct str){ 0 };
}

static int need_schema(struct completer *completer)
{
	struct json *schema;
	struct str name;
	bool is_free;

	if (completer->schema.at)
		return 0;
	schema = complete_problem_schema(completer->arena);
	name = component_name(completer, S("schemas"), S("Problem"), schema, schema_fits, &is_free);
	completer->schema = str_printf(completer->arena, "#/components/schemas/%.*s", STR_ARG(name));
	completer->problem = is_free ? schema : NULL;
	completer->problem_name = name;
	return schema && name.at && completer->schema.at ? 0 : STATUTE_ENOMEM;
}

static int make_response(struct completer *completer, const struct bound_operation *bound, int status,
                         struct json **ret_response)
{
	int r;

	if (status >= 400) {
		if ((r = need_schema(completer)) < 0)
			return r;
		*ret_response = complete_error(completer->arena, status, completer->schema);
	} else {
		*ret_response = complete_success(completer->arena, bound, status);
	}
	return *ret_response ? 0 : STATUTE_ENOMEM;
}

/* The component for a status that is the same in all operations. */
static int need_response(struct completer *completer, const struct bound_operation *bound, int status)
{
	struct shared_response *shared = &completer->shared[status];
	struct json *response;
	bool is_free;
	int r;

	if (shared->reference.at)
		return 0;
	if ((r = make_response(completer, bound, status, &response)) < 0)
		return r;
	shared->name = component_name(completer, S("responses"), complete_name(completer->arena, status), response,
	                              response_fits, &is_free);
	if (!shared->name.at)
		return STATUTE_ENOMEM;
	shared->reference = str_printf(completer->arena, "#/components/responses/%.*s", STR_ARG(shared->name));
	shared->added = is_free ? response : NULL;
	return shared->reference.at ? 0 : STATUTE_ENOMEM;
}

/* ---- Operations ----------------------------------------------------------- */

static bool is_shared(int status)
{
	return status >= 300 || statute_status_class_fallback(status)->content == STATUTE_CONTENT_FORBIDDEN;
}

static int response_for(struct completer *completer, const struct bound_operation *bound, int status,
                        struct json **ret_response)
{
	int r;

	if (!is_shared(status))
		return make_response(completer, bound, status, ret_response);
	if ((r = need_response(completer, bound, status)) < 0)
		return r;
	*ret_response = complete_reference(completer->arena, completer->shared[status].reference);
	return *ret_response ? 0 : STATUTE_ENOMEM;
}

/* Into the responses that are there, or else into `fresh`, which becomes them. */
static int add_answer(struct completer *completer, const struct bound_operation *bound, int status,
                      const struct json *responses, struct json *fresh)
{
	struct str name = str_printf(completer->arena, "%d", status);
	struct json *response = NULL;
	int r = 0;

	if (!name.at)
		return STATUTE_ENOMEM;
	if (responses && !is_new(completer, responses, name, &r))
		return r;
	if ((r = response_for(completer, bound, status, &response)) < 0)
		return r;
	return responses ? insert(completer, responses, name, response) :
	                   json_set(completer->arena, fresh, name, response);
}

static int complete_operation(struct completer *completer, const struct bound_operation *bound,
                              const struct statute_answers *answers)
{
	const struct json *node = bound->operation->node, *responses = json_get(node, S("responses"));
	struct json *fresh = responses ? NULL : json_new(completer->arena, JSON_OBJECT);
	int r = 0;

	if (!responses && !fresh)
		return STATUTE_ENOMEM;
	if (!responses && !is_new(completer, node, S("responses"), &r))
		return r;
	for (size_t i = 0; i < answers->count; i++)
		if (answers->list[i].mention == STATUTE_UNMENTIONED &&
		    (r = add_answer(completer, bound, answers->list[i].number, responses, fresh)) < 0)
			return r;
	return fresh && fresh->count ? insert(completer, node, S("responses"), fresh) : 0;
}

static bool has_unmentioned(const struct statute_answers *answers)
{
	for (size_t i = 0; i < answers->count; i++)
		if (answers->list[i].mention == STATUTE_UNMENTIONED)
			return true;
	return false;
}

static int complete_operations(struct completer *completer, const struct statute_answers *answers,
                               size_t *ret_left)
{
	const struct document *document = completer->document;
	int r = 0;

	for (size_t i = 0; r == 0 && i < document->operation_count; i++) {
		const struct operation *operation = document->operations[i];
		const struct bound_path *path = &completer->api->paths[operation->path->index];

		if (!has_unmentioned(&answers[i]))
			continue;
		if (str_eq(operation->base, completer->base))
			r = complete_operation(completer, path->operations[operation->method], &answers[i]);
		else
			++*ret_left;
	}
	return r;
}

/* Components go where some are, into what is there, or become what was not. */
static int place_components(struct completer *completer, struct str kind, struct json *list, struct json *fresh)
{
	const struct json *components = json_get(completer->document->root, S("components"));
	const struct json *there = json_get(components, kind);

	if (!list->count)
		return 0;
	if (!components)
		return json_set(completer->arena, fresh, kind, list);
	if (!there)
		return insert(completer, components, kind, list);
	json_each(member, list) {
		struct json *value = json_copy(completer->arena, member);
		int r = insert(completer, there, member->name, value);

		if (r < 0)
			return r;
	}
	return 0;
}

static int add_components(struct completer *completer)
{
	struct arena *arena = completer->arena;
	struct json *fresh = json_new(arena, JSON_OBJECT), *schemas = json_new(arena, JSON_OBJECT);
	struct json *responses = json_new(arena, JSON_OBJECT);
	int r = 0;

	if (!fresh || !schemas || !responses)
		return STATUTE_ENOMEM;
	for (size_t i = 0; r == 0 && i < STATUS_COUNT; i++)
		if (completer->shared[i].added)
			r = json_set(arena, responses, completer->shared[i].name, completer->shared[i].added);
	if (r == 0 && completer->problem)
		r = json_set(arena, schemas, completer->problem_name, completer->problem);
	if (r < 0 || (r = place_components(completer, S("responses"), responses, fresh)) < 0 ||
	    (r = place_components(completer, S("schemas"), schemas, fresh)) < 0)
		return r;
	return fresh->count ? insert(completer, completer->document->root, S("components"), fresh) : 0;
}

int complete_document(struct arena *arena, const struct document *document, const struct api *api,
                      const struct statute_answers *answers, struct str *ret_text, size_t *ret_left)
{
	const struct loaded_file *main_file = loader_of(document)->files.entries[0].value;
	struct completer completer = { .arena = arena, .document = document, .api = api, .base = main_file->uri };
	const struct source *source = &document->sources.list[0];
	size_t left = 0;
	int r;

	map_init(&completer.done, arena);
	if ((r = complete_operations(&completer, answers, &left)) < 0 || (r = add_components(&completer)) < 0)
		return r;
	if (completer.count) {
		r = insert_members(arena, source, document->root, completer.insertions, completer.count, ret_text);
		if (r < 0)
			return r;
	} else {
		*ret_text = source->text;
	}
	*ret_left = left;
	return 0;
}
