/*
 * A document under every amount of memory, from none to enough: each time it is loaded,
 * bound, answered for and completed, or STATUTE_ENOMEM; never anything else, and never a
 * result that is not whole. The parameters of a request likewise.
 */
#include "unit/openapi/folder.h"

#include "base/buf.h"
#include "json/json.h"
#include "openapi/answers.h"
#include "openapi/bind.h"
#include "openapi/complete.h"
#include "openapi/parameters.h"
#include "openapi/router.h"

enum { STEP = 512, MORE_THAN_ENOUGH = 4 << 20 };

static const char shop[] = HEAD_3_1
	"x-statute: {query: strict}\n"
	"security: [{key: []}]\n"
	"servers: [{url: 'https://{host}/v1', variables: {host: {default: localhost}}}]\n"
	"paths:\n"
	"  /users:\n"
	"    x-statute: {unique: [email], on-delete: gone, rules: [{check: age > 0, code: OLD}]}\n"
	"    get:\n"
	"      parameters: [{name: sort, in: query, schema: {type: string}}, {name: age, in: query, schema: {type: integer}}]\n"
	"      responses: {'200': {description: All., content: {application/json: {schema: {type: array, items: "
	"{$ref: '#/components/schemas/User'}}}}}}\n"
	"    post: {requestBody: {$ref: '#/components/requestBodies/User'}, responses: {'201': {description: New.}}}\n"
	"  /users/{id}:\n"
	"    parameters: [{$ref: '#/components/parameters/Id'}]\n"
	"    get: {responses: {'200': {description: One., content: {application/json: {schema: {$ref: "
	"'#/components/schemas/User'}}}}}}\n"
	"    patch: {requestBody: {content: {application/merge-patch+json: {}}}, responses: {'204': {description: Done.}}}\n"
	"  /users/{id}/orders:\n"
	"    x-statute: {references: {buyer: users}, transitions: {state: {open: [done]}}}\n"
	"    parameters: [{$ref: '#/components/parameters/Id'}]\n"
	"    get: {responses: {'200': {description: All.}}}\n"
	"  /users/{id}/orders/{order}:\n"
	"    parameters: [{$ref: '#/components/parameters/Id'}, {name: order, in: path, required: true, schema: {}}]\n"
	"    get: {responses: {'200': {description: One., content: {application/json: {schema: {type: object, "
	"properties: {buyer: {type: integer}, state: {type: string}}}}}}}}\n"
	"  /settings:\n"
	"    get: {responses: {'200': {description: All.}}}\n"
	"    put: {requestBody: {content: {application/json: {}}}, responses: {'204': {description: Done.}}}\n"
	"  /v{major}.{minor}/info:\n"
	"    parameters:\n"
	"      - {name: major, in: path, required: true, schema: {}}\n"
	"      - {name: minor, in: path, required: true, schema: {}}\n"
	"    get: {responses: {'200': {description: One.}}}\n"
	"components:\n"
	"  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}\n"
	"  parameters: {Id: {name: id, in: path, required: true, schema: {type: integer}}}\n"
	"  requestBodies: {User: {content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}}}\n"
	"  schemas:\n"
	"    User: &user\n"
	"      type: object\n"
	"      properties: {id: {type: integer, readOnly: true}, email: {type: string, format: email}, age: {type: "
	"integer}, secret: {type: string, writeOnly: true}}\n"
	"    Other: *user\n";

/* What is elsewhere, or gone: everything that x-statute says of that. */
static const char moved[] = HEAD_3_1
	"x-statute: {canonical-paths: true}\n"
	"paths:\n"
	"  /old/{id}:\n"
	"    x-statute: {redirect: '/pots/{id}?old=1&id={id}#top'}\n"
	"    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
	"    get: {x-statute: {redirect: {to: 'https://new.example/{id}', permanent: false, max-age: 1h}}, responses: {'307': "
	"{description: Moved.}}}\n"
	"    put: {responses: {default: {description: Moved.}}}\n"
	"  /gone/{id}:\n"
	"    x-statute: {gone: {successor: '/pots/{id}', sunset: 2026-01-08, message: No more.}}\n"
	"    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
	"    get: {responses: {default: {description: Gone.}}}\n"
	"  /blocked:\n"
	"    get: {x-statute: {legal: {by: /by, message: No.}}, responses: {default: {description: Blocked.}}}\n"
	"  /never:\n"
	"    get: {x-statute: {unsupported: {instead: [/pots]}}, responses: {default: {description: Never.}}}\n"
	"  /report:\n"
	"    get: {x-statute: {choices: [{href: /a, type: a/b, language: en, title: A}, {href: /b, preferred: true}]}, "
	"responses: {default: {description: Choose.}}}\n"
	"  /make:\n"
	"    x-statute: {collection: pots}\n"
	"    post: {x-statute: {see-other: '/pots/{slug}?id={id}'}, requestBody: {content: {application/json: {}}}, "
	"responses: {default: {description: Made.}}}\n"
	"  /pots:\n"
	"    x-statute: {unique: [slug], canonical: {member: slug, permanent: false, keep-method: false}, legal-rows: "
	"{member: bad, by: /by, roles: [judge]}, deprecation: {since: 2026-01-08, sunset: 2027-01-08, successor: /jugs, "
	"documentation: /docs}}\n"
	"    get: {responses: {default: {description: All.}}}\n"
	"  /pots/{pot}:\n"
	"    parameters: [{name: pot, in: path, required: true, schema: {type: string}}]\n"
	"    get: {responses: {'200': {description: One., content: {application/json: {schema: {type: object, required: "
	"[slug], properties: {id: {type: integer, readOnly: true}, slug: {type: string}, bad: {type: boolean}}}}}}}}\n";

static const struct bound_operation *bound_of(const struct api *api, const struct operation *operation)
{
	for (size_t i = 0; i < api->path_count; i++)
		for (enum method method = METHOD_UNKNOWN; method < METHOD_COUNT; method++)
			if (api->paths[i].operations[method] &&
			    api->paths[i].operations[method]->operation == operation)
				return api->paths[i].operations[method];
	fail();
	return NULL;
}

static int find_answers(struct arena *memory, const struct document *loaded, const struct api *api,
                        struct statute_answers **ret_answers)
{
	struct answer_finder finder;
	int r = answers_init(&finder, memory, api);

	*ret_answers = arena_array(memory, loaded->operation_count, sizeof(**ret_answers));
	if (!*ret_answers)
		return STATUTE_ENOMEM;
	for (size_t i = 0; r == 0 && i < loaded->operation_count; i++)
		r = answers_find(&finder, bound_of(api, loaded->operations[i]), &(*ret_answers)[i]);
	return r;
}

/* 0, or why not all of it was done. *ret_text is the completed document, in `memory`. */
static int all_of_it(struct arena *memory, struct str *ret_text)
{
	struct statute_answers *answers;
	struct document *loaded = NULL;
	struct api *api = NULL;
	size_t left;
	int r;

	if ((r = document_load(memory, "api.yaml", &loaded)) < 0 || (r = bind_document(loaded, &api)) < 0 ||
	    (r = find_answers(memory, loaded, api, &answers)) < 0 ||
	    (r = complete_document(memory, loaded, api, answers, ret_text, &left)) < 0)
		return r;
	assert_int_equal(loaded->issues.errors, 0);
	return 0;
}

/* The same whatever the memory: what is found with plenty of it. */
static struct str whole_text(struct arena *memory, struct str given)
{
	struct str text = { 0 };

	arena_init(memory, MORE_THAN_ENOUGH, 2 * MORE_THAN_ENOUGH);
	assert_int_equal(all_of_it(memory, &text), 0);
	assert_true(text.len > given.len);
	return text;
}

static void try_every_amount(struct str given)
{
	struct arena plenty;
	struct str whole, text = { 0 };
	size_t size = 0, refused = 0;
	int r = STATUTE_ENOMEM;

	write_file("api.yaml", given);
	whole = whole_text(&plenty, given);
	for (; r == STATUTE_ENOMEM && size < MORE_THAN_ENOUGH; size += STEP) {
		struct arena memory;

		arena_init(&memory, 256, size);
		r = all_of_it(&memory, &text);
		assert_true(r == STATUTE_ENOMEM || (r == 0 && str_eq(text, whole)));
		arena_done(&memory);
		refused += r == STATUTE_ENOMEM;
	}
	assert_int_equal(r, 0);
	assert_true(refused > 100);
	arena_done(&plenty);
}

static void every_amount_of_memory_is_enough_for_a_document_or_told(void **state)
{
	(void)state;
	try_every_amount(str_of(shop, sizeof(shop) - 1));
}

static void every_amount_of_memory_is_enough_for_what_is_elsewhere_or_told(void **state)
{
	(void)state;
	try_every_amount(str_of(moved, sizeof(moved) - 1));
}

static const char search[] = HEAD_3_1
	"paths:\n"
	"  /t/{p}:\n"
	"    get:\n"
	"      parameters:\n"
	"        - {name: p, in: path, required: true, schema: {type: integer}}\n"
	"        - {name: ids, in: query, schema: {type: array, items: {type: integer}}}\n"
	"        - {name: tags, in: query, style: spaceDelimited, explode: false, schema: {type: array}}\n"
	"        - {name: deep, in: query, style: deepObject, schema: {type: object, properties: {a: {type: array}}}}\n"
	"        - {name: free, in: query, schema: {type: object, properties: {R: {type: integer}}}}\n"
	"        - {name: flat, in: query, explode: false, schema: {type: object}}\n"
	"        - {name: json, in: query, content: {application/json: {schema: {type: object}}}}\n"
	"        - {name: any, in: query, schema: {type: [integer, string, boolean]}}\n"
	"        - {name: late, in: query, schema: {type: integer, default: 7}}\n"
	"        - {name: X-One, in: header, schema: {type: array, items: {type: string}}}\n"
	"        - {name: sid, in: cookie, schema: {type: string}}\n"
	"      responses: {'200': {description: Found.}}\n";
static const char query[] = "ids=1&ids=2&tags=a%20b&deep[a]=1&deep[a]=2&deep[b][c]=3&R=1&flat=x,1,y,2&"
			    "json=%7B%22a%22:%5B1%5D%7D&any=true&what=1";

/* All values and errors as a text; {NULL, 0} and *ret_result where memory was short. */
static struct str read_all(const struct router *router, struct arena *memory, int *ret_result)
{
	struct field fields[] = { { .name = S("X-One"), .value = S("a, b") }, { .name = S("Cookie"), .value = S("sid=1") } };
	struct request request = { .method = METHOD_GET, .path = S("/t/5"), .query = str_from(query), .fields = fields,
		                   .field_count = 2 };
	const struct operation *operation = document->operations[0];
	struct parameter_values values;
	struct route_match match;
	struct buf buf;

	assert_true(router_match(router, request.path, &arena, &match));
	*ret_result = parameters_read(operation, &match, &request, true, memory, &values);
	if (*ret_result < 0)
		return (struct str){ 0 };
	buf_init(&buf, &arena, 4096);
	for (size_t i = 0; i < operation->parameter_count; i++) {
		buf_add(&buf, operation->parameters[i].name);
		buf_add_char(&buf, '=');
		if (values.values[i])
			json_write(&buf, values.values[i]);
		buf_add_char(&buf, ' ');
	}
	for (size_t i = 0; i < values.error_count; i++)
		buf_printf(&buf, "%.*s: %.*s", STR_ARG(values.errors[i].name), STR_ARG(values.errors[i].code));
	return buf_str(&buf);
}

static void every_amount_of_memory_is_enough_for_parameters_or_told(void **state)
{
	size_t size = 0, refused = 0;
	int r = STATUTE_ENOMEM;
	struct router *router;

	(void)state;
	write_file("search.yaml", str_of(search, sizeof(search) - 1));
	assert_int_equal(document_load(&arena, "search.yaml", &document), 0);
	assert_int_equal(router_new(document, &router), 0);
	for (; r == STATUTE_ENOMEM && size < MORE_THAN_ENOUGH; size += 16) {
		struct arena memory;
		struct str text;

		arena_init(&memory, 256, size);
		text = read_all(router, &memory, &r);
		if (r == 0)
			assert_str(text, "p=5 ids=[1,2] tags=[\"a\",\"b\"] deep={\"a\":[\"1\",\"2\"],\"b\":{\"c\":\"3\"}} "
			                 "free={\"R\":1} flat={\"x\":\"1\",\"y\":\"2\"} json={\"a\":[1]} any=\"true\" late=7 "
			                 "X-One=[\"a\",\"b\"] sid=\"1\" what: UNKNOWN_PARAMETER");
		arena_done(&memory);
		refused += r == STATUTE_ENOMEM;
	}
	assert_int_equal(r, 0);
	assert_true(refused > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_amount_of_memory_is_enough_for_a_document_or_told),
		TEST(every_amount_of_memory_is_enough_for_what_is_elsewhere_or_told),
		TEST(every_amount_of_memory_is_enough_for_parameters_or_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
