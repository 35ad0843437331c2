/*
 * Connections to SQLite: how they are opened, their prepared statements, and the
 * time limit of each step.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "store/engine.h"

enum { PROGRESS_STEPS = 1000, LOOK_US = 100 * 1000 };

static int on_progress(void *data)
{
	struct store_session *session = data;
	uint64_t now;

	if (!session->is_timed)
		return 0;
	now = clock_monotonic_us();
	if (!session->deadline_us) /* most statements end before they are asked for the time at all */
		session->deadline_us = now + (uint64_t)session->engine->options.statement_ms * 1000;
	return now > session->deadline_us;
}

enum store_outcome session_failed(struct store_session *session, int code)
{
	int system = session->db ? sqlite3_system_errno(session->db) : errno;

	snprintf(session->cause, sizeof(session->cause), "SQLite %d: %s", code,
	         session->db ? sqlite3_errmsg(session->db) : sqlite3_errstr(code));
	if (!session->is_lost && outcome_is_of_connection(code)) {
		session->is_lost = true;
		atomic_fetch_add(&session->engine->losses, 1);
		writer_wake(session->engine);
	}
	return outcome_of(code, system);
}

enum store_outcome session_run(struct store_session *session, const char *sql)
{
	int code = sqlite3_exec(session->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? STORE_DONE : session_failed(session, code);
}

/* trusted_schema stays on: SQLite before 3.41 counts json_extract, which our generated columns need, as unsafe. */
static const char writer_pragmas[] =
	"PRAGMA journal_mode = WAL;"
	"PRAGMA synchronous = FULL;"
	"PRAGMA wal_autocheckpoint = 1000;"
	"PRAGMA journal_size_limit = 67108864;"
	"PRAGMA secure_delete = ON;"
	"PRAGMA foreign_keys = OFF;" /* references are checked by name: see references.c */
	"PRAGMA cache_size = -8192;";

/* The file is not mapped: one that another program cuts short would end the process (SIGBUS). */
static const char reader_pragmas[] = "PRAGMA query_only = ON;"
				     "PRAGMA mmap_size = 0;"
				     "PRAGMA cache_size = -8192;";

static void harden(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_extended_result_codes(db, 1);
}

static enum store_outcome limit_pages(struct store_session *session)
{
	char sql[64];

	if (!session->engine->options.pages_max)
		return STORE_DONE;
	snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %u;", session->engine->options.pages_max);
	return session_run(session, sql);
}

static uint64_t file_at(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? (uint64_t)info.st_ino : 0;
}

static void begin(struct store_session *session, struct store *store, bool is_writer)
{
	*session = (struct store_session){ .engine = store->engine, .store = store, .is_writer = is_writer };
}

static enum store_outcome open_as(struct store_session *session, struct store *store, bool is_writer,
                                  int make)
{
	struct store_engine *engine = store->engine;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | make;
	enum store_outcome outcome;
	int code;

	begin(session, store, is_writer);
	session->losses = atomic_load(&engine->losses);
	if (session_use(session, store) != STORE_DONE)
		return STORE_NO_MEMORY;
	code = sqlite3_open_v2(engine->path, &session->db, flags, NULL);
	if (code != SQLITE_OK) {
		outcome = session_failed(session, code);
		session_close(session);
		return outcome;
	}
	harden(session->db);
	sqlite3_busy_timeout(session->db, (int)engine->options.busy_ms);
	sqlite3_progress_handler(session->db, PROGRESS_STEPS, on_progress, session);
	session->file = file_at(engine->path);
	session->looked_us = clock_monotonic_us();
	return STORE_DONE;
}

enum store_outcome session_tune(struct store_session *session)
{
	const char *pragmas = session->is_writer ? writer_pragmas : reader_pragmas;
	enum store_outcome outcome = session_run(session, pragmas);

	return outcome == STORE_DONE && session->is_writer ? limit_pages(session) : outcome;
}

/* Somebody may have put another file in the place of ours. */
static enum store_outcome refuse_others(struct store_session *session)
{
	enum store_file file = STORE_FILE_FOREIGN;
	enum store_outcome outcome = layout_identify(session, &file);

	if (outcome != STORE_DONE || file == STORE_FILE_OURS)
		return outcome;
	snprintf(session->cause, sizeof(session->cause), "the file is %s",
	         file == STORE_FILE_NEWER ? "of a newer version" : "not one of Statute");
	return STORE_BROKEN;
}

/* SQLite takes an empty file for a new one and deletes its log, which belongs to what may be restored. */
static bool is_empty(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && info.st_size == 0;
}

enum store_outcome session_open(struct store_session *session, struct store *store, bool is_writer)
{
	enum store_outcome outcome;

	if (is_empty(store->engine->path)) {
		begin(session, store, is_writer);
		snprintf(session->cause, sizeof(session->cause), "the file is empty");
		return STORE_BROKEN;
	}
	outcome = open_as(session, store, is_writer, 0);
	if (outcome == STORE_DONE)
		outcome = refuse_others(session);
	if (outcome == STORE_DONE)
		outcome = session_tune(session);
	if (outcome != STORE_DONE)
		session_close(session);
	return outcome;
}

enum store_outcome session_open_first(struct store_session *session, struct store *store)
{
	return open_as(session, store, true, SQLITE_OPEN_CREATE);
}

bool session_is_stale(const struct store_session *session)
{
	return session->is_lost || session->losses != atomic_load(&session->engine->losses);
}

enum store_outcome session_ensure(struct store_session *session)
{
	bool is_usable = session->db && !session_is_stale(session);
	uint64_t now = clock_monotonic_us();

	if (is_usable && !session->is_writer && now - session->looked_us < LOOK_US)
		return STORE_DONE;
	session->looked_us = now;
	if (is_usable && file_at(session->engine->path) == session->file)
		return STORE_DONE;
	session_close(session);
	return session_open(session, session->store, session->is_writer);
}

int session_control(struct store_session *session, enum control control)
{
	static const char *const texts[CONTROL_COUNT] = {
		[CONTROL_BEGIN] = "BEGIN",         [CONTROL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
		[CONTROL_COMMIT] = "COMMIT",       [CONTROL_SAVE] = "SAVEPOINT one",
		[CONTROL_RELEASE] = "RELEASE one", [CONTROL_UNDO] = "ROLLBACK TO one",
	};
	sqlite3_stmt **statement = &session->controls[control];
	int code = SQLITE_OK;

	if (!*statement)
		code = sqlite3_prepare_v3(session->db, texts[control], -1, SQLITE_PREPARE_PERSISTENT,
		                          statement, NULL);
	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(*statement);
	sqlite3_reset(*statement);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

void session_roll_back(struct store_session *session)
{
	if (!session->db || sqlite3_get_autocommit(session->db))
		return;
	sqlite3_exec(session->db, "ROLLBACK", NULL, NULL, NULL);
	session->is_lost = session->is_lost || !sqlite3_get_autocommit(session->db);
}

static void finalize_all(sqlite3_stmt **statements, size_t count)
{
	for (size_t i = 0; statements && i < count; i++)
		sqlite3_finalize(statements[i]);
}

static void free_cache(struct session_cache *cache)
{
	const struct store_spec *spec = cache->store->spec;

	for (size_t i = 0; i < spec->count; i++) {
		struct session_collection *own = &cache->collections[i];

		finalize_all(own->statements, STATEMENT_COUNT);
		finalize_all(own->exists, spec->collections[i]->reference_count);
		finalize_all(own->duplicate, spec->collections[i]->unique_count);
		free(own->exists);
		free(own->duplicate);
	}
	free(cache);
}

enum store_outcome session_use(struct store_session *session, struct store *store)
{
	struct session_cache *cache = session->caches;

	if (session->store == store && session->collections)
		return STORE_DONE;
	while (cache && cache->store != store)
		cache = cache->next;
	if (!cache) {
		cache = calloc(1, sizeof(*cache) + store->spec->count * sizeof(cache->collections[0]));
		if (!cache)
			return STORE_NO_MEMORY;
		cache->store = store;
		cache->next = session->caches;
		session->caches = cache;
	}
	session->store = store;
	session->collections = cache->collections;
	return STORE_DONE;
}

void session_forget(struct store_session *session, const struct store *store)
{
	struct session_cache **at = &session->caches, *cache;

	while (*at && (*at)->store != store)
		at = &(*at)->next;
	if ((cache = *at)) {
		*at = cache->next;
		free_cache(cache);
	}
	if (session->store == store) {
		session->store = session->engine->newest;
		session->collections = NULL; /* until it is used */
	}
}

/* The cause stays readable. */
void session_close(struct store_session *session)
{
	while (session->caches) {
		struct session_cache *next = session->caches->next;

		free_cache(session->caches);
		session->caches = next;
	}
	session_drop_kept(session);
	finalize_all(session->controls, CONTROL_COUNT);
	memset(session->controls, 0, sizeof(session->controls));
	session->collections = NULL;
	sqlite3_close(session->db);
	session->db = NULL;
	session->is_lost = false;
}

sqlite3_stmt *session_prepare(struct store_session *session, struct str sql, enum store_outcome *ret_outcome)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v3(session->db, sql.at, (int)sql.len, SQLITE_PREPARE_PERSISTENT,
	                              &statement, NULL);

	if (code == SQLITE_OK)
		return statement;
	/* What was prepared for this layout no longer fits the file: another process changed it. */
	*ret_outcome = session_failed(session, code);
	return NULL;
}

static void add_get(struct buf *sql, const struct store *store, const struct collection *collection)
{
	buf_lit(sql, "SELECT \"_version\", \"_modified\", \"_body\", \"_secret\" FROM ");
	if (collection->is_singleton) {
		buf_lit(sql, "\"_singleton\" WHERE \"_name\" = ");
		sql_add_text(sql, collection->name);
		return;
	}
	sql_add_name(sql, collection->name);
	buf_lit(sql, " WHERE ");
	buf_add(sql, layout_column(store, collection, STORE_MEMBER_ID));
	buf_lit(sql, " = ?1");
}

static void add_insert(struct buf *sql, const struct store *store, const struct collection *collection)
{
	if (collection->is_singleton) {
		buf_lit(sql, "INSERT INTO \"_singleton\" (\"_name\", \"_version\", \"_modified\", \"_body\", "
		             "\"_secret\") VALUES (");
		sql_add_text(sql, collection->name);
		buf_lit(sql, ", ?2, ?3, ?4, ?5)");
		return;
	}
	buf_lit(sql, "INSERT INTO ");
	sql_add_name(sql, collection->name);
	buf_lit(sql, " (");
	buf_add(sql, layout_column(store, collection, STORE_MEMBER_ID));
	buf_lit(sql, ", \"_version\", \"_modified\", \"_body\", \"_secret\") VALUES (?1, ?2, ?3, ?4, ?5)");
}

static void add_where_id(struct buf *sql, const struct store *store, const struct collection *collection)
{
	buf_lit(sql, " WHERE ");
	if (collection->is_singleton) {
		buf_lit(sql, "\"_name\" = ");
		sql_add_text(sql, collection->name);
		return;
	}
	buf_add(sql, layout_column(store, collection, STORE_MEMBER_ID));
	buf_lit(sql, " = ?1");
}

static void add_table(struct buf *sql, const struct collection *collection)
{
	sql_add_name(sql, collection->is_singleton ? S("_singleton") : collection->name);
}

/* A statement about this collection's row in one of the tables about all collections. */
static void add_named(struct buf *sql, const char *before, const struct collection *collection,
                      const char *after)
{
	buf_add(sql, str_from(before));
	sql_add_text(sql, collection->name);
	buf_add(sql, str_from(after));
}

static void add_sql(struct buf *sql, const struct store *store, const struct collection *collection,
                    enum statement statement)
{
	switch (statement) {
	case STATEMENT_GET: add_get(sql, store, collection); break;
	case STATEMENT_DELETED:
		add_named(sql,
		          "SELECT \"version\", \"modified\", \"is_gone\" FROM \"_deleted\" WHERE "
		          "\"collection\" = ",
		          collection, " AND \"id\" = ?1");
		break;
	case STATEMENT_VERSION:
		add_named(sql, "SELECT \"version\", \"modified\" FROM \"_collection\" WHERE \"name\" = ",
		          collection, "");
		break;
	case STATEMENT_INSERT: add_insert(sql, store, collection); break;
	case STATEMENT_UPDATE:
		buf_lit(sql, "UPDATE ");
		add_table(sql, collection);
		buf_lit(sql, " SET \"_version\" = ?2, \"_modified\" = ?3, \"_body\" = ?4, \"_secret\" = ?5");
		add_where_id(sql, store, collection);
		break;
	case STATEMENT_DELETE:
		buf_lit(sql, "DELETE FROM ");
		add_table(sql, collection);
		add_where_id(sql, store, collection);
		break;
	case STATEMENT_FORGET:
		add_named(sql, "DELETE FROM \"_deleted\" WHERE \"collection\" = ", collection,
		          " AND \"id\" = ?1");
		break;
	case STATEMENT_BURY:
		add_named(sql,
		          "INSERT OR REPLACE INTO \"_deleted\" (\"collection\", \"id\", \"version\", "
		          "\"modified\", \"is_gone\") "
		          "VALUES (",
		          collection, ", ?1, ?2, ?3, ?4)");
		break;
	case STATEMENT_TOUCH:
		add_named(sql,
		          "UPDATE \"_collection\" SET \"version\" = \"version\" + 1, "
		          "\"modified\" = max(\"modified\", ?1) WHERE \"name\" = ",
		          collection, "");
		break;
	case STATEMENT_NEXT_ID:
		add_named(sql, "SELECT \"next_id\" FROM \"_collection\" WHERE \"name\" = ", collection, "");
		break;
	case STATEMENT_USE_ID:
		add_named(
			sql,
			"UPDATE \"_collection\" SET \"next_id\" = max(\"next_id\", ?1 + 1) WHERE \"name\" = ",
			collection, "");
		break;
	case STATEMENT_RULES:
	case STATEMENT_COUNT: break;
	}
}

sqlite3_stmt *session_statement(struct store_session *session, const struct collection *collection,
                                enum statement statement, enum store_outcome *ret_outcome)
{
	sqlite3_stmt **slot = &session->collections[collection->index].statements[statement];
	struct arena arena;
	struct str text;
	struct buf sql;

	if (*slot)
		return *slot;
	arena_init(&arena, 4096, (size_t)SQL_TEXT_MAX * 2);
	buf_init(&sql, &arena, SQL_TEXT_MAX);
	add_sql(&sql, session->store, collection, statement);
	text = statement == STATEMENT_RULES ? rules_sql(session->store, collection, &arena) : buf_str(&sql);
	if (sql.failed || arena.failed || !text.at)
		*ret_outcome = STORE_NO_MEMORY;
	else
		*slot = session_prepare(session, text, ret_outcome);
	arena_done(&arena);
	return *slot;
}

int session_step(struct store_session *session, sqlite3_stmt *statement)
{
	int code;

	session->is_timed = true;
	session->deadline_us = 0;
	code = sqlite3_step(statement);
	session->is_timed = false;
	return code;
}
