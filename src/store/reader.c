/*
 * Reading: one connection a thread, one read transaction a loop turn.
 */
#include <stdlib.h>

#include "store/engine.h"

struct store_reader {
	struct store_session session;
	bool in_transaction;
};

int store_reader_new(struct store *store, struct store_reader **ret_reader)
{
	struct store_reader *reader = calloc(1, sizeof(*reader));
	enum store_outcome outcome;

	if (!reader)
		return STATUTE_ENOMEM;
	outcome = session_open(&reader->session, store, false);
	if (outcome != STORE_DONE) {
		free(reader);
		return outcome == STORE_NO_MEMORY ? STATUTE_ENOMEM : STATUTE_ESTORE;
	}
	*ret_reader = reader;
	return 0;
}

void store_reader_free(struct store_reader *reader)
{
	if (!reader)
		return;
	session_close(&reader->session);
	free(reader);
}

void store_reader_refresh(struct store_reader *reader)
{
	if (!reader->in_transaction)
		return;
	if (session_control(&reader->session, CONTROL_COMMIT) == SQLITE_OK)
		reader->in_transaction = false;
	else
		reader_failed(reader);
}

struct str store_reader_cause(const struct store_reader *reader)
{
	return str_from(reader->session.cause);
}

struct store_session *store_reader_session(struct store_reader *reader)
{
	return &reader->session;
}

struct store_session *reader_begin(struct store_reader *reader, enum store_outcome *ret_outcome)
{
	struct store_session *session = &reader->session;
	int code;

	if (reader->in_transaction)
		return session;
	*ret_outcome = session_ensure(session);
	if (*ret_outcome != STORE_DONE)
		return NULL;
	code = session_control(session, CONTROL_BEGIN);
	if (code != SQLITE_OK) {
		*ret_outcome = session_failed(session, code);
		return NULL;
	}
	reader->in_transaction = true;
	return session;
}

/* After a failure the next read begins anew, and on a new connection where this one cannot be well again. */
void reader_failed(struct store_reader *reader)
{
	session_roll_back(&reader->session);
	reader->in_transaction = false;
	if (reader->session.is_lost)
		session_close(&reader->session);
}

static bool read_deleted(struct store_session *session, const struct collection *collection, struct str id,
                         struct store_row *row, enum store_outcome *outcome)
{
	sqlite3_stmt *statement = session_statement(session, collection, STATEMENT_DELETED, outcome);
	int code;

	if (!statement)
		return false;
	sql_bind_text(statement, 1, id);
	code = session_step(session, statement);
	if (code == SQLITE_ROW) {
		row->version = sqlite3_column_int64(statement, 0);
		row->modified_ms = sqlite3_column_int64(statement, 1);
		row->state = sqlite3_column_int(statement, 2) ? ROW_GONE : ROW_ABSENT;
	} else if (code != SQLITE_DONE) {
		*outcome = session_failed(session, code);
	}
	sqlite3_reset(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE;
}

/* A scalar as a filter writes it; {NULL, 0} for what is no scalar. */
static struct str scalar_text(const struct json *value)
{
	if (json_is(value, JSON_TRUE))
		return S("true");
	if (json_is(value, JSON_FALSE))
		return S("false");
	return json_is(value, JSON_STRING) || json_is(value, JSON_NUMBER) ? value->text : (struct str){ 0 };
}

bool store_filter_holds(const struct collection *collection, const struct store_filter *filter,
                        const struct json *body, struct str id)
{
	bool is_id = filter->member == STORE_MEMBER_ID;
	const struct store_member *member = is_id ? NULL : &collection->members[filter->member];
	struct str text = is_id ? id : scalar_text(json_get(body, member->name));
	bool is_number = !is_id && (member->type == STORE_INTEGER || member->type == STORE_REAL);

	if (filter->is_unset)
		return member->type == STORE_TEXT ? !text.len : !str_eq(text, S("true"));
	for (size_t i = 0; i < filter->count && text.at; i++)
		if (is_number ? sql_same_number(text, filter->values[i]) : str_eq(text, filter->values[i]))
			return true;
	return false;
}

/* The scope is compared with the row's own text: it is at hand, and an item needs no second statement. */
static enum store_outcome meets_scope(const struct collection *collection, const struct store_filter *scope,
                                      size_t count, struct arena *arena, const struct store_row *row)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *body;
	int r;

	if (!count)
		return STORE_DONE;
	r = json_parse(arena, row->body, &limits, &body, &fault);
	if (r < 0)
		return r == STATUTE_ENOMEM ? STORE_NO_MEMORY : STORE_BROKEN;
	for (size_t i = 0; i < count; i++)
		if (!store_filter_holds(collection, &scope[i], body, row->id))
			return STORE_ABSENT;
	return STORE_DONE;
}

static enum store_outcome read_live(struct store_session *session, const struct collection *collection,
                                    struct str id, struct arena *arena, struct store_row *row)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_statement(session, collection, STATEMENT_GET, &outcome);
	int code;

	if (!statement)
		return outcome;
	if (!collection->is_singleton)
		sql_bind_id(statement, 1, has_integer_id(collection), id);
	code = session_step(session, statement);
	if (code == SQLITE_ROW) {
		*row = (struct store_row){
			.state = ROW_LIVE,
			.id = id,
			.version = sqlite3_column_int64(statement, 0),
			.modified_ms = sqlite3_column_int64(statement, 1),
			.body = sql_column_copy(statement, 2, arena),
			.secret = sql_column_copy(statement, 3, arena),
		};
		outcome = row->body.at && row->secret.at ? STORE_DONE : STORE_NO_MEMORY;
	} else {
		outcome = code == SQLITE_DONE ? STORE_ABSENT : session_failed(session, code);
	}
	sqlite3_reset(statement);
	return outcome;
}

enum store_outcome store_session_get(struct store_session *session, const struct collection *collection,
                                     struct str id, const struct store_filter *scope, size_t scope_count,
                                     struct arena *arena, struct store_row *ret_row)
{
	struct store_row row = { .id = id };
	enum store_outcome outcome = read_live(session, collection, id, arena, &row);

	if (outcome == STORE_DONE)
		outcome = meets_scope(collection, scope, scope_count, arena, &row);
	else if (outcome == STORE_ABSENT && !collection->is_singleton &&
	         read_deleted(session, collection, id, &row, &outcome))
		outcome = row.state == ROW_GONE ? STORE_DONE : STORE_ABSENT;
	if (outcome == STORE_ABSENT) {
		row.state = ROW_ABSENT;
		row.body = row.secret = (struct str){ 0 };
	}
	*ret_row = row;
	return outcome;
}

enum store_outcome store_get(struct store_reader *reader, const struct collection *collection, struct str id,
                             const struct store_filter *scope, size_t scope_count, struct arena *arena,
                             struct store_row *ret_row)
{
	enum store_outcome outcome = STORE_DONE;
	struct store_session *session = reader_begin(reader, &outcome);

	if (!session)
		return outcome;
	outcome = store_session_get(session, collection, id, scope, scope_count, arena, ret_row);
	if (outcome != STORE_DONE && outcome != STORE_ABSENT)
		reader_failed(reader);
	return outcome;
}

enum store_outcome store_session_collection_version(struct store_session *session,
                                                    const struct collection *collection, int64_t *ret_version,
                                                    int64_t *ret_modified_ms)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_statement(session, collection, STATEMENT_VERSION, &outcome);
	int code;

	if (!statement)
		return outcome;
	code = session_step(session, statement);
	if (code == SQLITE_ROW) {
		*ret_version = sqlite3_column_int64(statement, 0);
		*ret_modified_ms = sqlite3_column_int64(statement, 1);
	} else {
		outcome = code == SQLITE_DONE ? STORE_BROKEN : session_failed(session, code);
	}
	sqlite3_reset(statement);
	return outcome;
}

enum store_outcome store_collection_version(struct store_reader *reader, const struct collection *collection,
                                            int64_t *ret_version, int64_t *ret_modified_ms)
{
	enum store_outcome outcome = STORE_DONE;
	struct store_session *session = reader_begin(reader, &outcome);

	if (!session)
		return outcome;
	outcome = store_session_collection_version(session, collection, ret_version, ret_modified_ms);
	if (outcome != STORE_DONE)
		reader_failed(reader);
	return outcome;
}
