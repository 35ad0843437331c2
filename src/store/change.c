/*
 * One write, inside the transaction of its batch: what the row is now, what its
 * owner decides, and what the tables say to that.
 *
 * References are checked here and not by the engine, so that the answer can name
 * the member and the other row; nothing else writes, so that what is true when it
 * is checked is true at the commit.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/random.h"
#include "store/engine.h"

#define ID_MAX INT64_C(9007199254740991)

static struct str own_text(struct store_write *write, struct store_session *session)
{
	return str_dup(write->arena, str_from(session->cause));
}

static enum store_outcome run_statement(struct store_session *session, sqlite3_stmt *statement)
{
	int code = session_step(session, statement);
	enum store_outcome outcome = code == SQLITE_DONE || code == SQLITE_ROW
	                                     ? STORE_DONE
	                                     : session_failed(session, code);

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return outcome;
}

static enum store_outcome next_id(struct store_session *session, const struct collection *collection,
                                  int64_t *ret_id)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_statement(session, collection, STATEMENT_NEXT_ID, &outcome);
	int code;

	if (!statement)
		return outcome;
	code = session_step(session, statement);
	if (code == SQLITE_ROW)
		*ret_id = sqlite3_column_int64(statement, 0);
	else
		outcome = code == SQLITE_DONE ? STORE_BROKEN : session_failed(session, code);
	sqlite3_reset(statement);
	return outcome;
}

/* The id of a new row, in the write's arena. */
static enum store_outcome make_id(struct store_session *session, struct store_write *write, int64_t now_ms,
                                  struct str *ret_id)
{
	const struct collection *collection = write->collection;
	char text[UUID_LEN], digits[STR_INTEGER_LEN];
	int64_t number = 0;
	enum store_outcome outcome;

	switch (collection->id_kind) {
	case STORE_ID_INTEGER:
		outcome = next_id(session, collection, &number);
		if (outcome != STORE_DONE)
			return outcome;
		*ret_id = str_dup(write->arena, str_of(digits, str_put_i64(digits, number)));
		break;
	case STORE_ID_UUID:
		random_uuid7(text, now_ms);
		*ret_id = str_dup(write->arena, str_of(text, UUID_LEN));
		break;
	case STORE_ID_TEXT:
		random_sortable_id(text, now_ms);
		*ret_id = str_dup(write->arena, str_of(text, RANDOM_ID_LEN));
		break;
	}
	return ret_id->at ? STORE_DONE : STORE_NO_MEMORY;
}

static enum store_outcome read_current(struct store_session *session, struct store_write *write,
                                       int64_t now_ms, struct store_row *row)
{
	enum store_outcome outcome;

	*row = (struct store_row){ .state = ROW_ABSENT };
	if (!write->id.len && !write->collection->is_singleton)
		return make_id(session, write, now_ms, &row->id);
	outcome = store_session_get(session, write->collection, write->id, write->scope, write->scope_count,
	                            write->arena, row);
	return outcome == STORE_ABSENT ? STORE_DONE : outcome;
}

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

/* Did a unique index say no, and not the id? */
static bool is_of_index(const struct store_session *session)
{
	return sqlite3_extended_errcode(session->db) == SQLITE_CONSTRAINT_UNIQUE;
}

static enum store_outcome store_row_text(struct store_session *session, struct store_write *write,
                                         const struct store_change *change, const struct store_row *row)
{
	enum store_outcome outcome = STORE_DONE;
	bool is_new = change->verb == STORE_CREATE;
	sqlite3_stmt *statement = session_statement(session, write->collection,
	                                            is_new ? STATEMENT_INSERT : STATEMENT_UPDATE, &outcome);

	if (!statement)
		return outcome;
	if (!write->collection->is_singleton)
		sql_bind_id(statement, 1, has_integer_id(write->collection), row->id);
	sqlite3_bind_int64(statement, 2, row->version);
	sqlite3_bind_int64(statement, 3, row->modified_ms);
	sql_bind_text(statement, 4, change->body);
	sql_bind_text_or_null(statement, 5, change->secret);
	outcome = run_statement(session, statement);
	if (outcome != STORE_UNIQUE)
		return outcome;
	if (session_is_of_earlier(session) && is_of_index(session))
		return meanwhile_refuse(session);
	return change_name_duplicate(session, write, row->id, change->body);
}

static enum store_outcome forget_deletion(struct store_session *session, struct store_write *write,
                                          struct str id)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_statement(session, write->collection, STATEMENT_FORGET, &outcome);

	if (!statement)
		return outcome;
	sql_bind_text(statement, 1, id);
	return run_statement(session, statement);
}

static enum store_outcome use_id(struct store_session *session, struct store_write *write, struct str id)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_statement(session, write->collection, STATEMENT_USE_ID, &outcome);

	if (!statement)
		return outcome;
	sql_bind_id(statement, 1, true, id);
	return run_statement(session, statement);
}

/*
 * Can a new row have this id? The numbers that clients name end where JSON's readers
 * begin to round (RFC 8259 section 6): the store goes on counting from the largest.
 */
static bool id_fits(const struct store_write *write, struct str id)
{
	int64_t number;

	if (!has_integer_id(write->collection))
		return true;
	if (!sql_integer_id(id, &number))
		return false;
	return !write->id.len || (number <= ID_MAX && number >= -ID_MAX);
}

static enum store_outcome put_row(struct store_session *session, struct store_write *write,
                                  const struct store_change *change, const struct store_row *current,
                                  int64_t now_ms)
{
	const struct collection *collection = write->collection;
	struct store_row row = { ROW_LIVE, current->id,  current->version + 1,
		                 now_ms,   change->body, change->secret };
	enum store_outcome outcome = change_check_references(session, write, collection, change->body);

	if (outcome == STORE_DONE && session_is_of_earlier(session))
		outcome = meanwhile_check_row(session, write, current->id, change->body);
	if (outcome == STORE_DONE && change->verb == STORE_CREATE && !id_fits(write, row.id))
		outcome = STORE_CONSTRAINT;
	if (outcome == STORE_DONE)
		outcome = store_row_text(session, write, change, &row);
	if (outcome == STORE_DONE && change->verb == STORE_CREATE && current->version)
		outcome = forget_deletion(session, write, row.id);
	if (outcome == STORE_DONE && change->verb == STORE_CREATE && has_integer_id(collection))
		outcome = use_id(session, write, row.id);
	write->row = row;
	write->created = change->verb == STORE_CREATE && !collection->is_singleton;
	return outcome;
}

static enum store_outcome bury(struct store_session *session, struct store_write *write,
                               const struct store_row *row, int64_t now_ms)
{
	const struct collection *collection = write->collection;
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement;

	if (!collection->keeps_tombstones && !collection->ids_come_again)
		return STORE_DONE;
	statement = session_statement(session, collection, STATEMENT_BURY, &outcome);
	if (!statement)
		return outcome;
	sql_bind_text(statement, 1, row->id);
	sqlite3_bind_int64(statement, 2, row->version);
	sqlite3_bind_int64(statement, 3, now_ms);
	sqlite3_bind_int(statement, 4, collection->keeps_tombstones);
	return run_statement(session, statement);
}

static enum store_outcome delete_row(struct store_session *session, struct store_write *write,
                                     const struct store_row *current, int64_t now_ms)
{
	enum store_outcome outcome = change_check_users(session, write, write->collection);
	sqlite3_stmt *statement = NULL;

	if (outcome == STORE_DONE && session_is_of_earlier(session))
		outcome = meanwhile_check_users(session, write);
	if (outcome == STORE_DONE)
		statement = session_statement(session, write->collection, STATEMENT_DELETE, &outcome);
	if (!statement)
		return outcome;
	sql_bind_id(statement, 1, has_integer_id(write->collection), current->id);
	outcome = run_statement(session, statement);
	write->row = *current;
	return outcome == STORE_DONE ? bury(session, write, current, now_ms) : outcome;
}

static enum store_outcome touch(struct store_session *session, struct store_write *write, int64_t now_ms)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_statement(session, write->collection, STATEMENT_TOUCH, &outcome);

	if (!statement)
		return outcome;
	sqlite3_bind_int64(statement, 1, now_ms);
	return run_statement(session, statement);
}

static enum store_outcome apply(struct store_session *session, struct store_write *write, int64_t now_ms)
{
	struct store_change change = { 0 };
	struct store_row current;
	enum store_outcome outcome = read_current(session, write, now_ms, &current);
	int r;

	if (outcome == STORE_DONE && write->reads_collection)
		outcome = session_version(session, write->collection, &write->collection_version,
		                          &write->collection_modified_ms);
	if (outcome != STORE_DONE)
		return outcome;
	/* Where the clock goes back, dates do not (RFC 9110 section 13.1.3). */
	if (now_ms < current.modified_ms)
		now_ms = current.modified_ms;
	r = write->decide(write, session, &current, now_ms, &change);
	if (r < 0)
		return r == STATUTE_ENOMEM ? STORE_NO_MEMORY : STORE_BROKEN;
	switch (change.verb) {
	case STORE_NOTHING: return STORE_REFUSED;
	case STORE_DELETE: outcome = delete_row(session, write, &current, now_ms); break;
	case STORE_CREATE:
	case STORE_REPLACE: outcome = put_row(session, write, &change, &current, now_ms); break;
	}
	if (outcome == STORE_DONE)
		outcome = touch(session, write, now_ms);
	return outcome == STORE_DONE && write->key ? keys_record(session, write) : outcome;
}

void change_apply(struct store_engine *engine, struct store_write *write)
{
	struct store_session *session = &engine->writer;

	session->cause[0] = '\0';
	write->created = false;
	write->cause = (struct str){ 0 };
	write->conflict = (struct store_conflict){ 0 };
	write->outcome = session_use(session, write->store);
	if (write->outcome == STORE_DONE)
		write->outcome = apply(session, write, clock_wall_ms());
	if (write->outcome != STORE_DONE && session->cause[0])
		write->cause = own_text(write, session);
}
