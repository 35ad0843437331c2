/* The values that `enum` and `const` allow; internal to the room. */
#ifndef STATUTE_SCHEMA_CONSTANTS_H
#define STATUTE_SCHEMA_CONSTANTS_H

#include "schema/program.h"

enum {
	CONSTANTS_TEXT_MAX = 816,  /* bytes that hold every description */
	CONSTANTS_JOINED_MAX = 100 /* more than a description shows */
};

/* "pending, paid" into `text`; what does not fit is "…". */
void constants_describe(struct arena *arena, const struct enumeration *values, char *text, size_t size);
/* What the rule allows, without an index; nothing where it is neither `enum` nor `const`. */
struct enumeration constants_of(const struct rule *rule);
/* Adds to `into`, whose list is `arena`'s or empty, the values of `from` that it lacks, up to the maximum. */
STATUTE_CHECK int constants_join(struct arena *arena, struct enumeration *into,
                                 const struct enumeration *from);

#endif
