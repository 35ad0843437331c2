/*
 * A page of a collection: keyset paging, so that rows that come or go meanwhile
 * neither repeat nor hide others, and, ascending, a page costs the same wherever it
 * lies. Descending by a member it costs more the further it is from the beginning.
 *
 * A cursor is JSON: [shape, direction, values of the sort keys …, id]. The shape is
 * a hash of collection, filters and order: a cursor of another query is refused.
 * A missing member sorts before every value.
 */
#include <math.h>
#include <stdio.h>

#include "store/engine.h"

enum { VALUES_MAX = 16, CURSOR_DEPTH = 2, CURSOR_NODES = 64 };

/* What comes of a query: the order with the id behind it, and the place to start from. */
struct plan {
	const struct store_query *query;
	const struct store *store;
	struct arena *arena;
	struct store_sort keys[VALUES_MAX];
	size_t key_count;
	uint64_t shape;
	const struct json *from; /* the first key's value in the cursor, or NULL for the first page */
	bool is_backward;
};

static void hash_more(uint64_t *hash, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		*hash = (*hash ^ (unsigned char)text.at[i]) *
		        UINT64_C(0x100000001b3); /* FNV-1a: stable across runs */
	*hash = (*hash ^ 0xFF) * UINT64_C(0x100000001b3);
}

static struct str member_name(const struct collection *collection, size_t member)
{
	return member == STORE_MEMBER_ID ? collection->id_name : collection->members[member].name;
}

static uint64_t shape_of(const struct store_query *query)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	hash_more(&hash, query->collection->name);
	for (size_t i = 0; i < query->filter_count; i++) {
		hash_more(&hash, member_name(query->collection, query->filters[i].member));
		for (size_t k = 0; k < query->filters[i].count; k++)
			hash_more(&hash, query->filters[i].values[k]);
		if (query->filters[i].is_unset)
			hash_more(&hash, S("unset"));
	}
	for (size_t i = 0; i < query->sort_count; i++) {
		hash_more(&hash, member_name(query->collection, query->sorts[i].member));
		hash_more(&hash, query->sorts[i].is_descending ? S("-") : S("+"));
	}
	return hash >> 12; /* a JSON number that every reader keeps */
}

static bool read_cursor(struct plan *plan)
{
	const struct json_limits limits = { .depth = CURSOR_DEPTH, .nodes = CURSOR_NODES };
	struct json_fault fault;
	struct json *cursor;
	int64_t shape;

	if (!plan->query->cursor.len)
		return true;
	if (json_parse(plan->arena, plan->query->cursor, &limits, &cursor, &fault) != 0 ||
	    !json_is(cursor, JSON_ARRAY) || cursor->count != plan->key_count + 2)
		return false;
	if (!json_to_i64(cursor->first, &shape) || (uint64_t)shape != plan->shape)
		return false;
	plan->is_backward = json_is_true(cursor->first->next);
	plan->from = cursor->first->next->next;
	json_each(value, cursor)
		if (value->type == JSON_ARRAY || value->type == JSON_OBJECT)
			return false;
	return true;
}

static bool make_plan(struct plan *plan)
{
	const struct store_query *query = plan->query;

	for (size_t i = 0; i < query->sort_count && i < VALUES_MAX - 1; i++) {
		plan->keys[plan->key_count++] = query->sorts[i];
		if (query->sorts[i].member == STORE_MEMBER_ID)
			break; /* ids are unique: what comes after decides nothing */
	}
	/* The id goes the way of the last member, so that one index serves both, read from either end. */
	if (!plan->key_count || plan->keys[plan->key_count - 1].member != STORE_MEMBER_ID) {
		bool goes_down = plan->key_count && plan->keys[plan->key_count - 1].is_descending;

		plan->keys[plan->key_count++] = (struct store_sort){ STORE_MEMBER_ID, goes_down };
	}
	plan->shape = shape_of(query);
	return read_cursor(plan);
}

static struct str column_of(const struct plan *plan, size_t member)
{
	return layout_column(plan->store, plan->query->collection, member);
}

static void add_unset(struct buf *sql, const struct plan *plan, size_t member)
{
	bool is_text = plan->query->collection->members[member].type == STORE_TEXT;

	buf_lit(sql, "ifnull(");
	buf_add(sql, column_of(plan, member));
	buf_add(sql, is_text ? S(", '') = ''") : S(", 0) = 0"));
}

static void add_filters(struct buf *sql, const struct plan *plan)
{
	const struct store_query *query = plan->query;

	buf_lit(sql, " WHERE 1");
	for (size_t i = 0; i < query->filter_count; i++) {
		buf_lit(sql, " AND ");
		if (query->filters[i].is_unset) {
			add_unset(sql, plan, query->filters[i].member);
			continue;
		}
		buf_add(sql, column_of(plan, query->filters[i].member));
		buf_lit(sql, " IN (");
		for (size_t k = 0; k < query->filters[i].count; k++)
			buf_add(sql, k ? S(", ?") : S("?"));
		buf_add_char(sql, ')');
	}
}

static bool goes_down(const struct plan *plan, size_t key)
{
	return plan->keys[key].is_descending != plan->is_backward;
}

/* Rows beyond the cursor's value in one key; NULL is below everything. */
static void add_beyond(struct buf *sql, const struct plan *plan, size_t key, const struct json *value)
{
	struct str column = column_of(plan, plan->keys[key].member);
	bool is_null = value->type == JSON_NULL;

	if (!goes_down(plan, key)) {
		buf_add(sql, column);
		buf_add(sql, is_null ? S(" IS NOT NULL") : S(" > ?"));
	} else if (is_null) {
		buf_add_char(sql, '0');
	} else {
		buf_add_char(sql, '(');
		buf_add(sql, column);
		buf_lit(sql, " < ? OR ");
		buf_add(sql, column);
		buf_lit(sql, " IS NULL)");
	}
}

/* What follows implies it, but this form alone lets an index begin at the cursor. */
static bool has_bound(const struct plan *plan)
{
	return plan->from && !goes_down(plan, 0) && plan->from->type != JSON_NULL;
}

/* (a > ?) OR (a IS ? AND b > ?) OR … */
static void add_start(struct buf *sql, const struct plan *plan)
{
	const struct json *value = plan->from;

	if (!value)
		return;
	if (has_bound(plan)) {
		buf_lit(sql, " AND ");
		buf_add(sql, column_of(plan, plan->keys[0].member));
		buf_lit(sql, " >= ?");
	}
	buf_lit(sql, " AND (");
	for (size_t i = 0; i < plan->key_count; i++, value = value->next) {
		buf_add(sql, i ? S(" OR (") : S("("));
		for (size_t k = 0; k < i; k++) {
			buf_add(sql, column_of(plan, plan->keys[k].member));
			buf_lit(sql, " IS ? AND ");
		}
		add_beyond(sql, plan, i, value);
		buf_add_char(sql, ')');
	}
	buf_add_char(sql, ')');
}

static struct str page_sql(const struct plan *plan)
{
	struct buf sql;

	buf_init(&sql, plan->arena, SQL_TEXT_MAX);
	buf_lit(&sql, "SELECT \"_version\", \"_modified\", \"_body\"");
	for (size_t i = 0; i < plan->key_count; i++) {
		buf_lit(&sql, ", ");
		buf_add(&sql, column_of(plan, plan->keys[i].member));
	}
	buf_lit(&sql, " FROM ");
	sql_add_name(&sql, plan->query->collection->name);
	add_filters(&sql, plan);
	add_start(&sql, plan);
	buf_lit(&sql, " ORDER BY ");
	for (size_t i = 0; i < plan->key_count; i++) {
		if (i)
			buf_lit(&sql, ", ");
		buf_add(&sql, column_of(plan, plan->keys[i].member));
		buf_add(&sql, goes_down(plan, i) ? S(" DESC") : S(" ASC"));
	}
	buf_lit(&sql, " LIMIT ?");
	return buf_whole(&sql);
}

static int bind_json(sqlite3_stmt *statement, int at, const struct json *value)
{
	int64_t whole;
	double real;

	if (value->type == JSON_NULL)
		return sqlite3_bind_null(statement, at);
	if (value->type == JSON_STRING)
		return sql_bind_text(statement, at, value->text);
	if (json_to_i64(value, &whole) && str_find(value->text, '.') == value->text.len &&
	    str_find(value->text, 'e') == value->text.len)
		return sqlite3_bind_int64(statement, at, whole);
	if (json_to_double(value, &real))
		return sqlite3_bind_double(statement, at, real);
	return sqlite3_bind_int(statement, at, value->type == JSON_TRUE);
}

static int bind_filters(sqlite3_stmt *statement, const struct plan *plan)
{
	const struct store_query *query = plan->query;
	const struct collection *collection = query->collection;
	int at = 1;

	for (size_t i = 0; i < query->filter_count; i++) {
		const struct store_filter *filter = &query->filters[i];

		for (size_t k = 0; k < filter->count; k++, at++) {
			if (filter->member == STORE_MEMBER_ID)
				sql_bind_id(statement, at, has_integer_id(collection), filter->values[k]);
			else
				sql_bind_value(statement, at, collection->members[filter->member].type,
				               filter->values[k]);
		}
	}
	return at;
}

/* Returns the index of the next value. */
static int bind_start(sqlite3_stmt *statement, const struct plan *plan, int at)
{
	const struct json *value = plan->from;

	if (has_bound(plan))
		bind_json(statement, at++, value);
	for (size_t i = 0; plan->from && i < plan->key_count; i++, value = value->next) {
		const struct json *equal = plan->from;

		for (size_t k = 0; k < i; k++, equal = equal->next)
			bind_json(statement, at++, equal);
		if (value->type != JSON_NULL)
			bind_json(statement, at++, value);
	}
	return at;
}

/* A JSON number that is read back as a real: never without '.' or 'e', and 1e999 for infinity. */
static void add_real(struct buf *buf, double real)
{
	char text[40];

	if (isinf(real)) {
		buf_add(buf, real < 0 ? S("-1e999") : S("1e999"));
		return;
	}
	snprintf(text, sizeof(text), "%.17g", real);
	buf_printf(buf, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void add_text_json(struct buf *buf, struct str text)
{
	if (text.at)
		json_write_string(buf, text);
	else
		buf->failed = true;
}

static void add_column_json(struct buf *buf, sqlite3_stmt *statement, int column)
{
	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_INTEGER:
		buf_printf(buf, "%lld", (long long)sqlite3_column_int64(statement, column));
		break;
	case SQLITE_FLOAT: add_real(buf, sqlite3_column_double(statement, column)); break;
	case SQLITE_TEXT: add_text_json(buf, sql_column(statement, column)); break;
	default: buf_lit(buf, "null");
	}
}

static struct str cursor_at(const struct plan *plan, sqlite3_stmt *statement, bool is_backward)
{
	struct buf buf;

	buf_init(&buf, plan->arena, SQL_TEXT_MAX);
	buf_printf(&buf, "[%llu,%s", (unsigned long long)plan->shape, is_backward ? "true" : "false");
	for (size_t i = 0; i < plan->key_count; i++) {
		buf_add_char(&buf, ',');
		add_column_json(&buf, statement, 3 + (int)i);
	}
	buf_add_char(&buf, ']');
	return buf_whole(&buf);
}

static bool read_row(const struct plan *plan, sqlite3_stmt *statement, struct store_row *row)
{
	*row = (struct store_row){
		.state = ROW_LIVE,
		.version = sqlite3_column_int64(statement, 0),
		.modified_ms = sqlite3_column_int64(statement, 1),
		.body = sql_column_copy(statement, 2, plan->arena),
		.id = sql_column_copy(statement, 2 + (int)plan->key_count,
		                      plan->arena), /* the id is the last key */
	};
	return row->body.at && row->id.at;
}

static void reverse(struct store_row *rows, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct store_row row = rows[i];

		rows[i] = rows[count - 1 - i];
		rows[count - 1 - i] = row;
	}
}

/* `bytes` are those of its bodies. */
static bool is_full(const struct plan *plan, const struct store_page *page, size_t bytes)
{
	const struct store_query *query = plan->query;

	return page->count == query->limit || (query->bytes_max && bytes >= query->bytes_max);
}

static enum store_outcome read_rows(struct store_session *session, const struct plan *plan,
                                    sqlite3_stmt *statement, struct store_page *page)
{
	struct str first = { 0 }, last = { 0 };
	bool has_more = false;
	size_t bytes = 0;
	int code;

	page->rows = arena_array(plan->arena, plan->query->limit, sizeof(*page->rows));
	if (!page->rows)
		return STORE_NO_MEMORY;
	while ((code = session_step(session, statement)) == SQLITE_ROW) {
		struct store_row *row = &page->rows[page->count];

		if (is_full(plan, page, bytes)) {
			has_more = true;
			code = SQLITE_DONE;
			break;
		}
		if (!read_row(plan, statement, row))
			return STORE_NO_MEMORY;
		page->count++;
		bytes += row->body.len;
		if (page->count == 1)
			first = cursor_at(plan, statement, !plan->is_backward);
		if (is_full(plan, page, bytes))
			last = cursor_at(plan, statement, plan->is_backward);
		if (!first.at || (is_full(plan, page, bytes) && !last.at))
			return STORE_NO_MEMORY;
	}
	if (code != SQLITE_DONE)
		return session_failed(session, code);
	if (!plan->is_backward) {
		page->next = has_more ? last : (struct str){ 0 };
		page->prev = plan->from ? first : (struct str){ 0 };
	} else {
		reverse(page->rows, page->count);
		page->next = first;
		page->prev = has_more ? last : (struct str){ 0 };
	}
	return STORE_DONE;
}

static enum store_outcome count_rows(struct store_session *session, const struct plan *plan,
                                     uint64_t *ret_total)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement;
	struct buf sql;
	int code;

	buf_init(&sql, plan->arena, SQL_TEXT_MAX);
	buf_lit(&sql, "SELECT count(*) FROM ");
	sql_add_name(&sql, plan->query->collection->name);
	add_filters(&sql, plan);
	if (sql.failed)
		return STORE_NO_MEMORY;
	statement = session_borrow(session, buf_str(&sql), &outcome);
	if (!statement)
		return outcome;
	bind_filters(statement, plan);
	code = session_step(session, statement);
	if (code == SQLITE_ROW)
		*ret_total = (uint64_t)sqlite3_column_int64(statement, 0);
	else
		outcome = session_failed(session, code);
	session_give_back(session, statement);
	return outcome;
}

static enum store_outcome run_page(struct store_session *session, const struct plan *plan,
                                   struct store_page *page)
{
	enum store_outcome outcome = STORE_NO_MEMORY;
	struct str sql = page_sql(plan);
	sqlite3_stmt *statement = sql.at ? session_borrow(session, sql, &outcome) : NULL;
	int at;

	if (!statement)
		return outcome;
	at = bind_start(statement, plan, bind_filters(statement, plan));
	sqlite3_bind_int64(statement, at, (int64_t)plan->query->limit + 1);
	outcome = read_rows(session, plan, statement, page);
	session_give_back(session, statement);
	if (outcome == STORE_DONE && plan->query->counts_total)
		outcome = count_rows(session, plan, &page->total);
	return outcome;
}

enum store_outcome store_session_list(struct store_session *session, const struct store_query *query,
                                      struct arena *arena, struct store_page *ret_page)
{
	struct store_page page = { 0 };
	struct plan plan = { .query = query, .arena = arena, .store = session->store };
	enum store_outcome outcome = store_session_collection_version(session, query->collection,
	                                                              &page.version, &page.modified_ms);

	if (outcome != STORE_DONE)
		return outcome;
	if (!make_plan(&plan))
		return arena->failed ? STORE_NO_MEMORY : STORE_CONSTRAINT;
	outcome = run_page(session, &plan, &page);
	if (outcome == STORE_DONE)
		*ret_page = page;
	return outcome;
}

enum store_outcome store_list(struct store_reader *reader, const struct store_query *query,
                              struct arena *arena, struct store_page *ret_page)
{
	enum store_outcome outcome = STORE_DONE;
	struct store_session *session = reader_begin(reader, &outcome);

	if (!session)
		return outcome;
	outcome = store_session_list(session, query, arena, ret_page);
	if (outcome != STORE_DONE && outcome != STORE_CONSTRAINT)
		reader_failed(reader);
	return outcome;
}
