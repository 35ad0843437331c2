/* How schemas are combined; internal to the room. */
#ifndef STATUTE_SCHEMA_COMBINATION_H
#define STATUTE_SCHEMA_COMBINATION_H

#include "schema/program.h"

enum combination { COMBINATION_NONE, COMBINATION_REF, COMBINATION_ALL, COMBINATION_ANY, COMBINATION_ONE };

/* Which combination a rule is; its schemas are then rule->schemas, or rule->schema for a $ref. */
enum combination combination_of(const struct rule *rule);

/*
 * Of branches that all fail at this place, the one whose errors say what the
 * client meant to send, or NULL where none stands out; *ret_is_about_types then
 * says whether each is for another type of value.
 */
const struct schema *branch_choose(struct walk *walk, const struct schema_list *branches,
                                   const struct json *node, bool *ret_is_about_types);

#endif
