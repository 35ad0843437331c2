/*
 * Responses that come in: however much has come, nothing that is broken becomes whole with more behind
 * it, and what is whole stays the same.
 */
#include "fuzz/fuzz.h"

#include "client/answer.h"

enum { CONTENT_MAX = 4096 };

static enum answer_state look(struct str text, struct buf *content, struct answer *answer)
{
	buf_init(content, NULL, CONTENT_MAX);
	return answer_read(text, false, content, answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_text(data, size);
	struct answer all = { 0 }, part = { 0 };
	struct buf whole, begun;
	enum answer_state state = look(text, &whole, &all), before;
	size_t len = size ? data[size / 2] % size : 0;

	before = look(str_sub(text, 0, len), &begun, &part);
	if (before == ANSWER_BROKEN)
		must(state == ANSWER_BROKEN);
	if (before == ANSWER_WHOLE) {
		must(state == ANSWER_WHOLE && part.status == all.status && part.max_age_s == all.max_age_s);
		must(str_eq(buf_str(&whole), buf_str(&begun)));
	}
	if (state == ANSWER_WHOLE)
		must(all.status >= 200 && whole.len <= size && all.location.len <= size);
	buf_done(&whole);
	buf_done(&begun);
	fuzz_free(text);
	return 0;
}
