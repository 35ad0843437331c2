/*
 * The keys of x-statute, one a line, by where they stand, and who reads each. Keys that bind an
 * operation to something else than a resource are rows of special.c.
 */
#include "openapi/binder.h"

static int read_schema_status(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!json_is(value, JSON_NUMBER) || !(str_eq(value->text, S("400")) || str_eq(value->text, S("422"))))
		issues_add(binder->issues, value->at, "write schema-status: 400, or leave it out",
		           "x-statute.schema-status can only be 400 or 422");
	else
		binder->api->schema_errors_are_400 = str_eq(value->text, S("400"));
	return 0;
}

static int read_query(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!str_eq(json_text(value), S("strict")) && !str_eq(json_text(value), S("lenient")))
		issues_add(binder->issues, value->at, "write query: strict, or leave it out",
		           "x-statute.query can only be 'strict' or 'lenient'");
	binder->api->is_strict_query = str_eq(json_text(value), S("strict"));
	return 0;
}

static int read_require_tls(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		bind_issue_type(binder, value, "require-tls", "write require-tls: true");
	binder->api->requires_tls = json_is_true(value);
	return 0;
}

static int read_canonical_paths(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		bind_issue_type(binder, value, "canonical-paths", "write canonical-paths: true");
	binder->api->has_canonical_paths = json_is_true(value);
	return 0;
}

static int read_maintenance(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	bind_maintenance(binder, value);
	return 0;
}

/* As a path item names it: "delete". */
bool bind_is_method(struct str name)
{
	for (enum method method = METHOD_UNKNOWN + 1; method < METHOD_COUNT; method++)
		if (str_eq_nocase(method_name(method), name))
			return true;
	return false;
}

/* Roles are of each operation: security.c has read them by the time that operations are bound. */
static int read_roles(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!json_is(value, JSON_OBJECT)) /* a list was or will be looked at with each operation */
		return 0;
	json_each(roles, value) {
		if (!bind_is_method(roles->name))
			issues_add(binder->issues, roles->name_at, "write roles: {delete: [admin]}",
			           "x-statute.roles has no method '%.*s'", STR_ARG(roles->name));
	}
	return 0;
}

static int read_conceal(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		bind_issue_type(binder, value, "conceal", "write conceal: true");
	return 0;
}

static int read_cors(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	return bind_cors(binder, value, &binder->api->cors);
}

static int read_limit(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	return bind_limit(binder, value, S("/"), S("default"), &binder->api->limits);
}

/* A key of the path or the operation and not of what is bound to it: read with that. */
int bind_with_path(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)binder, (void)resource, (void)value;
	return 0;
}

/* Once every resource has its members (owner.c). */
static int read_with_owner(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)binder, (void)resource, (void)value;
	return 0;
}

static int read_singleton(struct binder *binder, struct resource *resource, const struct json *value)
{
	if (!json_is_true(value) || (resource && !resource->collection.is_singleton))
		issues_add(binder->issues, value->at, "write singleton: true on a lone path with GET",
		           "x-statute.singleton can only be true, on a path without parameters or items");
	return 0;
}

const struct extension_key extension_operation_keys[] = {
	{ STR_INIT("accept"), bind_accept_key },
	{ STR_INIT("compress"), bind_compress_key },
	{ STR_INIT("conceal"), read_conceal },
	{ STR_INIT("deprecation"), bind_with_path },
	{ STR_INIT("early-hints"), bind_early_hints_check },
	{ STR_INIT("idempotency"), bind_idempotency_check },
	{ STR_INIT("limit"), bind_with_path },
	{ STR_INIT("payment"), bind_payment_check },
	{ STR_INIT("roles"), bind_with_path },
	{ STR_INIT("see-other"), bind_with_path },
	{ { NULL, 0 }, NULL },
};

const struct extension_key extension_root_keys[] = {
	{ STR_INIT("accept"), bind_accept_key },
	{ STR_INIT("canonical-paths"), read_canonical_paths },
	{ STR_INIT("compress"), bind_compress_key },
	{ STR_INIT("cors"), read_cors },
	{ STR_INIT("idempotency"), bind_idempotency_check },
	{ STR_INIT("languages"), bind_languages_key },
	{ STR_INIT("limit"), read_limit },
	{ STR_INIT("maintenance"), read_maintenance },
	{ STR_INIT("query"), read_query },
	{ STR_INIT("require-tls"), read_require_tls },
	{ STR_INIT("schema-status"), read_schema_status },
	{ { NULL, 0 }, NULL },
};

const struct extension_key extension_path_keys[] = {
	{ STR_INIT("accept"), bind_accept_key },
	{ STR_INIT("canonical"), bind_canonical_key },
	{ STR_INIT("collection"), bind_collection_key },
	{ STR_INIT("compress"), bind_compress_key },
	{ STR_INIT("conceal"), read_conceal },
	{ STR_INIT("cors"), bind_with_path },
	{ STR_INIT("deprecation"), bind_with_path },
	{ STR_INIT("early-hints"), bind_early_hints_check },
	{ STR_INIT("idempotency"), bind_idempotency_check },
	{ STR_INIT("languages"), bind_languages_key },
	{ STR_INIT("legal-rows"), bind_legal_rows_key },
	{ STR_INIT("limit"), bind_with_path },
	{ STR_INIT("lock"), bind_lock_key },
	{ STR_INIT("on-delete"), bind_on_delete_key },
	{ STR_INIT("owner"), read_with_owner },
	{ STR_INIT("payment"), bind_payment_check },
	{ STR_INIT("references"), bind_references_key },
	{ STR_INIT("require-match"), bind_require_match_key },
	{ STR_INIT("roles"), read_roles },
	{ STR_INIT("rules"), bind_rules_key },
	{ STR_INIT("singleton"), read_singleton },
	{ STR_INIT("transitions"), bind_transitions_key },
	{ STR_INIT("unique"), bind_unique_key },
	{ { NULL, 0 }, NULL },
};
