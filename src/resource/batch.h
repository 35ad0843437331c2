/* A batch while it is worked on: what the files of it share. Nobody else includes it. */
#ifndef STATUTE_RESOURCE_BATCH_H
#define STATUTE_RESOURCE_BATCH_H

#include "exchange/part.h"
#include "resource/resource.h"

struct batch_part {
	struct exchange x;
	const struct exchange_kind *kind; /* that it began with */
	struct str id;                    /* as its client calls it; at NULL: not at all */
	bool is_over;                     /* answered before the transaction */
	bool awaits_hash;                 /* of a password, which was found missing when all else was done */
};

enum { BATCH_NONE_FAILED = SIZE_MAX };

/* x->kind_data of a batch. */
struct batching {
	struct exchange *x;
	struct exchange_host host; /* of the parts */
	struct batch_part *parts;
	size_t count;
	size_t admitted;                     /* parts that are, from the first on */
	size_t failed;                       /* atomic: the part that failed, or BATCH_NONE_FAILED */
	bool has_written;   /* some part did, in this round */
	bool was_submitted;                  /* the store has it, or had no room for it */
	bool was_done;                       /* and is done with it */
	void (*work)(struct exchange *part); /* that a part wants done on another thread, */
	struct exchange *worker;             /* and which */
	struct str content;                  /* the answer to the whole */
};

static inline bool batch_is_atomic(const struct exchange *x)
{
	const struct batch *said = x->bound->special.said;

	return said->is_atomic;
}

/* batch_part.c: what the content says. Makes the parts, and sets SCHEMA_HOLDS. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int batch_read_parts(struct batching *batch);

/* batch_answer.c: what goes back. */
/* {"responses": […]} in x's arena; parts behind `failed` were not done. {NULL, 0} without memory. */
struct str batch_write_responses(const struct batching *batch);
/* Makes the error of the whole from that of the part that failed. */
void batch_explain_failure(struct batching *batch);

/* Memory is the batch's; a part has it while something is called for it. */
static inline void batch_lend(struct batching *batch, struct exchange *part)
{
	part->arena = batch->x->arena;
	batch->x->arena = (struct arena){ .failed = false };
}
static inline void batch_take_back(struct batching *batch, struct exchange *part)
{
	batch->x->arena = part->arena;
	part->arena = (struct arena){ .failed = false };
}

#endif
