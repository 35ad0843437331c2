/* Media types: see media_type.h. */
#include "message/media_type.h"

#include "message/syntax.h"

static bool is_any(struct str part)
{
	return str_eq(part, S("*"));
}

static bool parameters_are_well_formed(struct str parameters)
{
	struct str name, value;
	enum syntax_part part;

	while ((part = syntax_parameter_next(&parameters, false, &name, &value)) == SYNTAX_PART)
		;
	return part == SYNTAX_END;
}

bool media_type_parse(struct str text, bool is_range, struct media_type *ret_type)
{
	struct str rest = str_trim(text);
	struct media_type type;

	type.type = str_sub(rest, 0, syntax_token_len(rest));
	rest = str_sub(rest, type.type.len, rest.len);
	if (!type.type.len || !rest.len || rest.at[0] != '/')
		return false;
	rest = str_sub(rest, 1, rest.len);
	type.subtype = str_sub(rest, 0, syntax_token_len(rest));
	if (!type.subtype.len)
		return false;
	if (is_range ? is_any(type.type) && !is_any(type.subtype) : is_any(type.type) || is_any(type.subtype))
		return false;
	type.parameters = str_trim(str_sub(rest, type.subtype.len, rest.len));
	if (!parameters_are_well_formed(type.parameters))
		return false;
	*ret_type = type;
	return true;
}

static struct str quoted_parameter(struct str parameters, struct str name)
{
	struct str found, value;

	while (syntax_parameter_next(&parameters, false, &found, &value) == SYNTAX_PART)
		if (str_eq_nocase(found, name))
			return value;
	return (struct str){ 0 };
}

struct str media_type_parameter(const struct media_type *type, struct str name, char *scratch)
{
	return syntax_unquote(quoted_parameter(type->parameters, name), scratch);
}

static bool parameters_cover(const struct media_type *declared, const struct media_type *sent)
{
	struct str rest = declared->parameters, name, value;

	while (syntax_parameter_next(&rest, false, &name, &value) == SYNTAX_PART) {
		bool is_charset = str_eq_nocase(name, S("charset"));
		struct str other = quoted_parameter(sent->parameters, name);

		if (is_charset && syntax_value_eq(value, S("utf-8"), true) &&
		    (!other.at || syntax_value_eq(other, S("utf-8"), true)))
			continue;
		if (!other.at || !syntax_value_eq(value, other, is_charset))
			return false;
	}
	return true;
}

bool media_type_covers(const struct media_type *declared, const struct media_type *sent)
{
	if (!is_any(declared->type) && !str_eq_nocase(declared->type, sent->type))
		return false;
	if (!is_any(declared->subtype) && !str_eq_nocase(declared->subtype, sent->subtype))
		return false;
	return parameters_cover(declared, sent);
}

bool media_type_is_json(const struct media_type *type)
{
	struct str subtype = type->subtype;

	if (str_eq_nocase(type->type, S("application")) && str_eq_nocase(subtype, S("json")))
		return true;
	return subtype.len > 5 && str_eq_nocase(str_sub(subtype, subtype.len - 5, 5), S("+json"));
}
