/*
 * Inside binding: what bind.c, bind_resource.c, bind_extension.c, bind_operation.c
 * and bind_facts.c share. Not for other rooms: those include bind.h.
 */
#ifndef STATUTE_OPENAPI_BINDER_H
#define STATUTE_OPENAPI_BINDER_H

#include "base/map.h"
#include "openapi/bind.h"
#include "openapi/parameters.h"

struct binder;
struct place;

/*
 * A key of x-statute: what it is called and who reads it, with the resource of the path that it stands
 * on, else NULL. The last one of a table has no `read`. extension_keys.c
 */
struct extension_key {
	struct str name;
	int (*read)(struct binder *binder, struct resource *resource, const struct json *value);
};
extern const struct extension_key extension_root_keys[], extension_path_keys[], extension_operation_keys[];
/* Reads nothing: a key of the path or the operation and not of what is bound to it is read with that. */
int bind_with_path(struct binder *binder, struct resource *resource, const struct json *value);

/* The same file: is it a method, as a path item names it, "delete"? */
bool bind_is_method(struct str name);

/* resource_keys.c: what a collection or a singleton is. */
int bind_collection_key(struct binder *binder, struct resource *resource, const struct json *value);
int bind_unique_key(struct binder *binder, struct resource *resource, const struct json *value);
int bind_references_key(struct binder *binder, struct resource *resource, const struct json *value);
int bind_rules_key(struct binder *binder, struct resource *resource, const struct json *value);
int bind_transitions_key(struct binder *binder, struct resource *resource, const struct json *value);
int bind_on_delete_key(struct binder *binder, struct resource *resource, const struct json *value);
int bind_require_match_key(struct binder *binder, struct resource *resource, const struct json *value);

/*
 * A key of x-statute, on a path or an operation, that binds to something else than a resource. The last
 * one of `specials` has no `read`. special.c
 */
struct special {
	struct str key;
	enum binding_kind kind;
	/*
	 * Reads the value, once wherever it stands; *ret_said, in the document's arena, is what the kind gets.
	 * 0 or STATUTE_ENOMEM; what is wrong with the value goes to the issues.
	 */
	int (*read)(struct binder *binder, const struct path_item *path, const struct json *value,
	            const void **ret_said);
	/* Completes an operation that is bound so, once `said` is there. May be NULL. */
	int (*complete)(struct binder *binder, struct bound_operation *bound);
	/* Settles the facts that the route alone decides, beside those of any route (bind_facts.c). May be NULL. */
	void (*settle)(const struct api *api, struct bound_operation *bound);
};
extern const struct special specials[];
const struct special *special_named(struct str key);
/* Is such a key under this x-statute? */
bool special_is_on(const struct json *extension);
/* What stands under x-statute of a path or an operation; *ret_binding is untouched where it has no such key. */
int special_read(struct binder *binder, const struct path_item *path, const struct json *extension,
                 struct special_binding *ret_binding);
/* What answers the methods that the document does not have: where a whole path moved or is gone, any. */
STATUTE_CHECK int bind_otherwise(struct binder *binder, const struct place *place, struct bound_path *path);
/* Binds an operation by its own key, or else its path's; leaves it as it is where there is none. */
int special_bind(struct binder *binder, const struct place *place, struct bound_operation *bound);

/* target_read.c: is it a path, or a URL, as it can stand in a field? */
bool target_is_reference(struct str text);
/*
 * Reads where to; `resource` is whose row is at hand when it is written out, or NULL. `key`, "redirect.to",
 * is for the issues. 0 or STATUTE_ENOMEM; *ret_target is untouched where it is neither a path nor a URL.
 */
STATUTE_CHECK int target_read(struct binder *binder, const struct path_item *path, const struct resource *resource,
                              const struct json *value, const char *key, struct target *ret_target);

/* redirect.c, gone.c, legal.c, choices.c */
int redirect_read(struct binder *binder, const struct path_item *path, const struct json *value,
                  const void **ret_said);
void redirect_settle(const struct api *api, struct bound_operation *bound);
int gone_read(struct binder *binder, const struct path_item *path, const struct json *value, const void **ret_said);
void gone_settle(const struct api *api, struct bound_operation *bound);
int legal_read(struct binder *binder, const struct path_item *path, const struct json *value, const void **ret_said);
void legal_settle(const struct api *api, struct bound_operation *bound);
int choices_read(struct binder *binder, const struct path_item *path, const struct json *value,
                 const void **ret_said);
int choices_complete(struct binder *binder, struct bound_operation *bound);
void choices_settle(const struct api *api, struct bound_operation *bound);
/* redirect.c: of operations that answer before anybody is asked for credentials. */
int elsewhere_complete(struct binder *binder, struct bound_operation *bound);
/* legal_rows.c */
int bind_legal_rows_key(struct binder *binder, struct resource *resource, const struct json *value);
/* canonical.c: the key, and what must hold for it once each resource has its members and keys. */
int bind_canonical_key(struct binder *binder, struct resource *resource, const struct json *value);
void bind_canonicals(struct binder *binder);
/* see_other.c: where the client is sent once an operation is done that is bound. */
STATUTE_CHECK int bind_see_other(struct binder *binder, struct bound_operation *bound);
/* gone.c: what an x-statute says of that ahead of time; *ret_deprecation is untouched where it is nothing. */
STATUTE_CHECK int bind_deprecation(struct binder *binder, const struct path_item *path, const struct json *extension,
                                   const struct deprecation **ret_deprecation);
/* file_binding.c */
int folder_read(struct binder *binder, const struct path_item *path, const struct json *value,
               const void **ret_said);
int folder_complete(struct binder *binder, struct bound_operation *bound);
void folder_settle(const struct api *api, struct bound_operation *bound);
/*
 * upload_binding.c: what stands under `uploads`; NULL where it is false. Then an operation that changes a
 * folder, which is bound to nothing where there are no uploads, or it is none that can be; its facts.
 */
STATUTE_CHECK int upload_binding_read(struct binder *binder, const struct json *value,
                                      const struct upload_binding **ret_said);
bool upload_takes(enum method method);
void upload_complete(struct binder *binder, struct bound_operation *bound, const struct file_binding *files);
void upload_settle(struct bound_operation *bound, const struct upload_binding *uploads);

/* feed_binding.c */
int feed_binding_read(struct binder *binder, const struct path_item *path, const struct json *value,
                      const void **ret_said);
int feed_binding_complete(struct binder *binder, struct bound_operation *bound);
void feed_binding_settle(const struct api *api, struct bound_operation *bound);

/* batch.c */
int batch_read(struct binder *binder, const struct path_item *path, const struct json *value,
               const void **ret_said);
int batch_complete(struct binder *binder, struct bound_operation *bound);
void batch_settle(const struct api *api, struct bound_operation *bound);

/* unsupported.c */
int unsupported_read(struct binder *binder, const struct path_item *path, const struct json *value,
                     const void **ret_said);
void unsupported_settle(const struct api *api, struct bound_operation *bound);

/* job_binding.c: `job`, what a command does in the background. */
int job_read(struct binder *binder, const struct path_item *path, const struct json *value, const void **ret_said);
int job_complete(struct binder *binder, struct bound_operation *bound);
/* job_api.c: `jobs` and `job-result`, where jobs are looked at; and, after all operations, what goes with them. */
int job_monitor_read(struct binder *binder, const struct path_item *path, const struct json *value,
                     const void **ret_said);
int job_monitor_complete(struct binder *binder, struct bound_operation *bound);
int job_result_read(struct binder *binder, const struct path_item *path, const struct json *value,
                    const void **ret_said);
int job_result_complete(struct binder *binder, struct bound_operation *bound);
STATUTE_CHECK int bind_jobs(struct binder *binder);
/* What the document says of jobs, made where it is missing; NULL without memory. */
struct job_api *job_api_of(struct binder *binder);
/* job_facts.c */
void job_settle(const struct api *api, struct bound_operation *bound);
void job_monitor_settle(const struct api *api, struct bound_operation *bound);
void job_result_settle(const struct api *api, struct bound_operation *bound);
/* Of an operation that makes jobs, once the whole document is known: is the result in the monitor? */
void job_settle_result(const struct api *api, struct bound_operation *bound);

/* A path while it is being bound. */
struct place {
	struct path_item *item;
	enum binding_kind kind;
	struct resource *resource;
	struct str norm;     /* the template with its parameters unnamed: "/users/{}" */
	const char *why_not; /* for BINDING_NONE */
	struct binding_scope *scopes;
	size_t scope_count;
	struct special_binding special; /* what x-statute of the path binds it to */
	const struct deprecation *deprecation; /* of the path */
};

struct binder {
	struct document *document;
	struct issues *issues;
	struct arena *arena;
	struct api *api;
	struct place *places; /* one for each path, in document order */
	size_t count;
	struct map by_norm; /* -> struct place */
	struct map by_name; /* -> struct resource, by collection name */
};

/* The places of one resource: its collection path and its item path, or its singleton path. */
struct resource_places {
	struct place *collection, *item, *singleton;
};

/* bind_resource.c: schema, id, members, of a resource whose places are known. */
STATUTE_CHECK int bind_resource(struct binder *binder, struct resource *resource,
                                const struct resource_places *places);
/* The index of a member (not the id), added as text where it is missing. SIZE_MAX without memory. */
size_t bind_member_add(struct binder *binder, struct resource *resource, struct str name,
                       enum store_type type);
/* "users" -> "user", "categories" -> "category"; for messages and member names. In `arena`. */
struct str bind_singular(struct arena *arena, struct str plural);

/* bind_names.c: a path counts from the file that it stands in, at `at`. NUL-terminated; {NULL, 0} without memory. */
struct str bind_path_beside(struct binder *binder, uint32_t at, struct str path);
/* bind_extension.c: what is wrong with the type of a key's value. */
void bind_issue_type(struct binder *binder, const struct json *value, const char *key, const char *remedy);
/* The same file: x-statute at the root, and on the paths of a resource. */
STATUTE_CHECK int bind_root_extension(struct binder *binder);
STATUTE_CHECK int bind_extension(struct binder *binder, struct resource *resource,
                                 const struct json *extension);
/* bind_maintenance.c: x-statute: {maintenance: …} at the root. */
void bind_maintenance(struct binder *binder, const struct json *value);
/* bind_extension.c: the keys under x-statute of an operation; who reads each is said there. */
STATUTE_CHECK int bind_operation_extension(struct binder *binder, const struct operation *operation);
/* The collection's name that a path item asks for, or {NULL, 0}. */
struct str bind_extension_collection(const struct path_item *item);

/* A key of x-statute of a security scheme; the last one of a table has no `read`. */
struct scheme_key {
	struct str name;
	int (*read)(struct binder *binder, struct security_scheme *scheme, const struct json *value);
};
/* security_rows.c */
extern const struct scheme_key security_password_keys[], security_api_key_keys[];
/* idempotency.c: what the operation does with an Idempotency-Key; what is wrong with that, wherever it stands. */
STATUTE_CHECK int bind_idempotency_check(struct binder *binder, struct resource *resource, const struct json *value);
void bind_idempotency(struct binder *binder, const struct operation *operation, struct bound_operation *bound);

/* bind_operation.c: everything of one operation but its facts. */
STATUTE_CHECK int bind_operation(struct binder *binder, const struct place *place,
                                 const struct operation *operation, struct bound_operation *ret_bound);
/* The query parameters that filter rows of bound->resource, sort, page; room for as many filters as parameters. */
STATUTE_CHECK int bind_filters(struct binder *binder, struct bound_operation *bound);
/* The schema of the first JSON content that is no patch, or NULL. */
const struct schema *bind_body_schema(const struct operation *operation);
/* The schema of the JSON content of the documented response with `status`, or NULL. */
const struct schema *bind_response_schema(const struct operation *operation, int status);
bool bind_documents(const struct operation *operation, int status);

/* cors.c: what a `cors` of x-statute says; NULL for `false`. And what holds for one path, once its `allow` is known. */
STATUTE_CHECK int bind_cors(struct binder *binder, const struct json *value, const struct cors **ret_cors);
STATUTE_CHECK int bind_path_cors(struct binder *binder, struct bound_path *path);

/*
 * limit.c: a `limit` of x-statute, NULL where there is none; `scope` and `name` are of limit_policy_complete.
 * Then those of a path, and, with all three lists, what holds for an operation of it.
 */
STATUTE_CHECK int bind_limit(struct binder *binder, const struct json *value, struct str scope, struct str name,
                             struct limit_list *ret_list);
STATUTE_CHECK int bind_path_limits(struct binder *binder, struct bound_path *path);
STATUTE_CHECK int bind_operation_limits(struct binder *binder, const struct bound_path *path,
                                        struct bound_operation *bound);

/* lock.c, operation_keys.c: keys; and, once an operation is bound, those that say how it is served. */
int bind_lock_key(struct binder *binder, struct resource *resource, const struct json *value);
int bind_payment_check(struct binder *binder, struct resource *resource, const struct json *value);
int bind_early_hints_check(struct binder *binder, struct resource *resource, const struct json *value);
STATUTE_CHECK int bind_operation_keys(struct binder *binder, struct bound_operation *bound);

/* owner.c: whose rows are, once each resource has its members; and that nobody unknown gets at them. */
STATUTE_CHECK int bind_owners(struct binder *binder);
void bind_check_owner(struct binder *binder, const struct bound_operation *bound);
/* bind_names.c: the member of a name, which stands at `node`; false, and an issue, where it is no scalar one. */
bool bind_extension_member(struct binder *binder, const struct resource *resource, const struct json *node,
                           struct str name, size_t *ret_member);
/* The collection that a node names is not there. */
void bind_issue_collection(struct binder *binder, const struct json *node);

/* language.c: which languages a resource has texts in, and which members are such texts. */
int bind_languages_key(struct binder *binder, struct resource *resource, const struct json *value);
STATUTE_CHECK int bind_languages(struct binder *binder, struct resource *resource,
                                 const struct resource_places *places, const struct schema *const *schemas,
                                 size_t count);

/* representation.c: the media types that it offers, once its kind, resource and security are known; and their keys. */
STATUTE_CHECK int bind_representations(struct binder *binder, struct bound_operation *bound);
int bind_accept_key(struct binder *binder, struct resource *resource, const struct json *value);
int bind_compress_key(struct binder *binder, struct resource *resource, const struct json *value);

/* bind_facts.c: what the route alone decides. */
void bind_facts(const struct api *api, struct bound_operation *bound);

#endif
