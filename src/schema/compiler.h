/*
 * How keywords are read into rules; internal to the room.
 *
 * The compiler has no recursion: a schema that another one needs is put in a
 * queue, and its address is known at once. Readers are called in the order in
 * which their rules are to be checked.
 */
#ifndef STATUTE_SCHEMA_COMPILER_H
#define STATUTE_SCHEMA_COMPILER_H

#include "schema/registry.h"
#include "schema/walk.h"

struct compiler {
	struct schema_set *set;
	struct issues *issues;
	struct compile_round *round;
	struct schema *first, *last; /* the schemas of the round; from `at` on they are still to be read */
	struct schema *at;
	struct schema_resource *resource; /* of the schema that is read, to be changed */
	/* What the schema that is read has of each keyword, well-formed; else NULL. */
	const struct json *values[KEYWORD_COUNT];
	struct rule *rules; /* made so far */
	size_t rule_count;
	int failure; /* STATUTE_ENOMEM */
};

/* A reader: looks at compiler->values and adds the rules of `schema`. */
typedef void schema_reader(struct compiler *compiler, struct schema *schema);
schema_reader read_type, read_constants, read_number, read_string, read_array, read_object, read_references,
	read_combinations, read_condition, read_dependencies, read_unevaluated;

/* Adds a rule; NULL without memory (compiler->failure says so). `keyword` names it in errors. */
struct rule *compiler_rule(struct compiler *compiler, struct schema *schema, enum keyword keyword,
                           unsigned applies, rule_check *check);
/* Zeroed memory of the set; NULL without (compiler->failure says so). */
void *compiler_alloc(struct compiler *compiler, size_t count, size_t size);
/* The schema at `node`, which is the value of the keyword; NULL where there is no such value or no memory. */
const struct schema *compiler_child(struct compiler *compiler, const struct schema *schema,
                                    enum keyword keyword);
/* The schema at `node`, below the keyword under `name`. */
const struct schema *compiler_grandchild(struct compiler *compiler, const struct schema *schema,
                                         enum keyword keyword, const struct json *node, struct str name);
/* The schemas in the keyword's list. */
struct schema_list compiler_list(struct compiler *compiler, const struct schema *schema,
                                 enum keyword keyword);
/* The schema at a place anywhere, compiled once; NULL without memory. */
struct schema *compiler_schema(struct compiler *compiler, const struct json *node,
                               struct schema_resource *resource, struct str location);
/* The texts of an array of strings. */
struct names compiler_names(struct compiler *compiler, const struct json *list);
/* The pattern, compiled once for equal texts; NULL where it is broken (an issue at `at`) or without memory. */
const struct pattern *compiler_pattern(struct compiler *compiler, struct str text, uint32_t at);
/* The value of a COUNT keyword; false where there is none. Past what 64 bits hold is UINT64_MAX. */
bool compiler_count(const struct compiler *compiler, enum keyword keyword, uint64_t *ret_count);
/* True where `format` asserts in the schema that is read. */
bool compiler_asserts_format(const struct compiler *compiler);

/* True where `value` looks as the row wants; else there is an issue. */
bool shape_check(struct compiler *compiler, const struct keyword_row *row, const struct json *value);
/* SCHEMA_TYPE_… of a type's name, number without integer; 0 where it is none. */
unsigned shape_type(struct str name);

/* Warnings about what is allowed but hardly meant, in the dialects of OpenAPI: advice.c. */
void advise_on_keywords(struct compiler *compiler, const struct schema *schema);
/* Once the schema can validate. */
void advise_on_default(struct compiler *compiler, const struct schema *schema);

/* Finds what the schemas of the round say through $ref and allOf: facts.c, members.c. */
void facts_find(struct compiler *compiler, struct schema *schema);
void members_find(struct compiler *compiler, struct schema *schema);

#endif
