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

/* The declared schema of a merge patch is asked of the patch itself, but for what a part may lack. */
static int validate_merge_patch(struct exchange *x)
{
	struct schema_errors errors = { 0 };
	int r = x->bound->body ? schema_validate(x->bound->body, x->body, SCHEMA_REQUEST, &x->arena, &errors)
	                       : 0;

	if (r == STATUTE_ENOMEM)
		return r;
	for (size_t i = 0; i < errors.count; i++) {
		const struct schema_error *error = &errors.list[i];

		if (str_eq(error->code, S("REQUIRED")) || str_eq(error->code, S("READ_ONLY")) ||
		    json_is(error->value, JSON_NULL))
			continue;
		FACT(SCHEMA_HOLDS, false);
		if ((r = resource_schema_error(x, error)) < 0)
			return r;
	}
	return 0;
}

int resource_apply_patch(struct exchange *x, struct change *change)
{
	int r;

	if (is_json_patch(x))
		return apply_json_patch(x, change);
	if ((r = validate_merge_patch(x)) < 0)
		return r;
	change->after = json_merge_patch(&x->arena, change->before, x->body);
	if (!change->after)
		return STATUTE_ENOMEM;
	if (change->after->type == JSON_OBJECT)
		return 0;
	FACT(SCHEMA_HOLDS, false);
	return resource_error(x, &(struct problem_error){ .code = S("TYPE"),
	                                                  .message = S("Must be an object"),
	                                                  .value = x->body });
}
