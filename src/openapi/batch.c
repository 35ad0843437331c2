/*
 * x-statute: {batch: each} or {batch: {mode: atomic, max: 50}} on a POST: its content is a list of
 * requests to this API. See struct batch. The shape of that content is a schema like any other, so that
 * what is wrong with it is told as with any content.
 */
#include "openapi/binder.h"

#define EXAMPLE "write batch: each, batch: atomic, or batch: {mode: each, max: 50}"

enum { PARTS_DEFAULT = 100 };

bool bind_is_part(enum binding_kind kind)
{
	switch (kind) {
	case BINDING_NONE:
	case BINDING_COLLECTION:
	case BINDING_ITEM:
	case BINDING_SINGLETON:
	case BINDING_REDIRECT:
	case BINDING_GONE:
	case BINDING_LEGAL:
	case BINDING_CHOICES:
	case BINDING_UNSUPPORTED: return true;
	default: return false;
	}
}

/* Headers of a part are checked further: src/resource/batch_part.c. */
static const char shape[] =
	"{\"type\": \"object\", \"required\": [\"requests\"], \"additionalProperties\": false, \"properties\": {"
	"\"requests\": {\"type\": \"array\", \"minItems\": 1, \"maxItems\": %u, \"items\": {"
	"\"type\": \"object\", \"required\": [\"method\", \"path\"], \"additionalProperties\": false, \"properties\": {"
	"\"id\": {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 128},"
	"\"method\": {\"enum\": [\"GET\", \"HEAD\", \"POST\", \"PUT\", \"PATCH\", \"DELETE\"]},"
	"\"path\": {\"type\": \"string\", \"pattern\": \"^/\", \"maxLength\": 8192},"
	"\"headers\": {\"type\": \"object\", \"maxProperties\": 32, "
	"\"additionalProperties\": {\"type\": \"string\", \"maxLength\": 8192}},"
	"\"body\": true}}}}}";

static int compile_shape(struct binder *binder, struct batch *said)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct schema_set *set;
	struct json *node;
	struct str text = str_printf(binder->arena, shape, said->max);
	int r;

	if (!text.at)
		return STATUTE_ENOMEM;
	if ((r = json_parse(binder->arena, text, &limits, &node, &fault)) < 0 ||
	    (r = schema_set_new(binder->arena, SCHEMA_2020_12, &set)) < 0 ||
	    (r = schema_set_add(set, S("statute:batch"), node)) < 0)
		return r;
	return schema_compile(set, S("statute:batch"), node, binder->issues, &said->shape);
}

static void read_mode(struct binder *binder, const struct json *value, struct batch *said)
{
	struct str mode = json_text(value);

	if (!str_eq(mode, S("each")) && !str_eq(mode, S("atomic")))
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.batch is neither 'each' nor 'atomic'");
	said->is_atomic = str_eq(mode, S("atomic"));
}

static void read_max(struct binder *binder, const struct json *value, struct batch *said)
{
	int64_t max;

	if (json_to_i64(value, &max) && max >= 1 && max <= BATCH_PARTS_MAX)
		said->max = (uint32_t)max;
	else
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.batch.max is no number from 1 to %d",
		           BATCH_PARTS_MAX);
}

static void read_members(struct binder *binder, const struct json *value, struct batch *said)
{
	if (!json_get(value, S("mode")))
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.batch has no mode");
	json_each(member, value) {
		if (str_eq(member->name, S("mode")))
			read_mode(binder, member, said);
		else if (str_eq(member->name, S("max")))
			read_max(binder, member, said);
		else
			issues_add(binder->issues, member->name_at, "use mode and max",
			           "x-statute.batch has no key '%.*s'", STR_ARG(member->name));
	}
}

int batch_read(struct binder *binder, const struct path_item *path, const struct json *value,
               const void **ret_said)
{
	struct batch *said = arena_new(binder->arena, struct batch);

	(void)path;
	if (!said)
		return STATUTE_ENOMEM;
	said->max = PARTS_DEFAULT;
	if (json_is(value, JSON_OBJECT))
		read_members(binder, value, said);
	else
		read_mode(binder, value, said);
	*ret_said = said;
	return compile_shape(binder, said);
}

int batch_complete(struct binder *binder, struct bound_operation *bound)
{
	if (bound->operation->method != METHOD_POST)
		issues_add(binder->issues, bound->operation->at, "write it on a POST",
		           "x-statute.batch is on a %.*s", STR_ARG(method_name(bound->operation->method)));
	else if (!bound->takes_json)
		issues_add(binder->issues, bound->operation->at, "declare a requestBody of application/json",
		           "x-statute.batch is on an operation that takes no JSON");
	return 0;
}

void batch_settle(const struct api *api, struct bound_operation *bound)
{
	static const enum statute_fact yes[] = {
		STATUTE_FACT_TAKES_CONTENT,       STATUTE_FACT_NEEDS_CONTENT, STATUTE_FACT_STORE_ANSWERS,
		STATUTE_FACT_PARENTS_EXIST,       STATUTE_FACT_HAS_NO_ROW,    STATUTE_FACT_ALLOWED_ON_RESOURCE,
		STATUTE_FACT_IS_ACTION,           STATUTE_FACT_RULES_HOLD,    STATUTE_FACT_RETURNS_CONTENT,
		STATUTE_FACT_IS_BATCH,
	};
	static const enum statute_fact no[] = {
		STATUTE_FACT_READ_FAILED,        STATUTE_FACT_SETS_READ_ONLY,      STATUTE_FACT_ID_DIFFERS,
		STATUTE_FACT_BODY_VERSION_STALE, STATUTE_FACT_MEMBER_FORBIDDEN,    STATUTE_FACT_VERSION_MOVED,
		STATUTE_FACT_VANISHED,           STATUTE_FACT_RAN_AGAIN,           STATUTE_FACT_DUPLICATE,
		STATUTE_FACT_REFERENCE_MISSING,  STATUTE_FACT_IN_USE,              STATUTE_FACT_CONSTRAINT_BROKEN,
		STATUTE_FACT_TRANSITION_FORBIDDEN, STATUTE_FACT_CREATED,
	};
	const struct batch *said = bound->special.said;
	struct statute_facts *facts = &bound->fixed;

	(void)api;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		statute_fact_set(facts, yes[i], true);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		statute_fact_set(facts, no[i], false);
	statute_fact_set(facts, STATUTE_FACT_BATCH_IS_ATOMIC, said->is_atomic);
	if (said->is_atomic)
		statute_fact_forget(facts, STATUTE_FACT_PART_FAILED);
}
