/* YAML into the tree of JSON: what comes out can be written as JSON, and reads as the same tree. */
#include "fuzz/fuzz.h"
#include "openapi/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits limits = { .depth = 512, .nodes = 1000000 };
	struct str text;
	struct json *root, *again;
	struct json_fault fault;
	struct issues issues;
	struct arena arena;
	struct buf buf;

	if (size > 20000)
		return 0;
	text = fuzz_text(data, size);
	arena_init(&arena, 4096, 64 << 20);
	issues_init(&issues, &arena);
	if (yaml_parse(&arena, text, 1, &issues, &root) == 0) {
		buf_init(&buf, &arena, 8 << 20);
		json_write(&buf, root);
		if (!buf.failed) {
			int r = json_parse(&arena, buf_str(&buf), &limits, &again, &fault);

			must(r == 0 || r == STATUTE_ENOMEM);
			must(r != 0 || json_equal(root, again));
		}
	}
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
