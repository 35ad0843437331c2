/* Addresses, host names and e-mail addresses (RFC 2673, 4291, 1123, 5321, 6531): see format.h. */
#include "schema/format.h"
#include "schema/idna.h"

enum { NAME_MAX_LEN = 253, LABEL_MAX_LEN = 63, LOCAL_MAX_LEN = 64 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Four numbers without leading zeros (RFC 3986, dec-octet). */
bool format_is_ipv4(struct str text)
{
	unsigned parts = 0;

	for (struct str rest = text; rest.at; parts++) {
		struct str part = str_cut(&rest, '.');
		uint64_t value;

		if (part.len > 3 || (part.len > 1 && part.at[0] == '0') || !str_to_u64(part, &value) ||
		    value > 255)
			return false;
	}
	return parts == 4;
}

static bool is_group(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.at[i]) && !(text.at[i] >= 'a' && text.at[i] <= 'f') &&
		    !(text.at[i] >= 'A' && text.at[i] <= 'F'))
			return false;
	return text.len >= 1 && text.len <= 4;
}

/* Groups between colons; the last may be an IPv4 address, of two groups. -1 where something else is there. */
static int count_groups(struct str text, bool is_end)
{
	int groups = 0;

	for (struct str rest = text; text.len && rest.at; groups++) {
		struct str part = str_cut(&rest, ':');

		if (!rest.at && is_end && str_find(part, '.') < part.len) {
			if (!format_is_ipv4(part))
				return -1;
			groups++;
		} else if (!is_group(part)) {
			return -1;
		}
		if (groups > 8)
			return -1;
	}
	return groups;
}

bool format_is_ipv6(struct str text)
{
	size_t gap = 0;
	int before, after;

	while (gap + 1 < text.len && !(text.at[gap] == ':' && text.at[gap + 1] == ':'))
		gap++;
	if (gap + 1 >= text.len)
		return count_groups(text, true) == 8;
	before = count_groups(str_sub(text, 0, gap), false);
	after = count_groups(str_sub(text, gap + 2, text.len), true);
	return before >= 0 && after >= 0 && before + after <= 7;
}

static bool is_ascii_label(struct str label)
{
	for (size_t i = 0; i < label.len; i++)
		if (!is_letter(label.at[i]) && !is_digit(label.at[i]) && label.at[i] != '-')
			return false;
	return label.len >= 1 && label.len <= LABEL_MAX_LEN && label.at[0] != '-' &&
	       label.at[label.len - 1] != '-';
}

/* An A-label must be one (RFC 5890, section 2.3.2.1), and all labels together may have to keep the Bidi rule. */
bool format_is_hostname(struct str text)
{
	struct idna idna = { 0 };

	for (struct str rest = text; rest.at;) {
		struct str label = str_cut(&rest, '.');

		if (!is_ascii_label(label) || !idna_label(&idna, label))
			return false;
	}
	return text.len > 0 && text.len <= NAME_MAX_LEN && idna_keeps_rule(&idna);
}

/* Also U+3002, U+FF0E and U+FF61 separate labels (RFC 3490, section 3.1). */
static struct str cut_label(struct str *rest)
{
	static const char *const dots[] = { ".", "\xE3\x80\x82", "\xEF\xBC\x8E", "\xEF\xBD\xA1" };

	for (size_t i = 0; i < rest->len; i++)
		for (size_t k = 0; k < sizeof(dots) / sizeof(*dots); k++) {
			struct str dot = str_from(dots[k]), label = str_sub(*rest, 0, i);

			if (!str_starts(str_sub(*rest, i, rest->len), dot))
				continue;
			*rest = str_sub(*rest, i + dot.len, rest->len);
			return label;
		}
	return str_cut(rest, '\0');
}

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] >= 0x80)
			return false;
	return true;
}

bool format_is_idn_hostname(struct str text)
{
	struct idna idna = { 0 };

	for (struct str rest = text; rest.at;) {
		struct str label = cut_label(&rest);

		if (!label.len || (is_ascii(label) && !is_ascii_label(label)) || !idna_label(&idna, label))
			return false;
	}
	return text.len > 0 && idna.len <= NAME_MAX_LEN + 1 && idna_keeps_rule(&idna);
}

static bool is_atom_character(char c, bool is_idn)
{
	if ((unsigned char)c >= 0x80)
		return is_idn;
	return is_letter(c) || is_digit(c) || (c > ' ' && c < 0x7F && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool is_dot_string(struct str text, bool is_idn)
{
	for (struct str rest = text; rest.at;) {
		struct str atom = str_cut(&rest, '.');

		for (size_t i = 0; i < atom.len; i++)
			if (!is_atom_character(atom.at[i], is_idn))
				return false;
		if (!atom.len)
			return false;
	}
	return text.len > 0;
}

/* The length of "…" in quotes at the front; 0 where there is none. */
static size_t quoted_len(struct str text, bool is_idn)
{
	for (size_t i = 1; text.len && text.at[0] == '"' && i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if (c == '"')
			return i + 1;
		if (c == '\\')
			c = ++i < text.len ? (unsigned char)text.at[i] : 0;
		if (c < ' ' || c == 0x7F || (c >= 0x80 && !is_idn))
			return 0;
	}
	return 0;
}

static bool is_address_literal(struct str text)
{
	if (text.len < 2 || text.at[0] != '[' || text.at[text.len - 1] != ']')
		return false;
	text = str_sub(text, 1, text.len - 2);
	if (str_eq_nocase(str_sub(text, 0, 5), S("IPv6:")))
		return format_is_ipv6(str_sub(text, 5, text.len));
	return format_is_ipv4(text);
}

static bool is_email(struct str text, bool is_idn)
{
	size_t quoted = quoted_len(text, is_idn), at = quoted ? quoted : str_find(text, '@');
	struct str local = str_sub(text, 0, at), domain = str_sub(text, at + 1, text.len);

	if (at >= text.len || text.at[at] != '@' || at > LOCAL_MAX_LEN ||
	    (!quoted && !is_dot_string(local, is_idn)))
		return false;
	return is_address_literal(domain) ||
	       (is_idn ? format_is_idn_hostname(domain) : format_is_hostname(domain));
}

bool format_is_email(struct str text)
{
	return is_email(text, false);
}

bool format_is_idn_email(struct str text)
{
	return is_email(text, true);
}
