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
 * The literal of the JSON path of a member, in `arena`: '$."name"'. SQLite compares
 * names as they stand in the JSON text, so the path has them escaped as
 * json_write_string does. A name with NUL, or with a quote and a dot or bracket
 * at once, has no path: the answer is then {NULL, 0}, as without memory.
 */
struct str sql_path(struct arena *arena, struct str member);
/* False where no path can name the member. */
bool sql_has_path(struct str member);

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

/* A column as text; borrowed until the next step. */
struct str sql_column(sqlite3_stmt *statement, int column);

#endif
