/*
 * The walk of one validation; internal to the room.
 *
 * A walk has three modes. FAST stops at the first failure and knows nothing
 * else: valid values never see another mode. COLLECT makes the list of errors.
 * PROBE goes all the way too but only weighs the failures, so that anyOf can
 * choose the branch whose errors are worth telling without making all of them.
 */
#ifndef STATUTE_SCHEMA_WALK_H
#define STATUTE_SCHEMA_WALK_H

#include "schema/program.h"

enum {
	WALK_DEPTH_MAX = 2000,        /* schemas within schemas, at one moment */
	WALK_STEPS_MAX = 10 * 1000000 /* schemas applied to values, in all */
};

enum walk_mode { WALK_FAST, WALK_PROBE, WALK_COLLECT };

/* Where in the instance the walk is: a list on the stack from here to the root. */
struct place {
	const struct place *up; /* NULL at the root */
	const struct json *node;
	size_t index;                /* of the node in its array or object */
	const struct schema *schema; /* the first one that was applied here */
};

/* The resources that were entered, innermost first: the dynamic scope (Core, section 7.1). */
struct scope {
	const struct scope *up;
	const struct schema_resource *resource;
};

enum { EVALUATED_WORDS = 4, EVALUATED_BITS = 64 };

/* The members or items of one value that schemas at its place have looked at. */
struct evaluated {
	size_t from; /* this many items at the front are */
	bool has_all;
	size_t words; /* of `more` */
	uint64_t few[EVALUATED_WORDS];
	uint64_t *more; /* past the few, in the arena, made when needed */
};

/* What a branch failed of. */
struct probe {
	const struct place *base;
	size_t errors, missing; /* missing: of these, members that are not there */
	bool is_other_type;     /* the value itself has a wrong type */
	bool is_other_tag;      /* a member of it is not the constant that the branch is known by */
	/* That member, and which rule says so; NULL where there are several, or what it holds is secret. */
	const struct json *tag;
	size_t tag_index;
	const struct rule *tag_rule;
};

struct walk {
	enum walk_mode mode;
	enum schema_direction direction;
	int failure;               /* STATUTE_ELIMIT, STATUTE_ENOMEM: nothing goes on */
	struct schema_error limit; /* says why, where it is STATUTE_ELIMIT */
	unsigned depth, steps;
	uint32_t pattern_steps; /* see pattern_match */
	const struct place *place;
	const struct scope *scope;
	struct evaluated *evaluated; /* of the value at this place; NULL where nobody asks */
	struct probe *probe;
	struct arena *arena;
	struct schema_errors *errors;
	size_t errors_cap;
	bool seeks_secrets;            /* and lists them here */
	struct schema_secret *secrets; /* values that must not be shown */
	size_t secret_count, secret_cap;
	bool hides_all; /* too many secrets to list, for errors */
};

/* Applies a schema to the value at the walk's place. */
bool walk_schema(struct walk *walk, const struct schema *schema, const struct json *node);
/* Applies a schema to a member or an item of the value at the walk's place. */
bool walk_child(struct walk *walk, const struct schema *schema, const struct json *child, size_t index);
/* True where the schema holds; the walk is not told of failures, and its evaluated values only count if it does. */
bool walk_test(struct walk *walk, const struct schema *schema, const struct json *node);
/* The value at the place, and all below it, must not be shown. */
void walk_keep_secret(struct walk *walk, bool is_password);
/* True where nothing but secrets is sought: then every rule is visited, whatever failed before. */
static inline bool walk_seeks_only_secrets(const struct walk *walk)
{
	return walk->seeks_secrets && !walk->errors;
}
/* Ends the walk with an error of the library; always false. */
bool walk_stop(struct walk *walk, int failure);
/* Ends it with STATUTE_ELIMIT and what the client is told. */
bool walk_limit(struct walk *walk, const char *code, const char *message);
/* True where failures after the first one matter. */
static inline bool walk_goes_on(const struct walk *walk)
{
	return (walk->mode != WALK_FAST || walk_seeks_only_secrets(walk)) && !walk->failure;
}

enum { WALK_TYPES_MAX = 96 };
/* "an integer, a string or null" of SCHEMA_TYPE_…, for a message. */
void walk_describe_types(unsigned types, char *text, size_t size);

/*
 * The value at the walk's place fails `rule`; always false, so that a check
 * returns it. The message is made by printf, and only where errors are collected.
 */
bool walk_fail(struct walk *walk, const struct rule *rule, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* A member that should be there is missing. */
bool walk_fail_missing(struct walk *walk, const struct rule *rule, struct str name, const char *code,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The member or item `child` of the value at the place must not be there. */
bool walk_fail_child(struct walk *walk, const struct rule *rule, const struct json *child, size_t index,
                     const char *code, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* The same where the schema itself is broken, not one of its rules: `type`, or `false`. */
bool walk_fail_schema(struct walk *walk, const struct schema *schema, const char *keyword, const char *code,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Evaluated values. They accept NULL: nobody asks. */
void evaluated_add(struct walk *walk, struct evaluated *evaluated, size_t index);
void evaluated_add_all(struct evaluated *evaluated);
bool evaluated_has(const struct evaluated *evaluated, size_t index);
void evaluated_merge(struct walk *walk, struct evaluated *into, const struct evaluated *from);

#endif
