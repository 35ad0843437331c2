/*
 * Business rules: SQL expressions over the members of a body, asked of SQLite
 * itself, on a body that is not stored yet. NULL counts as met, as in CHECK. An
 * authorizer lets an expression read nothing but those members.
 */
#include <stdio.h>

#include "store/engine.h"

/* Reads of the made-up row and harmless functions; no table, no second statement, no side effect. */
static int authorize(void *data, int action, const char *a, const char *b, const char *c, const char *d)
{
	static const char *const banned[] = { "load_extension", "random",         "randomblob",
		                              "zeroblob",       "readfile",       "writefile",
		                              "edit",           "fts3_tokenizer", NULL };

	(void)data, (void)a, (void)c, (void)d;
	switch (action) {
	case SQLITE_SELECT: return SQLITE_OK;
	case SQLITE_FUNCTION:
		for (size_t i = 0; banned[i]; i++)
			if (b && str_eq_nocase(str_from(b), str_from(banned[i])))
				return SQLITE_DENY;
		return SQLITE_OK;
	case SQLITE_READ: /* of a table of the database: what the rule sees has no table */
		return a && *a ? SQLITE_DENY : SQLITE_OK;
	default: return SQLITE_DENY;
	}
}

static void add_member(struct buf *sql, struct str name, const char *body, struct arena *arena)
{
	struct str path = sql_path(arena, name);

	if (!path.at)
		return;
	buf_printf(sql, "json_extract(%s, ", body);
	buf_add(sql, path);
	buf_lit(sql, ") AS ");
	sql_add_name(sql, name);
	buf_lit(sql, ", ");
}

/* "(SELECT json_extract(?1, '$.a') AS a, …, NULL": what a rule sees, of the body that `body` names. */
static void add_members(struct buf *sql, const struct collection *collection, const char *body,
                        struct arena *arena)
{
	buf_lit(sql, "(SELECT ");
	if (!collection->is_singleton)
		add_member(sql, collection->id_name, body, arena);
	for (size_t i = 0; i < collection->member_count; i++)
		add_member(sql, collection->members[i].name, body, arena);
	buf_lit(sql, "NULL");
}

/* The made-up row of the body that is asked about. */
static void add_body(struct buf *sql, const struct collection *collection, struct arena *arena)
{
	buf_lit(sql, " FROM ");
	add_members(sql, collection, "?1", arena);
	buf_add_char(sql, ')');
}

struct str rules_sql(const struct store *store, const struct collection *collection, struct arena *arena)
{
	struct buf sql;

	(void)store;
	buf_init(&sql, arena, SQL_TEXT_MAX);
	buf_lit(&sql, "SELECT ");
	for (size_t i = 0; i < collection->rule_count; i++) {
		buf_add(&sql, i ? S(", (") : S("("));
		buf_add(&sql, collection->rules[i].check);
		buf_add_char(&sql, ')');
	}
	add_body(&sql, collection, arena);
	return buf_whole(&sql);
}

enum store_outcome store_check_rules(struct store_session *session, const struct collection *collection,
                                     struct str body, uint64_t *ret_broken)
{
	enum store_outcome outcome = session->db || session->is_writer ? STORE_DONE : session_ensure(session);
	sqlite3_stmt *statement = session->db
	                                  ? session_statement(session, collection, STATEMENT_RULES, &outcome)
	                                  : NULL;
	uint64_t broken = 0;
	int code;

	if (!statement)
		return session->db ? outcome : STORE_UNAVAILABLE;
	sql_bind_text(statement, 1, body);
	code = session_step(session, statement);
	for (int i = 0; code == SQLITE_ROW && i < (int)collection->rule_count; i++)
		if (sqlite3_column_type(statement, i) != SQLITE_NULL &&
		    sqlite3_column_double(statement, i) == 0.0)
			broken |= UINT64_C(1) << i;
	if (code != SQLITE_ROW)
		outcome = session_failed(session, code);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	*ret_broken = broken;
	return outcome;
}

/* Text that could end the expression and begin something else. */
static bool is_smuggling(struct str check)
{
	int depth = 0;
	char quote = 0;

	for (size_t i = 0; i < check.len; i++) {
		char c = check.at[i];

		if (quote) {
			if (c == quote)
				quote = 0;
			continue;
		}
		if (c == '\'' || c == '"' || c == '`')
			quote = c;
		depth += (c == '(') - (c == ')');
		if (depth < 0 || c == ';' || c == '?' || c == ':' || c == '$' || c == '@' || c == '\0' ||
		    c == '[')
			return true;
		if (i + 1 < check.len &&
		    ((c == '-' && check.at[i + 1] == '-') || (c == '/' && check.at[i + 1] == '*')))
			return true;
	}
	return depth != 0 || quote;
}

static enum store_outcome check_rule(struct store_session *session, const struct collection *collection,
                                     const struct store_rule *rule, struct arena *arena,
                                     struct issues *issues)
{
	sqlite3_stmt *statement = NULL;
	struct buf sql;
	int code;

	if (is_smuggling(rule->check)) {
		issues_add(issues, rule->at,
		           "write one SQL expression over the members, such as discount <= subtotal",
		           "'%.*s' is no single expression", STR_ARG(rule->check));
		return STORE_DONE;
	}
	buf_init(&sql, arena, SQL_TEXT_MAX);
	buf_lit(&sql, "SELECT (");
	buf_add(&sql, rule->check);
	buf_add_char(&sql, ')');
	add_body(&sql, collection, arena);
	sqlite3_set_authorizer(session->db, authorize, NULL);
	code = sql.failed || arena->failed
	               ? SQLITE_NOMEM
	               : sqlite3_prepare_v2(session->db, sql.at, (int)sql.len, &statement, NULL);
	sqlite3_set_authorizer(session->db, NULL, NULL);
	if (code == SQLITE_NOMEM)
		return STORE_NO_MEMORY;
	if (code != SQLITE_OK || sqlite3_column_count(statement) != 1)
		issues_add(issues, rule->at,
		           "write an SQL expression over the members, such as discount <= subtotal",
		           "the rule '%.*s' cannot be understood: %s", STR_ARG(rule->check),
		           code == SQLITE_OK ? "it has several values" : sqlite3_errmsg(session->db));
	sqlite3_finalize(statement);
	return STORE_DONE;
}

/* Rows from before the rule are left as they are; their owner is told. */
static enum store_outcome count_breakers(struct store_session *session, const struct collection *collection,
                                         const struct store_rule *rule, struct arena *arena,
                                         struct issues *issues)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement;
	struct buf sql;
	int code;

	buf_init(&sql, arena, SQL_TEXT_MAX);
	buf_lit(&sql, "SELECT count(*) FROM ");
	add_members(&sql, collection, "\"_body\"", arena);
	buf_lit(&sql, " FROM ");
	sql_add_name(&sql, collection->name);
	buf_lit(&sql, ") WHERE NOT (");
	buf_add(&sql, rule->check);
	buf_add_char(&sql, ')');
	if (sql.failed || arena->failed)
		return STORE_NO_MEMORY;
	if (!(statement = session_prepare(session, buf_str(&sql), &outcome)))
		return outcome;
	code = sqlite3_step(statement);
	if (code != SQLITE_ROW)
		outcome = session_failed(session, code);
	else if (sqlite3_column_int64(statement, 0) > 0)
		issues_warn(issues, rule->at, "they can be read, but not changed until they meet it",
		            "%lld rows of '%.*s' break the rule '%.*s'",
		            (long long)sqlite3_column_int64(statement, 0), STR_ARG(collection->name),
		            STR_ARG(rule->check));
	sqlite3_finalize(statement);
	return outcome;
}

static enum store_outcome check_collection(struct store_session *session, const struct collection *collection,
                                           struct arena *arena, struct issues *issues)
{
	enum store_outcome outcome = STORE_DONE;

	for (size_t k = 0; outcome == STORE_DONE && k < collection->rule_count; k++) {
		const struct store_rule *rule = &collection->rules[k];
		size_t before = issues->errors;

		outcome = check_rule(session, collection, rule, arena, issues);
		if (outcome == STORE_DONE && issues->errors == before && !collection->is_singleton)
			outcome = count_breakers(session, collection, rule, arena, issues);
	}
	return outcome;
}

int rules_check_all(struct store *store, struct store_session *session, struct issues *issues)
{
	enum store_outcome outcome = STORE_DONE;
	size_t errors = issues->errors;
	struct arena arena;

	arena_init(&arena, 1 << 14, 64 << 20);
	for (size_t i = 0; outcome == STORE_DONE && i < store->spec->count; i++)
		outcome = check_collection(session, store->spec->collections[i], &arena, issues);
	arena_done(&arena);
	if (outcome != STORE_DONE)
		return layout_refuse(store->engine, issues, outcome, session);
	return issues->errors == errors ? 0 : STATUTE_EDOCUMENT;
}
