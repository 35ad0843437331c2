/* What x-statute says of paths whose answer is elsewhere: what is bound, and each mistake, told at its place. */
#include "unit/openapi/bound.h"

#define DOCUMENT(extension) \
	HEAD_3_1 "paths:\n" \
		 "  /old/{id}/{part}:\n" \
		 "    x-statute: " extension "\n" \
		 "    parameters: [{name: id, in: path, required: true, schema: {type: integer}}, " \
		 "{name: part, in: path, required: true, schema: {type: string}}]\n" \
		 "    get: {responses: {'200': {description: All.}}}\n" \
		 "    put: {responses: {'200': {description: Put.}}}\n" \
		 "  /files/v{n}:\n" \
		 "    parameters: [{name: n, in: path, required: true, schema: {type: string}}]\n" \
		 "    get: {responses: {'200': {description: All.}}}\n"

#define BINDS(extension) bind_text(S(DOCUMENT(extension)), 0, "")
#define FAULT(extension, column, text) \
	bind_text(S(DOCUMENT(extension)), STATUTE_EDOCUMENT, "api.yaml:5:" column ": error: " text "\n")

static const void *said_of(enum method method, enum binding_kind kind)
{
	const struct bound_operation *bound = api->paths[0].operations[method];

	assert_int_equal(bound->kind, kind);
	return bound->special.said;
}

static const char *written(const struct target *target, struct str query)
{
	static char text[1024];
	const struct route_match match = {
		.values = { S("1"), S("a/b&c") },
		.raw = { S("1"), S("a%2Fb&c") },
	};
	const struct target_values values = { .match = &match, .prefix = S("/api"), .query = query };
	struct buf buf = { .at = text, .cap = sizeof(text) - 1, .max = sizeof(text) - 1 };

	assert_true(target_write(target, &values, &buf));
	assert_false(buf.failed);
	text[buf.len] = '\0';
	return text;
}

static const char *led_to(struct str query)
{
	return written(&((const struct redirect *)said_of(METHOD_GET, BINDING_REDIRECT))->to, query);
}

static void a_redirect_keeps_parameters_and_the_query(void **state)
{
	(void)state;
	BINDS("{redirect: '/v2/{part}/x{id}'}");
	assert_string_equal(led_to((struct str){ 0 }), "/api/v2/a%2Fb&c/x1");
	assert_string_equal(led_to(S("")), "/api/v2/a%2Fb&c/x1");
	assert_string_equal(led_to(S("q=1&&r")), "/api/v2/a%2Fb&c/x1?q=1&r");
	BINDS("{redirect: 'https://new.example:8443/{id}?p={part}&q=2#end'}");
	assert_string_equal(led_to(S("q=1&s=%20\"&p")), "https://new.example:8443/1?p=a%2Fb%26c&q=2&s=%20%22#end");
	BINDS("{redirect: 'https://new.example?q={id}'}");
	assert_string_equal(led_to(S("r=1")), "https://new.example?q=1&r=1");
}

static void what_a_uri_cannot_hold_is_encoded(void **state)
{
	(void)state;
	BINDS("{redirect: '/caf\xC3\xA9/50%/%41'}");
	assert_string_equal(led_to(S("\xC3\xBC={}")), "/api/caf%C3%A9/50%25/%41?%C3%BC=%7B%7D");
}

static void a_redirect_settles_what_the_graph_asks(void **state)
{
	const struct statute_facts *facts;

	(void)state;
	BINDS("{redirect: {to: /x, permanent: false, keep-method: false, max-age: 60}}");
	facts = &api->paths[0].operations[METHOD_PUT]->fixed;
	assert_true(statute_fact_is(facts, STATUTE_FACT_ROUTE_MOVED));
	assert_false(statute_fact_is(facts, STATUTE_FACT_MOVED_FOR_GOOD));
	assert_false(statute_fact_is(facts, STATUTE_FACT_KEEPS_METHOD));
	assert_str(((const struct redirect *)said_of(METHOD_PUT, BINDING_REDIRECT))->cache_control, "max-age=60");
	assert_int_equal(api->paths[0].otherwise->kind, BINDING_REDIRECT);
	assert_null(api->paths[1].otherwise);
	BINDS("{redirect: {to: /x, max-age: 366d}}");
	BINDS("{redirect: {to: /x, max-age: 0}}");
}

#define NO_TARGET "is no path and no URL; name a path, /orders, or a URL, https://shop.example/orders"

static void a_redirect_to_nowhere_is_an_error(void **state)
{
	(void)state;
	FAULT("{redirect: x}", "27", "x-statute.redirect " NO_TARGET);
	FAULT("{redirect: '//evil.example/x'}", "27", "x-statute.redirect " NO_TARGET);
	FAULT("{redirect: '/\\evil.example'}", "27", "x-statute.redirect " NO_TARGET);
	FAULT("{redirect: 'https:///x'}", "27", "x-statute.redirect " NO_TARGET);
	FAULT("{redirect: 'javascript:alert(1)'}", "27", "x-statute.redirect " NO_TARGET);
	FAULT("{redirect: '/a b'}", "27", "x-statute.redirect " NO_TARGET);
	FAULT("{redirect: {to: 1}}", "32", "x-statute.redirect.to " NO_TARGET);
	FAULT("{redirect: {permanent: true}}", "27",
	      "x-statute.redirect does not say where to; write redirect: /v2/users/{id}, or redirect: {to: "
	      "/v2/users/{id}, permanent: false}");
	FAULT("{redirect: true}", "27",
	      "x-statute.redirect does not say where to; write redirect: /v2/users/{id}, or redirect: {to: "
	      "/v2/users/{id}, permanent: false}");
	FAULT("{redirect: '/old/{id}/{part}?x=1'}", "27",
	      "x-statute.redirect leads back to its own path; name another path");
}

static void a_redirect_has_four_keys(void **state)
{
	(void)state;
	FAULT("{redirect: {to: /x, status: 301}}", "36",
	      "x-statute.redirect has no key 'status'; use to, permanent, keep-method and max-age");
	FAULT("{redirect: {to: /x, permanent: 1}}", "47",
	      "x-statute.redirect.permanent is no boolean; write true or false");
	FAULT("{redirect: {to: /x, max-age: 367d}}", "45",
	      "x-statute.redirect.max-age is no time of at most 366 days; write max-age: 3600, or max-age: 1h");
	FAULT("{redirect: {to: /x, max-age: -1}}", "45",
	      "x-statute.redirect.max-age is no time of at most 366 days; write max-age: 3600, or max-age: 1h");
}

static void a_name_must_be_a_parameter_of_the_path(void **state)
{
	(void)state;
	FAULT("{redirect: '/v2/{user}'}", "27",
	      "'{user}' in x-statute.redirect is no parameter of the path; {id}, {part} can stand there");
	FAULT("{redirect: '/v2/{}'}", "27",
	      "x-statute.redirect has braces that do not fit together; write a name between '{' and '}'");
	FAULT("{redirect: '/v2/{id'}", "27",
	      "x-statute.redirect has braces that do not fit together; write a name between '{' and '}'");
	FAULT("{redirect: '/v2/{i{d}}'}", "27",
	      "x-statute.redirect has braces that do not fit together; write a name between '{' and '}'");
	FAULT("{redirect: '/v2?a=}'}", "27",
	      "x-statute.redirect has braces that do not fit together; write a name between '{' and '}'");
	FAULT("{redirect: '/v2#{id}'}", "27",
	      "x-statute.redirect has a name behind its '#'; put the name into the path or the query");
}

static void no_request_chooses_the_host_or_climbs(void **state)
{
	(void)state;
	FAULT("{redirect: 'https://{part}.example/x'}", "27",
	      "x-statute.redirect lets a request choose the host; write the host out");
	FAULT("{redirect: 'https://shop.example:{id}'}", "27",
	      "x-statute.redirect lets a request choose the host; write the host out");
	FAULT("{redirect: '/v2/{id}{part}'}", "27",
	      "a request could turn '{id}{part}' in x-statute.redirect into a segment of dots; give it a segment of its "
	      "own, or a text beside it");
	BINDS("{redirect: '/v2/{id}-{part}/.{id}x'}");
	bind_text(S(DOCUMENT("{limit: {requests: 1, window: 1}}") "    x-statute: {redirect: '/n/{n}'}\n"), STATUTE_EDOCUMENT,
	          "api.yaml:12:27: error: a request could turn '{n}' in x-statute.redirect into a segment of dots; give it "
	          "a segment of its own, or a text beside it\n");
	bind_text(S(DOCUMENT("{limit: {requests: 1, window: 1}}") "    x-statute: {redirect: '/n/w{n}'}\n"), 0, "");
}

static void gone_is_true_or_tells_of_a_successor(void **state)
{
	const struct retirement *gone;

	(void)state;
	BINDS("{gone: true}");
	assert_int_equal(((const struct retirement *)said_of(METHOD_GET, BINDING_GONE))->successor.text.len, 0);
	assert_int_equal(api->paths[0].otherwise->kind, BINDING_GONE);
	BINDS("{gone: {successor: '/v2/{id}', sunset: 2026-02-28T12:00:00Z, message: No more.}}");
	gone = said_of(METHOD_GET, BINDING_GONE);
	assert_string_equal(written(&gone->successor, (struct str){ 0 }), "/api/v2/1");
	assert_str(gone->sunset, "Sat, 28 Feb 2026 12:00:00 GMT");
	FAULT("{gone: false}", "23",
	      "x-statute.gone is neither true nor an object; write gone: true, or gone: {successor: /v2/orders}");
	FAULT("{gone: {sunset: soon}}", "32",
	      "x-statute.gone.sunset is no date; write a date, 2027-01-08, or a date-time");
	FAULT("{gone: {sunset: 2027-02-30}}", "32",
	      "x-statute.gone.sunset is no date; write a date, 2027-01-08, or a date-time");
	FAULT("{gone: {message: 1}}", "33", "x-statute.gone.message is a number; say it in a text");
	FAULT("{gone: {succesor: /x}}", "24", "x-statute.gone has no key 'succesor'; use successor, sunset and message");
}

static void deprecation_stands_beside_what_an_operation_does(void **state)
{
	const struct deprecation *deprecation;

	(void)state;
	BINDS("{deprecation: {since: 2026-01-08, sunset: 2027-01-08, successor: '/v2/{id}', documentation: /docs}}");
	deprecation = api->paths[0].operations[METHOD_PUT]->deprecation;
	assert_str(deprecation->since, "@1767830400");
	assert_str(deprecation->sunset, "Fri, 08 Jan 2027 00:00:00 GMT");
	assert_str(deprecation->documentation, "/docs");
	assert_null(api->paths[1].operations[METHOD_GET]->deprecation);
	FAULT("{deprecation: true}", "30",
	      "x-statute.deprecation does not say since when; write deprecation: {since: 2026-01-08, sunset: 2027-01-08, "
	      "successor: /v2/orders}");
	FAULT("{deprecation: {since: 2026-01-08, until: 1}}", "50",
	      "x-statute.deprecation has no key 'until'; use since, sunset, successor and documentation");
	FAULT("{deprecation: {since: 2026-01-08, documentation: docs}}", "65",
	      "x-statute.deprecation.documentation is no path and no URL; name a path or a URL");
}

#define BY "write legal: \"https://regulator.example/orders/7\", or legal: {by: …, message: …}"

static void legal_names_who_enforces_it(void **state)
{
	const struct legal_block *block;

	(void)state;
	BINDS("{legal: {by: 'https://regulator.example/7', message: By order.}}");
	block = said_of(METHOD_GET, BINDING_LEGAL);
	assert_str(block->by, "https://regulator.example/7");
	assert_str(block->message, "By order.");
	assert_null(api->paths[0].otherwise); /* methods that are not there stay 405 */
	BINDS("{legal: 'https://regulator.example/7'}");
	FAULT("{legal: true}", "24", "x-statute.legal names nobody who blocks it by a URL; " BY);
	FAULT("{legal: {by: someone}}", "29", "x-statute.legal names nobody who blocks it by a URL; " BY);
	FAULT("{legal: {message: x}}", "24", "x-statute.legal names nobody who blocks it by a URL; " BY);
	FAULT("{legal: {by: /x, message: ''}}", "42", "x-statute.legal.message is a string; say it in a text");
	FAULT("{legal: {by: /x, who: me}}", "33", "x-statute.legal has no key 'who'; use by and message");
}

#define CHOICES_TEXT(choices) \
	HEAD_3_1 "paths:\n" \
		 "  /report:\n" \
		 "    get: {x-statute: {choices: " choices "}, responses: {'300': {description: Choose.}}}\n"
#define CHOICE_FAULT(choices, column, text) \
	bind_text(S(CHOICES_TEXT(choices)), STATUTE_EDOCUMENT, "api.yaml:5:" column ": error: " text "\n")
#define CHOICES_EXAMPLE \
	"write choices: [{href: /report.pdf, type: application/pdf}, {href: /report.csv, type: text/csv}]"

static void choices_are_a_list_of_two_or_more(void **state)
{
	const struct choices *choices;

	(void)state;
	bind_text(S(CHOICES_TEXT("[{href: /a}, {href: /b, preferred: true}]")), 0, "");
	choices = said_of(METHOD_GET, BINDING_CHOICES);
	assert_int_equal(choices->count, 2);
	assert_ptr_equal(choices->preferred, &choices->list[1]);
	CHOICE_FAULT("[{href: /a}]", "32", "x-statute.choices is no list of 2 to 16; " CHOICES_EXAMPLE);
	CHOICE_FAULT("[{href: /a}, {type: a/b}]", "45", "an entry of x-statute.choices has no href; " CHOICES_EXAMPLE);
	CHOICE_FAULT("[{href: /a}, {href: /b, type: 'a\"b'}]", "62",
	             "x-statute.choices has a type that is no text; write a text without quotes");
	CHOICE_FAULT("[{href: /a, preferred: true}, {href: /b, preferred: true}]", "84",
	             "x-statute.choices prefers more than one, or says so otherwise than with true; write preferred: true "
	             "at one of them");
	CHOICE_FAULT("[{href: /a}, {href: /b, size: 1}]", "56",
	             "x-statute.choices has no key 'size'; use href, type, language, title and preferred");
	bind_text(S(HEAD_3_1 "paths:\n"
	                     "  /report:\n"
	                     "    put: {x-statute: {choices: [{href: /a}, {href: /b}]}, responses: {'300': {description: "
	                     "Choose.}}}\n"),
	          STATUTE_EDOCUMENT,
	          "api.yaml:5:10: error: x-statute.choices stands on a method that is not GET; write it at the get of the "
	          "path\n");
}

#define SHOP(extension) \
	HEAD_3_1 "paths:\n" \
		 "  /checkout:\n" \
		 "    x-statute: {collection: orders}\n" \
		 "    post: {x-statute: {see-other: " extension "}, requestBody: {content: {application/json: {}}}, " \
		 "responses: {'303': {description: Made.}}}\n" \
		 "  /orders:\n" \
		 "    get: {responses: {'200': {description: All.}}}\n" \
		 "    post: {requestBody: {content: {application/json: {}}}, responses: {'205': {description: Made.}}}\n" \
		 "  /orders/{orderId}:\n" \
		 "    parameters: [{name: orderId, in: path, required: true, schema: {type: integer}}]\n" \
		 "    get: {responses: {'200': {description: One., content: {application/json: {schema: {type: object, " \
		 "required: [code], properties: {id: {type: integer, readOnly: true}, code: {type: string}, note: {type: " \
		 "string}}}}}}}}\n" \
		 "    delete: {x-statute: {see-other: /orders}, responses: {'303': {description: Gone.}}}\n"
#define SHOP_FAULT(extension, column, text) \
	bind_text(S(SHOP(extension)), STATUTE_EDOCUMENT, "api.yaml:6:" column ": error: " text "\n")

static void see_other_names_what_a_row_is_sure_to_have(void **state)
{
	const struct bound_operation *made;

	(void)state;
	bind_text(S(SHOP("'/orders/{orderId}?code={code}&again={id}'")), 0, "");
	made = api->paths[0].operations[METHOD_POST];
	assert_str(made->resource->path, "/orders"); /* its own path, though the other one comes first */
	assert_str(made->resource->collection.name, "orders");
	assert_true(statute_fact_is(&made->fixed, STATUTE_FACT_SEE_OTHER));
	assert_int_equal(made->see_other->to.path.pieces[0].source, TARGET_ID);
	assert_int_equal(made->see_other->to.query.pieces[0].source, TARGET_MEMBER);
	assert_false(target_write(&made->see_other->to, &(struct target_values){ .id = S("7") },
	                          &(struct buf){ .max = 0 })); /* a row of before its schema demanded the code */
	bind_text(S(SHOP("true")), 0, "");
	SHOP_FAULT("'/orders/{note}'", "35",
	           "'{note}' in x-statute.see-other is no parameter of the path, and no id or required member of a row; "
	           "{id} can stand there");
	SHOP_FAULT("false", "35", "x-statute.see-other " NO_TARGET);
}

static void see_other_stands_where_something_is_written(void **state)
{
	(void)state;
	bind_text(S(HEAD_3_1 "paths:\n"
	                     "  /settings:\n"
	                     "    x-statute: {singleton: true}\n"
	                     "    get: {x-statute: {see-other: /x}, responses: {'200': {description: One.}}}\n"),
	          STATUTE_EDOCUMENT,
	          "api.yaml:6:34: error: x-statute.see-other stands on an operation that writes nothing; write it at a "
	          "POST, PUT, PATCH or DELETE of a resource\n");
	bind_text(S(HEAD_3_1 "paths:\n"
	                     "  /a:\n"
	                     "    get: {responses: {'200': {description: All.}}}\n"
	                     "  /a/{id}:\n"
	                     "    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
	                     "    delete: {x-statute: {see-other: true}, responses: {'303': {description: Gone.}}}\n"),
	          STATUTE_EDOCUMENT,
	          "api.yaml:8:37: error: x-statute.see-other leads to a row that was deleted; write see-other: /orders\n");
}

static void a_form_is_reset_where_the_document_says_205_and_no_201(void **state)
{
	const struct statute_facts *facts;

	(void)state;
	bind_text(S(SHOP("true")), 0, "");
	facts = &api->paths[1].operations[METHOD_POST]->fixed;
	assert_true(statute_fact_is(facts, STATUTE_FACT_RESETS_FORM));
	assert_true(statute_fact_known(facts, STATUTE_FACT_RETURNS_CONTENT));
	assert_false(statute_fact_is(facts, STATUTE_FACT_RETURNS_CONTENT));
}

#define ITEMS(extension, type, put) \
	HEAD_3_1 "paths:\n" \
		 "  /pots:\n" \
		 "    x-statute: " extension "\n" \
		 "    get: {responses: {'200': {description: All.}}}\n" \
		 "  /pots/{pot}:\n" \
		 "    parameters: [{name: pot, in: path, required: true, schema: {type: " type "}}]\n" \
		 "    get: {responses: {'200': {description: One., content: {application/json: {schema: {type: object, " \
		 "properties: {id: {type: integer, readOnly: true}, slug: {type: string}, size: {type: integer}, bad: {type: " \
		 "boolean}}}}}}}}\n" \
		 "    put: {requestBody: {content: {application/json: {}}}, responses: {'" put "': {description: Put.}}}\n"
#define ITEMS_FAULT(extension, column, text) \
	bind_text(S(ITEMS(extension, "string", "200")), STATUTE_EDOCUMENT, "api.yaml:5:" column ": error: " text "\n")

static void a_canonical_member_is_a_unique_text(void **state)
{
	const struct resource *pots;

	(void)state;
	bind_text(S(ITEMS("{canonical: slug, unique: [slug]}", "string", "200")), 0, "");
	pots = api->resources[0];
	assert_str(pots->collection.members[pots->canonical->member].name, "slug");
	assert_false(statute_fact_known(&api->paths[1].operations[METHOD_GET]->fixed, STATUTE_FACT_RESOURCE_MOVED));
	assert_true(statute_fact_known(&api->paths[1].operations[METHOD_PUT]->fixed, STATUTE_FACT_RESOURCE_MOVED));
	ITEMS_FAULT("{canonical: slug}", "28",
	            "x-statute.canonical is 'slug', which several items could have; add it: unique: [slug]");
	ITEMS_FAULT("{canonical: slug, unique: [[slug, size]]}", "28",
	            "x-statute.canonical is 'slug', which several items could have; add it: unique: [slug]");
	ITEMS_FAULT("{canonical: size, unique: [size]}", "28",
	            "x-statute.canonical cannot be 'size'; name a text of a collection's items");
	ITEMS_FAULT("{canonical: slag, unique: [slug]}", "17", "'slag' is no scalar member of 'pots'; did you mean 'slug'?");
	ITEMS_FAULT("{canonical: true, unique: [slug]}", "28",
	            "x-statute.canonical names no member; write canonical: slug, or canonical: {member: slug, permanent: "
	            "false}");
	ITEMS_FAULT("{canonical: {member: slug, permanent: 1}, unique: [slug]}", "54",
	            "x-statute.canonical is a number; write true or false");
	ITEMS_FAULT("{canonical: {member: slug, status: 301}, unique: [slug]}", "43",
	            "x-statute.canonical has no key 'status'; use member, permanent and keep-method");
}

static void a_canonical_path_must_take_texts_and_make_nothing(void **state)
{
	(void)state;
	bind_text(S(ITEMS("{canonical: slug, unique: [slug]}", "integer", "200")), STATUTE_EDOCUMENT,
	          "api.yaml:8:18: error: 'pot' takes no text, and x-statute.canonical has one in its place; write schema: "
	          "{type: string}\n");
	bind_text(S(ITEMS("{canonical: slug, unique: [slug]}", "string", "201")), STATUTE_EDOCUMENT,
	          "api.yaml:10:10: error: a PUT cannot make an item here: with x-statute.canonical its path does not say its "
	          "id; leave the 201 out, or canonical\n");
}

#define LEGAL_EXAMPLE "write legal-rows: {member: takedown, by: \"https://regulator.example/\", roles: [admin]}"

static void rows_are_blocked_by_a_boolean_or_a_text(void **state)
{
	const struct legal_rows *legal;

	(void)state;
	bind_text(S(ITEMS("{legal-rows: {member: bad, by: 'https://r.example/', roles: [admin, judge]}}", "string", "200")),
	          0, "");
	legal = api->resources[0]->legal;
	assert_int_equal(legal->roles.count, 2);
	assert_str(legal->block.by, "https://r.example/");
	ITEMS_FAULT("{legal-rows: {member: size, by: /r}}", "38",
	            "x-statute.legal-rows cannot be 'size'; name a boolean, or a text that says why");
	ITEMS_FAULT("{legal-rows: {member: 1, by: /r}}", "38", "x-statute.legal-rows names no member; " LEGAL_EXAMPLE);
	ITEMS_FAULT("{legal-rows: {member: wherefore, by: /r}}", "30",
	            "'wherefore' is no scalar member of 'pots'; name a string, number, integer or boolean member of its schema");
	ITEMS_FAULT("{legal-rows: bad}", "29",
	            "x-statute.legal-rows needs a member of a collection's items, and who blocks them; " LEGAL_EXAMPLE);
	ITEMS_FAULT("{legal-rows: {member: bad, by: r}}", "47",
	            "x-statute.legal-rows names nobody who blocks it by a URL; " LEGAL_EXAMPLE);
	ITEMS_FAULT("{legal-rows: {member: bad, by: /r, roles: []}}", "58",
	            "x-statute.legal-rows.roles is no list of roles; write roles: [admin]");
	ITEMS_FAULT("{legal-rows: {member: bad, by: /r, who: me}}", "51",
	            "x-statute.legal-rows has no key 'who'; use member, by and roles");
}

static void an_operation_is_in_one_place_alone(void **state)
{
	(void)state;
	FAULT("{redirect: /x, gone: true}", "31",
	      "x-statute has 'redirect' and 'gone', and an operation is bound to one thing; keep one of them");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_redirect_keeps_parameters_and_the_query),
		TEST(what_a_uri_cannot_hold_is_encoded),
		TEST(a_redirect_settles_what_the_graph_asks),
		TEST(a_redirect_to_nowhere_is_an_error),
		TEST(a_redirect_has_four_keys),
		TEST(a_name_must_be_a_parameter_of_the_path),
		TEST(no_request_chooses_the_host_or_climbs),
		TEST(gone_is_true_or_tells_of_a_successor),
		TEST(deprecation_stands_beside_what_an_operation_does),
		TEST(legal_names_who_enforces_it),
		TEST(choices_are_a_list_of_two_or_more),
		TEST(see_other_names_what_a_row_is_sure_to_have),
		TEST(see_other_stands_where_something_is_written),
		TEST(a_form_is_reset_where_the_document_says_205_and_no_201),
		TEST(a_canonical_member_is_a_unique_text),
		TEST(a_canonical_path_must_take_texts_and_make_nothing),
		TEST(rows_are_blocked_by_a_boolean_or_a_text),
		TEST(an_operation_is_in_one_place_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
