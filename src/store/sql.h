/*
 * SQL text and values: names and texts quoted, JSON paths, what is bound to a
 * statement and read from its row. Nothing that came from outside is ever part
 * of a statement unless it went through here.
 */
#ifndef STATUTE_STORE_SQL_H
#define STATUTE_STORE_SQL_H

#include <sqlite3.h>

#include "base/buf.h"
#include "store/store.h"

enum { SQL_TEXT_MAX = 1 << 20 };

/* A quoted identifier; the name has no NUL. */
void sql_add_name(struct buf *buf, struct str name);
/* A text literal; the text has no NUL. */
void sql_add_text(struct buf *buf, struct str text);
/*
 * The literal of the JSON path of a member, in `arena`: '$."name"'. {NULL, 0} without
 * memory, and for names that do not fit (store_member_fits): versions of SQLite
 * read a quote or a backslash in a path in different ways.
 */
struct str sql_path(struct arena *arena, struct str member);
/* Binds without copying: the text must live until the statement was reset. Returns SQLite's code. */
int sql_bind_text(sqlite3_stmt *statement, int at, struct str text);
/* The same, but NULL for the empty text. */
int sql_bind_text_or_null(sqlite3_stmt *statement, int at, struct str text);
/*
 * Binds a value of a member of `type`, given as text; one that no member of the
 * type can have ("x" for a number) becomes NULL, which equals nothing.
 */
int sql_bind_value(sqlite3_stmt *statement, int at, enum store_type type, struct str text);
/* Binds an id: a whole number only in its one spelling ("7", not "07"), else NULL. */
int sql_bind_id(sqlite3_stmt *statement, int at, bool is_integer, struct str id);
/* True and the number where `id` is the one spelling of a whole number. */
bool sql_integer_id(struct str id, int64_t *ret_id);

/* Do two texts name the same number? Texts that are no JSON numbers never do. */
bool sql_same_number(struct str a, struct str b);

/* A column as text; borrowed until the next step. NULL is an empty text; {NULL, 0}: no memory. */
struct str sql_column(sqlite3_stmt *statement, int column);
/* The same, in `arena`. {NULL, 0} without memory. */
struct str sql_column_copy(sqlite3_stmt *statement, int column, struct arena *arena);

#endif
