/*
 * Responses: see answer.h. What ends the content is asked in the order of RFC 9112 section
 * 6.3: Transfer-Encoding, then Content-Length, then the connection's end.
 */
#include "client/answer.h"

#include "message/syntax.h"

struct head {
	int status;
	struct str location, cache_control;
	bool is_chunked, has_length;
	uint64_t length;
};

enum { MAX_AGE_S = 366 * 86400, CHUNK_DIGITS = 8 };

/* The line before the next LF, without its CR. */
static struct str cut_line(struct str *rest)
{
	struct str line = str_cut(rest, '\n');

	return str_ends(line, S("\r")) ? str_sub(line, 0, line.len - 1) : line;
}

/* "HTTP/1.1 200 OK" */
static bool read_status(struct str line, int *ret_status)
{
	uint64_t status;

	if (!str_starts(line, S("HTTP/1.")) || line.len < 12 || line.at[8] != ' ' ||
	    !str_to_u64(str_sub(line, 9, 3), &status) || status < 100 || (line.len > 12 && line.at[12] != ' '))
		return false;
	*ret_status = (int)status;
	return true;
}

static bool read_length(struct head *head, struct str value)
{
	uint64_t length;

	if (!str_to_u64(value, &length) || (head->has_length && length != head->length))
		return false;
	head->length = length;
	head->has_length = true;
	return true;
}

static bool read_field(struct head *head, struct str line)
{
	struct str value = line, name = str_cut(&value, ':');

	if (!value.at || !syntax_is_token(name))
		return false;
	value = str_trim(value);
	if (str_eq_nocase(name, S("Content-Length")))
		return read_length(head, value);
	if (str_eq_nocase(name, S("Transfer-Encoding"))) {
		bool is_first = !head->is_chunked;

		head->is_chunked = true;
		return is_first && str_eq_nocase(value, S("chunked"));
	}
	if (str_eq_nocase(name, S("Location")))
		head->location = value;
	else if (str_eq_nocase(name, S("Cache-Control")))
		head->cache_control = value;
	return true;
}

static bool read_head(struct str text, struct head *head)
{
	*head = (struct head){ 0 };
	if (!read_status(cut_line(&text), &head->status))
		return false;
	while (text.at) {
		struct str line = cut_line(&text);

		if (line.len && !read_field(head, line))
			return false;
	}
	return true;
}

static int64_t read_max_age(struct str list)
{
	int64_t age_s = -1;
	struct str value;

	while ((value = syntax_list_next(&list)).at) {
		struct str name = str_trim(str_cut(&value, '='));
		uint64_t seconds;

		if (str_eq_nocase(name, S("no-store")) || str_eq_nocase(name, S("no-cache")))
			return 0;
		if (str_eq_nocase(name, S("max-age")) && value.at && str_to_u64(str_trim(value), &seconds))
			age_s = seconds < MAX_AGE_S ? (int64_t)seconds : MAX_AGE_S;
	}
	return age_s;
}

/* "1a2b;ext": false where it is no size, or one of more than 4 GiB. */
static bool read_size(struct str line, size_t *ret_size)
{
	size_t size = 0, len = 0;

	while (len < line.len && char_is(line.at[len], CHAR_HEX)) {
		if (len == CHUNK_DIGITS)
			return false;
		size = size << 4 | (line.at[len] > '9' ? (size_t)(line.at[len] | 32) - 'a' + 10
		                                       : (size_t)line.at[len] - '0');
		len++;
	}
	*ret_size = size;
	line = str_trim(str_sub(line, len, line.len));
	return len && (!line.len || line.at[0] == ';');
}

/* Behind the last chunk: trailer fields, which nobody asked for, and an empty line. */
static enum answer_state skip_trailer(struct str text)
{
	while (str_find(text, '\n') < text.len)
		if (!cut_line(&text).len)
			return ANSWER_WHOLE;
	return text.len > ANSWER_HEAD_MAX ? ANSWER_BROKEN : ANSWER_MORE;
}

/* With `content` NULL it is looked at alone. */
static enum answer_state read_chunks(struct str text, struct buf *content)
{
	for (;;) {
		size_t size, end = str_find(text, '\n');

		if (end == text.len)
			return end > ANSWER_HEAD_MAX ? ANSWER_BROKEN : ANSWER_MORE;
		if (!read_size(cut_line(&text), &size))
			return ANSWER_BROKEN;
		if (size == 0)
			return skip_trailer(text);
		if (text.len < size + 2)
			return ANSWER_MORE;
		if (text.at[size] != '\r' || text.at[size + 1] != '\n')
			return ANSWER_BROKEN;
		if (content)
			buf_add(content, str_sub(text, 0, size));
		text = str_sub(text, size + 2, text.len);
	}
}

static enum answer_state read_content(const struct head *head, struct str text, bool is_end, struct buf *content)
{
	enum answer_state state;

	if (head->status == 204 || head->status == 304)
		return ANSWER_WHOLE;
	if (head->is_chunked) {
		state = read_chunks(text, NULL); /* all of it or nothing is appended */
		return state == ANSWER_WHOLE ? read_chunks(text, content) : state;
	}
	if (head->has_length && head->length > content->max)
		content->failed = true;
	else if (head->has_length && text.len < head->length)
		return ANSWER_MORE;
	else if (!head->has_length && !is_end)
		return ANSWER_MORE;
	else
		buf_add(content, head->has_length ? str_sub(text, 0, head->length) : text);
	return ANSWER_WHOLE;
}

/* The bytes of the head with its empty line; 0 where that has not come. */
static size_t head_len(struct str text)
{
	const char *end = text.at ? memmem(text.at, text.len, "\r\n\r\n", 4) : NULL;

	return end ? (size_t)(end - text.at) + 4 : 0;
}

static bool may_begin_a_head(struct str text)
{
	struct str begin = S("HTTP/1.");

	return text.len <= ANSWER_HEAD_MAX &&
	       str_eq(str_sub(text, 0, begin.len), str_sub(begin, 0, text.len));
}

enum answer_state answer_read(struct str text, bool is_end, struct buf *content, struct answer *ret_answer)
{
	enum answer_state state;
	struct head head;

	do {
		size_t len = head_len(text);

		if (!len)
			return is_end || !may_begin_a_head(text) ? ANSWER_BROKEN : ANSWER_MORE;
		if (!read_head(str_sub(text, 0, len), &head) || head.status == 101)
			return ANSWER_BROKEN;
		text = str_sub(text, len, text.len);
	} while (head.status < 200);
	state = read_content(&head, text, is_end, content);
	if (content->failed || (state == ANSWER_MORE && is_end))
		return ANSWER_BROKEN;
	if (state == ANSWER_WHOLE)
		*ret_answer = (struct answer){ head.status, head.location, read_max_age(head.cache_control) };
	return state;
}
