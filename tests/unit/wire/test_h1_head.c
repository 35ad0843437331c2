#include "unit/wire/heads.h"

static void what_the_grammar_allows_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_accepted(good[i].bytes, 1, good[i].part);
}

static void refuse_all(const struct bad *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_refused(cases[i].bytes, cases[i].refusal);
}

static void malformed_request_lines_are_refused_by_name(void **state)
{
	(void)state;
	refuse_all(bad_lines, sizeof(bad_lines) / sizeof(*bad_lines));
}

static void malformed_fields_are_refused_by_name(void **state)
{
	(void)state;
	refuse_all(bad_fields, sizeof(bad_fields) / sizeof(*bad_fields));
}

static void every_refusal_names_a_status_that_its_node_gives(void **state)
{
	(void)state;
	for (enum h1_refusal refusal = H1_REFUSAL_NONE + 1; refusal < H1_REFUSAL_COUNT; refusal++) {
		const struct h1_refusal_row *row = h1_refusal_row(refusal);
		static const struct {
			const char *node;
			int status;
		} statuses[] = { { "A02", 408 },  { "A03", 501 }, { "A04", 414 }, { "A05", 400 },
			         { "A06", 505 },  { "A07", 431 }, { "A08", 400 }, { "A09", 400 },
			         { "A10", 400 },  { "A11", 501 }, { "B03", 503 }, { "B05", 501 },
			         { "I03a", 408 }, { "I05", 400 } };
		size_t i = 0;

		while (i < sizeof(statuses) / sizeof(*statuses) && strcmp(statuses[i].node, row->node) != 0)
			i++;
		assert_true(i < sizeof(statuses) / sizeof(*statuses));
		assert_int_equal(row->status, statuses[i].status);
		assert_true(row->detail[0] && row->detail[strlen(row->detail) - 1] == '.');
		for (enum h1_refusal other = H1_REFUSAL_NONE + 1; other < refusal; other++)
			assert_string_not_equal(row->detail, h1_refusal_row(other)->detail);
	}
	assert_int_equal(h1_refusal_row(H1_REFUSAL_COUNT)->status, 0);
}

static void a_hundred_fields_are_all_kept_in_order(void **state)
{
	struct drive drive;
	struct buf head;

	(void)state;
	buf_init(&head, NULL, 1 << 20);
	buf_lit(&head, "GET / HTTP/1.1\r\nHost: a\r\n");
	for (int i = 1; i < 100; i++)
		buf_printf(&head, "N%d: v%d\r\n", i, i);
	buf_lit(&head, "\r\n");
	drive_init(&drive, &h1_limits_default);
	drive_feed(&drive, head.at, 40);
	drive_feed(&drive, head.at + 40, head.len - 42);
	arena_alloc(&drive.arena, 16); /* the fields are no longer the newest allocation */
	drive_feed(&drive, head.at + head.len - 2, 2);
	assert_int_equal(drive.requests, 1);
	for (int i = 1; i < 100; i++) {
		char part[32];

		snprintf(part, sizeof(part), "N%d=v%d\n", i, i);
		assert_in(&drive, part);
	}
	drive_done(&drive);
	buf_done(&head);
}

/* RFC 9110 section 5.5: HTAB, SP, VCHAR and obs-text are a value's; wherever in a long one the byte stands. */
static void every_byte_is_judged_at_each_place_of_a_value(void **state)
{
	enum { VALUE = 26 };

	(void)state;
	for (unsigned byte = 0; byte < 256; byte++)
		for (size_t place = 0; place < VALUE; place++) {
			char value[VALUE + 1] = "abcdefghijklmnopqrstuvwxyz", head[128];
			bool is_of_value = byte == '\t' || (byte >= ' ' && byte != 0x7F);
			struct drive drive;
			size_t len;

			value[place] = (char)byte;
			len = (size_t)snprintf(head, sizeof(head), "GET / HTTP/1.1\r\nHost: a\r\nLong: ");
			memcpy(head + len, value, VALUE);
			memcpy(head + len + VALUE, "\r\n\r\n", 4);
			drive_init(&drive, &h1_limits_default);
			drive_feed(&drive, head, len + VALUE + 4);
			assert_int_equal(drive.requests, is_of_value);
			assert_int_equal(drive.is_over, !is_of_value);
			drive_done(&drive);
		}
}

static void fields_are_found_by_number_and_lists_are_joined(void **state)
{
	static const char bytes[] =
		"GET / HTTP/1.1\r\nHost: a\r\naccept: x/y\r\nIf-Match: \"1\"\r\nAccept: z/*\r\n\r\n";
	struct str input = str_of(bytes, sizeof(bytes) - 1), content;
	struct request request;
	struct arena arena;
	struct h1 h1;
	size_t used;

	(void)state;
	arena_init(&arena, 4096, 1 << 20);
	h1_init(&h1, &h1_limits_default);
	assert_true(h1_is_idle(&h1));
	assert_int_equal(h1_parse(&h1, input, &arena, &request, &used, &content), H1_HEAD);
	assert_int_equal(used, input.len);
	assert_true(h1_in_content(&h1));
	assert_str(request_field(&request, FIELD_ACCEPT), "x/y");
	assert_int_equal(request.lines[FIELD_ACCEPT], 2);
	assert_str(request_list(&request, FIELD_ACCEPT, &arena), "x/y, z/*");
	assert_str(request_list(&request, FIELD_IF_MATCH, &arena), "\"1\"");
	assert_false(request_has(&request, FIELD_COOKIE));
	assert_null(request_list(&request, FIELD_COOKIE, &arena).at);
	assert_int_equal(h1_parse(&h1, (struct str){ 0 }, &arena, &request, &used, &content), H1_END);
	assert_false(h1_in_content(&h1));
	h1_next(&h1);
	assert_true(h1_is_idle(&h1));
	arena_done(&arena);
}

static void empty_lines_alone_leave_a_connection_idle(void **state)
{
	struct drive drive;

	(void)state;
	drive_init(&drive, &h1_limits_default);
	drive_feed(&drive, "\r\n", 2);
	assert_true(h1_is_idle(&drive.h1));
	drive_feed(&drive, "G", 1);
	assert_false(h1_is_idle(&drive.h1));
	drive_done(&drive);
}

static void pipelined_requests_come_one_after_the_other(void **state)
{
	static const struct bytes bytes = BYTES(
		GET("/1") "PUT /2 HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
			  "\r\nPUT /3 HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
			  "2\r\nde\r\n0\r\n\r\n" GET("/4"));
	struct drive drive;

	(void)state;
	drive_every_way(&drive, bytes, &h1_limits_default);
	assert_int_equal(drive.requests, 4);
	assert_in(&drive, "content 3 abc\nend\nhead PUT(4) target=/3");
	assert_in(&drive, "content 2 de\nend\nhead GET(1) target=/4");
	drive_done(&drive);
}

static void without_memory_the_answer_is_503(void **state)
{
	static const struct bytes bytes = BYTES("GET /some/path HTTP/1.1\r\n" HOST "A: 1\r\nB: 2\r\n\r\n");
	bool was_accepted = false;

	(void)state;
	for (size_t max = 0; max < 4096 && !was_accepted; max += 16) {
		struct drive drive;

		drive_init(&drive, &h1_limits_default);
		arena_done(&drive.arena);
		arena_init(&drive.arena, 256, max);
		drive_all(&drive, bytes, 0, bytes.len);
		was_accepted = drive.requests == 1;
		if (!was_accepted) {
			assert_int_equal(drive.h1.refusal, H1_REFUSAL_OUT_OF_MEMORY);
			assert_int_equal(h1_refusal_row(drive.h1.refusal)->status, 503);
		}
		assert_true(max > 0 || !was_accepted);
		drive_done(&drive);
	}
	assert_true(was_accepted);
}

static void a_refused_connection_stays_refused(void **state)
{
	struct drive drive;

	(void)state;
	drive_init(&drive, &h1_limits_default);
	drive_feed(&drive, "GET /#x", 7);
	assert_true(drive.is_over);
	buf_reset(&drive.pending);
	buf_add(&drive.pending, S(GET("/")));
	assert_false(drive_step(&drive));
	assert_int_equal(drive.h1.refusal, H1_REFUSAL_FRAGMENT);
	drive_done(&drive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_grammar_allows_is_read),
		cmocka_unit_test(malformed_request_lines_are_refused_by_name),
		cmocka_unit_test(malformed_fields_are_refused_by_name),
		cmocka_unit_test(every_refusal_names_a_status_that_its_node_gives),
		cmocka_unit_test(a_hundred_fields_are_all_kept_in_order),
		cmocka_unit_test(every_byte_is_judged_at_each_place_of_a_value),
		cmocka_unit_test(fields_are_found_by_number_and_lists_are_joined),
		cmocka_unit_test(empty_lines_alone_leave_a_connection_idle),
		cmocka_unit_test(pipelined_requests_come_one_after_the_other),
		cmocka_unit_test(without_memory_the_answer_is_503),
		cmocka_unit_test(a_refused_connection_stays_refused),
	};

	return cmocka_run_group_tests_name("wire/h1_head", tests, NULL, NULL);
}
