/* x-statute: {files: {uploads: …}}: what is bound to it, and each mistake in it. */
#include "unit/openapi/bound.h"

#define UPLOADS(said) \
	HEAD_3_1 "paths:\n" \
		 "  /videos/{name}:\n" \
		 "    x-statute: {files: {folder: a, uploads: " said "}}\n" \
		 "    parameters: [{name: name, in: path, required: true, schema: {type: string}}]\n" \
		 "    put: {requestBody: {content: {video/*: {}}}, responses: {'201': {description: Made.}}}\n" \
		 "    post: {requestBody: {content: {video/*: {}}}, responses: {'201': {description: Made.}}}\n" \
		 "    delete: {responses: {'204': {description: Gone.}}}\n" \
		 "  /videos:\n" \
		 "    x-statute: {files: {folder: a, uploads: true}}\n" \
		 "    post: {requestBody: {content: {video/*: {}}}, responses: {'201': {description: Made.}}}\n" \
		 "    put: {requestBody: {content: {video/*: {}}}, responses: {'201': {description: Made.}}}\n"
#define FAULT(said, column, text) \
	bind_text(S(UPLOADS(said)), STATUTE_EDOCUMENT, "api.yaml:5:" column ": error: x-statute.files" text "\n")

static const struct bound_operation *bound(const char *path, enum method method)
{
	for (size_t i = 0; i < api->path_count; i++)
		if (str_eq(api->paths[i].item->template_text, str_from(path)))
			return api->paths[i].operations[method];
	fail_msg("there is no path %s", path);
	return NULL;
}

static void an_operation_is_an_upload_where_a_name_is_given_or_made(void **state)
{
	(void)state;
	bind_text(S(UPLOADS("true")), 0, "");
	assert_int_equal(bound("/videos/{name}", METHOD_PUT)->kind, BINDING_UPLOAD);
	assert_int_equal(bound("/videos/{name}", METHOD_DELETE)->kind, BINDING_UPLOAD);
	assert_int_equal(bound("/videos", METHOD_POST)->kind, BINDING_UPLOAD);
	assert_int_equal(bound("/videos/{name}", METHOD_POST)->kind, BINDING_NONE);
	assert_int_equal(bound("/videos", METHOD_PUT)->kind, BINDING_NONE);
	bind_text(S(UPLOADS("false")), 0, "");
	assert_int_equal(bound("/videos/{name}", METHOD_PUT)->kind, BINDING_NONE);
}

static void what_is_demanded_of_uploads_is_a_fact(void **state)
{
	const struct bound_operation *put;

	(void)state;
	bind_text(S(UPLOADS("true")), 0, "");
	put = bound("/videos/{name}", METHOD_PUT);
	assert_int_equal(put->content_max, 1 << 30);
	assert_false(statute_fact_is(&put->fixed, STATUTE_FACT_NEEDS_IF_MATCH));
	assert_false(statute_fact_is(&put->fixed, STATUTE_FACT_NEEDS_LENGTH));
	assert_true(statute_fact_known(&put->fixed, STATUTE_FACT_STORAGE_QUOTA_FULL));
	bind_text(S(UPLOADS("{max: 5kB, quota: 1048576, require-match: true}")), 0, "");
	put = bound("/videos/{name}", METHOD_PUT);
	assert_int_equal(put->content_max, 5000);
	assert_true(statute_fact_is(&put->fixed, STATUTE_FACT_NEEDS_IF_MATCH));
	assert_true(statute_fact_is(&put->fixed, STATUTE_FACT_NEEDS_IF_NONE_MATCH));
	assert_true(statute_fact_is(&put->fixed, STATUTE_FACT_NEEDS_LENGTH));
	assert_false(statute_fact_known(&put->fixed, STATUTE_FACT_STORAGE_QUOTA_FULL));
	bind_text(S(UPLOADS("{needs-length: true}")), 0, "");
	assert_true(statute_fact_is(&bound("/videos/{name}", METHOD_PUT)->fixed, STATUTE_FACT_NEEDS_LENGTH));
}

static void what_is_wrong_with_uploads_is_told(void **state)
{
	(void)state;
	FAULT("5", "45", ".uploads is neither true nor an object; write uploads: true, or uploads: {max: 1GiB, "
	                 "require-match: true}");
	FAULT("{max: much}", "51", ".uploads.max is no size; write a size: 500MB, or 1GiB");
	FAULT("{quota: 0}", "53", ".uploads.quota is no size; write a size: 500MB, or 1GiB");
	FAULT("{wide: 0}", "46", ".uploads has no key 'wide'; use max, needs-length, quota and require-match");
	FAULT("{needs-length: 1}", "60", ".uploads.needs-length is a number; write true or false");
	FAULT("true, deep: true", "24",
	      " has uploads into a tree of folders; leave deep out where there are uploads");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_operation_is_an_upload_where_a_name_is_given_or_made, enter_folder,
		                                leave_folder),
		cmocka_unit_test_setup_teardown(what_is_demanded_of_uploads_is_a_fact, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(what_is_wrong_with_uploads_is_told, enter_folder, leave_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
