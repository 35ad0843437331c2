/*
 * JSON: what was parsed, written and parsed again is the same, and written again the
 * same bytes, compact or indented. Second opinion: jansson accepts the same texts, and
 * reads the same from what we write as from the source.
 */
#include "fuzz/fuzz.h"
#include "fuzz/oracle.h"
#include "json/json.h"

/* jansson's bounds are its own: a text past them has no second opinion. */
static void ask_jansson(struct str text, struct str ours)
{
	bool is_beyond = false;
	char *theirs = oracle_canonical(text.at, text.len, &is_beyond), *again;

	must(theirs || is_beyond);
	if (theirs) {
		again = oracle_canonical(ours.at, ours.len, &is_beyond);
		must(again && strcmp(theirs, again) == 0);
		free(again);
	}
	free(theirs);
}

static void write_again(struct arena *arena, struct str text, const struct json *root)
{
	struct json_limits limits = { .depth = 64, .nodes = 20000 };
	struct buf once, twice, pretty;
	struct json_fault fault;
	struct json *again;

	buf_init(&once, arena, 16 << 20);
	buf_init(&twice, arena, 16 << 20);
	buf_init(&pretty, arena, 32 << 20);
	json_write(&once, root);
	must(!once.failed && str_is_utf8(buf_str(&once)));
	must(json_parse(arena, buf_str(&once), &limits, &again, &fault) == 0 && json_equal(root, again));
	json_write(&twice, again);
	must(str_eq(buf_str(&once), buf_str(&twice)));
	json_write_pretty(&pretty, root);
	must(!pretty.failed && json_parse(arena, buf_str(&pretty), &limits, &again, &fault) == 0);
	must(json_equal(root, again));
	ask_jansson(text, buf_str(&once));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits limits = { .depth = 64, .nodes = 20000 };
	struct str text = fuzz_text(data, size);
	struct json_fault fault;
	bool is_beyond = false;
	struct arena arena;
	struct json *root;
	uint32_t line, column;
	char *theirs;
	int r;

	arena_init(&arena, 4096, 128 << 20);
	r = json_parse(&arena, text, &limits, &root, &fault);
	if (r == 0) {
		write_again(&arena, text, root);
	} else {
		must(fault.at <= text.len && fault.issue);
		json_position(text, fault.at, &line, &column);
		must(line >= 1 && column >= 1);
		theirs = oracle_canonical(text.at, text.len, &is_beyond);
		must(r == STATUTE_ELIMIT || !theirs);
		free(theirs);
	}
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
