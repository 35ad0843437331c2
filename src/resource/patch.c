/* PATCH: a merge patch (RFC 7396) or a JSON Patch (RFC 6902) applied to a row. Rows J04 of the graph. */
#include "json/pointer.h"
#include "resource/resource.h"

static bool is_json_patch(const struct exchange *x)
{
	struct media_type type;

	return media_type_parse(request_field(&x->request, FIELD_CONTENT_TYPE), false, &type) &&
	       str_eq_nocase(type.subtype, S("json-patch+json"));
}

static int describe(struct exchange *x, const struct json_patch_fault *fault)
{
	struct json *details = json_new(&x->arena, JSON_OBJECT);
	int r;

	if (!details)
		return STATUTE_ENOMEM;
	if (!json_is(x->body, JSON_ARRAY)) { /* it has no operations that could be counted */
		x->problem.detail = S("A JSON Patch is an array of operations.");
		return 0;
	}
	if ((r = json_set(&x->arena, details, S("operation"),
	                  json_new_int(&x->arena, (int64_t)fault->operation))) < 0 ||
	    (r = json_set(&x->arena, details, S("path"), json_new_string(&x->arena, fault->path))) < 0)
		return r;
	x->problem.details = details;
	x->problem.detail = str_printf(&x->arena, "Operation %zu of the patch: %s.", fault->operation,
	                               fault->issue);
	return 0;
}

/* Where the patch itself is malformed, its content does not parse as its type: back to I06. */
static int blame_patch(struct exchange *x, const struct json_patch_fault *fault)
{
	switch (fault->kind) {
	case JSON_PATCH_MALFORMED:
		FACT(CONTENT_PARSES, false);
		exchange_walk_anew(x);
		break;
	case JSON_PATCH_PATH_MISSING: FACT(PATCH_PATHS_EXIST, false); break;
	case JSON_PATCH_TEST_FAILED: FACT(PATCH_TESTS_HOLD, false); break;
	case JSON_PATCH_TOO_LARGE:
		FACT(CONTENT_WITHIN_LIMIT, false);
		exchange_walk_anew(x);
		break;
	}
	return describe(x, fault);
}

static int apply_json_patch(struct exchange *x, struct change *change)
{
	struct json_patch_fault fault;
	int r = json_patch_apply(&x->arena, change->before, x->body, &change->after, &fault);

	if (r != STATUTE_EINVAL)
		return r;
	change->after = NULL;
	return blame_patch(x, &fault);
}

/* What a part cannot be judged by, though the whole that it belongs to can. */
static bool is_about_whole(const struct schema_error *error)
{
	static const char *const codes[] = { "REQUIRED", "READ_ONLY",      "DEPENDENT_REQUIRED",
		                             "ANY_OF",   "ONE_OF",         "NOT",
		                             "CONTAINS", "MIN_PROPERTIES", "FALSE_SCHEMA" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (str_eq(error->code, str_from(codes[i])))
			return true;
	return false;
}

/* Is this the schema of whole representations, and not one that was written for patches? */
static bool is_of_whole(const struct exchange *x, const struct schema *schema)
{
	const struct bound_operation *put = x->bound_path->operations[METHOD_PUT];

	return schema_node(schema) == schema_node(x->bound->resource->schema) ||
	       (put && schema_node(schema) == schema_node(put->body));
}

/* A schema that was written for merge patches is asked of the patch itself. */
static int validate_merge_patch(struct exchange *x)
{
	const struct schema *schema = x->bound->body;
	struct schema_errors errors = { 0 };
	bool is_whole = schema && is_of_whole(x, schema);
	int r = 0;

	if (schema && schema_node(schema) != schema_node(x->bound->resource->schema))
		r = schema_validate(schema, x->body, SCHEMA_REQUEST, &x->arena, &errors);
	if (r == STATUTE_ENOMEM)
		return r;
	for (size_t i = 0; i < errors.count; i++) {
		const struct schema_error *error = &errors.list[i];

		if (str_eq(error->code, S("REQUIRED")) || str_eq(error->code, S("READ_ONLY")) ||
		    json_is(json_pointer_get(x->body, error->pointer), JSON_NULL) ||
		    (is_whole && is_about_whole(error)))
			continue;
		FACT(SCHEMA_HOLDS, false);
		if ((r = resource_schema_error(x, error)) < 0)
			return r;
	}
	return 0;
}

/* Does a merge patch bring this very value? Then it is the content that breaks the schema. */
static bool is_brought(struct exchange *x, struct str pointer)
{
	const struct json *value = is_json_patch(x) ? NULL : json_pointer_get(x->body, pointer);

	return value && !json_is(value, JSON_OBJECT) && !json_is(value, JSON_NULL);
}

/* What Statute fills in may be missing from the result. */
static int validate_stored(struct exchange *x, const struct change *change)
{
	struct schema_errors errors = { 0 };
	int r = schema_validate(x->bound->resource->schema, change->after, SCHEMA_STORED, &x->arena, &errors);

	if (r == STATUTE_ENOMEM)
		return r;
	for (size_t i = 0; i < errors.count; i++) {
		const struct schema_error *error = &errors.list[i];

		if (str_eq(error->code, S("REQUIRED")) &&
		    (resource_is_read_only(x, error->field) || str_eq(error->field, S("_links"))))
			continue;
		if (is_brought(x, error->pointer))
			FACT(SCHEMA_HOLDS, false);
		else
			FACT(PATCH_RESULT_FITS, false);
		if ((r = resource_schema_error(x, error)) < 0)
			return r;
	}
	return 0;
}

/* A secret is not in the row, so that only the patch tells whether one is taken away that must be there. */
static bool takes_away(struct exchange *x, const struct schema_error *error)
{
	return str_eq(error->code, S("REQUIRED")) && !is_json_patch(x) &&
	       json_is(json_pointer_get(x->body, error->pointer), JSON_NULL);
}

/* The id is the path's to say: another one is ID_MISMATCH. */
static bool is_id(const struct exchange *x, const struct schema_error *error)
{
	return x->bound->kind == BINDING_ITEM && str_eq(error->field, x->bound->resource->collection.id_name);
}

/* As if a client had sent the result: does it set what is read-only and was not so before? */
static int validate_as_sent(struct exchange *x, const struct change *change)
{
	struct schema_errors errors = { 0 };
	int r = schema_validate(x->bound->resource->schema, change->after, SCHEMA_REQUEST, &x->arena,
	                        &errors);

	if (r == STATUTE_ENOMEM)
		return r;
	for (size_t i = 0; i < errors.count; i++) {
		const struct schema_error *error = &errors.list[i];

		if (str_eq(error->code, S("READ_ONLY")) && !is_id(x, error) &&
		    !resource_is_unchanged(change, error, change->after))
			FACT(SETS_READ_ONLY, true);
		else if (takes_away(x, error))
			FACT(PATCH_RESULT_FITS, false);
		else
			continue;
		if ((r = resource_schema_error(x, error)) < 0)
			return r;
	}
	return 0;
}

int resource_validate_patched(struct exchange *x, const struct change *change)
{
	int r;

	if (!x->bound->resource->schema)
		return 0;
	r = validate_stored(x, change);
	return r < 0 ? r : validate_as_sent(x, change);
}

struct size {
	size_t nodes, bytes;
	bool is_too_deep;
};

/* `depth` is what is left of it; the tree is deeper where it does not suffice. */
static void measure(const struct json *node, uint32_t depth, struct size *size)
{
	size->nodes++;
	size->bytes += node->name.len + 1;
	if (node->type < JSON_ARRAY) {
		size->bytes += json_is(node, JSON_STRING) || json_is(node, JSON_NUMBER) ? node->text.len : 0;
		return;
	}
	if (!depth) {
		size->is_too_deep = true;
		return;
	}
	json_each(child, node)
		measure(child, depth - 1, size);
}

/*
 * What a patch makes must be something that could have been sent whole, else each would
 * add to a row until nobody can read it; one that is larger already may not grow.
 */
static bool is_too_large(const struct exchange *x, const struct change *change)
{
	const struct exchange_settings *settings = x->host->settings;
	struct size before = { 0 }, after = { 0 };

	measure(change->before, settings->json_depth_max, &before);
	measure(change->after, settings->json_depth_max, &after);
	return (after.is_too_deep && !before.is_too_deep) ||
	       (after.nodes > settings->json_nodes_max && after.nodes > before.nodes) ||
	       (after.bytes > settings->content_max && after.bytes > before.bytes);
}

/* Nothing more can be said of a result that is no resource at all: change->after is NULL then. */
static int check_result(struct exchange *x, struct change *change)
{
	if (is_too_large(x, change)) {
		x->problem.detail = S("The result of the patch is larger than content may be.");
		FACT(CONTENT_WITHIN_LIMIT, false);
		exchange_walk_anew(x);
		change->after = NULL;
		return 0;
	}
	if (json_is(change->after, JSON_OBJECT))
		return 0;
	FACT(PATCH_RESULT_FITS, false);
	if (is_brought(x, S("")))
		FACT(SCHEMA_HOLDS, false);
	change->after = NULL;
	return resource_schema_error(
		x, &(struct schema_error){ .code = S("TYPE"), .message = S("Must be an object") });
}

int resource_apply_patch(struct exchange *x, struct change *change)
{
	int r = 0;

	if (is_json_patch(x)) {
		r = apply_json_patch(x, change);
	} else if ((r = validate_merge_patch(x)) == 0) {
		change->after = json_merge_patch(&x->arena, change->before, x->body);
		r = change->after ? 0 : STATUTE_ENOMEM;
	}
	return r < 0 || !change->after ? r : check_result(x, change);
}
