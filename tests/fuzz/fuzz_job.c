/*
 * What commands of jobs write: lines of progress, and results that addresses are made of. Second opinion on
 * the lines: a pattern. An address that is made has no byte that would end a field, and what was between the
 * braces is in it, encoded.
 */
#include "fuzz/pattern.h"
#include "jobs/record.h"
#include "json/json.h"

static struct pattern line_rule = { .text = "progress:[ \\t]*+0*+([0-9]{1,2}+|100)%?+(?:[ \\t\\r][\\s\\S]*+)?+$" };

static void progress(struct str text)
{
	int64_t percent = -1;
	struct str message = { 0 };
	bool is_line = job_progress_read(text, &percent, &message);
	bool is_percent = pattern_match(&line_rule, text, 0);

	must(is_line ? percent >= 0 && percent <= 100 : percent == -1);
	must(message.len <= JOB_MESSAGE_MAX && str_is_utf8(message));
	must(!is_percent || is_line);
}

static void address(struct arena *arena, struct str text)
{
	struct json *result = json_new(arena, JSON_OBJECT);
	struct str location, name;

	must(result && json_set(arena, result, S("id"), json_new_string(arena, text)) == 0);
	if (job_location_fill(arena, S("/a/{id}/b"), result, &location, &name) < 0) {
		must(!text.len);
		return;
	}
	for (size_t i = 0; i < location.len; i++)
		must(location.at[i] > ' ' && location.at[i] < 0x7F);
	must(str_starts(location, S("/a/")) && str_ends(location, S("/b")) && location.len >= text.len + 5);
}

static void record(struct arena *arena, struct str text)
{
	struct job_record record, again;

	if (job_record_read(arena, text, &record) < 0)
		return;
	must(job_record_read(arena, job_record_text(arena, S("id"), &record), &again) == 0);
	must(again.status == record.status && str_eq(again.message, record.message));
	must(again.attempts == record.attempts && again.until_ms == record.until_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct str text;

	if (size > 1000)
		return 0;
	arena_init(&arena, 1 << 14, 1 << 22);
	text = fuzz_text(data, size);
	progress(text);
	if (str_is_utf8(text))
		address(&arena, text);
	record(&arena, text);
	fuzz_free(text);
	arena_done(&arena);
	return 0;
}
