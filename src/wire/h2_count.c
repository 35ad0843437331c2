/*
 * The frames of a client as they pass by, before nghttp2 sees them: there are some that it
 * forgets without a word, and each costs something. Only their heads are looked at (RFC 9113
 * section 4.1).
 */
#include "wire/h2_parts.h"

/* Does it ask for nothing? RST_STREAM has a budget of its own. */
static bool is_idle(const struct h2_frame *frame)
{
	switch (frame->type) {
	case NGHTTP2_HEADERS:
	case NGHTTP2_RST_STREAM:
	case NGHTTP2_GOAWAY:
		return false;
	case NGHTTP2_DATA:
		return !frame->length && !(frame->flags & NGHTTP2_FLAG_END_STREAM);
	default:
		return true;
	}
}

static bool was_reset(const struct h2 *h2, int32_t id)
{
	for (size_t i = 0; i < H2_RESET_KEPT; i++)
		if (h2->reset[i] == id)
			return true;
	return false;
}

/* Content or a head on a stream that its client ended, or passed by (sections 5.1 and 5.1.1). */
static bool is_beyond_end(const struct h2 *h2, const struct h2_frame *frame)
{
	if (frame->type != NGHTTP2_DATA && frame->type != NGHTTP2_HEADERS)
		return false;
	return frame->id > 0 && frame->id <= h2->last && !nghttp2_session_find_stream(h2->session, frame->id) &&
	       !was_reset(h2, frame->id);
}

static bool is_of_head(const struct h2_frame *frame)
{
	return frame->type == NGHTTP2_HEADERS || frame->type == NGHTTP2_CONTINUATION;
}

static void count(struct h2 *h2, const struct h2_frame *frame)
{
	if (is_idle(frame))
		h2_spend(h2, &h2->frames, 1);
	if (is_beyond_end(h2, frame))
		h2_terminate(h2, H2_STREAM_CLOSED);
	if (frame->type == NGHTTP2_PRIORITY && !frame->id)
		h2_terminate(h2, H2_PROTOCOL_ERROR); /* section 6.3: nghttp2 does not look at priorities */
	if (is_of_head(frame))
		h2->is_in_head = true;
}

static void finish_frame(struct h2 *h2, const struct h2_frame *frame)
{
	if (is_of_head(frame) && (frame->flags & NGHTTP2_FLAG_END_HEADERS))
		h2->is_in_head = false;
	h2->head_len = 0;
}

static void read_head(struct h2 *h2)
{
	const uint8_t *head = h2->head;

	h2->frame = (struct h2_frame){
		.length = (uint32_t)head[0] << 16 | (uint32_t)head[1] << 8 | head[2],
		.type = head[3],
		.flags = head[4],
		.id = (int32_t)((uint32_t)(head[5] & 0x7f) << 24 | (uint32_t)head[6] << 16 |
	                        (uint32_t)head[7] << 8 | head[8]),
	};
	h2->frame_left = h2->frame.length;
	count(h2, &h2->frame);
}

/* Passes by some of the input that has an end: the preface or what is in a frame. */
static struct str pass(struct str input, size_t *left)
{
	size_t len = *left < input.len ? *left : input.len;

	*left -= len;
	return str_sub(input, len, input.len);
}

void h2_count(struct h2 *h2, struct str input)
{
	input = pass(input, &h2->preface_left);
	while (input.len && !h2->has_failed) {
		if (h2->head_len < H2_FRAME_HEAD) {
			h2->head[h2->head_len++] = (uint8_t)input.at[0];
			input = str_sub(input, 1, input.len);
			if (h2->head_len == H2_FRAME_HEAD)
				read_head(h2);
		} else {
			input = pass(input, &h2->frame_left);
		}
		if (h2->head_len == H2_FRAME_HEAD && !h2->frame_left)
			finish_frame(h2, &h2->frame);
	}
}
