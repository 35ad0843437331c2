/* What SQLite's result codes mean: block K of the decision list, for SQLite. */
#ifndef STATUTE_STORE_OUTCOME_H
#define STATUTE_STORE_OUTCOME_H

#include "store/store.h"

/* `code` is an extended result code; `system` the errno behind it, or 0. */
enum store_outcome outcome_of(int code, int system);
/*
 * The same for a COMMIT: where the disk failed, nobody knows whether the
 * transaction will be found after a restart.
 */
enum store_outcome outcome_of_commit(int code, int system);
/* Must the connection be opened again before it can be well? */
bool outcome_is_of_connection(int code);

#endif
