/* Which facts a route settles by itself, and which every request must be asked for. */
#include "unit/openapi/folder.h"

#include "openapi/bind.h"

/* One capability each that leaves a question open: unique, reference, rule, transition, version, tombstones, scope. */
static const char shop[] = HEAD_3_1
	"paths:\n"
	"  /notes:\n"
	"    get: {responses: {'200': {description: All., content: {application/json: {}}}}}\n"
	"    post:\n"
	"      requestBody: {content: {application/json: {}}}\n"
	"      responses: {'201': {description: New., content: {application/json: {}}}}\n"
	"  /notes/{id}:\n"
	"    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
	"    get: {responses: {'200': {description: One., content: {application/json: {}}}}}\n"
	"    put:\n"
	"      requestBody: {content: {application/json: {}}}\n"
	"      responses: {'204': {description: Done.}}\n"
	"    patch:\n"
	"      requestBody: {content: {application/json-patch+json: {}}}\n"
	"      responses: {'200': {description: Done., content: {application/json: {}}}}\n"
	"    delete: {responses: {'204': {description: Gone.}}}\n"
	"  /users:\n"
	"    x-statute: {unique: [name], rules: [{check: 'name <> id'}]}\n"
	"    post:\n"
	"      requestBody: {content: {application/json: {schema: &user {type: object, properties: {id: {type: integer, "
	"readOnly: true}, name: {type: string}}}}}}\n"
	"      responses: {'200': {description: New., content: {application/json: {schema: *user}}}}\n"
	"  /users/{id}:\n"
	"    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
	"    put:\n"
	"      requestBody: {content: {application/json: {schema: *user}}}\n"
	"      responses: {'200': {description: Done., content: {application/json: {schema: *user}}}}\n"
	"    delete: {responses: {'200': {description: Gone., content: {application/json: {schema: *user}}}}}\n"
	"  /users/{userId}/orders:\n"
	"    parameters: [{name: userId, in: path, required: true, schema: {type: integer}}]\n"
	"    x-statute: {references: {buyer: users}}\n"
	"    post:\n"
	"      requestBody: {content: {application/json: {schema: {type: object, properties: {buyer: {type: integer}}}}}}\n"
	"      responses: {'201': {description: New.}}\n"
	"  /users/{userId}/orders/{id}:\n"
	"    parameters: [{name: userId, in: path, required: true, schema: {type: integer}}, {name: id, in: path, "
	"required: true, schema: {type: integer}}]\n"
	"    get: {responses: {'200': {description: One.}}}\n"
	"  /tags:\n"
	"    get: {responses: {'200': {description: All.}}}\n"
	"  /tags/{name}:\n"
	"    parameters: [{name: name, in: path, required: true, schema: {type: string}}]\n"
	"    put: {requestBody: {content: {application/json: {}}}, responses: {'201': {description: New.}, '204': "
	"{description: Done.}}}\n"
	"  /settings:\n"
	"    get: {responses: {'200': {description: One.}}}\n"
	"    put: {requestBody: {content: {application/json: {}}}, responses: {'204': {description: Done.}}}\n"
	"  /lone:\n"
	"    get: {parameters: [{name: q, in: query, schema: {type: string}}], responses: {'200': {description: One.}}}\n";

static const struct {
	const char *path;
	enum method method;
	const char *facts; /* "a !b ?c": a is settled as true, b as false, c is left to the request */
} cases[] = {
	/* of every operation */
	{ "/notes", METHOD_GET, "is_get !is_head !is_post path_found method_allowed is_bound !has_key content_decodes "
	  "digest_matches !has_range !is_action !schema_failure_is_400" },
	/* a list: no row, no content, parameters that no document declares */
	{ "/notes", METHOD_GET, "!takes_content !needs_content has_no_row parents_exist !tombstone ?exists !put_creates "
	  "!needs_if_match path_parameters_fit ?parameters_fit !duplicate !reference_missing !in_use "
	  "!transition_forbidden !version_moved !vanished !ran_again !sets_read_only !id_differs "
	  "!body_version_stale patch_tests_hold patch_paths_exist rules_hold ?accept_fits !created" },
	{ "/notes", METHOD_POST, "takes_content needs_content has_no_row parents_exist !tombstone !put_creates "
	  "path_parameters_fit parameters_fit !duplicate !reference_missing !in_use !transition_forbidden "
	  "!sets_read_only !id_differs !body_version_stale patch_tests_hold patch_paths_exist rules_hold "
	  "?constraint_broken created !created_is_200 ?accept_fits" },
	{ "/notes/{id}", METHOD_GET, "!takes_content !needs_content !has_no_row parents_exist ?exists !tombstone "
	  "!put_creates ?path_parameters_fit parameters_fit ?id_differs !created ?accept_fits has_modification_date" },
	/* what answers without content fits every Accept */
	{ "/notes/{id}", METHOD_PUT, "takes_content needs_content !has_no_row ?exists !put_creates !put_restores "
	  "!needs_if_match !duplicate !in_use ?id_differs !body_version_stale patch_tests_hold rules_hold !created "
	  "accept_fits !empty_is_200 ?constraint_broken" },
	{ "/notes/{id}", METHOD_PATCH, "takes_content needs_content ?patch_tests_hold ?patch_paths_exist ?accept_fits "
	  "!body_version_stale rules_hold empty_is_200" },
	{ "/notes/{id}", METHOD_DELETE, "!takes_content !needs_content !sets_read_only rules_hold !in_use "
	  "!constraint_broken !duplicate !returns_content accept_fits !empty_is_200" },
	/* unique members, rules, members that only the server writes */
	{ "/users", METHOD_POST, "?duplicate ?sets_read_only ?rules_hold !reference_missing created created_is_200 !in_use "
	  "!id_differs" },
	{ "/users/{id}", METHOD_PUT, "?duplicate ?sets_read_only ?rules_hold ?id_differs !in_use empty_is_200 "
	  "?accept_fits" },
	/* orders refer to users; a deletion sets nothing */
	{ "/users/{id}", METHOD_DELETE, "?in_use !duplicate rules_hold !sets_read_only returns_content ?accept_fits "
	  "!reference_missing !constraint_broken" },
	/* the user that the path names, and the one that the order refers to */
	{ "/users/{userId}/orders", METHOD_POST, "?parents_exist has_no_row ?reference_missing ?id_differs !duplicate "
	  "?path_parameters_fit rules_hold !sets_read_only" },
	{ "/users/{userId}/orders/{id}", METHOD_GET, "?parents_exist ?exists !has_no_row !reference_missing" },
	/* a PUT whose document has 201 creates */
	{ "/tags/{name}", METHOD_PUT, "put_creates put_restores ?created ?exists !created_is_200 !empty_is_200" },
	{ "/settings", METHOD_PUT, "exists !has_no_row !tombstone !put_creates !id_differs path_parameters_fit "
	  "parameters_fit needs_content" },
	{ "/lone", METHOD_GET, "path_found method_allowed !is_bound path_parameters_fit ?parameters_fit ?exists" },
};

static const struct bound_operation *bound(const struct api *api, const char *template, enum method method)
{
	for (size_t i = 0; i < api->path_count; i++)
		if (str_eq(api->paths[i].item->template_text, str_from(template)))
			return api->paths[i].operations[method];
	return NULL;
}

static enum statute_fact fact_of(struct str name)
{
	for (size_t i = 0; i < STATUTE_FACT_COUNT; i++)
		if (str_eq(str_from(statute_fact_info(i)->name), name))
			return (enum statute_fact)i;
	fail_msg("there is no fact %.*s", STR_ARG(name));
	return STATUTE_FACT_COUNT;
}

static void a_route_settles_what_no_request_can_change(void **state)
{
	struct api *api;

	(void)state;
	write_file("shop.yaml", str_of(shop, sizeof(shop) - 1));
	assert_int_equal(document_load(&arena, "shop.yaml", &document), 0);
	if (bind_document(document, &api) != 0)
		fail_msg("%.*s", STR_ARG(issues_text()));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct bound_operation *operation = bound(api, cases[i].path, cases[i].method);
		struct str rest = str_from(cases[i].facts);

		assert_non_null(operation);
		while (rest.len) {
			struct str word = str_cut(&rest, ' ');
			bool is_open = word.at[0] == '?', is_no = word.at[0] == '!';
			enum statute_fact fact = fact_of(str_sub(word, is_open || is_no, word.len));

			if (statute_fact_known(&operation->fixed, fact) == is_open ||
			    (!is_open && statute_fact_is(&operation->fixed, fact) == is_no))
				fail_msg("%s %s: not %.*s", method_name(cases[i].method).at, cases[i].path,
				         STR_ARG(word));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_route_settles_what_no_request_can_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
