/*
 * The document as everybody may read it: one JSON text that needs no other file, with what
 * each operation can answer. Internal to the room, but for publish_document.
 *
 * What is left out: every extension ("x-…"), since those speak to programs and not to clients, and
 * comments. What is added: a response for each status that can come (see
 * complete.h), and at the root
 *
 *	x-refs     what the document took from other files, so that each $ref stays within
 *	x-served   the base path; of each operation ("GET /users") its answers, and why it gives them;
 *	           those that need no operation; the rows of the graph, statuses and codes in words
 */
#ifndef STATUTE_OPENAPI_PUBLISH_H
#define STATUTE_OPENAPI_PUBLISH_H

#include "openapi/bind.h"

/*
 * Appends the text to `buf`. `arena` is for work and may be freed after. Any thread: neither
 * document nor api changes. 0 or STATUTE_ENOMEM, also where buf failed.
 */
STATUTE_CHECK int publish_document(struct arena *arena, const struct document *document, const struct api *api,
                                   struct buf *buf);

/* ---- publish_served.c ---------------------------------------------------- */

struct statute_answers;

/* The value of x-served. `answers` are those of each operation, by index. Without memory the buffer fails. */
void publish_served(struct arena *arena, const struct document *document,
                    const struct statute_answers *answers, const struct statute_answers *anywhere,
                    const struct statute_answers *elsewhere, struct buf *buf);

#endif
