/*
 * One parameter of one request: its texts, as they were sent, and the values
 * that they can mean. Internal to the room.
 */
#ifndef STATUTE_OPENAPI_READING_H
#define STATUTE_OPENAPI_READING_H

#include "openapi/parameters.h"

/* A name=value of a query or of a Cookie field. */
struct text_pair {
	struct str name; /* decoded */
	struct str value; /* as sent */
	bool is_used; /* some parameter took it */
};

struct text_pairs {
	struct text_pair *list;
	size_t count, cap;
};

enum { READING_PAIRS_MAX = 1000, READING_TOKENS_MAX = 8 };

struct reading {
	struct arena *arena;
	const struct operation *operation;
	const struct parameter *parameter;
	struct text_pairs *pairs; /* of the query or the cookies; NULL for paths and headers */
	struct str *values; /* every text of this name, as sent */
	size_t count;
	bool is_not_utf8; /* some text decodes to bytes that are no UTF-8 */
	bool is_duplicate; /* a member or an index came twice */
	int failure; /* STATUTE_ENOMEM */
};

/* A value's schema (NULL: not known) and the types that it may have. */
struct typed {
	const struct schema *schema;
	unsigned types;
};

struct typed typed_schema(const struct schema *schema);
struct typed typed_items(const struct schema *array);
struct typed typed_member(const struct schema *object, struct str name);
/* True where nothing but this type, or null, is allowed. */
bool typed_is_only(struct typed typed, unsigned types);

/* A new node; NULL and `failure` without memory. */
struct json *reading_new(struct reading *reading, enum json_type type);
/* Decodes a text as its place demands; {NULL, 0} and `failure` without memory. Never NULL otherwise. */
struct str reading_decode(struct reading *reading, struct str raw);
/*
 * The value of one text: null where it is empty and null is allowed, else a string,
 * number or boolean, the first of those allowed that the schema accepts; a string
 * where none fits, which validation then refuses. With `guesses` a schema that is not
 * known takes numbers and booleans for what they look like. NULL without memory.
 */
struct json *reading_scalar(struct reading *reading, struct typed typed, struct str raw, bool guesses);

/* Readings of the texts by the parameter's style; NULL where they cannot be read so, or without memory. */
struct json *reading_array(struct reading *reading, struct typed typed, bool guesses);
struct json *reading_object(struct reading *reading, struct typed typed, bool guesses);
/* The one text of a scalar, without the '.' or ';name=' of its style; false where there is none. */
bool reading_text(const struct reading *reading, struct str *ret_raw);
/* name[key]=value: the whole of it; NULL where no such name came. */
struct json *reading_deep(struct reading *reading, struct typed typed);
/* Do members of an exploded object stand under their own names? Marks them used; returns how many. */
size_t reading_exploded_members(struct reading *reading, struct typed typed, struct text_pair ***ret_members);

#endif
