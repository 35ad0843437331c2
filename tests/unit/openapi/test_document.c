#include "unit/openapi/folder.h"

static void every_problem_is_told_at_its_place(void **state)
{
	(void)state;
	REFUSED("openapi: 3.1.1\n"
	        "info:\n"
	        "  title: 7\n"
	        "  sumary: a shop\n"
	        "servers: {url: /v1}\n"
	        "paths:\n"
	        "  users:\n"
	        "    get:\n"
	        "      tags: [a, 1]\n"
	        "      responses:\n"
	        "        20: {description: fine}\n",
	        "shop.yaml:3:3: error: the Info Object lacks 'version'\n"
	        "shop.yaml:3:10: error: 'title' must be a string, not a number; put it in quotes\n"
	        "shop.yaml:4:3: error: 'sumary' is not a field of the Info Object; did you mean 'summary'?\n"
	        "shop.yaml:5:10: error: 'servers' must be an array, not an object\n"
	        "shop.yaml:7:3: error: the path 'users' does not begin with '/'\n"
	        "shop.yaml:9:17: error: this must be a string, not a number; put it in quotes\n"
	        "shop.yaml:11:9: error: '20' is not a status code; use a code such as 404, a class such as "
	        "4XX, or "
	        "default\n");
}

static void other_versions_are_refused_at_once(void **state)
{
	(void)state;
	REFUSED("swagger: '2.0'\ninfo: 1\n",
	        "shop.yaml:1:1: error: this is a Swagger 2.0 document; convert it to OpenAPI 3\n");
	REFUSED("openapi: 3.2.0\nfoo: 1\n",
	        "shop.yaml:1:10: error: OpenAPI 3.2.0 is not understood; use 3.0 or 3.1\n");
	REFUSED("openapi: 3.1\n", "shop.yaml:1:10: error: 'openapi' must be a string; write it in quotes, in "
	                          "full: \"3.1.1\"\n");
	REFUSED("info: {}\n",
	        "shop.yaml:1:1: error: the OpenAPI Object lacks 'openapi'; begin with 'openapi: 3.1.1'\n");
	REFUSED("- 1\n", "shop.yaml:1:1: error: an OpenAPI document is an object\n");
}

static void a_document_has_a_container(void **state)
{
	(void)state;
	REFUSED(HEAD_3_1,
	        "shop.yaml:1:1: error: the OpenAPI Object needs at least one of 'paths', 'components' and "
	        "'webhooks'\n");
	REFUSED(HEAD_3_0 "components: {}\n", "shop.yaml:1:1: error: the OpenAPI Object lacks 'paths'\n");
	LOADED(HEAD_3_1 "webhooks: {}\n", "");
	LOADED(HEAD_3_0 "paths: {}\nwebhooks: {}\n",
	       "shop.yaml:4:1: warning: 'webhooks' came with OpenAPI 3.1 and is ignored here\n");
}

static void an_operation_needs_responses_before_3_1(void **state)
{
	(void)state;
	LOADED(HEAD_3_1 "paths: {/: {get: {}}}\n", "");
	REFUSED(HEAD_3_0 "paths: {/: {get: {}}}\n",
	        "shop.yaml:3:18: error: the Operation Object lacks 'responses'\n");
	REFUSED(HEAD_3_1 "paths: {/: {get: {responses: {}}}}\n",
	        "shop.yaml:3:30: error: the Responses Object needs at least one response\n");
}

static void parameters_follow_their_rules(void **state)
{
	(void)state;
	REFUSED(HEAD_3_1 "components:\n"
	                 "  parameters:\n"
	                 "    a: {name: a, in: body, schema: {}}\n"
	                 "    b: {name: b, in: query}\n"
	                 "    c: {name: c, in: query, schema: {}, content: {text/plain: {}}}\n"
	                 "    d: {name: d, in: query, content: {a/b: {}, c/d: {}}}\n"
	                 "    e: {name: e, in: path, required: true, schema: {}, style: form}\n"
	                 "    f: {name: f, in: header, schema: {}, allowEmptyValue: true}\n"
	                 "    g: {in: cookie, schema: {}, style: simple}\n",
	        "shop.yaml:5:22: error: 'body' is not allowed here; use path, query, header or cookie\n"
	        "shop.yaml:6:8: error: the Parameter Object needs 'schema' or 'content'\n"
	        "shop.yaml:7:41: error: 'content' cannot stand beside 'schema'\n"
	        "shop.yaml:8:38: error: the content of a parameter has exactly one media type\n"
	        "shop.yaml:9:63: error: 'form' is not allowed here; a path parameter has style simple, label "
	        "or matrix\n"
	        "shop.yaml:10:42: error: 'allowEmptyValue' is allowed in a query parameter only\n"
	        "shop.yaml:11:8: error: the Parameter Object lacks 'name'\n"
	        "shop.yaml:11:40: error: 'simple' is not allowed here; a cookie has style form\n");
	LOADED(HEAD_3_0
	       "paths: {}\n"
	       "components: {parameters: {f: {name: f, in: header, schema: {}, allowReserved: true}}}\n",
	       "shop.yaml:4:64: warning: 'allowReserved' is ignored: it counts in a query parameter only\n");
}

static void parameters_are_unique_through_references(void **state)
{
	(void)state;
	REFUSED(HEAD_3_1 "paths:\n"
	                 "  /:\n"
	                 "    parameters:\n"
	                 "      - {name: a, in: query, schema: {}}\n"
	                 "      - {name: a, in: header, schema: {}}\n"
	                 "      - {$ref: '#/components/parameters/a'}\n"
	                 "components: {parameters: {a: {name: a, in: query, schema: {}}}}\n",
	        "shop.yaml:8:9: error: the query parameter 'a' stands twice in this list\n");
}

static void path_parameters_and_templates_that_differ_are_warnings(void **state)
{
	const struct operation *get;

	(void)state;
	LOADED(HEAD_3_1 "paths:\n"
	                "  /a/{x}/{y}:\n"
	                "    parameters:\n"
	                "      - {name: x, in: path, schema: {}}\n"
	                "      - {name: z, in: path, required: true, schema: {}}\n"
	                "    get: {}\n",
	       "shop.yaml:6:9: warning: a path parameter is always required; add 'required: true'\n"
	       "shop.yaml:7:9: warning: the path has no {z}: the parameter is ignored\n"
	       "shop.yaml:8:10: warning: the path parameter 'y' of /a/{x}/{y} is not declared: any text will "
	       "do; declare "
	       "it with 'in: path'\n");
	get = document->operations[0];
	assert_int_equal(get->parameter_count, 1);
	assert_str(get->parameters[0].name, "x");
	assert_true(get->parameters[0].is_required);
}

static void malformed_templates_are_refused(void **state)
{
	(void)state;
	REFUSED(HEAD_3_1 "paths:\n  '/a/{x': {}\n  '/{a}{b}': {}\n",
	        "shop.yaml:4:3: error: the path '/a/{x' is malformed: a '{' without its '}'\n"
	        "shop.yaml:5:3: error: the path '/{a}{b}' is malformed: two parameters with nothing between "
	        "them\n");
	LOADED(HEAD_3_1 "paths: {'/a?b=c': {get: {}}}\n",
	       "shop.yaml:3:9: warning: no request can match '/a?b=c': a path ends before '?' or '#'\n");
}

static void what_excludes_each_other_is_refused_together(void **state)
{
	(void)state;
	REFUSED(HEAD_3_1 "components:\n"
	                 "  examples: {a: {value: 1, externalValue: b}}\n"
	                 "  links: {a: {operationId: x, operationRef: y}, b: {}}\n"
	                 "  requestBodies: {a: {content: {a/b: {example: 1, examples: {}}}}}\n",
	        "shop.yaml:4:28: error: 'externalValue' cannot stand beside 'value'\n"
	        "shop.yaml:5:15: error: a link has either 'operationId' or 'operationRef'\n"
	        "shop.yaml:5:28: warning: no operation has the operationId 'x'\n"
	        "shop.yaml:5:52: error: a link has either 'operationId' or 'operationRef'\n"
	        "shop.yaml:6:51: error: 'examples' cannot stand beside 'example'\n");
}

static void names_that_nothing_has_are_warnings(void **state)
{
	(void)state;
	LOADED(HEAD_3_1 "security: [{key: []}]\n"
	                "paths:\n"
	                "  /a: {get: {operationId: x}}\n"
	                "  /b: {get: {operationId: x, security: [{x-other: []}]}}\n"
	                "components: {schemas: {'a b': {}}}\n",
	       "shop.yaml:3:13: warning: no security scheme is named 'key'; declare it in "
	       "components.securitySchemes\n"
	       "shop.yaml:6:27: warning: another operation has the operationId 'x'\n"
	       "shop.yaml:6:42: warning: no security scheme is named 'x-other'; declare it in "
	       "components.securitySchemes\n"
	       "shop.yaml:7:24: warning: 'a b' is not a name for a component; use letters, digits, '.', '_' "
	       "and '-'\n");
}

static void security_schemes_have_what_their_type_needs(void **state)
{
	(void)state;
	REFUSED(HEAD_3_1 "components:\n"
	                 "  securitySchemes:\n"
	                 "    a: {type: apiKey, in: path}\n"
	                 "    b: {type: http}\n"
	                 "    c: {type: oauth2, flows: {implicit: {scopes: {a: 1}}}}\n"
	                 "    d: {type: basic}\n",
	        "shop.yaml:5:8: error: a security scheme of type apiKey needs 'name'\n"
	        "shop.yaml:5:27: error: 'path' is not allowed here; use query, header or cookie\n"
	        "shop.yaml:6:8: error: a security scheme of type http needs 'scheme'\n"
	        "shop.yaml:7:41: error: the OAuth Flow Object lacks 'authorizationUrl'\n"
	        "shop.yaml:7:54: error: 'a' must be a string, not a number; put it in quotes\n"
	        "shop.yaml:8:15: error: 'basic' is not allowed here; use apiKey, http, oauth2, openIdConnect "
	        "or "
	        "mutualTLS\n");
}

static void names_that_stand_twice_and_licenses_that_say_two_things_are_told(void **state)
{
	(void)state;
	LOADED(HEAD_3_1 "paths: {}\ntags: [{name: a}, {name: b}, {name: a}]\n",
	       "shop.yaml:4:30: warning: the tag 'a' is declared twice\n");
	REFUSED("openapi: 3.1.1\ninfo: {title: S, version: '1', license: {name: a, identifier: b, url: 'http://c'}}\n"
	        "paths: {}\n",
	        "shop.yaml:2:51: error: a license has 'identifier' or 'url', not both\n");
}

static void extensions_stand_anywhere_and_path_parameters_are_required(void **state)
{
	(void)state;
	LOADED(HEAD_3_1 "paths:\n  /a:\n    get: {responses: {x-note: 1, '200': {description: a}}}\n"
	                "components: {x-note: {'a b': 1}}\n",
	       "");
	LOADED(HEAD_3_1 "paths:\n  /a/{b}:\n    parameters: [{name: b, in: path, required: false, schema: {}}]\n"
	                "    get: {responses: {'200': {description: a}}}\n",
	       "shop.yaml:5:48: warning: a path parameter is always required; write 'required: true'\n");
}

static void sixteen_parameters_are_the_most_of_a_path(void **state)
{
	(void)state;
	for (int count = 16; count <= 17; count++) {
		struct buf path, text;

		buf_init(&path, &arena, 1024);
		for (int i = 0; i < count; i++)
			buf_printf(&path, "/{p%d}", i);
		buf_init(&text, &arena, 4096);
		buf_printf(&text, HEAD_3_1 "paths:\n  %.*s:\n    get: {responses: {'200': {description: a}}}\n",
		           STR_ARG(buf_str(&path)));
		write_file("shop.yaml", buf_str(&text));
		assert_int_equal(document_load(&arena, "shop.yaml", &document), count == 16 ? 0 : STATUTE_EDOCUMENT);
		assert_int_equal(strstr(str_dup(&arena, issues_text()).at, "more than 16 parameters") != NULL, count == 17);
	}
}

static void servers_declare_their_variables(void **state)
{
	(void)state;
	REFUSED(HEAD_3_1 "paths: {}\nservers: [{url: 'https://{host'}]\n",
	        "shop.yaml:4:17: error: a '{' without its '}' in the URL\n");
	REFUSED(HEAD_3_1 "paths: {}\nservers:\n  - url: https://{host}/{v}\n    variables:\n"
	                 "      v: {enum: [a], default: b}\n",
	        "shop.yaml:5:10: error: 'variables' does not declare 'host'\n"
	        "shop.yaml:7:31: error: the default 'b' is not in 'enum'\n");
	LOADED(HEAD_3_0 "paths: {}\nservers:\n  - url: /{v}\n    variables: {v: {enum: [a], default: b}}\n",
	       "shop.yaml:6:41: warning: the default 'b' is not in 'enum'\n");
}

static void the_first_server_gives_the_base_path(void **state)
{
	static const char *const urls[][2] = {
		{ "https://a.example/v1/", "/v1" },
		{ "https://a.example", "" },
		{ "/", "" },
		{ "/api/v2", "/api/v2" },
		{ "api", "/api" },
		{ "//host/x?y#z", "/x" },
		{ "/v1#top", "/v1" },
		{ "{s}://h/{p}/q", "/one/two/q" },
		{ "https://h:8080/a/b", "/a/b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		write_file("shop.yaml",
		           str_printf(&arena,
		                      HEAD_3_1
		                      "paths: {}\nservers: [{url: '%s', variables: {s: {default: http}, p: "
		                      "{default: one/two}}}]\n",
		                      urls[i][0]));
		assert_issues("shop.yaml", 0, "");
		assert_str(document->base_path, urls[i][1]);
	}
}

static void broken_references_say_why(void **state)
{
	(void)state;
	REFUSED(HEAD_3_1 "paths:\n"
	                 "  /:\n"
	                 "    get:\n"
	                 "      parameters: [{$ref: '#/components/parameters/none'}]\n"
	                 "      requestBody: {$ref: '#/components/parameters/a'}\n"
	                 "      responses:\n"
	                 "        200: {$ref: 'http://x.example/r.yaml'}\n"
	                 "        400: {$ref: 'missing.yaml#/a'}\n"
	                 "        401: {$ref: 'missing.yaml#/b'}\n"
	                 "        402: {$ref: 7}\n"
	                 "        403: {$ref: '#anchor'}\n"
	                 "        404: {$ref: '#/components/responses/b'}\n"
	                 "components:\n"
	                 "  parameters: {a: {name: a, in: query, schema: {}}}\n"
	                 "  responses:\n"
	                 "    b: {$ref: '#/components/responses/c'}\n"
	                 "    c: {$ref: '#/components/responses/b'}\n",
	        "shop.yaml:6:27: error: nothing stands at '#/components/parameters/none'\n"
	        "shop.yaml:7:27: error: '#/components/parameters/a' is a Parameter Object, not a Request "
	        "Body Object\n"
	        "shop.yaml:9:21: error: 'http://x.example/r.yaml' is not fetched: $ref may name files only; "
	        "keep a copy "
	        "of it in a file beside this one\n"
	        "shop.yaml:10:21: error: cannot read missing.yaml: No such file or directory\n"
	        "shop.yaml:12:21: error: '$ref' must be a string, not a number; put it in quotes\n"
	        "shop.yaml:13:21: error: the fragment of '#anchor' is not a JSON pointer; write it as "
	        "'#/components/…'\n"
	        "shop.yaml:18:15: error: '#/components/responses/c' leads back to itself\n"
	        "shop.yaml:19:15: error: '#/components/responses/b' leads back to itself\n");
}

static void what_stands_beside_a_reference_is_told(void **state)
{
	(void)state;
	LOADED(HEAD_3_1 "components:\n"
	                "  parameters:\n"
	                "    a: {name: a, in: query, schema: {}}\n"
	                "    b: {$ref: '#/components/parameters/a', summary: s, description: d, x-mine: 1, "
	                "required: true}\n",
	       "shop.yaml:6:83: warning: 'required' is ignored beside $ref\n");
}

static void references_lead_through_files(void **state)
{
	const struct operation *get;
	struct str base;

	(void)state;
	assert_int_equal(mkdir("parts", 0755), 0);
	assert_int_equal(mkdir("parts/deep", 0755), 0);
	write_file("parts/paths.yaml", S("users:\n"
	                                 "  parameters: [{$ref: 'deep/common%20.json#/limit'}]\n"
	                                 "  get:\n"
	                                 "    responses:\n"
	                                 "      200: {$ref: '../shop.yaml#/components/responses/ok'}\n"));
	write_file("parts/deep/common .json",
	           S("{\"limit\": {\"$ref\": \"#/real\"}, \"real\": {\"name\": \"limit\", "
	             "\"in\": \"query\", \"schema\": {\"type\": \"integer\"}}}"));
	LOADED(HEAD_3_1 "paths:\n"
	                "  /users: {$ref: 'parts/paths.yaml#/users', summary: all}\n"
	                "components: {responses: {ok: {description: fine}}}\n",
	       "");
	assert_int_equal(document->sources.count, 3);
	assert_int_equal(document->operation_count, 1);
	get = document->operations[0];
	assert_int_equal(get->parameter_count, 1);
	assert_str(get->parameters[0].name, "limit");
	assert_int_equal(get->response_count, 1);
	assert_int_equal(get->responses[0].status, 200);
	base = get->base;
	assert_true(str_ends(base, S("/parts/paths.yaml")));
	assert_non_null(
		document_follow(document, json_item(json_get(get->path->node, S("parameters")), 0), &base));
	assert_true(str_ends(base, S("/parts/deep/common%20.json")));
}

static void problems_in_other_files_name_them(void **state)
{
	(void)state;
	assert_int_equal(mkdir("parts", 0755), 0);
	write_file("parts/a.yaml", S("p: {name: p, in: query, schema: {}, stile: form}\nq: [\n"));
	REFUSED(HEAD_3_1 "components:\n  parameters:\n    a: {$ref: 'parts/a.yaml#/p'}\n    b: {$ref: "
	                 "parts/a.yaml#/q}\n",
	        "parts/a.yaml:3:1: error: did not find expected node content while parsing a flow node\n");
	write_file("parts/a.yaml", S("p: {name: p, in: query, schema: {}, stile: form}\n"));
	REFUSED(HEAD_3_1 "components:\n  parameters:\n    a: {$ref: 'parts/a.yaml#/p'}\n    b: {$ref: "
	                 "parts/a.yaml#/p}\n",
	        "parts/a.yaml:1:37: error: 'stile' is not a field of the Parameter Object; did you mean "
	        "'style'?\n");
}

static void a_path_item_may_be_a_reference_with_fields_beside_it(void **state)
{
	(void)state;
	LOADED(HEAD_3_1 "paths:\n"
	                "  /a: {$ref: '#/components/pathItems/x', put: {operationId: own}}\n"
	                "components:\n"
	                "  pathItems:\n"
	                "    x: {get: {operationId: shared}, put: {operationId: hidden}}\n",
	       "");
	assert_int_equal(document->path_count, 1);
	assert_int_equal(document->operation_count, 2);
	assert_str(document->paths[0]->operations[METHOD_GET]->id, "shared");
	assert_str(document->paths[0]->operations[METHOD_PUT]->id, "own");
}

static void the_operations_of_a_document_are_listed_in_its_order(void **state)
{
	const struct operation *op;

	(void)state;
	LOADED(HEAD_3_1 "security: []\n"
	                "x-statute: {a: 1}\n"
	                "paths:\n"
	                "  /b/{id}:\n"
	                "    x-statute: {b: 2}\n"
	                "    parameters:\n"
	                "      - {name: id, in: path, required: true, schema: {type: integer}}\n"
	                "      - {name: q, in: query, schema: {}}\n"
	                "      - {name: Accept, in: header, schema: {}}\n"
	                "    put:\n"
	                "      operationId: replace\n"
	                "      summary: Replace it\n"
	                "      deprecated: true\n"
	                "      parameters:\n"
	                "        - {name: q, in: query, required: true, style: pipeDelimited, schema: {}}\n"
	                "        - {name: f, in: query, content: {application/json: {schema: {}}}}\n"
	                "      requestBody:\n"
	                "        required: true\n"
	                "        content: {application/json: {schema: {}}, text/*: {}}\n"
	                "      responses:\n"
	                "        '204': {description: done}\n"
	                "        4XX: {description: no, content: {application/problem+json: {}}}\n"
	                "        default: {description: else}\n"
	                "        x-note: {description: not a response}\n"
	                "    get: {}\n"
	                "  /a: {delete: {}, get: {}}\n",
	       "");
	assert_str(document->title, "Shop");
	assert_str(document->version, "1");
	assert_int_equal(document->minor, 1);
	assert_non_null(json_get(document->extension, S("a")));
	assert_int_equal(document->path_count, 2);
	assert_int_equal(document->operation_count, 4);
	assert_int_equal(document->operations[0]->method, METHOD_PUT);
	assert_int_equal(document->operations[1]->method, METHOD_GET);
	assert_int_equal(document->operations[2]->method, METHOD_DELETE);
	assert_int_equal(document->operations[3]->method, METHOD_GET);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(document->operations[i]->index, i);
	assert_int_equal(document->operations[3]->path->index, 1);

	op = document->operations[0];
	assert_non_null(json_get(op->path->extension, S("b")));
	assert_str(op->id, "replace");
	assert_str(op->summary, "Replace it");
	assert_true(op->is_deprecated);
	assert_int_equal(op->parameter_count, 3);
	assert_int_equal(op->parameters[0].in, IN_PATH);
	assert_int_equal(op->parameters[0].style, STYLE_SIMPLE);
	assert_false(op->parameters[0].explodes);
	assert_str(op->parameters[1].name, "q"); /* its own wins */
	assert_true(op->parameters[1].is_required);
	assert_int_equal(op->parameters[1].style, STYLE_PIPE);
	assert_false(op->parameters[1].explodes);
	assert_true(op->parameters[2].is_json);
	assert_non_null(op->body);
	assert_true(op->body->is_required);
	assert_int_equal(op->body->media_count, 2);
	assert_true(op->body->media[0].is_json);
	assert_str(op->body->media[1].name, "text/*");
	assert_null(op->body->media[1].schema);
	assert_int_equal(op->response_count, 3);
	assert_int_equal(op->responses[0].status, 204);
	assert_int_equal(op->responses[1].status, 4);
	assert_int_equal(op->responses[2].status, 0);
	assert_true(op->responses[1].media[0].is_json);
	assert_int_equal(document->operations[1]->parameter_count, 2);
	assert_true(document->operations[1]->parameters[1].explodes); /* form, by default */
	assert_null(document->operations[1]->body);
}

static void assert_issue(const char *beginning)
{
	struct str text = issues_text();

	if (!memmem(text.at, text.len, beginning, strlen(beginning)))
		fail_msg("no issue begins '%s' in\n%.*s", beginning, STR_ARG(text));
}

static void schemas_that_are_none_are_refused_where_they_are_wrong(void **state)
{
	(void)state;
	write_file("shop.yaml", S(HEAD_3_1 "components:\n"
	                                   "  schemas:\n"
	                                   "    a: {type: qux}\n"
	                                   "    b: {properties: {c: {minLength: x}}}\n"
	                                   "    d: {$ref: '#/components/schemas/none'}\n"
	                                   "    e: {$ref: 'none.yaml#/e'}\n"));
	assert_int_equal(document_load(&arena, "shop.yaml", &document), STATUTE_EDOCUMENT);
	assert_issue("shop.yaml:5:15: error: 'qux' is not a type");
	assert_issue("shop.yaml:6:37: error: ");
	assert_issue("shop.yaml:7:15: error: ");
	assert_issue("shop.yaml:8:15: error: ");
	assert_issue("error: cannot read none.yaml: No such file or directory\n");
	assert_int_equal(document->issues.errors, 5);
}

static void schemas_of_an_unknown_dialect_are_not_applied(void **state)
{
	(void)state;
	write_file("shop.yaml",
	           S(HEAD_3_1 "jsonSchemaDialect: http://json-schema.org/draft-03/schema#\n"
	                      "paths:\n"
	                      "  /:\n"
	                      "    get:\n"
	                      "      parameters:\n"
	                      "        - {name: a, in: query, schema: {type: string, required: true}}\n"
	                      "        - {name: b, in: query, schema: {type: string}}\n"));
	assert_int_equal(document_load(&arena, "shop.yaml", &document), 0);
	assert_issue(
		"shop.yaml:3:20: warning: the dialect http://json-schema.org/draft-03/schema# is not known: "
		"read as JSON Schema 2020-12\n");
	assert_issue(
		"shop.yaml:8:40: warning: this schema is not applied: any value will do; write it in JSON "
		"Schema 2020-12\n");
	assert_issue("shop.yaml:8:65: warning: 'required'");
	assert_null(document->operations[0]->parameters[0].schema);
	assert_non_null(document->operations[0]->parameters[1].schema);
}

static void schemas_lead_through_files(void **state)
{
	const struct schema *schema;
	struct schema_errors errors;
	struct json *user = json_new(&arena, JSON_OBJECT);

	(void)state;
	assert_int_equal(mkdir("parts", 0755), 0);
	write_file("parts/user.yaml", S("User: {type: object, properties: {id: {$ref: 'id.json'}}}\n"));
	write_file("parts/id.json", S("{\"type\": \"integer\"}"));
	LOADED(HEAD_3_1 "paths:\n"
	                "  /:\n"
	                "    post:\n"
	                "      requestBody: {content: {application/json: {schema: {$ref: "
	                "'parts/user.yaml#/User'}}}}\n",
	       "");
	assert_int_equal(document->sources.count, 3);
	schema = document->operations[0]->body->media[0].schema;
	assert_non_null(schema);
	assert_int_equal(schema_members(schema, &(const struct schema_member *){ NULL }), 1);
	assert_int_equal(json_set(&arena, user, S("id"), json_new_string(&arena, S("x"))), 0);
	assert_int_equal(schema_validate(schema, user, SCHEMA_REQUEST, &arena, &errors), STATUTE_EINVAL);
	assert_int_equal(errors.count, 1);
	assert_str(errors.list[0].code, "TYPE");
}

static void a_schema_that_is_asked_for_twice_is_the_same(void **state)
{
	const struct schema *once, *twice = NULL;

	(void)state;
	LOADED(HEAD_3_1 "paths: {/: {get: {parameters: [{name: a, in: query, schema: {type: string}}]}}}\n",
	       "");
	once = document->operations[0]->parameters[0].schema;
	assert_non_null(once);
	assert_int_equal(document_schema(document, document->operations[0]->base,
	                                 json_get(document->operations[0]->parameters[0].node, S("schema")),
	                                 &twice),
	                 0);
	assert_ptr_equal(once, twice);
}

static void files_that_are_no_text_are_refused(void **state)
{
	(void)state;
	assert_issues("none.yaml", STATUTE_EIO, "error: cannot read none.yaml: No such file or directory\n");
	assert_issues(".", STATUTE_EIO, "error: . is not a regular file\n");
	assert_issues("/dev/null", STATUTE_EIO, "error: /dev/null is not a regular file\n");
	assert_issues("-", STATUTE_EIO, "error: a document is not read from standard input; name a file\n");
	write_file("a.yaml", S("a: \xFF\n"));
	assert_issues("a.yaml", STATUTE_EDOCUMENT,
	              "a.yaml:1:4: error: a byte that is no UTF-8; save the file as UTF-8\n");
	write_file("b.yaml", S("\xFE\xFF\0a"));
	assert_issues("b.yaml", STATUTE_EDOCUMENT,
	              "b.yaml:1:1: error: the file is UTF-16; save the file as UTF-8\n");
	write_file("c.yaml", S("o\0p\0"));
	assert_issues("c.yaml", STATUTE_EDOCUMENT,
	              "c.yaml:1:1: error: the file is UTF-16; save the file as UTF-8\n");
	write_file("d.yaml", S(""));
	assert_issues("d.yaml", STATUTE_EDOCUMENT, "d.yaml:1:1: error: the file is empty\n");
}

static void json_in_a_file_of_any_name_is_json(void **state)
{
	(void)state;
	write_file(
		"a.yaml",
		S(" {\"openapi\": \"3.1.1\", \"info\": {\"title\": \"\\ud83d\\ude00\", \"version\": \"1\"}, "
	          "\"paths\": {}}"));
	assert_issues("a.yaml", 0, "");
	assert_str(document->title, "\xF0\x9F\x98\x80");
	write_file("b.json", S("{\"openapi\": \"3.1.1\",\n}"));
	document = NULL;
	assert_int_equal(document_load(&arena, "b.json", &document), STATUTE_EDOCUMENT);
	assert_true(str_starts(issues_text(), S("b.json:2:1: error: ")));
	write_file("c.yaml", S("{openapi: 3.1.1, info: {title: a, version: b}, paths: {},}"));
	assert_issues("c.yaml", 0, "");
	write_file("d.yaml", S("\xEF\xBB\xBFopenapi: 3.1.1\nfoo: 1\n"));
	document = NULL;
	assert_int_equal(document_load(&arena, "d.yaml", &document), STATUTE_EDOCUMENT);
	assert_true(str_starts(issues_text(), S("d.yaml:1:2: error: the OpenAPI Object lacks 'info'")));
}

static void a_document_in_a_small_arena_fails_cleanly(void **state)
{
	char shop[4096];
	size_t max;
	int r = STATUTE_ENOMEM;

	(void)state;
	snprintf(shop, sizeof(shop), "%s/shop.yaml", folder);
	write_file("shop.yaml",
	           S(HEAD_3_1
	             "paths:\n  /a/{id}:\n    get:\n      parameters:\n        - {name: id, in: path, "
	             "required: true, schema: {type: string}}\n      responses: {200: {description: "
	             "ok}}\n"));
	for (max = 256; r == STATUTE_ENOMEM && max < 1 << 20; max += 256) {
		struct arena small;
		struct document *made = NULL;

		arena_init(&small, 256, max);
		r = document_load(&small, shop, &made);
		assert_true(r == 0 ? made != NULL : r == STATUTE_ENOMEM && !made);
		arena_done(&small);
	}
	assert_int_equal(r, 0);
	assert_true(max > 1024);
}

/* Each $ref of a chain that no container of the document holds is followed, and what it ends at is checked. */
static void the_last_of_a_chain_of_references_is_checked(void **state)
{
	(void)state;
	write_file("chain.yaml", S("first: {$ref: '#/second'}\n"
	                           "second: {$ref: '#/third'}\n"
	                           "third: {content: {}}\n"
	                           "lost: {$ref: '#/none'}\n"));
	REFUSED(HEAD_3_1 "paths:\n"
	                 "  /:\n"
	                 "    get:\n"
	                 "      responses:\n"
	                 "        200: {$ref: 'chain.yaml#/first'}\n"
	                 "        404: {$ref: 'chain.yaml#/lost'}\n",
	        "chain.yaml:3:8: error: the Response Object lacks 'description'\n"
	        "chain.yaml:4:14: error: nothing stands at '#/none'\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_problem_is_told_at_its_place),
		TEST(other_versions_are_refused_at_once),
		TEST(a_document_has_a_container),
		TEST(an_operation_needs_responses_before_3_1),
		TEST(parameters_follow_their_rules),
		TEST(parameters_are_unique_through_references),
		TEST(path_parameters_and_templates_that_differ_are_warnings),
		TEST(malformed_templates_are_refused),
		TEST(what_excludes_each_other_is_refused_together),
		TEST(names_that_nothing_has_are_warnings),
		TEST(security_schemes_have_what_their_type_needs),
		TEST(names_that_stand_twice_and_licenses_that_say_two_things_are_told),
		TEST(extensions_stand_anywhere_and_path_parameters_are_required),
		TEST(sixteen_parameters_are_the_most_of_a_path),
		TEST(servers_declare_their_variables),
		TEST(the_first_server_gives_the_base_path),
		TEST(broken_references_say_why),
		TEST(what_stands_beside_a_reference_is_told),
		TEST(references_lead_through_files),
		TEST(problems_in_other_files_name_them),
		TEST(a_path_item_may_be_a_reference_with_fields_beside_it),
		TEST(the_operations_of_a_document_are_listed_in_its_order),
		TEST(schemas_that_are_none_are_refused_where_they_are_wrong),
		TEST(schemas_of_an_unknown_dialect_are_not_applied),
		TEST(schemas_lead_through_files),
		TEST(a_schema_that_is_asked_for_twice_is_the_same),
		TEST(files_that_are_no_text_are_refused),
		TEST(json_in_a_file_of_any_name_is_json),
		TEST(a_document_in_a_small_arena_fails_cleanly),
		TEST(the_last_of_a_chain_of_references_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
