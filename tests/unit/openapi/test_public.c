#include "unit/openapi/folder.h"

#include <statute/document.h>

static void a_document_lists_its_operations(void **state)
{
	struct statute_document *public = NULL;

	(void)state;
	write_file("shop.yaml",
	           S(HEAD_3_1 "paths:\n"
	                      "  /users/{id}:\n"
	                      "    parameters: [{name: id, in: path, required: true, schema: {}}]\n"
	                      "    get: {operationId: getUser, summary: One user, deprecated: true}\n"
	                      "    delete: {}\n"));
	assert_int_equal(statute_document_load("shop.yaml", &public), 0);
	assert_string_equal(statute_document_problems(public), "");
	assert_int_equal(statute_document_error_count(public), 0);
	assert_string_equal(statute_document_title(public), "Shop");
	assert_string_equal(statute_document_version(public), "1");
	assert_int_equal(statute_document_operation_count(public), 2);
	assert_string_equal(statute_document_operation(public, 0)->method, "GET");
	assert_string_equal(statute_document_operation(public, 0)->path, "/users/{id}");
	assert_string_equal(statute_document_operation(public, 0)->id, "getUser");
	assert_string_equal(statute_document_operation(public, 0)->summary, "One user");
	assert_true(statute_document_operation(public, 0)->is_deprecated);
	assert_string_equal(statute_document_operation(public, 1)->method, "DELETE");
	assert_string_equal(statute_document_operation(public, 1)->id, "");
	assert_null(statute_document_operation(public, 2));
	statute_document_free(public);
}

static void a_document_that_is_refused_says_why(void **state)
{
	struct statute_document *public = NULL;

	(void)state;
	assert_int_equal(statute_document_load("none.yaml", &public), STATUTE_EIO);
	assert_string_equal(statute_document_problems(public),
	                    "error: cannot read none.yaml: No such file or directory\n");
	assert_int_equal(statute_document_error_count(public), 1);
	assert_int_equal(statute_document_operation_count(public), 0);
	assert_string_equal(statute_document_title(public), "");
	statute_document_free(public);
	statute_document_free(NULL);
	write_file("shop.yaml", S(HEAD_3_1 "paths: []\n"));
	assert_int_equal(statute_document_load("shop.yaml", &public), STATUTE_EDOCUMENT);
	assert_string_equal(statute_document_problems(public),
	                    "shop.yaml:3:8: error: 'paths' must be an object, not an array\n");
	statute_document_free(public);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_document_lists_its_operations),
		TEST(a_document_that_is_refused_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
