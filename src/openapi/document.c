/*
 * Loading a document: read, version, check, compile, model. See document.h.
 *
 * Each step goes on over what the step before found wrong, so that all problems
 * are reported at once; only a text that cannot be parsed, or of another version,
 * ends it at once.
 */
#include "openapi/check.h"
#include "openapi/model.h"
#include "openapi/schemas.h"

/* The version: sets minor, or reports and returns false. */
static bool read_version(struct document *document)
{
	const struct json *root = document->root, *version = json_get(root, S("openapi"));
	const struct json *swagger = json_get(root, S("swagger"));
	struct issues *issues = &document->issues;
	const char *use = "use 3.0 or 3.1";

	if (root->type != JSON_OBJECT)
		issues_add(issues, root->at, NULL, "an OpenAPI document is an object");
	else if (!version && swagger)
		issues_add(issues, swagger->name_at, "convert it to OpenAPI 3",
		           "this is a Swagger 2.0 document");
	else if (!version)
		issues_add(issues, root->at, "begin with 'openapi: 3.1.1'",
		           "the OpenAPI Object lacks 'openapi'");
	else if (version->type != JSON_STRING)
		issues_add(issues, version->at, "write it in quotes, in full: \"3.1.1\"",
		           "'openapi' must be a string");
	else if (str_starts(version->text, S("3.0.")) || str_starts(version->text, S("3.1.")))
		document->minor = version->text.at[2] == '1';
	else
		issues_add(issues, version->at, use, "OpenAPI %.*s is not understood",
		           STR_ARG(version->text));
	return !issues->errors;
}

static int check_and_compile(struct loader *loader, struct str base)
{
	struct checker checker;
	int r;

	checker_init(&checker, loader, loader->document.root, base);
	r = checker_run(&checker);
	if (r == 0)
		r = schemas_compile(loader, checker.schemas, checker.schema_count);
	checker_done(&checker);
	return r;
}

static int load(struct loader *loader, const char *path)
{
	struct document *document = &loader->document;
	const struct loaded_file *file = NULL;
	int r = files_load_main(loader, path, &file);

	if (r < 0)
		return r;
	document->root = file->root;
	if (!read_version(document))
		return STATUTE_EDOCUMENT;
	if ((r = check_and_compile(loader, file->uri)) < 0 || (r = model_build(loader, file->uri)) < 0)
		return r;
	return document->issues.errors ? STATUTE_EDOCUMENT : 0;
}

int document_load(struct arena *arena, const char *path, struct document **ret_document)
{
	struct loader *loader = arena_new(arena, struct loader);
	struct document *document;
	int r = STATUTE_EIO;

	if (!loader)
		return STATUTE_ENOMEM;
	document = &loader->document;
	document->arena = arena;
	sources_init(&document->sources, arena);
	issues_init(&document->issues, arena);
	map_init(&loader->files, arena);
	if (strcmp(path, "-") == 0)
		issues_add(&document->issues, 0, "name a file", "a document is not read from standard input");
	else
		r = load(loader, path);
	if (r == STATUTE_ENOMEM || arena->failed) /* then a part of it may be missing */
		return STATUTE_ENOMEM;
	issues_sort(&document->issues);
	*ret_document = document;
	return r;
}
