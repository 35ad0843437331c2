/* What a token claims, held against what is demanded: see token.h. */
#include "access/token.h"

enum { CLAIMS_DEPTH = 16, CLAIMS_NODES = 4096 };

static enum token_outcome refuse(const char **ret_why, const char *why)
{
	*ret_why = why;
	return TOKEN_INVALID;
}

/* NumericDate (RFC 7519 section 2): seconds, perhaps with a fraction. False where it is something else. */
static bool read_time(const struct json *claim, double *ret_s)
{
	return json_to_double(claim, ret_s) && *ret_s >= 0 && *ret_s < 1e15;
}

static enum token_outcome check_times(const struct token_rules *rules, const struct json *claims, double now,
                                      const char **ret_why)
{
	const struct json *not_before = json_get(claims, S("nbf"));
	double leeway = (double)rules->leeway_s, expires, begins;

	if (!json_get(claims, S("exp")))
		return refuse(ret_why, "it has no exp and would hold for ever");
	if (!read_time(json_get(claims, S("exp")), &expires))
		return refuse(ret_why, "its exp is no time");
	if (not_before && !read_time(not_before, &begins))
		return refuse(ret_why, "its nbf is no time");
	if (not_before && begins > now + leeway)
		return refuse(ret_why, "its nbf is still to come");
	if (expires > now - leeway)
		return TOKEN_VALID;
	*ret_why = "its exp is over";
	return TOKEN_EXPIRED;
}

static bool is_meant(const struct token_rules *rules, struct str name)
{
	for (size_t i = 0; i < rules->audience_count; i++)
		if (str_eq(rules->audience[i], name))
			return true;
	return false;
}

/* `aud`: a text, or an array of them (RFC 7519 section 4.1.3). */
static bool audience_holds(const struct token_rules *rules, const struct json *claim)
{
	if (!rules->audience_count)
		return true;
	if (json_is(claim, JSON_STRING))
		return is_meant(rules, claim->text);
	json_each(name, json_is(claim, JSON_ARRAY) ? claim : NULL)
		if (json_is(name, JSON_STRING) && is_meant(rules, name->text))
			return true;
	return false;
}

static enum token_outcome check_claims(const struct token_rules *rules, const struct json *claims,
                                       int64_t now_s, const char **ret_why)
{
	const struct json *subject = json_get(claims, S("sub"));

	if (subject && !json_is(subject, JSON_STRING))
		return refuse(ret_why, "its sub is no text");
	if (rules->issuer.len && !str_eq(json_get_text(claims, S("iss")), rules->issuer))
		return refuse(ret_why, "it is of another issuer");
	if (!audience_holds(rules, json_get(claims, S("aud"))))
		return refuse(ret_why, "it is meant for another audience");
	return check_times(rules, claims, (double)now_s, ret_why);
}

/* Media types without regard to case, "application/" left out or not (RFC 7515 section 4.1.9). */
static bool type_holds(struct str demanded, struct str type)
{
	struct str prefix = S("application/");

	if (!demanded.len)
		return true;
	if (str_eq_nocase(str_sub(type, 0, prefix.len), prefix))
		type = str_sub(type, prefix.len, type.len);
	if (str_eq_nocase(str_sub(demanded, 0, prefix.len), prefix))
		demanded = str_sub(demanded, prefix.len, demanded.len);
	return str_eq_nocase(type, demanded);
}

enum token_outcome token_verify(const struct token_rules *rules, struct str text, int64_t now_s,
                                struct arena *arena, struct token *ret_token, const char **ret_why)
{
	const struct json_limits limits = { .depth = CLAIMS_DEPTH, .nodes = CLAIMS_NODES };
	struct json_fault fault;
	struct json *claims = NULL;
	struct str payload = { 0 }, type = { 0 };
	enum jws_outcome signature = jws_verify_typed(&rules->keys, text, arena, &payload, &type);
	enum token_outcome outcome;
	int r;

	if (signature == JWS_NO_MEMORY)
		return TOKEN_NO_MEMORY;
	if (signature != JWS_VALID)
		return refuse(ret_why, jws_outcome_text(signature));
	if (!type_holds(rules->type, type))
		return refuse(ret_why, "its typ is another one than is demanded");
	r = json_parse(arena, payload, &limits, &claims, &fault);
	if (r == STATUTE_ENOMEM)
		return TOKEN_NO_MEMORY;
	if (r < 0 || !json_is(claims, JSON_OBJECT))
		return refuse(ret_why, "its claims are no JSON object");
	outcome = check_claims(rules, claims, now_s, ret_why);
	if (outcome == TOKEN_VALID)
		*ret_token = (struct token){ .claims = claims, .subject = json_get_text(claims, S("sub")) };
	return outcome;
}

bool token_claim_has(const struct token *token, struct str claim, struct str name)
{
	const struct json *value = json_get(token->claims, claim);
	struct str rest = json_text(value);

	json_each(item, json_is(value, JSON_ARRAY) ? value : NULL)
		if (json_is(item, JSON_STRING) && str_eq(item->text, name))
			return true;
	while (rest.at)
		if (str_eq(str_cut(&rest, ' '), name))
			return name.len > 0;
	return false;
}

static const struct json *claim_at(const struct json *claims, struct str path)
{
	const struct json *claim = json_get(claims, path);
	struct str rest = path;

	if (claim)
		return claim;
	for (claim = claims; rest.at && claim;)
		claim = json_get(claim, str_cut(&rest, '.'));
	return claim;
}

int token_claim_names(struct arena *arena, const struct token *token, struct str claim,
                      const struct str **ret_names, size_t *ret_count)
{
	const struct json *value = claim_at(token->claims, claim);
	struct str rest = json_text(value), *names;
	size_t count = 0;

	names = arena_array(arena, json_is(value, JSON_ARRAY) ? value->count : rest.len / 2 + 1, sizeof(*names));
	if (!names)
		return STATUTE_ENOMEM;
	json_each(item, json_is(value, JSON_ARRAY) ? value : NULL)
		if (json_text(item).len)
			names[count++] = item->text;
	while (rest.at) {
		struct str name = str_cut(&rest, ' ');

		if (name.len)
			names[count++] = name;
	}
	*ret_names = names;
	*ret_count = count;
	return 0;
}
