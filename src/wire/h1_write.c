/* Responses to bytes (RFC 9112 sections 4, 6 and 7.1): see h1.h. */
#include "wire/h1_parts.h"

#include <stdio.h>

#include <statute/status.h>

#include "message/content_source.h"

enum { CHUNK_HEAD = 6 }; /* bytes of a chunk's size line, with zeros in front */

bool h1_is_of_the_wire(struct str name)
{
	switch (name.len) {
	case 4: return str_eq_nocase(name, S("Date"));
	case 10: return str_eq_nocase(name, S("Connection"));
	case 14: return str_eq_nocase(name, S("Content-Length"));
	case 17: return str_eq_nocase(name, S("Transfer-Encoding"));
	default: return false;
	}
}

static bool is_without_length(int status)
{
	return (status >= 100 && status <= 199) || status == 204 || status == 304;
}

/* These write where room was made before: see head_size. */

static char *put(char *at, struct str text)
{
	if (text.len)
		memcpy(at, text.at, text.len);
	return at + text.len;
}

#define PUT_LITERAL(at, literal) put((at), S(literal))

static char *put_status_line(char *at, int status)
{
	const struct statute_status *row = statute_status_find(status);

	at = PUT_LITERAL(at, "HTTP/1.1 ");
	at += str_put_u64(at, (uint64_t)status);
	*at++ = ' '; /* stands even before an empty phrase (section 4) */
	if (row)
		at = put(at, str_from(row->phrase));
	return PUT_LITERAL(at, "\r\n");
}

static char *put_field(char *at, struct str name, struct str value)
{
	at = put(at, name);
	at = PUT_LITERAL(at, ": ");
	at = put(at, value);
	return PUT_LITERAL(at, "\r\n");
}

static char *put_connection(char *at, const struct response *response, const struct request *request,
                            bool closes)
{
	bool upgrades = response_field(response, S("Upgrade")).at != NULL;

	if (upgrades && closes)
		return PUT_LITERAL(at, "Connection: upgrade, close\r\n");
	if (upgrades)
		return PUT_LITERAL(at, "Connection: upgrade\r\n");
	if (closes)
		return PUT_LITERAL(at, "Connection: close\r\n");
	return request->minor ? at : PUT_LITERAL(at, "Connection: keep-alive\r\n");
}

/* At most what a head takes, its last line's end included. */
static size_t head_size(const struct response *response, struct str date)
{
	enum { LINES = 256 }; /* status line, the names and ends of Date's, the length's and Connection's lines */
	size_t size = LINES + date.len;

	for (size_t i = 0; i < response->field_count; i++)
		size += response->fields[i].name.len + response->fields[i].value.len + 4;
	return size;
}

/* Status line, Date and the response's own fields. */
static char *put_head(char *at, const struct response *response, struct str date)
{
	at = put_status_line(at, response->status);
	at = put_field(at, S("Date"), date);
	for (size_t i = 0; i < response->field_count; i++)
		if (!h1_is_of_the_wire(response->fields[i].name))
			at = put_field(at, response->fields[i].name, response->fields[i].value);
	return at;
}

/*
 * A HEAD's answer says the length that the GET's has, and nothing where it is not
 * known; any other answer that says none would last until the connection closes.
 */
bool h1_says_length(const struct response *response, const struct request *request, uint64_t *ret_len)
{
	uint64_t len = response->has_content && response->status != 205 ? response_length(response) : 0;

	if (is_without_length(response->status) || len == CONTENT_LENGTH_UNKNOWN)
		return false;
	if (response->status != 205 && request->method == METHOD_HEAD && !response->has_content)
		return false;
	*ret_len = len;
	return true;
}

static char *put_length(char *at, const struct response *response, const struct request *request)
{
	uint64_t len;

	if (!h1_says_length(response, request, &len))
		return at;
	at = PUT_LITERAL(at, "Content-Length: ");
	at += str_put_u64(at, len);
	return PUT_LITERAL(at, "\r\n");
}

bool h1_sends_content(const struct response *response, const struct request *request)
{
	return response->has_content && request->method != METHOD_HEAD && response->status != 205 &&
	       !is_without_length(response->status);
}

void h1_write_response(struct buf *buf, const struct response *response, const struct request *request,
                       struct str date)
{
	bool is_here = !response->source && h1_sends_content(response, request);
	struct str content = is_here ? response->content : (struct str){ 0 };
	char *start = buf_reserve(buf, head_size(response, date) + content.len), *at;

	if (!start)
		return;
	at = put_head(start, response, date);
	at = put_length(at, response, request);
	at = put_connection(at, response, request, response->must_close || !request->keeps_alive);
	at = PUT_LITERAL(at, "\r\n");
	at = put(at, content);
	buf->len += (size_t)(at - start);
}

void h1_write_continue(struct buf *buf)
{
	buf_lit(buf, "HTTP/1.1 100 Continue\r\n\r\n");
}

void h1_write_early_hints(struct buf *buf, struct str links)
{
	buf_lit(buf, "HTTP/1.1 103 Early Hints\r\nLink: ");
	buf_add(buf, links);
	buf_lit(buf, "\r\n\r\n");
}

void h1_write_chunked_head(struct buf *buf, const struct response *response, const struct request *request,
                           struct str date)
{
	bool has_content = !is_without_length(response->status);
	bool ends_by_closing = has_content && !request->minor;
	char *start = buf_reserve(buf, head_size(response, date)), *at;

	if (!start)
		return;
	at = put_head(start, response, date);
	if (has_content && request->minor)
		at = PUT_LITERAL(at, "Transfer-Encoding: chunked\r\n");
	at = put_connection(at, response, request,
	                    response->must_close || !request->keeps_alive || ends_by_closing);
	at = PUT_LITERAL(at, "\r\n");
	buf->len += (size_t)(at - start);
}

void h1_write_chunk(struct buf *buf, const struct request *request, struct str piece)
{
	char size[20];

	if (request->method == METHOD_HEAD || !piece.len)
		return; /* an empty chunk would be the last one */
	if (request->minor) {
		buf_reserve(buf, piece.len + sizeof(size) + 2);
		buf_add(buf, str_of(size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", piece.len)));
	}
	buf_add(buf, piece);
	if (request->minor)
		buf_lit(buf, "\r\n");
}

char *h1_chunk_room(struct buf *buf, size_t max)
{
	char *at = buf_reserve(buf, CHUNK_HEAD + max + 2);

	return at ? at + CHUNK_HEAD : NULL;
}

void h1_chunk_put(struct buf *buf, size_t len)
{
	char size[CHUNK_HEAD + 1], *at = buf->at + buf->len;

	snprintf(size, sizeof(size), "%04x\r\n", (unsigned)len & H1_CHUNK_MAX);
	at = put(at, str_of(size, CHUNK_HEAD)) + len;
	at = PUT_LITERAL(at, "\r\n");
	buf->len += CHUNK_HEAD + len + 2;
}

void h1_write_last_chunk(struct buf *buf, const struct request *request)
{
	if (request->method != METHOD_HEAD && request->minor)
		buf_lit(buf, "0\r\n\r\n");
}
