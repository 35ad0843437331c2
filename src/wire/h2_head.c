/*
 * From the fields of a head to a request (RFC 9113 section 8.3), as HTTP/1.1 would have
 * given it: the method, the target, Host, cookies in one line. What is malformed in the words of
 * section 8.1.1 is told apart from what a status refuses.
 */
#include "wire/h2_parts.h"

#include "message/syntax.h"

enum {
	LINE_MORE = 4, /* ": " and CR LF of a field's line in HTTP/1.1 */
	HEAD_MORE = 2  /* its empty line */
};

static void refuse(struct h2_stream *stream, enum h1_refusal refusal)
{
	if (!stream->refusal)
		stream->refusal = refusal;
}

static struct str keep(struct h2_stream *stream, struct str text)
{
	struct str copy = str_dup(stream->arena, text);

	if (!copy.at)
		refuse(stream, H1_REFUSAL_OUT_OF_MEMORY);
	return copy;
}

static void add_field(struct h2 *h2, struct h2_stream *stream, struct str name, struct str value)
{
	struct str kept;

	if (stream->request->field_count == h2->limits->header_count) {
		refuse(stream, H1_REFUSAL_TOO_MANY_FIELDS);
		return;
	}
	if (!(kept = keep(stream, value)).at)
		return;
	if (!h1_add_field(stream->request, stream->arena, name, kept))
		refuse(stream, H1_REFUSAL_OUT_OF_MEMORY);
}

static void read_method(struct h2 *h2, struct h2_stream *stream, struct str value)
{
	if (value.len > h2->limits->method_len)
		refuse(stream, H1_REFUSAL_METHOD_TOO_LONG);
	else if (!syntax_is_token(value))
		refuse(stream, H1_REFUSAL_BAD_METHOD);
	stream->request->method_text = keep(stream, str_sub(value, 0, h2->limits->method_len));
	stream->request->method = method_from(stream->request->method_text);
}

static void read_path(struct h2 *h2, struct h2_stream *stream, struct str value)
{
	size_t i = 0;

	while (i < value.len && i <= h2->limits->target && char_is(value.at[i], CHAR_QUERY))
		i++;
	if (i > h2->limits->target)
		refuse(stream, H1_REFUSAL_TARGET_TOO_LONG);
	else if (i < value.len)
		refuse(stream, value.at[i] == '#' ? H1_REFUSAL_FRAGMENT : H1_REFUSAL_BAD_TARGET_BYTE);
	if (!stream->refusal)
		stream->request->target = keep(stream, value);
}

/* Only the pseudo-fields of a request come so far: nghttp2 knows the others for malformed. */
static void read_pseudo_field(struct h2 *h2, struct h2_stream *stream, struct str name, struct str value)
{
	if (str_eq(name, S(":method")))
		read_method(h2, stream, value);
	else if (str_eq(name, S(":path")))
		read_path(h2, stream, value);
	else if (str_eq(name, S(":scheme")))
		stream->scheme = keep(stream, value);
	else if (str_eq(name, S(":authority")))
		stream->authority = keep(stream, value);
}

static void add_crumb(struct h2 *h2, struct h2_stream *stream, struct str value)
{
	if (!stream->cookie.max)
		buf_init(&stream->cookie, stream->arena, h2->limits->header_bytes);
	if (stream->cookie.len)
		buf_lit(&stream->cookie, "; ");
	buf_add(&stream->cookie, value);
	if (stream->cookie.failed)
		refuse(stream, H1_REFUSAL_OUT_OF_MEMORY);
}

/* A field line as HTTP/1.1 would have it; the limits are those that hold there. */
static void count_field(struct h2 *h2, struct h2_stream *stream, struct str name, struct str value)
{
	size_t len = name.len + value.len + LINE_MORE;

	stream->header_bytes += len;
	if (len > h2->limits->field_line) {
		refuse(stream, H1_REFUSAL_FIELD_TOO_LARGE);
		if (!stream->blamed.at)
			stream->blamed = keep(stream, str_sub(name, 0, h2->limits->method_len));
	} else if (stream->header_bytes + HEAD_MORE > h2->limits->header_bytes) {
		refuse(stream, H1_REFUSAL_HEADER_TOO_LARGE);
	}
}

bool h2_read_field(struct h2 *h2, struct h2_stream *stream, struct str name, struct str value)
{
	struct str kept;

	if (name.len && name.at[0] == ':') {
		read_pseudo_field(h2, stream, name, value);
		return true;
	}
	count_field(h2, stream, name, value);
	if (stream->refusal)
		return true;
	if (str_eq(name, S("host")) && stream->authority.at)
		return str_eq_nocase(value, stream->authority); /* section 8.3.1 */
	if (str_eq(name, S("cookie"))) {
		add_crumb(h2, stream, value);
		return true;
	}
	if ((kept = keep(stream, name)).at)
		add_field(h2, stream, kept, value);
	return true;
}

static enum h1_refusal read_target(struct h2_stream *stream)
{
	struct request *request = stream->request;

	if (request->method == METHOD_CONNECT)
		request->target = stream->authority;
	else if (!str_eq_nocase(stream->scheme, S("http")) && !str_eq_nocase(stream->scheme, S("https")))
		return H1_REFUSAL_BAD_TARGET_FORM;
	return h1_read_target(request);
}

static bool expects_continue(const struct h2_stream *stream)
{
	const struct request *request = stream->request;

	if (!request_has(request, FIELD_EXPECT) || !request->has_content)
		return false;
	return syntax_list_has(request_list(request, FIELD_EXPECT, stream->arena), S("100-continue"));
}

/* Host, lengths, and whether content comes, of which the length says nothing where it is left out. */
static void read_framing(struct h2_stream *stream, bool has_content)
{
	struct request *request = stream->request;
	enum h1_refusal refusal = h1_read_framing(request, &stream->blamed);

	if (refusal) {
		refuse(stream, refusal);
		return;
	}
	request->keeps_alive = true;
	request->is_chunked = has_content && !request_has(request, FIELD_CONTENT_LENGTH);
	request->has_content = request->has_content || request->is_chunked;
	request->expects_continue = expects_continue(stream);
}

/* :path is a path or "*"; any other would be malformed (section 8.3.1), but for CONNECT, which has none. */
static bool has_path(const struct request *request)
{
	struct str target = request->target;

	return request->method == METHOD_CONNECT || str_starts(target, S("/")) || str_eq(target, S("*"));
}

bool h2_finish_head(struct h2 *h2, struct h2_stream *stream, bool has_content)
{
	enum h1_refusal refusal;

	stream->request->minor = 1;
	if (!stream->refusal && !has_path(stream->request))
		return false;
	if (!stream->refusal && (refusal = read_target(stream)))
		refuse(stream, refusal);
	if (!stream->refusal && stream->authority.at)
		add_field(h2, stream, S("host"), stream->authority);
	if (!stream->refusal && stream->cookie.len)
		add_field(h2, stream, S("cookie"), buf_str(&stream->cookie));
	if (!stream->refusal)
		read_framing(stream, has_content);
	return true;
}
