/*
 * The schemas of a document, compiled once each.
 *
 * A schema in a dialect that is not understood here is read as JSON Schema 2020-12.
 * Where it is no such schema either, its author did nothing wrong: what would be
 * errors are warnings, and the schema is not applied (OpenAPI 3.1.1, section 4.8.24.3).
 */
#include "openapi/schemas.h"

/* What became of a schema. */
struct compiled {
	const struct json *node; /* its bytes are the key */
	const struct schema *schema; /* NULL where it has errors, or is not applied */
};

static struct str key_of(const struct json *const *node)
{
	return str_of((const char *)node, sizeof(*node));
}

/* schema_fetch: a file that only a schema refers to. */
static const struct json *fetch(void *data, struct str uri)
{
	struct loader *loader = data;
	const struct loaded_file *file;

	if (!str_starts(uri, S("file:///")) || files_load(loader, uri, 0, &file) < 0)
		return NULL;
	return file->root;
}

static int open_set(struct loader *loader)
{
	struct document *document = &loader->document;
	enum schema_dialect dialect = document->minor >= 1 ? SCHEMA_OPENAPI_3_1 : SCHEMA_OPENAPI_3_0;
	int r = schema_set_new(document->arena, dialect, &document->schemas);

	if (r < 0)
		return r;
	map_init(&loader->compiled, document->arena);
	schema_set_fetch(document->schemas, fetch, loader);
	for (size_t i = 0; i < loader->files.count; i++) {
		const struct loaded_file *file = loader->files.entries[i].value;

		if (file->root && (r = schema_set_add(document->schemas, file->uri, file->root)) < 0)
			return r;
	}
	return 0;
}

/* Dialects. */

static bool is_known_dialect(struct str uri)
{
	if (str_ends(uri, S("#")))
		uri.len--;
	return str_eq(uri, S("https://json-schema.org/draft/2020-12/schema")) ||
	       str_starts(uri, S("https://spec.openapis.org/oas/3.1/"));
}

/* Does the schema, or else the document for all of its schemas, name a dialect that is not understood? */
static bool is_foreign(const struct document *document, const struct json *node)
{
	struct str dialect = json_get_text(node, S("$schema"));

	if (document->minor < 1)
		return false;
	if (!dialect.at)
		dialect = json_get_text(document->root, S("jsonSchemaDialect"));
	return dialect.at && !is_known_dialect(dialect);
}

static void warn_dialect(struct document *document)
{
	const struct json *dialect = json_get(document->root, S("jsonSchemaDialect"));

	if (document->minor >= 1 && json_is(dialect, JSON_STRING) && !is_known_dialect(dialect->text))
		issues_warn(&document->issues, dialect->at, NULL,
		            "the dialect %.*s is not known: read as JSON Schema 2020-12",
		            STR_ARG(dialect->text));
}

/* Compiling. */

static void add_issues(struct issues *to, const struct issues *from, bool are_warnings)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct issue *issue = &from->list[i];
		const char *remedy = issue->remedy.len ? issue->remedy.at : NULL;

		(issue->is_warning || are_warnings ? issues_warn : issues_add)(
			to, issue->position, remedy, "%.*s", STR_ARG(issue->message));
	}
}

static int compile(struct document *document, struct str base, const struct json *node,
                   const struct schema **ret_schema)
{
	bool are_warnings = is_foreign(document, node);
	struct issues found;
	int r;

	issues_init(&found, document->arena);
	r = schema_compile(document->schemas, base, node, &found, ret_schema);
	add_issues(&document->issues, &found, are_warnings);
	if (r == STATUTE_EDOCUMENT && are_warnings)
		issues_warn(&document->issues, node->at, "write it in JSON Schema 2020-12",
		            "this schema is not applied: any value will do");
	return r;
}

static int compile_new(struct loader *loader, struct str base, const struct json *node,
                       const struct compiled **ret_compiled)
{
	struct compiled *compiled = arena_new(loader->document.arena, struct compiled);
	const struct schema *schema = NULL;
	void **place;
	int r;

	if (!compiled)
		return STATUTE_ENOMEM;
	r = compile(&loader->document, base, node, &schema);
	if (r < 0 && r != STATUTE_EDOCUMENT)
		return r;
	*compiled = (struct compiled){ .node = node, .schema = r == 0 ? schema : NULL };
	if (!(place = map_put(&loader->compiled, key_of(&compiled->node))))
		return STATUTE_ENOMEM;
	*place = compiled;
	*ret_compiled = compiled;
	return 0;
}

int document_schema(struct document *document, struct str base, const struct json *node,
                    const struct schema **ret_schema)
{
	struct loader *loader = (struct loader *)document;
	const struct compiled *compiled = map_get(&loader->compiled, key_of(&node));
	int r = compiled ? 0 : compile_new(loader, base, node, &compiled);

	if (r < 0)
		return r;
	if (!compiled->schema)
		return STATUTE_EDOCUMENT;
	*ret_schema = compiled->schema;
	return 0;
}

int schemas_compile(struct loader *loader, const struct schema_place *places, size_t count)
{
	const struct schema *schema;
	int r = open_set(loader);

	if (r < 0)
		return r;
	warn_dialect(&loader->document);
	for (size_t i = 0; i < count; i++) {
		r = document_schema(&loader->document, places[i].base, places[i].node, &schema);
		if (r < 0 && r != STATUTE_EDOCUMENT)
			return r;
	}
	return 0;
}
