/*
 * What schemas are compiled to; internal to the room.
 *
 * A schema is a flat list of rules in a good order: what is cheap and local
 * first, then members and items, then other schemas at the same place, and what
 * looks at leftovers last. Each rule names the types of JSON that it looks at.
 * Immutable once schema_compile has returned.
 */
#ifndef STATUTE_SCHEMA_PROGRAM_H
#define STATUTE_SCHEMA_PROGRAM_H

#include "base/map.h"
#include "schema/schema.h"

enum keyword {
#define K(id, name, vocabulary, shape, dialects) KEYWORD_##id,
#include "schema/keyword.def"
#undef K
	KEYWORD_COUNT
};

enum vocabulary {
#define V(id, name) VOCABULARY_##id,
#include "schema/vocabulary.def"
#undef V
	VOCABULARY_COUNT
};

/* The types of JSON as a set: 1u << json_type. */
enum {
	ON_NULL = 1u << JSON_NULL,
	ON_BOOLEAN = 1u << JSON_FALSE | 1u << JSON_TRUE,
	ON_NUMBER = 1u << JSON_NUMBER,
	ON_STRING = 1u << JSON_STRING,
	ON_ARRAY = 1u << JSON_ARRAY,
	ON_OBJECT = 1u << JSON_OBJECT,
	ON_ANY = 0x7F
};

struct walk;
struct rule;
struct pattern;
struct format;

/* True where the value holds to the rule; else the walk was told. */
typedef bool rule_check(struct walk *walk, const struct rule *rule, const struct json *node);

struct schema_list {
	const struct schema **list;
	size_t count;
};

struct names {
	const struct str *list;
	size_t count;
};

/* enum: the values as they stand; texts also by content where there are many. */
struct enumeration {
	const struct json **list;
	size_t count;
	struct map texts;
};

struct property {
	struct str name;
	const struct schema *schema;
};

struct pattern_property {
	const struct pattern *pattern;
	const struct schema *schema;
};

/* properties, patternProperties and additionalProperties, which depend on each other. */
struct member_rules {
	struct property *properties;
	size_t count;
	struct map by_name; /* of many properties: pointers into the list */
	struct pattern_property *patterns;
	size_t pattern_count;
	const struct schema *additional; /* or NULL */
};

/* prefixItems and items. */
struct item_rules {
	struct schema_list prefix;
	const struct schema *rest; /* or NULL */
};

struct contains_rule {
	const struct schema *schema;
	uint64_t min, max;
	bool has_max;
};

struct condition {
	const struct schema *test, *then, *otherwise; /* the last two or NULL */
};

/* dependentRequired, dependentSchemas: what the presence of a member brings. */
struct dependency {
	struct str name;
	struct names names;
	const struct schema *schema; /* or NULL */
};

struct dependency_list {
	struct dependency *list;
	size_t count;
};

/* $dynamicRef: the outermost resource that has this anchor, else `schema`. */
struct dynamic_ref {
	struct str anchor;
	const struct schema *schema;
};

struct rule {
	rule_check *check;
	const struct schema *owner;
	const char *keyword;
	unsigned applies; /* ON_… */
	union {
		struct str number;
		uint64_t count;
		const struct json *value;
		const struct enumeration *enumeration;
		const struct pattern *pattern;
		const struct format *format;
		const struct schema *schema;
		struct schema_list schemas;
		struct names names;
		const struct member_rules *members;
		const struct item_rules *items;
		const struct contains_rule *contains;
		const struct condition *condition;
		const struct dependency_list *dependencies;
		const struct dynamic_ref *dynamic;
	};
};

struct anchor {
	const struct json *node;
	struct str location;
	bool is_dynamic;
	const struct schema *schema; /* of a dynamic one, once its resource is in use */
};

/* A schema resource: what an $id names, or a whole document (Core, section 4.3.5). */
struct schema_resource {
	struct str uri; /* absolute, without a fragment */
	const struct json *root;
	struct str location;            /* pointer of the root in its document */
	struct schema_resource *parent; /* that it is embedded in, or NULL */
	struct map anchors;             /* struct anchor */
	unsigned vocabularies;          /* 1u << VOCABULARY_…, once in use */
	bool is_in_use;
};

/* One call of schema_compile, for what it compiled. */
struct compile_round {
	bool has_failed;
};

enum facts_state { FACTS_NONE, FACTS_BEGUN, FACTS_KNOWN };

struct schema {
	const struct rule *rules;
	uint32_t rule_count;
	uint8_t accepts;            /* ON_…: what `type` allows */
	bool is_integer;            /* of numbers only whole ones */
	uint8_t own_types;          /* the same as SCHEMA_TYPE_… */
	bool is_false;              /* the schema `false` */
	bool tracks;                /* it has an unevaluated… keyword */
	bool is_secret;             /* writeOnly or format: password, through $ref and allOf */
	const struct schema *alias; /* it is nothing but a $ref to this one, or NULL */
	const struct schema_resource *resource;

	/* What it was made from. */
	const struct json *node;
	struct str location; /* pointer of `node` in its document */
	struct compile_round *round;
	struct schema *next; /* in the queue, then in the round */

	/* What it says through $ref and allOf: facts.c. */
	enum facts_state state;
	bool is_read_only, is_write_only, is_password;
	unsigned types; /* a number is INTEGER and NUMBER here */
	struct str format;
	const struct json *default_value;
	const struct schema *items;
	const struct schema *target;            /* where $ref leads, or itself */
	struct names required;                  /* its own */
	const struct member_rules *own_members; /* or NULL */
	bool knows_members;
	struct schema_member *members;
	size_t member_count;
	struct map members_by_name; /* pointers into the list, of many */
};

enum { SCHEMA_FEW_NAMES = 8 }; /* up to here a list is searched from its front */

/* The property of this name, or NULL. `*cursor` is where to look first: members mostly come in order. */
const struct property *member_rules_find(const struct member_rules *rules, struct str name, size_t *cursor);

/* SCHEMA_TYPE_… as schema.h tells them: a number is NUMBER alone, unless anything is allowed. */
static inline unsigned types_to_tell(unsigned types)
{
	return types != SCHEMA_TYPE_ANY && types & SCHEMA_TYPE_NUMBER ? types & ~(unsigned)SCHEMA_TYPE_INTEGER
	                                                              : types;
}

#endif
