/*
 * The file: whose it is, and its tables, made where they are missing, never dropped.
 */
#include <stdio.h>

#include "base/clock.h"
#include "store/engine.h"

enum { FORMAT = 1, APPLICATION_ID = 0x53746174 /* "Stat" */ };

static void add_table(struct buf *sql, const struct store *store, const struct collection *collection,
                      struct arena *arena)
{
	buf_lit(sql, "CREATE TABLE ");
	sql_add_name(sql, collection->name);
	buf_lit(sql, " (");
	buf_add(sql, layout_column(store, collection, STORE_MEMBER_ID));
	buf_add(sql, has_integer_id(collection) ? S(" INTEGER PRIMARY KEY NOT NULL")
	                                        : S(" TEXT PRIMARY KEY NOT NULL"));
	buf_lit(sql,
	        ", \"_version\" INTEGER NOT NULL, \"_modified\" INTEGER NOT NULL, \"_body\" TEXT NOT NULL, "
	        "\"_secret\" TEXT");
	for (size_t i = 0; i < collection->member_count; i++) {
		buf_lit(sql, ", ");
		columns_define(sql, store, collection, i, arena);
	}
	buf_lit(sql, ")");
}

enum store_outcome layout_run(struct store *store, struct buf *buf)
{
	struct store_session *session = &store->engine->writer;
	enum store_outcome outcome = STORE_NO_MEMORY;

	buf_add_char(buf, '\0');
	if (sqlite3_get_autocommit(
		    session->db)) /* a failure ended the transaction: this would be outside of it */
		outcome = session_failed(session, SQLITE_ABORT_ROLLBACK);
	else if (!buf->failed)
		outcome = session_run(session, buf->at);
	buf_reset(buf);
	return outcome;
}

struct str layout_ask(struct store *store, const char *sql, struct str a, struct str b, struct arena *arena,
                      enum store_outcome *ret_outcome)
{
	sqlite3_stmt *statement = session_prepare(&store->engine->writer, str_from(sql), ret_outcome);
	struct str text = { 0 };
	int code;

	if (!statement)
		return text;
	sql_bind_text(statement, 1, a);
	if (b.at)
		sql_bind_text(statement, 2, b);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		text = sql_column_copy(statement, 0, arena);
		if (!text.at)
			*ret_outcome = STORE_NO_MEMORY;
	} else if (code != SQLITE_DONE) {
		*ret_outcome = session_failed(&store->engine->writer, code);
	}
	sqlite3_finalize(statement);
	return text;
}

static enum store_outcome make_table(struct store *store, const struct collection *collection,
                                     struct arena *arena, struct issues *issues)
{
	enum store_outcome outcome = STORE_DONE;
	struct str table;
	struct buf sql;

	buf_init(&sql, arena, SQL_TEXT_MAX);
	buf_lit(&sql, "INSERT OR IGNORE INTO \"_collection\" (\"name\", \"version\", \"modified\", "
	              "\"next_id\") VALUES (");
	sql_add_text(&sql, collection->name);
	buf_printf(&sql, ", 0, %lld, 1)", (long long)clock_wall_ms());
	outcome = layout_run(store, &sql);
	if (outcome != STORE_DONE || collection->is_singleton)
		return outcome;
	table = layout_ask(store,
	                   "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE",
	                   collection->name, (struct str){ 0 }, arena, &outcome);
	if (table.at && !str_eq(table, collection->name))
		issues_add(issues, collection->at, "keep the case of its letters: x-statute: {collection: …}",
		           "the database calls the collection '%.*s' '%.*s'", STR_ARG(collection->name),
		           STR_ARG(table));
	else if (table.at)
		return columns_make(store, collection, arena, issues);
	if (table.at || outcome != STORE_DONE)
		return outcome;
	add_table(&sql, store, collection, arena);
	return layout_run(store, &sql);
}

static int64_t number_of(struct store_session *session, const char *sql, enum store_outcome *outcome)
{
	sqlite3_stmt *statement = session_prepare(session, str_from(sql), outcome);
	int64_t number = -1;
	int code;

	if (!statement)
		return -1;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	else
		*outcome = session_failed(session, code);
	sqlite3_finalize(statement);
	return number;
}

enum store_outcome layout_identify(struct store_session *session, enum store_file *ret_file)
{
	enum store_outcome outcome = STORE_DONE;
	int64_t id = number_of(session, "PRAGMA application_id", &outcome);
	int64_t format = number_of(session, "PRAGMA user_version", &outcome);
	int64_t tables = number_of(session, "SELECT count(*) FROM sqlite_master", &outcome);

	if (outcome != STORE_DONE)
		return outcome;
	if (id == APPLICATION_ID)
		*ret_file = format <= FORMAT ? STORE_FILE_OURS : STORE_FILE_NEWER;
	else
		*ret_file = id == 0 && tables == 0 ? STORE_FILE_EMPTY : STORE_FILE_FOREIGN;
	return STORE_DONE;
}

/* A file of another program, or of a newer version of this one, is left alone. */
static bool is_ours(struct store *store, struct issues *issues, enum store_outcome *outcome)
{
	enum store_file file = STORE_FILE_FOREIGN;

	*outcome = layout_identify(&store->engine->writer, &file);
	if (*outcome != STORE_DONE)
		return false;
	if (file == STORE_FILE_OURS || file == STORE_FILE_EMPTY)
		return true;
	if (file == STORE_FILE_NEWER)
		issues_add(issues, 0, "use a newer Statute, or another file",
		           "the database %s was made by a newer version", store->engine->path);
	else
		issues_add(issues, 0, "name another file with --db",
		           "the database %s was not made by Statute", store->engine->path);
	return false;
}

static const char own_tables[] =
	"CREATE TABLE IF NOT EXISTS \"_collection\" (\"name\" TEXT PRIMARY KEY NOT NULL, \"version\" INTEGER "
	"NOT NULL, "
	"\"modified\" INTEGER NOT NULL, \"next_id\" INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS \"_deleted\" (\"collection\" TEXT NOT NULL, \"id\" TEXT NOT NULL, "
	"\"version\" INTEGER NOT NULL, \"modified\" INTEGER NOT NULL, \"is_gone\" INTEGER NOT NULL, "
	"PRIMARY KEY (\"collection\", \"id\")) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS \"_singleton\" (\"_name\" TEXT PRIMARY KEY NOT NULL, \"_version\" "
	"INTEGER NOT NULL, "
	"\"_modified\" INTEGER NOT NULL, \"_body\" TEXT NOT NULL, \"_secret\" TEXT);"
	"CREATE TABLE IF NOT EXISTS \"_key\" (\"id\" INTEGER PRIMARY KEY NOT NULL, \"key\" BLOB NOT NULL UNIQUE, "
	"\"request\" BLOB NOT NULL, \"expires\" INTEGER NOT NULL, \"sum\" INTEGER NOT NULL, "
	"\"result\" BLOB NOT NULL);"
	"CREATE TABLE IF NOT EXISTS \"_change\" (\"collection\" TEXT NOT NULL, \"version\" INTEGER NOT NULL, "
	"\"id\" TEXT NOT NULL, \"modified\" INTEGER NOT NULL, \"sum\" INTEGER NOT NULL, "
	"\"length\" INTEGER NOT NULL, \"before\" TEXT, \"after\" TEXT, "
	"PRIMARY KEY (\"collection\", \"version\")) WITHOUT ROWID;";

/* SQLite compares names of tables without case. */
static bool shares_a_name(const struct store_spec *spec, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (str_eq_nocase(spec->collections[i]->name, spec->collections[index]->name))
			return true;
	return false;
}

static enum store_outcome make_all(struct store *store, struct arena *arena, struct issues *issues)
{
	enum store_outcome outcome = session_run(&store->engine->writer, own_tables);
	struct buf sql;

	buf_init(&sql, arena, SQL_TEXT_MAX);
	buf_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, FORMAT);
	if (outcome == STORE_DONE)
		outcome = layout_run(store, &sql);
	for (size_t i = 0; i < store->spec->count && outcome == STORE_DONE; i++) {
		const struct collection *collection = store->spec->collections[i];

		if (!collection->is_own &&
		    (str_starts(collection->name, S("_")) || str_starts(collection->name, S("sqlite_")))) {
			issues_add(issues, collection->at, "give it another name: x-statute: {collection: …}",
			           "a collection cannot be called '%.*s'", STR_ARG(collection->name));
			continue;
		}
		if (shares_a_name(store->spec, i)) {
			issues_add(issues, collection->at, "give it another name: x-statute: {collection: …}",
			           "another collection is called '%.*s' but for the case of letters",
			           STR_ARG(collection->name));
			continue;
		}
		outcome = make_table(store, collection, arena, issues);
		if (outcome == STORE_DONE && !collection->is_singleton && !issues->errors)
			outcome = indexes_make(store, collection, arena, issues);
	}
	return outcome;
}

int layout_refuse(const struct store_engine *engine, struct issues *issues, enum store_outcome outcome,
                  const struct store_session *session)
{
	if (outcome == STORE_NO_MEMORY)
		return STATUTE_ENOMEM;
	issues_add(issues, 0, NULL, "the database %s cannot be used: %s", engine->path, session->cause);
	return STATUTE_ESTORE;
}

int layout_make(struct store *store, struct issues *issues)
{
	enum store_outcome outcome = STORE_DONE;
	size_t errors = issues->errors;
	struct arena arena;

	if (!is_ours(store, issues, &outcome))
		return outcome == STORE_DONE
		               ? STATUTE_ESTORE
		               : layout_refuse(store->engine, issues, outcome, &store->engine->writer);
	outcome = session_tune(&store->engine->writer);
	if (outcome == STORE_DONE)
		outcome = session_run(&store->engine->writer, "BEGIN IMMEDIATE");
	if (outcome != STORE_DONE)
		return layout_refuse(store->engine, issues, outcome, &store->engine->writer);
	arena_init(&arena, 1 << 16, 64 << 20);
	outcome = make_all(store, &arena, issues);
	if (outcome == STORE_DONE && arena.failed)
		outcome = STORE_NO_MEMORY;
	arena_done(&arena);
	if (outcome == STORE_DONE && issues->errors == errors)
		outcome = session_run(&store->engine->writer, "COMMIT");
	else
		session_roll_back(&store->engine->writer);
	if (issues->errors != errors)
		return STATUTE_EDOCUMENT;
	return outcome == STORE_DONE ? 0
	                             : layout_refuse(store->engine, issues, outcome, &store->engine->writer);
}
