/*
 * Columns: what each member is called in its table, and that the table has it.
 *
 * A member becomes a generated column, so that indexes can stand on it and a
 * person can select it; the JSON text stays the one truth. A column is made again
 * where it says something else than the document: of another type, or of another
 * member. It is virtual, so that no row is touched by that.
 *
 * SQLite compares names without case. Members that differ in case alone, or are
 * called as a column of ours, have a hash of their exact name behind it, so that
 * neither order nor company of the members decides which column is whose.
 */
#include "store/engine.h"

struct str layout_column(const struct store *store, const struct collection *collection, size_t member)
{
	return store
	        ->columns[collection->index][member == STORE_MEMBER_ID ? collection->member_count : member];
}

static bool is_ambiguous(const struct collection *collection, size_t member)
{
	static const char *const own[] = { "_version", "_modified", "_body",   "_secret",
		                           "rowid",    "oid",       "_rowid_", NULL };
	struct str name = collection->members[member].name;

	for (size_t i = 0; own[i]; i++)
		if (str_eq_nocase(name, str_from(own[i])))
			return true;
	if (str_eq_nocase(name, collection->id_name))
		return true;
	for (size_t i = 0; i < collection->member_count; i++)
		if (i != member && str_eq_nocase(name, collection->members[i].name))
			return true;
	return false;
}

/* FNV-1a: the same in every run. */
static uint32_t hash(struct str text)
{
	uint32_t value = 0x811c9dc5;

	for (size_t i = 0; i < text.len; i++)
		value = (value ^ (unsigned char)text.at[i]) * 0x01000193;
	return value;
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

		if (!is_id && is_ambiguous(collection, i))
			name = str_printf(&store->arena, "%.*s#%08x", STR_ARG(name), hash(name));
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

/* A column's name as the table knows it, without its quotes. */
static struct str unquoted(struct arena *arena, struct str column)
{
	struct buf buf;

	buf_init(&buf, arena, SQL_TEXT_MAX);
	for (size_t i = 1; i + 1 < column.len; i++) {
		buf_add_char(&buf, column.at[i]);
		if (column.at[i] == '"') /* doubled */
			i++;
	}
	return buf_whole(&buf);
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

void columns_define(struct buf *sql, const struct store *store, const struct collection *collection,
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

/* The table's own text holds the definition of each column as it was made. */
static bool is_defined(struct store *store, const struct collection *collection, size_t member,
                       struct arena *arena, enum store_outcome *outcome)
{
	struct buf definition;

	buf_init(&definition, arena, SQL_TEXT_MAX);
	columns_define(&definition, store, collection, member, arena);
	if (definition.failed) {
		*outcome = STORE_NO_MEMORY;
		return false;
	}
	return layout_ask(store,
	                  "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE "
	                  "AND instr(sql, ?2) > 0",
	                  collection->name, buf_str(&definition), arena, outcome)
	        .at;
}

/* Drops our indexes on a column, which could not be dropped before them; somebody else's stay in its way. */
static enum store_outcome drop_indexes(struct store *store, const struct collection *collection,
                                       struct str column, struct arena *arena)
{
	static const char sql_ours[] =
		"SELECT l.name FROM pragma_index_list(?1) AS l, pragma_index_info(l.name) AS c "
		"WHERE c.name = ?2 COLLATE NOCASE AND (l.name LIKE '%).index' OR l.name LIKE '%).unique')";
	enum store_outcome outcome = STORE_DONE;
	struct str index = layout_ask(store, sql_ours, collection->name, column, arena, &outcome);
	struct buf sql;

	buf_init(&sql, arena, SQL_TEXT_MAX);
	while (index.at && outcome == STORE_DONE) {
		buf_lit(&sql, "DROP INDEX ");
		sql_add_name(&sql, index);
		outcome = layout_run(store, &sql);
		if (outcome == STORE_DONE)
			index = layout_ask(store, sql_ours, collection->name, column, arena, &outcome);
	}
	return outcome;
}

static enum store_outcome drop_column(struct store *store, const struct collection *collection, size_t member,
                                      struct arena *arena)
{
	struct str column = unquoted(arena, layout_column(store, collection, member));
	enum store_outcome outcome = drop_indexes(store, collection, column, arena);
	struct buf sql;

	if (outcome != STORE_DONE)
		return outcome;
	buf_init(&sql, arena, SQL_TEXT_MAX);
	buf_lit(&sql, "ALTER TABLE ");
	sql_add_name(&sql, collection->name);
	buf_lit(&sql, " DROP COLUMN ");
	buf_add(&sql, layout_column(store, collection, member));
	return layout_run(store, &sql);
}

static enum store_outcome make_column(struct store *store, const struct collection *collection, size_t member,
                                      struct arena *arena)
{
	enum store_outcome outcome = STORE_DONE;
	struct str column = unquoted(arena, layout_column(store, collection, member));
	struct buf sql;

	if (is_defined(store, collection, member, arena, &outcome) || outcome != STORE_DONE)
		return outcome;
	if (layout_ask(store, "SELECT name FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE",
	               collection->name, column, arena, &outcome)
	            .at)
		outcome = drop_column(store, collection, member, arena);
	if (outcome != STORE_DONE)
		return outcome;
	buf_init(&sql, arena, SQL_TEXT_MAX);
	buf_lit(&sql, "ALTER TABLE ");
	sql_add_name(&sql, collection->name);
	buf_lit(&sql, " ADD COLUMN ");
	columns_define(&sql, store, collection, member, arena);
	return layout_run(store, &sql);
}

/* Rows keep the ids they have: a document with ids of another name or kind is of another database. */
static enum store_outcome check_id(struct store *store, const struct collection *collection,
                                   struct arena *arena, struct issues *issues)
{
	enum store_outcome outcome = STORE_DONE;
	struct str type = layout_ask(store,
	                             "SELECT type FROM pragma_table_xinfo(?1) WHERE pk = 1 "
	                             "AND name = ?2 COLLATE NOCASE",
	                             collection->name, collection->id_name, arena, &outcome);

	if (outcome != STORE_DONE)
		return outcome;
	if (!type.at)
		issues_add(issues, collection->at, "keep the name of the id, or start with a new database",
		           "the rows of '%.*s' in the database have no id '%.*s'", STR_ARG(collection->name),
		           STR_ARG(collection->id_name));
	else if (str_eq_nocase(type, S("INTEGER")) != has_integer_id(collection))
		issues_add(issues, collection->at, "keep the type of the id, or start with a new database",
		           "the ids of '%.*s' in the database are of another type",
		           STR_ARG(collection->name));
	return STORE_DONE;
}

enum store_outcome columns_make(struct store *store, const struct collection *collection, struct arena *arena,
                                struct issues *issues)
{
	size_t errors = issues->errors;
	enum store_outcome outcome = check_id(store, collection, arena, issues);

	if (issues->errors != errors)
		return outcome;
	for (size_t i = 0; i < collection->member_count && outcome == STORE_DONE; i++)
		outcome = make_column(store, collection, i, arena);
	return outcome;
}
