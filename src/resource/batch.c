/*
 * Several requests in one: x-statute: {batch: …} on a POST. Each part is a request to this API and walks
 * the graph as one that came alone; what they do is one transaction of the store, in their order.
 *
 *	understand   parts are made of the content, and routed
 *	write        1. each is admitted, on the loop: who, may they, how much, what the head decides
 *	             2. the rest is decided in the transaction, part by part, each seeing what those before
 *	                it wrote: `run`, on the writer thread. The answers are made there too, since they are
 *	                kept with the commit where the batch has an Idempotency-Key.
 *	             3. a password that is to be stored was not hashed yet: all is undone, the hashes are made
 *	                on helper threads, and step 2 comes once more
 *
 * A batch that only reads needs no transaction: its parts read through the worker's reader, all from one
 * state of the store.
 */
#include "resource/batch.h"

/* ---- The parts' host --------------------------------------------------------- */

static void resume_whole(struct exchange *part)
{
	struct batching *batch = part->host_data;

	batch->x->host->resume(batch->x);
}

/* Later, once the part has given the batch's memory back: nothing may run before that. */
static int note_work(struct exchange *part, void (*fn)(struct exchange *part))
{
	struct batching *batch = part->host_data;

	batch->work = fn;
	batch->worker = part;
	return 0;
}

/* On a helper thread. */
static void do_work(struct exchange *x)
{
	struct batching *batch = x->kind_data;

	batch_lend(batch, batch->worker);
	batch->work(batch->worker);
	batch_take_back(batch, batch->worker);
}

/* STATUTE_EAGAIN: the batch goes on after host->resume. */
static int wait_for_work(struct batching *batch)
{
	if (!batch->work)
		return STATUTE_EAGAIN;
	return batch->x->host->work(batch->x, do_work) == 0 ? STATUTE_EAGAIN : STATUTE_ENOMEM;
}

/*
 * What the parts may use of the batch's host, and no more: they have no connection of their own, and are
 * answered on the writer thread. The batch was let in, and so are they.
 */
static void make_host(struct batching *batch)
{
	const struct exchange_host *whole = batch->x->host;

	batch->host = (struct exchange_host){
		.settings = whole->settings,
		.api = whole->api,
		.store = whole->store,
		.reader = whole->reader,
		.keyrings = whole->keyrings,
		.key_sources = whole->key_sources,
		.passwords = whole->passwords,
		.tokens = whole->tokens,
		.limits = whole->limits,
		.kind_of = whole->kind_of,
		.resume = resume_whole,
		.work = note_work,
		.maintenance = MAINTENANCE_OFF,
	};
}

/* ---- Understanding ----------------------------------------------------------- */

static int find(struct exchange *x)
{
	(void)x; /* it has no row, and what its parts are about is theirs to find */
	return 0;
}

static int understand(struct exchange *x)
{
	struct batching *batch = arena_new(&x->arena, struct batching);

	if (!batch)
		return STATUTE_ENOMEM;
	x->kind_data = batch;
	x->problem.errors = NULL;
	x->problem.error_count = 0;
	batch->x = x;
	batch->failed = BATCH_NONE_FAILED;
	make_host(batch);
	return x->body ? batch_read_parts(batch) : 0;
}

/* ---- Admission ---------------------------------------------------------------- */

/* Does this part end an atomic batch? */
static bool fails_all(struct batching *batch, size_t index)
{
	if (!batch_is_atomic(batch->x) || batch->parts[index].x.response.status < 400)
		return false;
	batch->failed = index;
	return true;
}

/* STATUTE_EAGAIN, 0 or an error. */
static int admit(struct batching *batch)
{
	while (batch->admitted < batch->count && batch->failed == BATCH_NONE_FAILED) {
		struct batch_part *part = &batch->parts[batch->admitted];
		int r;

		batch->work = NULL;
		batch_lend(batch, &part->x);
		r = exchange_part_admit(&part->x, &part->is_over);
		batch_take_back(batch, &part->x);
		if (r == STATUTE_EAGAIN)
			return wait_for_work(batch);
		if (r < 0)
			return r;
		if (part->is_over)
			fails_all(batch, batch->admitted);
		batch->admitted++;
	}
	return 0;
}

/* ---- In the transaction ------------------------------------------------------- */

/* True where the run may go on. */
static bool write_part(struct batching *batch, struct batch_part *part, struct store_session *session)
{
	struct exchange *x = &part->x;
	bool goes_on;

	if (resource_prepare_write(x) < 0) {
		x->write.outcome = STORE_NO_MEMORY;
		return false;
	}
	goes_on = store_session_write(session, &x->write);
	x->is_in_transaction = true; /* the answer is made there, too */
	if (!goes_on || resource_find_outcome(x) < 0)
		return false;
	batch->has_written |= x->write.outcome == STORE_DONE;
	part->awaits_hash = x->write.outcome == STORE_DONE && resource_must_hash(x);
	exchange_part_end(x);
	return true;
}

/* One that is not over yet: from the lookup of its target to its answer. `session` NULL: on the loop. */
static bool run_part(struct batching *batch, struct batch_part *part, struct store_session *session)
{
	struct exchange *x = &part->x;
	bool goes_on = true;

	batch_lend(batch, x);
	exchange_part_again(x, part->kind);
	part->awaits_hash = false;
	x->sees_undone = batch_is_atomic(batch->x) && batch->has_written;
	x->session = session;
	x->is_in_transaction = session != NULL;
	if (method_is_safe(x->request.method))
		exchange_part_read(x);
	else
		goes_on = write_part(batch, part, session);
	x->is_in_transaction = false;
	batch_take_back(batch, x);
	if (x->cause)
		batch->x->cause = x->cause;
	return goes_on;
}

static bool awaits_hashes(const struct batching *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->parts[i].awaits_hash)
			return true;
	return false;
}

/* All parts in order, up to one that fails them all. What the store could not do, where it is no part's matter. */
static enum store_outcome run_parts(struct batching *batch, struct store_session *session)
{
	batch->failed = BATCH_NONE_FAILED;
	batch->has_written = false;
	for (size_t i = 0; i < batch->count && batch->failed == BATCH_NONE_FAILED; i++) {
		struct batch_part *part = &batch->parts[i];

		if (!part->is_over && !run_part(batch, part, session))
			return part->x.write.outcome;
		if (!part->is_over)
			fails_all(batch, i);
	}
	if (batch->failed == BATCH_NONE_FAILED && !awaits_hashes(batch))
		batch->content = batch_write_responses(batch);
	return batch->x->arena.failed ? STORE_NO_MEMORY : STORE_DONE;
}

/* store_write.run */
static enum store_outcome run(struct store_write *write, struct store_session *session)
{
	struct batching *batch = write->data;
	enum store_outcome outcome = run_parts(batch, session);

	return outcome == STORE_DONE && !batch->content.at ? STORE_REFUSED : outcome;
}

/* store_write.record: the answer is there, and the facts of a write that was done lead to it. */
static int record(struct store_write *write, struct store_session *session, struct str *ret_result)
{
	struct batching *batch = write->data;
	struct exchange *x = batch->x;
	const struct statute_facts facts = x->facts;
	int r;

	(void)session;
	FACT(WROTE, true);
	r = exchange_record(x, ret_result);
	x->facts = facts;
	return r;
}

static void done(struct store_write *write)
{
	struct batching *batch = write->data;

	batch->was_done = true;
	batch->x->host->resume(batch->x);
}

/* ---- The write ----------------------------------------------------------------- */

static int submit(struct batching *batch)
{
	struct exchange *x = batch->x;
	int r;

	x->write = (struct store_write){
		.arena = &x->arena,
		.run = run,
		.record = record,
		.done = done,
		.data = batch,
	};
	batch->content = (struct str){ 0 };
	if ((r = exchange_key_of_write(x, &x->write.key)) < 0)
		return r;
	if (x->arena.failed)
		return STATUTE_ENOMEM;
	batch->was_submitted = true;
	batch->was_done = false;
	return resource_submit(x);
}

/* One after the other: each takes a helper thread for some time. STATUTE_EAGAIN, or 0 where none is left. */
static int make_hashes(struct batching *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct batch_part *part = &batch->parts[i];

		if (!part->awaits_hash)
			continue;
		if (batch->worker == &part->x && batch->work == resource_hash_passwords) {
			part->awaits_hash = false;
			batch->worker = NULL;
			if (resource_must_hash(&part->x)) /* it came back without a hash */
				return STATUTE_ENOMEM;
			continue;
		}
		batch->work = resource_hash_passwords;
		batch->worker = &part->x;
		return wait_for_work(batch);
	}
	return 0;
}

static void state_failure(struct batching *batch)
{
	struct exchange *x = batch->x;

	x->part_status = (uint16_t)batch->parts[batch->failed].x.response.status;
	FACT(WROTE, false);
	FACT(PART_FAILED, true);
}

/* A batch that only reads, or whose parts are all over. A key wants its answer kept, which is a write. */
static bool needs_no_transaction(const struct batching *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (!batch->parts[i].is_over && !method_is_safe(batch->parts[i].x.request.method))
			return false;
	return !statute_fact_is(&batch->x->facts, STATUTE_FACT_HAS_KEY);
}

static int read_all(struct batching *batch)
{
	struct exchange *x = batch->x;

	if (run_parts(batch, NULL) != STORE_DONE)
		return STATUTE_ENOMEM;
	if (batch->failed != BATCH_NONE_FAILED)
		state_failure(batch);
	else
		FACT(WROTE, true);
	return 0;
}

/* The store is done with it. */
static int finish(struct batching *batch)
{
	struct exchange *x = batch->x;
	int r;

	if (x->write.outcome == STORE_REFUSED && batch->failed == BATCH_NONE_FAILED) {
		r = make_hashes(batch);
		return r < 0 ? r : submit(batch);
	}
	if (x->write.outcome == STORE_REFUSED)
		state_failure(batch);
	else if ((r = resource_state_outcome(x)) < 0)
		return r;
	if (x->write.outcome == STORE_DONE)
		x->cause = NULL;
	return 0;
}

static int write_all(struct exchange *x)
{
	struct batching *batch = x->kind_data;
	int r;

	FACT(PART_FAILED, false); /* until one does */
	if (batch->was_submitted)
		return batch->was_done ? finish(batch) : 0; /* 0: there was no room, as the facts say */
	if ((r = admit(batch)) < 0)
		return r;
	if (batch->failed != BATCH_NONE_FAILED) {
		state_failure(batch);
		return 0;
	}
	return needs_no_transaction(batch) ? read_all(batch) : submit(batch);
}

/* ---- The answer ----------------------------------------------------------------- */

static int reply(struct exchange *x)
{
	const struct batching *batch = x->kind_data;

	response_set(&x->response, S("Content-Type"), S("application/json"));
	response_set(&x->response, S("Cache-Control"), S("no-store"));
	x->response.content = batch->content;
	x->response.has_content = true;
	return 0;
}

static void explain(struct exchange *x)
{
	struct batching *batch = x->kind_data;
	size_t count = x->problem.error_count;

	if (batch && batch->failed != BATCH_NONE_FAILED && x->part_status)
		batch_explain_failure(batch);
	else if (x->verdict.code && strcmp(x->verdict.code, "VALIDATION_FAILED") == 0)
		x->problem.detail = str_printf(&x->arena, "The batch breaks %zu rule%s.", count,
		                               count == 1 ? "" : "s");
}

const struct exchange_kind batch_kind = {
	.name = "batch",
	.find = find,
	.understand = understand,
	.write = write_all,
	.reply = reply,
	.explain = explain,
};
