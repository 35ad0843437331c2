/*
 * The rows of a page without what JSON wraps around them: CSV (RFC 4180), or a row's JSON a line. How to
 * get to the next page is in the Link field.
 *
 * CSV has a column for each declared member that is served, in the order of the schema, and first the id
 * where it is not declared. Values are never changed: a text that a spreadsheet would take for a formula
 * is sent as it is, since whoever reads CSV by program would otherwise get another text than JSON says.
 */
#include "resource/resource.h"

static bool is_column(const struct exchange *x, const struct schema_member *member)
{
	return !member->is_write_only && !member->is_password && !resource_is_secret(x, member->name) &&
	       !(x->bound->resource->has_links && str_eq(member->name, S("_links")));
}

/* The id comes first where it is not declared. */
static bool has_own_id_column(const struct resource *resource)
{
	return !resource->collection.is_singleton && !schema_member(resource->schema, resource->collection.id_name);
}

static bool must_be_quoted(struct str text)
{
	if (!text.len || text.at[0] == ' ' || text.at[text.len - 1] == ' ')
		return true;
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == '"' || text.at[i] == ',' || text.at[i] == '\r' || text.at[i] == '\n')
			return true;
	return false;
}

/* RFC 4180 section 2. An empty text is quoted, so that it is not what is missing. */
static void add_text(struct buf *buf, struct str text)
{
	if (!must_be_quoted(text)) {
		buf_add(buf, text);
		return;
	}
	buf_add_char(buf, '"');
	while (text.len) {
		size_t len = str_find(text, '"');

		buf_add(buf, str_sub(text, 0, len));
		if (len < text.len)
			buf_lit(buf, "\"\"");
		text = str_sub(text, len + 1, text.len);
	}
	buf_add_char(buf, '"');
}

static void add_json(struct exchange *x, struct buf *buf, const struct json *value)
{
	struct buf text;

	buf_init(&text, &x->arena, buf->max);
	json_write(&text, value);
	buf->failed |= text.failed;
	add_text(buf, buf_str(&text));
}

/* Objects and lists are JSON within the field; null is as what is missing: nothing. */
static void add_value(struct exchange *x, struct buf *buf, const struct json *value)
{
	if (!value || value->type == JSON_NULL)
		return;
	if (value->type == JSON_STRING || value->type == JSON_NUMBER)
		add_text(buf, value->text);
	else
		add_json(x, buf, value);
}

/* One record: the names of the columns where `row` is NULL. */
static void add_record(struct exchange *x, struct buf *buf, const struct json *row)
{
	const struct resource *resource = x->bound->resource;
	const struct schema_member *members;
	size_t count = schema_members(resource->schema, &members);
	bool is_first = true;

	if (has_own_id_column(resource)) {
		struct str name = resource->collection.id_name;

		is_first = false;
		if (row)
			add_value(x, buf, json_get(row, name));
		else
			add_text(buf, name);
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_column(x, &members[i]))
			continue;
		if (!is_first)
			buf_add_char(buf, ',');
		is_first = false;
		if (row)
			add_value(x, buf, json_get(row, members[i].name));
		else
			add_text(buf, members[i].name);
	}
	buf_lit(buf, "\r\n");
}

static int add_row(struct exchange *x, struct buf *buf, const struct store_row *row)
{
	struct json *body;
	int r = resource_parse(x, row->body, &body);

	if (r < 0 || (r = resource_localize(x, body)) < 0)
		return r;
	add_record(x, buf, body);
	return 0;
}

/* What is stored is one line, unless another program stored it. */
static int add_line(struct exchange *x, struct buf *buf, const struct store_row *row)
{
	struct str text = resource_text(x, row);
	struct json *body;
	int r;

	if (!text.at)
		return STATUTE_ENOMEM;
	if (str_find(text, '\n') == text.len) {
		buf_add(buf, text);
	} else {
		if ((r = resource_parse(x, text, &body)) < 0)
			return r;
		json_write(buf, body);
	}
	buf_add_char(buf, '\n');
	return 0;
}

int resource_write_table(struct exchange *x, struct buf *buf)
{
	const struct store_page *page = &x->target.page;
	bool is_csv = exchange_representation(x)->format == FORMAT_CSV;
	int r = 0;

	if (is_csv)
		add_record(x, buf, NULL);
	else if (!page->count)
		buf_reserve(buf, 1); /* a text of no bytes, and not none */
	for (size_t i = 0; r == 0 && i < page->count; i++)
		r = is_csv ? add_row(x, buf, &page->rows[i]) : add_line(x, buf, &page->rows[i]);
	return r;
}
