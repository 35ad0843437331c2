/*
 * What each operation of a document is bound to: collections and their items,
 * singletons, nested collections; and which facts of the graph are settled by
 * the route alone. Reads `x-statute`. Immutable after bind_document; many threads
 * may read it.
 */
#ifndef STATUTE_OPENAPI_BIND_H
#define STATUTE_OPENAPI_BIND_H

#include <statute/graph.h>

#include "access/cors.h"
#include "access/limit.h"
#include "openapi/document.h"
#include "openapi/elsewhere.h"
#include "openapi/router.h"
#include "openapi/security.h"
#include "store/store.h"

/* To a resource, or, after that, to what a key of x-statute says (special.c). */
enum binding_kind {
	BINDING_NONE,
	BINDING_COLLECTION,
	BINDING_ITEM,
	BINDING_SINGLETON,
	BINDING_BATCH,
	BINDING_FEED,
	BINDING_UNSUPPORTED,
	BINDING_REDIRECT,
	BINDING_GONE,
	BINDING_LEGAL,
	BINDING_CHOICES,
	BINDING_JOB,
	BINDING_JOB_MONITOR,
	BINDING_JOB_RESULT,
	BINDING_FILES,
	BINDING_UPLOAD,
};

/* A business rule: its expression is the store's rule of the same index. */
struct resource_rule {
	struct str code, message, field;
};

/* Which changes of a member's value are allowed. */
struct resource_transition {
	struct str member;
	const struct json *allowed; /* {"pending": ["paid", …], …} */
};

/* Names of roles. */
struct resource_roles {
	const struct str *names;
	size_t count;
};

/* Whose rows are. */
struct resource_owner {
	size_t member; /* that holds the owner's id; STORE_MEMBER_ID: the row is its owner's own */
	bool conceals; /* who may not see a row may not know that it is there */
	struct resource_roles roles[METHOD_COUNT]; /* who else may, by method; HEAD as GET */
};

/* Which member stands in the one path of an item, where its id leads. */
struct canonical {
	size_t member;
	bool is_permanent, keeps_method;
	uint32_t at;
};

/* Which rows law forbids to serve. */
struct legal_rows {
	size_t member; /* a boolean, or a text that says why */
	struct legal_block block;
	struct resource_roles roles; /* who sees them all the same */
};

/* Who holds a row is named by a member of it: others may not change it. */
struct resource_lock {
	size_t member;
	struct resource_roles breakers; /* whom it does not stop */
};

/* Which values of a claim of the client say that it owes. */
struct payment {
	struct str claim;
	const struct json *due; /* an array */
};

enum { EARLY_HINTS_MAX = 16 };

/* A kind of thing that is kept: one collection, or one singleton. */
struct resource {
	struct collection collection; /* what the store must know */
	struct str singular;          /* "user", for messages */
	const struct path_item *item; /* of one row: "/users/{id}"; NULL where none is declared */
	struct str path;              /* template of the collection or singleton */
	const struct schema *schema;  /* of a whole representation; NULL: any JSON object */
	struct resource_rule *rules;
	struct resource_transition *transitions;
	size_t transition_count;
	struct str created_member, updated_member; /* readOnly date-times, or empty */
	struct str version_member;                 /* x-statute: {version: true}, or empty */
	const struct str *languages; /* of its texts, the default first; none: they are in one */
	size_t language_count;
	struct str *localized;       /* the members that are in several */
	size_t localized_count;
	bool has_links;                            /* the schema declares _links */
	bool client_makes_id;                      /* the id is writable: POST may name it */
	bool requires_match;
	const struct schema_member **secrets; /* writeOnly members: kept apart, never served */
	size_t secret_count;
	struct resource_owner *owner; /* NULL: rows are nobody's */
	const struct legal_rows *legal;    /* NULL: no row is blocked */
	const struct canonical *canonical; /* NULL: the id stands in an item's path */
	const struct resource_lock *lock; /* NULL: nobody can hold one */
};

/* A path parameter that narrows a collection: /users/{userId}/orders. */
struct binding_scope {
	size_t parameter;        /* index into route_match.values */
	size_t member;           /* of the collection */
	struct resource *parent; /* its row must exist, else 404 */
};

/* A query parameter that filters by a member. */
struct binding_filter {
	size_t parameter; /* index into operation->parameters */
	size_t member;    /* or STORE_MEMBER_ID */
};

/* How a list is wrapped. */
struct list_shape {
	struct str items; /* member that takes the rows; empty: the answer is an array */
	struct str next, prev, total, limit, cursor; /* members to fill where declared; else empty */
};

/* The rate limits that stand at one place. */
struct limit_list {
	struct limit_policy *policies;
	size_t count;
};

/* What an operation does with an Idempotency-Key. */
struct idempotency {
	bool takes_key;             /* POST and PATCH, but where the document turns it off */
	bool is_required, is_off;
	bool is_set;                /* the document says something of it */
	bool reuse_is_409;          /* a key that came with another request: 409 and not 422 */
	uint64_t keep_ms;           /* how long an answer is kept */
};

/* BINDING_BATCH: several requests in one. */
enum { BATCH_PARTS_MAX = 1000 };
struct batch {
	bool is_atomic; /* all of them or none; else each by itself, in one transaction all the same */
	uint32_t max;   /* parts */
	const struct schema *shape; /* of the content */
};

/* Can an operation of this kind be a part of a batch? One that answers with JSON, at once. */
bool bind_is_part(enum binding_kind kind);

/* BINDING_FEED: changes of a collection, which is bound->resource; bound->filters narrow it. */
struct feed_binding {
	const struct json *collection; /* its name, where it stands */
};

/* BINDING_UNSUPPORTED: declared, and not served. */
struct unsupported {
	const struct str *instead; /* paths or URLs */
	size_t instead_count;
	struct str message; /* for people; may be empty */
};

/* BINDING_JOB: a POST whose work a command does in the background. */
struct job {
	struct str operation;    /* "POST /reports/generate": what its jobs are known by, over restarts */
	const char *const *argv; /* of the command, NULL at its end; argv[0] is an absolute path */
	const char *folder;      /* that it runs in: the document's, absolute */
	uint64_t timeout_ms, keep_ms, wait_ms;
	uint64_t memory, output; /* bytes */
	uint32_t attempts, queue, parallel;
	struct str result;       /* where the result is found: "/reports/{id}"; empty: nowhere of its own */
	uint32_t at;
	struct job *next;
};

/* What the document says of jobs. Their rows are a collection of Statute's own. */
struct job_api {
	struct collection collection;
	struct job *jobs;                /* as their operations stand in the document */
	const struct path_item *monitor; /* "/jobs/{id}" */
	const struct path_item *result;  /* "/jobs/{id}/result"; NULL: the monitor has the results in it */
	struct resource_roles roles;     /* who sees the jobs of others */
	uint32_t monitor_at;
};

/* The members of a job's row that the store looks at. */
enum { JOB_MEMBER_OPERATION, JOB_MEMBER_STATUS, JOB_MEMBER_UNTIL, JOB_MEMBERS };

/* What clients may put into a folder: files: {uploads: …}. */
struct upload_binding {
	uint64_t max;        /* bytes of one file */
	uint64_t quota;      /* bytes of all files of the folder together; 0: as many as there is room for */
	bool needs_length;   /* Content-Length must say how long a file is */
	bool requires_match; /* a change must say which file it means, and a new one that there is none */
};

/* BINDING_FILES, and BINDING_UPLOAD for what changes them: the files of a folder. */
struct file_binding {
	struct str folder;        /* its path, NUL-terminated */
	int fd;                   /* of the folder, while the document is served; else -1 */
	size_t parameter;         /* of route_match.values: which one names the file */
	bool is_deep;             /* the name may lead into folders below */
	bool is_attachment;       /* to be saved, not shown */
	bool is_plain;            /* NAME.br and NAME.gz are nothing else than files of those names */
	struct str cache_control; /* may be empty */
	const struct upload_binding *uploads; /* NULL: clients may read alone */
	uint32_t at;              /* where the document says so */
	struct file_binding *next; /* of api->files */
};

struct special;

/* Which key of x-statute binds an operation to something else than a resource, and what it says. */
struct special_binding {
	const struct special *special; /* NULL: none */
	struct str key;                /* "unsupported" */
	const void *said;              /* by kind: struct unsupported, … */
};

/* What the content of a success is written as; all but JSON is of lists alone. */
enum format {
	FORMAT_JSON,
	FORMAT_CSV,
	FORMAT_LINES /* a row's JSON a line */
};

/* One of the media types that an operation offers. */
struct representation {
	enum format format;
	struct str type; /* Content-Type */
	struct str tag;  /* what tells its entity tags from others of the same version: "-csv", or nothing */
};

enum { BINDING_NOT = -1 };

struct bound_operation {
	const struct operation *operation; /* NULL for HEAD where GET answers */
	enum binding_kind kind;
	struct str why_not; /* BINDING_NONE: what is missing, for the start-up list */
	struct resource *resource; /* NULL where it is bound to none */
	struct special_binding special;
	struct binding_scope *scopes;
	size_t scope_count;
	size_t id_parameter;       /* index into route_match.values, for items */
	const struct schema *body; /* of JSON content, or NULL */
	bool takes_merge_patch, takes_json_patch, takes_json;
	struct binding_filter *filters;
	size_t filter_count;
	int sort, limit, cursor; /* indexes into operation->parameters, or BINDING_NOT */
	uint32_t limit_max;      /* from the schema of `limit`, or 0 */
	struct list_shape list;
	const struct str *offers; /* media types of the success responses */
	size_t offer_count;
	const struct representation *representations; /* of each offer */
	bool is_lenient;    /* where no offer is acceptable, the first one is sent */
	bool is_compressed; /* answers may be, where the client takes that */
	struct statute_facts fixed; /* what the route alone decides */
	bool returns_content;       /* an unsafe method's success documents content */
	bool creates;               /* PUT may create */
	uint64_t content_max;       /* bytes of its content at most; 0: as the server has it for all */
	const struct limit_policy **limits; /* that hold for it, wherever they stand */
	size_t limit_count;
	struct idempotency idempotency;
	const struct payment *payment; /* NULL: it is free */
	struct str early_hints;     /* the Link field of a 103 ahead of its answer; empty: none */
	bool needs_credentials;     /* its `security` demands some */
	const struct security *security; /* NULL: it takes none */
	const struct deprecation *deprecation; /* NULL: it is to stay */
	const struct see_other *see_other;     /* NULL: what is written is the answer */
};

struct bound_path {
	struct path_item *item;
	struct bound_operation *operations[METHOD_COUNT]; /* HEAD follows GET */
	struct bound_operation *otherwise; /* what answers any other method; NULL: none is allowed */
	struct str allow;                                 /* the Allow field */
	size_t label;                                     /* of the server that counts it, set before it serves */
	struct str accept_post, accept_patch, accept_put;
	const struct cors *cors; /* NULL: no page of another origin may read it */
	struct str cors_methods; /* what a preflight grants */
	struct limit_list limits;                         /* of the path alone */
};

/* Until when a document is out of service by its owner's choice, where it is no time. */
enum { MAINTENANCE_OFF = 0, MAINTENANCE_OPEN = -1 };

/* A document, bound. */
struct api {
	struct document *document;
	struct router *router;
	struct bound_path *paths; /* by path_item->index */
	size_t path_count;
	struct resource **resources;
	size_t resource_count;
	struct file_binding *files;    /* every folder that is served */
	struct store_spec spec;        /* for store_open */
	struct job_api *jobs;          /* NULL: nothing is done in the background */
	struct limit_list limits;      /* of the root alone */
	bool is_strict_query;          /* unknown query names are errors */
	bool has_canonical_paths;      /* other spellings of a path lead to it: 308 */
	bool schema_errors_are_400;    /* schema-status: 400 */
	bool implements[METHOD_COUNT]; /* by method: some operation may have it (B05) */
	bool needs_credentials;        /* some operation does */
	bool requires_tls;             /* require-tls: true */
	int64_t maintenance;           /* MAINTENANCE_OFF, MAINTENANCE_OPEN, or the Unix time of its end */
	const struct cors *cors;       /* of the document, or NULL */
	struct security_scheme *schemes;
	size_t scheme_count;
};

/* upload_binding.c: is multipart/form-data among what the operation takes? */
bool upload_takes_forms(const struct operation *operation);

/* The index of a scalar member, STORE_MEMBER_ID for the id; false where there is none. */
bool bind_member_find(const struct resource *resource, struct str name, size_t *ret_member);

/*
 * "EMAIL_ALREADY_EXISTS": the code where another row has the same values, NUL-terminated.
 * `unique` is an index into collection->uniques, or SIZE_MAX for the id. {NULL, 0} without memory.
 */
struct str bind_duplicate_code(struct arena *arena, const struct collection *collection, size_t unique);

/*
 * file_binding.c: opens the folders, once the document is to be served; what is wrong with one goes to the
 * issues, and the result is STATUTE_EDOCUMENT. And closes them.
 */
STATUTE_CHECK int folders_open(const struct api *api, struct issues *issues);
void folders_close(const struct api *api);

/* Everything in the document's arena. Problems go to document->issues; then STATUTE_EDOCUMENT. */
STATUTE_CHECK int bind_document(struct document *document, struct api **ret_api);

#endif
