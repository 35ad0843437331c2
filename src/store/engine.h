/*
 * Inside the store: the engine of one file, connections, cached statements, and what
 * the layout calls things. A connection belongs to one thread.
 *
 * A store is one spec's view of a file; the stores of one file share its engine,
 * which has the one writer. The newest of them made the layout.
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

/* What was prepared for one of the stores of the file. */
struct session_cache {
	struct store *store;
	struct session_cache *next;
	struct session_collection collections[]; /* by collection->index */
};

/* A statement that waits to be borrowed again; the text is its own. */
struct kept_statement {
	sqlite3_stmt *statement;
	struct str sql;
};

enum { STATEMENTS_KEPT = 24 };

/* One connection with what was prepared on it. */
struct store_session {
	struct store_engine *engine;
	struct store *store; /* the one in whose terms it works now */
	sqlite3 *db;
	struct session_collection *collections; /* of that one */
	struct session_cache *caches;           /* of all; a reader has one store alone */
	sqlite3_stmt *controls[CONTROL_COUNT];
	struct kept_statement kept[STATEMENTS_KEPT]; /* the one that was used last stands last */
	size_t kept_count;
	bool is_writer;
	bool is_spoiled; /* the transaction cannot go on: what a part of several did could not be undone */
	bool is_lost;         /* a failure that this connection cannot recover from */
	unsigned losses;      /* of the engine, when it was opened */
	bool is_timed;        /* a statement runs that has a time limit, */
	uint64_t deadline_us; /* and this is it; 0 until the engine first asks */
	uint64_t file;        /* inode of the file it opened */
	uint64_t looked_us;   /* when the path was last looked at */
	char cause[256];
};

/* Something for the writer thread to do between two batches. */
struct store_task {
	void (*run)(struct store_engine *engine, struct store_task *task);
	struct store_task *next;
};

struct store {
	struct arena arena;
	struct store_engine *engine;
	const struct store_spec *spec;
	struct str **columns;     /* quoted column name of each member, by collection and member */
	struct store_task retire; /* and whom to tell */
	void (*gone)(void *data);
	void *data;
};

struct store_engine {
	struct store_options options;
	char *path;
	struct store *newest; /* whose layout the file has; set by the writer thread once that runs */
	struct store_session writer;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wakes;
	struct store_write *first, **last;
	size_t waiting;
	atomic_bool has_unheard;     /* a write was submitted, and nobody told the writer */
	_Atomic uint64_t waiting_us; /* the age of the oldest that the last batch left behind */
	struct store_task *tasks; /* oldest first */
	bool has_thread, is_ending;
	/* Connections that were lost: all are opened anew then, since they share memory. */
	atomic_uint losses;
	struct store_counters counters;
	bool has_news;              /* of the writer thread: the batch changed what is watched */
	void (*changed)(void *data); /* who is told, under the lock; NULL: nobody */
	void *changed_data;
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
/* Works in the terms of `store`, one of the engine's, from now on. STORE_DONE or STORE_NO_MEMORY. */
enum store_outcome session_use(struct store_session *session, struct store *store);
/* Forgets what was prepared for `store`, and works in the terms of the newest. */
void session_forget(struct store_session *session, const struct store *store);
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
/*
 * A statement of this text: borrow.c. NULL and *ret_outcome on failure. Give it back when
 * it is done with, whatever came of it, before the connection closes.
 */
sqlite3_stmt *session_borrow(struct store_session *session, struct str sql, enum store_outcome *ret_outcome);
void session_give_back(struct store_session *session, sqlite3_stmt *statement);
void session_drop_kept(struct store_session *session);
/* One step, under the time limit. SQLITE_ROW, SQLITE_DONE or an error code. */
int session_step(struct store_session *session, sqlite3_stmt *statement);
enum store_outcome session_run(struct store_session *session, const char *sql);
/* SQLITE_OK or an error code. */
int session_control(struct store_session *session, enum control control);
/* Ends a transaction without its changes; a connection that cannot do even that is lost. */
void session_roll_back(struct store_session *session);

/* layout.c */
/* What could not be opened or changed, as an issue. STATUTE_ESTORE, or STATUTE_ENOMEM, of which there is none. */
STATUTE_CHECK int layout_refuse(const struct store_engine *engine, struct issues *issues,
                                enum store_outcome outcome, const struct store_session *session);
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
/* Are all rules expressions? Tells of rows that break them. Only reads, through `session`. */
STATUTE_CHECK int rules_check_all(struct store *store, struct store_session *session, struct issues *issues);

/* reader.c */
/* The session of a reader, its read transaction begun; NULL and *ret_outcome where it cannot be. */
struct store_session *reader_begin(struct store_reader *reader, enum store_outcome *ret_outcome);
/* A read failed: the next one begins anew. */
void reader_failed(struct store_reader *reader);

/* change.c */
/*
 * One write in a savepoint of its own. False where the transaction is no longer what it was before this
 * write: the engine has rolled all of it back, or a part of a write that failed could not be undone.
 */
bool change_in_savepoint(struct store_session *session, struct store_write *write);

/* references.c */
/* Does every reference of the body name a row? Else STORE_REFERENCE_MISSING and the write's conflict. */
enum store_outcome change_check_references(struct store_session *session, struct store_write *write,
                                           const struct collection *collection, struct str body);
/* Does no row refer to the one of the write? Else STORE_IN_USE and the write's conflict. */
enum store_outcome change_check_users(struct store_session *session, struct store_write *write,
                                      const struct collection *collection);

/* duplicates.c */
/*
 * Which unique of the write's collection is broken, and because of whom? STORE_UNIQUE with
 * the write's conflict, its `unique` SIZE_MAX where it is none of them (the id, then).
 */
enum store_outcome change_name_duplicate(struct store_session *session, struct store_write *write,
                                         struct str id, struct str body);

/* keys.c */
/* Keeps the result of a write that has a key, in its transaction, and removes what is too old or too much. */
enum store_outcome keys_record(struct store_session *session, struct store_write *write);

/* feed.c */
/* Are the changes of a write's collection to be kept? */
bool feed_is_watched(const struct store_session *session, const struct collection *collection);
/* Keeps one, in the transaction of its write, after the collection got its version; removes what is too much. */
enum store_outcome feed_record(struct store_session *session, const struct store_write *write,
                               const struct store_event *event, int64_t now_ms);
/* After a commit, under the engine's lock. */
void feed_tell(struct store_engine *engine);

/* meanwhile.c */
/*
 * A write of an earlier store has to meet what that one demands, which the file may no
 * longer see to, and what the newest demands. Of a row to be stored: its uniques and
 * references; of one to be deleted: whether others refer to it. STORE_UNIQUE with the
 * write's conflict where its own store says no, STORE_BUSY where the newest does.
 */
enum store_outcome meanwhile_check_row(struct store_session *session, struct store_write *write,
                                       struct str id, struct str body);
enum store_outcome meanwhile_check_users(struct store_session *session, struct store_write *write);
/* What a write comes to that the newest store's demands refuse: STORE_BUSY, with the cause. */
enum store_outcome meanwhile_refuse(struct store_session *session);
static inline bool session_is_of_earlier(const struct store_session *session)
{
	return session->store != session->engine->newest;
}

/* writer.c */
STATUTE_CHECK int writer_start(struct store_engine *engine);
/* What is queued is done first, tasks too. */
void writer_stop(struct store_engine *engine);
/* Lets an idle writer give up a stale connection, which would keep the shared memory alive. */
void writer_wake(struct store_engine *engine);
/* Any thread: has it run soon, between two batches. The task is the caller's until it has run. */
void writer_do(struct store_engine *engine, struct store_task *task);

static inline bool has_integer_id(const struct collection *collection)
{
	return !collection->is_singleton && collection->id_kind == STORE_ID_INTEGER;
}

#endif
