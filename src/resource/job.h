/* What the kinds around jobs share: a row of a job as its clients see it, and waiting for its end. */
#ifndef STATUTE_RESOURCE_JOB_H
#define STATUTE_RESOURCE_JOB_H

#include "jobs/jobs.h"
#include "jobs/record.h"
#include "resource/resource.h"

/* Of a request that makes, watches or cancels a job; x->kind_data. */
struct job_request {
	struct job_record record; /* as the row says; texts in x->arena */
	bool was_submitted, was_done, was_full;
	bool has_waited;
	int64_t seen_version; /* of the row that the worker decided on */
	struct job_waiter waiter;
};
/* Made on first use; NULL without memory. */
struct job_request *job_request_of(struct exchange *x);

/* Reads the row x->target.row into the request's record. 0, STATUTE_ENOMEM or STATUTE_ESTORE. */
STATUTE_CHECK int job_read_row(struct exchange *x);
/* Sets the facts of block N11, from the record. */
void job_state_facts(struct exchange *x);
/* May this client know of it? */
bool job_is_visible(const struct exchange *x, const struct job_record *record);

/* How long the client would wait for the end (RFC 7240 sections 4.1 and 4.3); `otherwise` where it says nothing. */
uint64_t job_patience_ms(struct exchange *x, uint64_t otherwise_ms);
/*
 * Waits for the end of the job of x->target.row: true where the exchange will be resumed, for as long as
 * `ms`. False where it has ended already, or too many wait: x->target.row is as it is now.
 */
bool job_wait(struct exchange *x, uint64_t ms);
/* Reads the row of that id as it is now, to x->target.row; the facts of the store are set. */
bool job_look_up(struct exchange *x, struct str id);

/* job_show.c: content, Location, Retry-After and links, by the response's status. */
STATUTE_CHECK int job_reply(struct exchange *x);

#endif
