/* URIs, IRIs and templates of them (RFC 3986, 3987, 6570): see format.h. */
#include "schema/format.h"

/* What a part of a URI may hold beyond unreserved characters and escapes. */
#define SUB_DELIMS "!$&'()*+,;="
#define PATH SUB_DELIMS ":@/"
#define QUERY PATH "?"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_escape(struct str text, size_t at)
{
	return text.len - at > 2 && is_hex(text.at[at + 1]) && is_hex(text.at[at + 2]);
}

/* ucschar; and iprivate, which only queries may hold (RFC 3987, section 2.2). */
static bool is_beyond_ascii(uint32_t c, bool is_query)
{
	bool is_private = (c >= 0xE000 && c <= 0xF8FF) || (c >= 0xF0000 && c <= 0xFFFFD) || c >= 0x100000;

	if (is_private)
		return is_query;
	return c >= 0xA0 && (c & 0xFFFE) != 0xFFFE && !(c >= 0xFDD0 && c <= 0xFDEF) &&
	       !(c >= 0xFFF0 && c <= 0xFFFF) && !(c >= 0xE0000 && c <= 0xE0FFF);
}

/* Only unreserved characters, escapes and those of `extra`; in an IRI others too. */
static bool is_made_of(struct str text, const char *extra, bool is_iri)
{
	for (size_t i = 0; i < text.len;) {
		char c = text.at[i];
		const char *at = text.at + i;

		if ((unsigned char)c >= 0x80) {
			int32_t code = is_iri ? utf8_next(&at, text.at + text.len) : -1;

			if (code < 0 || !is_beyond_ascii((uint32_t)code, extra[strlen(extra) - 1] == '?'))
				return false;
			i = (size_t)(at - text.at);
		} else if (c == '%' && is_escape(text, i)) {
			i += 3;
		} else if (is_letter(c) || is_digit(c) || (c && strchr("-._~", c)) ||
		           (c && strchr(extra, c))) {
			i++;
		} else {
			return false;
		}
	}
	return true;
}

/* "v1.fe80::a", without its brackets. */
static bool is_future_address(struct str text)
{
	size_t dot = str_find(text, '.');

	if (text.len < 4 || (text.at[0] != 'v' && text.at[0] != 'V') || dot < 2 || dot + 1 >= text.len)
		return false;
	for (size_t i = 1; i < dot; i++)
		if (!is_hex(text.at[i]))
			return false;
	text = str_sub(text, dot + 1, text.len);
	return str_find(text, '%') == text.len && is_made_of(text, SUB_DELIMS ":", false);
}

static bool is_port(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.at[i]))
			return false;
	return true;
}

static bool is_authority(struct str text, bool is_iri)
{
	size_t at = str_find(text, '@'), colon, end;

	if (at < text.len) {
		if (!is_made_of(str_sub(text, 0, at), SUB_DELIMS ":", is_iri))
			return false;
		text = str_sub(text, at + 1, text.len);
	}
	if (!text.len || text.at[0] != '[') {
		colon = str_find(text, ':');
		return is_made_of(str_sub(text, 0, colon), SUB_DELIMS, is_iri) &&
		       is_port(str_sub(text, colon + 1, text.len));
	}
	end = str_find(text, ']');
	if (end == text.len || (end + 1 < text.len && text.at[end + 1] != ':') ||
	    !is_port(str_sub(text, end + 2, text.len)))
		return false;
	text = str_sub(text, 1, end - 1);
	return format_is_ipv6(text) || is_future_address(text);
}

/* Everything after the scheme. */
static bool is_rest(struct str text, bool has_scheme, bool is_iri)
{
	size_t hash = str_find(text, '#'), mark;
	struct str fragment = str_sub(text, hash + 1, text.len), query, path;

	text = str_sub(text, 0, hash);
	mark = str_find(text, '?');
	query = str_sub(text, mark + 1, text.len);
	path = str_sub(text, 0, mark);
	if (!is_made_of(query, QUERY, is_iri) || !is_made_of(fragment, PATH "?/", is_iri))
		return false;
	if (str_starts(path, S("//"))) {
		size_t slash;

		path = str_sub(path, 2, path.len);
		slash = str_find(path, '/');
		if (!is_authority(str_sub(path, 0, slash), is_iri))
			return false;
		path = str_sub(path, slash, path.len);
	} else if (!has_scheme && str_find(path, ':') < str_find(path, '/')) {
		return false; /* the first segment would be a scheme */
	}
	return is_made_of(path, PATH, is_iri);
}

static size_t scheme_len(struct str text)
{
	size_t len = 0;

	while (len < text.len &&
	       (is_letter(text.at[len]) || (len && (is_digit(text.at[len]) || text.at[len] == '+' ||
	                                            text.at[len] == '-' || text.at[len] == '.'))))
		len++;
	return len < text.len && text.at[len] == ':' ? len : 0;
}

static bool is_absolute(struct str text, bool is_iri)
{
	size_t len = scheme_len(text);

	return len && is_rest(str_sub(text, len + 1, text.len), true, is_iri);
}

static bool is_reference(struct str text, bool is_iri)
{
	return is_absolute(text, is_iri) || is_rest(text, false, is_iri);
}

bool format_is_uri(struct str text)
{
	return is_absolute(text, false);
}

bool format_is_uri_reference(struct str text)
{
	return is_reference(text, false);
}

bool format_is_iri(struct str text)
{
	return is_absolute(text, true);
}

bool format_is_iri_reference(struct str text)
{
	return is_reference(text, true);
}

/* "name", "a.b", "%41", with ":3" or "*" after it (RFC 6570, section 2.3). */
static bool is_variable(struct str text)
{
	bool may_dot = false;
	size_t i = 0;

	if (text.len && text.at[text.len - 1] == '*')
		text.len--;
	for (; i < text.len && text.at[i] != ':'; i++) {
		char c = text.at[i];

		if (c == '.' && !may_dot)
			return false;
		if (c == '%' && is_escape(text, i))
			i += 2;
		else if (!is_letter(c) && !is_digit(c) && c != '_' && c != '.')
			return false;
		may_dot = c != '.';
	}
	if (!may_dot)
		return false;
	if (i == text.len)
		return true;
	text = str_sub(text, i + 1, text.len);
	return text.len >= 1 && text.len <= 4 && text.at[0] != '0' && is_port(text);
}

static bool is_expression(struct str text)
{
	if (text.len && strchr("+#./;?&", text.at[0]) && text.at[0])
		text = str_sub(text, 1, text.len);
	for (struct str rest = text; rest.at;)
		if (!is_variable(str_cut(&rest, ',')))
			return false;
	return text.len > 0;
}

bool format_is_uri_template(struct str text)
{
	for (size_t i = 0; i < text.len;) {
		char c = text.at[i];
		size_t end = str_find(str_sub(text, i, text.len), '}');

		if (c == '{' && i + end < text.len && is_expression(str_sub(text, i + 1, end - 1)))
			i += end + 1;
		else if (c == '%' && is_escape(text, i))
			i += 3;
		else if ((unsigned char)c > ' ' && c != 0x7F && !strchr("\"%<>\\^`{|}", c))
			i++;
		else
			return false;
	}
	return true;
}
