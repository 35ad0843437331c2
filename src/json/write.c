/*
 * The writer: RFC 8259 section 2, compact or indented. See json.h.
 *
 * What it writes is UTF-8 whatever it was given: bytes that are none become
 * U+FFFD. The walk keeps its own bounded stack; a deeper tree fails the buffer.
 */
#include "json/json.h"

/* True for bytes that stand in a string as they are. */
static bool is_plain(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static void write_escape(struct buf *buf, char c)
{
	static const char controls[] = "\b\f\n\r\t", letters[] = "bfnrt";
	const char *control = c ? strchr(controls, c) : NULL;

	if (c == '"' || c == '\\' || control) {
		buf_add_char(buf, '\\');
		buf_add_char(buf, control ? letters[control - controls] : c);
	} else {
		buf_printf(buf, "\\u%04x", (unsigned)c);
	}
}

/* One character past ASCII at `at`; returns the byte after it. */
static const char *write_wide(struct buf *buf, const char *at, const char *end)
{
	const char *begin = at;
	int32_t c = utf8_next(&at, end);

	if (c == 0x2028 || c == 0x2029)
		buf_add(buf, c == 0x2028 ? S("\\u2028") : S("\\u2029"));
	else if (c >= 0)
		buf_add(buf, str_of(begin, (size_t)(at - begin)));
	else
		buf_lit(buf, "\xEF\xBF\xBD");
	return c >= 0 ? at : begin + 1;
}

void json_write_string(struct buf *buf, struct str text)
{
	const char *at = text.at, *end = text.len ? text.at + text.len : text.at;

	buf_add_char(buf, '"');
	while (at < end) {
		const char *plain = at;

		while (at < end && is_plain(*at))
			at++;
		buf_add(buf, str_of(plain, (size_t)(at - plain)));
		if (at == end)
			break;
		if ((unsigned char)*at >= 0x80)
			at = write_wide(buf, at, end);
		else
			write_escape(buf, *at++);
	}
	buf_add_char(buf, '"');
}

static void write_line(struct buf *buf, size_t depth)
{
	buf_add_char(buf, '\n');
	for (size_t i = 0; i < depth; i++)
		buf_lit(buf, "  ");
}

static void write_name(struct buf *buf, struct str name, bool is_pretty)
{
	json_write_string(buf, name);
	buf_add(buf, is_pretty ? S(": ") : S(":"));
}

/* A scalar, or an array or object without any content. */
static void write_leaf(struct buf *buf, const struct json *node)
{
	switch (node->type) {
	case JSON_NULL: buf_lit(buf, "null"); break;
	case JSON_FALSE: buf_lit(buf, "false"); break;
	case JSON_TRUE: buf_lit(buf, "true"); break;
	case JSON_NUMBER: buf_add(buf, node->text); break;
	case JSON_STRING: json_write_string(buf, node->text); break;
	case JSON_ARRAY: buf_lit(buf, "[]"); break;
	case JSON_OBJECT: buf_lit(buf, "{}"); break;
	}
}

static void write_tree(struct buf *buf, const struct json *node, bool is_pretty)
{
	const struct json *open[JSON_DEPTH_MAX];
	size_t depth = 0;

	while (!buf->failed) {
		if (depth && is_pretty)
			write_line(buf, depth);
		if (depth && open[depth - 1]->type == JSON_OBJECT)
			write_name(buf, node->name, is_pretty);
		if (json_first(node)) {
			if (depth == JSON_DEPTH_MAX) {
				buf->failed = true;
				return;
			}
			buf_add_char(buf, node->type == JSON_ARRAY ? '[' : '{');
			open[depth++] = node;
			node = json_first(node);
			continue;
		}
		write_leaf(buf, node);
		while (depth && !node->next) {
			node = open[--depth];
			if (is_pretty)
				write_line(buf, depth);
			buf_add_char(buf, node->type == JSON_ARRAY ? ']' : '}');
		}
		if (!depth)
			return;
		buf_add_char(buf, ',');
		node = node->next;
	}
}

void json_write(struct buf *buf, const struct json *node)
{
	write_tree(buf, node, false);
}

void json_write_pretty(struct buf *buf, const struct json *node)
{
	write_tree(buf, node, true);
	buf_add_char(buf, '\n');
}
