/*
 * A document under every amount of memory, from none to enough: each time it is loaded,
 * bound, answered for and completed, or STATUTE_ENOMEM; never anything else, and never a
 * result that is not whole.
 */
#include "unit/openapi/folder.h"

#include "base/buf.h"
#include "json/json.h"
#include "openapi/answers.h"
#include "openapi/bind.h"
#include "openapi/complete.h"

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
	int r = answers_init(&finder, memory);

	*ret_answers = arena_array(memory, loaded->operation_count, sizeof(**ret_answers));
	if (!*ret_answers)
		return STATUTE_ENOMEM;
	for (size_t i = 0; r == 0 && i < loaded->operation_count; i++)
		r = answers_find(&finder, bound_of(api, loaded->operations[i]), &(*ret_answers)[i]);
	return r;
}

/* 0, or why not all of it was done. */
static int all_of_it(struct arena *memory)
{
	struct statute_answers *answers;
	struct document *loaded = NULL;
	struct api *api = NULL;
	struct str text;
	size_t left;
	int r;

	if ((r = document_load(memory, "shop.yaml", &loaded)) < 0 || (r = bind_document(loaded, &api)) < 0 ||
	    (r = find_answers(memory, loaded, api, &answers)) < 0 ||
	    (r = complete_document(memory, loaded, api, answers, &text, &left)) < 0)
		return r;
	assert_true(text.len > sizeof(shop));
	assert_int_equal(api->resource_count, 3);
	assert_int_equal(loaded->issues.errors, 0);
	return 0;
}

static void every_amount_of_memory_is_enough_or_told(void **state)
{
	size_t size = 0, refused = 0;
	int r = STATUTE_ENOMEM;

	(void)state;
	write_file("shop.yaml", str_of(shop, sizeof(shop) - 1));
	for (; r == STATUTE_ENOMEM && size < MORE_THAN_ENOUGH; size += STEP) {
		struct arena memory;

		arena_init(&memory, STEP, size);
		r = all_of_it(&memory);
		arena_done(&memory);
		refused += r == STATUTE_ENOMEM;
	}
	assert_int_equal(r, 0);
	assert_true(refused > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_amount_of_memory_is_enough_or_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
