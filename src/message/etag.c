/* Entity tags: see etag.h. A tag may hold commas and bytes above 0x7F, and knows no escapes. */
#include "message/etag.h"

static bool is_etag_char(char c)
{
	return (unsigned char)c >= 0x21 && c != '"' && c != 0x7F;
}

/* The length of the tag that the text begins with; 0 where none does. */
static size_t tag_len(struct str text)
{
	size_t i = str_starts(text, S("W/")) ? 2 : 0;

	if (i == text.len || text.at[i++] != '"')
		return 0;
	while (i < text.len && is_etag_char(text.at[i]))
		i++;
	return i < text.len && text.at[i] == '"' ? i + 1 : 0;
}

static struct str without_weakness(struct str tag)
{
	return str_starts(tag, S("W/")) ? str_sub(tag, 2, tag.len) : tag;
}

static bool tags_match(struct str a, struct str b, bool is_strong)
{
	if (is_strong)
		return str_eq(a, b) && !str_starts(a, S("W/"));
	return str_eq(without_weakness(a), without_weakness(b));
}

/* "7-csv" and "7-br" are of the version "7". */
static bool tag_names(struct str tag, struct str version, bool is_strong)
{
	struct str base = str_sub(without_weakness(version), 0, without_weakness(version).len - 1);
	struct str opaque = without_weakness(tag);

	if (is_strong && opaque.len != tag.len)
		return false;
	return str_starts(opaque, base) && (opaque.at[base.len] == '"' || opaque.at[base.len] == '-');
}

typedef bool tag_fits(struct str tag, struct str current, bool is_strong);

static enum etag_match list_match(struct str list, struct str current, bool is_strong, tag_fits *fits)
{
	enum etag_match found = ETAG_DIFFERS;
	struct str rest = str_trim(list);

	while (rest.len) {
		size_t len;

		if (rest.at[0] != ',') {
			if (!(len = tag_len(rest)))
				return ETAG_MALFORMED;
			if (current.len && fits(str_sub(rest, 0, len), current, is_strong))
				found = ETAG_MATCHES;
			rest = str_trim(str_sub(rest, len, rest.len));
			if (rest.len && rest.at[0] != ',')
				return ETAG_MALFORMED;
		}
		rest = str_trim(str_sub(rest, 1, rest.len));
	}
	return found;
}

enum etag_match etag_list_match(struct str list, struct str current, bool is_strong)
{
	return list_match(list, current, is_strong, tags_match);
}

bool etag_list_names(struct str list, struct str version, bool is_strong)
{
	return list_match(list, version, is_strong, tag_names) == ETAG_MATCHES;
}

bool etag_is_any(struct str list)
{
	return str_eq(str_trim(list), S("*"));
}
