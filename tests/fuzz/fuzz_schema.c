/*
 * JSON Schema: a schema and an instance, a line each. Judging fast and collecting
 * every error come to the same answer, and where there are no errors it is valid.
 */
#include "fuzz/fuzz.h"
#include "schema/schema.h"

static void judge(struct arena *arena, const struct schema *schema, const struct json *instance)
{
	struct schema_errors errors = { 0 };
	int all = schema_validate(schema, instance, SCHEMA_NEUTRAL, arena, &errors);
	int fast = schema_validate(schema, instance, SCHEMA_NEUTRAL, arena, NULL);

	if (all == STATUTE_ENOMEM || fast == STATUTE_ENOMEM || all == STATUTE_ELIMIT || fast == STATUTE_ELIMIT)
		return;
	must(all == fast);
	must((all == 0) == (errors.count == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits limits = { .depth = 32, .nodes = 2000 };
	struct str text, rest;
	struct json *schema_node, *instance;
	const struct schema *schema;
	struct schema_set *set;
	struct json_fault fault;
	struct issues issues;
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
	    schema_compile(set, S("https://fuzz.test/s"), schema_node, &issues, &schema) == 0)
		judge(&arena, schema, instance);
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
