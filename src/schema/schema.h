/*
 * JSON Schema 2020-12, and OpenAPI 3.0's older dialect of it, compiled once and
 * asked often.
 *
 * A set knows the documents; schemas anywhere in them are compiled to programs
 * that live in the set's arena and are immutable: after the last compile many
 * threads may validate with them at once. A validation reports every error, each
 * with pointer, code, message and the value, never only the first.
 */
#ifndef STATUTE_SCHEMA_SCHEMA_H
#define STATUTE_SCHEMA_SCHEMA_H

#include "json/json.h"
#include "json/source.h"

struct schema;
struct schema_set;

enum schema_dialect {
	SCHEMA_2020_12,     /* as the specification says: `format` annotates */
	SCHEMA_OPENAPI_3_1, /* the same, with `format` asserted, and readOnly, writeOnly */
	SCHEMA_OPENAPI_3_0  /* nullable, boolean exclusiveMinimum and -Maximum, siblings of $ref ignored */
};

/* Finds the document of an absolute URI (without fragment) that was not added; NULL where there is none. */
typedef const struct json *schema_fetch(void *data, struct str uri);

/* `arena` is the process's, and gets everything that is compiled. */
STATUTE_CHECK int schema_set_new(struct arena *arena, enum schema_dialect dialect,
                                 struct schema_set **ret_set);
void schema_set_fetch(struct schema_set *set, schema_fetch *fetch, void *data);
/* In the 2020-12 dialect `format` asserts too when this is set. */
void schema_set_assert_format(struct schema_set *set, bool asserts);
/*
 * Makes a document known under its URI: $id, $anchor and $dynamicAnchor below
 * `root` are found now, and "uri#/pointer" resolves into it.
 */
STATUTE_CHECK int schema_set_add(struct schema_set *set, struct str uri, const struct json *root);

/*
 * Compiles the schema at `node`, which lies in the document added as `base`.
 * The same node is compiled once. What is wrong in it goes to `issues` at its
 * position (unknown type, broken pattern, a $ref that names nothing, …), and the
 * result is STATUTE_EDOCUMENT; all problems at once.
 */
STATUTE_CHECK int schema_compile(struct schema_set *set, struct str base, const struct json *node,
                                 struct issues *issues, const struct schema **ret_schema);

/* Who sends the instance: decides what readOnly and writeOnly mean (OpenAPI). */
enum schema_direction {
	SCHEMA_NEUTRAL, /* readOnly and writeOnly only annotate */
	SCHEMA_REQUEST, /* a readOnly member is an error READ_ONLY, and not required */
	SCHEMA_STORED   /* a whole resource as the store holds it: writeOnly members are not required */
};

struct schema_error {
	struct str pointer; /* of the value in the instance, RFC 6901; "" is the whole */
	struct str field;   /* the same as people write it: "items[0].name"; empty for the whole */
	struct str code;    /* MIN_VALUE, REQUIRED, …: a row of problem/validation.def */
	struct str message; /* "Must be at least 1" */
	/* A scalar; NULL where it is missing, an array or object, or secret (writeOnly, format: password). */
	const struct json *value;
	struct str keyword; /* pointer of the keyword in the schema */
};

struct schema_errors {
	struct schema_error *list;
	size_t count;
	size_t dropped; /* beyond SCHEMA_ERRORS_MAX */
};
enum { SCHEMA_ERRORS_MAX = 200 };

/*
 * 0 where the instance is valid (*ret_errors is then empty); STATUTE_EINVAL with
 * all errors; STATUTE_ELIMIT where a pattern or recursion cost too much to know (one
 * error says so); STATUTE_ENOMEM. `ret_errors` may be NULL: then the first failure ends
 * it. Errors live as long as `arena`, the schema and the instance. A valid instance takes
 * nothing from `arena`, but for long arrays of uniqueItems and objects or arrays of more
 * than 256 parts under unevaluated…, which take some bytes a part.
 */
STATUTE_CHECK int schema_validate(const struct schema *schema, const struct json *instance,
                                  enum schema_direction direction, struct arena *arena,
                                  struct schema_errors *ret_errors);

/* A value that must not come back: a schema that applies to it says writeOnly, or format: password. */
struct schema_secret {
	struct str pointer; /* RFC 6901; "" is the whole instance */
	bool is_password;
};

/*
 * The secrets of an instance, wherever its schema places them; a value may be listed
 * more than once. Of anyOf, oneOf and if the branches that hold count, and where none
 * holds, all. Schema NULL has none. 0; STATUTE_ELIMIT where that costs too much;
 * STATUTE_ENOMEM. The list lies in `arena`.
 */
STATUTE_CHECK int schema_secrets(const struct schema *schema, const struct json *instance,
                                 struct arena *arena, struct schema_secret **ret_list, size_t *ret_count);

/*
 * What a schema says about its value, seen through $ref and allOf. A NULL schema
 * allows anything: of any type, with no declared members, items or node.
 */
enum {
	SCHEMA_TYPE_NULL = 1u << 0,
	SCHEMA_TYPE_BOOLEAN = 1u << 1,
	SCHEMA_TYPE_INTEGER = 1u << 2,
	SCHEMA_TYPE_NUMBER = 1u << 3,
	SCHEMA_TYPE_STRING = 1u << 4,
	SCHEMA_TYPE_ARRAY = 1u << 5,
	SCHEMA_TYPE_OBJECT = 1u << 6,
	SCHEMA_TYPE_ANY = 0x7F
};

struct schema_member {
	struct str name;
	const struct schema *schema;
	const struct json *node; /* the member's own schema, as written (a $ref is followed) */
	unsigned types;          /* as schema_types says it */
	struct str format;
	const struct json *default_value;                           /* or NULL */
	bool is_required, is_read_only, is_write_only, is_password; /* is_password: format: password */
};

/* The declared members of an object schema in document order; 0 for anything else. Compiled once: no allocation. */
size_t schema_members(const struct schema *schema, const struct schema_member **ret_members);
const struct schema_member *schema_member(const struct schema *schema, struct str name);
/*
 * SCHEMA_TYPE_… that the schema allows; `enum`, `const` and all branches of anyOf and
 * oneOf count too. A number is NUMBER alone, a whole one INTEGER alone; only where
 * anything is allowed (SCHEMA_TYPE_ANY) are both set.
 */
unsigned schema_types(const struct schema *schema);
/* The schema of an array's items (`items`), or NULL. */
const struct schema *schema_items(const struct schema *schema);
/* The node it was compiled from, $ref followed. */
const struct json *schema_node(const struct schema *schema);
/*
 * Adds to `object` (and to objects within it) every missing member that has a
 * `default`, copied into `arena`; readOnly ones are left out where `writable_only`.
 */
STATUTE_CHECK int schema_fill_defaults(const struct schema *schema, struct arena *arena, struct json *object,
                                       bool writable_only);

#endif
