/*
 * What can be answered, computed from the graph, and held against what the document
 * mentions. Internal to the room; <statute/routes.h> is its public face.
 */
#ifndef STATUTE_OPENAPI_ANSWERS_H
#define STATUTE_OPENAPI_ANSWERS_H

#include <statute/routes.h>

#include "base/map.h"
#include "openapi/bind.h"

enum { ANSWER_NODES_MAX = 8 };

/* A verdict, and the rows that it can come from; beyond so many the further ones are left out. */
struct found_answer {
	int status;
	const char *code; /* static text */
	const char *nodes[ANSWER_NODES_MAX]; /* "H03a"; static texts */
	size_t node_count;
};

/* Each once, by status, then in the order of the graph's page. */
struct found_answers {
	struct found_answer *list;
	size_t count;
};

/* Kept over the operations of one document: many of them have the same facts, and their walk costs milliseconds. */
struct answer_finder {
	struct arena *arena;           /* of all results */
	const struct api *api;
	struct map by_facts;           /* -> struct found_answers */
	struct found_answers anywhere; /* errors that need no operation */
	struct found_answers elsewhere;
};

/* Of an API that was bound. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int answers_init(struct answer_finder *finder, struct arena *arena, const struct api *api);
/* What facts that the route alone settles leave open, but for `anywhere`. NULL without memory. */
const struct found_answers *answers_reachable(struct answer_finder *finder, const struct statute_facts *facts);
/* What `bound` can answer and what its document says of it. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int answers_find(struct answer_finder *finder, const struct bound_operation *bound,
                               struct statute_answers *ret_answers);
/* Adds what a part of an atomic batch can fail with; the list has room for it. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int answers_add_parts(struct answer_finder *finder, struct statute_answers *answers);
enum { ANSWERS_OF_PARTS_MAX = 100 }; /* statuses of errors */
/* The public form of `anywhere` and `elsewhere`. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int answers_list(struct answer_finder *finder, const struct found_answers *found,
                               struct statute_answers *ret_answers);

#endif
