/*
 * Lists of entity tags. Second opinion: the grammar of RFC 9110 sections 8.8.3 and
 * 5.6.1 as patterns. The first line is the current tag, the second one the list.
 */
#include "fuzz/pattern.h"
#include "message/etag.h"

#define TAG "((?:W/)?\"[!#-~\\x80-\\xFF]*+\")"

static struct pattern list_rule = { .text = "[ \\t]*+(?:" TAG ")?[ \\t]*+(?:,[ \\t]*+(?:" TAG
	                                    ")?[ \\t]*+)*+$" };
static struct pattern next_tag = { .text = "[ \\t,]*+" TAG };
static struct pattern single = { .text = TAG "$" };
static struct pattern any = { .text = OWS "\\*" OWS "$" };

/* RFC 9110 section 8.8.3.2. */
static bool same(struct str a, struct str b, bool is_strong)
{
	bool a_is_weak = a.at[0] == 'W', b_is_weak = b.at[0] == 'W';

	if (is_strong && (a_is_weak || b_is_weak))
		return false;
	return str_eq(str_sub(a, a_is_weak ? 2 : 0, a.len), str_sub(b, b_is_weak ? 2 : 0, b.len));
}

static enum etag_match match_plainly(struct str list, struct str current, bool is_strong)
{
	enum etag_match found = ETAG_DIFFERS;

	if (!pattern_match(&list_rule, list, 0))
		return ETAG_MALFORMED;
	for (size_t at = 0; pattern_match(&next_tag, list, at); at = pattern_end(&next_tag))
		if (current.len && same(pattern_group(&next_tag, 1), current, is_strong))
			found = ETAG_MATCHES;
	return found;
}

/* The opaque part, without its quotes. */
static struct str inside(struct str tag)
{
	return str_sub(tag, tag.at[0] == 'W' ? 3 : 1, tag.len - (tag.at[0] == 'W' ? 4 : 2));
}

static bool names_plainly(struct str list, struct str version, bool is_strong)
{
	bool found = false;

	if (!version.len || !pattern_match(&list_rule, list, 0))
		return false;
	for (size_t at = 0; pattern_match(&next_tag, list, at); at = pattern_end(&next_tag)) {
		struct str tag = pattern_group(&next_tag, 1), text = inside(tag), of = inside(version);

		found |= !(is_strong && tag.at[0] == 'W') && str_starts(text, of) &&
		         (text.len == of.len || text.at[of.len] == '-');
	}
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text, list, current;

	if (size > 10000)
		return 0;
	text = list = fuzz_text(data, size);
	current = fuzz_cut(&list);
	if (!pattern_match(&single, current, 0))
		current = current.len ? S("\"a\"") : S("");
	must(etag_list_match(list, current, true) == match_plainly(list, current, true));
	must(etag_list_match(list, current, false) == match_plainly(list, current, false));
	must(etag_list_names(list, current, true) == names_plainly(list, current, true));
	must(etag_list_names(list, current, false) == names_plainly(list, current, false));
	must(etag_is_any(list) == pattern_match(&any, list, 0));
	fuzz_free(text);
	return 0;
}
