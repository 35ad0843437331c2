/* URLs: see url.h. */
#include "client/url.h"

#include "message/syntax.h"

enum { PORT_HTTP = 80, PORT_HTTPS = 443, PORT_LAST = 65535 };

static bool starts_nocase(struct str text, struct str prefix)
{
	return str_eq_nocase(str_sub(text, 0, prefix.len), prefix);
}

static bool is_visible(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] <= ' ' || text.at[i] > '~' || text.at[i] == '#' || text.at[i] == '\\' ||
		    text.at[i] == '"' || text.at[i] == '<' || text.at[i] == '>')
			return false;
	return true;
}

static bool is_host_char(char c, bool is_address)
{
	return char_is(c, CHAR_UNRESERVED) || (is_address && c == ':');
}

/* "[::1]" or "example.com"; *ret_rest is what follows. */
static bool read_host(struct str authority, struct str *ret_host, struct str *ret_rest)
{
	bool is_address = str_starts(authority, S("["));
	size_t from = is_address ? 1 : 0, len = from;

	while (len < authority.len && is_host_char(authority.at[len], is_address))
		len++;
	*ret_host = str_sub(authority, from, len - from);
	if (!ret_host->len || ret_host->len > URL_HOST_MAX)
		return false;
	if (is_address && (len == authority.len || authority.at[len++] != ']'))
		return false;
	*ret_rest = str_sub(authority, len, authority.len);
	return true;
}

static bool read_authority(struct str authority, struct url *url)
{
	struct str rest;
	uint64_t port;

	if (!read_host(authority, &url->host, &rest))
		return false;
	url->authority = authority;
	url->port = url->is_tls ? PORT_HTTPS : PORT_HTTP;
	if (!rest.len)
		return true;
	if (rest.at[0] != ':' || !str_to_u64(str_sub(rest, 1, rest.len), &port) || port < 1 || port > PORT_LAST)
		return false;
	url->port = (uint16_t)port;
	url->has_port = true;
	return true;
}

bool url_read(struct str text, struct url *ret_url)
{
	struct url url = { 0 };
	size_t len = 0;

	if (text.len > URL_MAX || !is_visible(text))
		return false;
	url.is_tls = starts_nocase(text, S("https://"));
	if (!url.is_tls && !starts_nocase(text, S("http://")))
		return false;
	text = str_sub(text, url.is_tls ? 8 : 7, text.len);
	while (len < text.len && text.at[len] != '/' && text.at[len] != '?')
		len++;
	url.target = str_sub(text, len, text.len);
	if (!read_authority(str_sub(text, 0, len), &url))
		return false;
	*ret_url = url;
	return true;
}
