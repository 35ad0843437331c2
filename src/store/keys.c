/*
 * Results that are kept under a key, in the transaction of the write that they are of:
 * table "_key", oldest first by its id.
 *
 * "sum" is the length of all results that were ever kept, up to and with this one, so
 * that the lengths between any two rows are one subtraction. What is past the bounds or
 * its time is removed from the oldest end, by the writes that add to the other, a few
 * rows each: the table costs nobody a pause.
 */
#include "store/engine.h"

enum { REMOVED_MAX = 256 }; /* by one write */

/* One end of the table. */
struct key_end {
	int64_t id, sum, len, expires_ms;
};

static void bind_digest(sqlite3_stmt *statement, int at, const unsigned char digest[STORE_DIGEST_LEN])
{
	sqlite3_bind_blob(statement, at, digest, STORE_DIGEST_LEN, SQLITE_STATIC);
}

/* Runs a statement that has no rows to give, and gives it back. */
static enum store_outcome run(struct store_session *session, sqlite3_stmt *statement)
{
	int code = session_step(session, statement);
	enum store_outcome outcome = code == SQLITE_DONE ? STORE_DONE : session_failed(session, code);

	session_give_back(session, statement);
	return outcome;
}

/* ---- Reading -------------------------------------------------------------- */

static enum store_outcome take_result(sqlite3_stmt *statement, struct arena *arena,
                                      unsigned char request[STORE_DIGEST_LEN], struct str *ret_result)
{
	const void *digest = sqlite3_column_blob(statement, 0);
	struct str result;

	if (!digest || sqlite3_column_bytes(statement, 0) != STORE_DIGEST_LEN)
		return sqlite3_errcode(sqlite3_db_handle(statement)) == SQLITE_NOMEM ? STORE_NO_MEMORY
		                                                                     : STORE_BROKEN;
	memcpy(request, digest, STORE_DIGEST_LEN);
	result = sql_column_copy(statement, 1, arena);
	if (!result.at)
		return STORE_NO_MEMORY;
	*ret_result = result;
	return STORE_DONE;
}

static enum store_outcome find(struct store_session *session, const unsigned char key[STORE_DIGEST_LEN],
                               int64_t now_ms, struct arena *arena, unsigned char request[STORE_DIGEST_LEN],
                               struct str *ret_result)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_borrow(
		session,
		S("SELECT \"request\", \"result\" FROM \"_key\" WHERE \"key\" = ?1 AND \"expires\" > ?2"),
		&outcome);
	int code;

	if (!statement)
		return outcome;
	bind_digest(statement, 1, key);
	sqlite3_bind_int64(statement, 2, now_ms);
	code = session_step(session, statement);
	if (code == SQLITE_ROW)
		outcome = take_result(statement, arena, request, ret_result);
	else
		outcome = code == SQLITE_DONE ? STORE_ABSENT : session_failed(session, code);
	session_give_back(session, statement);
	return outcome;
}

enum store_outcome store_key_get(struct store_reader *reader, const unsigned char key[STORE_DIGEST_LEN],
                                 int64_t now_ms, struct arena *arena,
                                 unsigned char ret_request[STORE_DIGEST_LEN], struct str *ret_result)
{
	enum store_outcome outcome = STORE_DONE;
	struct store_session *session = reader_begin(reader, &outcome);

	if (!session)
		return outcome;
	outcome = find(session, key, now_ms, arena, ret_request, ret_result);
	if (outcome != STORE_DONE && outcome != STORE_ABSENT)
		reader_failed(reader);
	return outcome;
}

/* ---- The bounds ----------------------------------------------------------- */

/* The row at one end of the table; STORE_ABSENT where it is empty. */
static enum store_outcome find_end(struct store_session *session, struct str sql, struct key_end *ret_end)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_borrow(session, sql, &outcome);
	int code;

	if (!statement)
		return outcome;
	code = session_step(session, statement);
	if (code == SQLITE_ROW)
		*ret_end = (struct key_end){
			.id = sqlite3_column_int64(statement, 0),
			.sum = sqlite3_column_int64(statement, 1),
			.len = sqlite3_column_int64(statement, 2),
			.expires_ms = sqlite3_column_int64(statement, 3),
		};
	else
		outcome = code == SQLITE_DONE ? STORE_ABSENT : session_failed(session, code);
	session_give_back(session, statement);
	return outcome;
}

#define END_COLUMNS "SELECT \"id\", \"sum\", length(\"result\"), \"expires\" FROM \"_key\" ORDER BY \"id\" "

static enum store_outcome find_oldest(struct store_session *session, struct key_end *ret_end)
{
	return find_end(session, S(END_COLUMNS "LIMIT 1"), ret_end);
}

static enum store_outcome find_newest(struct store_session *session, struct key_end *ret_end)
{
	return find_end(session, S(END_COLUMNS "DESC LIMIT 1"), ret_end);
}

static bool is_too_much(const struct store_options *options, const struct key_end *oldest,
                        const struct key_end *newest, int64_t now_ms)
{
	if (oldest->id == newest->id) /* what was just kept */
		return false;
	return oldest->expires_ms <= now_ms || newest->id - oldest->id >= (int64_t)options->keys_max ||
	       newest->sum - oldest->sum + oldest->len > (int64_t)options->key_bytes_max;
}

static enum store_outcome remove_row(struct store_session *session, int64_t id)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_borrow(session, S("DELETE FROM \"_key\" WHERE \"id\" = ?1"),
	                                         &outcome);

	if (!statement)
		return outcome;
	sqlite3_bind_int64(statement, 1, id);
	return run(session, statement);
}

static enum store_outcome remove_oldest(struct store_session *session, const struct key_end *newest,
                                        int64_t now_ms)
{
	enum store_outcome outcome = STORE_DONE;

	for (int i = 0; i < REMOVED_MAX && outcome == STORE_DONE; i++) {
		struct key_end oldest = { 0 };

		outcome = find_oldest(session, &oldest);
		if (outcome != STORE_DONE || !is_too_much(&session->engine->options, &oldest, newest, now_ms))
			break;
		outcome = remove_row(session, oldest.id);
	}
	return outcome;
}

/* ---- Writing -------------------------------------------------------------- */

/* A row of the same key whose time is over. */
static enum store_outcome remove_expired(struct store_session *session, const struct store_key *key)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_borrow(
		session, S("DELETE FROM \"_key\" WHERE \"key\" = ?1 AND \"expires\" <= ?2"), &outcome);

	if (!statement)
		return outcome;
	bind_digest(statement, 1, key->key);
	sqlite3_bind_int64(statement, 2, key->now_ms);
	return run(session, statement);
}

static enum store_outcome add_row(struct store_session *session, const struct store_key *key,
                                  const struct key_end *row, struct str result)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_borrow(
		session,
		S("INSERT INTO \"_key\" (\"id\", \"key\", \"request\", \"expires\", \"sum\", \"result\") "
	          "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
		&outcome);

	if (!statement)
		return outcome;
	sqlite3_bind_int64(statement, 1, row->id);
	bind_digest(statement, 2, key->key);
	bind_digest(statement, 3, key->request);
	sqlite3_bind_int64(statement, 4, row->expires_ms);
	sqlite3_bind_int64(statement, 5, row->sum);
	sqlite3_bind_blob64(statement, 6, result.at, result.len,
	                    SQLITE_STATIC); /* whose length costs nothing */
	outcome = run(session, statement);
	return outcome == STORE_UNIQUE ? STORE_BUSY : outcome;
}

enum store_outcome keys_record(struct store_session *session, struct store_write *write)
{
	const struct store_key *key = write->key;
	struct key_end newest = { .id = 0 };
	struct str result = { 0 };
	int r = write->record(write, session, &result);
	enum store_outcome outcome;

	if (r < 0)
		return r == STATUTE_ENOMEM ? STORE_NO_MEMORY : STORE_BROKEN;
	outcome = remove_expired(session, key);
	if (outcome == STORE_DONE)
		outcome = find_newest(session, &newest);
	if (outcome != STORE_DONE && outcome != STORE_ABSENT)
		return outcome;
	newest = (struct key_end){
		.id = newest.id + 1,
		.sum = newest.sum + (int64_t)result.len,
		.len = (int64_t)result.len,
		.expires_ms = key->now_ms + key->keep_ms,
	};
	outcome = add_row(session, key, &newest, result);
	return outcome == STORE_DONE ? remove_oldest(session, &newest, key->now_ms) : outcome;
}
