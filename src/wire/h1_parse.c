/* The life of a request on its connection: see h1.h. */
#include "wire/h1_parts.h"

const struct h1_limits h1_limits_default = {
#define L(name, default_value, text) .name = (default_value),
#include "wire/limits.def"
#undef L
};

const struct h1_refusal_row *h1_refusal_row(enum h1_refusal refusal)
{
	static const struct h1_refusal_row rows[H1_REFUSAL_COUNT] = {
		[H1_REFUSAL_NONE] = { "", 0, "", "" },
#define R(name, node, status, code, detail) [H1_REFUSAL_##name] = { #node, status, #code, detail },
#include "wire/refusal.def"
#undef R
	};

	return &rows[(unsigned)refusal < H1_REFUSAL_COUNT ? refusal : H1_REFUSAL_NONE];
}

void h1_init(struct h1 *h1, const struct h1_limits *limits)
{
	*h1 = (struct h1){ .limits = limits, .state = H1_START };
}

void h1_next(struct h1 *h1)
{
	h1_init(h1, h1->limits);
}

bool h1_is_idle(const struct h1 *h1)
{
	return !h1->began && h1->state <= H1_START_LF;
}

bool h1_in_content(const struct h1 *h1)
{
	return h1->state >= H1_LENGTH && h1->state <= H1_END_DUE;
}

static void move(struct str *text, const char *from, const char *to)
{
	if (text->at)
		text->at = to + ((uintptr_t)text->at - (uintptr_t)from);
}

/* The texts of a request lay at `from` and lie at `to` now. */
static void move_texts(struct request *request, const char *from, const char *to)
{
	move(&request->method_text, from, to);
	move(&request->target, from, to);
	move(&request->path, from, to);
	move(&request->query, from, to);
	move(&request->authority, from, to);
	for (size_t i = 0; i < request->field_count; i++) {
		move(&request->fields[i].name, from, to);
		move(&request->fields[i].value, from, to);
	}
}

/* Copies what was read of the head, so that the request no longer needs the input. False without memory. */
static bool keep_texts(struct h1 *h1, struct str input, struct arena *arena, struct request *request)
{
	struct str copy = str_dup(arena, str_sub(input, 0, h1->scanned));

	if (!copy.at) {
		*request = (struct request){ .method = request->method, .minor = request->minor };
		return false;
	}
	move_texts(request, input.at, copy.at);
	h1->seen = copy.at;
	return true;
}

/* Refused within the head: what was understood is kept for the log. */
static enum h1_event stop_in_head(struct h1 *h1, struct str input, struct arena *arena,
                                  struct request *request)
{
	if (!keep_texts(h1, input, arena, request))
		return h1_refuse(h1, H1_REFUSAL_OUT_OF_MEMORY);
	if (h1->name_len && h1->refusal != H1_REFUSAL_HEADER_TOO_LARGE)
		h1->blamed = str_of(h1->seen + h1->line, h1->name_len);
	return H1_REFUSED;
}

/* An absolute target without a path means "/", but for OPTIONS the server itself (RFC 9112 section 3.2.4). */
static void settle_path(struct request *request)
{
	if (!request->path.len)
		request->path = request->method == METHOD_OPTIONS && !request->query.at ? S("*") : S("/");
}

/* The head is whole. */
static enum h1_event finish_head(struct h1 *h1, struct str input, struct arena *arena,
                                 struct request *request)
{
	enum h1_refusal refusal;

	if (!keep_texts(h1, input, arena, request))
		return h1_refuse(h1, H1_REFUSAL_OUT_OF_MEMORY);
	settle_path(request);
	refusal = h1_read_framing(request, &h1->blamed);
	if (refusal != H1_REFUSAL_NONE)
		return h1_refuse(h1, refusal);
	h1->line_len = 0;
	h1->left = request->content_length;
	h1->state = request->is_chunked ? H1_CHUNK_START : request->has_content ? H1_LENGTH : H1_END_DUE;
	return H1_HEAD;
}

static enum h1_event parse_head(struct h1 *h1, struct str input, struct arena *arena, struct request *request)
{
	enum h1_event event;

	if (!h1->began)
		*request = (struct request){ 0 };
	else if (h1->seen != input.at)
		move_texts(request, h1->seen, input.at);
	h1->seen = input.at;
	event = h1_read_head(h1, input, arena, request);
	if (event == H1_REFUSED)
		return stop_in_head(h1, input, arena, request);
	return event == H1_HEAD ? finish_head(h1, input, arena, request) : H1_MORE;
}

static enum h1_event parse_length(struct h1 *h1, struct str input, size_t *ret_used, struct str *ret_content)
{
	if (!input.len)
		return H1_MORE;
	*ret_content = str_sub(input, 0, h1->left < input.len ? (size_t)h1->left : input.len);
	*ret_used = ret_content->len;
	h1->left -= ret_content->len;
	if (!h1->left)
		h1->state = H1_END_DUE;
	return H1_CONTENT;
}

enum h1_event h1_parse(struct h1 *h1, struct str input, struct arena *arena, struct request *request,
                       size_t *ret_used, struct str *ret_content)
{
	enum h1_event event = H1_MORE;

	*ret_used = 0;
	*ret_content = (struct str){ 0 };
	if (h1->state == H1_STOPPED)
		return H1_REFUSED;
	if (h1->state < H1_LENGTH)
		event = parse_head(h1, input, arena, request);
	else if (h1->state == H1_LENGTH)
		event = parse_length(h1, input, ret_used, ret_content);
	else if (h1->state < H1_END_DUE)
		event = h1_read_chunked(h1, input, ret_used, ret_content);
	if (event == H1_HEAD)
		*ret_used = h1->scanned;
	if (event == H1_REFUSED)
		h1->state = H1_STOPPED;
	if (event == H1_MORE && h1->state >= H1_END_DUE) {
		h1->state = H1_ENDED;
		return H1_END;
	}
	return event;
}
