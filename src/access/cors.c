/* Origins and names of fields against what a document allows: see cors.h. */
#include "access/cors.h"

#include "message/syntax.h"

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 3986 section 3.1, in lower case. */
static bool is_scheme(struct str text)
{
	if (!text.len || !is_lower(text.at[0]))
		return false;
	for (size_t i = 1; i < text.len; i++)
		if (!is_lower(text.at[i]) && !is_digit(text.at[i]) && !memchr("+-.", text.at[i], 3))
			return false;
	return true;
}

/* Labels of a name, as browsers write them: names in other scripts are punycode by then. */
static bool is_name(struct str text)
{
	while (text.at) {
		struct str label = str_cut(&text, '.');

		if (!label.len)
			return false;
		for (size_t i = 0; i < label.len; i++)
			if (!is_lower(label.at[i]) && !is_digit(label.at[i]) && label.at[i] != '-' &&
			    label.at[i] != '_')
				return false;
	}
	return true;
}

static bool is_address(struct str text)
{
	if (text.len < 4 || text.at[0] != '[' || text.at[text.len - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < text.len; i++)
		if (!is_digit(text.at[i]) && !(text.at[i] >= 'a' && text.at[i] <= 'f') && text.at[i] != ':' &&
		    text.at[i] != '.')
			return false;
	return true;
}

/* A browser leaves the port out that the scheme implies: written, it would never match. */
static bool is_port(struct str scheme, struct str text)
{
	uint64_t port;

	if (!text.len || text.len > 5 || text.at[0] == '0' || !str_to_u64(text, &port) || port > 65535)
		return false;
	return !(str_eq(scheme, S("http")) && port == 80) && !(str_eq(scheme, S("https")) && port == 443);
}

/* "https" and "shop.example:8443" of "https://shop.example:8443". */
static bool split(struct str text, struct str *ret_scheme, struct str *ret_host)
{
	size_t end = str_find(text, ':');

	*ret_scheme = str_sub(text, 0, end);
	*ret_host = str_sub(text, end + 3, text.len);
	return str_starts(str_sub(text, end, text.len), S("://")) && is_scheme(*ret_scheme);
}

/* The host without its port; false where there is a port that is none. */
static bool cut_port(struct str scheme, struct str *host)
{
	size_t skip = host->len && host->at[0] == '[' ? str_find(*host, ']') : 0;
	size_t end = skip + str_find(str_sub(*host, skip, host->len), ':');
	struct str port = str_sub(*host, end + 1, host->len);
	bool has_port = end < host->len;

	*host = str_sub(*host, 0, end);
	return !has_port || is_port(scheme, port);
}

bool cors_is_origin(struct str text)
{
	struct str scheme, host;

	return split(text, &scheme, &host) && cut_port(scheme, &host) &&
	       (is_address(host) || (host.len && is_name(host)));
}

/* A star, then a name of two labels at least: nobody wants to allow all of ".com". */
static bool read_pattern(struct str text, struct cors_origin *ret_origin)
{
	size_t star = str_find(text, '*');
	struct str scheme, host, name;

	if (!split(text, &scheme, &host) || !cut_port(scheme, &host) || !str_starts(host, S("*.")))
		return false;
	name = str_sub(host, 2, host.len);
	if (!name.len || !is_name(name) || str_find(name, '.') == name.len)
		return false;
	*ret_origin = (struct cors_origin){ str_sub(text, 0, star), str_sub(text, star + 1, text.len) };
	return true;
}

bool cors_origin_read(struct str text, struct cors_origin *ret_origin)
{
	if (str_find(text, '*') < text.len)
		return read_pattern(text, ret_origin);
	if (!str_eq(text, S("null")) && !cors_is_origin(text))
		return false;
	*ret_origin = (struct cors_origin){ .head = text };
	return true;
}

/* Fetch compares origins byte by byte; for '*' stand whole labels alone, never a port or a path. */
static bool matches(const struct cors_origin *allowed, struct str origin)
{
	size_t around = allowed->head.len + allowed->tail.len;

	if (!allowed->tail.at)
		return str_eq(origin, allowed->head);
	return origin.len > around && str_starts(origin, allowed->head) && str_ends(origin, allowed->tail) &&
	       is_name(str_sub(origin, allowed->head.len, origin.len - around));
}

bool cors_allows(const struct cors *cors, struct str origin)
{
	if (cors->allows_any)
		return true;
	for (size_t i = 0; i < cors->origin_count; i++)
		if (matches(&cors->origins[i], origin))
			return true;
	return false;
}

bool cors_allows_header(const struct cors *cors, struct str name)
{
	for (size_t i = 0; i < cors->header_count; i++)
		if (str_eq_nocase(cors->headers[i], name))
			return true;
	return cors->allows_any_header && syntax_is_token(name) && !str_eq_nocase(name, S("authorization"));
}

void cors_add_headers(const struct cors *cors, struct str asked, struct buf *buf)
{
	bool is_first = true;

	while (asked.at) {
		struct str name = str_trim(str_cut(&asked, ','));

		if (!name.len || !cors_allows_header(cors, name))
			continue;
		buf_add(buf, is_first ? S("") : S(", "));
		buf_add(buf, name);
		is_first = false;
	}
}
