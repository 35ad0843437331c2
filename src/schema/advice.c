/*
 * What a schema of OpenAPI may say but hardly means: warnings.
 *
 * Keywords that nobody knows are annotations (JSON Schema Core, section 6.5), so a
 * misspelt one checks nothing, and says nothing either. Only names that are nearly
 * a keyword, or are one in the other version of OpenAPI, are told.
 */
#include <ctype.h>
#include <stdio.h>

#include "schema/compiler.h"

enum { NAME_MIN = 4, NAME_MAX = 32, LONG_NAME = 5 };

static unsigned dialect_of(const struct compiler *c)
{
	return c->set->dialect == SCHEMA_OPENAPI_3_0 ? DIALECT_OLD : DIALECT_NEW;
}

/* The Schema Object's own fields (OpenAPI 3.1.1, section 4.8.24.1), which say nothing of values. */
static bool is_of_openapi(struct str name)
{
	static const struct str names[] = {
		STR_INIT("discriminator"), STR_INIT("xml"), STR_INIT("externalDocs"), STR_INIT("example"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_eq(names[i], name))
			return true;
	return str_starts(name, S("x-"));
}

/* The keyword of that name, best one of the dialect. */
static const struct keyword_row *find_keyword(struct str name, unsigned dialect)
{
	const struct keyword_row *found = NULL;

	for (size_t i = 0; i < KEYWORD_COUNT; i++)
		if (str_eq(keyword_rows[i].name, name) && (!found || keyword_rows[i].dialects & dialect))
			found = &keyword_rows[i];
	return found;
}

/* The keyword that a misspelt name may have meant, or NULL. */
static const struct keyword_row *find_similar(struct str name, unsigned dialect)
{
	const struct keyword_row *similar = NULL;
	size_t least = name.len < LONG_NAME ? 2 : 3; /* edits that are too many */

	if (name.len < NAME_MIN || name.len > NAME_MAX || !isalpha((unsigned char)name.at[0]))
		return NULL;
	for (size_t i = 0; i < KEYWORD_COUNT; i++) {
		const struct keyword_row *row = &keyword_rows[i];
		size_t distance;

		if (row->name.len < NAME_MIN || !(row->dialects & dialect))
			continue;
		distance = str_eq_nocase(row->name, name) ? 0 : str_distance(row->name, name);
		if (distance < least) {
			least = distance;
			similar = row;
		}
	}
	return similar;
}

static bool allows_null(const struct json *type)
{
	json_each(name, type)
		if (str_eq(json_text(name), S("null")))
			return true;
	return !type || str_eq(json_text(type), S("null"));
}

/* A keyword of the other version. */
static void advise_on_version(struct compiler *c, const struct keyword_row *row, const struct json *member)
{
	bool checks = row->vocabulary == VOCABULARY_VALIDATION || row->vocabulary == VOCABULARY_APPLICATOR ||
	              row->vocabulary == VOCABULARY_UNEVALUATED;
	const char *remedy = row == &keyword_rows[KEYWORD_CONST] ? "use 'enum' with one value" : NULL;

	if (checks && c->set->dialect == SCHEMA_OPENAPI_3_0)
		issues_warn(c->issues, member->name_at, remedy,
		            "'%.*s' came with OpenAPI 3.1 and is ignored here", STR_ARG(row->name));
	else if (row == &keyword_rows[KEYWORD_NULLABLE] && json_is_true(member) &&
	         !allows_null(c->values[KEYWORD_TYPE]))
		issues_warn(c->issues, member->name_at, "add 'null' to 'type'",
		            "'nullable' is gone since OpenAPI 3.1 and is ignored");
}

static void advise_on_member(struct compiler *c, const struct json *member)
{
	const struct keyword_row *row = find_keyword(member->name, dialect_of(c));
	char remedy[NAME_MAX * 2];

	if (row && !(row->dialects & dialect_of(c)))
		advise_on_version(c, row, member);
	if (row || is_of_openapi(member->name) || !(row = find_similar(member->name, dialect_of(c))))
		return;
	snprintf(remedy, sizeof(remedy), "did you mean '%.*s'?", STR_ARG(row->name));
	issues_warn(c->issues, member->name_at, remedy, "'%.*s' is no keyword and is ignored",
	            STR_ARG(member->name));
}

void advise_on_keywords(struct compiler *c, const struct schema *schema)
{
	if (c->set->dialect == SCHEMA_2020_12 ||
	    (c->set->dialect == SCHEMA_OPENAPI_3_0 && c->values[KEYWORD_REF]))
		return;
	json_each(member, schema->node)
		advise_on_member(c, member);
}

void advise_on_default(struct compiler *c, const struct schema *schema)
{
	const struct json *value = schema->default_value;
	struct schema_errors errors;
	const struct schema_error *first;
	int r;

	if (!value || c->set->dialect == SCHEMA_2020_12)
		return;
	r = schema_validate(schema, value, SCHEMA_NEUTRAL, c->set->arena, &errors);
	if (r == STATUTE_ENOMEM)
		c->failure = r;
	if (r != STATUTE_EINVAL)
		return;
	first = &errors.list[0];
	issues_warn(c->issues, value->at, NULL, "this default breaks its own schema: %s%.*s%s%c%.*s",
	            first->field.len ? "'" : "", STR_ARG(first->field), first->field.len ? "' " : "",
	            tolower((unsigned char)first->message.at[0]),
	            STR_ARG(str_sub(first->message, 1, first->message.len)));
}
