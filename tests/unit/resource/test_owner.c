/*
 * Rows with an owner, and what no client can time: a row that is given away between the decision
 * and the write.
 */
#include "unit/resource/fixture.h"

static const struct str admin_roles[] = { S("admin") };
static struct resource_owner owner;

/* Things belong to whom their member `name` names; admins may change those of others. */
static struct fixture *own(void **state, bool conceals)
{
	struct fixture *f = *state;
	struct resource *things = NULL;

	for (size_t i = 0; i < f->api->resource_count; i++)
		if (str_eq(f->api->resources[i]->collection.name, S("things")))
			things = f->api->resources[i];
	assert_non_null(things);
	owner = (struct resource_owner){ .conceals = conceals };
	assert_true(bind_member_find(things, S("name"), &owner.member));
	owner.roles[METHOD_PATCH] = (struct resource_roles){ admin_roles, 1 };
	things->owner = &owner;
	for (size_t i = 0; i < f->api->path_count; i++)
		for (enum method method = 0; method < METHOD_COUNT; method++)
			if (f->api->paths[i].operations[method])
				statute_fact_set(&f->api->paths[i].operations[method]->fixed,
				                 STATUTE_FACT_CONCEALS_ROW, conceals);
	return f;
}

static void become(struct fixture *f, const char *id, bool is_admin)
{
	f->principal = (struct principal){
		.id = str_from(id), .roles = admin_roles, .role_count = is_admin
	};
}

/* A request of Ada's for her own row is decided up to its content; then an admin gives the row to Bob. */
static void begin_and_give_away(struct fixture *f, struct talk *talk, const char *method, const char *path,
                                const char *fields, const char *content)
{
	become(f, "ada", false);
	assert_int_equal(ask(f, "POST", "/things", JSON, "{}"), 201);
	begin(f, talk, method, path, fields, content);
	assert_int_equal(talk->step, EXCHANGE_CONTENT);
	become(f, "root", true);
	assert_int_equal(ask(f, "PATCH", "/things/1", MERGE, "{\"name\":\"bob\"}"), 200);
}

static void is_still_as_given(struct fixture *f)
{
	struct talk talk;

	become(f, "bob", false);
	begin(f, &talk, "GET", "/things/1", "", "");
	assert_int_equal(finish(&talk), 200);
	assert_str(talk.x.response.content, "{\"id\":1,\"name\":\"bob\",\"state\":\"open\"}");
	exchange_done(&talk.x);
}

static void a_row_that_is_given_away_in_between_is_404_to_the_old_owner(void **state)
{
	struct fixture *f = own(state, true);
	struct talk talk;

	begin_and_give_away(f, &talk, "PATCH", "/things/1", MERGE, "{\"count\":1}");
	assert_int_equal(finish(&talk), 404);
	assert_string_equal(talk.x.verdict.code, "RESOURCE_NOT_FOUND");
	assert_string_equal(talk.x.final_node, "G04");
	exchange_done(&talk.x);
	is_still_as_given(f);
}

static void the_same_is_403_where_nothing_is_concealed(void **state)
{
	struct fixture *f = own(state, false);
	struct talk talk;

	begin_and_give_away(f, &talk, "PATCH", "/things/1", MERGE, "{\"count\":1}");
	assert_int_equal(finish(&talk), 403);
	assert_string_equal(talk.x.verdict.code, "RESOURCE_FORBIDDEN");
	exchange_done(&talk.x);
	is_still_as_given(f);
}

static void what_lies_below_a_row_that_is_given_away_is_404(void **state)
{
	struct fixture *f = own(state, true);
	struct talk talk;

	begin_and_give_away(f, &talk, "POST", "/things/1/parts", JSON, "{}");
	assert_int_equal(finish(&talk), 404);
	exchange_done(&talk.x);
	become(f, "bob", false);
	assert_int_equal(ask(f, "POST", "/things/1/parts", JSON, "{}"), 201);
}

static void whoever_is_not_known_owns_nothing(void **state)
{
	struct fixture *f = own(state, true);

	become(f, "", false);
	assert_int_equal(ask(f, "POST", "/things", JSON, "{}"), 403);
	become(f, "root", true);
	assert_int_equal(ask(f, "POST", "/things", JSON, "{}"), 201);
	assert_int_equal(ask(f, "PATCH", "/things/1", MERGE, "{\"name\":\"\"}"), 200);
	become(f, "", false);
	assert_int_equal(ask(f, "GET", "/things/1", "", ""), 404);
}

static void an_owner_keeps_a_row_and_its_name(void **state)
{
	struct fixture *f = own(state, true);

	become(f, "ada", false);
	assert_int_equal(ask(f, "POST", "/things", JSON, "{\"name\":\"bob\"}"), 403);
	assert_int_equal(ask(f, "POST", "/things", JSON, "{\"name\":\"ada\"}"), 201);
	assert_int_equal(ask(f, "PATCH", "/things/1", MERGE, "{\"name\":\"bob\"}"), 403);
	assert_int_equal(ask(f, "PUT", "/things/1", JSON, "{\"count\":1}"), 200);
	assert_int_equal(ask(f, "DELETE", "/things/1", "", ""), 204);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_row_that_is_given_away_in_between_is_404_to_the_old_owner,
		                                start, end),
		cmocka_unit_test_setup_teardown(the_same_is_403_where_nothing_is_concealed, start, end),
		cmocka_unit_test_setup_teardown(what_lies_below_a_row_that_is_given_away_is_404, start, end),
		cmocka_unit_test_setup_teardown(whoever_is_not_known_owns_nothing, start, end),
		cmocka_unit_test_setup_teardown(an_owner_keeps_a_row_and_its_name, start, end),
	};

	return cmocka_run_group_tests_name("resource/owner", tests, NULL, NULL);
}
