/* Responses to bytes (RFC 9112 sections 4, 6 and 7.1): see h1.h. */
#include "wire/h1.h"

#include <stdio.h>

#include <statute/status.h>

/* Fields that say how the message is framed and where it goes: the wire's alone. */
static bool is_of_the_wire(struct str name)
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

static void add_status_line(struct buf *buf, int status)
{
	const struct statute_status *row = statute_status_find(status);

	buf_lit(buf, "HTTP/1.1 ");
	buf_add_u64(buf, (uint64_t)status);
	buf_add_char(buf, ' '); /* stands even before an empty phrase (section 4) */
	if (row)
		buf_add(buf, str_from(row->phrase));
	buf_lit(buf, "\r\n");
}

static void add_field(struct buf *buf, struct str name, struct str value)
{
	buf_add(buf, name);
	buf_lit(buf, ": ");
	buf_add(buf, value);
	buf_lit(buf, "\r\n");
}

static void add_connection(struct buf *buf, const struct response *response, const struct request *request,
                           bool closes)
{
	bool upgrades = response_field(response, S("Upgrade")).at != NULL;

	if (upgrades && closes)
		buf_lit(buf, "Connection: upgrade, close\r\n");
	else if (upgrades)
		buf_lit(buf, "Connection: upgrade\r\n");
	else if (closes)
		buf_lit(buf, "Connection: close\r\n");
	else if (!request->minor)
		buf_lit(buf, "Connection: keep-alive\r\n");
}

/* Status line, Date and the response's own fields, with room for `more` bytes behind them. */
static void begin_head(struct buf *buf, const struct response *response, struct str date, size_t more)
{
	enum { LINES = 256 }; /* status line, Date, Content-Length, Connection, the last line's end */
	size_t size = LINES + more;

	for (size_t i = 0; i < response->field_count; i++)
		size += response->fields[i].name.len + response->fields[i].value.len + 4;
	buf_reserve(buf, size);
	add_status_line(buf, response->status);
	add_field(buf, S("Date"), date);
	for (size_t i = 0; i < response->field_count; i++)
		if (!is_of_the_wire(response->fields[i].name))
			add_field(buf, response->fields[i].name, response->fields[i].value);
}

/*
 * A HEAD's answer says the length that the GET's has, and nothing where it is not
 * known; any other answer that says none would last until the connection closes.
 */
static void add_length(struct buf *buf, const struct response *response, const struct request *request)
{
	size_t len = response->has_content ? response->content.len : 0;

	if (is_without_length(response->status))
		return;
	if (response->status == 205)
		len = 0;
	else if (request->method == METHOD_HEAD && !response->has_content)
		return;
	buf_lit(buf, "Content-Length: ");
	buf_add_u64(buf, len);
	buf_lit(buf, "\r\n");
}

static bool sends_content(const struct response *response, const struct request *request)
{
	return response->has_content && request->method != METHOD_HEAD && response->status != 205 &&
	       !is_without_length(response->status);
}

void h1_write_response(struct buf *buf, const struct response *response, const struct request *request,
                       struct str date)
{
	bool has_content = sends_content(response, request);

	begin_head(buf, response, date, has_content ? response->content.len : 0);
	add_length(buf, response, request);
	add_connection(buf, response, request, response->must_close || !request->keeps_alive);
	buf_lit(buf, "\r\n");
	if (has_content)
		buf_add(buf, response->content);
}

void h1_write_continue(struct buf *buf)
{
	buf_lit(buf, "HTTP/1.1 100 Continue\r\n\r\n");
}

void h1_write_chunked_head(struct buf *buf, const struct response *response, const struct request *request,
                           struct str date)
{
	bool has_content = !is_without_length(response->status);
	bool ends_by_closing = has_content && !request->minor;

	begin_head(buf, response, date, 0);
	if (has_content && request->minor)
		buf_lit(buf, "Transfer-Encoding: chunked\r\n");
	add_connection(buf, response, request,
	               response->must_close || !request->keeps_alive || ends_by_closing);
	buf_lit(buf, "\r\n");
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

void h1_write_last_chunk(struct buf *buf, const struct request *request)
{
	if (request->method != METHOD_HEAD && request->minor)
		buf_lit(buf, "0\r\n\r\n");
}
