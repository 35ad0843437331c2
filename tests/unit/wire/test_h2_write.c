/* Responses as frames (RFC 9113 sections 8.1, 8.2.2, 8.3.2), and how much of them at once (section 5.2). */
#include "message/content_source.h"
#include "unit/wire/h2_peer.h"

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"

enum { FRAME_LEN_MAX = 16384, FIRST_WINDOW = 65535 };

static struct response response_of(int status, struct str content)
{
	return (struct response){ .status = status, .has_content = content.at != NULL, .content = content };
}

static void respond(struct peer *peer, const struct response *response)
{
	assert_int_equal(h2_respond(peer->h2, &peer->streams[0], response, S(DATE)), 0);
}

static void assert_fields(struct peer *peer, const struct peer_frame *frame, const char *const *expected)
{
	struct peer_field fields[PEER_FIELDS];
	size_t count;

	assert_non_null(frame);
	assert_true(frame->head.flags & END_HEADERS);
	count = peer_fields(peer, frame, fields);
	for (size_t i = 0; i < count; i++, expected += 2) {
		assert_non_null(expected[0]);
		assert_str(fields[i].name, expected[0]);
		assert_str(fields[i].value, expected[1]);
	}
	assert_null(expected[0]);
}

#define FIELDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static size_t content_len(const struct peer *peer)
{
	size_t len = 0;

	for (size_t i = 0; i < peer->frame_count; i++)
		if (peer->frames[i].head.type == FRAME_DATA)
			len += peer->frames[i].head.length;
	return len;
}

static void a_response_has_status_date_fields_length_and_content(void **state)
{
	struct peer *peer = *state;
	struct response response = response_of(200, S("{}"));
	const struct peer_frame *data;

	assert_true(response_add(&response, S("Content-Type"), S("application/json")));
	assert_true(response_add(&response, S("ETag"), S("\"1\"")));
	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	assert_true(h2_has_output(peer->h2));
	peer_read(peer);
	assert_false(h2_has_output(peer->h2));
	assert_fields(peer, peer_find(peer, FRAME_HEADERS, 0),
	              FIELDS(":status", "200", "date", DATE, "content-type", "application/json", "etag", "\"1\"",
	                     "content-length", "2"));
	assert_int_equal(peer_find(peer, FRAME_HEADERS, 0)->head.flags & END_STREAM, 0);
	assert_int_equal(peer_find(peer, FRAME_HEADERS, 0)->head.id, 1);
	data = peer_find(peer, FRAME_DATA, 0);
	assert_non_null(data);
	assert_str(data->payload, "{}");
	assert_true(data->head.flags & END_STREAM);
	assert_int_equal(data->head.id, 1);
	assert_int_equal(peer->frame_count, 2);
	assert_true(peer->streams[0].is_sent);
	assert_int_equal(peer->streams[0].sent, 2);
	assert_int_equal(peer->closed, 1);
}

/* Section 8.2.2: fields of the connection are malformed in HTTP/2. */
static void what_is_of_http_1_alone_is_left_out(void **state)
{
	static const char *const names[] = { "Connection", "Keep-Alive", "Transfer-Encoding", "UPGRADE",
		                             "Content-Length", "Date" };
	struct peer *peer = *state;
	struct response response = response_of(200, S("x"));

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_true(response_add(&response, str_from(names[i]), S("77")));
	assert_true(response_add(&response, S("Upgraded"), S("1")));
	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_fields(peer, peer_find(peer, FRAME_HEADERS, 0),
	              FIELDS(":status", "200", "date", DATE, "upgraded", "1", "content-length", "1"));
}

static void as_many_fields_go_as_a_response_can_have(void **state)
{
	struct peer *peer = *state;
	struct response response = response_of(200, S("x"));
	struct peer_field fields[PEER_FIELDS];

	for (int i = 0; i < RESPONSE_FIELDS; i++)
		assert_true(response_add(&response, str_printf(&peer->arena, "X-%d", i),
		                         str_printf(&peer->arena, "%d", i)));
	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_int_equal(peer_fields(peer, peer_find(peer, FRAME_HEADERS, 0), fields), RESPONSE_FIELDS + 3);
	assert_str(fields[RESPONSE_FIELDS + 1].name, "x-31");
	assert_str(fields[RESPONSE_FIELDS + 2].name, "content-length");
}

static void head_gets_the_length_of_get_and_no_content(void **state)
{
	struct peer *peer = *state;
	struct response response = response_of(200, S("{}"));

	peer_ask(peer, 1, "HEAD", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_fields(peer, peer_find(peer, FRAME_HEADERS, 0),
	              FIELDS(":status", "200", "date", DATE, "content-length", "2"));
	assert_true(peer_find(peer, FRAME_HEADERS, 0)->head.flags & END_STREAM);
	assert_null(peer_find(peer, FRAME_DATA, 0));
	assert_int_equal(peer->closed, 1);
}

static void a_response_without_content_ends_with_its_head(void **state)
{
	struct peer *peer = *state;
	struct response response = response_of(204, (struct str){ 0 });

	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_fields(peer, peer_find(peer, FRAME_HEADERS, 0), FIELDS(":status", "204", "date", DATE));
	assert_true(peer_find(peer, FRAME_HEADERS, 0)->head.flags & END_STREAM);
	assert_int_equal(peer->frame_count, 1);
}

static void empty_content_has_a_length_and_no_frame(void **state)
{
	struct peer *peer = *state;
	struct response response = response_of(200, S(""));

	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_fields(peer, peer_find(peer, FRAME_HEADERS, 0),
	              FIELDS(":status", "200", "date", DATE, "content-length", "0"));
	assert_int_equal(peer->frame_count, 1);
}

/* Section 15.2 of RFC 9110: interim, and nothing has ended. */
static void continue_is_interim(void **state)
{
	struct peer *peer = *state;
	struct response response = response_of(204, (struct str){ 0 });

	peer_ask(peer, 1, "POST", NO_FLAGS);
	assert_int_equal(h2_continue(peer->h2, &peer->streams[0]), 0);
	peer_read(peer);
	assert_fields(peer, peer_find(peer, FRAME_HEADERS, 0), FIELDS(":status", "100"));
	assert_int_equal(peer_find(peer, FRAME_HEADERS, 0)->head.flags & END_STREAM, 0);
	assert_false(peer->streams[0].is_sent);
	respond(peer, &response);
	peer_read(peer);
	assert_fields(peer, peer_find(peer, FRAME_HEADERS, 0), FIELDS(":status", "204", "date", DATE));
}

/* ---- Content in pieces ------------------------------------------------------------- */

static struct str long_text(struct peer *peer, size_t len)
{
	char *text = arena_alloc(&peer->arena, len);

	assert_non_null(text);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)('a' + i % 23);
	return str_of(text, len);
}

/* What came is the text from `at` on. */
static void assert_content(const struct peer *peer, struct str text, size_t at)
{
	for (size_t i = 0; i < peer->frame_count; i++) {
		struct str payload = peer->frames[i].payload;

		if (peer->frames[i].head.type != FRAME_DATA)
			continue;
		assert_true(payload.len <= FRAME_LEN_MAX);
		assert_memory_equal(payload.at, text.at + at, payload.len);
		at += payload.len;
	}
}

/* Section 4.2: no frame is longer than its receiver allows; section 6.9.2: nor is there more than its window. */
static void long_content_goes_as_far_as_the_window(void **state)
{
	struct peer *peer = *state;
	struct str text = long_text(peer, FIRST_WINDOW + 10);
	struct response response = response_of(200, text);

	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_int_equal(content_len(peer), FIRST_WINDOW);
	assert_content(peer, text, 0);
	assert_int_equal(peer->streams[0].sent, FIRST_WINDOW);
	assert_false(peer->streams[0].is_sent);
	peer_read(peer);
	assert_int_equal(peer->frame_count, 0);
	peer_send(peer, FRAME_WINDOW_UPDATE, NO_FLAGS, 1, S("\0\0\0\4"));
	peer_send(peer, FRAME_WINDOW_UPDATE, NO_FLAGS, 0, S("\0\0\1\0"));
	peer_read(peer);
	assert_int_equal(content_len(peer), 4);
	assert_content(peer, text, FIRST_WINDOW);
	peer_send(peer, FRAME_WINDOW_UPDATE, NO_FLAGS, 1, S("\0\0\1\0"));
	peer_read(peer);
	assert_int_equal(content_len(peer), 6);
	assert_content(peer, text, FIRST_WINDOW + 4);
	assert_true(peer_find(peer, FRAME_DATA, 0)->head.flags & END_STREAM);
	assert_int_equal(peer->closed, 1);
}

static void a_full_buffer_takes_no_other_frame(void **state)
{
	struct peer *peer = *state;
	struct str text = long_text(peer, 3 * FRAME_LEN_MAX);
	struct response response = response_of(200, text);
	size_t sent = 0;

	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	for (int round = 0; round < 10 && h2_has_output(peer->h2); round++) {
		assert_true(peer_read_some(peer, 1) > 0);
		assert_int_equal(peer->frame_count, 1); /* one frame reached the bound */
		assert_content(peer, text, sent);
		sent += content_len(peer);
	}
	assert_int_equal(sent, text.len);
	assert_true(peer->streams[0].is_sent);
}

static void what_has_no_room_is_not_lost(void **state)
{
	struct peer *peer = *state;
	struct response response = response_of(200, S("x"));

	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	assert_int_equal(peer_read_some(peer, 0), 0);
	assert_true(h2_has_output(peer->h2));
	peer_read(peer);
	assert_non_null(peer_find(peer, FRAME_HEADERS, 0));
	assert_non_null(peer_find(peer, FRAME_DATA, 0));
}

/* ---- Content from a source --------------------------------------------------------- */

struct source {
	struct content_source source;
	struct str text;
	size_t at, piece; /* bytes that are given at once */
	bool has_nothing, fails;
	size_t largest; /* that was asked for */
};

static int read_source(struct content_source *base, char *into, size_t max, size_t *ret_len)
{
	struct source *source = (struct source *)base;
	size_t len = source->text.len - source->at;

	source->largest = max > source->largest ? max : source->largest;
	if (source->fails)
		return STATUTE_ESYSTEM;
	if (source->has_nothing)
		return STATUTE_EAGAIN;
	len = len < source->piece ? len : source->piece;
	len = len < max ? len : max;
	memcpy(into, source->text.at + source->at, len);
	source->at += len;
	*ret_len = len;
	return 0;
}

static struct response from_source(struct source *source, struct str text, uint64_t length, size_t piece)
{
	*source = (struct source){ .source = { .length = length, .read = read_source }, .text = text, .piece = piece };
	return (struct response){ .status = 200, .has_content = true, .source = &source->source };
}

static void content_of_a_known_length_says_it_and_ends_with_it(void **state)
{
	struct peer *peer = *state;
	struct source source;
	struct response response = from_source(&source, S("hello world"), 11, 4);

	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_fields(peer, peer_find(peer, FRAME_HEADERS, 0),
	              FIELDS(":status", "200", "date", DATE, "content-length", "11"));
	assert_int_equal(content_len(peer), 11);
	assert_content(peer, source.text, 0);
	assert_int_equal(peer_find(peer, FRAME_DATA, 1)->head.flags & END_STREAM, 0);
	assert_true(peer_find(peer, FRAME_DATA, 2)->head.flags & END_STREAM);
	assert_null(peer_find(peer, FRAME_DATA, 3));
	assert_int_equal(source.largest, 11); /* no more is read than is to be sent */
	assert_int_equal(peer->closed, 1);
}

static void content_of_an_unknown_length_ends_when_it_ends(void **state)
{
	struct peer *peer = *state;
	struct source source;
	struct response response = from_source(&source, S("hello"), CONTENT_LENGTH_UNKNOWN, 3);

	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_fields(peer, peer_find(peer, FRAME_HEADERS, 0), FIELDS(":status", "200", "date", DATE));
	assert_int_equal(content_len(peer), 5);
	assert_content(peer, source.text, 0);
	assert_true(peer_find(peer, FRAME_DATA, 2)->head.flags & END_STREAM);
	assert_int_equal(peer_find(peer, FRAME_DATA, 2)->head.length, 0);
}

static void a_source_that_has_nothing_now_is_asked_once_it_has(void **state)
{
	struct peer *peer = *state;
	struct source source;
	struct response response = from_source(&source, S("hello"), CONTENT_LENGTH_UNKNOWN, 5);

	source.has_nothing = true;
	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_int_equal(content_len(peer), 0);
	assert_true(peer->streams[0].is_waiting);
	source.has_nothing = false;
	peer_read(peer);
	assert_int_equal(content_len(peer), 0); /* nobody said so yet */
	h2_resume(peer->h2, &peer->streams[0]);
	assert_false(peer->streams[0].is_waiting);
	peer_read(peer);
	assert_int_equal(content_len(peer), 5);
}

static void to_resume_what_does_not_wait_is_nothing(void **state)
{
	struct peer *peer = *state;
	struct source source;
	struct response response = from_source(&source, S("hello"), 5, 5);

	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	h2_resume(peer->h2, &peer->streams[0]);
	peer_read(peer);
	assert_int_equal(content_len(peer), 5);
}

/* Section 8.1.1: a client must not take what it has for the whole. */
static void a_source_that_ends_too_early_takes_its_stream_with_it(void **state)
{
	struct peer *peer = *state;
	struct source source;
	struct response response = from_source(&source, S("hello"), 6, 5);

	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_int_equal(content_len(peer), 5);
	assert_non_null(peer_find(peer, FRAME_RST_STREAM, 0));
	assert_int_equal(peer_number(peer_find(peer, FRAME_RST_STREAM, 0)->payload, 0), H2_INTERNAL_ERROR);
	assert_int_equal(peer_find(peer, FRAME_DATA, 0)->head.flags & END_STREAM, 0);
	assert_int_equal(peer->closed, 1);
	peer_must_go_on(peer);
}

static void so_does_one_that_fails(void **state)
{
	struct peer *peer = *state;
	struct source source;
	struct response response = from_source(&source, S("hello"), CONTENT_LENGTH_UNKNOWN, 5);

	source.fails = true;
	peer_ask(peer, 1, "GET", END_STREAM);
	respond(peer, &response);
	peer_read(peer);
	assert_non_null(peer_find(peer, FRAME_RST_STREAM, 0));
	assert_int_equal(content_len(peer), 0);
	peer_must_go_on(peer);
}

/* ---- The end ----------------------------------------------------------------------- */

static void the_last_word_says_why_and_how_far(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 1, "GET", END_STREAM);
	peer_ask(peer, 0x101, "GET", END_STREAM);
	h2_terminate(peer->h2, H2_PROTOCOL_ERROR);
	assert_true(h2_has_output(peer->h2));
	assert_false(h2_is_over(peer->h2));
	peer_must_end(peer, H2_PROTOCOL_ERROR, 0x101);
	peer_read(peer);
	assert_int_equal(peer->frame_count, 0); /* it is said once */
	peer_ask(peer, 0x103, "GET", END_STREAM);
	assert_int_equal(peer->heads, 2); /* nothing more is read */
}

static void the_first_reason_stays(void **state)
{
	struct peer *peer = *state;

	h2_terminate(peer->h2, H2_ENHANCE_YOUR_CALM);
	h2_terminate(peer->h2, H2_PROTOCOL_ERROR);
	peer_must_end(peer, H2_ENHANCE_YOUR_CALM, 0);
}

static void a_last_stream_of_four_bytes_is_told_whole(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 0x01020305, "GET", END_STREAM);
	h2_terminate(peer->h2, H2_INTERNAL_ERROR);
	peer_must_end(peer, H2_INTERNAL_ERROR, 0x01020305);
}

/* Section 6.8. */
static void what_began_before_draining_is_answered(void **state)
{
	struct peer *peer = *state;
	struct response response = response_of(200, S("x"));
	const struct peer_frame *goaway;

	peer_ask(peer, 1, "GET", END_STREAM);
	h2_drain(peer->h2);
	peer_read(peer);
	goaway = peer_find(peer, FRAME_GOAWAY, 0);
	assert_non_null(goaway);
	assert_int_equal(peer_number(goaway->payload, 0), 1);
	assert_int_equal(peer_number(goaway->payload, 4), H2_NO_ERROR);
	assert_false(h2_is_over(peer->h2));
	respond(peer, &response);
	peer_read(peer);
	assert_int_equal(content_len(peer), 1);
	assert_true(h2_is_over(peer->h2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEER_TEST(a_response_has_status_date_fields_length_and_content),
		PEER_TEST(what_is_of_http_1_alone_is_left_out),
		PEER_TEST(as_many_fields_go_as_a_response_can_have),
		PEER_TEST(head_gets_the_length_of_get_and_no_content),
		PEER_TEST(a_response_without_content_ends_with_its_head),
		PEER_TEST(empty_content_has_a_length_and_no_frame),
		PEER_TEST(continue_is_interim),
		PEER_TEST(long_content_goes_as_far_as_the_window),
		PEER_TEST(a_full_buffer_takes_no_other_frame),
		PEER_TEST(what_has_no_room_is_not_lost),
		PEER_TEST(content_of_a_known_length_says_it_and_ends_with_it),
		PEER_TEST(content_of_an_unknown_length_ends_when_it_ends),
		PEER_TEST(a_source_that_has_nothing_now_is_asked_once_it_has),
		PEER_TEST(to_resume_what_does_not_wait_is_nothing),
		PEER_TEST(a_source_that_ends_too_early_takes_its_stream_with_it),
		PEER_TEST(so_does_one_that_fails),
		PEER_TEST(the_last_word_says_why_and_how_far),
		PEER_TEST(the_first_reason_stays),
		PEER_TEST(a_last_stream_of_four_bytes_is_told_whole),
		PEER_TEST(what_began_before_draining_is_answered),
	};

	return cmocka_run_group_tests_name("wire/h2_write", tests, NULL, NULL);
}
