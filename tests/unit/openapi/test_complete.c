#include "unit/openapi/folder.h"

#include <statute/document.h>
#include <statute/routes.h>
#include <statute/status.h>

#include "openapi/complete.h"
#include "openapi/yaml.h"

#define PATHS \
	"paths:\n" \
	"  /notes:\n" \
	"    get:\n" \
	"      responses:\n" \
	"        '200': {description: All.} # every one\n" \
	"    post:\n" \
	"      requestBody: {content: {application/json: {}}}\n" \
	"      responses:\n" \
	"        '422': {description: Wrong.}\n" \
	"  /notes/{id}:\n" \
	"    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n" \
	"    delete: {responses: {'204': {description: Gone.}}}\n"

static size_t left_out;

/* Completes the document in `path`; the text is NUL-terminated in the arena of the test. */
static struct str completed(const char *path)
{
	struct statute_document *public;
	const char *text;
	struct str copy;
	size_t len;

	assert_int_equal(statute_document_load(path, &public), 0);
	assert_int_equal(statute_document_complete(public, &text, &len, &left_out), 0);
	copy = str_dup(&arena, str_of(text, len));
	statute_document_free(public);
	return copy;
}

static struct str completed_text(struct str text)
{
	write_file("api.yaml", text);
	return completed("api.yaml");
}

static struct json *tree_of(struct str text)
{
	struct issues issues;
	struct json *root;

	issues_init(&issues, &arena);
	assert_int_equal(yaml_parse(&arena, text, 1, &issues, &root), 0);
	return root;
}

/* Follows names; a $ref on the way to a component too. */
static const struct json *at(const struct json *root, const char *const *names)
{
	const struct json *node = root;

	for (; *names && node; names++) {
		struct str reference;

		node = json_get(node, str_from(*names));
		reference = json_get_text(node, S("$ref"));
		if (str_cut(&reference, '/').len)
			for (node = root; reference.at;)
				node = json_get(node, str_cut(&reference, '/'));
	}
	return node;
}
#define AT(root, ...) at(root, (const char *const[]){ __VA_ARGS__, NULL })

static size_t count_missing(const char *path)
{
	struct statute_document *public;
	const struct statute_answers *answers;
	size_t missing = 0;

	assert_int_equal(statute_document_load(path, &public), 0);
	assert_string_equal(statute_document_problems(public), "");
	assert_int_equal(statute_document_find_answers(public), 0);
	for (size_t i = 0; (answers = statute_document_answers(public, i)); i++)
		for (size_t k = 0; k < answers->count; k++)
			missing += answers->list[k].mention == STATUTE_UNMENTIONED;
	statute_document_free(public);
	return missing;
}

/* Nothing is missing from what was completed, so that nothing is added once more. */
static void completing_ends_in_3_0_and_3_1(void **state)
{
	static const struct str heads[] = { STR_INIT(HEAD_3_0), STR_INIT(HEAD_3_1) };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct str once = completed_text(str_printf(&arena, "%s%s", heads[i].at, PATHS));

		write_file("once.yaml", once);
		assert_true(count_missing("api.yaml") > 0);
		assert_int_equal(count_missing("once.yaml"), 0);
		assert_str(completed("once.yaml"), once.at);
		assert_int_equal(left_out, 0);
	}
}

static void what_stood_there_stays_as_it_was(void **state)
{
	struct str text = completed_text(S(HEAD_3_1 PATHS));

	(void)state;
	assert_non_null(strstr(text.at,
	                       "        '200': {description: All.} # every one\n"
	                       "        \"304\": { $ref: \"#/components/responses/NotModified\" }\n"));
	assert_non_null(strstr(
		text.at, "        '422': {description: Wrong.}\n"
			 "        \"500\": { $ref: \"#/components/responses/InternalServerError\" }\n"));
	assert_true(str_starts(text, S(HEAD_3_1 "paths:\n  /notes:\n    get:\n")));
}

static void responses_declare_the_fields_that_they_owe(void **state)
{
	const struct json *root = tree_of(completed_text(S(HEAD_3_1 PATHS)));
	const struct json *post = AT(root, "paths", "/notes", "post", "responses");
	const struct json *retry = AT(root, "components", "responses", "ServiceUnavailable", "headers",
	                              "Retry-After");

	(void)state;
	assert_true(json_is_true(json_get(retry, S("required"))));
	assert_str(json_get_text(json_get(retry, S("schema")), S("type")), "integer");
	assert_true(json_is_true(
		AT(root, "paths", "/notes", "post", "responses", "201", "headers", "Location", "required")));
	assert_non_null(AT(root, "paths", "/notes", "get", "responses", "304", "headers", "ETag"));
	assert_null(AT(root, "paths", "/notes", "get", "responses", "304", "content"));
	assert_non_null(
		AT(root, "components", "responses", "UnsupportedMediaType", "headers", "Accept-Post"));
	assert_non_null(json_get(post, S("415")));
}

/* "Name! Name": the fields of a response, those with a mark required. */
static struct str headers_of(const struct json *response)
{
	struct buf buf;

	buf_init(&buf, &arena, 4096);
	json_each(header, json_get(response, S("headers"))) {
		struct str type = json_get_text(json_get(header, S("schema")), S("type"));

		buf_printf(&buf, "%s%.*s%s", buf.len ? " " : "", STR_ARG(header->name),
		           json_is_true(json_get(header, S("required"))) ? "!" : "");
		assert_true(json_get_text(header, S("description")).len > 10);
		assert_str(type, str_eq(header->name, S("Retry-After")) ? "integer" : "string");
	}
	return buf.len ? buf_str(&buf) : S("");
}

/*
 * What RFC 9110, RFC 6585 and RFC 7725 say that a response of the status has, and the
 * validators of what is returned, written, unmodified or refused by a condition.
 */
static void each_status_documents_the_fields_that_come_with_it(void **state)
{
	static const struct {
		int status;
		const char *headers;
	} owed[] = {
		{ 200, "ETag Last-Modified" }, { 201, "Location! ETag Last-Modified" },
		{ 202, "Location! Retry-After!" }, { 301, "Location!" }, { 302, "Location!" }, { 303, "Location!" },
		{ 304, "ETag" }, { 307, "Location!" }, { 308, "Location!" }, { 401, "WWW-Authenticate!" },
		{ 405, "Allow!" }, { 412, "ETag" }, { 415, "Accept Accept-Post Accept-Patch Accept-Encoding" },
		{ 428, "ETag" }, { 429, "Retry-After!" }, { 451, "Link!" }, { 503, "Retry-After!" },
	};
	const struct operation post = { .method = METHOD_POST };
	const struct bound_operation bound = { .operation = &post };
	const struct statute_status *status;

	(void)state;
	for (size_t i = 0; (status = statute_status_at(i)); i++) {
		const char *expected = "";
		struct str headers;

		if (status->code < 200)
			continue;
		for (size_t k = 0; k < sizeof(owed) / sizeof(owed[0]); k++)
			if (owed[k].status == status->code)
				expected = owed[k].headers;
		headers = headers_of(status->code < 400 ? complete_success(&arena, &bound, status->code)
		                                        : complete_error(&arena, status->code, S("#/x")));
		if (!str_eq(headers, str_from(expected)))
			fail_msg("%d has '%.*s', not '%s'", status->code, STR_ARG(headers), expected);
	}
}

static void every_error_is_a_problem(void **state)
{
	const struct json *root = tree_of(completed_text(S(HEAD_3_1 PATHS)));
	const struct json *schema = AT(root, "components", "schemas", "Problem");
	size_t errors = 0;

	(void)state;
	assert_str(json_get_text(schema, S("type")), "object");
	assert_non_null(AT(schema, "properties", "validationErrors"));
	json_each(response, AT(root, "components", "responses")) {
		const struct json *media = AT(response, "content", "application/problem+json");

		if (str_eq(response->name, S("NotModified")))
			continue;
		assert_str(json_get_text(json_get(media, S("schema")), S("$ref")),
		           "#/components/schemas/Problem");
		errors++;
	}
	assert_int_equal(errors,
	                 11); /* 400 404 406 408 409 412 413 415 500 503 507: none for the 422 that is there */
}

static void an_owners_components_are_used_where_they_fit(void **state)
{
	struct str text = completed_text(S(
		HEAD_3_1 PATHS "components:\n"
			       "  schemas:\n"
			       "    Problem: {type: object, properties: {status: {}, error: {}, mine: {}}}\n"
			       "  responses:\n"
			       "    NotFound: {description: Mine., content: {application/problem+json: {}}}\n"
			       "    ServiceUnavailable: {description: Without Retry-After., content: "
			       "{application/problem+json: {}}}\n"));
	const struct json *root = tree_of(text);

	(void)state;
	assert_str(json_get_text(AT(root, "paths", "/notes/{id}", "delete", "responses", "404"),
	                         S("description")),
	           "Mine.");
	assert_non_null(
		AT(root, "components", "responses", "StatuteServiceUnavailable", "headers", "Retry-After"));
	assert_null(AT(root, "components", "schemas", "StatuteProblem"));
	assert_non_null(AT(root, "components", "schemas", "Problem", "properties", "mine"));
}

static void names_that_are_taken_by_others_are_left_to_them(void **state)
{
	struct str text = completed_text(S(HEAD_3_1 PATHS "components:\n"
	                                                  "  schemas: {Problem: {type: string}}\n"
	                                                  "  responses:\n"
	                                                  "    NotFound: {description: a}\n"
	                                                  "    StatuteNotFound: {description: b}\n"));
	const struct json *root = tree_of(text);
	const struct json *reference = json_get(
		json_get(json_get(json_get(json_get(root, S("paths")), S("/notes/{id}")), S("delete")),
	                 S("responses")),
		S("404"));

	(void)state;
	assert_str(json_get_text(reference, S("$ref")), "#/components/responses/StatuteNotFound2");
	assert_str(json_get_text(AT(root, "components", "responses", "NotFound"), S("description")), "a");
	assert_str(json_get_text(AT(root, "components", "schemas", "Problem"), S("type")), "string");
	assert_non_null(AT(root, "components", "schemas", "StatuteProblem", "properties", "error"));
}

static void a_whole_document_is_left_as_it_is(void **state)
{
	static const char whole[] = HEAD_3_1
		"paths:\n  /notes:\n    get: {responses: {default: {description: Any.}}}\n";

	(void)state;
	assert_str(completed_text(S(HEAD_3_1 "paths: {}")), HEAD_3_1 "paths: {}");
	assert_str(completed_text(str_from(whole)), whole);
}

static void an_operation_without_responses_gets_them(void **state)
{
	const struct json *root = tree_of(
		completed_text(S(HEAD_3_1 "paths:\n  /search:\n    get:\n      summary: Find\n")));

	(void)state;
	assert_non_null(AT(root, "paths", "/search", "get", "responses", "501", "content"));
}

/* Two paths, one operation object: what either lacks is added once. */
static void a_shared_path_item_is_completed_once(void **state)
{
	struct str text = completed_text(S(HEAD_3_1
	                                   "paths:\n"
	                                   "  /a: {$ref: '#/components/pathItems/x'}\n"
	                                   "  /b: {$ref: '#/components/pathItems/x'}\n"
	                                   "components:\n"
	                                   "  pathItems:\n"
	                                   "    x: {get: {responses: {'200': {description: a}}}}\n"));
	const struct json *root = tree_of(text);

	(void)state;
	assert_int_equal(AT(root, "components", "pathItems", "x", "get", "responses")->count, 2);
}

static void operations_in_other_files_are_left_and_counted(void **state)
{
	static const char api[] = HEAD_3_1 "paths:\n  /a: {$ref: other.yaml}\n";

	(void)state;
	write_file("other.yaml", S("get: {responses: {'200': {description: a}}}\n"
	                           "put: {responses: {'200': {description: a}}}\n"
	                           "post: {responses: {default: {description: a}}}\n"));
	assert_str(completed_text(str_from(api)), api);
	assert_int_equal(left_out, 2);
}

static void what_cannot_be_written_in_place_is_refused(void **state)
{
	struct statute_document *public;
	const char *text = "untouched";
	size_t len = 9;

	(void)state;
	write_file("api.yaml", S(HEAD_3_1 "paths:\n  /a:\n    get:\n      responses:\n"
	                                  "        ? '200'\n        : {description: a}\n"));
	assert_int_equal(statute_document_load("api.yaml", &public), 0);
	assert_int_equal(statute_document_complete(public, &text, &len, &left_out), STATUTE_EINVAL);
	assert_string_equal(text, "untouched");
	statute_document_free(public);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(completing_ends_in_3_0_and_3_1),
		TEST(what_stood_there_stays_as_it_was),
		TEST(responses_declare_the_fields_that_they_owe),
		TEST(each_status_documents_the_fields_that_come_with_it),
		TEST(every_error_is_a_problem),
		TEST(an_owners_components_are_used_where_they_fit),
		TEST(names_that_are_taken_by_others_are_left_to_them),
		TEST(a_whole_document_is_left_as_it_is),
		TEST(an_operation_without_responses_gets_them),
		TEST(a_shared_path_item_is_completed_once),
		TEST(operations_in_other_files_are_left_and_counted),
		TEST(what_cannot_be_written_in_place_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
