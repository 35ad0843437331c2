#include "unit/test.h"

#include <jansson.h>
#include <statute/status.h>

#include "problem/problem.h"

static void every_code_has_an_error_status_and_says_what_it_means(void **state)
{
	const struct statute_error_code *entry;
	int last = 400;

	(void)state;
	for (size_t i = 0; (entry = statute_error_code_at(i)); i++) {
		assert_non_null(statute_status_find(entry->status));
		assert_true(entry->status >= 400);
		assert_true(entry->also == 0 || statute_status_find(entry->also));
		assert_true(entry->status >= last);
		last = entry->status;
		assert_true(strlen(entry->message) > 10);
		assert_true(entry->message[strlen(entry->message) - 1] == '.');
		assert_true(strlen(entry->meaning) > 5);
		assert_ptr_equal(statute_error_code_find(entry->code), entry);
	}
	assert_true(last >= 505);
}

static void codes_are_screaming_snake_case(void **state)
{
	const struct statute_error_code *entry;
	const struct statute_validation_code *code;

	(void)state;
	for (size_t i = 0; (entry = statute_error_code_at(i)); i++)
		assert_int_equal(strspn(entry->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(entry->code));
	for (size_t i = 0; (code = statute_validation_code_at(i)); i++) {
		assert_int_equal(strspn(code->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(code->code));
		assert_true(strlen(code->meaning) > 10);
		assert_ptr_equal(statute_validation_code_find(code->code), code);
	}
}

static void a_made_code_is_explained_as_its_family(void **state)
{
	const struct statute_error_code *family = statute_error_code_find("RESOURCE_ALREADY_EXISTS");
	size_t len = 99;

	(void)state;
	assert_ptr_equal(statute_error_code_explain("EMAIL_ALREADY_EXISTS", &len), family);
	assert_int_equal(len, 5);
	assert_ptr_equal(statute_error_code_explain("FIRST_SECOND_ALREADY_EXISTS", &len), family);
	assert_int_equal(len, 12);
	assert_ptr_equal(statute_error_code_explain("RESOURCE_ALREADY_EXISTS", &len), family);
	assert_int_equal(len, 0);
	assert_null(statute_error_code_find("EMAIL_ALREADY_EXISTS"));
	len = 99;
	assert_null(statute_error_code_explain("_ALREADY_EXISTS", &len));
	assert_null(statute_error_code_explain("email_ALREADY_EXISTS", &len));
	assert_null(statute_error_code_explain("NO_SUCH_CODE", &len));
	assert_null(statute_error_code_explain("", &len));
	assert_int_equal(len, 99);
}

static void the_catalogue_lists_every_code(void **state)
{
	struct buf buf;
	json_t *root, *errors;
	size_t count = 0, validations = 0;

	(void)state;
	while (statute_error_code_at(count))
		count++;
	while (statute_validation_code_at(validations))
		validations++;
	buf_init(&buf, NULL, 1 << 20);
	problem_catalogue_json(&buf);
	root = json_loadb(buf.at, buf.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	errors = json_object_get(root, "errors");
	assert_int_equal(json_array_size(errors), count);
	assert_int_equal(json_array_size(json_object_get(root, "validationCodes")), validations);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(json_string_value(json_object_get(json_array_get(errors, i), "error")),
		                    statute_error_code_at(i)->code);
	json_decref(root);
	buf_reset(&buf);
	problem_catalogue_html(&buf);
	assert_false(buf.failed);
	buf_add_char(&buf, '\0');
	for (size_t i = 0; i < count; i++) {
		char link[160];

		snprintf(link, sizeof(link), "href=\"/-/errors/%s\"", statute_error_code_at(i)->code);
		assert_non_null(strstr(buf.at, link));
	}
	buf_done(&buf);
}

static void an_entry_is_found_by_its_code_and_by_a_made_one(void **state)
{
	struct buf buf;
	json_t *root;

	(void)state;
	buf_init(&buf, NULL, 1 << 20);
	assert_int_equal(problem_entry_json(&buf, S("EMAIL_ALREADY_EXISTS")), 0);
	root = json_loadb(buf.at, buf.len, JSON_REJECT_DUPLICATES, NULL);
	assert_string_equal(json_string_value(json_object_get(root, "error")), "EMAIL_ALREADY_EXISTS");
	assert_string_equal(json_string_value(json_object_get(root, "family")), "RESOURCE_ALREADY_EXISTS");
	assert_string_equal(json_string_value(json_object_get(root, "member")), "email");
	assert_int_equal(json_integer_value(json_object_get(root, "status")), 409);
	json_decref(root);
	buf_reset(&buf);
	assert_int_equal(problem_entry_html(&buf, S("PRECONDITION_FAILED")), 0);
	assert_non_null(memmem(buf.at, buf.len, "412 Precondition Failed", 23));
	buf_reset(&buf);
	assert_int_equal(problem_entry_json(&buf, S("NOTHING")), STATUTE_ENOTFOUND);
	assert_int_equal(problem_entry_html(&buf, S("<script>")), STATUTE_ENOTFOUND);
	assert_int_equal(problem_entry_json(&buf, (struct str){ 0 }), STATUTE_ENOTFOUND);
	assert_int_equal(buf.len, 0);
	buf_done(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_an_error_status_and_says_what_it_means),
		cmocka_unit_test(codes_are_screaming_snake_case),
		cmocka_unit_test(a_made_code_is_explained_as_its_family),
		cmocka_unit_test(the_catalogue_lists_every_code),
		cmocka_unit_test(an_entry_is_found_by_its_code_and_by_a_made_one),
	};

	return cmocka_run_group_tests_name("problem/catalogue", tests, NULL, NULL);
}
