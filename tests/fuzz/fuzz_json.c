/* JSON: what was parsed, written and parsed again is the same, and written again the same bytes. */
#include "fuzz/fuzz.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits limits = { .depth = 64, .nodes = 20000 };
	struct json *first, *second;
	struct json_fault fault;
	struct buf once, twice;
	struct arena arena;
	struct str text = fuzz_text(data, size);
	uint32_t line, column;

	arena_init(&arena, 4096, 64 << 20);
	if (json_parse(&arena, text, &limits, &first, &fault) != 0) {
		must(fault.at <= text.len && fault.issue);
		json_position(text, fault.at, &line, &column);
		must(line >= 1 && column >= 1);
	} else {
		buf_init(&once, &arena, 16 << 20);
		buf_init(&twice, &arena, 16 << 20);
		json_write(&once, first);
		must(!once.failed && str_is_utf8(buf_str(&once)));
		must(json_parse(&arena, buf_str(&once), &limits, &second, &fault) == 0);
		must(json_equal(first, second));
		json_write(&twice, second);
		must(str_eq(buf_str(&once), buf_str(&twice)));
	}
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
