/*
 * YAML into the tree of JSON: what comes out can be written as JSON, and reads as the
 * same tree. Second opinion: a text that is JSON too says the same to the JSON parser.
 */
#include "fuzz/fuzz.h"
#include "openapi/yaml.h"

static void write_again(struct arena *arena, const struct json *root)
{
	struct json_limits limits = { .depth = 512, .nodes = 1000000 };
	struct json_fault fault;
	struct json *again;
	struct buf buf;
	int r;

	buf_init(&buf, arena, 8 << 20);
	json_write(&buf, root);
	if (buf.failed)
		return;
	r = json_parse(arena, buf_str(&buf), &limits, &again, &fault);
	must(r == 0 || r == STATUTE_ENOMEM);
	must(r != 0 || json_equal(root, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits limits = { .depth = 128, .nodes = 100000 };
	struct json *root, *as_json;
	struct json_fault fault;
	struct issues issues;
	struct arena arena;
	struct str text;
	int r;

	if (size > 20000)
		return 0;
	text = fuzz_text(data, size);
	arena_init(&arena, 4096, 64 << 20);
	issues_init(&issues, &arena);
	r = yaml_parse(&arena, text, 1, &issues, &root);
	must(r == 0 || r == STATUTE_ENOMEM || (r == STATUTE_EDOCUMENT && issues.errors));
	if (r == 0) {
		write_again(&arena, root);
		if (json_parse(&arena, text, &limits, &as_json, &fault) == 0)
			must(json_equal(root, as_json));
	}
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
