/*
 * SQLite's result codes as outcomes: see outcome.h.
 *
 * A full disk has many names: SQLITE_FULL from a write past ENOSPC or past the
 * page quota, an I/O error with ENOSPC or EDQUOT behind it elsewhere (a user's
 * disk quota; the shared memory file that cannot grow).
 */
#include "store/outcome.h"

#include <errno.h>
#include <sqlite3.h>

static bool is_out_of_room(int system)
{
	return system == ENOSPC || system == EDQUOT || system == EFBIG;
}

static enum store_outcome of_constraint(int code)
{
	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID: return STORE_UNIQUE;
	default: return STORE_CONSTRAINT;
	}
}

static enum store_outcome of_io(int code, int system)
{
	if (code == SQLITE_IOERR_NOMEM)
		return STORE_NO_MEMORY;
	if (code == SQLITE_IOERR_CORRUPTFS)
		return STORE_BROKEN;
	return is_out_of_room(system) ? STORE_FULL : STORE_UNAVAILABLE;
}

enum store_outcome outcome_of(int code, int system)
{
	switch (code & 0xFF) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return STORE_DONE;
	case SQLITE_CONSTRAINT: return of_constraint(code);
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH: return STORE_CONSTRAINT;
	case SQLITE_BUSY:
	case SQLITE_PROTOCOL: /* the locks of the log were taken in every one of many tries */
		return STORE_BUSY;
	case SQLITE_LOCKED:
	case SQLITE_INTERRUPT: return STORE_TIMEOUT;
	case SQLITE_FULL: return STORE_FULL;
	case SQLITE_READONLY: /* moved away is not read-only: it is gone */
		return code == SQLITE_READONLY_DBMOVED ? STORE_UNAVAILABLE : STORE_READ_ONLY;
	case SQLITE_NOMEM: return STORE_NO_MEMORY;
	case SQLITE_IOERR: return of_io(code, system);
	case SQLITE_CANTOPEN:
	case SQLITE_PERM: return is_out_of_room(system) ? STORE_FULL : STORE_UNAVAILABLE;
	default: return STORE_BROKEN;
	}
}

enum store_outcome outcome_of_commit(int code, int system)
{
	enum store_outcome outcome = outcome_of(code, system);

	return outcome == STORE_UNAVAILABLE ? STORE_UNKNOWN : outcome;
}

bool outcome_is_of_connection(int code)
{
	switch (code & 0xFF) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
	case SQLITE_PERM:
	case SQLITE_PROTOCOL: /* a lock that the system did not give back is gone with the connections that share it */
	case SQLITE_READONLY: return true;
	default: return false;
	}
}
