/* x-statute.idempotency: where it stands, what it says, and what it cannot say. */
#include "unit/openapi/folder.h"

#include "openapi/bind.h"

#define HOUR_MS (UINT64_C(60) * 60 * 1000)
#define DONE "responses: {'201': {description: Done.}}"
#define POST "requestBody: {content: {application/json: {}}}, " DONE

/* A collection with these settings at the root, on its path, and of its POST, and with more members of that. */
#define DOCUMENT(root, path, own, more) \
	HEAD_3_1 "x-statute: {" root "}\n" \
	"paths:\n" \
	"  /notes:\n" \
	"    x-statute: {" path "}\n" \
	"    post: {x-statute: {" own "}, " more POST "}\n" \
	"  /notes/{id}:\n" \
	"    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n" \
	"    get: {responses: {'200': {description: Found.}}}\n" \
	"    put: {" POST "}\n" \
	"    patch: {requestBody: {content: {application/merge-patch+json: {}}}, " DONE "}\n" \
	"    delete: {responses: {'204': {description: Gone.}}}\n"

static struct api *api;

static void bind_text(struct str text, int result)
{
	write_file("api.yaml", text);
	document = NULL;
	assert_int_equal(document_load(&arena, "api.yaml", &document), 0);
	assert_int_equal(bind_document(document, &api), result);
}
#define BIND(root, path, own, more) bind_text(S(DOCUMENT(root, path, own, more)), 0)

static const struct bound_operation *bound(const char *template, enum method method)
{
	for (size_t i = 0; i < api->path_count; i++)
		if (str_eq(api->paths[i].item->template_text, str_from(template)))
			return api->paths[i].operations[method];
	fail_msg("there is no path %s", template);
	return NULL;
}

static const struct idempotency *post(void)
{
	return &bound("/notes", METHOD_POST)->idempotency;
}

static bool may_have_key(const struct bound_operation *operation)
{
	return !statute_fact_known(&operation->fixed, STATUTE_FACT_HAS_KEY);
}

static void post_and_patch_take_a_key_in_any_case(void **state)
{
	(void)state;
	BIND("", "", "", "");
	assert_true(may_have_key(bound("/notes", METHOD_POST)));
	assert_true(may_have_key(bound("/notes/{id}", METHOD_PATCH)));
	assert_false(may_have_key(bound("/notes/{id}", METHOD_PUT)));
	assert_false(may_have_key(bound("/notes/{id}", METHOD_DELETE)));
	assert_false(may_have_key(bound("/notes/{id}", METHOD_GET)));
	assert_false(may_have_key(bound("/notes/{id}", METHOD_HEAD)));
	assert_false(statute_fact_is(&bound("/notes", METHOD_POST)->fixed, STATUTE_FACT_NEEDS_KEY));
	assert_int_equal(post()->keep_ms, 24 * HOUR_MS);
	assert_false(post()->is_set);
}

static void the_nearest_setting_holds(void **state)
{
	(void)state;
	BIND("idempotency: required", "", "", "");
	assert_true(statute_fact_is(&bound("/notes", METHOD_POST)->fixed, STATUTE_FACT_NEEDS_KEY));
	assert_true(statute_fact_is(&bound("/notes/{id}", METHOD_PATCH)->fixed, STATUTE_FACT_NEEDS_KEY));
	assert_false(statute_fact_is(&bound("/notes/{id}", METHOD_PUT)->fixed, STATUTE_FACT_NEEDS_KEY));
	BIND("idempotency: required", "idempotency: off", "", "");
	assert_false(may_have_key(bound("/notes", METHOD_POST)));
	assert_true(may_have_key(bound("/notes/{id}", METHOD_PATCH)));
	BIND("idempotency: off", "idempotency: required", "idempotency: optional", "");
	assert_true(may_have_key(bound("/notes", METHOD_POST)));
	assert_false(post()->is_required);
}

static void it_says_how_long_and_which_status(void **state)
{
	(void)state;
	BIND("", "idempotency: {required: true, keep: 7d, reuse-status: 409}", "", "");
	assert_int_equal(post()->keep_ms, 7 * 24 * HOUR_MS);
	assert_true(statute_fact_is(&bound("/notes", METHOD_POST)->fixed, STATUTE_FACT_KEY_REUSE_IS_409));
	assert_true(post()->is_required && post()->is_set);
	BIND("", "idempotency: {keep: 1s, reuse-status: 422}", "", "");
	assert_int_equal(post()->keep_ms, 1000);
	assert_false(statute_fact_is(&bound("/notes", METHOD_POST)->fixed, STATUTE_FACT_KEY_REUSE_IS_409));
	assert_false(post()->is_required);
}

static void a_parameter_that_is_required_requires_a_key(void **state)
{
	(void)state;
	BIND("", "", "",
	     "parameters: [{name: idempotency-key, in: header, required: true, schema: {type: string}}], ");
	assert_true(post()->is_required);
	assert_true(statute_fact_is(&bound("/notes", METHOD_POST)->fixed, STATUTE_FACT_PARAMETERS_FIT));
	BIND("", "", "", "parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}], ");
	assert_false(post()->is_required);
	BIND("", "", "",
	     "parameters: [{name: Idempotency-Key, in: query, required: true, schema: {type: string}}], ");
	assert_false(post()->is_required);
}

#define FAULT(path, text) \
	do { \
		bind_text(S(DOCUMENT("", path, "", "")), STATUTE_EDOCUMENT); \
		assert_str(issues_text(), "api.yaml:6:" text "\n"); \
	} while (0)

static void what_it_cannot_say_is_told_once_with_its_place(void **state)
{
	(void)state;
	FAULT("idempotency: always", "30: error: x-statute.idempotency is none of its values; write "
	                             "idempotency: required, optional or off, or {required: true, keep: 24h}");
	FAULT("idempotency: [off]", "30: error: x-statute.idempotency is none of its values; write "
	                            "idempotency: required, optional or off, or {required: true, keep: 24h}");
	FAULT("idempotency: {keep: 31d}",
	      "37: error: idempotency.keep is no duration from 1s to 30d; write keep: 24h");
	FAULT("idempotency: {keep: 999ms}",
	      "37: error: idempotency.keep is no duration from 1s to 30d; write keep: 24h");
	FAULT("idempotency: {keep: 24}",
	      "37: error: idempotency.keep is no duration from 1s to 30d; write keep: 24h");
	FAULT("idempotency: {required: 1}",
	      "41: error: idempotency.required is no boolean; write required: true");
	FAULT("idempotency: {reuse-status: 400}",
	      "45: error: idempotency.reuse-status can only be 409 or 422; write reuse-status: 409, or leave it "
	      "out");
	FAULT("idempotency: {kept: 1d}",
	      "31: error: idempotency has a key that is not known; use required, keep and reuse-status");
}

static void it_is_not_for_methods_that_may_be_repeated(void **state)
{
	(void)state;
	bind_text(S(HEAD_3_1 "paths:\n"
	                     "  /settings:\n"
	                     "    put: {x-statute: {idempotency: required}, " POST "}\n"),
	          STATUTE_EDOCUMENT);
	assert_str(issues_text(), "api.yaml:5:23: error: idempotency is for POST and PATCH; take it away: the method "
	                          "may be repeated as it is\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(post_and_patch_take_a_key_in_any_case),
		TEST(the_nearest_setting_holds),
		TEST(it_says_how_long_and_which_status),
		TEST(a_parameter_that_is_required_requires_a_key),
		TEST(what_it_cannot_say_is_told_once_with_its_place),
		TEST(it_is_not_for_methods_that_may_be_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
