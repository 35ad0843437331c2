/*
 * Members that must be unique. An index refuses a second row with the same values, and does not say
 * which one it is of; so which one, and whose, is looked up here.
 */
#include <stdlib.h>

#include "store/engine.h"

static sqlite3_stmt *duplicate_statement(struct store_session *session, const struct collection *collection,
                                         size_t index, enum store_outcome *outcome)
{
	struct session_collection *own = &session->collections[collection->index];
	const struct store_unique *unique = &collection->uniques[index];
	struct arena arena;
	struct buf sql;

	if (!own->duplicate &&
	    !(own->duplicate = calloc(collection->unique_count, sizeof(*own->duplicate)))) {
		*outcome = STORE_NO_MEMORY;
		return NULL;
	}
	if (own->duplicate[index])
		return own->duplicate[index];
	arena_init(&arena, 4096, (size_t)SQL_TEXT_MAX * 2);
	buf_init(&sql, &arena, SQL_TEXT_MAX);
	buf_lit(&sql, "SELECT ");
	buf_add(&sql, layout_column(session->store, collection, STORE_MEMBER_ID));
	buf_lit(&sql, " FROM ");
	sql_add_name(&sql, collection->name);
	buf_lit(&sql, " WHERE ");
	buf_add(&sql, layout_column(session->store, collection, STORE_MEMBER_ID));
	buf_lit(&sql, " IS NOT ?2");
	for (size_t i = 0; i < unique->count; i++) {
		buf_lit(&sql, " AND ");
		buf_add(&sql, layout_column(session->store, collection, unique->members[i]));
		buf_lit(&sql, " = json_extract(?1, ");
		buf_add(&sql, sql_path(&arena, collection->members[unique->members[i]].name));
		buf_add_char(&sql, ')');
	}
	buf_lit(&sql, " LIMIT 1");
	if (sql.failed || arena.failed)
		*outcome = STORE_NO_MEMORY;
	else
		own->duplicate[index] = session_prepare(session, buf_str(&sql), outcome);
	arena_done(&arena);
	return own->duplicate[index];
}

enum store_outcome change_name_duplicate(struct store_session *session, struct store_write *write,
                                         struct str id, struct str body)
{
	const struct collection *collection = write->collection;

	write->conflict = (struct store_conflict){ .collection = collection, .unique = SIZE_MAX, .id = id };
	for (size_t i = 0; i < collection->unique_count; i++) {
		enum store_outcome outcome = STORE_DONE;
		sqlite3_stmt *statement = duplicate_statement(session, collection, i, &outcome);
		int code;

		if (!statement)
			return outcome;
		sql_bind_text(statement, 1, body);
		sql_bind_id(statement, 2, has_integer_id(collection), id);
		code = session_step(session, statement);
		if (code == SQLITE_ROW) {
			write->conflict.unique = i;
			write->conflict.id = sql_column_copy(statement, 0, write->arena);
		} else if (code != SQLITE_DONE) {
			outcome = session_failed(session, code);
		}
		sqlite3_reset(statement);
		sqlite3_clear_bindings(statement);
		if (outcome != STORE_DONE)
			return outcome;
		if (code == SQLITE_ROW)
			return write->conflict.id.at ? STORE_UNIQUE : STORE_NO_MEMORY;
	}
	return STORE_UNIQUE;
}
