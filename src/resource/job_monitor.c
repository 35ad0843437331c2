/*
 * The monitor of a job, rows N11: how far it is, where its result is, what became of it. DELETE cancels it. And
 * the result at an address of its own.
 */
#include "resource/job.h"

static bool is_read(const struct exchange *x)
{
	return x->request.method == METHOD_GET || x->request.method == METHOD_HEAD;
}

static struct str id_of(const struct exchange *x)
{
	return x->match.values[0];
}

/* ---- Looking it up ---------------------------------------------------------------- */

/* RFC 9110 section 13.2.1: a precondition counts only where the answer without it would be 2xx. */
static void ignore_conditions(struct exchange *x)
{
	FACT(CONDITIONS_WELL_FORMED, true);
	FACT(HAS_IF_MATCH, false);
	FACT(HAS_IF_UNMODIFIED_SINCE, false);
	FACT(HAS_IF_NONE_MATCH, false);
	FACT(HAS_IF_MODIFIED_SINCE, false);
}

static void find_conditions(struct exchange *x, bool exists)
{
	const struct store_row *row = &x->target.row;

	x->target.etag = exists ? resource_etag(x, row->version) : (struct str){ 0 };
	x->target.modified_s = exists ? row->modified_ms / 1000 : -1;
	exchange_find_preconditions(x, exists);
}

/* Is there such a row, and may the client know? False where that is all there is to say. */
static int find_row(struct exchange *x, bool *ret_is_there)
{
	struct job_request *request = job_request_of(x);
	bool is_there, is_hidden;
	int r = 0;

	if (!request)
		return STATUTE_ENOMEM;
	if (!x->is_in_transaction && id_of(x).len == UUID_LEN) {
		job_look_up(x, id_of(x));
	} else {
		FACT(STORE_ANSWERS, true);
	}
	is_there = x->target.row.state == ROW_LIVE;
	if (is_there && (r = job_read_row(x)) < 0)
		return r;
	is_hidden = is_there && !job_is_visible(x, &request->record);
	if (!statute_fact_is(&x->bound->fixed, STATUTE_FACT_VISIBLE))
		FACT(VISIBLE, !is_hidden);
	request->seen_version = x->target.row.version;
	FACT(EXISTS, is_there);
	*ret_is_there = is_there && !is_hidden;
	return 0;
}

static bool answers_2xx(const struct exchange *x)
{
	return statute_fact_is(&x->facts, STATUTE_FACT_JOB_RUNNING) ||
	       (!statute_fact_is(&x->facts, STATUTE_FACT_JOB_EXPIRED) &&
	        (!statute_fact_is(&x->facts, STATUTE_FACT_JOB_ENDED_WELL) ||
	         statute_fact_is(&x->facts, STATUTE_FACT_JOB_RESULT_EMBEDDED)));
}

static int find_monitor(struct exchange *x)
{
	struct job_request *request = job_request_of(x);
	bool is_there;
	uint64_t patience;
	int r = find_row(x, &is_there);

	if (r < 0)
		return r;
	find_conditions(x, is_there);
	if (!is_there)
		return 0;
	job_state_facts(x);
	patience = is_read(x) && !request->has_waited ? job_patience_ms(x, 0) : 0;
	if (patience && !job_has_ended(request->record.status)) {
		if (job_wait(x, patience))
			return STATUTE_EAGAIN;
		job_state_facts(x);
		find_conditions(x, x->target.row.state == ROW_LIVE);
	}
	if (is_read(x) && !answers_2xx(x))
		ignore_conditions(x);
	return 0;
}

/* ---- Cancelling ---------------------------------------------------------------------- */

static enum store_verb cancel_row(struct exchange *x, struct job_record *record, int64_t now_ms)
{
	switch (record->status) {
	case JOB_QUEUED:
	case JOB_RUNNING: job_record_end(record, JOB_CANCELLED, now_ms); return STORE_REPLACE;
	case JOB_DONE:
	case JOB_FAILED: FACT(TRANSITION_FORBIDDEN, true); break;
	case JOB_CANCELLED:
	case JOB_EXPIRED: break; /* there is nothing left to be cancelled, and that is so */
	}
	return STORE_NOTHING;
}

/* On the writer's thread: a job moves while it runs, and what was decided of it may hold no more. */
static int decide(struct store_write *write, struct store_session *session, const struct store_row *current,
                  int64_t now_ms, struct store_change *ret_change)
{
	struct exchange *x = write->data;
	struct job_request *request = job_request_of(x);
	bool was_refused = x->is_decided, goes_on = true;
	int r;

	*ret_change = (struct store_change){ .verb = STORE_NOTHING };
	x->is_decided = false;
	statute_fact_forget(&x->facts, STATUTE_FACT_TRANSITION_FORBIDDEN);
	x->session = session;
	x->is_in_transaction = true;
	if (was_refused || current->state != ROW_LIVE || current->version != request->seen_version) {
		x->target.row = *current;
		goes_on = exchange_decide_again(x);
	}
	x->is_in_transaction = false;
	if (!goes_on)
		return x->arena.failed ? STATUTE_ENOMEM : 0;
	if ((r = job_record_read(&x->arena, current->body, &request->record)) < 0)
		return r;
	ret_change->verb = cancel_row(x, &request->record, now_ms);
	if (ret_change->verb == STORE_REPLACE)
		ret_change->body = job_record_text(&x->arena, current->id, &request->record);
	return x->arena.failed ? STATUTE_ENOMEM : 0;
}

static void done(struct store_write *write)
{
	struct exchange *x = write->data;

	job_request_of(x)->was_done = true;
	if (write->outcome == STORE_DONE && x->host->jobs)
		jobs_cancel(x->host->jobs, write->row.id);
	x->host->resume(x);
}

static int submit(struct exchange *x, struct job_request *request)
{
	int r;

	x->write = (struct store_write){
		.collection = &x->host->api->jobs->collection,
		.id = id_of(x),
		.arena = &x->arena,
		.decide = decide,
		.done = done,
		.data = x,
	};
	request->was_submitted = true;
	r = store_submit(x->host->store, &x->write);
	if (r == 0)
		return STATUTE_EAGAIN;
	FACT(WROTE, false);
	FACT(STORE_BUSY, true);
	return r == STATUTE_ELIMIT ? 0 : r;
}

static int write_monitor(struct exchange *x)
{
	struct job_request *request = job_request_of(x);
	bool was_nothing_left;

	if (!request->was_done)
		return request->was_submitted ? 0 : submit(x, request);
	was_nothing_left = x->write.outcome == STORE_REFUSED &&
	                   !statute_fact_is(&x->facts, STATUTE_FACT_TRANSITION_FORBIDDEN);
	FACT(WROTE, x->write.outcome == STORE_DONE || was_nothing_left);
	return was_nothing_left || x->write.outcome == STORE_DONE ? 0 : resource_state_outcome(x);
}

/* ---- Answers --------------------------------------------------------------------------- */

static int reply_monitor(struct exchange *x)
{
	if (!is_read(x))
		return 0;
	if (x->response.status == 200)
		exchange_add_validators(x);
	if (x->response.status != 304)
		return job_reply(x);
	response_add(&x->response, S("Cache-Control"), S("no-cache"));
	response_add(&x->response, S("Vary"), S("Accept"));
	exchange_add_validators(x);
	return 0;
}

/* The details of a 409: what it is, and that nothing leads from there to being cancelled. */
static void explain(struct exchange *x)
{
	struct json *details = x->verdict.status == 409 ? json_new(&x->arena, JSON_OBJECT) : NULL;
	struct str status;

	if (!details)
		return;
	status = job_status_name(job_request_of(x)->record.status);
	x->problem.detail = str_printf(&x->arena, "The job is %.*s and cannot be cancelled.",
	                               STR_ARG(status));
	if (json_set(&x->arena, details, S("field"), json_new_string(&x->arena, S("status"))) == 0 &&
	    json_set(&x->arena, details, S("from"), json_new_string(&x->arena, status)) == 0 &&
	    json_set(&x->arena, details, S("to"), json_new_string(&x->arena, S("cancelled"))) == 0 &&
	    json_set(&x->arena, details, S("allowed"), json_new(&x->arena, JSON_ARRAY)) == 0)
		x->problem.details = details;
}

static int understand(struct exchange *x)
{
	FACT(SCHEMA_HOLDS, true);
	return 0;
}

const struct exchange_kind job_monitor_kind = {
	.name = "job monitor",
	.find = find_monitor,
	.understand = understand,
	.write = write_monitor,
	.reply = reply_monitor,
	.explain = explain,
};

/* ---- The result --------------------------------------------------------------------------- */

static int find_result(struct exchange *x)
{
	bool is_there;
	int r = find_row(x, &is_there);
	enum job_status status;

	if (r < 0)
		return r;
	status = job_request_of(x)->record.status;
	FACT(TOMBSTONE, is_there && (status == JOB_CANCELLED || status == JOB_EXPIRED));
	is_there = is_there && status == JOB_DONE;
	if (x->target.row.state == ROW_LIVE && status != JOB_DONE)
		FACT(EXISTS, false);
	find_conditions(x, is_there);
	return 0;
}

static int reply_result(struct exchange *x)
{
	response_add(&x->response, S("Cache-Control"), S("no-cache"));
	response_add(&x->response, S("Vary"), S("Accept"));
	exchange_add_validators(x);
	if (x->response.status == 304)
		return 0;
	x->response.content = x->target.row.secret;
	x->response.has_content = true;
	response_set(&x->response, S("Content-Type"), resource_media_type(x));
	return 0;
}

const struct exchange_kind job_result_kind = {
	.name = "job result",
	.find = find_result,
	.understand = understand,
	.reply = reply_result,
};
