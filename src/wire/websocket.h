/*
 * WebSocket (RFC 6455) of a server: the handshake's key, frames that a client sends, frames to send.
 * No extension is spoken. No sockets, no clock and no memory: what comes is looked at byte by byte
 * and not kept, but for the 125 bytes of a control frame.
 *
 *	websocket_take ──> MESSAGE, PING, PONG … ──> CLOSE, or FAILED: nothing follows
 *
 * However the bytes are parted, the events are the same. One owner at a time.
 */
#ifndef STATUTE_WIRE_WEBSOCKET_H
#define STATUTE_WIRE_WEBSOCKET_H

#include "base/buf.h"

/* Section 7.4.1, and those that were registered since. */
enum websocket_code {
	WEBSOCKET_NORMAL = 1000,
	WEBSOCKET_GOING_AWAY = 1001,
	WEBSOCKET_PROTOCOL_ERROR = 1002,
	WEBSOCKET_NO_CODE = 1005, /* a close frame that names none; never sent */
	WEBSOCKET_NOT_UTF8 = 1007,
	WEBSOCKET_TOO_BIG = 1009,
	WEBSOCKET_FAILURE = 1011,
	WEBSOCKET_RESTART = 1012,
	WEBSOCKET_TRY_LATER = 1013,
	WEBSOCKET_UNAUTHORIZED = 3000
};

enum websocket_opcode {
	WEBSOCKET_OP_CONTINUATION = 0,
	WEBSOCKET_OP_TEXT = 1,
	WEBSOCKET_OP_BINARY = 2,
	WEBSOCKET_OP_CLOSE = 8,
	WEBSOCKET_OP_PING = 9,
	WEBSOCKET_OP_PONG = 10
};

enum websocket_event {
	WEBSOCKET_MORE,    /* all of it was used, and there is no event */
	WEBSOCKET_MESSAGE, /* a whole message came; what it said was not kept */
	WEBSOCKET_PING,    /* websocket_payload is to be sent back */
	WEBSOCKET_PONG,
	WEBSOCKET_CLOSE,   /* `code` is the client's; the one answer is the same code */
	WEBSOCKET_FAILED   /* `code` is what it is to be closed with */
};

enum { WEBSOCKET_CONTROL_MAX = 125, WEBSOCKET_ACCEPT_LEN = 28 };

/* Where a text of UTF-8 stands whose bytes come one by one; zeroed: at its beginning. */
struct websocket_utf8 {
	uint8_t left;      /* bytes that the character still needs, */
	uint8_t low, high; /* and what the next one may be */
};

struct websocket {
	uint64_t left;        /* bytes of the frame's payload that are to come */
	uint64_t message;     /* bytes of the message so far */
	uint64_t message_max;
	uint16_t code;
	uint8_t head[14];     /* of the frame, as it comes */
	uint8_t head_len, head_need;
	uint8_t mask_at;
	uint8_t control_len;
	bool is_fragmented;   /* a message has begun and not ended */
	bool is_text;         /* and it is this, */
	struct websocket_utf8 utf8; /* which stands here */
	char control[WEBSOCKET_CONTROL_MAX];
};

/* What Sec-WebSocket-Accept says to a key (section 4.2.2). False without memory. */
bool websocket_accept(struct str key, char out[WEBSOCKET_ACCEPT_LEN]);
/* Is it 16 bytes in base64 (section 4.2.1)? */
bool websocket_is_key(struct str key);

/* Messages of more than `message_max` bytes are a failure (1009). */
void websocket_init(struct websocket *websocket, uint64_t message_max);
/* The next event of `input`, and how much of that is done with; after CLOSE and FAILED not again. */
enum websocket_event websocket_take(struct websocket *websocket, struct str input, size_t *ret_used);
/* Of a PING, PONG or CLOSE, until the next call. */
static inline struct str websocket_payload(const struct websocket *websocket)
{
	return str_of(websocket->control, websocket->control_len);
}

/* The head of a whole message, or control frame, whose payload follows. */
void websocket_write_head(struct buf *buf, enum websocket_opcode opcode, size_t len);
/* A close frame; NO_CODE: one that names none. The reason is cut to what fits, and may be empty. */
void websocket_write_close(struct buf *buf, uint16_t code, struct str reason);

#endif
