/*
 * Does a response keep the contract of its status? The obliged fields come from
 * status.def; what depends on more than the status stands in `special` below.
 * RFC 9110 sections 8.6, 10.2.2, 15; RFC 7725 section 3.
 */
#include <statute/status.h>

#include <string.h>
#include <strings.h>

#include "base/str.h"

struct response {
	const struct statute_status_facts *facts;
	statute_status_lookup *lookup;
	void *data;
};

static const char *field(const struct response *response, const char *name)
{
	return response->lookup(response->data, name);
}

static bool is_interim(int status)
{
	return status < 200;
}

/* Is there a field for `group`, which is "a" or "a|b|c"? */
static bool has_one_of(const struct response *response, struct str group)
{
	char name[32];

	while (group.at) {
		struct str one = str_cut(&group, '|');

		if (one.len >= sizeof(name))
			return false;
		memcpy(name, one.at, one.len);
		name[one.len] = '\0';
		if (field(response, name))
			return true;
	}
	return false;
}

/* The two kinds of obligations of a row have static texts: all of one status share one. */
static bool has_headers(const struct statute_status *status, const struct response *response)
{
	struct str groups = str_from(status->headers);

	while (groups.len)
		if (!has_one_of(response, str_cut(&groups, ' ')))
			return false;
	return true;
}

static const struct {
	int code;
	const char *text;
} needs[] = {
#define STATUS(number, phrase, registration, content, cacheable, client, section, headers, meaning, use, \
               avoid, contract) \
	{ number, #number " needs " headers },
#include "status/status.def"
#undef STATUS
};

/* `code` is that of a row. */
static const char *missing_headers(int code)
{
	size_t row = 0;

	while (needs[row].code != code)
		row++;
	return needs[row].text;
}

static const char *broken_content(const struct statute_status *status, const struct response *response)
{
	bool has_content = response->facts->has_content;

	if (response->facts->is_head)
		return has_content ? "an answer to HEAD has no content" : NULL;
	switch (status->content) {
	case STATUTE_CONTENT_REQUIRED: return has_content ? NULL : "the status needs content";
	case STATUTE_CONTENT_FORBIDDEN: return has_content ? "the status has no content" : NULL;
	case STATUTE_CONTENT_EMPTY: return has_content ? "the content of the status is empty" : NULL;
	case STATUTE_CONTENT_ALLOWED: break;
	}
	return NULL;
}

static bool names_token(const char *value, const char *token)
{
	struct str rest = str_from(value);

	while (rest.at)
		if (str_eq_nocase(str_trim(str_cut(&rest, ',')), str_from(token)))
			return true;
	return false;
}

static const char *broken_partial(const struct response *response)
{
	const char *type = field(response, "content-type");
	bool is_multipart = type && strncasecmp(type, "multipart/byteranges", 20) == 0;

	if (is_multipart == !field(response, "content-range"))
		return NULL;
	return is_multipart ? "206 with several parts has no content-range on top"
	                    : "206 needs content-range";
}

static const char *broken_not_modified(const struct response *response)
{
	const char *length = field(response, "content-length");

	if (field(response, "content-type") || field(response, "content-encoding"))
		return "304 has no fields about content";
	return length && strcmp(length, "0") == 0 ? "304 has no content-length of 0" : NULL;
}

static const char *broken_special(int code, const struct response *response)
{
	switch (code) {
	case 201:
		return response->facts->is_post && !field(response, "location")
		               ? "201 after POST needs location"
		               : NULL;
	case 204: return field(response, "content-length") ? "204 has no content-length" : NULL;
	case 206: return broken_partial(response);
	case 304: return broken_not_modified(response);
	case 101:
	case 426:
		return names_token(field(response, "connection"), "upgrade") ? NULL
		                                                             : "connection must say upgrade";
	case 408:
		return names_token(field(response, "connection"), "close") ? NULL
		                                                           : "408 needs connection: close";
	case 451:
		return strstr(field(response, "link"), "blocked-by") ? NULL
		                                                     : "451 needs link with rel=blocked-by";
	default:
		if (is_interim(code) && field(response, "content-length"))
			return "an interim response has no content-length";
		return NULL;
	}
}

int statute_status_check(int code, const struct statute_status_facts *facts, statute_status_lookup *lookup,
                         void *data, const char **ret_broken)
{
	const struct statute_status *status = statute_status_class_fallback(code);
	const struct response response = { facts, lookup, data };
	const char *broken;

	if (!status)
		broken = "the status is not within 100 to 599";
	else if (status->code == code && status->registration == STATUTE_REGISTERED_RESERVED)
		broken = "the status is reserved";
	else if (!has_headers(status, &response))
		broken = missing_headers(status->code);
	else if (!(broken = broken_content(status, &response)))
		broken = broken_special(status->code, &response);
	if (!broken)
		return 0;
	*ret_broken = broken;
	return STATUTE_EINVAL;
}
