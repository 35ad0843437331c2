/*
 * A job as it is kept: a row of the collection `_job`. The row's body says all but two texts, which lie
 * beside it, in its secret: the content of the request until the job ends, then its result or its problem.
 * Pure; any thread.
 */
#ifndef STATUTE_JOBS_RECORD_H
#define STATUTE_JOBS_RECORD_H

#include <statute/error.h>

#include "base/arena.h"
#include "base/str.h"

enum job_status { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED, JOB_EXPIRED };
enum { JOB_STATUSES = JOB_EXPIRED + 1, JOB_MESSAGE_MAX = 200 };

struct job_record {
	enum job_status status;
	struct str operation;   /* "POST /reports/generate" */
	struct str principal;   /* whose it is; empty: nobody's, and anybody's who knows its id */
	struct str request;     /* the id of the request that made it */
	struct str path, query; /* of that request, as they were sent */
	struct str message;     /* what the command said last of its progress */
	struct str location;    /* of the result; empty: it has none of its own */
	bool is_embedded;       /* the monitor carries the result */
	int64_t attempts;       /* that were begun */
	int64_t progress;       /* percent; -1: the command said nothing */
	int64_t created_ms, started_ms, ended_ms; /* wall clock; 0: not yet */
	int64_t keep_ms;  /* how long its result is kept, and then the word that it expired */
	int64_t until_ms; /* the end of that; 0: it has not ended */
};

/* "queued", … */
struct str job_status_name(enum job_status status);
static inline bool job_has_ended(enum job_status status)
{
	return status >= JOB_DONE;
}

/* Texts are in `arena`. 0, STATUTE_ENOMEM, or STATUTE_ESTORE where it is no job. */
STATUTE_CHECK int job_record_read(struct arena *arena, struct str body, struct job_record *ret_record);
/* The row's body, in `arena`; {NULL, 0} without memory. */
struct str job_record_text(struct arena *arena, struct str id, const struct job_record *record);
/* It ends now. */
void job_record_end(struct job_record *record, enum job_status status, int64_t now_ms);

/*
 * Is it a line of progress, "progress: 40 counting rows"? *ret_percent is 0 to 100, *ret_message what
 * follows, cut at JOB_MESSAGE_MAX bytes between characters, and empty where it is not UTF-8.
 */
bool job_progress_read(struct str line, int64_t *ret_percent, struct str *ret_message);
/*
 * "/reports/{id}" filled with members of a result, percent-encoded, in `arena`. STATUTE_ENOTFOUND with *ret_name
 * where the result lacks one or it is neither text nor number; STATUTE_ENOMEM.
 */
struct json;
STATUTE_CHECK int job_location_fill(struct arena *arena, struct str pattern, const struct json *result,
                                    struct str *ret_location, struct str *ret_name);

#endif
