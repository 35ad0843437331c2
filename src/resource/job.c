/*
 * A POST whose work is done later: row J06. What it makes is a row that the runner of jobs finds; it is committed
 * with the answer that an idempotency key keeps.
 */
#include "resource/job.h"

#include "base/clock.h"
#include "message/prefer.h"

enum { CONTENT_MAX = 64 << 20, WAIT_MAX_S = 30 };

struct job_request *job_request_of(struct exchange *x)
{
	if (!x->kind_data)
		x->kind_data = arena_new(&x->arena, struct job_request);
	return x->kind_data;
}

static const struct job *job_of(const struct exchange *x)
{
	return x->bound->special.said;
}

/* ---- What the content means ------------------------------------------------ */

static int find_target(struct exchange *x)
{
	return job_request_of(x) ? 0 : STATUTE_ENOMEM;
}

static int understand(struct exchange *x)
{
	struct schema_errors errors = { 0 };
	const struct schema *schema = x->bound->body;
	int r = 0;

	FACT(SCHEMA_HOLDS, true);
	if (!x->body || !schema)
		return 0;
	r = schema_validate(schema, x->body, SCHEMA_REQUEST, &x->arena, &errors);
	if (r == STATUTE_ENOMEM)
		return r;
	FACT(SCHEMA_HOLDS, errors.count == 0);
	for (size_t i = 0; i < errors.count; i++)
		if ((r = resource_schema_error(x, &errors.list[i])) < 0)
			return r;
	return errors.count || !json_is(x->body, JSON_OBJECT)
	               ? 0
	               : schema_fill_defaults(schema, &x->arena, x->body, true);
}

/* ---- Putting it in the queue -------------------------------------------------- */

static enum store_outcome count_queued(struct exchange *x, struct store_session *session, uint64_t *ret_count)
{
	const struct collection *collection = &x->host->api->jobs->collection;
	const struct str queued = job_status_name(JOB_QUEUED);
	const struct store_filter filters[] = {
		{ .member = JOB_MEMBER_STATUS, .values = &queued, .count = 1 },
		{ .member = JOB_MEMBER_OPERATION, .values = &job_of(x)->operation, .count = 1 },
	};

	const struct store_query query = { .collection = collection,
		                           .filters = filters,
		                           .filter_count = 2,
		                           .limit = 1,
		                           .counts_total = true };
	struct store_page page = { 0 };
	enum store_outcome outcome = store_session_list(session, &query, &x->arena, &page);

	*ret_count = page.total;
	return outcome;
}

/* What the command reads: the content, with the defaults of its schema. */
static struct str input_of(struct exchange *x)
{
	struct buf buf;

	if (!x->body)
		return S("");
	buf_init(&buf, &x->arena, CONTENT_MAX);
	json_write(&buf, x->body);
	return buf_whole(&buf);
}

/* On the writer's thread, as the next two. */
static int decide(struct store_write *write, struct store_session *session, const struct store_row *current,
                  int64_t now_ms, struct store_change *ret_change)
{
	struct exchange *x = write->data;
	struct job_request *request = job_request_of(x);
	const struct job *job = job_of(x);
	uint64_t count = 0;

	*ret_change = (struct store_change){ .verb = STORE_NOTHING };
	switch (count_queued(x, session, &count)) {
	case STORE_DONE: break;
	case STORE_NO_MEMORY: return STATUTE_ENOMEM;
	default: return STATUTE_ESTORE;
	}
	request->was_full = count >= job->queue;
	if (request->was_full)
		return 0;
	request->record = (struct job_record){
		.status = JOB_QUEUED,
		.operation = job->operation,
		.principal = x->principal.id,
		.request = x->id,
		.path = x->request.path,
		.query = x->request.query,
		.progress = -1,
		.created_ms = now_ms,
		.keep_ms = (int64_t)job->keep_ms,
	};
	ret_change->body = job_record_text(&x->arena, current->id, &request->record);
	ret_change->secret = input_of(x);
	if (!ret_change->body.at || !ret_change->secret.at)
		return STATUTE_ENOMEM;
	ret_change->verb = STORE_CREATE;
	return 0;
}

static void state_queued(struct exchange *x)
{
	FACT(WROTE, true);
	FACT(QUEUED, true);
}

static int record(struct store_write *write, struct store_session *session, struct str *ret_result)
{
	struct exchange *x = write->data;
	const struct statute_facts facts = x->facts;
	const struct exchange_target target = x->target;
	int r;

	(void)session;
	x->target.row = write->row;
	state_queued(x);
	FACT(JOB_RUNNING, true);
	r = exchange_record(x, ret_result);
	x->facts = facts;
	x->target = target;
	return r;
}

static void done(struct store_write *write)
{
	struct exchange *x = write->data;

	job_request_of(x)->was_done = true;
	if (write->outcome == STORE_DONE && x->host->jobs)
		jobs_wake(x->host->jobs);
	x->host->resume(x);
}

static int submit(struct exchange *x, struct job_request *request)
{
	int r;

	x->write = (struct store_write){
		.collection = &x->host->api->jobs->collection,
		.arena = &x->arena,
		.decide = decide,
		.record = record,
		.done = done,
		.data = x,
	};
	if ((r = exchange_key_of_write(x, &x->write.key)) < 0)
		return r;
	if (x->arena.failed)
		return STATUTE_ENOMEM;
	request->was_submitted = true;
	r = store_submit(x->host->store, &x->write);
	if (r == 0)
		return STATUTE_EAGAIN;
	FACT(QUEUED, false);
	FACT(STORE_BUSY, true);
	return r == STATUTE_ELIMIT ? 0 : r;
}

static int find_outcome(struct exchange *x, struct job_request *request)
{
	uint64_t patience = job_patience_ms(x, job_of(x)->wait_ms);

	if (x->write.outcome != STORE_DONE) {
		FACT(QUEUED, false);
		FACT(QUEUE_FULL, x->write.outcome == STORE_REFUSED && request->was_full);
		return resource_state_outcome(x);
	}
	x->target.row = x->write.row;
	if (patience && job_wait(x, patience))
		return STATUTE_EAGAIN;
	state_queued(x);
	job_state_facts(x);
	return 0;
}

static int write_job(struct exchange *x)
{
	struct job_request *request = job_request_of(x);

	if (request->has_waited) {
		state_queued(x);
		if (job_look_up(x, x->write.row.id))
			job_state_facts(x);
		else
			FACT(JOB_RUNNING, true); /* it cannot be read now: it is somewhere in the queue */
		return 0;
	}
	if (request->was_done)
		return find_outcome(x, request);
	return request->was_submitted ? 0 : submit(x, request);
}

const struct exchange_kind job_kind = {
	.name = "job",
	.find = find_target,
	.understand = understand,
	.write = write_job,
	.reply = job_reply,
};

/* ---- Shared with the monitor ---------------------------------------------------- */

int job_read_row(struct exchange *x)
{
	struct job_request *request = job_request_of(x);
	int r = request ? job_record_read(&x->arena, x->target.row.body, &request->record) : STATUTE_ENOMEM;

	/* The row is swept some time after its time was over. */
	if (r == 0 && job_has_ended(request->record.status) && request->record.until_ms <= x->now_ms)
		request->record.status = JOB_EXPIRED;
	return r;
}

void job_state_facts(struct exchange *x)
{
	const struct job_record *record = &job_request_of(x)->record;

	FACT(JOB_RUNNING, !job_has_ended(record->status));
	FACT(JOB_EXPIRED, record->status == JOB_CANCELLED || record->status == JOB_EXPIRED);
	FACT(JOB_ENDED_WELL, record->status == JOB_DONE);
	FACT(JOB_RESULT_EMBEDDED,
	     record->is_embedded || !(record->location.len || x->host->api->jobs->result));
}

bool job_is_visible(const struct exchange *x, const struct job_record *record)
{
	const struct resource_roles *roles = &x->host->api->jobs->roles;

	if (!record->principal.len || x->host->settings->ignores_security ||
	    str_eq(record->principal, x->principal.id))
		return true;
	for (size_t i = 0; i < roles->count; i++)
		if (principal_has_role(&x->principal, roles->names[i]))
			return true;
	return false;
}

bool job_look_up(struct exchange *x, struct str id)
{
	struct store_row row;
	enum store_outcome outcome;

	outcome = store_get(x->host->reader, &x->host->api->jobs->collection, id, NULL, 0, &x->arena, &row);
	if (outcome == STORE_ABSENT)
		row = (struct store_row){ .state = ROW_ABSENT };
	if (!resource_read_ended(x, outcome))
		return false;
	x->target.row = row;
	return row.state == ROW_LIVE && job_read_row(x) == 0;
}

uint64_t job_patience_ms(struct exchange *x, uint64_t otherwise_ms)
{
	struct prefer prefer = prefer_parse(request_list(&x->request, FIELD_PREFER, &x->arena));

	if (prefer.wait_seconds >= 0)
		return (uint64_t)(prefer.wait_seconds < WAIT_MAX_S ? prefer.wait_seconds : WAIT_MAX_S) * 1000;
	return prefer.respond_async ? 0 : otherwise_ms;
}

/* On any thread. */
static void wake(void *data)
{
	struct exchange *x = data;

	x->host->resume(x);
}

static void hurry(struct exchange *x)
{
	if (jobs_leave(x->host->jobs, &job_request_of(x)->waiter))
		x->host->resume(x);
}

bool job_wait(struct exchange *x, uint64_t ms)
{
	struct job_request *request = job_request_of(x);
	struct job_waiter *waiter = &request->waiter;

	if (!x->host->jobs || x->target.row.id.len != UUID_LEN)
		return false;
	*waiter = (struct job_waiter){ .due_ms = clock_monotonic_us() / 1000 + ms, .wake = wake, .data = x };
	memcpy(waiter->id, x->target.row.id.at, UUID_LEN);
	if (!jobs_wait(x->host->jobs, waiter))
		return false;
	/* It may have ended before anybody waited. */
	store_reader_refresh(x->host->reader);
	if ((!job_look_up(x, x->target.row.id) || job_has_ended(request->record.status)) &&
	    jobs_leave(x->host->jobs, waiter))
		return false;
	request->has_waited = true;
	x->hurry = hurry;
	return true;
}
