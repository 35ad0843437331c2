/* Equal items of an array; internal to the room. */
#ifndef STATUTE_SCHEMA_UNIQUE_H
#define STATUTE_SCHEMA_UNIQUE_H

#include "json/json.h"

/*
 * 1 and the indexes of two equal items; 0 where all differ; STATUTE_ENOMEM. In
 * time linear in the size of the array; a table in `arena` for more than a few items.
 */
STATUTE_CHECK int unique_find_repeat(const struct json *array, struct arena *arena, size_t *ret_first,
                                     size_t *ret_second);

#endif
