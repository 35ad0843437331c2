/*
 * Inside the store: connections, cached statements, and what the layout calls
 * things. A connection belongs to one thread.
 */
#ifndef STATUTE_STORE_ENGINE_H
#define STATUTE_STORE_ENGINE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "store/outcome.h"
#include "store/sql.h"
#include "store/store.h"

/* Whose a file is. */
enum store_file { STORE_FILE_OURS, STORE_FILE_EMPTY, STORE_FILE_NEWER, STORE_FILE_FOREIGN };

/* Statements of one collection on one connection, made when first used. */
enum statement {
	STATEMENT_GET,     /* id -> version, modified, body, secret */
	STATEMENT_DELETED, /* id -> version, modified, is_gone */
	STATEMENT_VERSION, /* of the collection */
	STATEMENT_INSERT,
	STATEMENT_UPDATE,
	STATEMENT_DELETE,
	STATEMENT_FORGET, /* the record of a deletion */
	STATEMENT_BURY,   /* makes one */
	STATEMENT_TOUCH,  /* the collection's version */
	STATEMENT_NEXT_ID,
	STATEMENT_USE_ID,
	STATEMENT_RULES,
	STATEMENT_COUNT
};

/* Where transactions begin and end; prepared once, since each request and each write needs them. */
enum control {
	CONTROL_BEGIN,
	CONTROL_BEGIN_WRITE,
	CONTROL_COMMIT,
	CONTROL_SAVE,    /* a savepoint for one write */
	CONTROL_RELEASE, /* its end */
	CONTROL_UNDO,    /* back to it */
	CONTROL_COUNT
};

struct session_collection {
	sqlite3_stmt *statements[STATEMENT_COUNT];
	sqlite3_stmt **exists;    /* by reference: does the target row exist? */
	sqlite3_stmt **duplicate; /* by unique: who else has these values? */
};

/* One connection with what was prepared on it. */
struct store_session {
	struct store *store;
	sqlite3 *db;
	struct session_collection *collections; /* by collection->index */
	sqlite3_stmt *controls[CONTROL_COUNT];
	bool is_writer;
	bool is_lost;         /* a failure that this connection cannot recover from */
	unsigned losses;      /* of the store, when it was opened */
	uint64_t deadline_us; /* of the statement that runs; 0: none */
	uint64_t file;        /* inode of the file it opened */
	uint64_t looked_us;   /* when the path was last looked at */
	char cause[256];
};

struct store {
	struct arena arena;
	struct store_options options;
	char *path;
	const struct store_spec *spec;
	struct str **columns; /* quoted column name of each member, by collection and member */
	struct store_session writer;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wakes;
	struct store_write *first, **last;
	size_t waiting;
	bool has_thread, is_ending;
	/* Connections that were lost: all are opened anew then, since they share memory. */
	atomic_uint losses;
	struct store_counters counters;
};

/* sqlite.c */
/*
 * Opens a connection to a file of ours; the outcome says why not, and session->cause too.
 * STORE_BROKEN where the file is somebody else's: nothing is written to it.
 */
enum store_outcome session_open(struct store_session *session, struct store *store, bool is_writer);
/* Opens the writer's first connection, to any file or a new one, which stays as it is until session_tune. */
enum store_outcome session_open_first(struct store_session *session, struct store *store);
/* Sets how the connection works; a writer's makes the file one with a write-ahead log. */
enum store_outcome session_tune(struct store_session *session);
void session_close(struct store_session *session);
/*
 * Makes sure that the connection is to the file that the path names now: opens it
 * again where it was lost, never making a new file. A writer looks at the path each
 * time, a reader at most ten times a second.
 */
enum store_outcome session_ensure(struct store_session *session);
/* Was it, or any other connection since it was opened, lost? */
bool session_is_stale(const struct store_session *session);
/* Remembers what the engine said, and returns what it means. */
enum store_outcome session_failed(struct store_session *session, int code);
/* The statement, prepared when first asked; NULL (and *ret_outcome) where it cannot be. */
sqlite3_stmt *session_statement(struct store_session *session, const struct collection *collection,
                                enum statement statement, enum store_outcome *ret_outcome);
/* Prepares SQL text for keeps. NULL and *ret_outcome on failure. */
sqlite3_stmt *session_prepare(struct store_session *session, struct str sql, enum store_outcome *ret_outcome);
/* One step, under the time limit. SQLITE_ROW, SQLITE_DONE or an error code. */
int session_step(struct store_session *session, sqlite3_stmt *statement);
enum store_outcome session_run(struct store_session *session, const char *sql);
/* SQLITE_OK or an error code. */
int session_control(struct store_session *session, enum control control);
/* Ends a transaction without its changes; a connection that cannot do even that is lost. */
void session_roll_back(struct store_session *session);

/* layout.c */
/* Whose file is it? Only reads. */
enum store_outcome layout_identify(struct store_session *session, enum store_file *ret_file);
STATUTE_CHECK int layout_make(struct store *store, struct issues *issues);
/* Runs the SQL that `buf` holds on the writer's connection, and empties it. */
enum store_outcome layout_run(struct store *store, struct buf *buf);
/* The first column of the first row, in `arena`; {NULL, 0} where there is none, and with *ret_outcome on failure. */
struct str layout_ask(struct store *store, const char *sql, struct str a, struct str b, struct arena *arena,
                      enum store_outcome *ret_outcome);

/* columns.c */
/* Names every column. */
STATUTE_CHECK int layout_name_columns(struct store *store);
/* The quoted column of a member (or of the id). */
struct str layout_column(const struct store *store, const struct collection *collection, size_t member);
/* Adds the definition of a member's column. */
void columns_define(struct buf *sql, const struct store *store, const struct collection *collection,
                    size_t member, struct arena *arena);
/* Brings the columns of a table that is there up to the document. */
enum store_outcome columns_make(struct store *store, const struct collection *collection, struct arena *arena,
                                struct issues *issues);

/* indexes.c */
enum store_outcome indexes_make(struct store *store, const struct collection *collection, struct arena *arena,
                                struct issues *issues);

/* rules.c */
struct str rules_sql(const struct store *store, const struct collection *collection, struct arena *arena);
STATUTE_CHECK int rules_check_all(struct store *store, struct issues *issues);

/* reader.c */
/* The session of a reader, its read transaction begun; NULL and *ret_outcome where it cannot be. */
struct store_session *reader_begin(struct store_reader *reader, enum store_outcome *ret_outcome);
/* A read failed: the next one begins anew. */
void reader_failed(struct store_reader *reader);
/* The version of a collection and when it last changed. */
enum store_outcome session_version(struct store_session *session, const struct collection *collection,
                                   int64_t *ret_version, int64_t *ret_modified_ms);

/* change.c */
void change_apply(struct store *store, struct store_write *write);

/* writer.c */
STATUTE_CHECK int writer_start(struct store *store);
void writer_stop(struct store *store);
/* Lets an idle writer give up a stale connection, which would keep the shared memory alive. */
void writer_wake(struct store *store);

static inline bool has_integer_id(const struct collection *collection)
{
	return !collection->is_singleton && collection->id_kind == STORE_ID_INTEGER;
}

#endif
