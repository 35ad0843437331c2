/* Frames of WebSocket, and the key of its handshake: see websocket.h. */
#include "wire/websocket.h"

#include <openssl/evp.h>
#include <string.h>

enum { KEY_LEN = 24, DIGEST_LEN = 20, BYTE_1 = 0x80, LEN_16 = 126, LEN_64 = 127, LEN_8 = 0x7F };

/* ---- The handshake -------------------------------------------------------- */

static int base64_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* 22 digits, the last of which has four bits that say nothing, and two '='. */
bool websocket_is_key(struct str key)
{
	if (key.len != KEY_LEN || !str_ends(key, S("==")))
		return false;
	for (size_t i = 0; i < KEY_LEN - 2; i++)
		if (base64_value(key.at[i]) < 0)
			return false;
	return (base64_value(key.at[KEY_LEN - 3]) & 0x0F) == 0;
}

bool websocket_accept(struct str key, char out[WEBSOCKET_ACCEPT_LEN])
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char digest[DIGEST_LEN], text[WEBSOCKET_ACCEPT_LEN + 1];
	char whole[KEY_LEN + sizeof(guid)];

	if (key.len != KEY_LEN)
		return false;
	memcpy(whole, key.at, KEY_LEN);
	memcpy(whole + KEY_LEN, guid, sizeof(guid) - 1);
	if (EVP_Digest(whole, sizeof(whole) - 1, digest, NULL, EVP_sha1(), NULL) != 1)
		return false;
	EVP_EncodeBlock(text, digest, DIGEST_LEN);
	memcpy(out, text, WEBSOCKET_ACCEPT_LEN);
	return true;
}

/* ---- UTF-8, a byte at a time ---------------------------------------------- */

/* The first byte of a character (Unicode, table 3-7): what may follow it. */
static bool begin_character(struct websocket_utf8 *utf8, uint8_t byte)
{
	*utf8 = (struct websocket_utf8){ .low = 0x80, .high = 0xBF };
	if (byte < 0x80)
		return true;
	if (byte < 0xC2 || byte > 0xF4)
		return false;
	utf8->left = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
	if (byte == 0xE0)
		utf8->low = 0xA0;
	else if (byte == 0xED)
		utf8->high = 0x9F;
	else if (byte == 0xF0)
		utf8->low = 0x90;
	else if (byte == 0xF4)
		utf8->high = 0x8F;
	return true;
}

static bool take_character(struct websocket_utf8 *utf8, uint8_t byte)
{
	if (!utf8->left)
		return begin_character(utf8, byte);
	if (byte < utf8->low || byte > utf8->high)
		return false;
	utf8->low = 0x80;
	utf8->high = 0xBF;
	utf8->left--;
	return true;
}

/* ---- Frames that come ----------------------------------------------------- */

void websocket_init(struct websocket *websocket, uint64_t message_max)
{
	*websocket = (struct websocket){ .message_max = message_max, .head_need = 2 };
}

static enum websocket_event fail(struct websocket *websocket, uint16_t code)
{
	websocket->code = code;
	return WEBSOCKET_FAILED;
}

static uint8_t opcode_of(const struct websocket *websocket)
{
	return websocket->head[0] & 0x0F;
}

static bool is_final(const struct websocket *websocket)
{
	return websocket->head[0] & BYTE_1;
}

static bool is_control(const struct websocket *websocket)
{
	return opcode_of(websocket) >= WEBSOCKET_OP_CLOSE;
}

/* What the first two bytes say (section 5.2), which has to fit what came before (section 5.4). */
static bool may_begin(const struct websocket *websocket)
{
	uint8_t opcode = opcode_of(websocket), len = websocket->head[1] & LEN_8;

	if ((websocket->head[0] & 0x70) || !(websocket->head[1] & BYTE_1))
		return false;
	switch (opcode) {
	case WEBSOCKET_OP_CONTINUATION: return websocket->is_fragmented;
	case WEBSOCKET_OP_TEXT:
	case WEBSOCKET_OP_BINARY: return !websocket->is_fragmented;
	case WEBSOCKET_OP_CLOSE: return is_final(websocket) && len <= WEBSOCKET_CONTROL_MAX && len != 1;
	case WEBSOCKET_OP_PING:
	case WEBSOCKET_OP_PONG: return is_final(websocket) && len <= WEBSOCKET_CONTROL_MAX;
	default: return false;
	}
}

static size_t len_bytes(const struct websocket *websocket)
{
	uint8_t len = websocket->head[1] & LEN_8;

	return len == LEN_16 ? 2 : len == LEN_64 ? 8 : 0;
}

/* The length, written in the fewest bytes; false where it is not. */
static bool read_len(const struct websocket *websocket, uint64_t *ret_len)
{
	size_t bytes = len_bytes(websocket);
	uint64_t len = 0;

	if (!bytes) {
		*ret_len = websocket->head[1] & LEN_8;
		return true;
	}
	for (size_t i = 0; i < bytes; i++)
		len = len << 8 | websocket->head[2 + i];
	*ret_len = len;
	return bytes == 2 ? len >= LEN_16 : len > UINT16_MAX && !(len >> 63);
}

/* The whole head is there. */
static enum websocket_event begin_frame(struct websocket *websocket)
{
	uint64_t len;

	if (!read_len(websocket, &len))
		return fail(websocket, WEBSOCKET_PROTOCOL_ERROR);
	websocket->left = len;
	websocket->mask_at = 0;
	if (is_control(websocket)) {
		websocket->control_len = 0;
		return WEBSOCKET_MORE;
	}
	if (opcode_of(websocket) != WEBSOCKET_OP_CONTINUATION) {
		websocket->message = 0;
		websocket->is_text = opcode_of(websocket) == WEBSOCKET_OP_TEXT;
		websocket->utf8 = (struct websocket_utf8){ 0 };
	}
	websocket->is_fragmented = true;
	if (len > websocket->message_max - websocket->message)
		return fail(websocket, WEBSOCKET_TOO_BIG);
	websocket->message += len;
	return WEBSOCKET_MORE;
}

/* A byte of the head; the rest of it is as long as its beginning says. */
static enum websocket_event take_head(struct websocket *websocket, uint8_t byte)
{
	websocket->head[websocket->head_len++] = byte;
	if (websocket->head_len < websocket->head_need)
		return WEBSOCKET_MORE;
	if (websocket->head_need > 2)
		return begin_frame(websocket);
	if (!may_begin(websocket))
		return fail(websocket, WEBSOCKET_PROTOCOL_ERROR);
	websocket->head_need = (uint8_t)(2 + len_bytes(websocket) + 4);
	return WEBSOCKET_MORE;
}

/* Section 7.4.2: those that anybody may send; the others are the protocol's own, or nobody's. */
static bool is_code(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

static enum websocket_event end_close(struct websocket *websocket)
{
	const unsigned char *at = (const unsigned char *)websocket->control;
	unsigned code = (unsigned)at[0] << 8 | at[1];

	if (!websocket->control_len) {
		websocket->code = WEBSOCKET_NO_CODE;
		return WEBSOCKET_CLOSE;
	}
	if (!is_code(code))
		return fail(websocket, WEBSOCKET_PROTOCOL_ERROR);
	if (!str_is_utf8(str_sub(websocket_payload(websocket), 2, SIZE_MAX)))
		return fail(websocket, WEBSOCKET_NOT_UTF8);
	websocket->code = (uint16_t)code;
	return WEBSOCKET_CLOSE;
}

/* The frame is whole. */
static enum websocket_event end_frame(struct websocket *websocket)
{
	websocket->head_len = 0;
	websocket->head_need = 2;
	switch (opcode_of(websocket)) {
	case WEBSOCKET_OP_CLOSE: return end_close(websocket);
	case WEBSOCKET_OP_PING: return WEBSOCKET_PING;
	case WEBSOCKET_OP_PONG: return WEBSOCKET_PONG;
	default: break;
	}
	if (!is_final(websocket))
		return WEBSOCKET_MORE;
	websocket->is_fragmented = false;
	if (websocket->is_text && websocket->utf8.left)
		return fail(websocket, WEBSOCKET_NOT_UTF8);
	return WEBSOCKET_MESSAGE;
}

/* A byte of the payload; false where it makes the text no text. */
static bool take_byte(struct websocket *websocket, uint8_t byte)
{
	byte ^= websocket->head[websocket->head_len - 4 + websocket->mask_at];
	websocket->mask_at = (websocket->mask_at + 1) & 3;
	websocket->left--;
	if (is_control(websocket))
		websocket->control[websocket->control_len++] = (char)byte;
	else if (websocket->is_text)
		return take_character(&websocket->utf8, byte);
	return true;
}

static bool is_in_head(const struct websocket *websocket)
{
	return websocket->head_need == 2 || websocket->head_len < websocket->head_need;
}

enum websocket_event websocket_take(struct websocket *websocket, struct str input, size_t *ret_used)
{
	enum websocket_event event = WEBSOCKET_MORE;
	size_t at = 0;

	while (event == WEBSOCKET_MORE && at < input.len) {
		uint8_t byte = (uint8_t)input.at[at++];

		if (is_in_head(websocket))
			event = take_head(websocket, byte);
		else if (!take_byte(websocket, byte))
			event = fail(websocket, WEBSOCKET_NOT_UTF8);
		if (event == WEBSOCKET_MORE && !is_in_head(websocket) && !websocket->left)
			event = end_frame(websocket);
	}
	*ret_used = at;
	return event;
}

/* ---- Frames to send ------------------------------------------------------- */

void websocket_write_head(struct buf *buf, enum websocket_opcode opcode, size_t len)
{
	char head[10] = { (char)(BYTE_1 | opcode) };
	size_t bytes = len < LEN_16 ? 0 : len <= UINT16_MAX ? 2 : 8;

	head[1] = (char)(bytes == 0 ? len : bytes == 2 ? LEN_16 : LEN_64);
	for (size_t i = 0; i < bytes; i++)
		head[2 + i] = (char)((uint64_t)len >> 8 * (bytes - 1 - i));
	buf_add(buf, str_of(head, 2 + bytes));
}

/* Not in the midst of a character. */
static struct str cut_reason(struct str reason)
{
	size_t len = reason.len > WEBSOCKET_CONTROL_MAX - 2 ? WEBSOCKET_CONTROL_MAX - 2 : reason.len;

	while (len && len < reason.len && ((unsigned char)reason.at[len] & 0xC0) == 0x80)
		len--;
	return str_sub(reason, 0, len);
}

void websocket_write_close(struct buf *buf, uint16_t code, struct str reason)
{
	const char bytes[2] = { (char)(code >> 8), (char)code };

	if (code == WEBSOCKET_NO_CODE) {
		websocket_write_head(buf, WEBSOCKET_OP_CLOSE, 0);
		return;
	}
	reason = cut_reason(reason);
	websocket_write_head(buf, WEBSOCKET_OP_CLOSE, 2 + reason.len);
	buf_add(buf, str_of(bytes, 2));
	buf_add(buf, reason);
}
