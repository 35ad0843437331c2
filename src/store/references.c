/*
 * References between rows. They are checked here and not by the engine, so that the answer can name
 * the member and the other row; nothing else writes, so that what is true when it is checked is true
 * at the commit.
 */
#include <stdlib.h>

#include "store/engine.h"

static sqlite3_stmt *reference_statement(struct store_session *session, const struct collection *collection,
                                         size_t index, enum store_outcome *outcome)
{
	struct session_collection *own = &session->collections[collection->index];
	const struct store_reference *reference = &collection->references[index];
	struct arena arena;
	struct buf sql;

	if (!own->exists && !(own->exists = calloc(collection->reference_count, sizeof(*own->exists)))) {
		*outcome = STORE_NO_MEMORY;
		return NULL;
	}
	if (own->exists[index])
		return own->exists[index];
	arena_init(&arena, 4096, (size_t)SQL_TEXT_MAX * 2);
	buf_init(&sql, &arena, SQL_TEXT_MAX);
	buf_lit(&sql, "SELECT value IS NULL OR EXISTS (SELECT 1 FROM ");
	sql_add_name(&sql, reference->target->name);
	buf_lit(&sql, " WHERE ");
	buf_add(&sql, layout_column(session->store, reference->target, STORE_MEMBER_ID));
	buf_lit(&sql, " = value) FROM (SELECT json_extract(?1, ");
	buf_add(&sql, sql_path(&arena, collection->members[reference->member].name));
	buf_lit(&sql, ") AS value)");
	if (sql.failed || arena.failed)
		*outcome = STORE_NO_MEMORY;
	else
		own->exists[index] = session_prepare(session, buf_str(&sql), outcome);
	arena_done(&arena);
	return own->exists[index];
}

static enum store_outcome find_reference(struct store_session *session, const struct collection *collection,
                                         size_t index, struct str body, bool *ret_is_there)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = reference_statement(session, collection, index, &outcome);
	int code;

	if (!statement)
		return outcome;
	sql_bind_text(statement, 1, body);
	code = session_step(session, statement);
	if (code == SQLITE_ROW)
		*ret_is_there = sqlite3_column_int(statement, 0);
	else
		outcome = session_failed(session, code);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return outcome;
}

enum store_outcome change_check_references(struct store_session *session, struct store_write *write,
                                           const struct collection *collection, struct str body)
{
	struct store_conflict conflict = { 0 };

	for (size_t i = 0; i < collection->reference_count; i++) {
		bool is_there = false;
		enum store_outcome outcome = find_reference(session, collection, i, body, &is_there);

		if (outcome != STORE_DONE)
			return outcome;
		if (is_there)
			continue;
		if (!conflict.missing)
			conflict.reference = i;
		conflict.missing |= UINT64_C(1) << i;
	}
	if (!conflict.missing)
		return STORE_DONE;
	conflict.collection = collection->references[conflict.reference].target;
	write->conflict = conflict;
	return STORE_REFERENCE_MISSING;
}

/* The ids of rows that refer to ?1; two of them, since one may be the row itself. */
static void add_users(struct buf *sql, const struct store *store, const struct collection *other,
                      size_t member, struct arena *arena)
{
	if (other->is_singleton) { /* it has no columns of its own */
		buf_lit(sql, "SELECT '' FROM \"_singleton\" WHERE \"_name\" = ");
		sql_add_text(sql, other->name);
		buf_lit(sql, " AND json_extract(\"_body\", ");
		buf_add(sql, sql_path(arena, other->members[member].name));
		buf_lit(sql, ") = ?1");
		return;
	}
	buf_lit(sql, "SELECT ");
	buf_add(sql, layout_column(store, other, STORE_MEMBER_ID));
	buf_lit(sql, " FROM ");
	sql_add_name(sql, other->name);
	buf_lit(sql, " WHERE ");
	buf_add(sql, layout_column(store, other, member));
	buf_lit(sql, " = ?1 LIMIT 2");
}

/* One row that refers to this one; in the write's conflict where there is one. */
static enum store_outcome find_user(struct store_session *session, struct store_write *write,
                                    const struct collection *collection, const struct collection *other,
                                    size_t index)
{
	const struct store_reference *reference = &other->references[index];
	enum store_outcome outcome = STORE_NO_MEMORY;
	sqlite3_stmt *statement;
	struct buf sql;
	int code;

	buf_init(&sql, write->arena, SQL_TEXT_MAX);
	add_users(&sql, session->store, other, reference->member, write->arena);
	statement = sql.failed ? NULL : session_prepare(session, buf_str(&sql), &outcome);
	if (!statement)
		return outcome;
	outcome = STORE_DONE;
	sql_bind_value(statement, 1, has_integer_id(collection) ? STORE_INTEGER : STORE_TEXT, write->id);
	while ((code = session_step(session, statement)) == SQLITE_ROW) {
		struct str id = sql_column(statement, 0);

		if (other == collection && str_eq(id, write->id)) /* a row may refer to itself */
			continue;
		write->conflict = (struct store_conflict){ .collection = other, .reference = index };
		write->conflict.id = id.at ? str_dup(write->arena, id) : id;
		outcome = write->conflict.id.at ? STORE_IN_USE : STORE_NO_MEMORY;
		code = SQLITE_DONE;
		break;
	}
	if (code != SQLITE_DONE)
		outcome = session_failed(session, code);
	sqlite3_finalize(statement);
	return outcome;
}

enum store_outcome change_check_users(struct store_session *session, struct store_write *write,
                                      const struct collection *collection)
{
	const struct store_spec *spec = session->store->spec;

	for (size_t i = 0; i < spec->count; i++) {
		const struct collection *other = spec->collections[i];

		for (size_t k = 0; k < other->reference_count; k++) {
			enum store_outcome outcome;

			if (other->references[k].target != collection)
				continue;
			outcome = find_user(session, write, collection, other, k);
			if (outcome != STORE_DONE)
				return outcome;
		}
	}
	return STORE_DONE;
}
