/*
 * x-statute: {files: {uploads: …}}: what clients may put into a folder, and the facts of the operations
 * that do. See struct upload_binding.
 */
#include "base/duration.h"
#include "base/size.h"
#include "openapi/binder.h"

#define EXAMPLE "write uploads: true, or uploads: {max: 1GiB, require-match: true}"
#define SET(name, is) statute_fact_set(&bound->fixed, STATUTE_FACT_##name, (is))

enum { MAX_DEFAULT = 1 << 30 };

static void read_size(struct binder *binder, const struct json *member, const char *key, uint64_t *ret_bytes)
{
	uint64_t bytes;
	struct str text = json_text(member);

	if (json_is(member, JSON_NUMBER))
		text = member->text;
	if (size_read(text, &bytes) && bytes)
		*ret_bytes = bytes;
	else
		issues_add(binder->issues, member->at, "write a size: 500MB, or 1GiB",
		           "x-statute.files.uploads.%s is no size", key);
}

static void read_flag(struct binder *binder, const struct json *member, const char *key, bool *ret_is)
{
	if (member->type != JSON_TRUE && member->type != JSON_FALSE)
		bind_issue_type(binder, member, key, "write true or false");
	*ret_is = json_is_true(member);
}

static void read_member(struct binder *binder, const struct json *member, struct upload_binding *said)
{
	if (str_eq(member->name, S("max")))
		read_size(binder, member, "max", &said->max);
	else if (str_eq(member->name, S("quota")))
		read_size(binder, member, "quota", &said->quota);
	else if (str_eq(member->name, S("needs-length")))
		read_flag(binder, member, "files.uploads.needs-length", &said->needs_length);
	else if (str_eq(member->name, S("require-match")))
		read_flag(binder, member, "files.uploads.require-match", &said->requires_match);
	else
		issues_add(binder->issues, member->name_at, "use max, needs-length, quota and require-match",
		           "x-statute.files.uploads has no key '%.*s'", STR_ARG(member->name));
}

int upload_binding_read(struct binder *binder, const struct json *value, const struct upload_binding **ret_said)
{
	struct upload_binding *said = arena_new(binder->arena, struct upload_binding);

	if (!said)
		return STATUTE_ENOMEM;
	said->max = MAX_DEFAULT;
	if (value->type == JSON_FALSE) {
		*ret_said = NULL;
		return 0;
	}
	if (!json_is_true(value) && !json_is(value, JSON_OBJECT))
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.files.uploads is neither true nor an object");
	json_each(member, value)
		read_member(binder, member, said);
	*ret_said = said;
	return 0;
}

/* ---- Operations ----------------------------------------------------------- */

static const char *reason_unbound(const struct bound_operation *bound)
{
	const struct operation *operation = bound->operation;
	bool has_name = operation->path->parameter_count > 0;

	if (operation->method == METHOD_POST && has_name)
		return "POST makes a name itself: it is for the path without a parameter";
	if (operation->method != METHOD_POST && !has_name)
		return "the path has no parameter that names a file";
	if (operation->method != METHOD_DELETE && (!operation->body || !operation->body->media_count))
		return "it declares no content to take: its requestBody says which media types";
	return NULL;
}

bool upload_takes(enum method method)
{
	return method == METHOD_PUT || method == METHOD_POST || method == METHOD_DELETE;
}

/* Content is not remembered, and so not compared: a key could not be held to its request. */
static void refuse_keys(struct binder *binder, struct bound_operation *bound)
{
	if (bound->idempotency.is_required)
		issues_add(binder->issues, bound->operation->at, "use PUT: it may be repeated as it is",
		           "an upload takes no Idempotency-Key");
	bound->idempotency = (struct idempotency){ 0 };
}

void upload_complete(struct binder *binder, struct bound_operation *bound, const struct file_binding *files)
{
	const char *why_not = files->uploads ? reason_unbound(bound) : "the folder takes no uploads";

	bound->kind = why_not ? BINDING_NONE : BINDING_UPLOAD;
	bound->why_not = str_from(why_not);
	if (why_not)
		return;
	bound->content_max = files->uploads->max;
	bound->creates = bound->operation->method != METHOD_DELETE;
	bound->returns_content = false;
	refuse_keys(binder, bound);
}

/* ---- Facts ---------------------------------------------------------------- */

/* What is only a question of rows, or of what content means. */
static void settle_rows(struct bound_operation *bound)
{
	static const enum statute_fact yes[] = {
		STATUTE_FACT_PARENTS_EXIST, STATUTE_FACT_VISIBLE, STATUTE_FACT_ALLOWED_ON_RESOURCE,
		STATUTE_FACT_HAS_MODIFICATION_DATE, STATUTE_FACT_CONTENT_DECODES, STATUTE_FACT_PATCH_TESTS_HOLD,
		STATUTE_FACT_PATCH_PATHS_EXIST, STATUTE_FACT_PATCH_RESULT_FITS, STATUTE_FACT_RULES_HOLD,
		STATUTE_FACT_ACCEPT_FITS,
	};
	static const enum statute_fact no[] = {
		STATUTE_FACT_READ_FAILED, STATUTE_FACT_TOMBSTONE, STATUTE_FACT_SETS_READ_ONLY, STATUTE_FACT_ID_DIFFERS,
		STATUTE_FACT_BODY_VERSION_STALE, STATUTE_FACT_MEMBER_FORBIDDEN, STATUTE_FACT_VERSION_MOVED,
		STATUTE_FACT_VANISHED, STATUTE_FACT_RAN_AGAIN, STATUTE_FACT_REFERENCE_MISSING, STATUTE_FACT_IN_USE,
		STATUTE_FACT_CONSTRAINT_BROKEN, STATUTE_FACT_TRANSITION_FORBIDDEN, STATUTE_FACT_STORE_TIMED_OUT,
		STATUTE_FACT_STORE_LOST, STATUTE_FACT_HAS_RANGE, STATUTE_FACT_RETURNS_CONTENT,
	};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		statute_fact_set(&bound->fixed, yes[i], true);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		statute_fact_set(&bound->fixed, no[i], false);
}

bool upload_takes_forms(const struct operation *operation)
{
	const struct request_body *body = operation->body;

	for (size_t i = 0; body && i < body->media_count; i++)
		if (str_eq_nocase(body->media[i].type.type, S("multipart")) &&
		    str_eq_nocase(body->media[i].type.subtype, S("form-data")))
			return true;
	return false;
}

void upload_settle(struct bound_operation *bound, const struct upload_binding *uploads)
{
	const struct operation *operation = bound->operation;
	enum method method = operation->method;
	bool is_delete = method == METHOD_DELETE, is_put = method == METHOD_PUT;

	settle_rows(bound);
	SET(TAKES_CONTENT, !is_delete);
	SET(NEEDS_CONTENT, method == METHOD_POST || (is_put && operation->body->is_required));
	SET(NEEDS_LENGTH, uploads->needs_length || uploads->quota);
	SET(HAS_NO_ROW, method == METHOD_POST);
	SET(IS_ACTION, method == METHOD_POST);
	SET(PUT_CREATES, is_put);
	SET(NEEDS_IF_MATCH, uploads->requires_match && method != METHOD_POST);
	SET(NEEDS_IF_NONE_MATCH, uploads->requires_match && is_put);
	if (is_delete || !upload_takes_forms(operation)) {
		SET(CONTENT_PARSES, true);
		SET(SCHEMA_HOLDS, true);
	}
	if (!is_put)
		SET(DUPLICATE, false);
	if (is_delete)
		SET(DISK_FULL, false);
	if (!is_put)
		SET(CREATED, method == METHOD_POST);
	SET(STORAGE_QUOTA_FULL, false);
	if (uploads->quota && !is_delete)
		statute_fact_forget(&bound->fixed, STATUTE_FACT_STORAGE_QUOTA_FULL);
	SET(CREATED_IS_200, bind_documents(operation, 200) && !bind_documents(operation, 201));
	SET(EMPTY_IS_200, bind_documents(operation, 200) && !bind_documents(operation, 204));
}
