/*
 * Statements whose text depends on the request, kept by their text: pages of the same
 * filters and order are asked for again and again, and preparing costs far more than
 * running. The few that were used last stay, each at most as long as SQL_KEPT_MAX.
 */
#include <string.h>

#include "store/engine.h"

enum { SQL_KEPT_MAX = 4096 };

/* Takes the entry out; what was used after it stays in its order. */
static sqlite3_stmt *take_out(struct store_session *session, size_t index)
{
	sqlite3_stmt *statement = session->kept[index].statement;

	session->kept_count--;
	memmove(&session->kept[index], &session->kept[index + 1],
	        (session->kept_count - index) * sizeof(session->kept[0]));
	return statement;
}

sqlite3_stmt *session_borrow(struct store_session *session, struct str sql, enum store_outcome *ret_outcome)
{
	for (size_t i = session->kept_count; i-- > 0;)
		if (str_eq(session->kept[i].sql, sql))
			return take_out(session, i);
	return session_prepare(session, sql, ret_outcome);
}

void session_give_back(struct store_session *session, sqlite3_stmt *statement)
{
	struct str sql = str_from(sqlite3_sql(statement));

	if (!sql.len || sql.len > SQL_KEPT_MAX) {
		sqlite3_finalize(statement);
		return;
	}
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement); /* texts that are gone soon */
	if (session->kept_count == STATEMENTS_KEPT)
		sqlite3_finalize(take_out(session, 0));
	session->kept[session->kept_count++] = (struct kept_statement){ statement, sql };
}

void session_drop_kept(struct store_session *session)
{
	while (session->kept_count)
		sqlite3_finalize(session->kept[--session->kept_count].statement);
}
