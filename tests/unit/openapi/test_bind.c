/* What paths are bound to, and what is read from the schemas and parameters around them. */
#include "unit/openapi/folder.h"

#include "openapi/bind.h"

#define DONE "responses: {'204': {description: Done.}}"
#define GET "    get: {responses: {'200': {description: Found.}}}\n"
#define ID "    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
#define PUT "    put: {requestBody: {content: {application/json: {}}}, " DONE "}\n"
#define ANSWER(schema) "responses: {'200': {description: Found., content: {application/json: {schema: " schema "}}}}"

static struct api *api;

#define BIND(paths) bind_text(S(HEAD_3_1 "paths:\n" paths))
static void bind_text(struct str text)
{
	write_file("api.yaml", text);
	document = NULL;
	assert_int_equal(document_load(&arena, "api.yaml", &document), 0);
	assert_int_equal(bind_document(document, &api), 0);
}

static const struct bound_path *path_of(const char *template)
{
	for (size_t i = 0; i < api->path_count; i++)
		if (str_eq(api->paths[i].item->template_text, str_from(template)))
			return &api->paths[i];
	fail_msg("there is no path %s", template);
	return NULL;
}

static const struct bound_operation *bound(const char *template, enum method method)
{
	const struct bound_operation *operation = path_of(template)->operations[method];

	assert_non_null(operation);
	return operation;
}

static void assert_unbound(const char *template, enum method method, const char *why_not)
{
	assert_int_equal(bound(template, method)->kind, BINDING_NONE);
	assert_str(bound(template, method)->why_not, why_not);
}

static void paths_and_the_paths_below_them_are_collections_and_items(void **state)
{
	(void)state;
	BIND("  /notes:\n" GET "  /notes/{id}:\n" ID GET "  /settings:\n" GET PUT "  /limits:\n" GET
	     "    patch: {requestBody: {content: {application/merge-patch+json: {}}}, " DONE "}\n");
	assert_int_equal(bound("/notes", METHOD_GET)->kind, BINDING_COLLECTION);
	assert_int_equal(bound("/notes/{id}", METHOD_GET)->kind, BINDING_ITEM);
	assert_ptr_equal(bound("/notes", METHOD_GET)->resource, bound("/notes/{id}", METHOD_GET)->resource);
	assert_int_equal(bound("/settings", METHOD_PUT)->kind, BINDING_SINGLETON);
	assert_int_equal(bound("/limits", METHOD_PATCH)->kind, BINDING_SINGLETON);
	assert_true(bound("/limits", METHOD_PATCH)->resource->collection.is_singleton);
	assert_int_equal(api->resource_count, 3);
	assert_str(path_of("/settings")->allow, "GET, HEAD, PUT, OPTIONS");
}

static void a_list_alone_tells_what_its_rows_are(void **state)
{
	size_t title;

	(void)state;
	BIND("  /notes:\n    get: {" ANSWER("{type: object, properties: {total: {type: integer}, items: {type: array, "
	                                    "items: {type: object, properties: {title: {type: string}}}}}}") "}\n"
	     "  /notes/{id}:\n" ID GET);
	assert_true(bind_member_find(bound("/notes", METHOD_GET)->resource, S("title"), &title));
	assert_false(bind_member_find(bound("/notes", METHOD_GET)->resource, S("total"), &title));
}

static void what_is_bound_to_nothing_says_why(void **state)
{
	(void)state;
	BIND("  /:\n" GET PUT "  /lone:\n" GET "  /lone/{id}/deep:\n" ID GET "  /parts/v{id}:\n" ID GET
	     "  /missing/{id}:\n" ID GET "  /{id}:\n" ID GET);
	assert_unbound("/{id}", METHOD_GET, "the path above it is no collection of this document");
	assert_unbound("/", METHOD_GET, "the root path is neither a collection nor an item");
	assert_unbound("/lone", METHOD_GET, "it has no item path below it, and not both GET and PUT or PATCH");
	assert_unbound("/lone/{id}/deep", METHOD_GET,
	               "it has no item path below it and no collection has its name");
	assert_unbound("/parts/v{id}", METHOD_GET, "only a parameter that is a whole segment names an item");
	assert_unbound("/missing/{id}", METHOD_GET, "the path above it is no collection of this document");
}

static void methods_that_a_kind_cannot_have_say_why(void **state)
{
	(void)state;
	BIND("  /notes:\n" GET "    delete: {" DONE "}\n"
	     "  /notes/{id}:\n" ID GET "    post: {" DONE "}\n"
	     "  /settings:\n" GET PUT "    delete: {" DONE "}\n"
	     "    post: {" DONE "}\n");
	assert_unbound("/notes", METHOD_DELETE, "a collection takes GET and POST");
	assert_unbound("/notes/{id}", METHOD_POST, "an item takes GET, PUT, PATCH and DELETE");
	assert_unbound("/settings", METHOD_DELETE, "a singleton takes GET, PUT and PATCH");
	assert_unbound("/settings", METHOD_POST, "a singleton takes GET, PUT and PATCH");
}

static void content_that_cannot_be_stored_says_why(void **state)
{
	(void)state;
	BIND("  /notes:\n" GET "    post: {requestBody: {content: {text/plain: {}}}, " DONE "}\n"
	     "  /notes/{id}:\n" ID GET "    put: {" DONE "}\n"
	     "    patch: {requestBody: {content: {text/plain: {}}}, " DONE "}\n"
	     "  /books:\n" GET "    post: {requestBody: {content: {'*/*': {}}}, " DONE "}\n"
	     "  /books/{id}:\n" ID GET "    put: {requestBody: {content: {application/json: {}}}, " DONE "}\n"
	     "    patch: {requestBody: {content: {application/json-patch+json: {}}}, " DONE "}\n");
	assert_unbound("/notes", METHOD_POST, "it takes no JSON");
	assert_unbound("/notes/{id}", METHOD_PUT, "it declares no JSON content to take");
	assert_unbound("/notes/{id}", METHOD_PATCH,
	               "PATCH takes application/merge-patch+json or application/json-patch+json");
	assert_int_equal(bound("/books", METHOD_POST)->kind, BINDING_COLLECTION);
	assert_int_equal(bound("/books/{id}", METHOD_PUT)->kind, BINDING_ITEM);
	assert_true(bound("/books/{id}", METHOD_PATCH)->takes_json_patch);
	assert_false(bound("/books/{id}", METHOD_PATCH)->takes_merge_patch);
	assert_str(path_of("/books/{id}")->accept_patch, "application/json-patch+json");
	assert_str(path_of("/books")->accept_post, "*/*");
}

static void a_second_collection_of_a_name_takes_its_whole_path(void **state)
{
	(void)state;
	BIND("  /users:\n" GET "  /users/{id}:\n" ID GET "  /admin/users:\n" GET "  /admin/users/{id}:\n" ID GET);
	assert_str(bound("/users", METHOD_GET)->resource->collection.name, "users");
	assert_str(bound("/admin/users", METHOD_GET)->resource->collection.name, "admin_users");
	assert_str(bound("/admin/users/{id}", METHOD_GET)->resource->collection.name, "admin_users");
}

#define USER "{type: object, properties: {id: {type: integer, readOnly: true}, name: {type: string}}}"
static void a_nested_collection_is_scoped_by_its_parents_id(void **state)
{
	const struct bound_operation *list;
	const struct collection *orders;

	(void)state;
	BIND("  /users:\n" GET "  /users/{userId}:\n"
	     "    parameters: [{name: userId, in: path, required: true, schema: {type: integer}}]\n"
	     "    get: {" ANSWER(USER) "}\n"
	     "  /orders:\n" GET "  /orders/{id}:\n" ID GET
	     "  /users/{userId}/orders:\n"
	     "    parameters: [{name: userId, in: path, required: true, schema: {type: integer}}]\n" GET);
	list = bound("/users/{userId}/orders", METHOD_GET);
	orders = &list->resource->collection;
	assert_ptr_equal(list->resource, bound("/orders", METHOD_GET)->resource);
	assert_int_equal(list->scope_count, 1);
	assert_ptr_equal(list->scopes[0].parent, bound("/users", METHOD_GET)->resource);
	assert_int_equal(list->scopes[0].parameter, 0);
	/* no schema has a member for it, so one is made, of the type of the parent's id */
	assert_str(orders->members[list->scopes[0].member].name, "userId");
	assert_int_equal(orders->members[list->scopes[0].member].type, STORE_INTEGER);
	assert_true(orders->members[list->scopes[0].member].is_indexed);
}

static void a_parameter_that_is_named_as_the_id_scopes_by_the_parents_name(void **state)
{
	const struct bound_operation *list;

	(void)state;
	BIND("  /users:\n" GET "  /users/{id}:\n"
	     "    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n" GET
	     "  /users/{id}/orders:\n"
	     "    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n" GET
	     "  /users/{id}/orders/{orderId}:\n"
	     "    parameters: [{name: id, in: path, required: true, schema: {type: string}},\n"
	     "      {name: orderId, in: path, required: true, schema: {type: integer}}]\n" GET);
	list = bound("/users/{id}/orders", METHOD_GET);
	assert_str(list->resource->collection.members[list->scopes[0].member].name, "userId");
	assert_int_equal(list->resource->collection.members[list->scopes[0].member].type, STORE_TEXT);
	assert_int_equal(bound("/users/{id}/orders/{orderId}", METHOD_GET)->id_parameter, 1);
	assert_int_equal(bound("/users/{id}/orders/{orderId}", METHOD_GET)->scope_count, 1);
}

static void a_collection_below_what_is_no_item_is_bound_to_nothing(void **state)
{
	(void)state;
	BIND("  /orders:\n" GET "  /orders/{id}:\n" ID GET "  /years/{id}/orders:\n" ID GET);
	assert_unbound("/years/{id}/orders", METHOD_GET, "a parent in its path is no item of this document");
}

static void parameters_of_a_list_filter_sort_and_page(void **state)
{
	const struct bound_operation *list;
	const struct collection *users;

	(void)state;
	BIND("  /users:\n"
	     "    get:\n"
	     "      parameters:\n"
	     "        - {name: name, in: query, schema: {type: string}}\n"
	     "        - {name: name, in: header, schema: {type: string}}\n"
	     "        - {name: sort, in: query, schema: {type: string}}\n"
	     "        - {name: id, in: query, schema: {type: integer}}\n"
	     "        - {name: limit, in: query, schema: {type: integer, maximum: 50}}\n"
	     "        - {name: cursor, in: query, schema: {type: string}}\n"
	     "        - {name: colour, in: query, schema: {type: string}}\n"
	     "      " ANSWER("{type: array, items: " USER "}") "\n"
	     "  /users/{id}:\n" ID GET);
	list = bound("/users", METHOD_GET);
	users = &list->resource->collection;
	assert_int_equal(list->filter_count, 2);
	assert_int_equal(list->filters[0].parameter, 0);
	assert_str(users->members[list->filters[0].member].name, "name");
	assert_true(users->members[list->filters[0].member].is_indexed);
	assert_int_equal(list->filters[1].parameter, 3);
	assert_int_equal(list->filters[1].member, STORE_MEMBER_ID);
	assert_int_equal(list->sort, 2);
	assert_int_equal(list->limit, 4);
	assert_int_equal(list->limit_max, 50);
	assert_int_equal(list->cursor, 5);
}

static void a_list_without_paging_has_none(void **state)
{
	const struct bound_operation *list;

	(void)state;
	BIND("  /users:\n"
	     "    get: {parameters: [{name: limit, in: query, schema: {type: integer, maximum: 0}}], " ANSWER(
		     "{type: array}") "}\n"
	     "  /users/{id}:\n" ID GET);
	list = bound("/users", METHOD_GET);
	assert_int_equal(list->sort, BINDING_NOT);
	assert_int_equal(list->cursor, BINDING_NOT);
	assert_int_equal(list->limit, 0);
	assert_int_equal(list->limit_max, 0); /* no list has room for less than nothing */
}

static void a_list_may_be_wrapped(void **state)
{
	static const char *const names[][2] = {
		{ "total", "prev" }, { "totalCount", "previous" }, { "total_count", "prev" }, { "count", "prev" },
	};
	static const char *const cursors[] = { "cursor", "nextCursor", "next_cursor", "cursor" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct list_shape *list;

		bind_text(str_printf(&arena,
		                     HEAD_3_1 "paths:\n"
		                              "  /users:\n"
		                              "    get: {" ANSWER("{type: object, properties: {rows: {type: array, "
		                                                  "items: {type: object}}, next: {type: string}, %s: "
		                                                  "{type: string}, %s: {type: integer}, limit: {type: "
		                                                  "integer}, %s: {type: string}, any: {}}}") "}\n"
		                              "  /users/{id}:\n" ID GET,
		                     names[i][1], names[i][0], cursors[i]));
		list = &bound("/users", METHOD_GET)->list;
		assert_str(list->items, "rows");
		assert_str(list->next, "next");
		assert_str(list->prev, names[i][1]);
		assert_str(list->total, names[i][0]);
		assert_str(list->limit, "limit");
		assert_str(list->cursor, cursors[i]);
	}
	BIND("  /users:\n"
	     "    get: {" ANSWER("{type: object, properties: {a: {type: array}, b: {type: array}, next: {type: "
	                         "string}}}") "}\n"
	     "  /users/{id}:\n" ID GET);
	assert_int_equal(bound("/users", METHOD_GET)->list.items.len, 0);
	assert_int_equal(bound("/users", METHOD_GET)->list.next.len, 0);
}

static void ids_are_of_the_kind_that_the_schemas_say(void **state)
{
	static const struct {
		const char *parameter, *member, *id_name;
		enum store_id kind;
		bool by_client;
	} cases[] = {
		{ "{type: integer}", "other: {type: string}", "id", STORE_ID_INTEGER, false },
		{ "{type: string, format: uuid}", "other: {type: string}", "id", STORE_ID_UUID, false },
		{ "{type: string}", "other: {type: string}", "id", STORE_ID_TEXT, false },
		{ "{type: string}", "id: {type: number, readOnly: true}", "id", STORE_ID_INTEGER, false },
		{ "{type: integer}", "id: {type: string, format: uuid, readOnly: true}", "id", STORE_ID_UUID, false },
		{ "{type: integer}", "userId: {type: string}", "userId", STORE_ID_TEXT, true },
		{ "{type: integer}", "user_id: {type: [integer, 'null']}", "user_id", STORE_ID_INTEGER, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct resource *users;

		bind_text(str_printf(&arena,
		                     HEAD_3_1 "paths:\n"
		                              "  /users:\n" GET "  /users/{key}:\n"
		                              "    parameters: [{name: key, in: path, required: true, schema: %s}]\n"
		                              "    get: {" ANSWER("{type: object, properties: {%s}}") "}\n",
		                     cases[i].parameter, cases[i].member));
		users = bound("/users", METHOD_GET)->resource;
		assert_str(users->collection.id_name, cases[i].id_name);
		assert_int_equal(users->collection.id_kind, cases[i].kind);
		assert_int_equal(users->client_makes_id, cases[i].by_client);
	}
}

static void the_singular_of_a_name_is_for_messages_and_members(void **state)
{
	static const char *const names[][2] = {
		{ "users", "user" },     { "categories", "category" }, { "ties", "tie" }, { "classes", "class" },
		{ "dishes", "dish" },    { "matches", "match" },       { "boxes", "box" }, { "boss", "boss" },
		{ "staff", "staff" },    { "s", "s" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bind_text(str_printf(&arena, HEAD_3_1 "paths:\n  /%s:\n" GET "  /%s/{id}:\n" ID GET, names[i][0],
		                     names[i][0]));
		assert_str(api->resources[0]->singular, names[i][1]);
	}
}

static void columns_are_scalar_members_that_may_be_told(void **state)
{
	const struct resource *users;

	(void)state;
	BIND("  /users:\n" GET "  /users/{id}:\n" ID "    get: {" ANSWER(
		"{type: object, properties: {id: {type: integer, readOnly: true}, a: {type: boolean}, b: {type: "
		"[integer, 'null']}, c: {type: [integer, number]}, d: {type: string}, e: {type: [string, integer]}, f: "
		"{type: array}, g: {type: string, writeOnly: true}, h: {type: string, format: password}, createdAt: "
		"{type: string, format: date-time, readOnly: true}, updated_at: {type: string, format: date-time, "
		"readOnly: true}, v: {type: integer, x-statute: {version: true}}, _links: {type: object}}}") "}\n");
	users = bound("/users", METHOD_GET)->resource;
	assert_int_equal(users->collection.member_count, 7);
	assert_str(users->collection.members[0].name, "a");
	assert_int_equal(users->collection.members[0].type, STORE_BOOLEAN);
	assert_int_equal(users->collection.members[1].type, STORE_INTEGER);
	assert_int_equal(users->collection.members[2].type, STORE_REAL);
	assert_int_equal(users->collection.members[3].type, STORE_TEXT);
	assert_str(users->created_member, "createdAt");
	assert_str(users->updated_member, "updated_at");
	assert_str(users->version_member, "v");
	assert_true(users->has_links);
	assert_int_equal(users->secret_count, 2);
	assert_str(users->secrets[0]->name, "g");
	assert_str(users->secrets[1]->name, "h");
}

static void a_time_that_clients_may_write_is_theirs(void **state)
{
	(void)state;
	BIND("  /users:\n" GET "  /users/{id}:\n" ID "    get: {" ANSWER(
		"{type: object, properties: {createdAt: {type: string, format: date-time}, updatedAt: {type: string, "
		"readOnly: true}}}") "}\n");
	assert_int_equal(bound("/users", METHOD_GET)->resource->created_member.len, 0);
	assert_int_equal(bound("/users", METHOD_GET)->resource->updated_member.len, 0);
	assert_false(bound("/users", METHOD_GET)->resource->has_links);
}

static void offers_are_the_json_types_of_all_documented_successes(void **state)
{
	const struct bound_operation *list;

	(void)state;
	BIND("  /notes:\n"
	     "    get:\n"
	     "      responses:\n"
	     "        '200': {description: All., content: {application/json: {}, text/html: {}, 'application/*': {}}}\n"
	     "        '203': {description: Changed., content: {application/hal+json: {}}}\n"
	     "        '2XX': {description: Other., content: {application/vnd.notes+json: {}}}\n"
	     "        '404': {description: None., content: {application/problem+json: {}}}\n"
	     "  /notes/{id}:\n" ID GET);
	list = bound("/notes", METHOD_GET);
	assert_int_equal(list->offer_count, 3);
	assert_str(list->offers[0], "application/json");
	assert_str(list->offers[1], "application/hal+json");
	assert_str(list->offers[2], "application/vnd.notes+json");
	assert_int_equal(bound("/notes/{id}", METHOD_GET)->offer_count, 1);
	assert_str(bound("/notes/{id}", METHOD_GET)->offers[0], "application/json");
}

#define REPRESENTATIONS(...) \
	"      responses: {'200': {description: All., content: {" __VA_ARGS__ "}}}\n"

static void a_list_may_be_a_table_or_lines_and_nothing_else_may(void **state)
{
	const struct bound_operation *list, *item;

	(void)state;
	BIND("  /notes:\n"
	     "    get:\n" REPRESENTATIONS("application/json: {schema: {type: array, items: {type: object, properties: "
	                                 "{id: {type: integer}, text: {type: string}}}}}, application/hal+json: {}, "
	                                 "text/csv: {}, text/html: {}, application/jsonl: {}, Application/JSON: {}")
	     "  /notes/{id}:\n" ID
	     "    get:\n" REPRESENTATIONS("text/csv: {}, application/x-ndjson: {}, application/json: {}"));
	list = bound("/notes", METHOD_GET);
	item = bound("/notes/{id}", METHOD_GET);
	assert_int_equal(list->offer_count, 4);
	assert_int_equal(list->representations[0].format, FORMAT_JSON);
	assert_str(list->representations[0].tag, "");
	assert_int_equal(list->representations[1].format, FORMAT_JSON);
	assert_int_equal(list->representations[1].tag.len, 9);
	assert_int_equal(list->representations[2].format, FORMAT_CSV);
	assert_str(list->representations[2].type, "text/csv; charset=utf-8; header=present");
	assert_str(list->representations[2].tag, "-csv");
	assert_int_equal(list->representations[3].format, FORMAT_LINES);
	assert_str(list->representations[3].tag, "-lines");
	assert_int_equal(item->offer_count, 1);
	assert_str(item->representations[0].type, "application/json");
}

/* A request is not asked for what no document of this release can turn on. */
static void what_no_feature_can_answer_otherwise_is_settled(void **state)
{
	const struct statute_facts *facts;

	(void)state;
	BIND("  /notes:\n" GET "  /notes/{id}:\n" ID GET "  /lone:\n" GET);
	for (int i = 0; i < 2; i++) {
		facts = &bound(i ? "/notes/{id}" : "/lone", METHOD_GET)->fixed;
		assert_true(statute_fact_known(facts, STATUTE_FACT_HAS_RANGE));
		assert_false(statute_fact_is(facts, STATUTE_FACT_HAS_RANGE));
		assert_true(statute_fact_is(facts, STATUTE_FACT_CONTENT_DECODES));
		assert_true(statute_fact_is(facts, STATUTE_FACT_DIGEST_MATCHES));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(paths_and_the_paths_below_them_are_collections_and_items),
		TEST(a_list_alone_tells_what_its_rows_are),
		TEST(what_is_bound_to_nothing_says_why),
		TEST(methods_that_a_kind_cannot_have_say_why),
		TEST(content_that_cannot_be_stored_says_why),
		TEST(a_second_collection_of_a_name_takes_its_whole_path),
		TEST(a_nested_collection_is_scoped_by_its_parents_id),
		TEST(a_parameter_that_is_named_as_the_id_scopes_by_the_parents_name),
		TEST(a_collection_below_what_is_no_item_is_bound_to_nothing),
		TEST(parameters_of_a_list_filter_sort_and_page),
		TEST(a_list_without_paging_has_none),
		TEST(a_list_may_be_wrapped),
		TEST(ids_are_of_the_kind_that_the_schemas_say),
		TEST(the_singular_of_a_name_is_for_messages_and_members),
		TEST(columns_are_scalar_members_that_may_be_told),
		TEST(a_time_that_clients_may_write_is_theirs),
		TEST(offers_are_the_json_types_of_all_documented_successes),
		TEST(a_list_may_be_a_table_or_lines_and_nothing_else_may),
		TEST(what_no_feature_can_answer_otherwise_is_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
