/*
 * YAML 1.2 into the tree that JSON becomes, with the place of every node.
 *
 * Scalars follow the core schema, with two safe exceptions: digits with a leading
 * zero (012, which older readers take as octal) stay text, and .inf and .nan are
 * refused, since JSON has no such numbers. An alias shares what its anchor holds;
 * the merge key "<<" is understood.
 */
#ifndef STATUTE_OPENAPI_YAML_H
#define STATUTE_OPENAPI_YAML_H

#include "json/source.h"

enum {
	YAML_DEPTH_MAX = 200, /* of nested collections, aliases followed */
	YAML_NODES_MAX = 4000000, /* values, each alias counted as all that it stands for */
};

/*
 * Parses one document of UTF-8 text without a byte order mark. `base` is added to
 * every position. Returns 0; STATUTE_EDOCUMENT with what is wrong in `issues`
 * (duplicate keys, tags and aliases all at once, a syntax error alone);
 * STATUTE_ENOMEM.
 */
STATUTE_CHECK int yaml_parse(struct arena *arena, struct str text, uint32_t base, struct issues *issues,
                             struct json **ret_root);

/*
 * Gives a string node, whose text lives in `arena`, the type that its tag names (the
 * short name, or {NULL, 0}), or where it has none and is plain, the one that the core
 * schema gives it. What does not fit is an issue at the node. Returns 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int yaml_resolve(struct arena *arena, struct json *node, struct str tag, bool is_plain,
                               struct issues *issues);

#endif
