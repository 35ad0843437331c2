/*
 * One write, inside the transaction of its batch: what the row is now, what its
 * owner decides, and what the tables say to that.
 */
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

static enum store_outcome tell(struct store_session *session, const struct store_write *write,
                               const struct store_change *change, const struct store_row *before,
                               int64_t now_ms)
{
	const struct str none = { 0 };
	const struct store_event event = {
		.id = before->id,
		.before = before->state == ROW_LIVE ? before->body : none,
		.after = change->verb == STORE_DELETE ? none : change->body,
	};

	return feed_record(session, write, &event, now_ms);
}

static enum store_outcome apply(struct store_session *session, struct store_write *write, int64_t now_ms)
{
	struct store_change change = { 0 };
	struct store_row current;
	enum store_outcome outcome = read_current(session, write, now_ms, &current);
	int r;

	if (outcome == STORE_DONE && write->reads_collection)
		outcome = store_session_collection_version(session, write->collection,
		                                           &write->collection_version,
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
	if (outcome == STORE_DONE && feed_is_watched(session, write->collection))
		outcome = tell(session, write, &change, &current, now_ms);
	return outcome == STORE_DONE && write->key ? keys_record(session, write) : outcome;
}

static enum store_outcome apply_several(struct store_session *session, struct store_write *write)
{
	enum store_outcome outcome = write->run(write, session);

	return outcome == STORE_DONE && write->key ? keys_record(session, write) : outcome;
}

static void change_apply(struct store_session *session, struct store_write *write)
{
	session->cause[0] = '\0';
	write->created = false;
	write->cause = (struct str){ 0 };
	write->conflict = (struct store_conflict){ 0 };
	write->outcome = session_use(session, write->store);
	if (write->outcome == STORE_DONE)
		write->outcome = write->run ? apply_several(session, write)
		                            : apply(session, write, clock_wall_ms());
	if (write->outcome != STORE_DONE && session->cause[0])
		write->cause = own_text(write, session);
}

static bool fail(struct store_session *session, struct store_write *write, int code)
{
	write->outcome = session_failed(session, code);
	write->cause = own_text(write, session);
	return false;
}

bool change_in_savepoint(struct store_session *session, struct store_write *write)
{
	int code = session_control(session, CONTROL_SAVE);

	if (code != SQLITE_OK)
		return fail(session, write, code);
	change_apply(session, write);
	if (sqlite3_get_autocommit(session->db) || session->is_spoiled) {
		if (write->outcome == STORE_DONE) /* something that was read ended the transaction */
			write->outcome = STORE_UNAVAILABLE;
		return false;
	}
	if (write->outcome != STORE_DONE)
		code = session_control(session, CONTROL_UNDO);
	if (code == SQLITE_OK)
		code = session_control(session, CONTROL_RELEASE);
	return code == SQLITE_OK ? true : fail(session, write, code);
}

/* ---- A part of several ---------------------------------------------------- */

/* Does it say something of the store, and nothing of this write alone? */
static bool is_of_the_store(enum store_outcome outcome)
{
	switch (outcome) {
	case STORE_FULL:
	case STORE_READ_ONLY:
	case STORE_UNAVAILABLE:
	case STORE_BROKEN:
	case STORE_UNKNOWN:
	case STORE_NO_MEMORY: return true;
	default: return false;
	}
}

bool store_session_write(struct store_session *session, struct store_write *part)
{
	part->store = session->store;
	part->next = NULL;
	/* What was read before it may have ended the transaction: a savepoint would then begin another one. */
	if (sqlite3_get_autocommit(session->db)) {
		part->outcome = STORE_UNAVAILABLE;
		return false;
	}
	if (!change_in_savepoint(session, part)) {
		session->is_spoiled = true;
		return false;
	}
	return !is_of_the_store(part->outcome);
}
