/*
 * The Authorization field. Second opinion: the grammar of RFC 9110 section 11.4 as patterns, of
 * which the server reads the scheme, and what follows as it stands.
 */
#include "access/credentials.h"
#include "fuzz/pattern.h"

static struct pattern with_rest = { .text = "(" TCHAR "++)(?: [ \\t]*+(.*?)[ \\t]*)?$" };
static struct pattern token68 = { .text = "[A-Za-z0-9\\-._~+/]++=*+$" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct credentials read = { 0 };
	struct str text;
	bool is_read, matches;

	if (size > 20000)
		return 0;
	text = fuzz_text(data, size);
	is_read = credentials_read(text, &read);
	matches = pattern_match(&with_rest, text, 0);
	must(is_read == matches);
	if (is_read) {
		must(str_eq(read.scheme, pattern_group(&with_rest, 1)));
		must(str_eq(read.rest, pattern_group(&with_rest, 2)));
		must(credentials_is_token68(read.rest) == pattern_match(&token68, read.rest, 0));
	}
	must(credentials_is_token68(text) == pattern_match(&token68, text, 0));
	fuzz_free(text);
	return 0;
}
