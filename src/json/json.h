/*
 * JSON (RFC 8259) as a tree in an arena.
 *
 * Numbers stay the digits that came; strings are unescaped; members keep their
 * order; every node knows the bytes that it was read from, so that an error can
 * be pointed at. A parsed tree borrows the text it was parsed from (strings
 * without escapes and numbers are slices of it): both must live as long.
 * YAML documents become the same tree. Nothing here locks: one owner at a time,
 * and a tree that nobody changes may be read by many threads.
 */
#ifndef STATUTE_JSON_JSON_H
#define STATUTE_JSON_JSON_H

#include <statute/error.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_index;

struct json {
	struct json *next; /* the next item or member of the same parent */
	struct str name;   /* as a member of an object: its name, unescaped; else {NULL, 0} */
	uint32_t name_at;  /* byte where the name begins in the source */
	uint32_t at, end;  /* bytes [at, end) of the source; 0, 0 for a node that was made */
	uint32_t count;    /* items or members */
	enum json_type type;
	union {
		struct str text; /* JSON_STRING: the text; JSON_NUMBER: its digits as they came */
		struct {
			struct json *first, *last;
			struct json_index *index; /* by name, for large objects; else NULL */
		};
	};
};

struct json_limits {
	uint32_t depth; /* of nested arrays and objects */
	uint32_t nodes; /* values in all */
	uint32_t base;  /* added to every node's `at`, `end` and `name_at`: see json/source.h */
};
#define JSON_LIMITS_INIT { .depth = 128, .nodes = 1000000 }

/*
 * No tree is deeper, whatever a limit says: a deeper one is not parsed, fails the
 * buffer it is written to, is not copied (NULL) and equals nothing.
 */
enum { JSON_DEPTH_MAX = 1024 };

/* What was wrong with a text, and at which byte exactly (of the text, without `base`). */
struct json_fault {
	size_t at;
	const char *issue; /* static text: "expected ',' or '}' after a member" */
};

/*
 * Parses one whole text: strict RFC 8259, UTF-8 only, no byte order mark, no
 * duplicate member names, no lone surrogate escapes. Iterative: depth costs no stack.
 * Returns 0; STATUTE_ESYNTAX or STATUTE_ELIMIT with *ret_fault filled; STATUTE_ENOMEM.
 */
STATUTE_CHECK int json_parse(struct arena *arena, struct str text, const struct json_limits *limits,
                             struct json **ret_root, struct json_fault *ret_fault);

/* Line and column (both from 1; columns count code points) of byte `at` of `text`. */
void json_position(struct str text, size_t at, uint32_t *ret_line, uint32_t *ret_column);

/* Looking. All accept NULL and a node of another type, and then find nothing. */
struct json *json_get(const struct json *object, struct str name);
struct json *json_item(const struct json *array, size_t index);
static inline struct json *json_first(const struct json *parent)
{
	return parent && parent->type >= JSON_ARRAY ? parent->first : NULL;
}
static inline bool json_is(const struct json *node, enum json_type type)
{
	return node && node->type == type;
}
/* The text of a string node; {NULL, 0} for anything else. */
static inline struct str json_text(const struct json *node)
{
	return json_is(node, JSON_STRING) ? node->text : (struct str){ 0 };
}
static inline bool json_is_true(const struct json *node) { return json_is(node, JSON_TRUE); }
/* json_text(json_get(object, name)). */
struct str json_get_text(const struct json *object, struct str name);
/* "null", "boolean", "number", "string", "array", "object". */
const char *json_type_name(enum json_type type);
/* Loops over items or members. */
#define json_each(node, parent) \
	for (struct json *node = json_first(parent); node; node = node->next)

/* Making. Each returns NULL without memory. Texts are borrowed, not copied. */
struct json *json_new(struct arena *arena, enum json_type type);
struct json *json_new_string(struct arena *arena, struct str text);
struct json *json_new_int(struct arena *arena, int64_t value);
static inline struct json *json_new_bool(struct arena *arena, bool value)
{
	return json_new(arena, value ? JSON_TRUE : JSON_FALSE);
}
/* A copy of the whole tree below `node`; texts are still borrowed. The copy has no name and no next. */
struct json *json_copy(struct arena *arena, const struct json *node);

/*
 * Changing. `value` becomes part of the parent and must not be part of another.
 * A NULL value (a maker that had no memory) is passed through as STATUTE_ENOMEM;
 * a parent of another type is STATUTE_EINVAL. An object with an index keeps it in the
 * arena that it was first needed in: change a tree with the arena it lives in.
 */
STATUTE_CHECK int json_append(struct json *array, struct json *value);
/* Adds the member at the end, or replaces it at its place. */
STATUTE_CHECK int json_set(struct arena *arena, struct json *object, struct str name, struct json *value);
/* True where there was such a member. */
bool json_remove(struct json *object, struct str name);

/* Writing: compact, or indented by two spaces with a newline at the end. Numbers as they came. */
void json_write(struct buf *buf, const struct json *node);
void json_write_pretty(struct buf *buf, const struct json *node);
/*
 * A quoted and escaped string; also escapes U+2028 and U+2029, so that a log line
 * stays a line. Always UTF-8: a byte of `text` that is none becomes U+FFFD.
 */
void json_write_string(struct buf *buf, struct str text);

/* Equal as JSON Schema means it: 1.0 equals 1, members in any order. */
bool json_equal(const struct json *a, const struct json *b);

/*
 * Exact decimal arithmetic on the digits of RFC 8259 numbers of any size; no
 * answer depends on binary floating point. An exponent of billions costs no more;
 * past 10^18 it counts as 10^18.
 */
int json_number_cmp(struct str a, struct str b);
bool json_number_is_integer(struct str number);
enum { JSON_DIVISOR_DIGITS_MAX = 1000 };
/*
 * Is `number` a whole multiple of `divisor` (> 0)? A divisor of more significant
 * digits than the maximum divides nothing but zero.
 */
bool json_number_is_multiple(struct str number, struct str divisor);
/* False where the node is no whole number (1.0 and 1e2 are) or does not fit. */
bool json_to_i64(const struct json *node, int64_t *ret_value);
/* The nearest double; false where the node is no number. 1e400 is infinity. */
bool json_to_double(const struct json *node, double *ret_value);

#endif
