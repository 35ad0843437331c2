/* How members join objects; internal to the room. */
#ifndef STATUTE_JSON_MEMBER_H
#define STATUTE_JSON_MEMBER_H

#include "json/json.h"

/* Makes `node` the last item of `array`. */
void json_link(struct json *array, struct json *node);
/*
 * Makes `member`, which has its name, the last member of `object`, and keeps the
 * index of names. Returns 0, STATUTE_EEXIST where the name is taken, or STATUTE_ENOMEM;
 * `object` is then as it was.
 */
STATUTE_CHECK int json_member_add(struct arena *arena, struct json *object, struct json *member);

#endif
