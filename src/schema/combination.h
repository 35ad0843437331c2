/* How schemas are combined; internal to the room. */
#ifndef STATUTE_SCHEMA_COMBINATION_H
#define STATUTE_SCHEMA_COMBINATION_H

#include "schema/program.h"

enum combination { COMBINATION_NONE, COMBINATION_REF, COMBINATION_ALL, COMBINATION_ANY, COMBINATION_ONE };

/* Which combination a rule is; its schemas are then rule->schemas, or rule->schema for a $ref. */
enum combination combination_of(const struct rule *rule);

struct branch_choice {
	const struct schema *best; /* NULL where none stands out; what follows is about that case */
	bool is_about_types;       /* each is for another type of value */
	/* The one member whose value belongs to no branch, with all values that do; NULL where there is none. */
	const struct json *tag;
	size_t tag_index;
	struct enumeration tags; /* only where errors are collected */
};

/* Of branches that all fail at this place, the one whose errors say what the client meant to send. */
struct branch_choice branch_choose(struct walk *walk, const struct schema_list *branches,
                                   const struct json *node);

#endif
