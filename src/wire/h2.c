/*
 * The life of an HTTP/2 connection and its streams: see h2.h. What nghttp2 calls back is
 * counted here before it means anything.
 */
#include "wire/h2_parts.h"

#include <stdlib.h>

enum {
	FRAMES_MAX = 1000, FRAMES_PER_SECOND = 100,
	FRAMES_PER_ANSWER = 4, /* a client may send so many about each frame of an answer */
	RESETS_MAX = 256, RESETS_PER_SECOND = 32,
	BLAME = 8,             /* resets, of which one is worth so many */
	HEAD_FACTOR = 16,      /* heads of so many times what is allowed are no mistake */
	ACKS_MAX = 256,        /* answers to PING and SETTINGS that were not taken */
	CONTINUATIONS_MAX = 8,
	CONNECTION_WINDOW = 1024 * 1024
};

void h2_spend(struct h2 *h2, struct h2_budget *budget, uint32_t amount)
{
	if (!h2_budget_spend(budget, amount, h2->now))
		h2_terminate(h2, H2_ENHANCE_YOUR_CALM);
}

static struct h2_stream *stream_of(struct h2 *h2, int32_t id)
{
	struct h2_stream *stream = nghttp2_session_get_stream_user_data(h2->session, id);

	return stream && !stream->is_dropped ? stream : NULL;
}

/* Nothing is said of it any more, and its end is the wire's matter. */
static void drop(struct h2 *h2, struct h2_stream *stream, uint32_t error)
{
	stream->is_dropped = true;
	nghttp2_submit_rst_stream(h2->session, NGHTTP2_FLAG_NONE, stream->id, error);
}

/* ---- What came ------------------------------------------------------------ */

static bool is_request(const nghttp2_frame *frame)
{
	return frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
}

/* So that what was on its way to a stream that ended before its time is told from what may not be sent. */
static void note_reset(struct h2 *h2, int32_t id)
{
	h2->reset[h2->reset_count++ % H2_RESET_KEPT] = id;
}

/* Once it ends, nothing more of what came is looked at. */
static int go_on(const struct h2 *h2)
{
	return h2->has_failed ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct h2 *h2 = user;
	struct h2_stream *stream;

	if (!is_request(frame))
		return 0;
	h2->last = frame->hd.stream_id;
	stream = h2->events->begin(h2->owner);
	if (!stream) {
		nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, H2_REFUSED_STREAM);
		return 0;
	}
	stream->id = frame->hd.stream_id;
	*stream->request = (struct request){ 0 };
	nghttp2_session_set_stream_user_data(session, stream->id, stream);
	return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags, void *user)
{
	struct str name_text = str_of((const char *)name, name_len);
	struct str value_text = str_of((const char *)value, value_len);
	struct h2 *h2 = user;
	struct h2_stream *stream = stream_of(h2, frame->hd.stream_id);

	(void)session, (void)flags;
	if (!stream || !is_request(frame))
		return 0; /* trailers are read and forgotten */
	if (!h2_read_field(h2, stream, name_text, value_text))
		drop(h2, stream, H2_PROTOCOL_ERROR);
	else if (stream->header_bytes > h2->limits->header_bytes * HEAD_FACTOR)
		h2_terminate(h2, H2_ENHANCE_YOUR_CALM);
	return go_on(h2);
}

/* A field that nghttp2 would leave out; whoever stands before this server may not (section 8.2.1). */
static int on_invalid_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                             size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                             void *user)
{
	(void)session, (void)frame, (void)name, (void)name_len;
	(void)value, (void)value_len, (void)flags, (void)user;
	return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; /* the stream is reset, with PROTOCOL_ERROR */
}

static void end_request(struct h2 *h2, struct h2_stream *stream)
{
	stream->has_ended = true;
	h2->events->end(h2->owner, stream);
}

static void end_head(struct h2 *h2, struct h2_stream *stream, bool has_content)
{
	if (!h2_finish_head(h2, stream, has_content)) {
		drop(h2, stream, H2_PROTOCOL_ERROR);
		return;
	}
	stream->is_head_whole = true;
	h2->events->head(h2->owner, stream);
}

/* The client has seen what was sent before the PING that it answers: see finish_answer. */
static void take_mark(struct h2 *h2, const nghttp2_frame *frame)
{
	const uint8_t *mark = frame->ping.opaque_data;
	int32_t id = (int32_t)((uint32_t)(mark[0] & 0x7f) << 24 | (uint32_t)mark[1] << 16 |
	                       (uint32_t)mark[2] << 8 | mark[3]);
	struct h2_stream *stream = stream_of(h2, id);

	if (stream && stream->is_sent && (frame->hd.flags & NGHTTP2_FLAG_ACK))
		drop(h2, stream, H2_NO_ERROR);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	bool is_last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
	struct h2 *h2 = user;
	struct h2_stream *stream;

	(void)session;
	if (frame->hd.type == NGHTTP2_RST_STREAM)
		h2_spend(h2, &h2->resets, 1);
	if (frame->hd.type == NGHTTP2_PING)
		take_mark(h2, frame);
	if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
		return go_on(h2);
	stream = stream_of(h2, frame->hd.stream_id);
	if (!stream)
		return go_on(h2);
	stream->in += frame->hd.length + H2_FRAME_HEAD;
	if (is_request(frame))
		end_head(h2, stream, !is_last);
	if (is_last && stream_of(h2, frame->hd.stream_id))
		end_request(h2, stream);
	return go_on(h2);
}

static int on_content(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data, size_t len,
                      void *user)
{
	struct h2 *h2 = user;
	struct h2_stream *stream = stream_of(h2, id);

	(void)session, (void)flags;
	if (stream)
		h2->events->content(h2->owner, stream, str_of((const char *)data, len));
	else
		h2_forget(h2, len);
	return 0;
}

/* ---- What went ------------------------------------------------------------ */

/*
 * Where its answer is whole before its content was, the client need not go on sending that (section
 * 8.1). It is told so once it has seen the answer: there are some who forget that when they are told.
 */
static void finish_answer(struct h2 *h2, struct h2_stream *stream)
{
	uint32_t id = (uint32_t)stream->id;
	const uint8_t mark[8] = { (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id };

	stream->is_sent = true;
	if (!stream->has_ended)
		nghttp2_submit_ping(h2->session, NGHTTP2_FLAG_NONE, mark);
}

/*
 * The client is to blame for any but NO_ERROR. A window that grew too large is where a change of
 * SETTINGS may have made it so, which is an error of the connection (section 6.9.2).
 */
static void count_reset(struct h2 *h2, uint32_t error)
{
	if (error != H2_NO_ERROR)
		h2_spend(h2, &h2->resets, 1);
	if (error == H2_FLOW_CONTROL_ERROR)
		h2_terminate(h2, H2_FLOW_CONTROL_ERROR);
}

static int on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct h2 *h2 = user;
	struct h2_stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

	if (frame->hd.type == NGHTTP2_RST_STREAM)
		count_reset(h2, frame->rst_stream.error_code);
	if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
		return 0;
	h2_budget_earn(&h2->frames, FRAMES_PER_ANSWER);
	if (!stream)
		return 0;
	stream->out += frame->hd.length + H2_FRAME_HEAD;
	if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
		finish_answer(h2, stream);
	return 0;
}

static int on_closed(nghttp2_session *session, int32_t id, uint32_t error, void *user)
{
	struct h2 *h2 = user;
	struct h2_stream *stream = nghttp2_session_get_stream_user_data(session, id);

	(void)error;
	if (!stream || !stream->has_ended || !stream->is_sent)
		note_reset(h2, id);
	if (!stream)
		return 0;
	nghttp2_session_set_stream_user_data(session, id, NULL);
	h2->events->closed(h2->owner, stream);
	return 0;
}

/* ---- Its beginning and end ------------------------------------------------ */

static nghttp2_session_callbacks *new_callbacks(void)
{
	nghttp2_session_callbacks *callbacks;

	if (nghttp2_session_callbacks_new(&callbacks) != 0)
		return NULL;
	nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, on_invalid_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_content);
	nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_sent);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_closed);
	nghttp2_session_callbacks_set_send_callback(callbacks, h2_send);
	nghttp2_session_callbacks_set_send_data_callback(callbacks, h2_send_data);
	return callbacks;
}

static nghttp2_option *new_option(void)
{
	nghttp2_option *option;

	if (nghttp2_option_new(&option) != 0)
		return NULL;
	nghttp2_option_set_no_auto_window_update(option, 1);
	nghttp2_option_set_max_outbound_ack(option, ACKS_MAX);
	return option;
}

static int open_session(struct h2 *h2)
{
	nghttp2_session_callbacks *callbacks = new_callbacks();
	nghttp2_option *option = new_option();
	int r = NGHTTP2_ERR_NOMEM;

	if (callbacks && option)
		r = nghttp2_session_server_new2(&h2->session, callbacks, h2, option);
	nghttp2_session_callbacks_del(callbacks);
	nghttp2_option_del(option);
	return r == 0 ? 0 : STATUTE_ENOMEM;
}

/*
 * The priorities of RFC 7540 are switched off: they were a tree that clients may rebuild at will,
 * and are no longer in RFC 9113 (section 5.3.2).
 */
static int say_settings(struct h2 *h2, uint32_t streams)
{
	const nghttp2_settings_entry settings[] = {
		{ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams },
		{ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, H2_STREAM_WINDOW },
		{ NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)h2->limits->header_bytes },
		{ NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1 },
	};

	if (nghttp2_submit_settings(h2->session, NGHTTP2_FLAG_NONE, settings,
	                            sizeof(settings) / sizeof(*settings)) != 0 ||
	    nghttp2_session_set_local_window_size(h2->session, NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW) != 0)
		return STATUTE_ENOMEM;
	return 0;
}

int h2_new(const struct h1_limits *limits, uint32_t streams, const struct h2_events *events, void *owner,
           struct h2 **ret_h2)
{
	struct h2 *h2 = calloc(1, sizeof(*h2));
	int r;

	if (!h2)
		return STATUTE_ENOMEM;
	h2->limits = limits;
	h2->events = events;
	h2->owner = owner;
	h2->preface_left = H2_PREFACE.len;
	h2_budget_init(&h2->frames, FRAMES_MAX, FRAMES_PER_SECOND);
	h2_budget_init(&h2->resets, RESETS_MAX, RESETS_PER_SECOND);
	r = open_session(h2);
	if (r == 0)
		r = say_settings(h2, streams);
	if (r < 0) {
		h2_free(h2);
		return r;
	}
	*ret_h2 = h2;
	return 0;
}

void h2_free(struct h2 *h2)
{
	if (!h2)
		return;
	nghttp2_session_del(h2->session);
	free(h2);
}

static enum h2_error failure_of(ssize_t error)
{
	switch (error) {
	case NGHTTP2_ERR_BAD_CLIENT_MAGIC: return H2_PROTOCOL_ERROR;
	case NGHTTP2_ERR_NOMEM:
	case NGHTTP2_ERR_CALLBACK_FAILURE: return H2_INTERNAL_ERROR;
	default: return H2_ENHANCE_YOUR_CALM; /* too many answers that were not taken, too many CONTINUATION */
	}
}

void h2_take(struct h2 *h2, struct str input, uint64_t now)
{
	ssize_t used;

	h2->now = now;
	if (h2->has_failed)
		return;
	h2_count(h2, input);
	if (h2->has_failed)
		return;
	used = nghttp2_session_mem_recv(h2->session, (const uint8_t *)input.at, input.len);
	if (used >= 0 || h2->has_failed)
		return;
	h2->has_failed = true;
	h2->failure = failure_of(used);
}

void h2_forget(struct h2 *h2, size_t len)
{
	if (nghttp2_session_consume_connection(h2->session, len) != 0)
		h2_terminate(h2, H2_INTERNAL_ERROR);
}

bool h2_is_in_head(const struct h2 *h2)
{
	return h2->is_in_head;
}

void h2_consume(struct h2 *h2, const struct h2_stream *stream, size_t len)
{
	if (nghttp2_session_consume(h2->session, stream->id, len) != 0)
		h2_terminate(h2, H2_INTERNAL_ERROR);
}

void h2_reset(struct h2 *h2, struct h2_stream *stream, enum h2_error error)
{
	drop(h2, stream, error);
}

void h2_blame(struct h2 *h2, struct h2_stream *stream, enum h2_error error)
{
	drop(h2, stream, error);
	h2_spend(h2, &h2->resets, BLAME - 1);
}

void h2_drain(struct h2 *h2)
{
	if (h2->is_draining || h2->has_failed)
		return;
	h2->is_draining = true;
	nghttp2_submit_goaway(h2->session, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(h2->session),
	                      H2_NO_ERROR, NULL, 0);
}

void h2_terminate(struct h2 *h2, enum h2_error error)
{
	if (h2->has_failed)
		return;
	h2->has_failed = true;
	h2->failure = error;
}

bool h2_is_over(const struct h2 *h2)
{
	if (h2->has_failed)
		return h2->is_failure_said;
	return !nghttp2_session_want_read(h2->session) && !nghttp2_session_want_write(h2->session);
}
