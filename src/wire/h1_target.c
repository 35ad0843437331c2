/* The four forms of a request target (RFC 9112 section 3.2) and authorities (RFC 3986 section 3.2): see h1_parts.h. */
#include "wire/h1_parts.h"

#include <arpa/inet.h>

#include "message/syntax.h"
#include "message/uri.h"

static struct str skip(struct str text, size_t count)
{
	return str_sub(text, count, text.len);
}

/* An address in brackets. Of the two forms in the grammar, IPvFuture is refused: no such version exists. */
static bool is_ipv6(struct str text)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr parsed;

	if (text.len >= sizeof(address) || memchr(text.at, '\0', text.len))
		return false;
	memcpy(address, text.at, text.len);
	address[text.len] = '\0';
	return inet_pton(AF_INET6, address, &parsed) == 1;
}

/* reg-name, which every IPv4 address is too. */
static bool is_registered_name(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (char_is(text.at[i], CHAR_UNRESERVED | CHAR_SUB_DELIM))
			continue;
		if (text.at[i] != '%' || text.len - i < 3 || !char_is(text.at[i + 1], CHAR_HEX) ||
		    !char_is(text.at[i + 2], CHAR_HEX))
			return false;
		i += 2;
	}
	return text.len > 0;
}

/* ":" and at most the digits of a port, or nothing. */
static bool is_port(struct str text)
{
	enum { LAST_PORT = 65535 };
	uint64_t port = 0;

	if (!text.len)
		return true;
	if (text.at[0] != ':')
		return false;
	return text.len == 1 || (str_to_u64(skip(text, 1), &port) && port <= LAST_PORT);
}

bool h1_is_authority(struct str text)
{
	size_t end;

	if (text.len && text.at[0] == '[') {
		end = str_find(text, ']');
		return end < text.len && is_ipv6(str_sub(text, 1, end - 1)) && is_port(skip(text, end + 1));
	}
	end = str_find(text, ':');
	return is_registered_name(str_sub(text, 0, end)) && is_port(skip(text, end));
}

static enum h1_refusal check_path(struct str path)
{
	bool is_encoded = false;

	for (size_t i = 0; i < path.len; i++) {
		if (!char_is(path.at[i], CHAR_PATH))
			return H1_REFUSAL_BAD_TARGET_BYTE;
		if (path.at[i] == '%') {
			if (path.len - i < 3 || !char_is(path.at[i + 1], CHAR_HEX) ||
			    !char_is(path.at[i + 2], CHAR_HEX))
				return H1_REFUSAL_BAD_ESCAPE;
			if (path.at[i + 1] == '0' && path.at[i + 2] == '0')
				return H1_REFUSAL_NUL_IN_PATH;
		}
		is_encoded |= path.at[i] == '%' || (unsigned char)path.at[i] >= 0x80;
	}
	return is_encoded && !uri_is_valid_encoding(path) ? H1_REFUSAL_PATH_NOT_UTF8 : H1_REFUSAL_NONE;
}

/* What the values decode to is for the operation's parameters to judge. */
static enum h1_refusal check_query(struct str query)
{
	for (size_t i = 0; i < query.len; i++)
		if (query.at[i] == '%' && (query.len - i < 3 || !char_is(query.at[i + 1], CHAR_HEX) ||
		                           !char_is(query.at[i + 2], CHAR_HEX)))
			return H1_REFUSAL_BAD_ESCAPE;
	return H1_REFUSAL_NONE;
}

static enum h1_refusal read_origin(struct str target, struct request *request)
{
	size_t path_len = str_find(target, '?');
	enum h1_refusal refusal;

	request->path = str_sub(target, 0, path_len);
	if (path_len < target.len)
		request->query = skip(target, path_len + 1);
	refusal = check_path(request->path);
	return refusal ? refusal : check_query(request->query);
}

/* The length of "http://" or "https://" that the target begins with; 0 where it begins with neither. */
static size_t scheme_len(struct str target)
{
	if (str_eq_nocase(str_sub(target, 0, 7), S("http://")))
		return 7;
	return str_eq_nocase(str_sub(target, 0, 8), S("https://")) ? 8 : 0;
}

static enum h1_refusal read_absolute(struct request *request)
{
	struct str rest = skip(request->target, scheme_len(request->target));
	size_t len = 0;

	while (len < rest.len && rest.at[len] != '/' && rest.at[len] != '?')
		len++;
	request->authority = str_sub(rest, 0, len);
	if (str_find(request->authority, '@') < len)
		return H1_REFUSAL_USERINFO;
	if (!h1_is_authority(request->authority))
		return H1_REFUSAL_BAD_TARGET_AUTHORITY;
	return read_origin(skip(rest, len), request);
}

static enum h1_refusal read_connect(const struct request *request)
{
	struct str target = request->target;
	size_t colon = target.len;

	while (colon && target.at[colon - 1] != ':')
		colon--;
	if (!colon || colon == target.len || !h1_is_authority(target))
		return H1_REFUSAL_BAD_TARGET_AUTHORITY;
	return H1_REFUSAL_CONNECT;
}

enum h1_refusal h1_read_target(struct request *request)
{
	if (request->method == METHOD_CONNECT)
		return read_connect(request);
	if (request->target.at[0] == '/')
		return read_origin(request->target, request);
	if (str_eq(request->target, S("*"))) {
		request->path = request->target;
		return request->method == METHOD_OPTIONS ? H1_REFUSAL_NONE : H1_REFUSAL_ASTERISK_FORM;
	}
	if (scheme_len(request->target))
		return read_absolute(request);
	return H1_REFUSAL_BAD_TARGET_FORM;
}
