/* Responses, read whole and in parts. */
#include "unit/test.h"

#include "client/answer.h"

static struct buf content;
static struct answer answer;

static enum answer_state read_text(const char *text, bool is_end)
{
	buf_done(&content);
	buf_init(&content, NULL, 64);
	answer = (struct answer){ 0 };
	return answer_read(str_from(text), is_end, &content, &answer);
}

static void an_answer_of_a_known_length_is_whole_before_its_end(void **state)
{
	(void)state;
	assert_int_equal(read_text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", false), ANSWER_WHOLE);
	assert_int_equal(answer.status, 200);
	assert_str(buf_str(&content), "hi");
	assert_int_equal(read_text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh", false), ANSWER_MORE);
	assert_int_equal(read_text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh", true), ANSWER_BROKEN);
}

static void an_answer_without_a_length_ends_with_its_connection(void **state)
{
	(void)state;
	assert_int_equal(read_text("HTTP/1.0 200\r\n\r\nhi", false), ANSWER_MORE);
	assert_int_equal(read_text("HTTP/1.0 200\r\n\r\nhi", true), ANSWER_WHOLE);
	assert_str(buf_str(&content), "hi");
}

static void chunks_are_joined(void **state)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
				   "1\r\nh\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
	char part[sizeof(text)];

	(void)state;
	assert_int_equal(read_text(text, false), ANSWER_WHOLE);
	assert_str(buf_str(&content), "h0123456789");
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		memcpy(part, text, len);
		part[len] = '\0';
		assert_int_equal(read_text(part, false), ANSWER_MORE);
		assert_int_equal(read_text(part, true), ANSWER_BROKEN);
		assert_int_equal(content.len, 0);
	}
}

static void interim_responses_are_passed_over(void **state)
{
	(void)state;
	assert_int_equal(read_text("HTTP/1.1 103 Early\r\nLink: x\r\n\r\n", false), ANSWER_MORE);
	assert_int_equal(read_text("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", false), ANSWER_WHOLE);
	assert_int_equal(answer.status, 204);
	assert_int_equal(read_text("HTTP/1.1 101 Switching\r\n\r\n", false), ANSWER_BROKEN);
}

static void what_speaks_no_http_is_broken_at_once(void **state)
{
	static const char *const texts[] = {
		"SSH-2.0-x", "HTTP/2 200\r\n\r\n", "HTTP/1.1 20\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nno field\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (read_text(texts[i], false) != ANSWER_BROKEN)
			fail_msg("not broken: %s", texts[i]);
	assert_int_equal(read_text("HTT", false), ANSWER_MORE);
	assert_int_equal(read_text("", true), ANSWER_BROKEN);
}

static void content_beyond_its_maximum_is_told(void **state)
{
	(void)state;
	assert_int_equal(read_text("HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n", false), ANSWER_BROKEN);
	assert_true(content.failed);
	assert_int_equal(read_text("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", false),
	                 ANSWER_BROKEN);
}

static int64_t age_of(const char *cache_control)
{
	char text[256];

	snprintf(text, sizeof(text), "HTTP/1.1 204 No\r\nCache-Control: %s\r\n\r\n", cache_control);
	assert_int_equal(read_text(text, true), ANSWER_WHOLE);
	return answer.max_age_s;
}

static void cache_control_says_how_long(void **state)
{
	(void)state;
	assert_int_equal(age_of("max-age=600"), 600);
	assert_int_equal(age_of("public, MAX-AGE=5, must-revalidate"), 5);
	assert_int_equal(age_of("public"), -1);
	assert_int_equal(age_of("max-age=600, no-store"), 0);
	assert_int_equal(age_of("no-cache"), 0);
	assert_int_equal(age_of("max-age=x"), -1);
	assert_int_equal(age_of("max-age=18446744073709551615"), 366 * 86400);
	assert_int_equal(age_of(", ,"), -1);
}

static void a_redirection_says_where_to(void **state)
{
	(void)state;
	assert_int_equal(read_text("HTTP/1.1 302 Found\r\nlocation:  /keys \r\nContent-Length: 0\r\n\r\n", false),
	                 ANSWER_WHOLE);
	assert_str(answer.location, "/keys");
}

static int tear_down(void **state)
{
	(void)state;
	buf_done(&content);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_of_a_known_length_is_whole_before_its_end),
		cmocka_unit_test(an_answer_without_a_length_ends_with_its_connection),
		cmocka_unit_test(chunks_are_joined),
		cmocka_unit_test(interim_responses_are_passed_over),
		cmocka_unit_test(what_speaks_no_http_is_broken_at_once),
		cmocka_unit_test(content_beyond_its_maximum_is_told),
		cmocka_unit_test(cache_control_says_how_long),
		cmocka_unit_test(a_redirection_says_where_to),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
