/*
 * Idempotency-Key. Second opinion: the grammar of RFC 8941 section 3.3.3 as a pattern,
 * and that of the word that is read without quotes.
 */
#include "fuzz/pattern.h"
#include "message/idempotency_key.h"

static struct pattern string_rule = { .text = "\"((?:[ !#-\\[\\]-~]|\\\\[\"\\\\]){1,255}+)\"$" };
static struct pattern word_rule = { .text = "([!#-+\\--:<-\\[\\]-~]{1,255}+)$" };

/* The text between the quotes, its escapes undone. */
static size_t undo_escapes(struct str text, char out[IDEMPOTENCY_KEY_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\\')
			i++;
		out[len++] = text.at[i];
	}
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[IDEMPOTENCY_KEY_MAX], expected[IDEMPOTENCY_KEY_MAX];
	size_t len = 0, expected_len;
	struct str value;
	bool is_key;

	if (size > 1000)
		return 0;
	value = fuzz_text(data, size);
	is_key = idempotency_key_read(value, text, &len);
	if (pattern_match(&string_rule, value, 0)) {
		must(is_key);
		expected_len = undo_escapes(pattern_group(&string_rule, 1), expected);
		must(str_eq(str_of(text, len), str_of(expected, expected_len)));
	} else {
		must(is_key == pattern_match(&word_rule, value, 0));
		must(!is_key || str_eq(str_of(text, len), value));
	}
	fuzz_free(value);
	return 0;
}
