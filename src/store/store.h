/*
 * Where resources are kept: collections of rows and singletons, in SQLite.
 * Knows nothing of HTTP: its outcomes are facts for the graph (block K).
 *
 * A row is a JSON text, exactly as it will be served, with a version that grows
 * by one at each change. One writer thread owns all writes: what waits together
 * shares one transaction and one fsync, each write in a savepoint of its own, and
 * `done` is called after the commit. Each worker reads through a reader of its
 * own, inside one read transaction a loop turn.
 *
 * On disk: a table a collection, with the JSON in "_body", what must never be
 * served in "_secret", and a generated column for every scalar member, so that
 * `SELECT email FROM users` works in the sqlite3 shell and unique indexes can
 * stand on members. See README.md for the whole layout.
 */
#ifndef STATUTE_STORE_STORE_H
#define STATUTE_STORE_STORE_H

#include "base/duration.h"
#include "json/json.h"
#include "json/source.h"

/* ---- What is to be kept ------------------------------------------------ */

enum store_type { STORE_TEXT, STORE_INTEGER, STORE_REAL, STORE_BOOLEAN };

/* Who makes the id of a new row. */
enum store_id {
	STORE_ID_INTEGER, /* the store: 1, 2, 3, …; never used again */
	STORE_ID_UUID,    /* a UUIDv7 */
	STORE_ID_TEXT,    /* a sortable random text, or whatever a creating PUT names */
};

/* Can a member of this name be a column? Names with quotes, backslashes or control characters cannot. */
bool store_member_fits(struct str name);

/* A scalar member of the rows: a column. */
struct store_member {
	struct str name;
	enum store_type type;
	bool is_indexed; /* it is filtered or sorted by, or scopes a nested collection */
};

/* No two rows have the same values in all of these members; a row where one is missing or null is free. */
struct store_unique {
	const size_t *members; /* indexes into collection->members */
	size_t count;
	uint32_t at; /* position in the document, for issues */
};

/* The member holds the id of a row of another collection. At most STORE_REFERENCES_MAX a collection. */
enum { STORE_REFERENCES_MAX = 64 };
struct store_reference {
	size_t member;
	const struct collection *target;
	uint32_t at;
};

/* A condition that every row meets: an SQL expression over member names; NULL counts as met, as in CHECK. */
struct store_rule {
	struct str check;
	uint32_t at;
};

struct collection {
	struct str name;
	struct str id_name; /* the member that holds the id: "id" */
	enum store_id id_kind;
	struct store_member *members; /* without the id */
	size_t member_count;
	struct store_unique *uniques;
	size_t unique_count;
	struct store_reference *references;
	size_t reference_count;
	struct store_rule *rules;
	size_t rule_count;
	bool keeps_tombstones; /* a deleted row is remembered: ROW_GONE */
	bool ids_come_again;   /* clients name ids: the version of a deleted row must be remembered */
	bool is_singleton;     /* one row, whose id is the empty text, in table "_singleton" */
	bool is_watched;       /* its changes are kept: store_read_events. No singleton is */
	bool is_own;           /* of Statute itself, and no resource: its name may begin with '_' */
	size_t index;          /* of this collection in the spec */
	uint32_t at;           /* position in the document, for issues */
};

struct store_spec {
	struct collection *const *collections;
	size_t count;
};

struct store_options {
	const char *path;      /* the database file; made where it is missing */
	unsigned busy_ms;      /* how long to wait for a lock of another process */
	unsigned batch_max;    /* writes in one transaction */
	unsigned queue_max;    /* writes waiting; more are refused with STORE_BUSY */
	unsigned statement_ms; /* how long one statement may run before STORE_TIMEOUT */
	unsigned pages_max;    /* a quota: pages of 4 KiB that the file may grow to; 0: none */
	unsigned keys_max;     /* kept results: past these the oldest are removed, as fast as new ones come */
	uint64_t key_bytes_max; /* of their texts together, likewise */
	/* Kept changes of each collection that is watched: past these the oldest are removed, likewise. */
	unsigned changes_max;
	uint64_t change_bytes_max;
	uint64_t change_ms;    /* and how old they may grow, while newer ones come */
};
#define STORE_OPTIONS_INIT \
	{ \
		.path = "statute.db", .busy_ms = 2000, .batch_max = 256, .queue_max = 4096, \
		.statement_ms = 5000, .keys_max = 100000, .key_bytes_max = 256 << 20, .changes_max = 10000, \
		.change_bytes_max = 64 << 20, .change_ms = 86400000 \
	}

struct store;

/*
 * Sets how SQLite takes memory, for the whole process: before anything else uses SQLite,
 * else it has no effect, and once; later calls do nothing. A store works without it too, slower.
 */
void store_set_up_process(void);

/*
 * Opens the database, makes what the spec has and the file has not (tables,
 * columns, indexes), never drops anything, and starts the writer thread. The spec
 * must outlive the store. A rule that is no SQL expression over the members, or a
 * unique index that existing rows break (the rows named, at most 5), is an issue at
 * its position and STATUTE_EDOCUMENT; a file that is no database, locked or not
 * writable an issue without position and STATUTE_ESTORE.
 */
STATUTE_CHECK int store_open(const struct store_options *options, const struct store_spec *spec,
                             struct issues *issues, struct store **ret_store);
/*
 * Finishes what is queued, ends the writer, closes. Accepts NULL. No reader may be left,
 * and of several stores of one file this is the newest, the others retired.
 */
void store_free(struct store *store);

/* ---- Another spec for the same file -------------------------------------- */

/*
 * A store of the same file for another spec, which must outlive it. Readers can be
 * made of it, so that nothing can fail later; but nothing may be read or written before
 * it is adopted. Any thread. 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int store_prepare(struct store *newest, const struct store_spec *spec, struct store **ret_store);
/* Forgets one that was prepared and not adopted. No reader of it may be left. Accepts NULL. */
void store_discard(struct store *store);
/*
 * Makes in the file what the spec has and the file has not, as store_open does, all of
 * it or nothing, between two batches of the writer, for which it waits: a thread that
 * may wait, one at a time. From then on the store is the newest. Earlier ones go on: what
 * is submitted to them has to meet their spec and the newest one's, and ends in
 * STORE_BUSY where the latter alone says no: tried again, it meets the newest. The issues
 * are those of store_open, and so are the results.
 */
STATUTE_CHECK int store_adopt(struct store *store, struct issues *issues);
/*
 * Ends an earlier store, which has no reader and no write any more. Any thread; does not
 * wait: the writer thread calls `gone` once nothing looks at the store or its spec any
 * more. store_free of the newest waits for that.
 */
void store_retire(struct store *store, void (*gone)(void *data), void *data);

/* Is the database usable now? 0 or STATUTE_ESTORE. For /-/ready; any thread. */
STATUTE_CHECK int store_check(struct store *store);

/* ---- Outcomes ---------------------------------------------------------- */

enum store_outcome {
	STORE_DONE,
	STORE_ABSENT,            /* read: no such row */
	STORE_UNIQUE,            /* K03: another row has these values */
	STORE_REFERENCE_MISSING, /* K04: a reference names nothing */
	STORE_IN_USE,            /* K05: other rows refer to it */
	STORE_CONSTRAINT,        /* K06: a check, a type or a length */
	STORE_BUSY,              /* K08: locked by another process, the queue is full, a newer spec forbids it */
	STORE_TIMEOUT,           /* K09 */
	STORE_FULL,              /* K10: no room on the disk */
	STORE_READ_ONLY,         /* K11 */
	STORE_UNAVAILABLE,       /* the file is missing or cannot be opened, read or written */
	STORE_BROKEN,            /* K12: corrupt, or a table is not what it should be */
	STORE_UNKNOWN,           /* K13: the commit failed in a way that does not tell whether it holds */
	STORE_REFUSED,           /* `decide` wanted nothing to be written */
	STORE_NO_MEMORY
};

enum store_row_state { ROW_ABSENT, ROW_LIVE, ROW_GONE };

struct store_row {
	enum store_row_state state;
	struct str id;       /* as text, integers too */
	int64_t version;     /* from 1; of a ROW_GONE or ROW_ABSENT row the last it had, or 0 */
	int64_t modified_ms; /* wall clock of the last change (of the deletion where gone) */
	struct str body;     /* the JSON text; empty unless ROW_LIVE */
	struct str secret;   /* a JSON object of writeOnly members; may be empty */
};

/* ---- Reading: one reader a thread -------------------------------------- */

struct store_reader;
struct store_session;

STATUTE_CHECK int store_reader_new(struct store *store, struct store_reader **ret_reader);
void store_reader_free(struct store_reader *reader);
/*
 * Ends the read transaction that the first read since the last call began: call
 * it at the end of a loop turn, and before reading after a write was done.
 */
void store_reader_refresh(struct store_reader *reader);

/* A member must have one of the values (as text; numbers are compared as numbers, booleans are "true", "false"). */
struct store_filter {
	size_t member; /* STORE_MEMBER_ID: the id itself */
	const struct str *values;
	size_t count;
	bool is_unset; /* of a list, in the place of values: a boolean or text that is missing, null, false or empty */
};
#define STORE_MEMBER_ID SIZE_MAX
/* Does the row of this id have one of the values? As a list finds it; `body` is parsed. Pure. */
bool store_filter_holds(const struct collection *collection, const struct store_filter *filter,
                        const struct json *body, struct str id);

/*
 * The row of an id, its texts in `arena`. With `scope` filters the row must meet
 * them too, else it is absent. STORE_DONE with state LIVE or GONE; STORE_ABSENT; an error outcome.
 */
enum store_outcome store_get(struct store_reader *reader, const struct collection *collection, struct str id,
                             const struct store_filter *scope, size_t scope_count, struct arena *arena,
                             struct store_row *ret_row);

struct store_sort {
	size_t member; /* or STORE_MEMBER_ID */
	bool is_descending;
};

struct store_query {
	const struct collection *collection;
	const struct store_filter *filters;
	size_t filter_count;
	const struct store_sort *sorts; /* ties are broken by id */
	size_t sort_count;
	uint32_t limit;
	size_t bytes_max;  /* of bodies: the row that reaches it is the page's last; 0: no bound */
	struct str cursor; /* bytes from an earlier page, or empty for the first */
	bool counts_total; /* find *total too */
};

struct store_page {
	struct store_row *rows;
	size_t count;
	struct str next, prev; /* cursors of the pages beside this one, or empty; bytes, not text */
	uint64_t total;        /* rows that meet the filters, where counts_total */
	int64_t version;       /* of the collection: grows with every change to any of its rows */
	int64_t modified_ms;
};

/* STORE_DONE with a page (perhaps empty); STORE_CONSTRAINT where the cursor is of another query; an error outcome. */
enum store_outcome store_list(struct store_reader *reader, const struct store_query *query,
                              struct arena *arena, struct store_page *ret_page);
/* The same through a session: in `run`, with what its parts wrote. */
enum store_outcome store_session_list(struct store_session *session, const struct store_query *query,
                                      struct arena *arena, struct store_page *ret_page);
/* The collection's version and time of last change, without its rows. */
enum store_outcome store_collection_version(struct store_reader *reader, const struct collection *collection,
                                            int64_t *ret_version, int64_t *ret_modified_ms);

enum store_outcome store_session_collection_version(struct store_session *session,
                                                    const struct collection *collection, int64_t *ret_version,
                                                    int64_t *ret_modified_ms);

/* Which rules does a body break? Bit i for rule i. Through a reader (a worker) or, in `decide`, the writer. */
struct store_session *store_reader_session(struct store_reader *reader);
enum store_outcome store_check_rules(struct store_session *session, const struct collection *collection,
                                     struct str body, uint64_t *ret_broken);

/* As store_get, through a session: in `decide`, of another row that the decision rests on. */
enum store_outcome store_session_get(struct store_session *session, const struct collection *collection,
                                     struct str id, const struct store_filter *scope, size_t scope_count,
                                     struct arena *arena, struct store_row *ret_row);

/* ---- Keys: results that are kept with the write that they are of --------- */

enum { STORE_DIGEST_LEN = 32 };

/* What a result is kept under. The store asks for no meaning of the digests. */
struct store_key {
	unsigned char key[STORE_DIGEST_LEN];
	unsigned char request[STORE_DIGEST_LEN]; /* what was asked under the key */
	int64_t now_ms, keep_ms;                 /* wall clock, and for how long from then */
};

/* STORE_DONE with the result, in `arena`, and what was asked; STORE_ABSENT; an error outcome. */
enum store_outcome store_key_get(struct store_reader *reader, const unsigned char key[STORE_DIGEST_LEN],
                                 int64_t now_ms, struct arena *arena,
                                 unsigned char ret_request[STORE_DIGEST_LEN], struct str *ret_result);

/* ---- Changes of collections that are watched ----------------------------- */

/* One change of one row. */
struct store_event {
	int64_t version;           /* that it gave its collection: one more than the change before it */
	struct str id;             /* of the row */
	struct str before, after;  /* bodies; empty: the row was not there, or is not any more */
};

struct store_events_query {
	const struct collection *collection;
	int64_t after;    /* the version of a collection whose later changes are asked for */
	uint32_t limit;
	size_t bytes_max; /* of bodies: the change that reaches it is the last */
};

struct store_events {
	struct store_event *list; /* oldest first */
	size_t count;
	int64_t version; /* of the collection, as of the same read */
};

/*
 * Changes are kept with the commit of their write, while the collection is watched, up to the bounds of
 * the options. Some are missing between two of the list, or before its first, where their versions do
 * not follow each other; at the end, where there is none and the collection's version is another one
 * than `after`. STORE_DONE, with texts in `arena`, or an error outcome.
 */
enum store_outcome store_read_events(struct store_reader *reader, const struct store_events_query *query,
                                     struct arena *arena, struct store_events *ret_events);
/*
 * From now on `changed` is called on the writer thread after each commit with changes of collections
 * that are watched, of whichever store of the file, and before the writes' `done`; it must not wait, nor
 * call the store. NULL: no more,
 * and once this returns it does not run. Any thread.
 */
void store_watch(struct store *store, void (*changed)(void *data), void *data);

/* ---- Writing ----------------------------------------------------------- */

enum store_verb { STORE_NOTHING, STORE_CREATE, STORE_REPLACE, STORE_DELETE };

struct store_change {
	enum store_verb verb;
	struct str body; /* with its id, times and version in place */
	struct str secret;
};

/* Who stood in the way, for STORE_UNIQUE, STORE_REFERENCE_MISSING and STORE_IN_USE. */
struct store_conflict {
	const struct collection
		*collection; /* of the other row: itself, the target, or the one that refers */
	size_t unique;       /* index of the unique that is broken */
	size_t reference;    /* index of the reference: the first one that is missing */
	uint64_t missing;    /* STORE_REFERENCE_MISSING: bit i for reference i */
	struct str id;       /* of the other row, where there is one; in the write's arena */
};

/*
 * One write. The owner fills the first part and gives the whole to store_submit;
 * until `done` is called it belongs to the writer thread, arena included.
 */
struct store_write {
	const struct collection *collection; /* of the store that it is submitted to; several: NULL */
	struct str id;                    /* of the row; empty for a new one: then the store makes it */
	const struct store_filter *scope; /* as in store_get; a row that does not meet it is absent */
	size_t scope_count;
	struct arena *arena;
	bool reads_collection; /* `decide` needs the two below: a condition on the collection itself */
	int64_t collection_version, collection_modified_ms;
	/*
	 * Called on the writer thread, inside the transaction, with the row as it is
	 * now (its id already made where it is new, version being the last one or 0; its
	 * next version is version + 1) and with the time of the write. Says what
	 * to write. Returns 0, or a STATUTE_E… that ends the write as STORE_NO_MEMORY
	 * (ENOMEM) or STORE_BROKEN. Called once more, with the row as it then is, where
	 * the batch failed as a whole and was rolled back: nothing it said before holds.
	 */
	int (*decide)(struct store_write *write, struct store_session *session,
	              const struct store_row *current, int64_t now_ms, struct store_change *ret_change);
	/*
	 * Where it is not NULL, the write is several: called in place of `decide`, on the writer thread, inside
	 * the transaction; makes the parts with store_session_write, and reads through the session. STORE_DONE:
	 * what the parts did is kept, all of it by one commit; any other outcome, usually STORE_REFUSED: it is
	 * undone. Called once more where the batch failed as a whole, as `decide` is.
	 */
	enum store_outcome (*run)(struct store_write *write, struct store_session *session);
	/*
	 * Where `key` is not NULL: called on the writer thread, inside the transaction, after the
	 * row was written (or `run` ended well); *ret_result is kept under the key with the very commit. A key
	 * that is there already (another process was faster) ends the write as STORE_BUSY.
	 * Returns as `decide` does, and may be called again as that may.
	 */
	int (*record)(struct store_write *write, struct store_session *session, struct str *ret_result);
	const struct store_key *key;
	/* Called on the writer thread after the commit (or its failure); hands the write back to its owner's loop. */
	void (*done)(struct store_write *write);
	void *data; /* the owner's */

	enum store_outcome outcome;
	struct store_conflict conflict;
	struct store_row row; /* as it is after the write; for STORE_DELETE as it was before */
	bool created;
	struct str cause; /* for the log: what the engine said, in the arena; or empty */
	struct store *store; /* set by store_submit */
	uint64_t submitted_us; /* likewise, monotonic */
	struct store_write *next;
};

/*
 * Any thread. 0, or STATUTE_ELIMIT where the queue is full: then `done` is never called. A writer that
 * rests is not woken by it: call store_hurry once all writes of the moment are submitted, so that they
 * share a commit.
 */
STATUTE_CHECK int store_submit(struct store *store, struct store_write *write);

/*
 * In `run`: one of its parts, whose owner has filled it as for store_submit, but for `key` and `done`. It
 * succeeds or is undone by itself, as part->outcome says. False where the store failed in a way that is
 * no matter of the part alone: then `run` has to end with part->outcome.
 */
STATUTE_CHECK bool store_session_write(struct store_session *session, struct store_write *part);

/* Any thread; costs next to nothing where nothing was submitted. */
void store_hurry(struct store *store);

enum { STORE_BATCH_BUCKETS = 9 };
struct store_counters {
	uint64_t writes, commits, queued, failed;
	uint64_t commit_us; /* of all commits together */
	uint64_t commit_times[DURATION_BUCKETS + 1];   /* each commit in one bucket (base/duration.h) */
	uint64_t batch_sizes[STORE_BATCH_BUCKETS + 1]; /* the same of at most 1, 2, 4, … 256 writes, and more */
};
/* Any thread. */
void store_count(struct store *store, struct store_counters *ret_counters);
/* Any thread, without a lock: the age of the oldest write that the last batch left waiting; 0: it left none. */
uint64_t store_waiting_us(const struct store *store);
/* What the engine said last on this reader, for the log; valid until the next call on it. */
struct str store_reader_cause(const struct store_reader *reader);

#endif
