/*
 * API keys: sent in a field, a cookie or (where the document insists) a parameter of the query, and
 * looked up by their hash. See access/api_key.h for why that is enough.
 */
#include "access/api_key.h"
#include "base/clock.h"
#include "exchange/identity_rows.h"
#include "message/uri.h"

/* What was sent, and how often. */
struct sent {
	struct str value;
	size_t count;
};

static void add(struct sent *sent, struct str value)
{
	sent->value = value;
	sent->count++;
}

static void find_fields(const struct exchange *x, struct str name, struct sent *sent)
{
	for (size_t i = 0; i < x->request.field_count; i++)
		if (str_eq_nocase(x->request.fields[i].name, name))
			add(sent, str_trim(x->request.fields[i].value));
}

/* RFC 6265 section 4.2.1; the field may stand on several lines, as HTTP/2 has it. */
static void find_cookies(const struct exchange *x, struct str name, struct sent *sent)
{
	for (size_t i = 0; i < x->request.field_count; i++) {
		struct str rest = x->request.fields[i].value;

		if (!str_eq_nocase(x->request.fields[i].name, S("Cookie")))
			continue;
		while (rest.at) {
			struct str value = str_trim(str_cut(&rest, ';')), pair_name = str_cut(&value, '=');

			if (value.at && str_eq(pair_name, name))
				add(sent, value);
		}
	}
}

/* Keys have no characters that a query would encode. */
static void find_parameters(const struct exchange *x, struct str name, struct sent *sent)
{
	struct str rest = x->request.query, pair_name, value;

	while (query_next(&rest, &pair_name, &value))
		if (str_eq(pair_name, name))
			add(sent, value);
}

static struct sent find(const struct exchange *x, const struct security_scheme *scheme)
{
	struct sent sent = { 0 };

	switch (scheme->place) {
	case SECURITY_IN_HEADER: find_fields(x, scheme->field, &sent); break;
	case SECURITY_IN_COOKIE: find_cookies(x, scheme->field, &sent); break;
	case SECURITY_IN_QUERY: find_parameters(x, scheme->field, &sent); break;
	}
	return sent;
}

static bool is_sent(const struct exchange *x, const struct security_scheme *scheme)
{
	return find(x, scheme).count > 0;
}

static const char *misread(struct exchange *x, const struct security_scheme *scheme)
{
	struct sent sent = find(x, scheme);

	if (sent.count > 1)
		return "the API key is there more than once";
	if (!sent.value.len)
		return "the API key is empty";
	return sent.value.len > API_KEY_MAX ? "the API key is longer than 256 bytes" : NULL;
}

/* A date that cannot be read is one that is over: nobody is let in by a mistake. */
static bool has_expired(const struct exchange *x, const struct security_scheme *scheme,
                        const struct json *body)
{
	const struct json *expires = scheme->rows.expires.len ? json_get(body, scheme->rows.expires) : NULL;
	int64_t end_s;

	if (!expires || json_is(expires, JSON_NULL))
		return false;
	return !clock_rfc3339_parse(json_text(expires), &end_s) || end_s <= x->now_ms / 1000;
}

static enum identity_outcome check(struct exchange *x, const struct security_scheme *scheme,
                                   struct principal *ret_principal, const char **ret_why)
{
	char hash[API_KEY_HASH_LEN];
	enum identity_outcome outcome;
	struct store_row row;
	struct json *body;

	api_key_hash(find(x, scheme).value, hash);
	outcome = identity_find_row(x, scheme, str_of(hash, sizeof(hash)), &row);
	if (outcome != IDENTITY_VALID)
		return outcome;
	body = identity_parse(x, row.body);
	if (!body)
		return IDENTITY_NO_MEMORY;
	if (has_expired(x, scheme, body)) {
		*ret_why = "the key's time is over";
		return IDENTITY_EXPIRED;
	}
	return identity_take_row(x, scheme, &row, body, ret_principal);
}

const struct identity_kind identity_api_key = { is_sent, misread, check };
