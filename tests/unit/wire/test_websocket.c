#include "unit/test.h"

#include "wire/websocket.h"

enum { MESSAGE_MAX = 1000, BIG = 70000 };

/* What came of some bytes. */
struct heard {
	enum websocket_event last;
	unsigned messages, pings, pongs;
	uint16_t code;
	size_t used;
	char payload[WEBSOCKET_CONTROL_MAX + 1];
};

static void keep_payload(struct heard *heard, const struct websocket *websocket)
{
	struct str payload = websocket_payload(websocket);

	memcpy(heard->payload, payload.at, payload.len);
	heard->payload[payload.len] = '\0';
}

/* True where it goes on. */
static bool hear(struct heard *heard, const struct websocket *websocket, enum websocket_event event)
{
	heard->last = event;
	heard->messages += event == WEBSOCKET_MESSAGE;
	heard->pings += event == WEBSOCKET_PING;
	heard->pongs += event == WEBSOCKET_PONG;
	if (event == WEBSOCKET_PING || event == WEBSOCKET_PONG || event == WEBSOCKET_CLOSE)
		keep_payload(heard, websocket);
	heard->code = websocket->code;
	return event != WEBSOCKET_CLOSE && event != WEBSOCKET_FAILED;
}

static struct heard take_in_pieces(struct str bytes, size_t piece)
{
	struct heard heard = { .last = WEBSOCKET_MORE };
	struct websocket websocket;

	websocket_init(&websocket, MESSAGE_MAX);
	while (heard.used < bytes.len) {
		size_t used = 0;
		enum websocket_event event = websocket_take(&websocket, str_sub(bytes, heard.used, piece), &used);

		assert_true(used > 0);
		heard.used += used;
		if (event != WEBSOCKET_MORE && !hear(&heard, &websocket, event))
			break;
	}
	return heard;
}

/* Whole, byte by byte, and in pieces of three: the same each time. */
static struct heard take(struct str bytes)
{
	struct heard whole = take_in_pieces(bytes, SIZE_MAX), parted;

	for (size_t piece = 1; piece <= 3; piece += 2) {
		parted = take_in_pieces(bytes, piece);
		assert_int_equal(parted.last, whole.last);
		assert_int_equal(parted.messages, whole.messages);
		assert_int_equal(parted.pings, whole.pings);
		assert_int_equal(parted.pongs, whole.pongs);
		assert_int_equal(parted.code, whole.code);
		assert_int_equal(parted.used, whole.used);
		assert_string_equal(parted.payload, whole.payload);
	}
	return whole;
}

/* A frame as a client sends it; `first` is FIN, RSV and the opcode. */
static void add_frame(struct buf *buf, unsigned char first, struct str payload)
{
	static const unsigned char mask[4] = { 0x37, 0xFA, 0x21, 0x3D };
	size_t at = buf->len;

	websocket_write_head(buf, WEBSOCKET_OP_TEXT, payload.len);
	assert_false(buf->failed);
	buf->at[at] = (char)first;
	buf->at[at + 1] = (char)((unsigned char)buf->at[at + 1] | 0x80);
	buf_add(buf, str_of((const char *)mask, 4));
	for (size_t i = 0; i < payload.len; i++)
		buf_add_char(buf, (char)((unsigned char)payload.at[i] ^ mask[i % 4]));
}

static struct heard take_frame(unsigned char first, struct str payload)
{
	struct heard heard;
	struct buf buf;

	buf_init(&buf, NULL, 1 << 20);
	add_frame(&buf, first, payload);
	heard = take(buf_str(&buf));
	buf_done(&buf);
	return heard;
}

static void assert_fails(struct heard heard, uint16_t code)
{
	assert_int_equal(heard.last, WEBSOCKET_FAILED);
	assert_int_equal(heard.code, code);
}

static void the_examples_of_rfc_6455_are_read(void **state)
{
	struct heard heard = take(S("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));

	(void)state;
	assert_int_equal(heard.messages, 1);
	heard = take(S("\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
	assert_int_equal(heard.pings, 1);
	assert_string_equal(heard.payload, "Hello");
	heard = take(S("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
	assert_int_equal(heard.pongs, 1);
}

static void the_key_of_rfc_6455_is_answered(void **state)
{
	char accept[WEBSOCKET_ACCEPT_LEN];

	(void)state;
	assert_true(websocket_accept(S("dGhlIHNhbXBsZSBub25jZQ=="), accept));
	assert_true(str_eq(str_of(accept, sizeof(accept)), S("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
	assert_false(websocket_accept(S("short"), accept));
}

static void a_key_is_sixteen_bytes_in_base64(void **state)
{
	(void)state;
	assert_true(websocket_is_key(S("dGhlIHNhbXBsZSBub25jZQ==")));
	assert_true(websocket_is_key(S("AAAAAAAAAAAAAAAAAAAAAA==")));
	assert_true(websocket_is_key(S("/+/+/+/+/+/+/+/+/+/+/w==")));
	assert_false(websocket_is_key(S("")));
	assert_false(websocket_is_key(S("dGhlIHNhbXBsZSBub25jZQ=")));
	assert_false(websocket_is_key(S("dGhlIHNhbXBsZSBub25jZQ")));
	assert_false(websocket_is_key(S("dGhlIHNhbXBsZSBub25jZR=="))); /* bits that say nothing say something */
	assert_false(websocket_is_key(S("dGhlIHNhbXBsZSBub25jZQAA")));
	assert_false(websocket_is_key(S("dGhlIHNhbXBsZSBub25-ZQ==")));
	assert_false(websocket_is_key(S("dGhlIHNhbXBsZSBub25jZSBsb25nZXI=")));
}

static void a_message_in_fragments_is_one(void **state)
{
	struct heard heard;
	struct buf buf;

	(void)state;
	buf_init(&buf, NULL, 1 << 20);
	add_frame(&buf, 0x01, S("Hel"));
	add_frame(&buf, 0x89, S("between"));
	add_frame(&buf, 0x00, S(""));
	add_frame(&buf, 0x80, S("lo"));
	add_frame(&buf, 0x82, S("\xff\xfe"));
	heard = take(buf_str(&buf));
	assert_int_equal(heard.messages, 2);
	assert_int_equal(heard.pings, 1);
	assert_string_equal(heard.payload, "between");
	buf_done(&buf);
}

static void what_does_not_follow_is_a_protocol_error(void **state)
{
	struct buf buf;

	(void)state;
	assert_fails(take_frame(0x80, S("a")), WEBSOCKET_PROTOCOL_ERROR); /* continues nothing */
	buf_init(&buf, NULL, 1 << 20);
	add_frame(&buf, 0x01, S("a"));
	add_frame(&buf, 0x81, S("b")); /* begins within another */
	assert_fails(take(buf_str(&buf)), WEBSOCKET_PROTOCOL_ERROR);
	buf_done(&buf);
}

static void bits_and_opcodes_that_mean_nothing_are_protocol_errors(void **state)
{
	static const unsigned char firsts[] = { 0xC1, 0xA1, 0x91, 0x83, 0x87, 0x8B, 0x8F };

	(void)state;
	for (size_t i = 0; i < sizeof(firsts); i++)
		assert_fails(take_frame(firsts[i], S("a")), WEBSOCKET_PROTOCOL_ERROR);
}

static void frames_without_a_mask_are_protocol_errors(void **state)
{
	(void)state;
	assert_fails(take(S("\x81\x05Hello")), WEBSOCKET_PROTOCOL_ERROR);
	assert_int_equal(take(S("\x81\x05Hello")).used, 2);
}

static void control_frames_are_short_and_whole(void **state)
{
	char long_payload[126];

	(void)state;
	memset(long_payload, 'a', sizeof(long_payload));
	assert_int_equal(take_frame(0x89, str_of(long_payload, 125)).pings, 1);
	assert_fails(take_frame(0x89, str_of(long_payload, 126)), WEBSOCKET_PROTOCOL_ERROR);
	assert_fails(take_frame(0x88, str_of(long_payload, 126)), WEBSOCKET_PROTOCOL_ERROR);
	assert_fails(take_frame(0x09, S("a")), WEBSOCKET_PROTOCOL_ERROR);
	assert_fails(take_frame(0x0A, S("a")), WEBSOCKET_PROTOCOL_ERROR);
	assert_fails(take_frame(0x08, S("")), WEBSOCKET_PROTOCOL_ERROR);
}

static void lengths_are_written_in_the_fewest_bytes(void **state)
{
	(void)state;
	assert_fails(take(S("\x82\xfe\x00\x7d" "maskaaa")), WEBSOCKET_PROTOCOL_ERROR);
	assert_fails(take(S("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff" "maskaaa")), WEBSOCKET_PROTOCOL_ERROR);
	assert_fails(take(S("\x82\xff\x80\x00\x00\x00\x00\x01\x00\x00" "maskaaa")), WEBSOCKET_PROTOCOL_ERROR);
}

static void a_message_beyond_the_bound_is_refused_at_its_head(void **state)
{
	char *big = calloc(1, BIG);
	struct heard heard;
	struct buf buf;

	(void)state;
	assert_non_null(big);
	assert_int_equal(take_frame(0x82, str_of(big, MESSAGE_MAX)).messages, 1);
	heard = take_frame(0x82, str_of(big, MESSAGE_MAX + 1));
	assert_fails(heard, WEBSOCKET_TOO_BIG);
	assert_int_equal(heard.used, 8);
	heard = take_frame(0x82, str_of(big, BIG));
	assert_fails(heard, WEBSOCKET_TOO_BIG);
	assert_int_equal(heard.used, 14);
	assert_fails(take(S("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff" "mask")), WEBSOCKET_TOO_BIG);
	buf_init(&buf, NULL, 1 << 20);
	add_frame(&buf, 0x02, str_of(big, MESSAGE_MAX));
	add_frame(&buf, 0x80, S("a"));
	assert_fails(take(buf_str(&buf)), WEBSOCKET_TOO_BIG);
	buf_done(&buf);
	free(big);
}

static void a_text_is_utf8_over_all_its_fragments(void **state)
{
	struct buf buf;

	(void)state;
	assert_int_equal(take_frame(0x81, S("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\x9f\xbf \xf4\x8f\xbf\xbf")).messages, 1);
	assert_int_equal(take_frame(0x82, S("\xff")).messages, 1);
	assert_fails(take_frame(0x81, S("\xff")), WEBSOCKET_NOT_UTF8);
	assert_fails(take_frame(0x81, S("\x80")), WEBSOCKET_NOT_UTF8);
	assert_fails(take_frame(0x81, S("\xc0\x80")), WEBSOCKET_NOT_UTF8);
	assert_fails(take_frame(0x81, S("\xe0\x9f\x80")), WEBSOCKET_NOT_UTF8);
	assert_fails(take_frame(0x81, S("\xed\xa0\x80")), WEBSOCKET_NOT_UTF8); /* a surrogate */
	assert_fails(take_frame(0x81, S("\xf0\x8f\x80\x80")), WEBSOCKET_NOT_UTF8);
	assert_fails(take_frame(0x81, S("\xf4\x90\x80\x80")), WEBSOCKET_NOT_UTF8);
	assert_fails(take_frame(0x81, S("\xf5\x80\x80\x80")), WEBSOCKET_NOT_UTF8);
	assert_fails(take_frame(0x81, S("\xe2\x82")), WEBSOCKET_NOT_UTF8); /* ends within a character */
	buf_init(&buf, NULL, 1 << 20);
	add_frame(&buf, 0x01, S("\xe2"));
	add_frame(&buf, 0x00, S("\x82"));
	add_frame(&buf, 0x80, S("\xac"));
	assert_int_equal(take(buf_str(&buf)).messages, 1);
	buf_done(&buf);
}

static void a_close_says_why(void **state)
{
	struct heard heard = take_frame(0x88, S("\x03\xe9" "bye"));

	(void)state;
	assert_int_equal(heard.last, WEBSOCKET_CLOSE);
	assert_int_equal(heard.code, WEBSOCKET_GOING_AWAY);
	heard = take_frame(0x88, S(""));
	assert_int_equal(heard.last, WEBSOCKET_CLOSE);
	assert_int_equal(heard.code, WEBSOCKET_NO_CODE);
	assert_fails(take_frame(0x88, S("\x03")), WEBSOCKET_PROTOCOL_ERROR);
	assert_fails(take_frame(0x88, S("\x03\xe8\xff")), WEBSOCKET_NOT_UTF8);
}

static void codes_that_nobody_may_send_are_protocol_errors(void **state)
{
	static const unsigned good[] = { 1000, 1003, 1007, 1011, 1014, 3000, 4999 };
	static const unsigned bad[] = { 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		const char payload[2] = { (char)(good[i] >> 8), (char)good[i] };
		struct heard heard = take_frame(0x88, str_of(payload, 2));

		assert_int_equal(heard.last, WEBSOCKET_CLOSE);
		assert_int_equal(heard.code, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char payload[2] = { (char)(bad[i] >> 8), (char)bad[i] };

		assert_fails(take_frame(0x88, str_of(payload, 2)), WEBSOCKET_PROTOCOL_ERROR);
	}
}

static void heads_have_the_length_that_follows(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, NULL, 1 << 20);
	websocket_write_head(&buf, WEBSOCKET_OP_TEXT, 125);
	websocket_write_head(&buf, WEBSOCKET_OP_PING, 0);
	websocket_write_head(&buf, WEBSOCKET_OP_TEXT, 126);
	websocket_write_head(&buf, WEBSOCKET_OP_TEXT, 65535);
	websocket_write_head(&buf, WEBSOCKET_OP_TEXT, 65536);
	assert_true(str_eq(buf_str(&buf), S("\x81\x7d\x89\x00\x81\x7e\x00\x7e\x81\x7e\xff\xff"
	                                    "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00")));
	buf_done(&buf);
}

static void a_close_frame_has_a_reason_that_fits(void **state)
{
	char reason[200];
	struct buf buf;

	(void)state;
	buf_init(&buf, NULL, 1 << 20);
	websocket_write_close(&buf, WEBSOCKET_NORMAL, S("bye"));
	websocket_write_close(&buf, WEBSOCKET_NO_CODE, S("never said"));
	assert_true(str_eq(buf_str(&buf), S("\x88\x05\x03\xe8" "bye\x88\x00")));
	buf_reset(&buf);
	memset(reason, 'a', sizeof(reason));
	memcpy(reason + 122, "\xc3\xa9", 2); /* would be cut in two */
	websocket_write_close(&buf, WEBSOCKET_GOING_AWAY, str_of(reason, sizeof(reason)));
	assert_int_equal(buf.len, 2 + 2 + 122);
	assert_int_equal((unsigned char)buf.at[1], 2 + 122);
	buf_done(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_rfc_6455_are_read),
		cmocka_unit_test(the_key_of_rfc_6455_is_answered),
		cmocka_unit_test(a_key_is_sixteen_bytes_in_base64),
		cmocka_unit_test(a_message_in_fragments_is_one),
		cmocka_unit_test(what_does_not_follow_is_a_protocol_error),
		cmocka_unit_test(bits_and_opcodes_that_mean_nothing_are_protocol_errors),
		cmocka_unit_test(frames_without_a_mask_are_protocol_errors),
		cmocka_unit_test(control_frames_are_short_and_whole),
		cmocka_unit_test(lengths_are_written_in_the_fewest_bytes),
		cmocka_unit_test(a_message_beyond_the_bound_is_refused_at_its_head),
		cmocka_unit_test(a_text_is_utf8_over_all_its_fragments),
		cmocka_unit_test(a_close_says_why),
		cmocka_unit_test(codes_that_nobody_may_send_are_protocol_errors),
		cmocka_unit_test(heads_have_the_length_that_follows),
		cmocka_unit_test(a_close_frame_has_a_reason_that_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
