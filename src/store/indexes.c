/*
 * Indexes on the generated columns of a collection: made where the file lacks them.
 * A unique index that rows break is an issue that names them; one that the document
 * no longer asks for is dropped, since it would go on refusing rows. A member that is unique
 * alone has that index for lists too: each index more is written with every row.
 */
#include "store/engine.h"

enum { SHOWN_ROWS = 5, SHOWN_CHARACTERS = 100 };

/* 'users("email").unique': one index a list of columns and purpose. */
static struct str index_name(const struct store *store, const struct collection *collection,
                             const size_t *members, size_t count, bool is_unique, struct arena *arena)
{
	struct buf name;

	buf_init(&name, arena, SQL_TEXT_MAX);
	buf_add(&name, collection->name);
	for (size_t i = 0; i < count; i++) {
		buf_add(&name, i ? S(",") : S("("));
		buf_add(&name, layout_column(store, collection, members[i]));
	}
	buf_add(&name, is_unique ? S(").unique") : S(").index"));
	return buf_str(&name);
}

static void add_index(struct buf *sql, const struct store *store, const struct collection *collection,
                      const size_t *members, size_t count, bool is_unique, struct arena *arena)
{
	struct str name = index_name(store, collection, members, count, is_unique, arena);

	buf_add(sql, is_unique ? S("CREATE UNIQUE INDEX IF NOT EXISTS ") : S("CREATE INDEX IF NOT EXISTS "));
	sql_add_name(sql, name);
	buf_lit(sql, " ON ");
	sql_add_name(sql, collection->name);
	buf_lit(sql, " (");
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_lit(sql, ", ");
		buf_add(sql, layout_column(store, collection, members[i]));
	}
	if (!is_unique &&
	    !has_integer_id(collection)) { /* a list breaks ties by id; a whole number is there anyway */
		buf_lit(sql, ", ");
		buf_add(sql, layout_column(store, collection, STORE_MEMBER_ID));
	}
	buf_add_char(sql, ')');
}

/* The columns of a unique, each behind `before`. */
static void add_key(struct buf *sql, const struct store *store, const struct collection *collection,
                    const struct store_unique *unique, const char *before, const char *between)
{
	for (size_t i = 0; i < unique->count; i++) {
		buf_add(sql, str_from(i ? between : ""));
		buf_add(sql, str_from(before));
		buf_add(sql, layout_column(store, collection, unique->members[i]));
	}
}

/* The values that several rows have, and the first of those rows: a row of the answer for each. */
static void add_twins(struct buf *sql, const struct store *store, const struct collection *collection,
                      const struct store_unique *unique)
{
	struct str id = layout_column(store, collection, STORE_MEMBER_ID);

	buf_lit(sql, "SELECT substr(");
	add_key(sql, store, collection, unique, "g.", " || ', ' || ");
	buf_printf(sql, ", 1, %d), (SELECT group_concat(id, ', ') FROM (SELECT %.*s AS id FROM ",
	           SHOWN_CHARACTERS, STR_ARG(id));
	sql_add_name(sql, collection->name);
	buf_lit(sql, " AS o WHERE (");
	add_key(sql, store, collection, unique, "o.", ", ");
	buf_lit(sql, ") = (");
	add_key(sql, store, collection, unique, "g.", ", ");
	buf_printf(sql, ") ORDER BY 1 LIMIT %d)), count(*) FROM ", SHOWN_ROWS);
	sql_add_name(sql, collection->name);
	buf_lit(sql, " AS g WHERE ");
	add_key(sql, store, collection, unique, "g.", " IS NOT NULL AND ");
	buf_lit(sql, " IS NOT NULL GROUP BY ");
	add_key(sql, store, collection, unique, "g.", ", ");
	buf_printf(sql, " HAVING count(*) > 1 LIMIT %d", SHOWN_ROWS);
}

/* Names the values and rows that a new unique index cannot stand on. */
static enum store_outcome blame_rows(struct store *store, const struct collection *collection,
                                     const struct store_unique *unique, struct arena *arena,
                                     struct issues *issues)
{
	enum store_outcome outcome = STORE_NO_MEMORY;
	sqlite3_stmt *statement;
	struct buf sql;
	int code;

	buf_init(&sql, arena, SQL_TEXT_MAX);
	add_twins(&sql, store, collection, unique);
	statement = sql.failed ? NULL : session_prepare(&store->engine->writer, buf_str(&sql), &outcome);
	if (!statement)
		return outcome;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		issues_add(issues, unique->at, "mend the rows, or leave the unique members out",
		           "'%.*s' cannot be unique in '%.*s': the rows %.*s%s have the same",
		           STR_ARG(sql_column(statement, 0)), STR_ARG(collection->name),
		           STR_ARG(sql_column(statement, 1)),
		           sqlite3_column_int64(statement, 2) > SHOWN_ROWS ? " and more" : "");
	outcome = code == SQLITE_DONE ? STORE_DONE : session_failed(&store->engine->writer, code);
	sqlite3_finalize(statement);
	return outcome;
}

static bool is_unique_alone(const struct collection *collection, size_t member)
{
	for (size_t i = 0; i < collection->unique_count; i++)
		if (collection->uniques[i].count == 1 && collection->uniques[i].members[0] == member)
			return true;
	return false;
}

/* Must there be an index of its own, for lists and references? */
static bool needs_index(const struct collection *collection, size_t member)
{
	return collection->members[member].is_indexed && !is_unique_alone(collection, member);
}

static bool is_wanted(const struct store *store, const struct collection *collection, struct str name,
                      struct arena *arena)
{
	for (size_t i = 0; i < collection->member_count; i++)
		if (needs_index(collection, i) &&
		    str_eq(name, index_name(store, collection, &i, 1, false, arena)))
			return true;
	for (size_t i = 0; i < collection->unique_count; i++) {
		const struct store_unique *unique = &collection->uniques[i];

		if (str_eq(name, index_name(store, collection, unique->members, unique->count, true, arena)))
			return true;
	}
	return false;
}

/* A unique that the document no longer has must not refuse rows any more. An index holds no data. */
static enum store_outcome drop_unwanted(struct store *store, const struct collection *collection,
                                        struct arena *arena)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_prepare(&store->engine->writer,
	                                          S("SELECT name FROM sqlite_master WHERE type = 'index' AND "
	                                            "tbl_name = ?1 AND (name LIKE '%).unique' OR "
	                                            "name LIKE '%).index')"),
	                                          &outcome);
	struct buf sql;
	int code;

	if (!statement)
		return outcome;
	buf_init(&sql, arena, SQL_TEXT_MAX);
	sql_bind_text(statement, 1, collection->name);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct str name = sql_column(statement, 0);

		if (is_wanted(store, collection, name, arena))
			continue;
		buf_lit(&sql, "DROP INDEX ");
		sql_add_name(&sql, name);
		buf_add_char(&sql, ';');
	}
	if (code != SQLITE_DONE)
		outcome = session_failed(&store->engine->writer, code);
	else if (arena->failed) /* then a name that is wanted was not seen to be */
		outcome = STORE_NO_MEMORY;
	sqlite3_finalize(statement);
	return outcome == STORE_DONE && sql.len ? layout_run(store, &sql) : outcome;
}

enum store_outcome indexes_make(struct store *store, const struct collection *collection, struct arena *arena,
                                struct issues *issues)
{
	enum store_outcome outcome = drop_unwanted(store, collection, arena);
	struct buf sql;

	buf_init(&sql, arena, SQL_TEXT_MAX);
	for (size_t i = 0; i < collection->member_count && outcome == STORE_DONE; i++) {
		if (!needs_index(collection, i))
			continue;
		add_index(&sql, store, collection, &i, 1, false, arena);
		outcome = layout_run(store, &sql);
	}
	for (size_t i = 0; i < collection->unique_count && outcome == STORE_DONE; i++) {
		const struct store_unique *unique = &collection->uniques[i];

		add_index(&sql, store, collection, unique->members, unique->count, true, arena);
		outcome = layout_run(store, &sql);
		if (outcome == STORE_UNIQUE)
			outcome = blame_rows(store, collection, unique, arena, issues);
	}
	return outcome;
}
