/* What everybody may read of a document: without what is for programs, with every answer, and complete in itself. */
#include "unit/openapi/folder.h"

#include <dirent.h>

#include "json/pointer.h"
#include "message/uri.h"
#include "openapi/publish.h"

static struct json *published;

static void publish(const char *path)
{
	const struct json_limits limits = { .depth = 300, .nodes = 20000000 };
	struct arena work;
	struct api *api = NULL;
	struct json_fault fault;
	struct buf buf;

	arena_init(&work, 4096, (size_t)1 << 30);
	document = NULL;
	assert_int_equal(document_load(&arena, path, &document), 0);
	assert_int_equal(bind_document(document, &api), 0);
	buf_init(&buf, &arena, 256 << 20);
	assert_int_equal(publish_document(&work, document, api, &buf), 0);
	arena_done(&work);
	assert_int_equal(json_parse(&arena, buf_str(&buf), &limits, &published, &fault), 0);
}

static const struct json *at(const char *pointer)
{
	return json_pointer_get(published, str_from(pointer));
}

static struct str text_at(const char *pointer)
{
	return json_text(at(pointer));
}

#define NOTES \
	HEAD_3_1 \
	"x-internal: {host: db.example}\n" \
	"x-statute: {query: strict}\n" \
	"servers: [{url: /v1}]\n" \
	"paths:\n" \
	"  x-owner: the team\n" \
	"  /notes:\n" \
	"    x-statute: {unique: [title]}\n" \
	"    post:\n" \
	"      x-gateway: {arn: secret}\n" \
	"      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}\n" \
	"      responses:\n" \
	"        x-more: secret\n" \
	"        '201': {description: Made., headers: {x-trace: {schema: {type: string}}}}\n" \
	"        default: {$ref: '#/components/responses/default'}\n" \
	"  /notes/{id}:\n" \
	"    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n" \
	"    get: {responses: {'200': {description: One.}}}\n" \
	"components:\n" \
	"  responses:\n" \
	"    default: {description: 'An error.', x-seen: by nobody}\n" \
	"  securitySchemes:\n" \
	"    x-key: {type: apiKey, in: header, name: X-Key, x-internal: {table: keys}}\n" \
	"  schemas:\n" \
	"    Note:\n" \
	"      type: object\n" \
	"      example: {x-data: stays, $ref: stays}\n" \
	"      properties:\n" \
	"        id: {type: integer, readOnly: true}\n" \
	"        title: {type: string, x-column: secret}\n" \
	"        x-color: {type: string, default: red}\n" \
	"        default: {type: string, x-column: secret}\n"

static void extensions_are_left_out_and_names_and_data_are_not(void **state)
{
	(void)state;
	write_file("shop.yaml", S(NOTES));
	publish("shop.yaml");
	assert_null(at("/x-internal"));
	assert_null(at("/x-statute"));
	assert_null(at("/paths/x-owner"));
	assert_null(at("/paths/~1notes/x-statute"));
	assert_null(at("/paths/~1notes/post/x-gateway"));
	assert_null(at("/paths/~1notes/post/responses/x-more"));
	assert_null(at("/components/responses/default/x-seen"));
	assert_null(at("/components/securitySchemes/x-key/x-internal"));
	assert_null(at("/components/schemas/Note/properties/title/x-column"));
	assert_null(at("/components/schemas/Note/properties/default/x-column"));
	assert_str(text_at("/components/securitySchemes/x-key/name"), "X-Key");
	assert_str(text_at("/components/schemas/Note/properties/x-color/default"), "red");
	assert_str(text_at("/components/schemas/Note/example/x-data"), "stays");
	assert_str(text_at("/components/schemas/Note/example/$ref"), "stays");
	assert_str(text_at("/paths/~1notes/post/responses/201/headers/x-trace/schema/type"), "string");
	assert_str(text_at("/paths/~1notes/post/responses/default/$ref"), "#/components/responses/default");
}

/* The answer with a status; NULL where it is not among them. */
static const struct json *answer_of(const char *operation, int status)
{
	const struct json *answers = json_get(at("/x-served/operations"), str_from(operation));
	int64_t number;

	assert_non_null(answers);
	json_each(answer, answers)
		if (json_to_i64(json_get(answer, S("status")), &number) && number == status)
			return answer;
	return NULL;
}

static const struct json *reason_of(const struct json *answer, const char *code)
{
	json_each(reason, json_get(answer, S("reasons")))
		if (str_eq(json_get_text(reason, S("code")), str_from(code)))
			return reason;
	return NULL;
}

static void each_answer_says_which_rows_decide_it(void **state)
{
	const struct json *reason;

	(void)state;
	write_file("shop.yaml", S(NOTES));
	publish("shop.yaml");
	assert_str(text_at("/x-served/basePath"), "/v1");
	reason = reason_of(answer_of("POST /notes", 201), "CREATED");
	assert_str(json_text(json_item(json_get(reason, S("nodes")), 0)), "L01a");
	reason = reason_of(answer_of("POST /notes", 409), "TITLE_ALREADY_EXISTS");
	assert_str(json_text(json_item(json_get(reason, S("nodes")), 0)), "K03");
	assert_null(answer_of("POST /notes", 404));
	assert_null(answer_of("POST /notes", 304));
	assert_non_null(reason_of(answer_of("GET /notes/{id}", 404), "RESOURCE_NOT_FOUND"));
	assert_str(json_get_text(answer_of("POST /notes", 201), S("mentioned")), "number");
	assert_str(json_get_text(answer_of("POST /notes", 409), S("mentioned")), "range");
	assert_str(json_get_text(answer_of("GET /notes/{id}", 404), S("mentioned")), "none");
	assert_str(text_at("/x-served/nodes/K03/question"), "Has another the same unique value?");
	assert_int_equal(at("/x-served/nodes/K03/yes")->type, JSON_NUMBER);
	assert_null(at("/x-served/nodes/K03/no"));
	assert_str(text_at("/x-served/statuses/409/phrase"), "Conflict");
	assert_true(text_at("/x-served/codes/CREATED").len > 0);
	assert_true(text_at("/x-served/codes/TITLE_ALREADY_EXISTS").len > 0);
}

static void responses_that_the_document_lacks_are_there(void **state)
{
	(void)state;
	write_file("shop.yaml", S(NOTES));
	publish("shop.yaml");
	assert_str(text_at("/paths/~1notes~1{id}/get/responses/404/$ref"), "#/components/responses/NotFound");
	assert_non_null(at("/components/responses/NotFound/content/application~1problem+json"));
}

static void what_other_files_hold_is_within(void **state)
{
	(void)state;
	write_file("shop.yaml", S(HEAD_3_1 "paths:\n"
	                                   "  /notes:\n"
	                                   "    get: {responses: {'200': {$ref: 'more.yaml#/one'}}}\n"
	                                   "components:\n"
	                                   "  schemas:\n"
	                                   "    Back: {type: string}\n"));
	write_file("more.yaml", S("secret: {password: x}\n"
	                          "one:\n"
	                          "  description: One.\n"
	                          "  content: {application/json: {schema: {$ref: '#/node'}}}\n"
	                          "node:\n"
	                          "  type: object\n"
	                          "  properties:\n"
	                          "    next: {$ref: '#/node'}\n"
	                          "    back: {$ref: 'shop.yaml#/components/schemas/Back'}\n"));
	publish("shop.yaml");
	assert_str(text_at("/paths/~1notes/get/responses/200/$ref"), "#/x-refs/0");
	assert_str(text_at("/x-refs/0/content/application~1json/schema/$ref"), "#/x-refs/1");
	assert_str(text_at("/x-refs/1/properties/next/$ref"), "#/x-refs/1");
	assert_str(text_at("/x-refs/1/properties/back/$ref"), "#/components/schemas/Back");
	assert_int_equal(at("/x-refs")->count, 2);
}

/* ---- Documents that others wrote ------------------------------------------ */

static bool leads_within(struct str reference)
{
	struct str pointer = uri_decode(&arena, str_sub(reference, 1, reference.len), false);

	return json_pointer_get(published, pointer) != NULL;
}

static void assert_references_lead_within(const char *path, const struct json *node, bool is_named)
{
	const struct str reference = json_get_text(node, S("$ref"));

	if (!is_named && reference.at && str_starts(reference, S("#")) && !leads_within(reference))
		fail_msg("%s: %.*s leads nowhere", path, STR_ARG(reference));
	json_each(child, node) {
		bool is_data = node->type == JSON_OBJECT && !is_named &&
		               (str_eq(child->name, S("example")) || str_eq(child->name, S("value")) ||
		                str_eq(child->name, S("default")) || str_eq(child->name, S("enum")) ||
		                str_eq(child->name, S("const")));

		if (!is_data)
			assert_references_lead_within(path, child, str_eq(child->name, S("properties")));
	}
}

static void assert_is_published(const char *path)
{
	struct api *api;

	arena_done(&arena);
	arena_init(&arena, 64 * 1024, (size_t)1 << 30);
	document = NULL;
	assert_int_equal(document_load(&arena, path, &document), 0);
	if (bind_document(document, &api) < 0)
		return; /* such a one is not served */
	publish(path);
	assert_int_equal(at("/x-served/operations")->count, document->operation_count);
	assert_references_lead_within(path, published, false);
}

static size_t publish_all(const char *part, const char *end)
{
	char path[4096 + 300];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir = opendir(test_data(part));

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (!str_ends(str_from(entry->d_name), str_from(end)))
			continue;
		snprintf(path, sizeof(path), "%s/%s", test_data(part), entry->d_name);
		assert_is_published(path);
		count++;
	}
	closedir(dir);
	return count;
}

static void documents_of_others_are_complete_in_themselves(void **state)
{
	(void)state;
	assert_int_equal(publish_all("openapi/pass", ".yaml"), 35);
	assert_int_equal(publish_all("openapi/docs-3.1", ".json"), 20);
	assert_int_equal(publish_all("openapi/docs-3.0", ".json"), 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(extensions_are_left_out_and_names_and_data_are_not),
		TEST(each_answer_says_which_rows_decide_it),
		TEST(responses_that_the_document_lacks_are_there),
		TEST(what_other_files_hold_is_within),
		TEST(documents_of_others_are_complete_in_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
