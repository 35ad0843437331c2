/*
 * How an added member is written: see insert.h. JSON as it is, or as lines of YAML,
 * where small objects stay in braces. The trees are made here, not read: the depth of
 * the recursion is theirs.
 */
#include "openapi/insert.h"

enum { FLOW_WIDTH = 90, DEPTH_MAX = 32 };

static bool is_yaml(const struct insert_layout *layout)
{
	return layout->style == INSERT_BLOCK || layout->style == INSERT_FLOW;
}

static void write_line(struct buf *buf, const struct insert_layout *layout, unsigned depth)
{
	buf_add(buf, layout->newline);
	buf_add(buf, layout->indent);
	for (unsigned i = 0; i < depth; i++)
		buf_add(buf, layout->unit);
}

/* A text that YAML reads as one without quotes, whichever version reads it: not as "no" or "null". */
static bool is_plain(struct str text)
{
	static const struct str others[] = {
		STR_INIT("null"), STR_INIT("true"), STR_INIT("false"), STR_INIT("yes"), STR_INIT("off"),
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_eq_nocase(text, others[i]))
			return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (!i && c == '$');
		bool is_inner = (c >= '0' && c <= '9') || c == '/' || c == '+' || c == '-' || c == '.' || c == '_';

		if (!is_letter && !(i && is_inner))
			return false;
	}
	return text.len > 2;
}

static void write_name(struct buf *buf, const struct insert_layout *layout, struct str name)
{
	if (is_yaml(layout) && is_plain(name))
		buf_add(buf, name);
	else
		json_write_string(buf, name);
	buf_add_char(buf, ':');
}

static bool is_collection(const struct json *node)
{
	return node->type == JSON_ARRAY || node->type == JSON_OBJECT;
}

/* Also an empty object or list. */
static void write_scalar(struct buf *buf, const struct insert_layout *layout, const struct json *node)
{
	if (is_yaml(layout) && node->type == JSON_STRING && is_plain(node->text))
		buf_add(buf, node->text);
	else
		json_write(buf, node);
}

/* On one line: "{ type: string }", "[a, b]". */
static void write_flow(struct buf *buf, const struct insert_layout *layout, const struct json *node,
                       unsigned depth)
{
	bool is_object = node->type == JSON_OBJECT, is_spaced = is_object && is_yaml(layout);

	if (depth == DEPTH_MAX)
		buf->failed = true;
	if (!is_collection(node) || !json_first(node) || buf->failed) {
		write_scalar(buf, layout, node);
		return;
	}
	buf_add(buf, is_spaced ? S("{ ") : is_object ? S("{") : S("["));
	json_each(child, node) {
		if (is_object) {
			write_name(buf, layout, child->name);
			if (layout->style != INSERT_COMPACT)
				buf_add_char(buf, ' ');
		}
		write_flow(buf, layout, child, depth + 1);
		if (child->next)
			buf_add(buf, layout->style == INSERT_COMPACT ? S(",") : S(", "));
	}
	buf_add(buf, is_spaced ? S(" }") : is_object ? S("}") : S("]"));
}

/* An object of scalars that is short enough for one line; lists always are. */
static bool fits_line(const struct json *node)
{
	size_t width = 0;

	if (node->type != JSON_OBJECT)
		return true;
	json_each(member, node) {
		if (is_collection(member) && json_first(member))
			return false;
		width += member->name.len + (is_collection(member) ? 2 : member->text.len) + 6;
	}
	return width <= FLOW_WIDTH;
}

static void write_value(struct buf *buf, const struct insert_layout *layout, const struct json *node,
                        unsigned depth)
{
	bool is_block = layout->style == INSERT_BLOCK;

	if (depth == DEPTH_MAX)
		buf->failed = true;
	if (buf->failed)
		return;
	if (layout->style == INSERT_COMPACT || layout->style == INSERT_FLOW || fits_line(node)) {
		if (layout->style != INSERT_COMPACT)
			buf_add_char(buf, ' ');
		write_flow(buf, layout, node, depth);
		return;
	}
	if (!is_block)
		buf_lit(buf, " {");
	json_each(member, node) {
		write_line(buf, layout, depth + 1);
		write_name(buf, layout, member->name);
		write_value(buf, layout, member, depth + 1);
		if (!is_block && member->next)
			buf_add_char(buf, ',');
	}
	if (!is_block) {
		write_line(buf, layout, depth);
		buf_add_char(buf, '}');
	}
}

void insert_write(struct buf *buf, const struct insert_layout *layout, struct str name,
                  const struct json *value)
{
	write_name(buf, layout, name);
	write_value(buf, layout, value, 0);
}
