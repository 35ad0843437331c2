/* What the route alone decides of operations that make, watch and cancel jobs: see bind_facts.c. */
#include "openapi/binder.h"

#define SET(name, is) statute_fact_set(facts, STATUTE_FACT_##name, (is))

static void settle_content(const struct bound_operation *bound, struct statute_facts *facts)
{
	const struct request_body *body = bound->operation->body;

	SET(TAKES_CONTENT, body != NULL);
	SET(NEEDS_CONTENT, body && body->is_required);
	SET(SETS_READ_ONLY, false);
	SET(ID_DIFFERS, false);
	SET(BODY_VERSION_STALE, false);
	SET(RULES_HOLD, true);
	if (!body)
		SET(SCHEMA_HOLDS, true);
}

void job_settle(const struct api *api, struct bound_operation *bound)
{
	struct statute_facts *facts = &bound->fixed;

	(void)api;
	settle_content(bound, facts);
	SET(PARENTS_EXIST, true);
	SET(HAS_NO_ROW, true);
	SET(IS_ACTION, true);
	SET(IS_ASYNC, true);
	SET(READ_FAILED, false);
	SET(STORE_ANSWERS, true); /* it reads nothing: what the store says comes of the write */
}

void job_settle_result(const struct api *api, struct bound_operation *bound)
{
	const struct job *job = bound->special.said;

	statute_fact_set(&bound->fixed, STATUTE_FACT_JOB_RESULT_EMBEDDED,
	                 !api->jobs->result && !job->result.len);
}

/* Whose jobs are is asked where the monitor can know who asks. */
static void settle_target(const struct bound_operation *bound, struct statute_facts *facts)
{
	settle_content(bound, facts);
	SET(PARENTS_EXIST, true);
	SET(HAS_NO_ROW, false);
	SET(IS_ACTION, false);
	SET(HAS_MODIFICATION_DATE, true);
	SET(NEEDS_IF_MATCH, false);
	SET(CONCEALS_ROW, true);
	if (bound->security)
		statute_fact_forget(facts, STATUTE_FACT_VISIBLE);
}

static void settle_cancelling(const struct bound_operation *bound, struct statute_facts *facts)
{
	SET(IS_ASYNC, false);
	SET(VERSION_MOVED, false);
	SET(VANISHED, false);
	SET(RAN_AGAIN, false);
	SET(DUPLICATE, false);
	SET(REFERENCE_MISSING, false);
	SET(IN_USE, false);
	SET(CONSTRAINT_BROKEN, false);
	SET(CREATED, false);
	SET(RETURNS_CONTENT, false);
	SET(ACCEPT_FITS, true);
	SET(EMPTY_IS_200, bind_documents(bound->operation, 200) && !bind_documents(bound->operation, 204));
}

void job_monitor_settle(const struct api *api, struct bound_operation *bound)
{
	struct statute_facts *facts = &bound->fixed;

	(void)api;
	settle_target(bound, facts);
	SET(TOMBSTONE, false);
	if (bound->operation->method == METHOD_DELETE)
		settle_cancelling(bound, facts);
	else
		SET(IS_MONITOR, true);
}

void job_result_settle(const struct api *api, struct bound_operation *bound)
{
	(void)api;
	settle_target(bound, &bound->fixed);
}
