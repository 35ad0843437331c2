/* Responses to frames, and frames to bytes: see h2.h. */
#include "wire/h2_parts.h"

#include "message/content_source.h"

enum {
	FIELDS_MAX = RESPONSE_FIELDS + 4, /* with :status, Date, Content-Length */
	STATUS_LEN = 3
};

/* ---- Frames to bytes ------------------------------------------------------ */

static bool has_room(const struct h2 *h2)
{
	return h2->out->len < h2->out_max;
}

/* nghttp2_send_callback. */
ssize_t h2_send(nghttp2_session *session, const uint8_t *data, size_t len, int flags, void *user)
{
	struct h2 *h2 = user;

	(void)session, (void)flags;
	if (!has_room(h2))
		return NGHTTP2_ERR_WOULDBLOCK;
	buf_add(h2->out, str_of((const char *)data, len));
	return h2->out->failed ? NGHTTP2_ERR_CALLBACK_FAILURE : (ssize_t)len;
}

/* nghttp2_send_data_callback: a DATA frame, whose content was copied nowhere before. */
int h2_send_data(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head, size_t len,
                 nghttp2_data_source *source, void *user)
{
	struct h2_stream *stream = source->ptr;
	struct h2 *h2 = user;

	(void)session, (void)frame;
	if (!has_room(h2))
		return NGHTTP2_ERR_WOULDBLOCK;
	buf_add(h2->out, str_of((const char *)head, H2_FRAME_HEAD));
	buf_add(h2->out, str_sub(stream->content, stream->sent, len));
	if (h2->out->failed)
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	stream->sent += len;
	return 0;
}

/* The connection's last word (section 6.8); each frame before was written whole. */
static void say_failure(struct h2 *h2)
{
	uint32_t last = (uint32_t)nghttp2_session_get_last_proc_stream_id(h2->session);
	const char frame[H2_FRAME_HEAD + 8] = {
		0, 0, 8, NGHTTP2_GOAWAY, 0, 0, 0, 0, 0,
		(char)(last >> 24), (char)(last >> 16), (char)(last >> 8), (char)last,
		0, 0, 0, (char)h2->failure,
	};

	buf_add(h2->out, str_of(frame, sizeof(frame)));
	h2->is_failure_said = true;
}

void h2_write(struct h2 *h2, struct buf *out, size_t max)
{
	h2->out = out;
	h2->out_max = max;
	if (!h2->has_failed && nghttp2_session_send(h2->session) != 0)
		h2_terminate(h2, H2_INTERNAL_ERROR);
	if (h2->has_failed && !h2->is_failure_said)
		say_failure(h2);
	h2->out = NULL;
}

bool h2_has_output(const struct h2 *h2)
{
	return h2->has_failed ? !h2->is_failure_said : nghttp2_session_want_write(h2->session) != 0;
}

/* ---- Responses to frames -------------------------------------------------- */

struct fields {
	nghttp2_nv at[FIELDS_MAX];
	size_t count;
};

/* nghttp2 reads the texts alone, though it does not say so; it copies them, with names in lower case. */
static uint8_t *bytes_of(struct str text)
{
	union {
		const char *text;
		uint8_t *bytes;
	} same = { .text = text.at ? text.at : "" };

	return same.bytes;
}

static void add(struct fields *fields, struct str name, struct str value)
{
	fields->at[fields->count++] = (nghttp2_nv){
		.name = bytes_of(name),
		.value = bytes_of(value),
		.namelen = name.len,
		.valuelen = value.len,
	};
}

/* What belongs to HTTP/1.1 alone (section 8.2.2). */
static bool is_of_http1(struct str name)
{
	return h1_is_of_the_wire(name) || str_eq_nocase(name, S("Upgrade")) ||
	       str_eq_nocase(name, S("Keep-Alive"));
}

/* nghttp2_data_source_read_callback: only how much; h2_send_data takes the bytes themselves. */
static ssize_t read_content(nghttp2_session *session, int32_t id, uint8_t *to, size_t max, uint32_t *flags,
                            nghttp2_data_source *source, void *user)
{
	const struct h2_stream *stream = source->ptr;
	size_t left = stream->content.len - stream->sent;

	(void)session, (void)id, (void)to, (void)user;
	*flags |= NGHTTP2_DATA_FLAG_NO_COPY;
	if (left > max)
		return (ssize_t)max;
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)left;
}

/*
 * The same, for what comes from a source: the bytes themselves. A source that ends before its length, or fails,
 * takes its stream with it: the client must not take what it has for the whole.
 */
static ssize_t read_source(nghttp2_session *session, int32_t id, uint8_t *to, size_t max, uint32_t *flags,
                           nghttp2_data_source *provider, void *user)
{
	struct h2_stream *stream = provider->ptr;
	struct content_source *source = stream->source;
	uint64_t left = source->length - stream->sent; /* enough where the length is not known */
	size_t len = 0;
	int r = source->read(source, (char *)to, left < max ? (size_t)left : max, &len);

	(void)session, (void)id, (void)user;
	stream->is_waiting = r == STATUTE_EAGAIN;
	if (stream->is_waiting)
		return NGHTTP2_ERR_DEFERRED;
	if (r < 0 || (!len && source->length != CONTENT_LENGTH_UNKNOWN))
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	stream->sent += len;
	if (!len || (source->length != CONTENT_LENGTH_UNKNOWN && stream->sent == source->length))
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)len;
}

void h2_resume(struct h2 *h2, struct h2_stream *stream)
{
	if (stream->is_waiting && !stream->is_dropped)
		nghttp2_session_resume_data(h2->session, stream->id); /* without memory it is cut off in time */
	stream->is_waiting = false;
}

/* Where the content of an answer comes from; false where it has none to send. */
static bool choose_provider(struct h2_stream *stream, const struct response *response,
                            nghttp2_data_provider *provider)
{
	bool sends = h1_sends_content(response, stream->request) && response_length(response) > 0;

	provider->source.ptr = stream;
	provider->read_callback = response->source ? read_source : read_content;
	if (sends && response->source)
		stream->source = response->source;
	else if (sends)
		stream->content = response->content;
	return sends;
}

int h2_respond(struct h2 *h2, struct h2_stream *stream, const struct response *response, struct str date)
{
	char status[STR_DIGITS_MAX], length[STR_DIGITS_MAX];
	struct fields fields = { .count = 0 };
	nghttp2_data_provider provider;
	bool sends = choose_provider(stream, response, &provider);
	uint64_t len;

	add(&fields, S(":status"), str_of(status, str_put_u64(status, (uint64_t)response->status)));
	add(&fields, S("date"), date);
	for (size_t i = 0; i < response->field_count; i++)
		if (!is_of_http1(response->fields[i].name))
			add(&fields, response->fields[i].name, response->fields[i].value);
	if (h1_says_length(response, stream->request, &len))
		add(&fields, S("content-length"), str_of(length, str_put_u64(length, len)));
	return nghttp2_submit_response(h2->session, stream->id, fields.at, fields.count,
	                               sends ? &provider : NULL) == 0
	               ? 0
	               : STATUTE_ENOMEM;
}

/* Ahead of the answer, on a stream that goes on. */
static int send_interim(struct h2 *h2, const struct h2_stream *stream, const struct fields *fields)
{
	return nghttp2_submit_headers(h2->session, NGHTTP2_FLAG_NONE, stream->id, NULL, fields->at,
	                              fields->count, NULL) == 0
	               ? 0
	               : STATUTE_ENOMEM;
}

int h2_continue(struct h2 *h2, const struct h2_stream *stream)
{
	struct fields fields = { .count = 0 };

	add(&fields, S(":status"), S("100"));
	return send_interim(h2, stream, &fields);
}

int h2_early_hints(struct h2 *h2, const struct h2_stream *stream, struct str links)
{
	struct fields fields = { .count = 0 };

	add(&fields, S(":status"), S("103"));
	add(&fields, S("link"), links);
	return send_interim(h2, stream, &fields);
}
