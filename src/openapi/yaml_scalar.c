/* What a scalar means: the core schema of YAML 1.2.2, section 10.3.2. */
#include "openapi/yaml.h"

#include <inttypes.h>

enum number_kind { NO_NUMBER, NUMBER, NUMBER_TOO_LARGE, NUMBER_NOT_FINITE };

static bool is_one_of(struct str text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(text, str_from(words[i])))
			return true;
	return false;
}

/* JSON_NULL, JSON_TRUE, JSON_FALSE, or JSON_STRING for every other plain scalar. */
static enum json_type read_word(struct str text)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	static const char *const trues[] = { "true", "True", "TRUE" };
	static const char *const falses[] = { "false", "False", "FALSE" };

	if (is_one_of(text, nulls, 5))
		return JSON_NULL;
	if (is_one_of(text, trues, 3))
		return JSON_TRUE;
	return is_one_of(text, falses, 3) ? JSON_FALSE : JSON_STRING;
}

static bool is_not_finite(struct str text)
{
	static const char *const words[] = { ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN" };

	if (text.len && (text.at[0] == '-' || text.at[0] == '+'))
		return is_one_of(str_sub(text, 1, text.len), words, 3);
	return is_one_of(text, words, 6);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* 0x1F and 0o17, which have no sign. */
static enum number_kind read_based(struct arena *arena, struct str digits, unsigned radix,
                                   struct str *ret_digits)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits.len; i++) {
		unsigned digit = (unsigned)digit_of(digits.at[i]);

		if (digit >= radix)
			return NO_NUMBER;
		if (value > (UINT64_MAX - digit) / radix)
			return NUMBER_TOO_LARGE;
		value = value * radix + digit;
	}
	if (!digits.len)
		return NO_NUMBER;
	*ret_digits = str_printf(arena, "%" PRIu64, value);
	return NUMBER;
}

/* The parts of [-+]? [0-9]* ( \. [0-9]* )? ( [eE] [-+]? [0-9]+ )? */
struct decimal {
	struct str sign, whole, fraction, exponent; /* `exponent` with its 'e' */
	bool has_point;
};

static struct str take_digits(struct str *rest)
{
	size_t len = 0;
	struct str digits;

	while (len < rest->len && rest->at[len] >= '0' && rest->at[len] <= '9')
		len++;
	digits = str_sub(*rest, 0, len);
	*rest = str_sub(*rest, len, rest->len);
	return digits;
}

static bool is_exponent(struct str text)
{
	struct str rest = str_sub(text, 1, text.len);

	if (rest.len && (rest.at[0] == '-' || rest.at[0] == '+'))
		rest = str_sub(rest, 1, rest.len);
	return take_digits(&rest).len > 0 && rest.len == 0;
}

static bool split_decimal(struct str text, struct decimal *ret_decimal)
{
	struct decimal d = { 0 };

	if (text.len && (text.at[0] == '-' || text.at[0] == '+')) {
		d.sign = str_sub(text, 0, 1);
		text = str_sub(text, 1, text.len);
	}
	d.whole = take_digits(&text);
	if (text.len && text.at[0] == '.') {
		d.has_point = true;
		text = str_sub(text, 1, text.len);
		d.fraction = take_digits(&text);
	}
	if (!d.whole.len && !d.fraction.len)
		return false;
	if (text.len) {
		if ((text.at[0] != 'e' && text.at[0] != 'E') || !is_exponent(text))
			return false;
		d.exponent = text;
	}
	*ret_decimal = d;
	return true;
}

static enum number_kind read_decimal(struct arena *arena, struct str text, struct str *ret_digits)
{
	struct decimal d;
	bool has_plus;

	if (!split_decimal(text, &d) || (d.whole.len > 1 && d.whole.at[0] == '0'))
		return NO_NUMBER;
	has_plus = d.sign.len && d.sign.at[0] == '+';
	if (!has_plus && d.whole.len && (!d.has_point || d.fraction.len)) {
		*ret_digits = text;
		return NUMBER;
	}
	if (!d.whole.len)
		d.whole = S("0");
	if (d.has_point && !d.fraction.len)
		d.fraction = S("0");
	*ret_digits = str_printf(arena, "%s%.*s%s%.*s%.*s", d.sign.len && !has_plus ? "-" : "",
	                         STR_ARG(d.whole), d.has_point ? "." : "", STR_ARG(d.fraction),
	                         STR_ARG(d.exponent));
	return NUMBER;
}

/*
 * Is a plain scalar a number? Its digits as JSON writes them: unchanged where they
 * are valid JSON, else in `arena`; {NULL, 0} without memory.
 */
static enum number_kind read_number(struct arena *arena, struct str text, struct str *ret_digits)
{
	if (is_not_finite(text))
		return NUMBER_NOT_FINITE;
	if (str_starts(text, S("0x")))
		return read_based(arena, str_sub(text, 2, text.len), 16, ret_digits);
	if (str_starts(text, S("0o")))
		return read_based(arena, str_sub(text, 2, text.len), 8, ret_digits);
	return read_decimal(arena, text, ret_digits);
}

static int set_number(struct json *node, enum number_kind kind, struct str digits, struct issues *issues)
{
	struct str text = node->text;

	node->type = JSON_NUMBER;
	if (kind == NUMBER) {
		node->text = digits;
		return digits.at ? 0 : STATUTE_ENOMEM;
	}
	node->text = S("0");
	issues_add(issues, node->at, "put it in quotes if it is text",
	           kind == NUMBER_TOO_LARGE ? "the number %.*s does not fit into 64 bits"
	                                    : "JSON has no number %.*s",
	           STR_ARG(text));
	return 0;
}

static int resolve_plain(struct arena *arena, struct json *node, struct issues *issues)
{
	struct str digits = { 0 };
	enum number_kind kind;

	node->type = read_word(node->text);
	if (node->type != JSON_STRING) {
		node->text = (struct str){ 0 };
		return 0;
	}
	kind = read_number(arena, node->text, &digits);
	return kind == NO_NUMBER ? 0 : set_number(node, kind, digits, issues);
}

/* Tags that keep any text as it is: YAML's types for which JSON has none of its own. */
static bool keeps_text(struct str tag)
{
	static const char *const tags[] = { "!", "str", "binary", "timestamp" };

	return is_one_of(tag, tags, 4);
}

static int resolve_tagged(struct arena *arena, struct json *node, struct str tag, struct issues *issues)
{
	struct str text = node->text;
	bool is_right;
	int r;

	if (keeps_text(tag))
		return 0;
	if ((r = resolve_plain(arena, node, issues)) < 0)
		return r;
	if (str_eq(tag, S("null"))) {
		is_right = node->type == JSON_NULL;
	} else if (str_eq(tag, S("bool"))) {
		is_right = node->type == JSON_TRUE || node->type == JSON_FALSE;
	} else if (str_eq(tag, S("int")) || str_eq(tag, S("float"))) {
		is_right = node->type == JSON_NUMBER;
	} else {
		issues_add(issues, node->at,
		           "use the tags of YAML itself: !!str, !!int, !!float, !!bool, !!null",
		           "the tag %.*s is not known", STR_ARG(tag));
		return 0;
	}
	if (!is_right)
		issues_add(issues, node->at, NULL, "'%.*s' is no !!%.*s", STR_ARG(text), STR_ARG(tag));
	return 0;
}

int yaml_resolve(struct arena *arena, struct json *node, struct str tag, bool is_plain, struct issues *issues)
{
	if (tag.at)
		return resolve_tagged(arena, node, tag, issues);
	return is_plain ? resolve_plain(arena, node, issues) : 0;
}
