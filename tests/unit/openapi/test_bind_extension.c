/* What x-statute can say, and each mistake in it: told at its place, with what to write instead. */
#include "unit/openapi/bound.h"

#define NOTES(extension) \
	HEAD_3_1 "paths:\n" \
		 "  /notes:\n" \
		 "    x-statute: " extension "\n" \
		 "    get: {responses: {'200': {description: All.}}}\n" \
		 "  /notes/{id}:\n" \
		 "    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n" \
		 "    get: {responses: {'200': {description: One., content: {application/json: {schema: {$ref: " \
		 "'#/components/schemas/Note'}}}}}}\n" \
		 "  /settings:\n" \
		 "    get: {responses: {'200': {description: All.}}}\n" \
		 "    put: {requestBody: {content: {application/json: {}}}, responses: {'204': {description: Put.}}}\n" \
		 "components:\n" \
		 "  schemas:\n" \
		 "    Note:\n" \
		 "      type: object\n" \
		 "      properties: {id: {type: integer, readOnly: true}, title: {type: string}, author: {type: " \
		 "integer}, state: {type: string}, tags: {type: array}}\n"

#define SCALARS "; name a string, number, integer or boolean member of its schema"

#define BINDS(extension) bind_text(S(NOTES(extension)), 0, "")
#define FAULT(extension, column, text) \
	bind_text(S(NOTES(extension)), STATUTE_EDOCUMENT, "api.yaml:5:" column ": error: " text "\n")

static const struct resource *resource_of(const char *name)
{
	for (size_t i = 0; i < api->resource_count; i++)
		if (str_eq(api->resources[i]->collection.name, str_from(name)))
			return api->resources[i];
	fail_msg("there is no resource %s", name);
	return NULL;
}

static void keys_that_are_not_known_are_told_with_the_nearest_or_all(void **state)
{
	(void)state;
	FAULT("{onn-delete: gone}", "17", "x-statute has no key 'onn-delete' here; did you mean 'on-delete'?");
	bind_text(S(NOTES("{wherefore: 1}")), STATUTE_EDOCUMENT, NULL);
	assert_true(str_starts(issues_text(),
	                       S("api.yaml:5:17: error: x-statute has no key 'wherefore' here; the keys here are "
	                         "accept, canonical, collection, compress, conceal, cors, ")));
	FAULT("[unique]", "16", "x-statute must be an object");
}

static void an_operation_is_bound_to_one_thing_alone(void **state)
{
	const struct bound_operation *list;

	(void)state;
	BINDS("{unsupported: {instead: [/memos], message: No more.}}");
	assert_int_equal(api->resource_count, 1); /* the settings: there are no notes */
	list = api->paths[0].operations[METHOD_GET];
	assert_int_equal(list->kind, BINDING_UNSUPPORTED);
	assert_null(list->resource);
	assert_str(list->special.key, "unsupported");
	FAULT("{unsuported: true}", "17", "x-statute has no key 'unsuported' here; did you mean 'unsupported'?");
}

static void a_feed_follows_a_collection(void **state)
{
	const struct bound_operation *feed;

	(void)state;
	bind_text(S(HEAD_3_1 "paths:\n"
	                     "  /notes: {get: {responses: {'200': {description: All.}}}}\n"
	                     "  /notes/{id}:\n"
	                     "    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
	                     "    get: {responses: {'200': {description: One.}}}\n"
	                     "  /authors/{author}/feed:\n"
	                     "    parameters: [{name: author, in: path, required: true, schema: {type: integer}}]\n"
	                     "    x-statute: {feed: notes}\n"
	                     "    get:\n"
	                     "      parameters: [{name: id, in: query, schema: {type: integer}}]\n"
	                     "      responses: {'200': {description: Changes.}}\n"),
	          STATUTE_EDOCUMENT, "api.yaml:9:18: error: the path parameter 'author' is no scalar member of 'notes'; "
	                             "call it like the member that it narrows the feed by\n");
	bind_text(S(HEAD_3_1 "paths:\n"
	                     "  /notes: {get: {responses: {'200': {description: All.}}}}\n"
	                     "  /notes/{id}:\n"
	                     "    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
	                     "    get: {responses: {'200': {description: One.}}}\n"
	                     "  /news:\n"
	                     "    x-statute: {feed: notes}\n"
	                     "    get:\n"
	                     "      parameters: [{name: id, in: query, schema: {type: integer}}]\n"
	                     "      responses: {'200': {description: Changes.}}\n"), 0, "");
	feed = api->paths[2].operations[METHOD_GET];
	assert_int_equal(feed->kind, BINDING_FEED);
	assert_str(feed->resource->collection.name, "notes");
	assert_true(resource_of("notes")->collection.is_watched);
	assert_int_equal(feed->filter_count, 1);
	assert_false(statute_fact_known(&feed->fixed, STATUTE_FACT_IS_WEBSOCKET));
}

#define NEWS(value, method) \
	S(HEAD_3_1 "paths:\n" \
	           "  /notes: {get: {responses: {'200': {description: All.}}}}\n" \
	           "  /notes/{id}:\n" \
	           "    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n" \
	           "    get: {responses: {'200': {description: One.}}}\n" \
	           "  /news:\n" \
	           "    x-statute: {feed: " value "}\n" \
	           "    " method ": {responses: {'200': {description: Changes.}}}\n")

static void a_feed_of_nothing_is_told(void **state)
{
	(void)state;
	bind_text(NEWS("note", "get"), STATUTE_EDOCUMENT,
	          "api.yaml:9:23: error: 'note' is no collection of this document; did you mean 'notes'?\n");
	bind_text(NEWS("[notes]", "get"), STATUTE_EDOCUMENT,
	          "api.yaml:9:23: error: x-statute.feed is an array; name the collection: feed: orders\n");
	bind_text(NEWS("notes", "delete"), STATUTE_EDOCUMENT,
	          "api.yaml:9:23: error: a feed takes GET, and the path has DELETE; put the other methods on another "
	          "path\n");
}

static void unsupported_is_true_or_tells_of_alternatives(void **state)
{
	(void)state;
	BINDS("{unsupported: true}");
	FAULT("{unsupported: false}", "30",
	      "x-statute.unsupported is neither true nor an object; write unsupported: true, or unsupported: "
	      "{instead: [/orders]}");
	FAULT("{unsupported: {instead: /memos}}", "40",
	      "x-statute.unsupported.instead is no list of 1 to 16 paths or URLs; write unsupported: true, or "
	      "unsupported: {instead: [/orders]}");
	FAULT("{unsupported: {instead: ['memos']}}", "41",
	      "an entry of x-statute.unsupported.instead is no path and no URL; name a path, /orders, or a URL");
	FAULT("{unsupported: {instead: ['/a>b']}}", "41",
	      "an entry of x-statute.unsupported.instead is no path and no URL; name a path, /orders, or a URL");
	FAULT("{unsupported: {message: 1}}", "40",
	      "x-statute.unsupported.message is a number; say it in a text");
	FAULT("{unsupported: {insted: [/a]}}", "31",
	      "x-statute.unsupported has no key 'insted'; use instead and message");
}

#define FILES(path, extension) \
	HEAD_3_1 "paths:\n" \
		 "  " path ":\n" \
		 "    x-statute: " extension "\n" \
		 "    get: {responses: {'200': {description: A file.}}}\n" \
		 "    delete: {responses: {'204': {description: Gone.}}}\n"

/* Beside what is said of parameters that nobody declared. */
static void files_fault(struct str text, const char *issue)
{
	struct str all;

	bind_text(text, STATUTE_EDOCUMENT, NULL);
	all = issues_text();
	if (!memmem(all.at, all.len, issue, strlen(issue)))
		fail_msg("%.*s is not %s", STR_ARG(all), issue);
}
#define FILES_FAULT(path, extension, column, text) \
	files_fault(S(FILES(path, extension)), "api.yaml:5:" column ": error: " text "\n")

static void files_are_of_a_folder_beside_the_document(void **state)
{
	const struct bound_operation *get;
	const struct file_binding *files;

	(void)state;
	bind_text(S(FILES("/videos/{name}", "{files: ./videos}")), 0, NULL);
	get = api->paths[0].operations[METHOD_GET];
	assert_int_equal(get->kind, BINDING_FILES);
	assert_int_equal(api->paths[0].operations[METHOD_HEAD]->kind, BINDING_FILES);
	assert_int_equal(api->paths[0].operations[METHOD_DELETE]->kind, BINDING_NONE);
	files = get->special.said;
	assert_ptr_equal(api->files, files);
	assert_string_equal(files->folder.at, "./videos");
	assert_int_equal(files->fd, -1);
	assert_false(files->is_deep || files->is_attachment || files->is_plain);
	bind_text(S(FILES("/a/{b}/{name}", "{files: {folder: /srv/x, disposition: attachment, precompressed: false, "
	                                    "cache-control: 'max-age=1'}}")), 0, NULL);
	files = api->files;
	assert_string_equal(files->folder.at, "/srv/x");
	assert_int_equal(files->parameter, 1);
	assert_true(files->is_attachment && files->is_plain);
	assert_str(files->cache_control, "max-age=1");
}

static void what_is_wrong_with_files_is_told(void **state)
{
	(void)state;
	FILES_FAULT("/videos/{name}", "{files: 1}", "24",
	            "x-statute.files names no folder; write files: ./videos, or files: {folder: ./public, deep: true}");
	FILES_FAULT("/videos/{name}", "{files: {deep: true}}", "24",
	            "x-statute.files names no folder; write files: ./videos, or files: {folder: ./public, deep: true}");
	FILES_FAULT("/videos/{name}", "{files: {folder: 1}}", "33",
	            "x-statute.files.folder is a number; write files: ./videos, or files: {folder: ./public, deep: "
	            "true}");
	FILES_FAULT("/videos/{name}", "{files: {folder: a, deep: 1}}", "42",
	            "x-statute.files.deep is a number; write deep: true");
	FILES_FAULT("/videos/{name}", "{files: {folder: a, disposition: open}}", "49",
	            "x-statute.files.disposition can only be 'inline' or 'attachment'; write disposition: attachment, "
	            "or leave it out");
	FILES_FAULT("/videos/{name}", "{files: {folder: a, cache-control: 5}}", "51",
	            "x-statute.files.cache-control is a number; write cache-control: \"public, max-age=3600\"");
	FILES_FAULT("/videos/{name}", "{files: {folder: a, wide: true}}", "36",
	            "x-statute.files has no key 'wide'; the keys here are cache-control, deep, disposition, folder, "
	            "precompressed, uploads");
	FILES_FAULT("/videos", "{files: a}", "17",
	            "x-statute.files is on a path that does not end in a parameter, which names the file; write the "
	            "path like /videos/{name}");
	FILES_FAULT("/a/{b}/{name}", "{files: {folder: a, deep: true}}", "24",
	            "x-statute.files is deep on a path with more parameters than one; write the path like "
	            "/static/{path}");
}

static void a_collection_takes_the_name_that_it_is_given(void **state)
{
	(void)state;
	BINDS("{collection: memos}");
	assert_str(resource_of("memos")->path, "/notes");
	FAULT("{collection: 1}", "29", "x-statute.collection is a number; name the collection: collection: users");
	FAULT("{collection: ''}", "29", "x-statute.collection is a string; name the collection: collection: users");
}

static void unique_lists_names_and_lists_of_names(void **state)
{
	const struct collection *notes;

	(void)state;
	BINDS("{unique: [title, [author, state]]}");
	notes = &resource_of("notes")->collection;
	assert_int_equal(notes->unique_count, 2);
	assert_int_equal(notes->uniques[0].count, 1);
	assert_str(notes->members[notes->uniques[0].members[0]].name, "title");
	assert_int_equal(notes->uniques[1].count, 2);
	assert_str(notes->members[notes->uniques[1].members[0]].name, "author");
	assert_str(notes->members[notes->uniques[1].members[1]].name, "state");
	BINDS("{unique: []}");
	assert_int_equal(resource_of("notes")->collection.unique_count, 0);
}

static void unique_tells_what_is_no_list_of_scalar_members(void **state)
{
	(void)state;
	FAULT("{unique: title}", "25",
	      "x-statute.unique is a string; list member names: unique: [email, [first, second]]");
	FAULT("{unique: {title: 1}}", "25",
	      "x-statute.unique is an object; list member names: unique: [email, [first, second]]");
	FAULT("{unique: [[title, true]]}", "34",
	      "x-statute.unique is a boolean; list member names: unique: [email, [first, second]]");
	FAULT("{unique: [[]]}", "26", "an empty list of members cannot be unique");
	FAULT("{unique: [titel]}", "26", "'titel' is no scalar member of 'notes'; did you mean 'title'?");
	FAULT("{unique: [publisher]}", "26", "'publisher' is no scalar member of 'notes'" SCALARS);
	FAULT("{unique: [tags]}", "26", "'tags' is no scalar member of 'notes'; did you mean 'state'?");
	FAULT("{unique: [id]}", "26", "'id' is no scalar member of 'notes'" SCALARS);
}

static void references_lead_from_members_to_collections(void **state)
{
	const struct collection *notes;

	(void)state;
	BINDS("{references: {author: notes}}");
	notes = &resource_of("notes")->collection;
	assert_int_equal(notes->reference_count, 1);
	assert_str(notes->members[notes->references[0].member].name, "author");
	assert_true(notes->members[notes->references[0].member].is_indexed);
	assert_ptr_equal(notes->references[0].target, notes);
	FAULT("{references: [author]}", "29",
	      "x-statute.references is an array; map members to collections: references: {userId: users}");
	FAULT("{references: {author: note}}", "38",
	      "'note' is no collection of this document; did you mean 'notes'?");
	FAULT("{references: {author: publishers}}", "38", "'publishers' is no collection of this document");
	/* there is one row of a singleton: nobody needs to refer to it */
	FAULT("{references: {author: settings}}", "38",
	      "'settings' is no collection of this document");
	FAULT("{references: {writer: notes}}", "30", "'writer' is no scalar member of 'notes'" SCALARS);
}

static void a_rule_has_a_code_a_message_and_a_field_or_the_usual_ones(void **state)
{
	const struct resource *notes;

	(void)state;
	BINDS("{rules: [{check: author > 0, code: AUTHOR_2, message: Who?, field: author}, {check: state <> ''}]}");
	notes = resource_of("notes");
	assert_int_equal(notes->collection.rule_count, 2);
	assert_str(notes->collection.rules[0].check, "author > 0");
	assert_str(notes->rules[0].code, "AUTHOR_2");
	assert_str(notes->rules[0].message, "Who?");
	assert_str(notes->rules[0].field, "author");
	assert_str(notes->rules[1].code, "RULE_BROKEN");
	assert_str(notes->rules[1].message, "Must meet: state <> ''");
	assert_int_equal(notes->rules[1].field.len, 0);
}

static void rules_that_are_none_are_told(void **state)
{
	(void)state;
	FAULT("{rules: author > 0}", "24",
	      "x-statute.rules is a string; write rules: [{check: \"discount <= subtotal\"}]");
	FAULT("{rules: [{code: A}]}", "25",
	      "a rule needs a `check`, an SQL expression over the members; write rules: [{check: \"discount <= "
	      "subtotal\"}]");
	FAULT("{rules: [{check: ''}]}", "25",
	      "a rule needs a `check`, an SQL expression over the members; write rules: [{check: \"discount <= "
	      "subtotal\"}]");
	FAULT("{rules: [{check: author > 0, cod: A}]}", "45", "'cod' is no key of a rule; use check, code, message "
	                                                       "and field");
}

static void a_code_of_a_rule_is_a_word_in_capitals(void **state)
{
	static const char *const wrong[] = { "author", "2ND", "_A", "A-B", "Ab", "''", "'Á'", "'A['", "'@A'" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct str text = str_printf(&arena, NOTES("{rules: [{check: author > 0, code: %s}]}"), wrong[i]);
		struct api *bound;

		write_file("api.yaml", text);
		assert_int_equal(document_load(&arena, "api.yaml", &document), 0);
		assert_int_equal(bind_document(document, &bound), STATUTE_EDOCUMENT);
		assert_true(strstr(str_dup(&arena, issues_text()).at, "is no error code; use capitals, digits and '_'") != NULL);
	}
	BINDS("{rules: [{check: author > 0, code: AZ_09}]}");
}

static void sixty_four_rules_are_the_most(void **state)
{
	for (int count = 64; count <= 65; count++) {
		struct buf buf;

		(void)state;
		buf_init(&buf, &arena, 65536);
		buf_lit(&buf, "[");
		for (int i = 0; i < count; i++)
			buf_printf(&buf, "%s{check: author > %d}", i ? ", " : "", i);
		buf_lit(&buf, "]");
		bind_text(str_printf(&arena, NOTES("{rules: %.*s}"), STR_ARG(buf_str(&buf))),
		          count == 64 ? 0 : STATUTE_EDOCUMENT,
		          count == 64 ? "" : "api.yaml:5:24: error: 65 rules are too many: 64 at most\n");
	}
}

static void sixty_four_references_are_the_most(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, &arena, 65536);
	for (int i = 0; i < 65; i++)
		buf_printf(&buf, "%sm%d: notes", i ? ", " : "", i);
	bind_text(str_printf(&arena, NOTES("{references: {%.*s}}"), STR_ARG(buf_str(&buf))), STATUTE_EDOCUMENT,
	          "api.yaml:5:29: error: 65 references are too many: 64 at most\n");
}

static void transitions_are_lists_of_texts_by_text(void **state)
{
	static const char remedy[] = "; write transitions: {status: {pending: [paid, cancelled]}}";
	const struct resource *notes;

	(void)state;
	BINDS("{transitions: {state: {open: [done, lost], done: []}}}");
	notes = resource_of("notes");
	assert_int_equal(notes->transition_count, 1);
	assert_str(notes->transitions[0].member, "state");
	assert_int_equal(json_get(notes->transitions[0].allowed, S("open"))->count, 2);
	bind_text(S(NOTES("{transitions: [state]}")), STATUTE_EDOCUMENT,
	          str_printf(&arena, "api.yaml:5:30: error: x-statute.transitions is an array%s\n", remedy).at);
	FAULT("{transitions: {stat: {open: [done]}}}", "31",
	      "'stat' is no scalar member of 'notes'; did you mean 'state'?");
	for (int i = 0; i < 3; i++) {
		static const char *const wrong[] = { "[open, done]", "{open: done}", "{open: [done, 1]}" };

		bind_text(str_printf(&arena, NOTES("{transitions: {state: %s}}"), wrong[i]), STATUTE_EDOCUMENT,
		          str_printf(&arena,
		                     "api.yaml:5:38: error: the transitions of 'state' are no lists of values by "
		                     "value%s\n",
		                     remedy)
		                  .at);
	}
}

static void flags_take_their_one_value(void **state)
{
	(void)state;
	BINDS("{on-delete: gone, require-match: true}");
	assert_true(resource_of("notes")->collection.keeps_tombstones);
	assert_true(resource_of("notes")->requires_match);
	BINDS("{require-match: false}");
	assert_false(resource_of("notes")->collection.keeps_tombstones);
	assert_false(resource_of("notes")->requires_match);
	FAULT("{on-delete: stay}", "28",
	      "x-statute.on-delete can only be 'gone'; write on-delete: gone, or leave it out");
	FAULT("{require-match: 'yes'}", "32", "x-statute.require-match is a string; write require-match: true");
}

static void an_extension_on_an_unbound_path_does_nothing_and_says_so(void **state)
{
	(void)state;
	bind_text(S(HEAD_3_1 "paths:\n"
	                     "  /search:\n"
	                     "    x-statute: {unique: [a]}\n"
	                     "    get: {responses: {'200': {description: Found.}}}\n"),
	          STATUTE_EDOCUMENT,
	          "api.yaml:5:16: error: x-statute stands on a path that is bound to nothing; give the path an item "
	          "path below it, or name its collection\n");
}

static void the_root_takes_keys_of_its_own(void **state)
{
	(void)state;
	bind_text(S("x-statute: {query: strict, schema-status: 400}\n" NOTES("{}")), 0, "");
	assert_true(api->is_strict_query);
	assert_true(api->schema_errors_are_400);
	bind_text(S("x-statute: {query: lenient, schema-status: 422}\n" NOTES("{}")), 0, "");
	assert_false(api->is_strict_query);
	assert_false(api->schema_errors_are_400);
	bind_text(S("x-statute: {query: loose, schema-status: '400', unique: [a]}\n" NOTES("{}")),
	          STATUTE_EDOCUMENT,
	          "api.yaml:1:20: error: x-statute.query can only be 'strict' or 'lenient'; write query: strict, or "
	          "leave it out\n"
	          "api.yaml:1:42: error: x-statute.schema-status can only be 400 or 422; write schema-status: 400, "
	          "or leave it out\n"
	          "api.yaml:1:49: error: x-statute has no key 'unique' here; the keys here are accept, canonical-paths, "
	          "compress, cors, idempotency, languages, limit, maintenance, query, require-tls, schema-status\n");
	bind_text(S("x-statute: {schema-status: 404}\n" NOTES("{}")), STATUTE_EDOCUMENT,
	          "api.yaml:1:28: error: x-statute.schema-status can only be 400 or 422; write schema-status: 400, "
	          "or leave it out\n");
}

static const struct bound_path *path_of(const char *template)
{
	for (size_t i = 0; i < api->path_count; i++)
		if (str_eq(api->paths[i].item->template_text, str_from(template)))
			return &api->paths[i];
	fail_msg("there is no path %s", template);
	return NULL;
}

static void a_lone_path_with_get_alone_is_one_thing_where_it_says_so(void **state)
{
	const char *start = HEAD_3_1 "paths:\n  /config/global:\n    x-statute: ";
	const char *end = "\n    get: {responses: {'200': {description: It.}}}\n";

	(void)state;
	bind_text(str_printf(&arena, "%s{singleton: true}%s", start, end), 0, "");
	assert_int_equal(path_of("/config/global")->operations[METHOD_GET]->kind, BINDING_SINGLETON);
	assert_str(path_of("/config/global")->allow, "GET, HEAD, OPTIONS");
	bind_text(str_printf(&arena, "%s{singleton: false}%s", start, end), STATUTE_EDOCUMENT,
	          "api.yaml:5:16: error: x-statute stands on a path that is bound to nothing; give the path an item "
	          "path below it, or name its collection\n");
	FAULT("{singleton: true}", "28",
	      "x-statute.singleton can only be true, on a path without parameters or items; write singleton: true "
	      "on a lone path with GET");
}

static void an_owner_is_a_member_that_can_hold_an_id(void **state)
{
	(void)state;
	FAULT("{conceal: maybe}", "26",
	      "x-statute.conceal is a string; write conceal: true");
	FAULT("{owner: statee}", "24", "'statee' is no scalar member of 'notes'; did you mean 'state'?");
	FAULT("{owner: [state]}", "24",
	      "x-statute.owner is no text; name the member with its owner's id: owner: userId");
}

static void cors_holds_for_its_path_alone(void **state)
{
	const struct cors *cors;

	(void)state;
	BINDS("{cors: {origins: ['https://a.example', 'null'], methods: [GET], max-age: 0, expose: [ETag, Link]}}");
	cors = path_of("/notes")->cors;
	assert_non_null(cors);
	assert_int_equal(cors->origin_count, 2);
	assert_str(cors->max_age, "0");
	assert_str(cors->expose, "ETag, Link");
	assert_true(cors_allows_header(cors, S("content-type")));
	assert_str(path_of("/notes")->cors_methods, "GET");
	assert_null(path_of("/notes/{id}")->cors);
	assert_null(api->cors);
	BINDS("{cors: false}");
	assert_null(path_of("/notes")->cors);
}

#define ORIGINS "; write cors: {origins: [\"https://shop.example\"]}"

static void cors_tells_what_no_browser_would_take(void **state)
{
	(void)state;
	FAULT("{cors: true}", "23", "x-statute.cors is a boolean" ORIGINS ", or cors: false");
	FAULT("{cors: {}}", "23", "x-statute.cors names no origins" ORIGINS);
	FAULT("{cors: {origins: a}}", "33", "x-statute.cors.origins is a string" ORIGINS);
	FAULT("{cors: {origins: [1]}}", "34", "an entry of x-statute.cors.origins is no text" ORIGINS);
	FAULT("{cors: {origins: ['https://a.example/']}}", "34",
	      "'https://a.example/' is no origin; write scheme and host as a browser does, in small letters, "
	      "without a path and without the scheme's own port: https://shop.example, or "
	      "https://*.shop.example");
	FAULT("{cors: {origins: ['*'], credentials: true}}", "33",
	      "any origin (*) together with credentials would let every page act for a user; name the "
	      "origins, or leave credentials out");
	FAULT("{cors: {origins: ['https://a.example'], credentials: true, expose: ['*']}}", "83",
	      "together with credentials, * exposes nothing; name the fields");
	FAULT("{cors: {origins: ['*'], credentials: 1}}", "53",
	      "x-statute.cors.credentials is a number; write credentials: true, or leave it out");
	FAULT("{cors: {origins: ['*'], max-age: 86401}}", "49",
	      "x-statute.cors.max-age is no number of seconds from 0 to 86400; write max-age: 600");
	FAULT("{cors: {origins: ['*'], methods: [BREW]}}", "49",
	      "'BREW' is no method of OpenAPI; write methods: [GET, POST]");
	FAULT("{cors: {origins: ['*'], headers: ['a b']}}", "50",
	      "'a b' is no name; write headers: [Content-Type, If-Match]");
	FAULT("{cors: {origins: ['*'], header: [a]}}", "40",
	      "x-statute.cors has no key 'header'; the keys here are credentials, expose, headers, max-age, "
	      "methods, origins");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_that_are_not_known_are_told_with_the_nearest_or_all),
		TEST(an_operation_is_bound_to_one_thing_alone),
		TEST(a_feed_follows_a_collection),
		TEST(a_feed_of_nothing_is_told),
		TEST(unsupported_is_true_or_tells_of_alternatives),
		TEST(files_are_of_a_folder_beside_the_document),
		TEST(what_is_wrong_with_files_is_told),
		TEST(a_collection_takes_the_name_that_it_is_given),
		TEST(unique_lists_names_and_lists_of_names),
		TEST(unique_tells_what_is_no_list_of_scalar_members),
		TEST(references_lead_from_members_to_collections),
		TEST(a_rule_has_a_code_a_message_and_a_field_or_the_usual_ones),
		TEST(rules_that_are_none_are_told),
		TEST(a_code_of_a_rule_is_a_word_in_capitals),
		TEST(sixty_four_rules_are_the_most),
		TEST(sixty_four_references_are_the_most),
		TEST(transitions_are_lists_of_texts_by_text),
		TEST(flags_take_their_one_value),
		TEST(an_extension_on_an_unbound_path_does_nothing_and_says_so),
		TEST(the_root_takes_keys_of_its_own),
		TEST(a_lone_path_with_get_alone_is_one_thing_where_it_says_so),
		TEST(an_owner_is_a_member_that_can_hold_an_id),
		TEST(cors_holds_for_its_path_alone),
		TEST(cors_tells_what_no_browser_would_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
