/*
 * The head of a request, byte by byte (RFC 9112 sections 2 to 5): see h1.h.
 *
 * Each state reads as far as it can and goes on at the same byte when more has
 * come, so that no byte is looked at twice and a fault is found at the byte that
 * makes it, however the bytes were parted. Lines end with CR LF alone: a recipient
 * may take a bare LF for a line's end (section 2.2), but whoever stands before this
 * server may not, and where two differ about lines a request can be smuggled.
 */
#include "wire/h1_parts.h"

#include "message/syntax.h"

struct head {
	struct h1 *h1;
	struct str input;
	size_t stop; /* how far the limit on fields lets it read */
	struct arena *arena;
	struct request *request;
};

/* What a step returns where the next state can go on; H1_CONTENT is no event of a head. */
#define GO_ON H1_CONTENT

static enum h1_event go(struct head *head, enum h1_state state, size_t at)
{
	head->h1->state = state;
	head->h1->scanned = at;
	return GO_ON;
}

/* Takes the one byte that must come now. */
static enum h1_event take_lf(struct head *head, enum h1_state next, enum h1_refusal otherwise)
{
	size_t at = head->h1->scanned;

	if (at == head->input.len)
		return H1_MORE;
	if (head->input.at[at] != '\n')
		return h1_refuse(head->h1, otherwise);
	return go(head, next, at + 1);
}

static enum h1_event read_start(struct head *head)
{
	struct h1 *h1 = head->h1;
	size_t at = h1->scanned;

	if (at == head->input.len)
		return H1_MORE;
	if (head->input.at[at] == '\r') {
		if (h1->line_len++ == h1->limits->empty_lines)
			return h1_refuse(h1, H1_REFUSAL_TOO_MANY_EMPTY_LINES);
		return go(head, H1_START_LF, at + 1);
	}
	if (head->input.at[at] == '\n')
		return h1_refuse(h1, H1_REFUSAL_BARE_LF_IN_REQUEST_LINE);
	h1->began = true;
	h1->mark = at;
	return go(head, H1_METHOD, at);
}

/* What a byte that cannot stand in the request line is called. */
static enum h1_refusal line_fault(char c, enum h1_refusal otherwise)
{
	return c == '\0'   ? H1_REFUSAL_NUL_IN_REQUEST_LINE
	       : c == '\n' ? H1_REFUSAL_BARE_LF_IN_REQUEST_LINE
	       : c == '\r' ? H1_REFUSAL_BAD_REQUEST_LINE
	                   : otherwise;
}

static enum h1_event read_method(struct head *head)
{
	struct h1 *h1 = head->h1;
	size_t at = h1->scanned, first = h1->mark, max = h1->limits->method_len;

	while (at < head->input.len && at - first <= max && char_is(head->input.at[at], CHAR_TOKEN))
		at++;
	h1->scanned = at;
	if (at - first > max)
		return h1_refuse(h1, H1_REFUSAL_METHOD_TOO_LONG);
	if (at == head->input.len)
		return H1_MORE;
	if (head->input.at[at] != ' ' || at == first)
		return h1_refuse(h1, line_fault(head->input.at[at], H1_REFUSAL_BAD_METHOD));
	head->request->method_text = str_of(head->input.at + first, at - first);
	head->request->method = method_from(head->request->method_text);
	h1->mark = at + 1;
	return go(head, H1_TARGET, at + 1);
}

static enum h1_event read_target(struct head *head)
{
	struct h1 *h1 = head->h1;
	size_t at = h1->scanned, first = h1->mark, max = h1->limits->target;
	char c;

	while (at < head->input.len && at - first <= max && char_is(head->input.at[at], CHAR_QUERY))
		at++;
	h1->scanned = at;
	if (at - first > max)
		return h1_refuse(h1, H1_REFUSAL_TARGET_TOO_LONG);
	if (at == head->input.len)
		return H1_MORE;
	c = head->input.at[at];
	if (at == first && (c == ' ' || c == '\r'))
		return h1_refuse(h1, H1_REFUSAL_BAD_REQUEST_LINE);
	if (c != ' ' && c != '\r')
		return h1_refuse(h1,
		                 c == '#' ? H1_REFUSAL_FRAGMENT : line_fault(c, H1_REFUSAL_BAD_TARGET_BYTE));
	head->request->target = str_of(head->input.at + first, at - first);
	h1->mark = at + 1;
	return go(head, c == ' ' ? H1_VERSION : H1_TARGET_LF, at + 1);
}

/* A request line of HTTP/0.9 is GET and a path; anything else without a version is malformed. */
static enum h1_event read_target_lf(struct head *head)
{
	enum h1_event event = take_lf(head, H1_STOPPED, H1_REFUSAL_BARE_CR_IN_REQUEST_LINE);
	bool is_09 = head->request->method == METHOD_GET && str_starts(head->request->target, S("/"));

	if (event != GO_ON)
		return event;
	return h1_refuse(head->h1, is_09 ? H1_REFUSAL_NO_VERSION : H1_REFUSAL_BAD_REQUEST_LINE);
}

static enum h1_event read_version(struct head *head)
{
	static const char form[] = "HTTP/1.1\r";
	struct h1 *h1 = head->h1;
	size_t at = h1->scanned;

	for (; at < head->input.len; at++) {
		size_t i = at - h1->mark;
		char c = head->input.at[at];

		if (c != form[i] && !((i == 5 || i == 7) && char_is(c, CHAR_DIGIT)))
			return h1_refuse(h1, c == '\n' || !c ? line_fault(c, 0) : H1_REFUSAL_BAD_VERSION);
		if (c == '\r')
			return go(head, H1_VERSION_LF, at + 1);
	}
	h1->scanned = at;
	return H1_MORE;
}

static enum h1_event begin_line(struct head *head, size_t at);

/* The target's form is judged here, since it is a matter of the version which forms there are. */
static enum h1_event read_version_lf(struct head *head)
{
	enum h1_event event = take_lf(head, H1_FIELD, H1_REFUSAL_BARE_CR_IN_REQUEST_LINE);
	const char *version = head->input.at + head->h1->mark;
	enum h1_refusal refusal;

	if (event != GO_ON)
		return event;
	if (version[5] != '1')
		return h1_refuse(head->h1, H1_REFUSAL_OTHER_VERSION);
	head->request->minor = version[7] != '0';
	if ((refusal = h1_read_target(head->request)) != H1_REFUSAL_NONE)
		return h1_refuse(head->h1, refusal);
	head->h1->fields_at = head->h1->scanned;
	return begin_line(head, head->h1->scanned);
}

static size_t stop_of(const struct h1 *h1)
{
	size_t line = h1->line + h1->limits->field_line, header = h1->fields_at + h1->limits->header_bytes;

	return line < header ? line : header;
}

static enum h1_event begin_line(struct head *head, size_t at)
{
	head->h1->line = at;
	head->h1->name_len = 0;
	head->stop = stop_of(head->h1);
	return go(head, H1_FIELD, at);
}

/* No byte is left within the limits at `at`: there is none yet, or one too many. */
static enum h1_event run_out(struct head *head, size_t at)
{
	struct h1 *h1 = head->h1;

	h1->scanned = at;
	if (at == head->input.len)
		return H1_MORE;
	return h1_refuse(h1, at - h1->line == h1->limits->field_line ? H1_REFUSAL_FIELD_TOO_LARGE
	                                                             : H1_REFUSAL_HEADER_TOO_LARGE);
}

static size_t end_of(const struct head *head)
{
	return head->input.len < head->stop ? head->input.len : head->stop;
}

/* What a byte that cannot stand in a field line is called. */
static enum h1_refusal field_fault(char c, enum h1_refusal otherwise)
{
	return c == '\0' ? H1_REFUSAL_NUL_IN_FIELD : c == '\n' ? H1_REFUSAL_BARE_LF : otherwise;
}

static enum h1_event read_field(struct head *head)
{
	struct h1 *h1 = head->h1;
	size_t at = h1->scanned;
	char c;

	if (at == end_of(head))
		return run_out(head, at);
	c = head->input.at[at];
	if (c == '\r')
		return go(head, H1_HEAD_LF, at + 1);
	if (c == ' ' || c == '\t')
		return h1_refuse(h1,
		                 h1->head_fields ? H1_REFUSAL_OBS_FOLD : H1_REFUSAL_SPACE_BEFORE_FIRST_FIELD);
	if (c == ':')
		return h1_refuse(h1, H1_REFUSAL_EMPTY_FIELD_NAME);
	if (h1->head_fields == h1->limits->header_count)
		return h1_refuse(h1, H1_REFUSAL_TOO_MANY_FIELDS);
	return go(head, H1_NAME, at);
}

static enum h1_event read_name(struct head *head)
{
	size_t at = head->h1->scanned, end = end_of(head);
	char c;

	while (at < end && char_is(head->input.at[at], CHAR_TOKEN))
		at++;
	if (at == end)
		return run_out(head, at);
	c = head->input.at[at];
	if (c == ' ' || c == '\t')
		return h1_refuse(head->h1, H1_REFUSAL_SPACE_BEFORE_COLON);
	if (c == '\r')
		return h1_refuse(head->h1, H1_REFUSAL_NO_COLON);
	if (c != ':')
		return h1_refuse(head->h1, field_fault(c, H1_REFUSAL_BAD_FIELD_NAME));
	head->h1->name_len = at - head->h1->line;
	return go(head, H1_BLANKS, at + 1);
}

static enum h1_event read_blanks(struct head *head)
{
	size_t at = head->h1->scanned, end = end_of(head);

	while (at < end && (head->input.at[at] == ' ' || head->input.at[at] == '\t'))
		at++;
	if (at == end)
		return run_out(head, at);
	head->h1->mark = at;
	return go(head, H1_VALUE, at);
}

/* Are the eight bytes at `at` all of a value, and no HTAB among them? */
static bool is_plain_word(const char *at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
	uint64_t word, del;

	memcpy(&word, at, sizeof(word));
	del = word ^ (ones * 0x7F);
	return !((((word - ones * 0x20) & ~word) | ((del - ones) & ~del)) & tops);
}

/* Long values (cookies, tokens) are most of what is sent: eight bytes at a time, as far as that goes. */
static size_t skip_value(struct str input, size_t at, size_t end)
{
	enum { WORD = sizeof(uint64_t) };

	while (at < end) {
		if (end - at >= WORD && is_plain_word(input.at + at))
			at += WORD;
		else if (char_is(input.at[at], CHAR_VALUE))
			at++;
		else
			break;
	}
	return at;
}

static enum h1_event read_value(struct head *head)
{
	size_t end = end_of(head), at = skip_value(head->input, head->h1->scanned, end);

	if (at == end)
		return run_out(head, at);
	if (head->input.at[at] != '\r')
		return h1_refuse(head->h1, field_fault(head->input.at[at], H1_REFUSAL_CONTROL_IN_FIELD));
	return go(head, H1_VALUE_LF, at + 1);
}

enum { FIRST_FIELDS = 16 };

/* The place of one more field; it doubles from FIRST_FIELDS on, each time the count is a power of two. */
static struct field *new_field(struct request *request, struct arena *arena)
{
	size_t count = request->field_count;
	bool is_full = !count || (count >= FIRST_FIELDS && !(count & (count - 1)));
	size_t room = count ? count * 2 : FIRST_FIELDS;

	if (is_full) {
		struct field *fields = arena_grow(arena, request->fields, count * sizeof(struct field),
		                                  room * sizeof(struct field));

		if (!fields)
			return NULL;
		request->fields = fields;
	}
	request->field_count++;
	return &request->fields[count];
}

bool h1_add_field(struct request *request, struct arena *arena, struct str name, struct str value)
{
	struct field *field = new_field(request, arena);

	if (!field)
		return false;
	*field = (struct field){ .name = name, .value = value, .id = field_id_from(name) };
	if (!request->lines[field->id])
		request->first[field->id] = (uint16_t)request->field_count;
	if (request->lines[field->id] < UINT8_MAX)
		request->lines[field->id]++;
	return true;
}

static bool add_field(struct head *head, size_t end)
{
	const char *at = head->input.at;
	struct h1 *h1 = head->h1;

	while (end > h1->mark && (at[end - 1] == ' ' || at[end - 1] == '\t'))
		end--;
	if (!h1_add_field(head->request, head->arena, str_of(at + h1->line, h1->name_len),
	                  str_of(at + h1->mark, end - h1->mark)))
		return false;
	h1->head_fields++;
	return true;
}

static enum h1_event read_value_lf(struct head *head)
{
	size_t at = head->h1->scanned;
	enum h1_event event;

	if (at == end_of(head))
		return run_out(head, at);
	event = take_lf(head, H1_FIELD, H1_REFUSAL_BARE_CR);
	if (event != GO_ON)
		return event;
	if (!add_field(head, at - 1))
		return h1_refuse(head->h1, H1_REFUSAL_OUT_OF_MEMORY);
	return begin_line(head, at + 1);
}

static enum h1_event read_head_lf(struct head *head)
{
	size_t at = head->h1->scanned;
	enum h1_event event;

	if (at == end_of(head))
		return run_out(head, at);
	event = take_lf(head, H1_END_DUE, H1_REFUSAL_BARE_CR);
	return event == GO_ON ? H1_HEAD : event;
}

static enum h1_event read_some(struct head *head)
{
	switch ((enum h1_state)head->h1->state) {
	case H1_START: return read_start(head);
	case H1_START_LF: return take_lf(head, H1_START, H1_REFUSAL_BARE_CR_IN_REQUEST_LINE);
	case H1_METHOD: return read_method(head);
	case H1_TARGET: return read_target(head);
	case H1_TARGET_LF: return read_target_lf(head);
	case H1_VERSION: return read_version(head);
	case H1_VERSION_LF: return read_version_lf(head);
	case H1_FIELD: return read_field(head);
	case H1_NAME: return read_name(head);
	case H1_BLANKS: return read_blanks(head);
	case H1_VALUE: return read_value(head);
	case H1_VALUE_LF: return read_value_lf(head);
	default: return read_head_lf(head);
	}
}

enum h1_event h1_read_head(struct h1 *h1, struct str input, struct arena *arena, struct request *request)
{
	struct head head = { h1, input, stop_of(h1), arena, request };
	enum h1_event event;

	do
		event = read_some(&head);
	while (event == GO_ON);
	return event;
}
