/* The sets are worked out by hand from the blocks of the decision list, not from the graph. */
#include "unit/openapi/folder.h"

#include <statute/document.h>
#include <statute/routes.h>

#include "base/buf.h"

#define STRING "schema: {type: string}"
#define NOTE \
	"components:\n" \
	"  schemas:\n" \
	"    Note:\n" \
	"      type: object\n" \
	"      properties:\n" \
	"        id: {type: integer, readOnly: true}\n" \
	"        title: {type: string}\n" \
	"        isbn: {type: string}\n" \
	"        state: {type: string}\n" \
	"        owner: {type: integer}\n"
#define ONE "{description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}"
#define BODY "{content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}"
#define ID "    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"

static struct statute_document *public;

static void load(struct str text)
{
	write_file("api.yaml", text);
	assert_int_equal(statute_document_load("api.yaml", &public), 0);
	assert_int_equal(statute_document_find_answers(public), 0);
	assert_string_equal(statute_document_problems(public), "");
}

static void unload(void)
{
	statute_document_free(public);
	public = NULL;
}

static size_t index_of(const char *method, const char *path)
{
	const struct statute_route *route;

	for (size_t i = 0; (route = statute_document_route(public, i)); i++)
		if (strcmp(route->method, method) == 0 && strcmp(route->path, path) == 0)
			return i;
	fail_msg("there is no %s %s", method, path);
	return 0;
}

static const struct statute_answers *answers_of(const char *method, const char *path)
{
	return statute_document_answers(public, index_of(method, path));
}

/* "200 +304 *400 -410" */
static struct str written(const struct statute_answers *answers)
{
	static const char *const marks[] = { "", "*", "+", "-" };
	struct buf buf;

	buf_init(&buf, &arena, 4096);
	for (size_t i = 0; i < answers->count; i++)
		buf_printf(&buf, "%s%s%s", i ? " " : "", marks[answers->list[i].mention],
		           answers->list[i].status);
	return buf_str(&buf);
}

/* The error codes of one status: "A B"; "-" where it is not among the answers. */
static struct str codes_of(const struct statute_answers *answers, int status)
{
	struct buf buf;

	buf_init(&buf, &arena, 4096);
	for (size_t i = 0; i < answers->count; i++) {
		const struct statute_answer *answer = &answers->list[i];

		if (answer->number != status || answer->mention == STATUTE_IMPOSSIBLE)
			continue;
		for (size_t k = 0; k < answer->code_count; k++)
			buf_printf(&buf, "%s%s", k ? " " : "", answer->codes[k]);
		return buf_str(&buf);
	}
	return S("-");
}

static void a_list_answers_what_headers_store_and_tags_lead_to(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /notes:\n"
	                "    get: {responses: {'200': {description: All.}}}\n"
	                "  /notes/{id}:\n" ID "    get: {responses: {'200': " ONE "}}\n" NOTE));
	/* E01 F01 F04 G01 G01a H00 H03 H05 N10 */
	assert_str(written(answers_of("GET", "/notes")), "200 +304 +400 +406 +412 +500 +503");
	assert_str(codes_of(answers_of("GET", "/notes"), 400), "INVALID_PARAMETER MALFORMED_CONDITION");
	assert_str(codes_of(answers_of("GET", "/notes"), 503), "STORE_UNAVAILABLE");
	assert_str(codes_of(answers_of("GET", "/notes"), 200), "");
	/* G06b: an item may be missing, a collection not */
	assert_str(written(answers_of("GET", "/notes/{id}")), "200 +304 +400 +404 +406 +412 +500 +503");
	assert_str(codes_of(answers_of("GET", "/notes/{id}"), 404), "RESOURCE_NOT_FOUND");
	unload();
}

static void a_duplicate_needs_a_unique_member(void **state)
{
	static const char *const every = "201 +400 +406 +408 +409 +412 +413 +415 +422 +500 +503 +507";

	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /notes:\n"
	                "    post: {requestBody: " BODY ", responses: {'201': " ONE "}}\n"
	                "  /notes/{id}:\n" ID "    get: {responses: {'200': " ONE "}}\n"
	                "  /books:\n"
	                "    x-statute: {unique: [isbn, [title, owner]]}\n"
	                "    post: {requestBody: " BODY ", responses: {'201': " ONE "}}\n"
	                "  /books/{id}:\n" ID "    put: {requestBody: " BODY ", responses: {'200': " ONE
	                "}}\n"
	                "    delete: {responses: {'204': {description: Gone.}}}\n" NOTE));
	assert_str(written(answers_of("POST", "/notes")), every);
	assert_str(codes_of(answers_of("POST", "/notes"), 409), "REQUEST_IN_PROGRESS");
	assert_str(codes_of(answers_of("POST", "/books"), 409),
	           "REQUEST_IN_PROGRESS ISBN_ALREADY_EXISTS TITLE_OWNER_ALREADY_EXISTS");
	assert_str(codes_of(answers_of("PUT", "/books/{id}"), 409),
	           "ISBN_ALREADY_EXISTS TITLE_OWNER_ALREADY_EXISTS");
	assert_str(codes_of(answers_of("DELETE", "/books/{id}"), 409), "-");
	unload();
}

static void an_id_that_the_client_makes_may_be_taken(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /tags:\n"
	                "    post:\n"
	                "      requestBody: {content: {application/json: {schema: {type: object, properties: "
	                "{tagName: {type: string}}}}}}\n"
	                "      responses: {'201': {description: New.}}\n"
	                "  /tags/{tagName}:\n"
	                "    parameters: [{name: tagName, in: path, required: true, " STRING "}]\n"
	                "    get: {responses: {'200': {description: One.}}}\n"));
	assert_str(codes_of(answers_of("POST", "/tags"), 409),
	           "REQUEST_IN_PROGRESS TAG_NAME_ALREADY_EXISTS");
	unload();
}

static void references_make_conflicts_and_missing_targets(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /users:\n"
	                "    get: {responses: {default: {description: All.}}}\n"
	                "  /users/{id}:\n" ID "    get: {responses: {'200': " ONE "}}\n"
	                "    delete: {responses: {default: {description: Gone.}}}\n"
	                "  /notes:\n"
	                "    x-statute: {references: {owner: users}}\n"
	                "    post: {requestBody: " BODY ", responses: {'201': " ONE "}}\n"
	                "  /notes/{id}:\n" ID "    get: {responses: {'200': " ONE "}}\n"
	                "    delete: {responses: {default: {description: Gone.}}}\n" NOTE));
	assert_str(codes_of(answers_of("DELETE", "/users/{id}"), 409), "RESOURCE_IN_USE");
	assert_str(codes_of(answers_of("DELETE", "/notes/{id}"), 409), "-");
	assert_str(codes_of(answers_of("POST", "/notes"), 422),
	           "IDEMPOTENCY_KEY_REUSED VALIDATION_FAILED REFERENCE_NOT_FOUND CONSTRAINT_VIOLATED");
	unload();
}

static void what_an_owner_declares_brings_its_codes(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /notes:\n"
	                "    x-statute:\n"
	                "      on-delete: gone\n"
	                "      require-match: true\n"
	                "      transitions: {state: {open: [done]}}\n"
	                "    get: {responses: {default: {description: All.}}}\n"
	                "  /notes/{id}:\n" ID "    get: {responses: {'200': " ONE "}}\n"
	                "    put: {requestBody: " BODY ", responses: {'200': " ONE "}}\n"
	                "    delete: {responses: {default: {description: Gone.}}}\n" NOTE));
	assert_str(codes_of(answers_of("GET", "/notes/{id}"), 410), "RESOURCE_GONE");
	assert_str(codes_of(answers_of("GET", "/notes"), 410), "-");
	assert_str(codes_of(answers_of("GET", "/notes/{id}"), 428), "-");
	assert_str(codes_of(answers_of("PUT", "/notes/{id}"), 428), "PRECONDITION_REQUIRED");
	assert_str(codes_of(answers_of("DELETE", "/notes/{id}"), 428), "PRECONDITION_REQUIRED");
	assert_str(codes_of(answers_of("PUT", "/notes/{id}"), 409), "INVALID_STATE_TRANSITION");
	assert_str(codes_of(answers_of("DELETE", "/notes/{id}"), 409), "-");
	unload();
}

static void a_put_creates_where_the_document_says_201(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /notes:\n"
	                "    get: {responses: {default: {description: All.}}}\n"
	                "  /notes/{id}:\n" ID "    put: {requestBody: " BODY ", responses: {'201': " ONE
	                ", '204': " ONE "}}\n"
	                "  /books:\n"
	                "    get: {responses: {default: {description: All.}}}\n"
	                "  /books/{id}:\n" ID "    put: {requestBody: " BODY ", responses: {'200': " ONE
	                "}}\n" NOTE));
	assert_str(codes_of(answers_of("PUT", "/notes/{id}"), 201), "");
	assert_str(codes_of(answers_of("PUT", "/books/{id}"), 201), "-");
	unload();
}

static void schema_failures_are_400_where_the_owner_says_so(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "x-statute: {schema-status: 400}\n"
	                "paths:\n"
	                "  /notes:\n"
	                "    post: {requestBody: " BODY ", responses: {'201': " ONE "}}\n"
	                "  /notes/{id}:\n" ID "    get: {responses: {'200': " ONE "}}\n" NOTE));
	assert_str(codes_of(answers_of("POST", "/notes"), 400),
	           "CONTENT_REQUIRED INVALID_IDEMPOTENCY_KEY MALFORMED_CONDITION MALFORMED_CHUNK "
	           "MALFORMED_CODING DIGEST_MISMATCH MALFORMED_BODY VALIDATION_FAILED");
	unload();
}

/* E10 to E12, J01: a key may come with any POST and PATCH, unless the owner turns it off. */
static void keys_have_answers_where_they_count(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /notes:\n"
	                "    x-statute: {idempotency: off}\n"
	                "    post: {requestBody: " BODY ", responses: {'201': " ONE "}}\n"
	                "  /notes/{id}:\n" ID "    put: {requestBody: " BODY ", responses: {'200': " ONE
	                "}}\n"
	                "    delete: {responses: {'204': {description: Gone.}}}\n"
	                "  /books:\n"
	                "    post: {x-statute: {idempotency: {required: true, reuse-status: 409}}, requestBody: " BODY
	                ", responses: {'201': " ONE "}}\n"
	                "  /books/{id}:\n" ID "    get: {responses: {'200': " ONE "}}\n" NOTE));
	assert_str(codes_of(answers_of("POST", "/notes"), 409), "-");
	assert_str(codes_of(answers_of("PUT", "/notes/{id}"), 409), "-");
	assert_str(codes_of(answers_of("DELETE", "/notes/{id}"), 409), "-");
	assert_str(codes_of(answers_of("POST", "/books"), 409), "REQUEST_IN_PROGRESS IDEMPOTENCY_KEY_REUSED");
	assert_str(codes_of(answers_of("POST", "/books"), 400),
	           "CONTENT_REQUIRED IDEMPOTENCY_KEY_REQUIRED INVALID_IDEMPOTENCY_KEY MALFORMED_CONDITION "
	           "MALFORMED_CHUNK MALFORMED_CODING DIGEST_MISMATCH MALFORMED_BODY");
	unload();
}

static void what_is_not_bound_answers_501_alone(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /search/{word}:\n"
	                "    parameters: [{name: word, in: path, required: true, schema: {type: integer}}]\n"
	                "    get: {responses: {'200': {description: Found.}, 5XX: {description: Not.}}}\n"));
	assert_str(written(answers_of("GET", "/search/{word}")), "*501 -200");
	assert_str(codes_of(answers_of("GET", "/search/{word}"), 501), "NOT_BOUND");
	assert_non_null(statute_document_route(public, 0)->why_not);
	assert_null(statute_document_route(public, 0)->resource);
	unload();
}

static void options_that_are_declared_answer_204(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /notes:\n"
	                "    options: {responses: {'200': {description: Methods.}}}\n"
	                "  /notes/{id}:\n" ID "    get: {responses: {'200': " ONE "}}\n" NOTE));
	assert_str(written(answers_of("OPTIONS", "/notes")), "+204 -200");
	unload();
}

static void a_status_is_mentioned_by_number_class_or_default(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /notes:\n"
	                "    get: {responses: {'200': {description: a}, '400': {description: b}, 4XX: "
	                "{description: c}}}\n"
	                "    post:\n"
	                "      requestBody: " BODY "\n"
	                "      responses: {'201': {description: a}, default: {description: b}}\n"
	                "  /notes/{id}:\n" ID "    get: {responses: {'200': " ONE "}}\n" NOTE));
	assert_str(written(answers_of("GET", "/notes")), "200 +304 400 *406 *412 +500 +503");
	assert_str(written(answers_of("POST", "/notes")),
	           "201 *400 *406 *408 *409 *412 *413 *415 *422 *500 *503 *507");
	unload();
}

/* 414 and 431 come before the operation is known, 100 before the answer: all three are possible. */
static void what_is_mentioned_and_cannot_come_is_told(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /notes:\n"
	                "    post:\n"
	                "      requestBody: " BODY "\n"
	                "      responses: {'100': {description: a}, '200': {description: b}, '201': "
	                "{description: c},\n"
	                "        3XX: {description: d}, '401': {description: e}, '405': {description: f},\n"
	                "        '409': {description: g}, '410': {description: h}, '414': {description: i},\n"
	                "        '431': {description: j}, default: {description: k}}\n"
	                "  /notes/{id}:\n" ID "    get: {responses: {'200': " ONE "}}\n" NOTE));
	assert_str(written(answers_of("POST", "/notes")),
	           "201 *400 *406 *408 409 *412 *413 *415 *422 *500 *503 *507 "
	           "-200 -3XX -401 -405 -410");
	unload();
}

static void errors_that_need_no_operation_are_kept_apart(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths: {}\n"));
	/* blocks A and B */
	assert_str(written(statute_document_answers_anywhere(public)), "400 408 414 417 425 431 501 503 505");
	assert_str(codes_of(statute_document_answers_anywhere(public), 501),
	           "TRANSFER_CODING_NOT_IMPLEMENTED");
	assert_str(codes_of(statute_document_answers_anywhere(public), 503),
	           "SERVICE_UNAVAILABLE SERVER_OVERLOADED");
	/* C03, C08 (or C10a), and B05 with A03 */
	assert_str(written(statute_document_answers_elsewhere(public)), "404 405 501");
	assert_str(codes_of(statute_document_answers_elsewhere(public), 404), "PATH_NOT_FOUND");
	assert_str(codes_of(statute_document_answers_elsewhere(public), 501), "METHOD_NOT_IMPLEMENTED");
	assert_null(statute_document_answers(public, 0));
	unload();
	load(S(HEAD_3_1 "x-statute: {require-tls: true}\npaths: {}\n"));
	assert_str(codes_of(statute_document_answers_anywhere(public), 403), "TLS_REQUIRED");
	unload();
}

static void routes_know_who_demands_credentials(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "security: [{key: []}]\n"
	                "paths:\n"
	                "  /notes:\n"
	                "    get: {responses: {default: {description: All.}}}\n"
	                "    post: {security: [], requestBody: {content: {application/json: {}}}, "
	                "responses: {default: {description: New.}}}\n"
	                "  /notes/{id}:\n" ID
	                "    get: {security: [{}, {key: []}], responses: {default: {description: One.}}}\n"
	                "    delete: {security: [{key: []}], responses: {default: {description: Gone.}}}\n"
	                "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}\n"));
	assert_true(statute_document_route(public, index_of("GET", "/notes"))->needs_credentials);
	assert_false(statute_document_route(public, index_of("POST", "/notes"))->needs_credentials);
	assert_false(statute_document_route(public, index_of("GET", "/notes/{id}"))->needs_credentials);
	assert_true(statute_document_route(public, index_of("DELETE", "/notes/{id}"))->needs_credentials);
	unload();
}

/* A code that the graph has in general is told as the operation's kinds of credentials name it. */
static void the_codes_of_401_and_403_follow_from_what_is_demanded(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "security: [{login: []}]\n"
	                "paths:\n"
	                "  /notes:\n"
	                "    get: {responses: {default: {description: All.}}}\n"
	                "    post: {security: [{login: []}, {basic: []}], requestBody: {content: {application/json: {}}}, "
	                "responses: {default: {description: New.}}}\n"
	                "  /notes/{id}:\n" ID
	                "    get: {security: [], responses: {default: {description: One.}}}\n"
	                "    delete: {x-statute: {roles: [admin]}, responses: {default: {description: Gone.}}}\n"
	                "components:\n"
	                "  securitySchemes: {login: {type: http, scheme: bearer}, basic: {type: http, scheme: basic}}\n"));
	assert_str(codes_of(answers_of("GET", "/notes"), 401), "TOKEN_MISSING TOKEN_INVALID TOKEN_EXPIRED");
	assert_str(codes_of(answers_of("POST", "/notes"), 401),
	           "CREDENTIALS_REQUIRED TOKEN_INVALID TOKEN_EXPIRED INVALID_CREDENTIALS");
	assert_str(codes_of(answers_of("GET", "/notes"), 403), "-");
	assert_str(codes_of(answers_of("GET", "/notes/{id}"), 401), "-");
	assert_str(codes_of(answers_of("DELETE", "/notes/{id}"), 403), "INSUFFICIENT_PERMISSION");
	unload();
}

static void binding_says_what_is_wrong_once_and_again(void **state)
{
	static const char problem[] =
		"api.yaml:5:17: error: x-statute has no key 'uniqe' here; did you mean 'unique'?\n";

	(void)state;
	write_file("api.yaml",
	           S(HEAD_3_1 "paths:\n"
	                      "  /notes:\n"
	                      "    x-statute: {uniqe: [title]}\n"
	                      "    get: {responses: {'200': {description: All.}}}\n"
	                      "  /notes/{id}:\n" ID "    get: {responses: {'200': {description: One.}}}\n"));
	assert_int_equal(statute_document_load("api.yaml", &public), 0);
	assert_null(statute_document_route(public, 0));
	assert_int_equal(statute_document_bind(public), STATUTE_EDOCUMENT);
	assert_string_equal(statute_document_problems(public), problem);
	assert_int_equal(statute_document_bind(public), STATUTE_EDOCUMENT);
	assert_int_equal(statute_document_find_answers(public), STATUTE_EDOCUMENT);
	assert_string_equal(statute_document_problems(public), problem);
	assert_null(statute_document_route(public, 0));
	assert_null(statute_document_answers(public, 0));
	assert_null(statute_document_answers_anywhere(public));
	unload();
}

static void the_code_of_a_duplicate_has_the_digits_of_the_name(void **state)
{
	(void)state;
	load(S(HEAD_3_1 "paths:\n"
	                "  /books:\n"
	                "    x-statute: {unique: [part09, [isbn13, a1B-z]]}\n"
	                "    post:\n"
	                "      requestBody: {content: {application/json: {schema: {type: object, properties: "
	                "{part09: {type: string}, isbn13: {type: string}, a1B-z: {type: string}}}}}}\n"
	                "      responses: {'201': {description: New.}}\n"
	                "  /books/{id}:\n" ID "    get: {responses: {'200': {description: One.}}}\n"));
	assert_str(codes_of(answers_of("POST", "/books"), 409),
	           "REQUEST_IN_PROGRESS PART09_ALREADY_EXISTS ISBN13_A1B_Z_ALREADY_EXISTS");
	unload();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_answers_what_headers_store_and_tags_lead_to),
		TEST(a_duplicate_needs_a_unique_member),
		TEST(an_id_that_the_client_makes_may_be_taken),
		TEST(references_make_conflicts_and_missing_targets),
		TEST(what_an_owner_declares_brings_its_codes),
		TEST(a_put_creates_where_the_document_says_201),
		TEST(schema_failures_are_400_where_the_owner_says_so),
		TEST(keys_have_answers_where_they_count),
		TEST(what_is_not_bound_answers_501_alone),
		TEST(options_that_are_declared_answer_204),
		TEST(a_status_is_mentioned_by_number_class_or_default),
		TEST(what_is_mentioned_and_cannot_come_is_told),
		TEST(errors_that_need_no_operation_are_kept_apart),
		TEST(routes_know_who_demands_credentials),
		TEST(the_codes_of_401_and_403_follow_from_what_is_demanded),
		TEST(binding_says_what_is_wrong_once_and_again),
		TEST(the_code_of_a_duplicate_has_the_digits_of_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
