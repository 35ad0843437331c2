/*
 * JSON Schema: a schema and an instance, a line each. Judging fast and collecting every
 * error come to the same answer, and where there are no errors it is valid; every error
 * points at something; what defaults fill in and what secrets are found lies within the
 * instance. The second opinion of others is asked for the corpus: tests/fuzz/verdicts.
 */
#include "fuzz/fuzz.h"
#include "json/pointer.h"
#include "schema/schema.h"

static bool is_unknown(int r)
{
	return r == STATUTE_ENOMEM || r == STATUTE_ELIMIT;
}

static void check_errors(struct json *instance, const struct schema_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct schema_error *error = &errors->list[i];

		must(error->code.len && error->message.len && str_is_utf8(error->message));
		must(json_pointer_is_valid(error->pointer) && json_pointer_is_valid(error->keyword));
		must(!error->value || error->value->type < JSON_ARRAY);
		must(!error->value || error->value == json_pointer_get(instance, error->pointer));
	}
}

static void judge(struct arena *arena, const struct schema *schema, struct json *instance,
                  enum schema_direction direction)
{
	struct schema_errors errors = { 0 };
	int all = schema_validate(schema, instance, direction, arena, &errors);
	int fast = schema_validate(schema, instance, direction, arena, NULL);

	must(all == 0 || all == STATUTE_EINVAL || is_unknown(all));
	if (all != STATUTE_ENOMEM)
		check_errors(instance, &errors);
	if (is_unknown(all) || is_unknown(fast))
		return;
	must(all == fast);
	must((all == 0) == (errors.count == 0));
}

static void find_secrets(struct arena *arena, const struct schema *schema, struct json *instance)
{
	struct schema_secret *secrets;
	size_t count;

	if (schema_secrets(schema, instance, arena, &secrets, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++)
		must(json_pointer_get(instance, secrets[i].pointer));
}

/* Filled once, nothing is missing any more. */
static void fill(struct arena *arena, const struct schema *schema, const struct json *instance)
{
	struct json *object = json_copy(arena, instance), *once;

	if (!json_is(object, JSON_OBJECT) || schema_fill_defaults(schema, arena, object, false) != 0 ||
	    !(once = json_copy(arena, object)) || schema_fill_defaults(schema, arena, object, false) != 0)
		return;
	must(json_equal(once, object));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits limits = { .depth = 32, .nodes = 2000 };
	struct json *schema_node, *instance;
	const struct schema *schema;
	struct schema_set *set;
	struct json_fault fault;
	struct issues issues;
	struct str text, rest;
	struct arena arena;

	if (size > 8000)
		return 0;
	text = rest = fuzz_text(data, size);
	arena_init(&arena, 4096, 64 << 20);
	issues_init(&issues, &arena);
	if (json_parse(&arena, fuzz_cut(&rest), &limits, &schema_node, &fault) == 0 &&
	    json_parse(&arena, rest, &limits, &instance, &fault) == 0 &&
	    schema_set_new(&arena, SCHEMA_OPENAPI_3_1, &set) == 0 &&
	    schema_set_add(set, S("https://fuzz.test/s"), schema_node) == 0 &&
	    schema_compile(set, S("https://fuzz.test/s"), schema_node, &issues, &schema) == 0) {
		judge(&arena, schema, instance, SCHEMA_NEUTRAL);
		judge(&arena, schema, instance, SCHEMA_REQUEST);
		judge(&arena, schema, instance, SCHEMA_STORED);
		find_secrets(&arena, schema, instance);
		fill(&arena, schema, instance);
	}
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
