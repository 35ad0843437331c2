/* The Prefer field: see prefer.h. */
#include "message/prefer.h"

#include "message/syntax.h"

static size_t blanks(struct str text)
{
	size_t len = 0;

	while (len < text.len && (text.at[len] == ' ' || text.at[len] == '\t'))
		len++;
	return len;
}

/*
 * name [ BWS "=" BWS value ], then parameters, which no preference known here has.
 * False where that is not what stands there.
 */
static bool parse_preference(struct str text, struct str *ret_name, struct str *ret_value)
{
	struct str name = str_sub(text, 0, syntax_token_len(text)), value = { 0 };
	struct str rest = str_sub(text, name.len, text.len);

	rest = str_sub(rest, blanks(rest), rest.len);
	if (rest.len && rest.at[0] == '=') {
		rest = str_sub(rest, 1, rest.len);
		rest = str_sub(rest, blanks(rest), rest.len);
		value = str_sub(rest, 0,
		                rest.len && rest.at[0] == '"' ? syntax_quoted_len(rest)
		                                              : syntax_token_len(rest));
		rest = str_sub(rest, value.len, rest.len);
		if (!value.len)
			return false;
		rest = str_sub(rest, blanks(rest), rest.len);
	}
	if (!name.len || (rest.len && rest.at[0] != ';'))
		return false;
	*ret_name = name;
	*ret_value = value;
	return true;
}

static bool is_value(struct str value, struct str expected)
{
	return syntax_value_eq(value, expected, true);
}

static int64_t read_wait(struct str value)
{
	bool is_quoted = value.len > 2 && value.at[0] == '"';
	uint64_t seconds;

	if (!str_to_u64(is_quoted ? str_sub(value, 1, value.len - 2) : value, &seconds) ||
	    seconds > INT64_MAX)
		return -1;
	return (int64_t)seconds;
}

struct prefer prefer_parse(struct str field)
{
	bool has_return = false, has_handling = false, has_wait = false;
	struct prefer prefer = { .wait_seconds = -1 };
	struct str member, name, value;

	while ((member = syntax_list_next(&field)).at) {
		if (!parse_preference(member, &name, &value))
			continue;
		if (str_eq_nocase(name, S("return")) && !has_return) {
			has_return = true;
			prefer.minimal = is_value(value, S("minimal"));
			prefer.representation = is_value(value, S("representation"));
		} else if (str_eq_nocase(name, S("handling")) && !has_handling) {
			has_handling = true;
			prefer.strict = is_value(value, S("strict"));
			prefer.lenient = is_value(value, S("lenient"));
		} else if (str_eq_nocase(name, S("wait")) && !has_wait) {
			has_wait = true;
			prefer.wait_seconds = read_wait(value);
		} else if (str_eq_nocase(name, S("respond-async"))) {
			prefer.respond_async = true;
		}
	}
	return prefer;
}
