/*
 * Tables, columns and indexes: made where the file lacks them, never dropped.
 *
 * A member becomes a generated column, so that indexes can stand on it and a
 * person can select it; the JSON text stays the one truth. Two members whose
 * names differ in case alone, or one named as a column of ours, get another
 * column name, since SQLite compares them without case.
 */
#include <stdio.h>

#include "base/clock.h"
#include "store/engine.h"

enum { FORMAT = 1, APPLICATION_ID = 0x53746174 /* "Stat" */ };

struct str layout_column(const struct store *store, const struct collection *collection, size_t member)
{
	return store
	        ->columns[collection->index][member == STORE_MEMBER_ID ? collection->member_count : member];
}

static bool is_taken(const struct collection *collection, size_t member, struct str name)
{
	static const char *const own[] = { "_version", "_modified", "_body",   "_secret",
		                           "rowid",    "oid",       "_rowid_", NULL };

	for (size_t i = 0; own[i]; i++)
		if (str_eq_nocase(name, str_from(own[i])))
			return true;
	if (str_eq_nocase(name, collection->id_name))
		return true;
	for (size_t i = 0; i < member; i++)
		if (str_eq_nocase(name, collection->members[i].name))
			return true;
	return false;
}

static int name_columns(struct store *store, const struct collection *collection)
{
	struct str *columns = arena_array(&store->arena, collection->member_count + 1, sizeof(*columns));

	if (!columns)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i <= collection->member_count; i++) {
		bool is_id = i == collection->member_count;
		struct str name = is_id ? collection->id_name : collection->members[i].name;
		struct buf buf;

		if (!is_id && is_taken(collection, i, name))
			name = str_printf(&store->arena, "%.*s#%zu", STR_ARG(name), i);
		buf_init(&buf, &store->arena, SQL_TEXT_MAX);
		sql_add_name(&buf, name);
		if (buf.failed)
			return STATUTE_ENOMEM;
		columns[i] = buf_str(&buf);
	}
	store->columns[collection->index] = columns;
	return 0;
}

int layout_name_columns(struct store *store)
{
	int r = 0;

	store->columns = arena_array(&store->arena, store->spec->count, sizeof(*store->columns));
	if (!store->columns)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < store->spec->count && r == 0; i++)
		r = name_columns(store, store->spec->collections[i]);
	return r;
}

static const char *type_name(enum store_type type)
{
	switch (type) {
	case STORE_INTEGER:
	case STORE_BOOLEAN: return "INTEGER";
	case STORE_REAL: return "NUMERIC"; /* whole numbers stay exact to 64 bits */
	case STORE_TEXT: break;
	}
	return "TEXT";
}

static void add_column(struct buf *sql, const struct store *store, const struct collection *collection,
                       size_t member, struct arena *arena)
{
	struct str path = sql_path(arena, collection->members[member].name);

	buf_add(sql, layout_column(store, collection, member));
	buf_printf(sql, " %s GENERATED ALWAYS AS (", type_name(collection->members[member].type));
	if (path.at) {
		buf_lit(sql, "json_extract(\"_body\", ");
		buf_add(sql, path);
		buf_add_char(sql, ')');
	} else {
		buf_lit(sql, "NULL");
	}
	buf_lit(sql, ") VIRTUAL");
}

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
		add_column(sql, store, collection, i, arena);
	}
	buf_lit(sql, ")");
}

enum store_outcome layout_run(struct store *store, struct buf *buf)
{
	enum store_outcome outcome = STORE_NO_MEMORY;

	buf_add_char(buf, '\0');
	if (!buf->failed)
		outcome = session_run(&store->writer, buf->at);
	buf_reset(buf);
	return outcome;
}

static bool has_row(struct store *store, const char *sql, struct str a, struct str b,
                    enum store_outcome *outcome)
{
	sqlite3_stmt *statement = session_prepare(&store->writer, str_from(sql), outcome);
	int code;

	if (!statement)
		return false;
	sql_bind_text(statement, 1, a);
	if (b.at)
		sql_bind_text(statement, 2, b);
	code = sqlite3_step(statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		*outcome = session_failed(&store->writer, code);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW;
}

static bool has_table(struct store *store, struct str name, enum store_outcome *outcome)
{
	return has_row(store, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE",
	               name, (struct str){ 0 }, outcome);
}

/* A column's name as the table knows it, without its quotes. */
static struct str unquoted(struct arena *arena, struct str column)
{
	struct buf buf;

	buf_init(&buf, arena, SQL_TEXT_MAX);
	for (size_t i = 1; i + 1 < column.len; i++) {
		buf_add_char(&buf, column.at[i]);
		if (column.at[i] == '"')
			i++;
	}
	return buf_str(&buf);
}

static bool has_column(struct store *store, const struct collection *collection, size_t member,
                       struct arena *arena, enum store_outcome *outcome)
{
	return has_row(store, "SELECT 1 FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE",
	               collection->name, unquoted(arena, layout_column(store, collection, member)), outcome);
}

static enum store_outcome add_columns(struct store *store, const struct collection *collection,
                                      struct arena *arena, struct issues *issues)
{
	enum store_outcome outcome = STORE_DONE;
	struct buf sql;

	buf_init(&sql, arena, SQL_TEXT_MAX);
	if (!has_column(store, collection, STORE_MEMBER_ID, arena, &outcome) && outcome == STORE_DONE)
		issues_add(issues, collection->at, "keep the name of the id, or start with a new database",
		           "the rows of '%.*s' in the database have no id '%.*s'", STR_ARG(collection->name),
		           STR_ARG(collection->id_name));
	else if (outcome == STORE_DONE &&
	         has_row(store, "SELECT 1 FROM pragma_table_xinfo(?1) WHERE pk > 0 AND type <> ?2",
	                 collection->name, has_integer_id(collection) ? S("INTEGER") : S("TEXT"), &outcome))
		issues_add(issues, collection->at, "keep the type of the id, or start with a new database",
		           "the ids of '%.*s' in the database are of another type",
		           STR_ARG(collection->name));
	for (size_t i = 0; i < collection->member_count && outcome == STORE_DONE; i++) {
		if (has_column(store, collection, i, arena, &outcome) || outcome != STORE_DONE)
			continue;
		buf_lit(&sql, "ALTER TABLE ");
		sql_add_name(&sql, collection->name);
		buf_lit(&sql, " ADD COLUMN ");
		add_column(&sql, store, collection, i, arena);
		outcome = layout_run(store, &sql);
	}
	return outcome;
}

static enum store_outcome make_table(struct store *store, const struct collection *collection,
                                     struct arena *arena, struct issues *issues)
{
	enum store_outcome outcome = STORE_DONE;
	struct buf sql;

	buf_init(&sql, arena, SQL_TEXT_MAX);
	buf_lit(&sql, "INSERT OR IGNORE INTO \"_collection\" (\"name\", \"version\", \"modified\", "
	              "\"next_id\") VALUES (");
	sql_add_text(&sql, collection->name);
	buf_printf(&sql, ", 0, %lld, 1)", (long long)clock_wall_ms());
	outcome = layout_run(store, &sql);
	if (outcome != STORE_DONE || collection->is_singleton)
		return outcome;
	if (has_table(store, collection->name, &outcome))
		return add_columns(store, collection, arena, issues);
	if (outcome != STORE_DONE)
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

	*outcome = layout_identify(&store->writer, &file);
	if (*outcome != STORE_DONE)
		return false;
	if (file == STORE_FILE_OURS || file == STORE_FILE_EMPTY)
		return true;
	if (file == STORE_FILE_NEWER)
		issues_add(issues, 0, "use a newer Statute, or another file",
		           "the database %s was made by a newer version", store->path);
	else
		issues_add(issues, 0, "name another file with --db",
		           "the database %s was not made by Statute", store->path);
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
	"\"_modified\" INTEGER NOT NULL, \"_body\" TEXT NOT NULL, \"_secret\" TEXT);";

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
	enum store_outcome outcome = session_run(&store->writer, own_tables);
	struct buf sql;

	buf_init(&sql, arena, SQL_TEXT_MAX);
	buf_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, FORMAT);
	if (outcome == STORE_DONE)
		outcome = layout_run(store, &sql);
	for (size_t i = 0; i < store->spec->count && outcome == STORE_DONE; i++) {
		const struct collection *collection = store->spec->collections[i];

		if (str_starts(collection->name, S("_")) || str_starts(collection->name, S("sqlite_"))) {
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

static int refuse(struct store *store, struct issues *issues, enum store_outcome outcome)
{
	if (outcome == STORE_NO_MEMORY)
		return STATUTE_ENOMEM;
	issues_add(issues, 0, NULL, "the database %s cannot be used: %s", store->path, store->writer.cause);
	return STATUTE_ESTORE;
}

int layout_make(struct store *store, struct issues *issues)
{
	enum store_outcome outcome = STORE_DONE;
	size_t errors = issues->errors;
	struct arena arena;

	if (!is_ours(store, issues, &outcome))
		return outcome == STORE_DONE ? STATUTE_ESTORE : refuse(store, issues, outcome);
	outcome = session_tune(&store->writer);
	if (outcome == STORE_DONE)
		outcome = session_run(&store->writer, "BEGIN IMMEDIATE");
	if (outcome != STORE_DONE)
		return refuse(store, issues, outcome);
	arena_init(&arena, 1 << 16, 64 << 20);
	outcome = make_all(store, &arena, issues);
	arena_done(&arena);
	if (outcome == STORE_DONE && issues->errors == errors)
		outcome = session_run(&store->writer, "COMMIT");
	else
		sqlite3_exec(store->writer.db, "ROLLBACK", NULL, NULL, NULL);
	if (issues->errors != errors)
		return STATUTE_EDOCUMENT;
	return outcome == STORE_DONE ? 0 : refuse(store, issues, outcome);
}
