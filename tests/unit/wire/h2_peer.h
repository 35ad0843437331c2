/*
 * Both ends of a connection of HTTP/2, without sockets: a server (struct h2) with an owner that keeps what
 * it is told, and the frames that go either way, as bytes. The client's side of HPACK is nghttp2's.
 */
#ifndef STATUTE_TEST_WIRE_H2_PEER_H
#define STATUTE_TEST_WIRE_H2_PEER_H

#include "unit/test.h"
#include "wire/h2_parts.h"

enum { PEER_STREAMS = 8, PEER_FRAMES = 4096, PEER_FIELDS = 40, NO_FLAGS = 0 };
enum { FRAME_DATA, FRAME_HEADERS, FRAME_PRIORITY, FRAME_RST_STREAM, FRAME_SETTINGS, FRAME_PUSH_PROMISE, FRAME_PING,
       FRAME_GOAWAY, FRAME_WINDOW_UPDATE, FRAME_CONTINUATION, FRAME_UNKNOWN = 0x20 };
enum { END_STREAM = 0x1, ACK = 0x1, END_HEADERS = 0x4 };

/* A frame that the server sent. */
struct peer_frame {
	struct h2_frame head;
	struct str payload;
};

struct peer_field {
	struct str name, value;
};

struct peer {
	struct h2 *h2;
	struct arena arena;
	struct h1_limits limits;
	struct h2_stream streams[PEER_STREAMS];
	struct request requests[PEER_STREAMS];
	size_t begun, heads, ends, closed;
	struct buf content;      /* that came, of all streams */
	nghttp2_hd_inflater *inflater;
	struct peer_frame frames[PEER_FRAMES]; /* that the last peer_read found */
	size_t frame_count;
	uint64_t now;
};

static inline struct h2_stream *peer_begin(void *owner)
{
	struct peer *peer = owner;
	struct h2_stream *stream;

	if (peer->begun == PEER_STREAMS)
		return NULL;
	stream = &peer->streams[peer->begun];
	*stream = (struct h2_stream){ .arena = &peer->arena, .request = &peer->requests[peer->begun], .owner = peer };
	peer->begun++;
	return stream;
}

static inline void peer_head(void *owner, struct h2_stream *stream)
{
	(void)stream;
	((struct peer *)owner)->heads++;
}

static inline void peer_content(void *owner, struct h2_stream *stream, struct str piece)
{
	struct peer *peer = owner;

	buf_add(&peer->content, piece);
	h2_consume(peer->h2, stream, piece.len);
}

static inline void peer_end(void *owner, struct h2_stream *stream)
{
	(void)stream;
	((struct peer *)owner)->ends++;
}

static inline void peer_closed(void *owner, struct h2_stream *stream)
{
	(void)stream;
	((struct peer *)owner)->closed++;
}

static const struct h2_events peer_events = { peer_begin, peer_head, peer_content, peer_end, peer_closed };

static inline void peer_take(struct peer *peer, struct str bytes)
{
	h2_take(peer->h2, bytes, peer->now);
}

/* What a frame is as bytes (RFC 9113 section 4.1). */
static inline struct str peer_frame(struct peer *peer, unsigned type, unsigned flags, uint32_t id, struct str payload)
{
	const char head[] = {
		(char)(payload.len >> 16), (char)(payload.len >> 8), (char)payload.len, (char)type, (char)flags,
		(char)(id >> 24), (char)(id >> 16), (char)(id >> 8), (char)id,
	};
	struct buf buf;

	buf_init(&buf, &peer->arena, 1 << 24);
	buf_add(&buf, str_of(head, sizeof(head)));
	buf_add(&buf, payload);
	assert_false(buf.failed);
	return buf_str(&buf);
}

static inline void peer_send(struct peer *peer, unsigned type, unsigned flags, uint32_t id, struct str payload)
{
	peer_take(peer, peer_frame(peer, type, flags, id, payload));
}

/* A literal without indexing (RFC 7541 section 6.2.2); each text shorter than 127. */
static inline void peer_add_field(struct buf *block, const char *name, const char *value)
{
	buf_add_char(block, 0);
	buf_add_char(block, (char)strlen(name));
	buf_add(block, str_from(name));
	buf_add_char(block, (char)strlen(value));
	buf_add(block, str_from(value));
}

static inline struct str peer_block(struct peer *peer, const char *method, const char *path)
{
	struct buf block;

	buf_init(&block, &peer->arena, 1 << 16);
	peer_add_field(&block, ":method", method);
	peer_add_field(&block, ":scheme", "http");
	peer_add_field(&block, ":path", path);
	peer_add_field(&block, ":authority", "t");
	return buf_str(&block);
}

static inline void peer_ask(struct peer *peer, uint32_t id, const char *method, unsigned flags)
{
	peer_send(peer, FRAME_HEADERS, flags | END_HEADERS, id, peer_block(peer, method, "/"));
}

static inline struct h2_frame peer_read_head(const char *at)
{
	const uint8_t *head = (const uint8_t *)at;

	return (struct h2_frame){
		.length = (uint32_t)head[0] << 16 | (uint32_t)head[1] << 8 | head[2],
		.type = head[3],
		.flags = head[4],
		.id = (int32_t)((uint32_t)head[5] << 24 | (uint32_t)head[6] << 16 | (uint32_t)head[7] << 8 | head[8]),
	};
}

/* What the server has to say, up to `max` bytes, parted into whole frames. Returns how many bytes came. */
static inline size_t peer_read_some(struct peer *peer, size_t max)
{
	struct str rest;
	struct buf out;

	buf_init(&out, &peer->arena, 1 << 24);
	h2_write(peer->h2, &out, max);
	assert_false(out.failed);
	peer->frame_count = 0;
	for (rest = buf_str(&out); rest.len;) {
		struct peer_frame *frame = &peer->frames[peer->frame_count++];

		assert_true(rest.len >= H2_FRAME_HEAD && peer->frame_count < PEER_FRAMES);
		frame->head = peer_read_head(rest.at);
		assert_true(rest.len >= H2_FRAME_HEAD + frame->head.length);
		frame->payload = str_sub(rest, H2_FRAME_HEAD, frame->head.length);
		rest = str_sub(rest, H2_FRAME_HEAD + frame->head.length, rest.len);
	}
	return out.len;
}

static inline void peer_read(struct peer *peer)
{
	peer_read_some(peer, SIZE_MAX);
}

/* The n-th frame of a type that was read last; NULL: there are fewer. */
static inline const struct peer_frame *peer_find(const struct peer *peer, unsigned type, size_t n)
{
	for (size_t i = 0; i < peer->frame_count; i++)
		if (peer->frames[i].head.type == type && n-- == 0)
			return &peer->frames[i];
	return NULL;
}

static inline uint32_t peer_number(struct str payload, size_t at)
{
	const uint8_t *bytes = (const uint8_t *)payload.at + at;

	assert_true(payload.len >= at + 4);
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The fields of a HEADERS frame; returns how many. */
static inline size_t peer_fields(struct peer *peer, const struct peer_frame *frame, struct peer_field *ret_fields)
{
	const uint8_t *at = (const uint8_t *)frame->payload.at;
	size_t left = frame->payload.len, count = 0;
	int flags = 0;

	while (!(flags & NGHTTP2_HD_INFLATE_FINAL)) {
		nghttp2_nv field;
		ssize_t used = nghttp2_hd_inflate_hd2(peer->inflater, &field, &flags, at, left, 1);

		assert_true(used >= 0);
		at += used;
		left -= (size_t)used;
		if (!(flags & NGHTTP2_HD_INFLATE_EMIT))
			continue;
		assert_true(count < PEER_FIELDS);
		ret_fields[count++] = (struct peer_field){
			str_dup(&peer->arena, str_of((const char *)field.name, field.namelen)),
			str_dup(&peer->arena, str_of((const char *)field.value, field.valuelen)),
		};
	}
	assert_int_equal(nghttp2_hd_inflate_end_headers(peer->inflater), 0);
	return count;
}

/* The one word with which a connection ends: why, and what was begun. */
static inline void peer_must_end(struct peer *peer, enum h2_error error, int32_t last)
{
	const struct peer_frame *goaway;

	peer_read(peer);
	goaway = peer_find(peer, FRAME_GOAWAY, 0);
	assert_non_null(goaway);
	assert_ptr_equal(goaway, &peer->frames[peer->frame_count - 1]);
	assert_int_equal(goaway->head.id, 0);
	assert_int_equal(goaway->head.length, 8);
	assert_int_equal(peer_number(goaway->payload, 0), last);
	assert_int_equal(peer_number(goaway->payload, 4), error);
	assert_true(h2_is_over(peer->h2));
	assert_false(h2_has_output(peer->h2));
}

static inline void peer_must_go_on(struct peer *peer)
{
	peer_read(peer);
	assert_null(peer_find(peer, FRAME_GOAWAY, 0));
	assert_false(h2_is_over(peer->h2));
}

/* A server that has not heard anything. */
static inline int peer_start_silent(void **state)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return -1;
	arena_init(&peer->arena, 1 << 16, 256 << 20);
	buf_init(&peer->content, &peer->arena, 1 << 24);
	peer->limits = h1_limits_default;
	peer->now = 1000;
	assert_int_equal(nghttp2_hd_inflate_new(&peer->inflater), 0);
	assert_int_equal(h2_new(&peer->limits, PEER_STREAMS, &peer_events, peer, &peer->h2), 0);
	*state = peer;
	return 0;
}

/* One that has read the preface and an empty SETTINGS, and whose own first words were read. */
static inline int peer_start(void **state)
{
	struct peer *peer;

	if (peer_start_silent(state) < 0)
		return -1;
	peer = *state;
	peer_take(peer, H2_PREFACE);
	peer_send(peer, FRAME_SETTINGS, NO_FLAGS, 0, S(""));
	peer_send(peer, FRAME_SETTINGS, ACK, 0, S(""));
	peer_read(peer);
	return 0;
}

static inline int peer_stop(void **state)
{
	struct peer *peer = *state;

	h2_free(peer->h2);
	nghttp2_hd_inflate_del(peer->inflater);
	arena_done(&peer->arena);
	free(peer);
	return 0;
}

#define PEER_TEST(name) cmocka_unit_test_setup_teardown(name, peer_start, peer_stop)

#endif
