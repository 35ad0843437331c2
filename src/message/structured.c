/* Items and dictionaries of structured fields: see structured.h. The sections are of RFC 9651. */
#include "message/structured.h"

#include "message/base64url.h"
#include "message/syntax.h"

enum { INTEGER_DIGITS = 15, WHOLE_DIGITS = 12, FRACTION_DIGITS = 3, BITS = 6 };

static bool is_at(const struct str *rest, char c)
{
	return rest->len && rest->at[0] == c;
}

static void skip(struct str *rest, size_t len)
{
	*rest = str_sub(*rest, len, rest->len);
}

static bool cut_char(struct str *rest, char c)
{
	if (!is_at(rest, c))
		return false;
	skip(rest, 1);
	return true;
}

static void skip_spaces(struct str *rest)
{
	while (cut_char(rest, ' '))
		;
}

static void skip_blanks(struct str *rest)
{
	while (is_at(rest, ' ') || is_at(rest, '\t'))
		skip(rest, 1);
}

static size_t count_digits(struct str text)
{
	size_t count = 0;

	while (count < text.len && char_is(text.at[count], CHAR_DIGIT))
		count++;
	return count;
}

/* Section 4.2.4: at most 15 digits, or 12 before a point and 1 to 3 after it. */
static bool read_number(struct str *rest, struct structured_value *value)
{
	bool is_negative = cut_char(rest, '-');
	size_t whole = count_digits(*rest), fraction;
	uint64_t number;

	if (!whole || whole > INTEGER_DIGITS || !str_to_u64(str_sub(*rest, 0, whole), &number))
		return false;
	skip(rest, whole);
	if (!cut_char(rest, '.')) {
		value->kind = STRUCTURED_INTEGER;
		value->integer = is_negative ? -(int64_t)number : (int64_t)number;
		return true;
	}
	fraction = count_digits(*rest);
	skip(rest, fraction);
	return whole <= WHOLE_DIGITS && fraction && fraction <= FRACTION_DIGITS;
}

/* Sections 4.2.5 and 4.2.10: text in quotes; only '"' and '\' may stand behind a '\'. */
static bool read_string(struct str *rest, bool has_escapes)
{
	skip(rest, 1);
	while (rest->len) {
		char c = rest->at[0];

		skip(rest, 1);
		if (c == '"')
			return true;
		if (c < ' ' || c > '~')
			return false;
		if (has_escapes && c == '\\' && !cut_char(rest, '"') && !cut_char(rest, '\\'))
			return false;
	}
	return false;
}

/* "%" and text with bytes as "%c3": two digits in lower case each. */
static bool read_display_string(struct str *rest)
{
	struct str text;

	skip(rest, 1);
	text = *rest;
	if (!is_at(rest, '"') || !read_string(rest, false))
		return false;
	text.len -= rest->len;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] != '%')
			continue;
		if (i + 2 >= text.len)
			return false;
		for (size_t k = i + 1; k <= i + 2; k++)
			if (!char_is(text.at[k], CHAR_HEX) || (text.at[k] >= 'A' && text.at[k] <= 'F'))
				return false;
	}
	return true;
}

static bool is_alpha(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool read_token(struct str *rest)
{
	while (rest->len && (char_is(rest->at[0], CHAR_TOKEN) || rest->at[0] == ':' || rest->at[0] == '/'))
		skip(rest, 1);
	return true;
}

/* Section 4.2.7: what the padding is, and the bits that it fills, is not looked at. */
static bool is_base64(struct str text)
{
	while (text.len && text.at[text.len - 1] == '=')
		text.len--;
	for (size_t i = 0; i < text.len; i++)
		if (base64_digit(text.at[i], "+/") < 0)
			return false;
	return text.len % 4 != 1;
}

static bool read_bytes(struct str *rest, struct structured_value *value)
{
	size_t len;

	skip(rest, 1);
	len = str_find(*rest, ':');
	if (len == rest->len)
		return false;
	value->kind = STRUCTURED_BYTES;
	value->bytes = str_sub(*rest, 0, len);
	skip(rest, len + 1);
	return is_base64(value->bytes);
}

static bool read_boolean(struct str *rest, struct structured_value *value)
{
	skip(rest, 1);
	value->kind = STRUCTURED_BOOLEAN;
	value->boolean = is_at(rest, '1');
	return cut_char(rest, '1') || cut_char(rest, '0');
}

static bool read_date(struct str *rest, struct structured_value *value)
{
	bool is_whole;

	skip(rest, 1);
	is_whole = read_number(rest, value) && value->kind == STRUCTURED_INTEGER;
	value->kind = STRUCTURED_OTHER;
	return is_whole;
}

static bool read_bare(struct str *rest, struct structured_value *value)
{
	char c = rest->len ? rest->at[0] : '\0';

	*value = (struct structured_value){ .kind = STRUCTURED_OTHER };
	switch (c) {
	case '"': return read_string(rest, true);
	case '%': return read_display_string(rest);
	case ':': return read_bytes(rest, value);
	case '?': return read_boolean(rest, value);
	case '@': return read_date(rest, value);
	default: break;
	}
	if (c == '-' || char_is(c, CHAR_DIGIT))
		return read_number(rest, value);
	return (c == '*' || is_alpha(c)) && read_token(rest);
}

/* Section 4.2.3.3. */
static bool read_key(struct str *rest, struct str *ret_key)
{
	size_t len = 0;

	while (len < rest->len) {
		char c = rest->at[len];
		bool is_first = (c >= 'a' && c <= 'z') || c == '*';

		if (!is_first && (!len || !(char_is(c, CHAR_DIGIT) || c == '_' || c == '-' || c == '.')))
			break;
		len++;
	}
	*ret_key = str_sub(*rest, 0, len);
	skip(rest, len);
	return len > 0;
}

static bool read_parameters(struct str *rest)
{
	struct structured_value value;
	struct str key;

	while (cut_char(rest, ';')) {
		skip_spaces(rest);
		if (!read_key(rest, &key))
			return false;
		if (cut_char(rest, '=') && !read_bare(rest, &value))
			return false;
	}
	return true;
}

static bool read_item(struct str *rest, struct structured_value *value)
{
	return read_bare(rest, value) && read_parameters(rest);
}

/* Section 4.2.1.2: its items are of no interest. */
static bool read_inner_list(struct str *rest)
{
	struct structured_value value;

	skip(rest, 1);
	for (;;) {
		skip_spaces(rest);
		if (cut_char(rest, ')'))
			return read_parameters(rest);
		if (!read_item(rest, &value) || !(is_at(rest, ' ') || is_at(rest, ')')))
			return false;
	}
}

bool structured_item(struct str text, struct structured_value *ret_value)
{
	struct structured_value value;

	if (!read_item(&text, &value) || text.len)
		return false;
	*ret_value = value;
	return true;
}

static bool read_member(struct str *rest, struct structured_value *value)
{
	if (!cut_char(rest, '=')) {
		*value = (struct structured_value){ .kind = STRUCTURED_BOOLEAN, .boolean = true };
		return read_parameters(rest);
	}
	if (!is_at(rest, '('))
		return read_item(rest, value);
	*value = (struct structured_value){ .kind = STRUCTURED_OTHER };
	return read_inner_list(rest);
}

enum structured_part structured_next(struct str *rest, struct str *ret_key, struct structured_value *ret_value)
{
	struct structured_value value;
	struct str key;

	if (!rest->len)
		return STRUCTURED_END;
	if (!read_key(rest, &key) || !read_member(rest, &value))
		return STRUCTURED_MALFORMED;
	skip_blanks(rest);
	if (rest->len) {
		if (!cut_char(rest, ','))
			return STRUCTURED_MALFORMED;
		skip_blanks(rest);
		if (!rest->len) /* a comma at the end */
			return STRUCTURED_MALFORMED;
	}
	*ret_key = key;
	*ret_value = value;
	return STRUCTURED_MEMBER;
}

size_t structured_decode(struct str bytes, unsigned char *out, size_t max)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t len = 0;

	for (size_t i = 0; i < bytes.len && bytes.at[i] != '='; i++) {
		bits = bits << BITS | (uint32_t)base64_digit(bytes.at[i], "+/");
		count += BITS;
		if (count < 8)
			continue;
		count -= 8;
		if (len < max)
			out[len] = (unsigned char)(bits >> count);
		len++;
	}
	return len;
}
