/* What is written for a response: RFC 9112 sections 4, 6, 7.1 and 9.3, RFC 9110 sections 8.6 and 9.3.2. */
#include "unit/test.h"

#include "base/buf.h"
#include "message/content_source.h"
#include "wire/h1.h"

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"

static const struct request get_11 = { .method = METHOD_GET, .minor = 1, .keeps_alive = true };
static const struct request head_11 = { .method = METHOD_HEAD, .minor = 1, .keeps_alive = true };
static const struct request get_10 = { .method = METHOD_GET, .minor = 0, .keeps_alive = false };
static const struct request get_10_alive = { .method = METHOD_GET, .minor = 0, .keeps_alive = true };
static const struct request closing = { .method = METHOD_GET, .minor = 1, .keeps_alive = false };
static const struct request never_understood = { .method = METHOD_UNKNOWN };

static struct response response_of(int status, const char *content)
{
	return (struct response){ .status = status,
		                  .has_content = content != NULL,
		                  .content = str_from(content) };
}

static void assert_written(const struct response *response, const struct request *request,
                           const char *expected)
{
	struct buf buf;

	buf_init(&buf, NULL, 1 << 16);
	h1_write_response(&buf, response, request, S(DATE));
	assert_str(buf_str(&buf), expected);
	buf_done(&buf);
}

static void a_response_has_status_date_fields_length_and_content(void **state)
{
	struct response response = response_of(200, "{}");

	(void)state;
	assert_true(response_add(&response, S("Content-Type"), S("application/json")));
	assert_true(response_add(&response, S("ETag"), S("\"1\"")));
	assert_written(&response, &get_11,
	               "HTTP/1.1 200 OK\r\nDate: " DATE
	               "\r\nContent-Type: application/json\r\nETag: \"1\"\r\n"
	               "Content-Length: 2\r\n\r\n{}");
}

static void head_gets_the_length_of_get_and_no_content(void **state)
{
	struct response response = response_of(200, "{}"), unknown = response_of(200, NULL);

	(void)state;
	assert_written(&response, &head_11, "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nContent-Length: 2\r\n\r\n");
	assert_written(&unknown, &head_11, "HTTP/1.1 200 OK\r\nDate: " DATE "\r\n\r\n");
}

static void statuses_without_content_say_no_length(void **state)
{
	static const struct {
		int status;
		const char *line;
	} cases[] = { { 204, "HTTP/1.1 204 No Content" },
		      { 304, "HTTP/1.1 304 Not Modified" },
		      { 103, "HTTP/1.1 103 Early Hints" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct response with = response_of(cases[i].status, "never sent");
		struct response without = response_of(cases[i].status, NULL);
		char expected[128];

		snprintf(expected, sizeof(expected), "%s\r\nDate: " DATE "\r\n\r\n", cases[i].line);
		assert_written(&with, &get_11, expected);
		assert_written(&without, &get_11, expected);
		assert_written(&with, &head_11, expected);
	}
}

static void every_other_status_says_a_length_even_if_it_is_0(void **state)
{
	struct response reset = response_of(205, "never sent"), created = response_of(201, NULL);
	struct response empty = response_of(404, "");

	(void)state;
	assert_written(&reset, &get_11,
	               "HTTP/1.1 205 Reset Content\r\nDate: " DATE "\r\nContent-Length: 0\r\n\r\n");
	assert_written(&created, &get_11,
	               "HTTP/1.1 201 Created\r\nDate: " DATE "\r\nContent-Length: 0\r\n\r\n");
	assert_written(&empty, &get_11,
	               "HTTP/1.1 404 Not Found\r\nDate: " DATE "\r\nContent-Length: 0\r\n\r\n");
}

static void the_connection_is_said_where_it_is_not_the_versions_own(void **state)
{
	struct response response = response_of(200, NULL), last = response;

	(void)state;
	last.must_close = true;
#define OK_AND(connection) "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nContent-Length: 0\r\n" connection "\r\n"
	assert_written(&response, &get_11, OK_AND(""));
	assert_written(&last, &get_11, OK_AND("Connection: close\r\n"));
	assert_written(&response, &closing, OK_AND("Connection: close\r\n"));
	assert_written(&response, &get_10, OK_AND("Connection: close\r\n"));
	assert_written(&response, &get_10_alive, OK_AND("Connection: keep-alive\r\n"));
	assert_written(&last, &get_10_alive, OK_AND("Connection: close\r\n"));
	assert_written(&response, &never_understood, OK_AND("Connection: close\r\n"));
}

static void upgrade_comes_with_its_connection_option(void **state)
{
	struct response response = response_of(426, NULL);

	(void)state;
	assert_true(response_add(&response, S("upgrade"), S("websocket")));
	assert_written(&response, &get_11,
	               "HTTP/1.1 426 Upgrade Required\r\nDate: " DATE "\r\nupgrade: websocket\r\n"
	               "Content-Length: 0\r\nConnection: upgrade\r\n\r\n");
	response.must_close = true;
	assert_written(&response, &get_11,
	               "HTTP/1.1 426 Upgrade Required\r\nDate: " DATE "\r\nupgrade: websocket\r\n"
	               "Content-Length: 0\r\nConnection: upgrade, close\r\n\r\n");
}

static void the_wires_own_fields_are_never_doubled(void **state)
{
	struct response response = response_of(200, "x");

	(void)state;
	assert_true(response_add(&response, S("date"), S("never")));
	assert_true(response_add(&response, S("CONNECTION"), S("close")));
	assert_true(response_add(&response, S("content-length"), S("99")));
	assert_true(response_add(&response, S("Transfer-encoding"), S("gzip")));
	assert_written(&response, &get_11, "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nContent-Length: 1\r\n\r\nx");
}

static void a_status_without_a_phrase_keeps_its_space(void **state)
{
	struct response response = response_of(599, NULL);

	(void)state;
	assert_written(&response, &get_11, "HTTP/1.1 599 \r\nDate: " DATE "\r\nContent-Length: 0\r\n\r\n");
}

static void assert_stream(const struct request *request, int status, const char *expected)
{
	struct response response = response_of(status, NULL);
	struct buf buf;

	buf_init(&buf, NULL, 1 << 16);
	h1_write_chunked_head(&buf, &response, request, S(DATE));
	h1_write_chunk(&buf, request, S("hello, chunked world"));
	h1_write_chunk(&buf, request, S(""));
	h1_write_chunk(&buf, request, S("!"));
	h1_write_last_chunk(&buf, request);
	assert_str(buf_str(&buf), expected);
	buf_done(&buf);
}

static void content_of_unknown_length_is_chunked_or_ends_with_the_connection(void **state)
{
	(void)state;
	assert_stream(&get_11, 200,
	              "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nTransfer-Encoding: chunked\r\n\r\n"
	              "14\r\nhello, chunked world\r\n1\r\n!\r\n0\r\n\r\n");
	assert_stream(&get_10_alive, 200,
	              "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nConnection: close\r\n\r\nhello, chunked world!");
	assert_stream(&head_11, 200,
	              "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nTransfer-Encoding: chunked\r\n\r\n");
}

static void a_chunk_can_be_made_where_it_stands(void **state)
{
	static const char many[] = "12345678901234567";
	struct buf buf;
	char *room;

	(void)state;
	buf_init(&buf, NULL, 256);
	buf_lit(&buf, "head");
	assert_non_null(room = h1_chunk_room(&buf, 20));
	memcpy(room, many, strlen(many));
	h1_chunk_put(&buf, strlen(many));
	assert_non_null(room = h1_chunk_room(&buf, 20));
	memcpy(room, "!", 1);
	h1_chunk_put(&buf, 1);
	h1_write_last_chunk(&buf, &get_11);
	assert_str(buf_str(&buf), "head0011\r\n12345678901234567\r\n0001\r\n!\r\n0\r\n\r\n");
	assert_null(h1_chunk_room(&buf, 256));
	buf_done(&buf);
}

static void the_length_of_a_source_is_said_and_its_content_left_to_others(void **state)
{
	struct content_source source = { .length = UINT64_C(1) << 40 };
	struct response response = response_of(200, NULL);

	(void)state;
	response.source = &source;
	response.has_content = true;
	assert_written(&response, &get_11,
	               "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nContent-Length: 1099511627776\r\n\r\n");
	assert_written(&response, &head_11,
	               "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nContent-Length: 1099511627776\r\n\r\n");
	source.length = CONTENT_LENGTH_UNKNOWN;
	assert_written(&response, &head_11, "HTTP/1.1 200 OK\r\nDate: " DATE "\r\n\r\n");
}

static void continue_is_one_line(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, NULL, 1 << 16);
	h1_write_continue(&buf);
	assert_str(buf_str(&buf), "HTTP/1.1 100 Continue\r\n\r\n");
	buf_done(&buf);
}

static void a_full_buffer_fails_and_does_not_overflow(void **state)
{
	struct response response = response_of(200, "0123456789");
	struct buf buf;

	(void)state;
	for (size_t max = 0; max < 400; max++) {
		buf_init(&buf, NULL, max);
		h1_write_response(&buf, &response, &get_11, S(DATE));
		assert_true(buf.len <= max);
		assert_true(buf.failed || buf.len == strlen("HTTP/1.1 200 OK\r\nDate: " DATE
		                                            "\r\nContent-Length: 10\r\n\r\n") +
		                                             10);
		buf_done(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_response_has_status_date_fields_length_and_content),
		cmocka_unit_test(head_gets_the_length_of_get_and_no_content),
		cmocka_unit_test(statuses_without_content_say_no_length),
		cmocka_unit_test(every_other_status_says_a_length_even_if_it_is_0),
		cmocka_unit_test(the_connection_is_said_where_it_is_not_the_versions_own),
		cmocka_unit_test(upgrade_comes_with_its_connection_option),
		cmocka_unit_test(the_wires_own_fields_are_never_doubled),
		cmocka_unit_test(a_status_without_a_phrase_keeps_its_space),
		cmocka_unit_test(content_of_unknown_length_is_chunked_or_ends_with_the_connection),
		cmocka_unit_test(a_chunk_can_be_made_where_it_stands),
		cmocka_unit_test(the_length_of_a_source_is_said_and_its_content_left_to_others),
		cmocka_unit_test(continue_is_one_line),
		cmocka_unit_test(a_full_buffer_fails_and_does_not_overflow),
	};

	return cmocka_run_group_tests_name("wire/h1_write", tests, NULL, NULL);
}
