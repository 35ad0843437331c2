#include "unit/test.h"

#include "observe/page.h"
#include "observe/page_path.h"

static struct trace trace;
static struct buf page;

static size_t used;

static void put(enum trace_text which, const char *text)
{
	size_t len = strlen(text);

	assert_in_range(used + len, 0, TRACE_BYTES);
	memcpy(trace.texts + used, text, len);
	trace.begins[which] = (uint16_t)used;
	used += len;
	trace.ends[which] = (uint16_t)used;
	trace.present |= (uint16_t)(1u << which);
}

static void forget_texts(void)
{
	trace.present = 0;
	used = 0;
}

static int set_up(void **state)
{
	(void)state;
	buf_init(&page, NULL, 4 << 20);
	trace = (struct trace){ .node = "", .outcome = "", .route = "", .modified_s = -1 };
	statute_facts_init(&trace.facts);
	forget_texts();
	put(TRACE_ID, "req_1");
	put(TRACE_METHOD, "GET");
	put(TRACE_PATH, "/products/1");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_done(&page);
	return 0;
}

static bool has(const char *text)
{
	return memmem(page.at, page.len, text, strlen(text)) != NULL;
}

static void make(bool is_whole)
{
	buf_reset(&page);
	page_trace(&trace, is_whole, &page);
	assert_false(page.failed);
}

static void set(const char *name, bool is)
{
	enum statute_fact fact;

	assert_int_equal(statute_fact_find(name, &fact), 0);
	statute_fact_set(&trace.facts, fact, is);
}

/* What the graph answers where nothing else is known. */
static void decide(const char *method)
{
	struct statute_verdict verdict;

	statute_facts_set_method(&trace.facts, method);
	statute_facts_assume(&trace.facts);
	assert_int_equal(statute_graph_trace(&trace.facts, NULL, NULL, &verdict), STATUTE_WALK_DONE);
	trace.status = verdict.status;
	trace.node = statute_graph_node(verdict.node)->id;
	trace.outcome = verdict.code;
}

static void get_an_item(void)
{
	set("exists", true);
	set("has_no_row", false);
	set("takes_content", false);
	set("needs_content", false);
	decide("GET");
}

static void stale_patch(void)
{
	set("exists", true);
	set("has_no_row", false);
	set("has_content", true);
	set("takes_content", true);
	set("needs_content", true);
	set("has_if_match", true);
	set("if_match_holds", false);
	decide("PATCH");
	put(TRACE_ERROR, trace.outcome);
}

static size_t count_of(const char *text)
{
	size_t count = 0, len = strlen(text);

	for (const char *at = page.at; (at = memmem(at, (size_t)(page.at + page.len - at), text, len)); at += len)
		count++;
	return count;
}

struct seen {
	const char *at;
	size_t count;
};

/* Each asked row in turn, as a step of the list. */
static void find_step(void *arg, uint8_t node, bool answer)
{
	struct seen *seen = arg;
	const struct statute_node *row = statute_graph_node(node);
	char text[200];

	snprintf(text, sizeof(text), "id=\"step-%s\"", row->id);
	seen->at = memmem(seen->at, (size_t)(page.at + page.len - seen->at), text, strlen(text));
	assert_non_null(seen->at);
	seen->count++;
	snprintf(text, sizeof(text), "class=\"edge lit\" data-from=\"%s\" data-answer=\"%s\"", row->id,
	         row->is_effect ? "then" : answer ? "yes" : "no");
	assert_true(has(text));
	snprintf(text, sizeof(text), "class=\"node asked%s\" id=\"node-%s\"", strcmp(row->id, trace.node) ? "" : " last",
	         row->id);
	assert_true(has(text));
}

static void assert_path_is_told(void)
{
	struct statute_verdict verdict;
	struct seen seen = { .at = page.at };

	assert_int_equal(statute_graph_trace(&trace.facts, find_step, &seen, &verdict), STATUTE_WALK_DONE);
	assert_int_equal(count_of("class=\"step\""), seen.count);
	assert_int_equal(count_of("class=\"edge lit\""), seen.count);
	assert_int_equal(count_of("class=\"node asked"), seen.count);
	assert_int_equal(count_of("class=\"end s4 lit\"") + count_of("class=\"end s2 lit\""), 1);
}

static void each_question_is_in_the_list_and_lit_in_the_graph(void **state)
{
	(void)state;
	get_an_item();
	assert_int_equal(trace.status, 200);
	make(false);
	assert_path_is_told();
}

static void the_verdict_says_code_row_meaning_and_what_it_owes(void **state)
{
	(void)state;
	stale_patch();
	assert_int_equal(trace.status, 412);
	make(false);
	assert_path_is_told();
	assert_true(has("<title>412 Precondition Failed</title>"));
	assert_true(has("href=\"/-/errors/PRECONDITION_FAILED\""));
	assert_true(has("at <code>H03a</code>"));
	assert_true(has("RFC 9110 section 15.5.13"));
	trace.status = 405;
	make(false);
	assert_true(has("<li><code>Allow</code></li>"));
}

static void blocks_that_were_not_asked_open_only_where_all_are_wanted(void **state)
{
	(void)state;
	stale_patch();
	make(false);
	assert_true(has("class=\"band unasked closed\" id=\"block-K\" data-asked=\"0\""));
	assert_false(has("id=\"node-K00\""));
	make(true);
	assert_true(has("class=\"band unasked\" id=\"block-K\""));
	for (size_t i = 0; statute_graph_node(i); i++) {
		char text[40];

		snprintf(text, sizeof(text), "id=\"node-%s\"", statute_graph_node(i)->id);
		assert_int_equal(count_of(text), 1);
	}
}

static void what_a_client_sent_is_escaped(void **state)
{
	(void)state;
	stale_patch();
	forget_texts();
	put(TRACE_ID, "req_\"><script>1</script>");
	put(TRACE_METHOD, "<b>GET");
	put(TRACE_PATH, "/<script>alert('1')</script>&\"");
	put(TRACE_ERROR, "PRECONDITION_FAILED");
	put(TRACE_IF_MATCH, "\"<img src=x>\"");
	make(true);
	assert_int_equal(count_of("<script"), 1);
	assert_true(has("<script src=\"/-/assets/trace.js\"></script>"));
	assert_false(has("<b>GET"));
	assert_false(has("<img"));
	assert_true(has("/&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"));
}

static void a_page_has_no_style_script_or_host_of_its_own(void **state)
{
	(void)state;
	get_an_item();
	make(true);
	assert_false(has(" style="));
	assert_false(has("<style"));
	assert_false(has(" onclick"));
	assert_false(has("javascript:"));
	assert_false(has("http://"));
	assert_false(has("https://"));
}

static void bytes_that_are_no_request_have_a_row_of_their_own(void **state)
{
	(void)state;
	trace.facts = (struct statute_facts){ 0 };
	trace.status = 400;
	trace.node = "A08";
	trace.outcome = "MALFORMED_FIELD";
	trace.refusal = "A field name has a space before its colon.";
	make(false);
	assert_true(has("class=\"node asked last\" id=\"node-A08\""));
	assert_int_equal(count_of("class=\"edge lit\""), 1);
	assert_int_equal(count_of("class=\"step\""), 0);
	assert_true(has("decided by the parser"));
	assert_true(has(trace.refusal));
}

/* Memory ran out before the fact was found. */
static void where_something_failed_the_row_has_a_label_more(void **state)
{
	(void)state;
	stale_patch();
	statute_fact_forget(&trace.facts, STATUTE_FACT_EXISTS);
	trace.status = 500;
	trace.node = "G03";
	trace.outcome = "INTERNAL_ERROR";
	forget_texts();
	put(TRACE_ID, "req_1");
	put(TRACE_ERROR, "INTERNAL_ERROR");
	put(TRACE_CAUSE, "out of <memory>");
	make(false);
	assert_true(has("class=\"node asked last\" id=\"node-G03\""));
	assert_int_equal(count_of("class=\"end s5 lit\""), 1);
	assert_true(has("<b>Not known:</b>"));
	assert_true(has("Cause: out of &lt;memory&gt;"));
	assert_true(has("class=\"band unasked closed\" id=\"block-H\""));
}

/* The content broke off; the server knew so without asking the graph. */
static void a_row_that_ends_with_that_status_is_taken_as_answered(void **state)
{
	struct page_path path;

	(void)state;
	stale_patch();
	set("if_match_holds", true);
	statute_fact_forget(&trace.facts, STATUTE_FACT_CLIENT_GONE);
	trace.status = 400;
	trace.node = "I05";
	trace.outcome = "MALFORMED_CHUNK";
	page_path_find(&trace, &path);
	assert_true(path.is_verdict);
	assert_string_equal(statute_graph_node(path.last)->id, "I05");
	assert_false(path.steps[path.count - 1].answer);
	make(false);
	assert_true(has("class=\"edge lit\" data-from=\"I05\" data-answer=\"no\""));
}

static void nobody_left_to_answer_is_no_status(void **state)
{
	(void)state;
	stale_patch();
	set("if_match_holds", true);
	set("client_gone", true);
	trace.status = 0;
	trace.node = "I03";
	trace.outcome = "CLIENT_GONE";
	make(false);
	assert_true(has("No answer"));
	assert_true(has("<span class=\"status s0\">none</span>"));
	assert_true(has("class=\"edge lit\" data-from=\"I03\" data-answer=\"yes\""));
}

static uint64_t seed = 0x9E3779B97F4A7C15;

static uint64_t random_word(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void assert_ids_are_unique(void)
{
	char seen[16384] = "";
	size_t len = 0;

	for (const char *at = page.at; (at = memmem(at, (size_t)(page.at + page.len - at), " id=\"", 5)); at++) {
		size_t id = (size_t)((const char *)memchr(at + 5, '"', 64) - at) + 1;

		assert_null(memmem(seen, len, at, id));
		assert_in_range(len + id, 0, sizeof(seen));
		memcpy(seen + len, at, id);
		len += id;
	}
}

static void any_facts_make_a_page(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct statute_verdict verdict;

		for (int word = 0; word < STATUTE_FACT_WORDS; word++) {
			trace.facts.known[word] = random_word() | random_word() | random_word() | random_word();
			trace.facts.yes[word] = random_word() & trace.facts.known[word];
		}
		trace.status = (uint16_t)(random_word() % 600);
		statute_graph_trace(&trace.facts, NULL, NULL, &verdict);
		trace.node = round % 3 ? statute_graph_node(random_word() % 199)->id : "";
		make(round % 2);
		assert_true(has("</html>\n"));
		assert_ids_are_unique();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_question_is_in_the_list_and_lit_in_the_graph, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_verdict_says_code_row_meaning_and_what_it_owes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(blocks_that_were_not_asked_open_only_where_all_are_wanted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_client_sent_is_escaped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_page_has_no_style_script_or_host_of_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bytes_that_are_no_request_have_a_row_of_their_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(where_something_failed_the_row_has_a_label_more, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_row_that_ends_with_that_status_is_taken_as_answered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_left_to_answer_is_no_status, set_up, tear_down),
		cmocka_unit_test_setup_teardown(any_facts_make_a_page, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("observe/page", tests, NULL, NULL);
}
