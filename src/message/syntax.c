/* Tokens, quoted strings, parameters, lists: see syntax.h. */
#include "message/syntax.h"

/* Row by row as the enum's bits add up: 0x01 token, 0x02 value, 0x04 path, 0x08 query, 0x10 unreserved, ... */
const uint8_t char_classes[256] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x02, 0x2f, 0x02, 0x03, 0x2f, 0x0f, 0x2f, 0x2f, 0x2e, 0x2e, 0x2f, 0x2f, 0x2e, 0x1f, 0x1f, 0x0e,
	0xdf, 0xdf, 0xdf, 0xdf, 0xdf, 0xdf, 0xdf, 0xdf, 0xdf, 0xdf, 0x0e, 0x2e, 0x02, 0x2e, 0x02, 0x0a,
	0x0e, 0x9f, 0x9f, 0x9f, 0x9f, 0x9f, 0x9f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f,
	0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x0a, 0x0a, 0x0a, 0x0b, 0x1f,
	0x0b, 0x9f, 0x9f, 0x9f, 0x9f, 0x9f, 0x9f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f,
	0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x0a, 0x0b, 0x0a, 0x1f, 0x00,
	0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e,
	0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e,
	0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e,
	0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e,
	0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e,
	0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e,
	0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e,
	0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e,
};

bool syntax_all(struct str text, unsigned classes)
{
	for (size_t i = 0; i < text.len; i++)
		if (!char_is(text.at[i], classes))
			return false;
	return text.len > 0;
}

/* The index of the first comma outside quoted strings, or the length. */
static size_t member_len(struct str list)
{
	bool is_quoted = false;
	size_t i = 0;

	for (; i < list.len && (is_quoted || list.at[i] != ','); i++) {
		if (list.at[i] == '"')
			is_quoted = !is_quoted;
		else if (list.at[i] == '\\' && is_quoted && i + 1 < list.len)
			i++;
	}
	return i;
}

struct str syntax_list_next(struct str *rest)
{
	while (rest->len) {
		size_t len = member_len(*rest);
		struct str member = str_trim(str_of(rest->at, len));

		*rest = str_sub(*rest, len + 1, rest->len);
		if (member.len)
			return member;
	}
	return (struct str){ 0 };
}

bool syntax_list_has(struct str list, struct str token)
{
	struct str member;

	while ((member = syntax_list_next(&list)).at)
		if (str_eq_nocase(member, token))
			return true;
	return false;
}

size_t syntax_token_len(struct str text)
{
	size_t len = 0;

	while (len < text.len && char_is(text.at[len], CHAR_TOKEN))
		len++;
	return len;
}

size_t syntax_quoted_len(struct str text)
{
	if (!text.len || text.at[0] != '"')
		return 0;
	for (size_t i = 1; i < text.len; i++) {
		if (text.at[i] == '"')
			return i + 1;
		if (text.at[i] == '\\' && ++i == text.len)
			return 0;
		if (!char_is(text.at[i], CHAR_VALUE))
			return 0;
	}
	return 0;
}

struct str syntax_unquote(struct str text, char *scratch)
{
	size_t len = 0;

	if (text.len < 2 || text.at[0] != '"')
		return text;
	for (size_t i = 1; i < text.len - 1; i++) {
		if (text.at[i] == '\\' && i + 1 < text.len - 1)
			i++;
		scratch[len++] = text.at[i];
	}
	return str_of(scratch, len);
}

/* The next character that a value says, or -1 at its end. */
static int said_next(struct str *value, bool is_quoted)
{
	if (is_quoted && value->len > 1 && value->at[0] == '\\')
		*value = str_sub(*value, 1, value->len);
	if (!value->len)
		return -1;
	int c = (unsigned char)value->at[0];
	*value = str_sub(*value, 1, value->len);
	return c;
}

static bool strip_quotes(struct str *value)
{
	if (value->len < 2 || value->at[0] != '"')
		return false;
	*value = str_sub(*value, 1, value->len - 2);
	return true;
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool syntax_value_eq(struct str a, struct str b, bool ignores_case)
{
	bool a_is_quoted = strip_quotes(&a), b_is_quoted = strip_quotes(&b);

	for (;;) {
		int x = said_next(&a, a_is_quoted), y = said_next(&b, b_is_quoted);

		if (ignores_case ? lower(x) != lower(y) : x != y)
			return false;
		if (x < 0)
			return true;
	}
}

static void skip_blanks(struct str *rest)
{
	while (rest->len && (rest->at[0] == ' ' || rest->at[0] == '\t'))
		*rest = str_sub(*rest, 1, rest->len);
}

static struct str take(struct str *rest, size_t len)
{
	struct str taken = str_sub(*rest, 0, len);

	*rest = str_sub(*rest, len, rest->len);
	return taken;
}

/* Skips blanks and ';'; false where something else stands first. */
static bool skip_separators(struct str *rest)
{
	bool is_first = true;

	skip_blanks(rest);
	while (rest->len && rest->at[0] == ';') {
		take(rest, 1);
		skip_blanks(rest);
		is_first = false;
	}
	return !rest->len || !is_first;
}

/* Cuts "=value" off, where it stands; false where no value follows the '='. */
static bool take_value(struct str *rest, struct str *ret_value)
{
	size_t len;

	if (!rest->len || rest->at[0] != '=')
		return true;
	take(rest, 1);
	len = rest->len && rest->at[0] == '"' ? syntax_quoted_len(*rest) : syntax_token_len(*rest);
	*ret_value = take(rest, len);
	return len > 0;
}

enum syntax_part syntax_parameter_next(struct str *rest, bool allows_bare, struct str *ret_name,
                                       struct str *ret_value)
{
	struct str at = *rest, name, value = { 0 };

	if (!skip_separators(&at))
		return SYNTAX_MALFORMED;
	if (!at.len) {
		*rest = at;
		return SYNTAX_END;
	}
	name = take(&at, syntax_token_len(at));
	if (!name.len || !take_value(&at, &value) || (!value.at && !allows_bare))
		return SYNTAX_MALFORMED;
	skip_blanks(&at);
	if (at.len && at.at[0] != ';')
		return SYNTAX_MALFORMED;
	*rest = at;
	*ret_name = name;
	*ret_value = value;
	return SYNTAX_PART;
}

bool syntax_weight(struct str text, unsigned *ret_weight)
{
	unsigned weight, unit = 100;

	if (!text.len || text.len > 5 || (text.at[0] != '0' && text.at[0] != '1') ||
	    (text.len > 1 && text.at[1] != '.'))
		return false;
	weight = text.at[0] == '1' ? 1000 : 0;
	for (size_t i = 2; i < text.len; i++, unit /= 10) {
		if (!char_is(text.at[i], CHAR_DIGIT))
			return false;
		weight += (unsigned)(text.at[i] - '0') * unit;
	}
	if (weight > 1000)
		return false;
	*ret_weight = weight;
	return true;
}
