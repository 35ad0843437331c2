/*
 * Frames as they pass by: what each costs a client (RFC 9113 section 10.5; docs/http2.md has the numbers),
 * and what may not come on a stream that is over (section 5.1).
 */
#include "unit/wire/h2_peer.h"

enum { FRAMES_MAX = 1000, SAID_ALREADY = 2 }; /* the two SETTINGS of peer_start */

static const char zeros[64];

static void send_many(struct peer *peer, unsigned count, unsigned type, unsigned flags, uint32_t id, struct str payload)
{
	for (unsigned i = 0; i < count; i++)
		peer_send(peer, type, flags, id, payload);
}

/* So many cost nothing yet, and the next one ends the connection. */
static void must_cost_one_each(struct peer *peer, unsigned type, unsigned flags, uint32_t id, struct str payload)
{
	for (unsigned i = 0; i < FRAMES_MAX - SAID_ALREADY; i++) {
		peer_send(peer, type, flags, id, payload);
		if (i % 100 == 0)
			peer_must_go_on(peer); /* acknowledgements are taken */
	}
	peer_must_go_on(peer);
	peer_send(peer, type, flags, id, payload);
	peer_must_end(peer, H2_ENHANCE_YOUR_CALM, (int32_t)peer->h2->last);
}

static void pings_cost_one_each(void **state)
{
	must_cost_one_each(*state, FRAME_PING, NO_FLAGS, 0, str_of(zeros, 8));
}

static void answers_to_pings_that_nobody_asked_for_cost_one_each(void **state)
{
	must_cost_one_each(*state, FRAME_PING, ACK, 0, str_of(zeros, 8));
}

static void settings_cost_one_each(void **state)
{
	must_cost_one_each(*state, FRAME_SETTINGS, NO_FLAGS, 0, S(""));
}

static void windows_cost_one_each(void **state)
{
	must_cost_one_each(*state, FRAME_WINDOW_UPDATE, NO_FLAGS, 0, S("\0\0\0\1"));
}

static void priorities_cost_one_each(void **state)
{
	must_cost_one_each(*state, FRAME_PRIORITY, NO_FLAGS, 1, S("\0\0\0\0\1"));
}

static void unknown_frames_cost_one_each(void **state)
{
	must_cost_one_each(*state, FRAME_UNKNOWN, NO_FLAGS, 0, S("x"));
}

static void empty_content_costs_one_each(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 1, "POST", NO_FLAGS);
	must_cost_one_each(peer, FRAME_DATA, NO_FLAGS, 1, S(""));
}

static void the_budget_comes_back_with_time(void **state)
{
	struct peer *peer = *state;

	send_many(peer, FRAMES_MAX - SAID_ALREADY, FRAME_UNKNOWN, NO_FLAGS, 0, S("x"));
	peer->now += 1000;
	send_many(peer, 100, FRAME_UNKNOWN, NO_FLAGS, 0, S("x"));
	peer_must_go_on(peer);
	peer_send(peer, FRAME_UNKNOWN, NO_FLAGS, 0, S("x"));
	peer_must_end(peer, H2_ENHANCE_YOUR_CALM, 0);
}

static void content_costs_nothing(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 1, "POST", NO_FLAGS);
	send_many(peer, 3 * FRAMES_MAX, FRAME_DATA, NO_FLAGS, 1, S("x"));
	peer_must_go_on(peer);
	assert_int_equal(peer->content.len, 3 * FRAMES_MAX);
}

static void an_empty_end_of_content_costs_nothing(void **state)
{
	struct peer *peer = *state;

	send_many(peer, FRAMES_MAX - SAID_ALREADY, FRAME_UNKNOWN, NO_FLAGS, 0, S("x"));
	peer_ask(peer, 1, "POST", NO_FLAGS);
	peer_send(peer, FRAME_DATA, END_STREAM, 1, S(""));
	peer_must_go_on(peer);
	assert_int_equal(peer->ends, 1);
}

/* GOAWAY may be said again (section 6.8), and is the last that most clients say. */
static void a_goodbye_costs_nothing(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 1, "GET", NO_FLAGS);
	send_many(peer, FRAMES_MAX - SAID_ALREADY, FRAME_UNKNOWN, NO_FLAGS, 0, S("x"));
	peer_send(peer, FRAME_GOAWAY, NO_FLAGS, 0, str_of(zeros, 8));
	peer_must_go_on(peer);
}

/* Each of its frames asks for a request, or takes one back, which has a budget of its own. */
static void heads_and_resets_are_none_of_these(void **state)
{
	struct peer *peer = *state;

	send_many(peer, FRAMES_MAX - SAID_ALREADY, FRAME_UNKNOWN, NO_FLAGS, 0, S("x"));
	peer_ask(peer, 1, "GET", END_STREAM);
	peer_send(peer, FRAME_RST_STREAM, NO_FLAGS, 1, S("\0\0\0\10"));
	peer_must_go_on(peer);
	assert_int_equal(peer->heads, 1);
}

/* Section 6.3. */
static void a_priority_is_of_a_stream(void **state)
{
	struct peer *peer = *state;

	peer_send(peer, FRAME_PRIORITY, NO_FLAGS, 0, S("\0\0\0\0\1"));
	peer_must_end(peer, H2_PROTOCOL_ERROR, 0);
}

/* ---- Streams that are over --------------------------------------------------------- */

static void answer(struct peer *peer, struct h2_stream *stream)
{
	const struct response response = { .status = 204 };

	assert_int_equal(h2_respond(peer->h2, stream, &response, S("")), 0);
	peer_read(peer);
}

/* Section 5.1: "closed", by END_STREAM of either side. */
static void content_after_the_end_is_an_error_of_the_connection(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 1, "GET", END_STREAM);
	answer(peer, &peer->streams[0]);
	assert_int_equal(peer->closed, 1);
	peer_send(peer, FRAME_DATA, END_STREAM, 1, S("x"));
	peer_must_end(peer, H2_STREAM_CLOSED, 1);
}

static void a_head_after_the_end_is_one_too(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 1, "GET", END_STREAM);
	answer(peer, &peer->streams[0]);
	peer_ask(peer, 1, "GET", END_STREAM);
	peer_must_end(peer, H2_STREAM_CLOSED, 1);
}

/* Section 5.1.1: a new stream closes those below it that never began. */
static void a_stream_that_was_passed_by_is_over(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 5, "GET", END_STREAM);
	peer_ask(peer, 3, "GET", END_STREAM);
	peer_must_end(peer, H2_STREAM_CLOSED, 5);
	assert_int_equal(peer->heads, 1);
}

static void what_was_on_its_way_to_a_stream_that_was_reset_is_ignored(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 1, "POST", NO_FLAGS);
	h2_reset(peer->h2, &peer->streams[0], H2_CANCEL);
	peer_read(peer);
	assert_int_equal(peer->closed, 1);
	peer_send(peer, FRAME_DATA, NO_FLAGS, 1, S("late"));
	peer_must_go_on(peer);
	assert_int_equal(peer->content.len, 0);
	peer_ask(peer, 3, "GET", END_STREAM);
	assert_int_equal(peer->heads, 2);
}

static void so_it_is_with_each_of_several(void **state)
{
	struct peer *peer = *state;

	for (uint32_t id = 1; id <= 5; id += 2) {
		peer_ask(peer, id, "POST", NO_FLAGS);
		h2_reset(peer->h2, &peer->streams[id / 2], H2_CANCEL);
		peer_read(peer);
	}
	for (uint32_t id = 1; id <= 5; id += 2)
		peer_send(peer, FRAME_DATA, NO_FLAGS, id, S("late"));
	peer_must_go_on(peer);
}

/* Section 6.1. */
static void content_is_of_a_stream(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 1, "GET", END_STREAM);
	peer_send(peer, FRAME_DATA, NO_FLAGS, 0, S("x"));
	peer_read(peer);
	assert_int_equal(peer_number(peer_find(peer, FRAME_GOAWAY, 0)->payload, 4), H2_PROTOCOL_ERROR);
}

static void windows_and_resets_of_streams_that_are_over_are_no_errors(void **state)
{
	struct peer *peer = *state;

	peer_ask(peer, 1, "GET", END_STREAM);
	answer(peer, &peer->streams[0]);
	peer_send(peer, FRAME_WINDOW_UPDATE, NO_FLAGS, 1, S("\0\0\0\1"));
	peer_send(peer, FRAME_RST_STREAM, NO_FLAGS, 1, S("\0\0\0\10"));
	peer_must_go_on(peer);
}

/* ---- Parting frames ---------------------------------------------------------------- */

static void a_frame_is_parted_as_it_says(void **state)
{
	struct peer *peer = *state;
	struct h2 h2 = { .preface_left = 3 };
	char bytes[] = "abc\x00\x01\x02\x20\x81\xff\x01\x02\x03";

	h2_budget_init(&h2.frames, 10, 0);
	h2_count(&h2, str_of(bytes, 3 + 8));
	assert_int_equal(h2.preface_left, 0);
	assert_int_equal(h2.head_len, 8);
	h2_count(&h2, str_of(bytes + 11, 1));
	assert_int_equal(h2.frame.length, 0x0102);
	assert_int_equal(h2.frame.type, 0x20);
	assert_int_equal(h2.frame.flags, 0x81);
	assert_int_equal(h2.frame.id, 0x7f010203); /* without the reserved bit (section 4.1) */
	assert_int_equal(h2.frame_left, 0x0102);
	h2_count(&h2, peer_frame(peer, 0, 0, 0, str_of(zeros, 40)));
	assert_int_equal(h2.frame_left, 0x0102 - 49);
	(void)h2;
}

static void the_length_has_three_bytes(void **state)
{
	struct h2 h2 = { .head_len = 0 };
	static const char bytes[] = "\x01\x02\x03\x20\0\0\0\0\0";

	(void)state;
	h2_budget_init(&h2.frames, 10, 0);
	h2_count(&h2, str_of(bytes, 9));
	assert_int_equal(h2.frame.length, 0x010203);
}

static void whatever_pieces_they_come_in_frames_count_the_same(void **state)
{
	struct peer *peer = *state;
	struct str frames[] = {
		peer_frame(peer, FRAME_UNKNOWN, NO_FLAGS, 0, str_of(zeros, 20)),
		peer_frame(peer, FRAME_HEADERS, END_HEADERS | END_STREAM, 1, peer_block(peer, "GET", "/")),
		peer_frame(peer, FRAME_PING, NO_FLAGS, 0, str_of(zeros, 8)),
	};

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		for (size_t at = 0; at < frames[i].len; at++)
			peer_take(peer, str_sub(frames[i], at, 1));
	peer_must_go_on(peer);
	assert_int_equal(peer->heads, 1);
	assert_non_null(peer_find(peer, FRAME_PING, 0));
	send_many(peer, FRAMES_MAX - SAID_ALREADY - 2, FRAME_UNKNOWN, NO_FLAGS, 0, S(""));
	peer_must_go_on(peer);
	peer_send(peer, FRAME_UNKNOWN, NO_FLAGS, 0, S(""));
	peer_must_end(peer, H2_ENHANCE_YOUR_CALM, 1);
}

/* Section 6.10: nothing else may come until the head is whole, and a client may let it hang. */
static void a_head_is_under_way_until_its_last_frame(void **state)
{
	struct peer *peer = *state;
	struct str block = peer_block(peer, "GET", "/");

	assert_false(h2_is_in_head(peer->h2));
	peer_send(peer, FRAME_HEADERS, END_STREAM, 1, str_sub(block, 0, 10));
	assert_true(h2_is_in_head(peer->h2));
	peer_send(peer, FRAME_CONTINUATION, NO_FLAGS, 1, str_sub(block, 10, 10));
	assert_true(h2_is_in_head(peer->h2));
	peer_send(peer, FRAME_CONTINUATION, END_HEADERS, 1, str_sub(block, 20, block.len));
	assert_false(h2_is_in_head(peer->h2));
	assert_int_equal(peer->heads, 1);
	peer_send(peer, FRAME_PING, NO_FLAGS, 0, str_of(zeros, 8));
	assert_false(h2_is_in_head(peer->h2));
}

static void a_head_of_one_frame_is_under_way_until_its_last_byte(void **state)
{
	struct peer *peer = *state;
	struct str frame = peer_frame(peer, FRAME_HEADERS, END_HEADERS | END_STREAM, 1, peer_block(peer, "GET", "/"));

	peer_take(peer, str_sub(frame, 0, frame.len - 1));
	assert_true(h2_is_in_head(peer->h2));
	peer_take(peer, str_sub(frame, frame.len - 1, 1));
	assert_false(h2_is_in_head(peer->h2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEER_TEST(pings_cost_one_each),
		PEER_TEST(answers_to_pings_that_nobody_asked_for_cost_one_each),
		PEER_TEST(settings_cost_one_each),
		PEER_TEST(windows_cost_one_each),
		PEER_TEST(priorities_cost_one_each),
		PEER_TEST(unknown_frames_cost_one_each),
		PEER_TEST(empty_content_costs_one_each),
		PEER_TEST(the_budget_comes_back_with_time),
		PEER_TEST(content_costs_nothing),
		PEER_TEST(an_empty_end_of_content_costs_nothing),
		PEER_TEST(a_goodbye_costs_nothing),
		PEER_TEST(heads_and_resets_are_none_of_these),
		PEER_TEST(a_priority_is_of_a_stream),
		PEER_TEST(content_after_the_end_is_an_error_of_the_connection),
		PEER_TEST(a_head_after_the_end_is_one_too),
		PEER_TEST(a_stream_that_was_passed_by_is_over),
		PEER_TEST(what_was_on_its_way_to_a_stream_that_was_reset_is_ignored),
		PEER_TEST(so_it_is_with_each_of_several),
		PEER_TEST(content_is_of_a_stream),
		PEER_TEST(windows_and_resets_of_streams_that_are_over_are_no_errors),
		PEER_TEST(a_frame_is_parted_as_it_says),
		PEER_TEST(the_length_has_three_bytes),
		PEER_TEST(whatever_pieces_they_come_in_frames_count_the_same),
		PEER_TEST(a_head_is_under_way_until_its_last_frame),
		PEER_TEST(a_head_of_one_frame_is_under_way_until_its_last_byte),
	};

	return cmocka_run_group_tests_name("wire/h2_count", tests, NULL, NULL);
}
