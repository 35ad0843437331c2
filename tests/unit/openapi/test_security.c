/*
 * securitySchemes and security, and x-statute of both: what is demanded, what a 401 challenges with,
 * and what is wrong, at its place.
 */
#include "unit/openapi/bound.h"

#define OK "responses: {'200': {description: Done.}}"
#define GET(security) "    get: {security: " security ", " OK "}\n"

/* One path of its own, and collections that keys and users can be rows of. */
#define ROWS \
	"  /users:\n" \
	"    x-statute: {unique: [email]}\n" \
	"    get: {" OK "}\n" \
	"  /users/{id}:\n" \
	"    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n" \
	"    get: {responses: {'200': {description: One., content: {application/json: {schema: {type: object, " \
	"properties: {id: {type: integer}, email: {type: string}, age: {type: integer}, roles: {type: array}, " \
	"password: {type: string, format: password, writeOnly: true}}}}}}}}\n" \
	"  /keys:\n" \
	"    x-statute: {unique: [hash, code, [userId, code]]}\n" \
	"    get: {" OK "}\n" \
	"  /keys/{id}:\n" \
	"    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n" \
	"    get: {responses: {'200': {description: One., content: {application/json: {schema: {type: object, " \
	"properties: {id: {type: integer}, hash: {type: string}, code: {type: integer}, userId: {type: string}, " \
	"expiresAt: {type: string, format: date-time}}}}}}}}\n" \
	"  /settings:\n" \
	"    get: {" OK "}\n" \
	"    put: {requestBody: {content: {application/json: {}}}, " OK "}\n"

#define DOCUMENT(title, schemes, paths) \
	"openapi: 3.1.0\n" \
	"info: {title: " title ", version: '1'}\n" \
	"components:\n" \
	"  securitySchemes:\n" schemes "paths:\n" paths ROWS

#define BEARER "    bearer: {type: http, scheme: Bearer}\n"
#define BASIC "    basic: {type: http, scheme: basic, x-statute: {collection: users}}\n"
#define KEY "    key: {type: apiKey, in: header, name: X-Key, x-statute: {collection: keys}}\n"
#define COOKIE "    cookie: {type: apiKey, in: cookie, name: session, x-statute: {collection: keys}}\n"
#define QUERY \
	"    query: {type: apiKey, in: query, name: key, x-statute: {collection: keys, allow-query: true}}\n"
#define OAUTH \
	"    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://id.example/t', scopes: {a: A, b: " \
	"B}}}}\n"
#define ALL BEARER BASIC KEY COOKIE QUERY OAUTH

#define BIND(paths) bind_text(S(DOCUMENT("Shop", ALL, paths)), 0, "")

static const struct bound_operation *get(const char *template)
{
	for (size_t i = 0; i < api->path_count; i++)
		if (str_eq(api->paths[i].item->template_text, str_from(template)))
			return api->paths[i].operations[METHOD_GET];
	fail_msg("there is no path %s", template);
	return NULL;
}

static const struct security_scheme *scheme(const char *name)
{
	for (size_t i = 0; i < api->scheme_count; i++)
		if (str_eq(api->schemes[i].name, str_from(name)))
			return &api->schemes[i];
	fail_msg("there is no scheme %s", name);
	return NULL;
}

/* ---- What is demanded --------------------------------------------------------- */

static void one_of_the_choices_must_hold_and_all_of_its_schemes(void **state)
{
	const struct security *security;

	(void)state;
	BIND("  /a:\n" GET("[{bearer: [], key: []}, {oauth: [a, b]}]"));
	security = get("/a")->security;
	assert_true(get("/a")->needs_credentials);
	assert_true(api->needs_credentials);
	assert_int_equal(security->choice_count, 2);
	assert_int_equal(security->scheme_count, 3);
	assert_int_equal(security->choices[0].count, 2);
	assert_int_equal(security->choices[0].demands[0].scheme, 0);
	assert_int_equal(security->choices[0].demands[1].scheme, 1);
	assert_int_equal(security->choices[1].count, 1);
	assert_int_equal(security->choices[1].demands[0].scheme, 2);
	assert_int_equal(security->choices[1].demands[0].scope_count, 2);
	assert_int_equal(security->choices[1].demands[0].role_count, 0);
	assert_str(security->choices[1].demands[0].scopes[1], "b");
	assert_null(security->fault.issue);
	assert_true(scheme("oauth")->is_used);
	assert_false(scheme("cookie")->is_used);
}

/* OpenAPI 3.1 section 4.8.30: what is listed for other types than oauth2 and openIdConnect are roles. */
static void what_bearer_and_keys_list_are_roles(void **state)
{
	const struct security_demand *demand;

	(void)state;
	BIND("  /a:\n" GET("[{bearer: [admin, clerk]}]"));
	demand = &get("/a")->security->choices[0].demands[0];
	assert_int_equal(demand->scope_count, 0);
	assert_int_equal(demand->role_count, 2);
	assert_str(demand->roles[0], "admin");
	assert_str(demand->roles[1], "clerk");
}

static void an_empty_choice_lets_a_client_go_without(void **state)
{
	(void)state;
	BIND("  /a:\n" GET("[{bearer: []}, {}]") "  /b:\n" GET("[{}]") "  /c:\n    get: {" OK "}\n");
	assert_true(get("/a")->security->is_optional);
	assert_false(get("/a")->needs_credentials);
	assert_int_equal(get("/a")->security->choice_count, 1);
	assert_null(get("/b")->security);
	assert_null(get("/c")->security);
	assert_false(api->needs_credentials);
}

/* ---- Challenges ---------------------------------------------------------------- */

static void each_scheme_challenges_in_its_own_words(void **state)
{
	const struct security *security;

	(void)state;
	BIND("  /a:\n" GET("[{bearer: []}, {basic: []}, {key: []}, {oauth: [a, b]}]") "  /b:\n"
	     GET("[{cookie: []}, {query: []}]"));
	security = get("/a")->security;
	assert_str(security->challenges[0], "Bearer realm=\"Shop\"");
	assert_str(security->challenges[1], "Basic realm=\"Shop\", charset=\"UTF-8\"");
	assert_str(security->challenges[2], "ApiKey realm=\"Shop\", in=\"header\", name=\"X-Key\"");
	assert_str(security->challenges[3], "Bearer realm=\"Shop\", scope=\"a b\"");
	assert_str(security->vary, "Authorization, X-Key");
	assert_str(security->accept_vary, "Accept, Authorization, X-Key");
	security = get("/b")->security;
	assert_str(security->challenges[0], "ApiKey realm=\"Shop\", in=\"cookie\", name=\"session\"");
	assert_str(security->challenges[1], "ApiKey realm=\"Shop\", in=\"query\", name=\"key\"");
	assert_str(security->vary, "Cookie");
}

/* RFC 9110 section 5.6.4: what would end a quoted string, or is no part of one, stays out. */
static void a_realm_is_a_title_that_a_field_can_hold(void **state)
{
	(void)state;
#define REALM(title, realm) \
	do { \
		bind_text(S(DOCUMENT(title, BEARER, "  /a:\n" GET("[{bearer: []}]"))), 0, ""); \
		assert_str(get("/a")->security->challenges[0], "Bearer realm=\"" realm "\""); \
	} while (0)
	REALM("'My \"own\" \\ shop~'", "My own  shop~");
	REALM("'Caf\xC3\xA9 !'", "Caf !");
	REALM("'\xC3\xA9'", "API");
	REALM("0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789ab",
	      "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789");
#undef REALM
}

static void the_scopes_of_a_challenge_are_those_of_the_first_choice_with_its_scheme(void **state)
{
	(void)state;
	BIND("  /a:\n" GET("[{key: []}, {key: [], oauth: [b]}, {oauth: [a]}]") "  /b:\n" GET("[{oauth: []}, {oauth: [a]}]"));
	assert_str(get("/a")->security->challenges[1], "Bearer realm=\"Shop\", scope=\"b\"");
	assert_str(get("/b")->security->challenges[0], "Bearer realm=\"Shop\"");
}

static void what_is_missing_is_named_where_it_can_be_one_thing_alone(void **state)
{
	(void)state;
	BIND("  /a:\n" GET("[{bearer: []}, {oauth: []}]") "  /b:\n" GET("[{key: []}, {cookie: []}]") "  /c:\n"
	     GET("[{basic: []}]") "  /d:\n" GET("[{bearer: []}, {key: []}]"));
	assert_string_equal(get("/a")->security->missing_code, "TOKEN_MISSING");
	assert_string_equal(get("/b")->security->missing_code, "API_KEY_MISSING");
	assert_string_equal(get("/c")->security->missing_code, "CREDENTIALS_REQUIRED");
	assert_string_equal(get("/d")->security->missing_code, "CREDENTIALS_REQUIRED");
	assert_string_equal(security_invalid_code(SECURITY_TOKEN, 0), "TOKEN_INVALID");
	assert_string_equal(security_invalid_code(SECURITY_TOKEN, 1), "TOKEN_EXPIRED");
	assert_string_equal(security_invalid_code(SECURITY_API_KEY, 1), "API_KEY_EXPIRED");
	assert_null(security_invalid_code(SECURITY_PASSWORD, 1));
	assert_null(security_invalid_code(SECURITY_TOKEN, 2));
}

/* ---- What cannot be checked ------------------------------------------------------ */

#define FAULT(security_text, words) \
	do { \
		BIND("  /a:\n" GET(security_text)); \
		assert_string_equal(get("/a")->security->fault.issue, words); \
	} while (0)

static void an_operation_says_what_of_its_security_cannot_be_checked(void **state)
{
	(void)state;
	FAULT("[{bearer: [], basic: []}]",
	      "two schemes of one choice need the field Authorization, which there is once");
	BIND("  /a:\n" GET("[{bearer: []}, {basic: []}]"));
	assert_null(get("/a")->security->fault.issue);
	FAULT("[{bearer: [], basic: [], key: [], cookie: [], query: []}]",
	      "an operation can name four security schemes, not more");
	FAULT("[{key: [], cookie: [], query: [], oauth: []}, {bearer: []}]",
	      "an operation can name four security schemes, not more");
	FAULT("[{key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, "
	      "{key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}]",
	      "more than 16 choices");
	BIND("  /a:\n" GET("[{key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, "
	                   "{key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}, {key: []}]"));
	assert_null(get("/a")->security->fault.issue);
}

static void assert_scheme_fault(struct str text, const char *words)
{
	bind_text(text, 0, "");
	if (words)
		assert_string_equal(scheme("s")->fault.issue, words);
	else
		assert_null(scheme("s")->fault.issue);
}
#define SCHEME_FAULT(written, words) assert_scheme_fault(S(DOCUMENT("Shop", "    s: {" written "}\n", "")), words)
#define NO_FAULT NULL

static void a_scheme_says_what_of_it_cannot_be_checked(void **state)
{
	(void)state;
	SCHEME_FAULT("type: http, scheme: bearer", NO_FAULT);
	SCHEME_FAULT("type: http, scheme: digest",
	             "this scheme of HTTP authentication is not supported: bearer and basic are");
	SCHEME_FAULT("type: mutualTLS", "mutualTLS is not supported");
	SCHEME_FAULT("type: http, scheme: basic", "this scheme has no users to check passwords of");
	SCHEME_FAULT("type: apiKey, in: header, name: X-Key", "this scheme has no keys to check with");
	SCHEME_FAULT("type: apiKey, in: query, name: key, x-statute: {collection: keys}",
	             "an API key in the query ends up in logs and histories");
	SCHEME_FAULT("type: apiKey, in: query, name: key, x-statute: {collection: keys, allow-query: true}", NO_FAULT);
	SCHEME_FAULT("type: apiKey, in: cookie, name: Authorization, x-statute: {collection: keys}", NO_FAULT);
	SCHEME_FAULT("type: apiKey, in: header, name: authorization, x-statute: {collection: keys}",
	             "Authorization has a syntax of its own, of which an API key is no part");
	SCHEME_FAULT("type: apiKey, in: header, name: 'X Key', x-statute: {collection: keys}",
	             "an API key needs the name of its field, cookie or parameter");
	SCHEME_FAULT("type: openIdConnect, openIdConnectUrl: 'https://id.example/x'", NO_FAULT);
}

/* OpenID Connect Discovery 1.0 section 4: the issuer is what the well-known path is put behind. */
static void discovery_tells_the_issuer_by_its_address(void **state)
{
	(void)state;
	SCHEME_FAULT("type: openIdConnect, openIdConnectUrl: 'https://id.example/a/.well-known/openid-configuration'",
	             NO_FAULT);
	assert_str(scheme("s")->discovered, "https://id.example/a");
	assert_str(scheme("s")->discovery, "https://id.example/a/.well-known/openid-configuration");
	assert_true(scheme("s")->lists_scopes);
	SCHEME_FAULT("type: openIdConnect, openIdConnectUrl: 'https://id.example/x'", NO_FAULT);
	assert_int_equal(scheme("s")->discovered.len, 0);
}

/* ---- x-statute of a scheme of tokens ----------------------------------------------- */

#define TOKENS(extension) \
	bind_text(S(DOCUMENT("Shop", "    s: {type: http, scheme: bearer, x-statute: {" extension "}}\n", "")), 0, "")
#define TOKENS_ISSUE(extension, column, words) \
	bind_text(S(DOCUMENT("Shop", "    s: {type: http, scheme: bearer, x-statute: {" extension "}}\n", "")), \
	          STATUTE_EDOCUMENT, "api.yaml:5:" column ": error: " words "\n")

static void tokens_have_what_the_document_demands(void **state)
{
	(void)state;
	TOKENS("");
	assert_int_equal(scheme("s")->leeway_s, 60);
	assert_str(scheme("s")->roles_claim, "roles");
	assert_str(scheme("s")->scopes_claim, "scope");
	assert_int_equal(scheme("s")->keys.len, 0);
	TOKENS("keys: keys.json, issuer: me, audience: [a, b], leeway: 90s, required-type: at+jwt, roles: r.x, scopes: scp");
	assert_str(scheme("s")->keys, "keys.json");
	assert_false(scheme("s")->keys_are_remote);
	assert_str(scheme("s")->issuer, "me");
	assert_int_equal(scheme("s")->audience_count, 2);
	assert_str(scheme("s")->audience[1], "b");
	assert_int_equal(scheme("s")->leeway_s, 90);
	assert_str(scheme("s")->required_type, "at+jwt");
	assert_str(scheme("s")->roles_claim, "r.x");
	assert_str(scheme("s")->scopes_claim, "scp");
	TOKENS("keys: 'https://id.example/keys', audience: a, leeway: 3600");
	assert_str(scheme("s")->keys, "https://id.example/keys");
	assert_true(scheme("s")->keys_are_remote);
	assert_int_equal(scheme("s")->audience_count, 1);
	assert_int_equal(scheme("s")->leeway_s, 3600);
	TOKENS("keys: 'http://127.0.0.1/keys', leeway: 0");
	assert_true(scheme("s")->keys_are_remote);
	assert_int_equal(scheme("s")->leeway_s, 0);
}

static void a_file_of_keys_counts_from_the_file_that_names_it(void **state)
{
	(void)state;
	assert_int_equal(mkdir("parts", 0700), 0);
	write_file("parts/schemes.yaml", S("s: {type: http, scheme: bearer, x-statute: {keys: own/keys.json}}\n"
	                                   "t: {type: http, scheme: bearer, x-statute: {keys: /etc/keys.json}}\n"));
	bind_text(S(DOCUMENT("Shop", "    s: {$ref: 'parts/schemes.yaml#/s'}\n    t: {$ref: 'parts/schemes.yaml#/t'}\n", "")),
	          0, "");
	assert_str(scheme("s")->keys, "parts/own/keys.json");
	assert_str(scheme("t")->keys, "/etc/keys.json");
}

static void what_is_wrong_with_a_scheme_is_told_at_its_place(void **state)
{
	(void)state;
	TOKENS_ISSUE("keys: 1", "55",
	             "x-statute.keys must be a text that is not empty; name a file with a JSON Web Key Set: keys: keys.json");
	TOKENS_ISSUE("issuer: ''", "57",
	             "x-statute.issuer must be a text that is not empty; write what the tokens have in iss");
	TOKENS_ISSUE("audience: []", "59",
	             "an empty audience would refuse every token; leave it out where any audience will do");
	TOKENS_ISSUE("audience: [a, '']", "59",
	             "x-statute.audience must be a text, or a list of texts; write audience: shop, or a list of at most 16");
	TOKENS_ISSUE("audience: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q]", "59",
	             "x-statute.audience must be a text, or a list of texts; write audience: shop, or a list of at most 16");
	TOKENS("audience: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]");
	TOKENS_ISSUE("leeway: 3601", "57",
	             "x-statute.leeway must be a duration of at most an hour; write leeway: 30s, or a number of seconds");
	TOKENS_ISSUE("leeway: -1", "57",
	             "x-statute.leeway must be a duration of at most an hour; write leeway: 30s, or a number of seconds");
	TOKENS_ISSUE("leeway: 61m", "57",
	             "x-statute.leeway must be a duration of at most an hour; write leeway: 30s, or a number of seconds");
	TOKENS_ISSUE("kays: x", "49",
	             "x-statute has no key 'kays' here; the keys here are audience, issuer, keys, leeway, required-type, "
	             "roles, scopes");
	bind_text(S(DOCUMENT("Shop", "    s: {type: http, scheme: bearer, x-statute: [keys]}\n", "")), STATUTE_EDOCUMENT,
	          "api.yaml:5:48: error: x-statute must be an object\n");
}

/* ---- Rows ------------------------------------------------------------------------------ */

#define API_KEY(extension) "    s: {type: apiKey, in: header, name: K, x-statute: {" extension "}}\n"
#define USERS(extension) "    s: {type: http, scheme: basic, x-statute: {" extension "}}\n"
#define ROWS_ISSUE(written, column, words) \
	bind_text(S(DOCUMENT("Shop", written, "")), STATUTE_EDOCUMENT, "api.yaml:5:" column ": error: " words "\n")

static void keys_and_users_are_rows_of_a_collection(void **state)
{
	const struct security_rows *rows;

	(void)state;
	bind_text(S(DOCUMENT("Shop", API_KEY("collection: keys"), "")), 0, "");
	rows = &scheme("s")->rows;
	assert_str(rows->resource->collection.name, "keys");
	assert_str(rows->resource->collection.members[rows->member].name, "hash");
	assert_str(rows->expires, "expiresAt");
	assert_int_equal(rows->owner.len + rows->roles.len, 0);
	bind_text(S(DOCUMENT("Shop", API_KEY("collection: users, hash: email, owner: id, roles: roles, expires: age"), "")), 0,
	          "");
	rows = &scheme("s")->rows;
	assert_str(rows->resource->collection.members[rows->member].name, "email");
	assert_str(rows->owner, "id");
	assert_str(rows->roles, "roles");
	assert_str(rows->expires, "age");
	bind_text(S(DOCUMENT("Shop", API_KEY("collection: users, hash: email"), "")), 0, "");
	assert_int_equal(scheme("s")->rows.expires.len, 0);
	bind_text(S(DOCUMENT("Shop", USERS("collection: users, roles: roles"), "")), 0, "");
	rows = &scheme("s")->rows;
	assert_str(rows->resource->collection.members[rows->member].name, "email");
	assert_str(rows->password, "password");
	assert_str(rows->roles, "roles");
}

static void rows_that_cannot_be_looked_up_are_told(void **state)
{
	(void)state;
	ROWS_ISSUE(API_KEY("collection: kays"), "68", "'kays' is no collection of this document");
	ROWS_ISSUE(API_KEY("collection: settings"), "68", "'settings' is no collection of this document");
	ROWS_ISSUE(API_KEY("collection: keys, hash: hush"), "80",
	           "keys have no text 'hush' to be looked up by; name a member that is a text and is not writeOnly");
	ROWS_ISSUE(API_KEY("collection: keys, hash: code"), "80",
	           "keys have no text 'code' to be looked up by; name a member that is a text and is not writeOnly");
	ROWS_ISSUE(API_KEY("collection: keys, hash: userId"), "80",
	           "'userId' of keys is not unique: two rows could have the same; say so on its path: x-statute: {unique: "
	           "[userId]}");
	ROWS_ISSUE(API_KEY("collection: keys, owner: who"), "81", "keys have no member 'who'");
	ROWS_ISSUE(API_KEY("collection: keys, expires: until"), "83", "keys have no member 'until'");
	ROWS_ISSUE(API_KEY("collection: keys, allow-query: 1"), "87", "x-statute.allow-query must be true or false");
	ROWS_ISSUE(USERS("collection: users, password: email"), "77",
	           "users have no password 'email', which would be kept as a hash alone; declare it so: {type: string, "
	           "format: password, writeOnly: true}");
	ROWS_ISSUE(USERS("collection: keys, name: hash"), "47",
	           "keys have no password 'password', which would be kept as a hash alone; declare it so: {type: string, "
	           "format: password, writeOnly: true}");
	ROWS_ISSUE(USERS("collection: users, name: ''"), "73", "x-statute.name must be a name");
}

/* ---- Roles --------------------------------------------------------------------------------- */

#define ROLES(path_extension, get_members) \
	"  /a:\n    x-statute: {" path_extension "}\n    get: {" get_members OK "}\n" \
	"    put: {requestBody: {content: {application/json: {}}}, security: [{bearer: []}], " OK "}\n"
#define ROLES_ISSUE(path_extension, get_members, place, words) \
	bind_text(S(DOCUMENT("Shop", BEARER, ROLES(path_extension, get_members))), STATUTE_EDOCUMENT, \
	          "api.yaml:" place ": error: " words "\n")
#define SECURED "security: [{bearer: []}], "

static void roles_stand_at_the_operation_or_else_at_its_path(void **state)
{
	(void)state;
	bind_text(S(DOCUMENT("Shop", BEARER, ROLES("roles: [a]", SECURED))), 0, "");
	assert_int_equal(get("/a")->security->role_count, 1);
	assert_str(get("/a")->security->roles[0], "a");
	bind_text(S(DOCUMENT("Shop", BEARER, ROLES("roles: [a]", SECURED "x-statute: {roles: [b, c]}, "))), 0, "");
	assert_int_equal(get("/a")->security->role_count, 2);
	assert_str(get("/a")->security->roles[1], "c");
	bind_text(S(DOCUMENT("Shop", BEARER, ROLES("roles: {get: [d]}", SECURED))), 0, "");
	assert_str(get("/a")->security->roles[0], "d");
}

static void roles_need_names_and_credentials(void **state)
{
	(void)state;
	ROLES_ISSUE("roles: [a]", "", "8:24",
	            "GET /a has roles, and lets a client go without credentials; demand credentials in its `security`");
	ROLES_ISSUE("roles: [a]", "security: [{bearer: []}, {}], ", "8:24",
	            "GET /a has roles, and lets a client go without credentials; demand credentials in its `security`");
	ROLES_ISSUE("roles: []", SECURED, "8:24",
	            "x-statute.roles must be a list of names that is not empty; write roles: [admin], or roles: {delete: "
	            "[admin]} on a path");
	ROLES_ISSUE("roles: ['']", SECURED, "8:24",
	            "x-statute.roles must be a list of names that is not empty; write roles: [admin], or roles: {delete: "
	            "[admin]} on a path");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)
	const struct CMUnitTest tests[] = {
		TEST(one_of_the_choices_must_hold_and_all_of_its_schemes),
		TEST(what_bearer_and_keys_list_are_roles),
		TEST(an_empty_choice_lets_a_client_go_without),
		TEST(each_scheme_challenges_in_its_own_words),
		TEST(a_realm_is_a_title_that_a_field_can_hold),
		TEST(the_scopes_of_a_challenge_are_those_of_the_first_choice_with_its_scheme),
		TEST(what_is_missing_is_named_where_it_can_be_one_thing_alone),
		TEST(an_operation_says_what_of_its_security_cannot_be_checked),
		TEST(a_scheme_says_what_of_it_cannot_be_checked),
		TEST(discovery_tells_the_issuer_by_its_address),
		TEST(tokens_have_what_the_document_demands),
		TEST(a_file_of_keys_counts_from_the_file_that_names_it),
		TEST(what_is_wrong_with_a_scheme_is_told_at_its_place),
		TEST(keys_and_users_are_rows_of_a_collection),
		TEST(rows_that_cannot_be_looked_up_are_told),
		TEST(roles_stand_at_the_operation_or_else_at_its_path),
		TEST(roles_need_names_and_credentials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
