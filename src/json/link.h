/* How nodes join parents and leave them; internal to the room. */
#ifndef STATUTE_JSON_LINK_H
#define STATUTE_JSON_LINK_H

#include "json/json.h"

/* Makes `node` the last item of `array`. */
void json_link(struct json *array, struct json *node);
/* Makes `node` the item `index` (at most the count) of `array`. */
void json_insert(struct json *array, size_t index, struct json *node);
/* Puts `value` where the child `old` is in the list, or takes `old` out where it is NULL. Keeps no index. */
void json_relink(struct json *parent, struct json *old, struct json *value);
/*
 * Makes `member`, which has its name, the last member of `object`, and keeps the
 * index of names. Returns 0, STATUTE_EEXIST where the name is taken, or STATUTE_ENOMEM;
 * `object` is then as it was.
 */
STATUTE_CHECK int json_member_add(struct arena *arena, struct json *object, struct json *member);

/* What a tree weighs. */
struct json_weight {
	uint64_t nodes;
	uint64_t bytes; /* of nodes and texts */
	size_t depth;   /* of nested arrays and objects */
};
/* False where the tree is deeper than JSON_DEPTH_MAX. */
STATUTE_CHECK bool json_weigh(const struct json *node, struct json_weight *ret_weight);

#endif
