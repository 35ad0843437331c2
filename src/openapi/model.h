/* From the checked tree to paths, operations, parameters, bodies and responses. Internal to the room. */
#ifndef STATUTE_OPENAPI_MODEL_H
#define STATUTE_OPENAPI_MODEL_H

#include "openapi/load.h"

/*
 * Fills the document's paths and operations. What is malformed was reported by the
 * check and is left out here; what only shows with everything together (a path
 * parameter that is not declared) becomes an issue. Returns 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int model_build(struct loader *loader, struct str base);

/* An object and the file that it stands in, $ref followed; node NULL where there is none. */
struct place {
	const struct json *node;
	struct str base;
};

struct place model_follow(const struct loader *loader, const struct json *node, struct str base);
/* A parameter of `node` (`in` and `name` are strings). */
STATUTE_CHECK int model_parameter(struct loader *loader, struct place place, struct parameter *ret_parameter);
/* The media types of a `content` map. */
STATUTE_CHECK int model_media(struct loader *loader, const struct json *content, struct str base,
                              struct media **ret_media, size_t *ret_count);
STATUTE_CHECK int model_body(struct loader *loader, struct place place, const struct request_body **ret_body);
STATUTE_CHECK int model_responses(struct loader *loader, const struct json *node, struct str base,
                                  struct operation *operation);

#endif
