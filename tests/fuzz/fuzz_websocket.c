/*
 * Frames of WebSocket as a client sends them. Second opinion: a plain decoder that has all of the
 * bytes before it, takes frame by frame by section 5.2 of RFC 6455 and puts messages together
 * before it looks at them. Both tell the same events, and end at the same one for the same reason,
 * however the bytes are parted.
 */
#include "fuzz/fuzz.h"

#include "wire/websocket.h"

enum { MESSAGE_MAX = 300, EVENTS_MAX = 4096 };

struct told {
	struct {
		enum websocket_event event;
		uint16_t code;
		uint8_t payload_len;
		char payload[WEBSOCKET_CONTROL_MAX];
	} list[EVENTS_MAX];
	size_t count;
	bool has_ended;
};

static void tell(struct told *told, enum websocket_event event, uint16_t code, struct str payload)
{
	must(told->count < EVENTS_MAX && payload.len <= WEBSOCKET_CONTROL_MAX);
	told->list[told->count].event = event;
	told->list[told->count].code = code;
	told->list[told->count].payload_len = (uint8_t)payload.len;
	if (payload.len)
		memcpy(told->list[told->count].payload, payload.at, payload.len);
	told->count++;
	told->has_ended |= event == WEBSOCKET_CLOSE || event == WEBSOCKET_FAILED;
}

/* ---- The parser's way ----------------------------------------------------- */

static void parse(struct str bytes, size_t piece, struct told *told)
{
	struct websocket websocket;
	size_t at = 0, used;

	websocket_init(&websocket, MESSAGE_MAX);
	while (at < bytes.len && !told->has_ended) {
		enum websocket_event event = websocket_take(&websocket, str_sub(bytes, at, piece), &used);
		bool has_payload = event == WEBSOCKET_PING || event == WEBSOCKET_PONG || event == WEBSOCKET_CLOSE;
		bool ends = event == WEBSOCKET_CLOSE || event == WEBSOCKET_FAILED;

		must(used && used <= bytes.len - at);
		at += used;
		if (event != WEBSOCKET_MORE)
			tell(told, event, ends ? websocket.code : 0,
			     has_payload ? websocket_payload(&websocket) : (struct str){ 0 });
	}
}

/* ---- The plain decoder ---------------------------------------------------- */

struct frame {
	unsigned opcode, rsv;
	bool is_final, is_masked;
	uint64_t len;
	size_t head; /* bytes of it */
	bool is_longer_than_it_must;
};

static uint8_t byte_at(struct str bytes, size_t at)
{
	return (uint8_t)bytes.at[at];
}

/* False where the head is not whole; its first two bytes are. */
static bool read_head(struct str bytes, struct frame *frame)
{
	unsigned len = byte_at(bytes, 1) & 0x7F;
	size_t more = len == 126 ? 2 : len == 127 ? 8 : 0;

	frame->head = 2 + more + 4;
	if (bytes.len < frame->head)
		return false;
	frame->len = more ? 0 : len;
	for (size_t i = 0; i < more; i++)
		frame->len = frame->len * 256 + byte_at(bytes, 2 + i);
	frame->is_longer_than_it_must = (more == 2 && frame->len < 126) || (more == 8 && frame->len < 65536) ||
	                                frame->len > INT64_MAX;
	return true;
}

static bool is_malformed(const struct frame *frame, unsigned short_len, bool is_within)
{
	bool is_control = frame->opcode >= 8;

	if (frame->rsv || !frame->is_masked)
		return true;
	if ((frame->opcode > 2 && frame->opcode < 8) || frame->opcode > 10)
		return true;
	if (is_control)
		return !frame->is_final || short_len > 125 || (frame->opcode == 8 && short_len == 1);
	return (frame->opcode == 0) != is_within;
}

/* The first bytes of a text: is there a way to go on that makes it UTF-8? */
static bool may_become_utf8(struct str text)
{
	static const char *const ends[] = { "", "\x80", "\xa0", "\x90", "\x80\x80", "\xa0\x80", "\x90\x80",
		                            "\x80\x80\x80", "\x90\x80\x80" };
	char whole[MESSAGE_MAX + 4];

	must(text.len <= MESSAGE_MAX);
	if (text.len)
		memcpy(whole, text.at, text.len);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		memcpy(whole + text.len, ends[i], strlen(ends[i]));
		if (str_is_utf8(str_of(whole, text.len + strlen(ends[i]))))
			return true;
	}
	return false;
}

static bool may_be_sent(unsigned code)
{
	if (code >= 3000)
		return code <= 4999;
	return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

static void close_with(struct told *told, struct str payload)
{
	unsigned code = payload.len ? byte_at(payload, 0) * 256u + byte_at(payload, 1) : WEBSOCKET_NO_CODE;

	if (payload.len && !may_be_sent(code))
		tell(told, WEBSOCKET_FAILED, WEBSOCKET_PROTOCOL_ERROR, (struct str){ 0 });
	else if (payload.len && !str_is_utf8(str_sub(payload, 2, payload.len)))
		tell(told, WEBSOCKET_FAILED, WEBSOCKET_NOT_UTF8, (struct str){ 0 });
	else
		tell(told, WEBSOCKET_CLOSE, (uint16_t)code, payload);
}

static void decode(struct str bytes, struct told *told)
{
	char message[MESSAGE_MAX], payload[MESSAGE_MAX];
	size_t message_len = 0;
	bool is_within = false, is_text = false;

	while (bytes.len >= 2 && !told->has_ended) {
		struct frame frame = { .opcode = byte_at(bytes, 0) & 15u, .rsv = byte_at(bytes, 0) & 0x70u,
			               .is_final = byte_at(bytes, 0) & 0x80u, .is_masked = byte_at(bytes, 1) & 0x80u };
		size_t len;

		if (is_malformed(&frame, byte_at(bytes, 1) & 0x7F, is_within)) {
			tell(told, WEBSOCKET_FAILED, WEBSOCKET_PROTOCOL_ERROR, (struct str){ 0 });
			return;
		}
		if (!read_head(bytes, &frame))
			return;
		if (frame.is_longer_than_it_must) {
			tell(told, WEBSOCKET_FAILED, WEBSOCKET_PROTOCOL_ERROR, (struct str){ 0 });
			return;
		}
		if (frame.opcode == 1 || frame.opcode == 2) {
			message_len = 0;
			is_text = frame.opcode == 1;
		}
		if (frame.opcode < 8 && frame.len > MESSAGE_MAX - message_len) {
			tell(told, WEBSOCKET_FAILED, WEBSOCKET_TOO_BIG, (struct str){ 0 });
			return;
		}
		len = bytes.len - frame.head < frame.len ? bytes.len - frame.head : (size_t)frame.len;
		for (size_t i = 0; i < len; i++)
			payload[i] = (char)(byte_at(bytes, frame.head + i) ^ byte_at(bytes, frame.head - 4 + i % 4));
		if (frame.opcode < 8) {
			memcpy(message + message_len, payload, len);
			message_len += len;
			is_within = !frame.is_final || len < frame.len;
			if (is_text && (is_within ? !may_become_utf8(str_of(message, message_len))
			                          : !str_is_utf8(str_of(message, message_len)))) {
				tell(told, WEBSOCKET_FAILED, WEBSOCKET_NOT_UTF8, (struct str){ 0 });
				return;
			}
		}
		if (len < frame.len)
			return;
		if (frame.opcode == 8)
			close_with(told, str_of(payload, len));
		else if (frame.opcode >= 9)
			tell(told, frame.opcode == 9 ? WEBSOCKET_PING : WEBSOCKET_PONG, 0, str_of(payload, len));
		else if (!is_within)
			tell(told, WEBSOCKET_MESSAGE, 0, (struct str){ 0 });
		bytes = str_sub(bytes, frame.head + len, bytes.len);
	}
}

static void must_be_same(const struct told *a, const struct told *b)
{
	must(a->count == b->count && a->has_ended == b->has_ended);
	for (size_t i = 0; i < a->count; i++) {
		must(a->list[i].event == b->list[i].event && a->list[i].code == b->list[i].code);
		must(str_eq(str_of(a->list[i].payload, a->list[i].payload_len),
		            str_of(b->list[i].payload, b->list[i].payload_len)));
	}
}

static void look_at_key(struct str text)
{
	char accept[WEBSOCKET_ACCEPT_LEN];

	if (websocket_is_key(text))
		must(websocket_accept(text, accept));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct told whole, parted, plain;
	size_t piece = 1 + fuzz_choice(&data, &size) % 7;
	struct str bytes = fuzz_text(data, size);

	whole.count = parted.count = plain.count = 0;
	whole.has_ended = parted.has_ended = plain.has_ended = false;
	if (size <= EVENTS_MAX) {
		parse(bytes, SIZE_MAX, &whole);
		parse(bytes, piece, &parted);
		decode(bytes, &plain);
		must_be_same(&whole, &parted);
		must_be_same(&whole, &plain);
		look_at_key(bytes);
	}
	fuzz_free(bytes);
	return 0;
}
