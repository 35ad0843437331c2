#include "unit/test.h"

#include "server/own_paths.h"

static bool database_works = true, has_content;

/* The store's, as the probe asks it. */
int store_check(struct store *store)
{
	(void)store;
	return database_works ? 0 : STATUTE_ESTORE;
}

static struct exchange_settings settings = EXCHANGE_SETTINGS_INIT;
static struct exchange_host host;
static struct exchange x;
static const struct exchange_kind *kind;

static int set_up(void **state)
{
	(void)state;
	database_works = true;
	has_content = false;
	host = (struct exchange_host){ .settings = &settings, .own_path = own_path };
	x = (struct exchange){ .host = &host };
	arena_init(&x.arena, 4096, 16 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&x.arena);
	return 0;
}

/* What the graph answers when it asks what the kind says. */
static struct statute_verdict walk(enum method method, const char *path)
{
	struct statute_verdict verdict = { 0 };
	uint8_t node = STATUTE_NODE_FIRST;

	x.request = (struct request){ .method = method, .path = str_from(path) };
	statute_facts_init(&x.facts);
	assert_true(statute_facts_set_method(&x.facts, method_name(method).at));
	statute_fact_set(&x.facts, STATUTE_FACT_HAS_CONTENT, has_content);
	statute_fact_set(&x.facts, STATUTE_FACT_IN_SERVICE, !host.is_draining);
	statute_fact_set(&x.facts, STATUTE_FACT_HAS_IF_MATCH, false);
	statute_fact_set(&x.facts, STATUTE_FACT_HAS_IF_NONE_MATCH, false);
	statute_fact_set(&x.facts, STATUTE_FACT_HAS_IF_MODIFIED_SINCE, false);
	statute_fact_set(&x.facts, STATUTE_FACT_HAS_IF_UNMODIFIED_SINCE, false);
	statute_fact_set(&x.facts, STATUTE_FACT_HAS_RANGE, false);
	kind = own_path(&x, str_from(path));
	assert_non_null(kind);
	assert_int_equal(kind->find(&x), 0);
	statute_facts_settle(&x.facts, STATUTE_PHASE_REQUEST);
	statute_facts_settle(&x.facts, STATUTE_PHASE_STORE);
	assert_int_equal(kind->understand(&x), 0);
	statute_facts_settle(&x.facts, STATUTE_PHASE_BODY);
	if (statute_graph_walk(&x.facts, &node, &verdict) != STATUTE_WALK_DONE)
		fail_msg("%s is unknown at %s", statute_fact_info(verdict.fact)->name, statute_graph_node(node)->id);
	x.response.status = verdict.status;
	return verdict;
}

static void expect(enum method method, const char *path, int status, const char *code)
{
	struct statute_verdict verdict = walk(method, path);

	assert_int_equal(verdict.status, status);
	assert_string_equal(verdict.code, code);
}

static struct str reply_to(const char *path, const char *accept)
{
	struct field field = { .name = S("Accept"), .value = str_from(accept), .id = FIELD_ACCEPT };

	expect(METHOD_GET, path, 200, "OK");
	if (accept) {
		x.request.fields = &field;
		x.request.field_count = x.request.first[FIELD_ACCEPT] = x.request.lines[FIELD_ACCEPT] = 1;
	}
	assert_int_equal(kind->reply(&x), 0);
	return x.response.content;
}

static void paths_of_the_document_are_none_of_its_own(void **state)
{
	(void)state;
	assert_null(own_path(&x, S("/users")));
	assert_null(own_path(&x, S("/")));
	assert_null(own_path(&x, S("/-")));
	assert_null(own_path(&x, S("*")));
}

static void a_probe_of_life_passes_also_while_draining(void **state)
{
	(void)state;
	expect(METHOD_GET, "/-/health", 200, "OK");
	host.is_draining = true;
	database_works = false;
	expect(METHOD_HEAD, "/-/health", 200, "OK");
	assert_str(reply_to("/-/health", NULL), "{\"status\":\"ok\"}");
	assert_str(response_field(&x.response, S("cache-control")), "no-store");
}

static void a_probe_of_readiness_fails_while_draining_or_without_database(void **state)
{
	(void)state;
	expect(METHOD_GET, "/-/ready", 200, "OK");
	host.is_draining = true;
	expect(METHOD_GET, "/-/ready", 503, "UNHEALTHY");
	host.is_draining = false;
	database_works = false;
	expect(METHOD_GET, "/-/ready", 503, "UNHEALTHY");
}

static void what_is_not_there_is_not_found(void **state)
{
	static const char *const missing[] = {
		"/-/", "/-/nothing", "/-/health/", "/-/errors/", "/-/errors/NO_SUCH_CODE",
		"/-/errors/resource_not_found",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
		expect(METHOD_GET, missing[i], 404, "PATH_NOT_FOUND");
}

/* RFC 9110 section 15.5.6: a 405 names what is allowed. */
static void only_reading_is_allowed_and_said(void **state)
{
	static const enum method writing[] = { METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE };

	(void)state;
	for (size_t i = 0; i < sizeof(writing) / sizeof(writing[0]); i++) {
		expect(writing[i], "/-/health", 405, "METHOD_NOT_ALLOWED");
		kind->explain(&x);
		assert_str(response_field(&x.response, S("Allow")), "GET, HEAD, OPTIONS");
	}
	expect(METHOD_OPTIONS, "/-/errors", 204, "OPTIONS");
	assert_int_equal(kind->reply(&x), 0);
	assert_str(response_field(&x.response, S("Allow")), "GET, HEAD, OPTIONS");
	assert_false(x.response.has_content);
}

static void the_catalogue_is_json_or_html_as_accept_prefers(void **state)
{
	(void)state;
	assert_int_equal(reply_to("/-/errors", NULL).at[0], '{');
	assert_str(response_field(&x.response, S("content-type")), "application/json");
	assert_str(response_field(&x.response, S("vary")), "Accept");
	assert_int_equal(reply_to("/-/errors", "text/html,application/json;q=0.5").at[0], '<');
	assert_str(response_field(&x.response, S("content-type")), "text/html; charset=utf-8");
}

static void a_code_is_explained_also_one_made_for_an_api(void **state)
{
	(void)state;
	assert_non_null(strstr(str_dup(&x.arena, reply_to("/-/errors/RESOURCE_GONE", NULL)).at, "RESOURCE_GONE"));
	assert_non_null(strstr(str_dup(&x.arena, reply_to("/-/errors/EMAIL_ALREADY_EXISTS", NULL)).at,
	                       "EMAIL_ALREADY_EXISTS"));
	assert_int_equal(reply_to("/-/errors/RESOURCE_GONE", "text/html").at[0], '<');
}

static void content_that_nobody_asked_for_changes_nothing(void **state)
{
	(void)state;
	has_content = true;
	expect(METHOD_GET, "/-/health", 200, "OK");
	expect(METHOD_GET, "/-/errors", 200, "OK");
	expect(METHOD_GET, "/-/nothing", 404, "PATH_NOT_FOUND");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(paths_of_the_document_are_none_of_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_probe_of_life_passes_also_while_draining, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_probe_of_readiness_fails_while_draining_or_without_database, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_not_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_reading_is_allowed_and_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_catalogue_is_json_or_html_as_accept_prefers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_code_is_explained_also_one_made_for_an_api, set_up, tear_down),
		cmocka_unit_test_setup_teardown(content_that_nobody_asked_for_changes_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("server/own_paths", tests, NULL, NULL);
}
