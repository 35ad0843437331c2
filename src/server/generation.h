/*
 * A document as it is served: bound, with its store. A server has one at its start, and
 * one more for each document that is reloaded, while requests of the earlier ones go on.
 *
 *	generation_open ─────────────────────────────────────────────┐
 *	generation_prepare ── (readers) ── generation_adopt ─────────┤
 *	        │                              └─> generation_discard   (it was refused)
 *	        └─ generation_enter … generation_leave ─> the last one out ends it
 *
 * Only the newest one may be the last to be left, and then by generation_close.
 */
#ifndef STATUTE_SERVER_GENERATION_H
#define STATUTE_SERVER_GENERATION_H

#include <stdatomic.h>

#include <statute/server.h>

#include "openapi/bind.h"
#include "server/log_sink.h"
#include "server/published.h"
#include "server/scheme_keys.h"
#include "store/store.h"

enum { GENERATIONS_MAX = 16 };

struct generation {
	struct statute_document *public;
	struct document *document;  /* behind it */
	const struct api *api;
	struct store *store;
	const char *database;       /* its file, for what is told; borrowed */
	bool ignores_security;
	const char *dev_keys;       /* for schemes that name none, or NULL; borrowed */
	struct log_sink *sink;      /* for what happens between requests */
	struct scheme_keys keys;
	struct published published; /* its document for everybody */
	bool owns_document;         /* frees it at its end */
	atomic_size_t uses;         /* workers that serve it or have requests of it, and the server's own */
	atomic_size_t *alive;       /* of one server; each counts itself */
};

/* What is the same for all of one server. */
struct generation_options {
	const char *database;
	bool ignores_security;
	const char *dev_keys;
	struct log_sink *sink;
	atomic_size_t *alive;
};

/*
 * Binds the document and opens the database. What is wrong, and every warning, is added to
 * `problems`. The results of statute_server_new. One use is the caller's.
 */
STATUTE_CHECK int generation_open(struct statute_document *document, const struct generation_options *options,
                                  struct buf *problems, struct generation **ret_generation);
/*
 * Binds another document for the same database, without looking at that. Readers can be
 * made of its store, but nothing read. STATUTE_ELIMIT: GENERATIONS_MAX are alive.
 */
STATUTE_CHECK int generation_prepare(struct generation *newest, struct statute_document *document,
                                     struct buf *problems, struct generation **ret_generation);
/* Brings the database up to it: see store_adopt. From then on it is the newest and owns its document. */
STATUTE_CHECK int generation_adopt(struct generation *generation, struct buf *problems);
/* Ends one that was prepared and not adopted. No reader is left. The document stays the caller's. */
void generation_discard(struct generation *generation);

/* Any thread. */
static inline void generation_enter(struct generation *generation)
{
	atomic_fetch_add(&generation->uses, 1);
}
/* Any thread; does not wait. The last one out ends it, on the store's thread. */
void generation_leave(struct generation *generation);
/* Ends the newest one and its database, when nothing else uses it. Accepts NULL. */
void generation_close(struct generation *generation);

#endif
