/* Several writes as one: jobs whose parts are written in `run`, in order. */
#ifndef STATUTE_TEST_STORE_SEVERAL_H
#define STATUTE_TEST_STORE_SEVERAL_H

#include "unit/store/fixture.h"

enum { PARTS_MAX = 8 };

struct several {
	struct job job; /* first: job_done finds it */
	struct job parts[PARTS_MAX];
	size_t count;
	bool is_undone; /* `run` takes back what the parts did */
	unsigned runs;
	struct store_page page;   /* of the users, as the last part left them */
	struct store_row row;     /* user 1, likewise */
};

static inline enum store_outcome several_run(struct store_write *write, struct store_session *session)
{
	struct several *several = write->data;
	const struct collection *users = write->collection;
	const struct store_query query = { .collection = users, .limit = 10 };
	enum store_outcome outcome;

	several->runs++;
	for (size_t i = 0; i < several->count; i++)
		if (!store_session_write(session, &several->parts[i].write))
			return several->parts[i].write.outcome;
	outcome = store_session_list(session, &query, write->arena, &several->page);
	if (outcome == STORE_DONE)
		outcome = store_session_get(session, users, S("1"), NULL, 0, write->arena, &several->row);
	if (outcome != STORE_DONE && outcome != STORE_ABSENT)
		return outcome;
	return several->is_undone ? STORE_REFUSED : STORE_DONE;
}

static inline void several_add(struct several *several, const struct collection *collection, const char *id,
                               const char *body)
{
	struct job *part = &several->parts[several->count++];

	arena_init(&part->arena, 1024, 1 << 20);
	part->body = body;
	part->write.collection = collection;
	part->write.id = str_from(id);
	part->write.arena = &part->arena;
	part->write.decide = job_decide;
	part->write.data = part;
}

/* The writer is not told. */
static inline void several_queue(struct fixture *f, struct several *several)
{
	several->job.write.run = several_run;
	job_queue(f, &several->job, &f->users, NULL, NULL);
}

static inline enum store_outcome several_wait(struct fixture *f, struct several *several)
{
	store_hurry(f->store);
	job_wait(&several->job);
	store_reader_refresh(f->reader);
	return several->job.write.outcome;
}

static inline enum store_outcome several_do(struct fixture *f, struct several *several)
{
	several_queue(f, several);
	return several_wait(f, several);
}

static inline void several_end(struct several *several)
{
	for (size_t i = 0; i < several->count; i++)
		arena_done(&several->parts[i].arena);
	job_end(&several->job);
}

#endif
