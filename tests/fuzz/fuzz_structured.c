/*
 * Items and dictionaries of structured fields. Second opinion: the grammar of RFC 9651 as patterns, and
 * bytes encoded again. The first byte says which of the two it is.
 */
#include "fuzz/pattern.h"
#include "message/structured.h"

#define BYTES ":(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2,3})?=*+:"
#define NUMBER "-?[0-9]{1,12}\\.[0-9]{1,3}(?![0-9])|-?[0-9]{1,15}(?![0-9.])"
#define BARE \
	"(?:" NUMBER "|\"(?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*+\"|[A-Za-z*][!#-'*+.^_`|~0-9A-Za-z:/-]*+|" BYTES \
	"|\\?[01]|@-?[0-9]{1,15}(?![0-9.])|%\"(?:[ !#$&-~]|%[0-9a-f]{2})*+\")"
#define KEY "[a-z*][a-z0-9_.*-]*+"
#define PARAMETERS "(?:; *+" KEY "(?:=" BARE ")?+)*+"
#define ITEM BARE PARAMETERS
#define INNER "\\( *+(?:" ITEM "(?: ++|(?=\\))))*+\\)" PARAMETERS
#define MEMBER KEY "(?:=(?:" ITEM "|" INNER ")|(?!=)" PARAMETERS ")"

static struct pattern item_rule = { .text = ITEM "$" };
static struct pattern dictionary_rule = { .text = "(?:" MEMBER "(?:[ \\t]*+,[ \\t]*+" MEMBER ")*+[ \\t]*+)?+$" };

/* What is encoded of what was decoded is the same text, but for bits that fill up the last character. */
static void check_bytes(const struct structured_value *value)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char out[2000] = { 0 };
	size_t chars = value->bytes.len, len;

	if (value->kind != STRUCTURED_BYTES)
		return;
	len = structured_decode(value->bytes, out, sizeof(out) - 2);
	while (chars && value->bytes.at[chars - 1] == '=')
		chars--;
	must(len == chars * 6 / 8);
	for (size_t i = 0; i + 1 < chars; i++) {
		unsigned bits = (unsigned)out[i * 6 / 8] << 8 | out[i * 6 / 8 + 1];

		must(digits[bits >> (10 - i * 6 % 8) & 0x3f] == value->bytes.at[i]);
	}
}

static void check_dictionary(struct str text)
{
	struct structured_value value;
	enum structured_part part;
	struct str key;
	bool is_one = pattern_match(&dictionary_rule, text, 0);

	while ((part = structured_next(&text, &key, &value)) == STRUCTURED_MEMBER)
		check_bytes(&value);
	must((part == STRUCTURED_END) == is_one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct structured_value value;
	struct str text, field;

	if (!size || size > 1000)
		return 0;
	text = fuzz_text(data, size);
	field = str_sub(text, 1, text.len);
	if (data[0] & 1) {
		bool is_item = structured_item(field, &value);

		must(is_item == pattern_match(&item_rule, field, 0));
		if (is_item)
			check_bytes(&value);
	} else {
		check_dictionary(field);
	}
	fuzz_free(text);
	return 0;
}
