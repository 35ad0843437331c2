/*
 * The kinds of resources that are kept in the store: collections, their items,
 * and singletons. They find facts and make representations; the graph decides.
 * Inside the room; others need resource_kind_of alone.
 */
#ifndef STATUTE_RESOURCE_RESOURCE_H
#define STATUTE_RESOURCE_RESOURCE_H

#include "exchange/exchange.h"

/* exchange_host.kind_of: NULL for BINDING_NONE. */
const struct exchange_kind *resource_kind_of(enum binding_kind kind);

extern const struct exchange_kind collection_kind, item_kind, singleton_kind, unsupported_kind;
extern const struct exchange_kind redirect_kind, gone_kind, legal_kind, choices_kind, batch_kind;
extern const struct exchange_kind job_kind, job_monitor_kind, job_result_kind, file_kind, feed_kind;
extern const struct exchange_kind upload_kind;

/* upload.c: removes what uploads of a process that was killed left in the folders. Any thread. */
void resource_sweep(const struct api *api);

#define FACT(name, is) statute_fact_set(&x->facts, STATUTE_FACT_##name, (is))

/* What a request is about to do; x->kind_data from the first `understand` or `write` on. */
struct change {
	struct json *before;  /* the row as it was, parsed; NULL where there is none */
	struct json *after;   /* what shall be stored, without what Statute fills in */
	struct json *texts;       /* of the row, in other languages than the first; NULL: it has none */
	struct json *first_texts; /* the row as it was in the first language; NULL: there is none */
	struct json *secrets;   /* writeOnly members of the request, by name, or by pointer within others */
	struct json *passwords; /* those that are; hashed by `write` */
	bool was_hashing, has_hashed;
	bool was_submitted, was_done;
	bool is_verbatim;          /* stored exactly as it was sent (RFC 9110 section 9.3.4) */
	const struct json *blamed; /* the transition that is forbidden: the object of allowed ones */
	struct str blamed_from, blamed_to;
	int64_t seen_version; /* of the row that the worker decided on */
	enum store_row_state seen_state;
};
/* Made on first use; NULL without memory. */
struct change *change_of(struct exchange *x);

/* find.c: looking the target up. */
STATUTE_CHECK int resource_find_item(struct exchange *x);
STATUTE_CHECK int resource_find_singleton(struct exchange *x);
/* Do the rows that the path names before the collection exist? Sets STORE_ANSWERS and PARENTS_EXIST; true to go on. */
bool resource_find_parents(struct exchange *x);
/* Says how a read ended: sets STORE_ANSWERS or READ_FAILED. True where it did end well. */
bool resource_read_ended(struct exchange *x, enum store_outcome outcome);
/*
 * Reads a row: through the worker's reader, or, in the transaction of a write, as it is there. As store_get;
 * on the thread that has the exchange.
 */
enum store_outcome resource_get(struct exchange *x, const struct collection *collection, struct str id,
                                const struct store_filter *scope, size_t scope_count,
                                struct store_row *ret_row);
/* Is the row of the target given, by the write that is decided in its transaction? Else it is to be read. */
bool resource_row_is_given(const struct exchange *x);
/* The filters that the path's parents put on a collection, in the arena; NULL without memory. */
struct store_filter *resource_scope(struct exchange *x);
/* `"7"`, in the arena; empty without memory. */
struct str resource_etag(struct exchange *x, int64_t version);

/* canonical.c: items whose path has a name of theirs in it, and whose id leads there. */
/* What stands in the path of a row; empty where that is its id. */
struct str resource_canonical_name(const struct resource *resource, const struct json *body);
/* The row that the path names, by its name or by its id; as store_get. */
enum store_outcome resource_read_item(struct exchange *x, const struct store_filter *scope, struct store_row *row);
/* The id of the row that the path names, once that was looked up; the path's own where there is none. */
struct str resource_item_id(const struct exchange *x);
/* The same for a write of it, which may be the first that is heard of the row. */
struct str resource_written_id(struct exchange *x);
/* In the transaction: makes `row` absent where the path does not name it any more. */
STATUTE_CHECK int resource_check_name(struct exchange *x, struct store_row *row);
/* Sets RESOURCE_MOVED, where that is a question, and EXISTS. */
STATUTE_CHECK int resource_find_moved(struct exchange *x);
/* Leads on to the row's own path. */
STATUTE_CHECK int resource_reply_moved(struct exchange *x);

/* legal.c: rows that law forbids to serve. */
/* Is it, to this client? Then *ret_why may say why. `row` has its body. */
bool resource_is_blocked(struct exchange *x, const struct resource *resource, const struct store_row *row,
                         struct str *ret_why);
/* Sets RESOURCE_BLOCKED of x->target.row, where that is a question. */
void resource_find_block(struct exchange *x);
/* Which rows of a list are not; false: all that there are. */
bool resource_block_filter(struct exchange *x, struct store_filter *ret_filter);
void resource_explain_blocked_row(struct exchange *x);

/* owner.c: whose a row is. */
/* Sets VISIBLE and ALLOWED_ON_RESOURCE of x->target.row, and what may not tell that a row is hidden. */
void resource_find_owner(struct exchange *x);
/* The same of a collection: who cannot own a row makes none. */
void resource_find_collection_owner(struct exchange *x);
/* May the client know of this row, of any resource? `row` has its id and body. On the loop or in the transaction. */
bool resource_is_visible(struct exchange *x, const struct resource *resource, const struct store_row *row);
/* The same of a row that is read for it. */
bool resource_is_visible_id(struct exchange *x, const struct resource *resource, struct str id);
/* Which rows of a list are the client's; false: all that there are. */
bool resource_owner_filter(struct exchange *x, struct store_filter *ret_filter);
/* Of a list: where two clients see different rows they get different tags. */
struct str resource_collection_etag(struct exchange *x, int64_t version);
/*
 * The owner of a new row is who makes it, and a row keeps the one it has: set where the body is
 * silent. `is_checked`: the schema has seen the body, and readOnly members can be filled in.
 */
STATUTE_CHECK int resource_fill_owner(struct exchange *x, const struct change *change, struct json *body,
                                      bool is_checked);
/* Sets MEMBER_FORBIDDEN: does the complete body name another owner than this client may? */
void resource_check_owner(struct exchange *x, const struct change *change, const struct json *body);
/* In the transaction: does the body refer to a row that the client may not see? As to one that is not there. */
bool resource_breaks_reference(struct exchange *x, const struct change *change, const struct json *body);
STATUTE_CHECK int resource_explain_denial(struct exchange *x, struct json *details);
STATUTE_CHECK int resource_explain_other_owner(struct exchange *x, struct json *details);

/* lock.c: who holds a row. */
/* Sets LOCKED of x->target.row, where the method would change it. */
void resource_find_lock(struct exchange *x);
STATUTE_CHECK int resource_explain_lock(struct exchange *x, struct json *details);

/* understand.c: what content means. */
STATUTE_CHECK int resource_understand(struct exchange *x);
/* Is this member, by its name, one that clients do not set? */
bool resource_is_read_only(const struct exchange *x, struct str name);
/* Is what a READ_ONLY error is about in `after` as it was in the row? */
bool resource_is_unchanged(const struct change *change, const struct schema_error *error,
                           struct json *after);

/* patch.c: parts of understanding. */
/* Applies a patch to change->before, into change->after; NULL there, and facts say why, where it cannot be. */
STATUTE_CHECK int resource_apply_patch(struct exchange *x, struct change *change);
/* Holds change->after to the schema of a whole resource. */
STATUTE_CHECK int resource_validate_patched(struct exchange *x, const struct change *change);
/* Adds an error to x->problem.errors. */
STATUTE_CHECK int resource_error(struct exchange *x, const struct problem_error *error);
/* The same of an error of the schema, once. */
STATUTE_CHECK int resource_schema_error(struct exchange *x, const struct schema_error *error);

/* write.c: the write and its outcome. */
STATUTE_CHECK int resource_write(struct exchange *x);
/* What of it a batch needs, too. Makes x->write, which is not submitted yet. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int resource_prepare_write(struct exchange *x);
/* Submits x->write: STATUTE_EAGAIN, or 0 where the queue is full and the facts say so. */
STATUTE_CHECK int resource_submit(struct exchange *x);
/* How x->write ended, as facts of block K: of any write, and of a row's. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int resource_state_outcome(struct exchange *x);
STATUTE_CHECK int resource_find_outcome(struct exchange *x);
/* secret.c, password.c */
/* Moves the secrets of change->after to change->secrets and ->passwords. */
STATUTE_CHECK int resource_take_secrets(struct exchange *x, struct change *change);
/* Is this member, by its name, never served? */
bool resource_is_secret(const struct exchange *x, struct str name);
/*
 * A row's text without the members of the top level that are secret: rows have some where the
 * document said so only after they were stored. {NULL, 0} without memory.
 */
struct str resource_hide_secrets(struct exchange *x, struct str body);
/* Hashes change->passwords. On any thread. Argon2id, 19 MiB, 2 passes. */
void resource_hash_passwords(struct exchange *x);
/* True while one of change->passwords has not been hashed. */
bool resource_must_hash(struct exchange *x);

/* conflict.c: naming who stood in the way. */
void resource_explain(struct exchange *x);

/* gone.c: the Link of a 451, and its message. */
void resource_explain_block(struct exchange *x, const struct legal_block *block);

/* represent.c: the row as JSON. */
/* Parses a stored body, which is within whatever limits it once came with. */
STATUTE_CHECK int resource_parse(struct exchange *x, struct str text, struct json **ret_value);
/* The text of a row as it is served, _links added where the schema declares them; {NULL, 0} without memory. */
struct str resource_text(struct exchange *x, const struct store_row *row);
/*
 * The path of a row: "/users/7", in the arena. `body` is the row's, and tells the parents of a
 * nested one; NULL: they are this request's. {NULL, 0} without memory, or a parent's id.
 */
struct str resource_path(struct exchange *x, const struct resource *resource, struct str id,
                         const struct json *body);
/* The same of a row that must be read for it; {NULL, 0} where it is not there. */
struct str resource_path_of_id(struct exchange *x, const struct resource *resource, struct str id);
/* Sets x->response to the row x->target.row, with its validators. */
STATUTE_CHECK int resource_reply_row(struct exchange *x, bool with_validators);
/* Content-Type of the answer. */
struct str resource_media_type(const struct exchange *x);
/* GET, HEAD, PUT, PATCH, DELETE of an item or singleton; POST of a collection. */
STATUTE_CHECK int resource_reply(struct exchange *x);

/* list.c: GET of a collection. */
STATUTE_CHECK int resource_find_page(struct exchange *x);
STATUTE_CHECK int resource_reply_page(struct exchange *x);
STATUTE_CHECK int resource_check_query(struct exchange *x);
/* Rows whose member has the value of a parameter, or one of its values; texts in the arena. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int resource_filter_by(struct exchange *x, size_t member, const struct json *value,
                                     struct store_filter *ret_filter);

/* language.c: texts in several languages. Of a resource whose texts are in one, each does nothing. */
/* A row's body as it is served in the request's language. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int resource_localize(struct exchange *x, struct json *body);
/* The same of its text; {NULL, 0} without memory. */
struct str resource_localize_text(struct exchange *x, struct str text);
/* Parts change->before into that and texts in other languages. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int resource_take_texts(struct exchange *x, struct change *change);
/* Puts the texts of a body that is to be stored where they belong. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int resource_complete_texts(struct exchange *x, const struct change *change, struct json *body);

/* table.c: the rows of a page as CSV or as lines of JSON, whichever was chosen. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int resource_write_table(struct exchange *x, struct buf *buf);

#endif
