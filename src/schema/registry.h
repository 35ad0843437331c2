/*
 * Which documents there are and what their identifiers name; internal to the room.
 *
 * A document is scanned once, when it is added: every $id in it begins a resource
 * of its own, and every $anchor and $dynamicAnchor belongs to the resource that
 * it stands in (JSON Schema Core, section 8.2).
 */
#ifndef STATUTE_SCHEMA_REGISTRY_H
#define STATUTE_SCHEMA_REGISTRY_H

#include "schema/program.h"

/* What a keyword's value looks like, and where in it schemas stand. */
enum shape {
	SHAPE_SCHEMA,
	SHAPE_SCHEMA_LIST,
	SHAPE_SCHEMA_MAP,
	SHAPE_PATTERN_MAP,
	SHAPE_DEPENDENCY_MAP,
	SHAPE_BOOLEAN,
	SHAPE_COUNT,
	SHAPE_NUMBER,
	SHAPE_POSITIVE,
	SHAPE_STRING,
	SHAPE_URI,
	SHAPE_PATTERN,
	SHAPE_TYPE,
	SHAPE_TYPES,
	SHAPE_NAMES,
	SHAPE_NAMES_MAP,
	SHAPE_BOOLEAN_MAP,
	SHAPE_LIST,
	SHAPE_ANY
};

enum { DIALECT_NEW = 1u << 0, DIALECT_OLD = 1u << 1, DIALECT_ALL = DIALECT_NEW | DIALECT_OLD };

struct keyword_row {
	struct str name;
	enum vocabulary vocabulary;
	enum shape shape;
	unsigned dialects;
};
extern const struct keyword_row keyword_rows[KEYWORD_COUNT];

struct schema_set {
	struct arena *arena;
	enum schema_dialect dialect;
	bool asserts_format;
	schema_fetch *fetch;
	void *fetch_data;
	struct map keywords;  /* name: its row in 2020-12 */
	struct map resources; /* URI: struct schema_resource */
	struct map roots;     /* address of a resource's root: struct schema_resource */
	struct map schemas;   /* address of a node: struct schema */
	struct map patterns;  /* text: struct pattern */
	int failure;          /* once half a thing was made, nothing more is */
};

/* A place that a reference leads to. */
struct target {
	const struct json *node;
	struct schema_resource *resource;
	struct str location;
	struct str anchor; /* the name of the anchor that led there, or empty */
	bool is_dynamic;   /* the anchor is a $dynamicAnchor */
};

/* The key of a node in `roots` and `schemas`: the pointer that `place` holds, which must stay there. */
static inline struct str registry_key(const struct json *const *place)
{
	return str_of((const char *)place, sizeof(*place));
}

/*
 * The location with "/keyword" and, where there is one, "/name" appended, in the
 * set's arena; {NULL, 0} without memory.
 */
struct str registry_location(struct schema_set *set, struct str location, struct str keyword,
                             struct str name);
/* The resource whose root is `node`, or NULL. */
struct schema_resource *registry_resource(const struct schema_set *set, const struct json *node);
/*
 * The resource whose root `node` is to be, where it has an $id but stands where no
 * schema was expected; `parent` itself where it has none. Returns 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int registry_adopt(struct schema_set *set, const struct json *node,
                                 struct schema_resource *parent, struct str location,
                                 struct schema_resource **ret_resource);
/* Where `node` stands in the document of `base`: STATUTE_ENOTFOUND where there is no such document. */
STATUTE_CHECK int registry_place(struct schema_set *set, struct str base, const struct json *node,
                                 struct target *ret_target);
/* What `reference`, which stands in `resource`, names: 0, STATUTE_ENOTFOUND, STATUTE_ENOMEM. */
STATUTE_CHECK int registry_resolve(struct schema_set *set, const struct schema_resource *resource,
                                   struct str reference, struct target *ret_target);
/* The resource of an absolute URI, fetched where it must be: 0, STATUTE_ENOTFOUND, STATUTE_ENOMEM. */
STATUTE_CHECK int registry_find(struct schema_set *set, struct str uri,
                                struct schema_resource **ret_resource);
/*
 * Finds what vocabularies the resource has: those of the meta-schema that it or
 * what it is embedded in names in $schema. Problems are issues.
 */
STATUTE_CHECK int registry_read_dialect(struct schema_set *set, struct schema_resource *resource,
                                        struct issues *issues);

/*
 * Our meta-schema of 2020-12, or of one of its vocabularies, where `uri` is one
 * of theirs; else *ret_root is NULL. Returns 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int metaschema_make(struct schema_set *set, struct str uri, const struct json **ret_root);
bool metaschema_is_known(struct str uri);

#endif
