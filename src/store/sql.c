/* SQL text and values: see sql.h. */
#include "store/sql.h"

#include "json/scan.h"

#include "base/arena.h"

static void add_quoted(struct buf *buf, struct str text, char quote)
{
	buf_add_char(buf, quote);
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == quote)
			buf_add_char(buf, quote);
		buf_add_char(buf, text.at[i]);
	}
	buf_add_char(buf, quote);
}

void sql_add_name(struct buf *buf, struct str name)
{
	add_quoted(buf, name, '"');
}

void sql_add_text(struct buf *buf, struct str text)
{
	add_quoted(buf, text, '\'');
}

bool store_member_fits(struct str member)
{
	for (size_t i = 0; i < member.len; i++)
		if ((unsigned char)member.at[i] < ' ' || member.at[i] == '"' || member.at[i] == '\\')
			return false;
	return true;
}

struct str sql_path(struct arena *arena, struct str member)
{
	struct buf path, literal;

	if (!store_member_fits(member))
		return (struct str){ 0 };
	buf_init(&path, arena, SQL_TEXT_MAX);
	buf_init(&literal, arena, SQL_TEXT_MAX);
	buf_lit(&path, "$.\"");
	buf_add(&path, member);
	buf_add_char(&path, '"');
	if (path.failed)
		return (struct str){ 0 };
	sql_add_text(&literal, buf_str(&path));
	return buf_whole(&literal);
}

int sql_bind_text(sqlite3_stmt *statement, int at, struct str text)
{
	return sqlite3_bind_text64(statement, at, text.at ? text.at : "", text.len, SQLITE_STATIC,
	                           SQLITE_UTF8);
}

int sql_bind_text_or_null(sqlite3_stmt *statement, int at, struct str text)
{
	return text.len ? sql_bind_text(statement, at, text) : sqlite3_bind_null(statement, at);
}

/* A number as JSON writes it. Needs no memory, whose lack would make another number of it. */
static bool is_number(struct str text)
{
	struct json_scan scan = { .end = text.at + text.len };

	return text.len && json_scan_number(&scan, text.at) == scan.end;
}

static int bind_number(sqlite3_stmt *statement, int at, struct str text)
{
	const struct json node = { .type = JSON_NUMBER, .text = text };
	int64_t whole;
	double real;

	if (!is_number(text))
		return sqlite3_bind_null(statement, at);
	if (json_to_i64(&node, &whole))
		return sqlite3_bind_int64(statement, at, whole);
	if (json_to_double(&node, &real))
		return sqlite3_bind_double(statement, at, real);
	return sqlite3_bind_null(statement, at);
}

int sql_bind_value(sqlite3_stmt *statement, int at, enum store_type type, struct str text)
{
	int64_t whole;

	switch (type) {
	case STORE_TEXT: return sql_bind_text(statement, at, text);
	case STORE_BOOLEAN:
		if (str_eq(text, S("true")) || str_eq(text, S("false")))
			return sqlite3_bind_int(statement, at, str_eq(text, S("true")));
		return sqlite3_bind_null(statement, at);
	case STORE_INTEGER:
	case STORE_REAL: break;
	}
	if (sql_integer_id(text, &whole))
		return sqlite3_bind_int64(statement, at, whole);
	return bind_number(statement, at, text);
}

bool sql_integer_id(struct str id, int64_t *ret_id)
{
	bool is_negative = str_starts(id, S("-"));
	struct str digits = str_sub(id, is_negative, SIZE_MAX);
	int64_t value;

	if (!str_to_i64(id, &value) || (digits.at[0] == '0' && (digits.len > 1 || is_negative)))
		return false;
	*ret_id = value;
	return true;
}

int sql_bind_id(sqlite3_stmt *statement, int at, bool is_integer, struct str id)
{
	int64_t value;

	if (!is_integer)
		return sql_bind_text(statement, at, id);
	return sql_integer_id(id, &value) ? sqlite3_bind_int64(statement, at, value)
	                                  : sqlite3_bind_null(statement, at);
}

bool sql_same_number(struct str a, struct str b)
{
	return str_eq(a, b) || (is_number(a) && is_number(b) && json_number_cmp(a, b) == 0);
}

struct str sql_column(sqlite3_stmt *statement, int column)
{
	bool is_null = sqlite3_column_type(statement, column) == SQLITE_NULL;
	const char *text = is_null ? "" : (const char *)sqlite3_column_text(statement, column);

	return str_of(text, text && !is_null ? (size_t)sqlite3_column_bytes(statement, column) : 0);
}

struct str sql_column_copy(sqlite3_stmt *statement, int column, struct arena *arena)
{
	struct str text = sql_column(statement, column);

	return text.at ? str_dup(arena, text) : text;
}
