/*
 * What the runner does next: it claims what waits, begins anew what a server that died left, and forgets what
 * was kept long enough. All of it from the rows: nothing is remembered but how far it came.
 */
#include "jobs/inside.h"
#include "jobs/spawn.h"

#include "base/clock.h"

enum { PAGE = 64, SWEEP_MS = 10000, SWEEP_LEAST_MS = 100, PAUSE_MS = 500, KEPT_MAX = 100000 };
#define PAGE_ARENA_MAX (UINT64_C(64) << 20)

static const struct str queued_name = STR_INIT("queued"), running_name = STR_INIT("running");

static const struct collection *collection_of(const struct jobs *jobs)
{
	return &jobs->source->api->jobs->collection;
}

static bool is_mine(const struct jobs *jobs)
{
	return jobs->source && jobs->lock_fd >= 0 && !jobs_is_stopping(jobs) && !jobs->is_closed;
}

static const struct job *job_named(const struct jobs_source *source, struct str operation)
{
	for (const struct job *job = source->api->jobs->jobs; job; job = job->next)
		if (str_eq(job->operation, operation))
			return job;
	return NULL;
}

/* ---- Recovering: jobs that nobody runs, or will ----------------------------------- */

static enum store_verb give_back(struct job_write *write, struct job_record *record, struct str *secret,
                                 int64_t now_ms)
{
	const struct job *job = job_named(write->source, record->operation);

	if (job_has_ended(record->status))
		return STORE_NOTHING;
	if (job && record->attempts < (int64_t)job->attempts) {
		record->status = JOB_QUEUED;
		record->progress = -1;
		record->message = (struct str){ 0 };
		return STORE_REPLACE;
	}
	job_record_end(record, JOB_FAILED, now_ms);
	*secret = job_problem(&write->arena, "JOB_LOST", 500,
	                      job ? S("The server died each time while the job ran.")
	                          : S("The API no longer has the operation."));
	return STORE_REPLACE;
}

static void was_given_back(struct job_write *write, bool was_written)
{
	bool has_failed = write->record.status == JOB_FAILED;
	struct str id = str_of(write->id, UUID_LEN);
	struct jobs *jobs = write->jobs;

	if (!was_written) { /* it ended meanwhile, or cannot be read */
		jobs->pause_ms = jobs_now(jobs) + PAUSE_MS;
		return;
	}
	atomic_fetch_add(has_failed ? &jobs->ended[JOB_FAILED] : &jobs->lost, 1);
	tell_record(jobs, id, &write->record, has_failed ? "failed" : "lost");
	if (has_failed)
		waiters_wake(jobs, id);
}

/* Does anybody have to do something about it? */
static bool is_adrift(const struct jobs *jobs, struct arena *arena, const struct store_row *row)
{
	struct job_record record;

	if (run_of(jobs, row->id) || job_record_read(arena, row->body, &record) < 0)
		return false;
	return record.status == JOB_RUNNING || !job_named(jobs->source, record.operation);
}

static enum store_outcome list(struct jobs *jobs, const struct store_query *query, struct arena *arena,
                               struct store_page *ret_page)
{
	enum store_outcome outcome = store_list(jobs->source->reader, query, arena, ret_page);

	if (outcome != STORE_DONE) /* the store has a bad moment: so long nothing is begun */
		jobs->pause_ms = jobs_now(jobs) + PAUSE_MS;
	return outcome;
}

/* False where the page has nobody to be saved. */
static bool recover_page(struct jobs *jobs, struct arena *arena, const struct store_page *page)
{
	for (size_t i = 0; i < page->count; i++) {
		if (!is_adrift(jobs, arena, &page->rows[i]))
			continue;
		spawn_kill_orphans(page->rows[i].id);
		jobs->recovering.change = give_back;
		jobs->recovering.then = was_given_back;
		job_write_begin(&jobs->recovering, page->rows[i].id);
		return true;
	}
	return false;
}

static void recover(struct jobs *jobs)
{
	const struct str values[] = { queued_name, running_name };
	const struct store_filter filter = { .member = JOB_MEMBER_STATUS, .values = values, .count = 2 };
	struct store_query query = {
		.collection = collection_of(jobs), .filters = &filter, .filter_count = 1, .limit = PAGE
	};
	struct arena arena;

	arena_init(&arena, 65536, PAGE_ARENA_MAX);
	while (jobs->must_recover && jobs->recovering.state == JOB_WRITE_IDLE) {
		struct store_page page;

		query.cursor = buf_str(&jobs->cursor);
		if (list(jobs, &query, &arena, &page) != STORE_DONE || recover_page(jobs, &arena, &page))
			break;
		jobs->must_recover = page.next.len > 0;
		buf_reset(&jobs->cursor);
		buf_add(&jobs->cursor, page.next);
		arena_reset(&arena);
	}
	arena_done(&arena);
}

/* ---- Claiming ------------------------------------------------------------------------ */

static size_t runs_of(const struct jobs *jobs, const struct job *job)
{
	size_t count = 0;

	for (const struct run *run = jobs->runs; run; run = run->next)
		count += str_eq(run->job.operation, job->operation);
	return count;
}

/* Its oldest ones that wait, as many as may run at once. Those that are being claimed are among them still. */
static void claim_of(struct jobs *jobs, struct arena *arena, const struct job *job)
{
	const struct store_filter filters[] = {
		{ .member = JOB_MEMBER_STATUS, .values = &queued_name, .count = 1 },
		{ .member = JOB_MEMBER_OPERATION, .values = &job->operation, .count = 1 },
	};
	const struct store_query query = { .collection = collection_of(jobs),
		                           .filters = filters,
		                           .filter_count = 2,
		                           .limit = job->parallel };
	size_t running = runs_of(jobs, job);
	struct store_page page;

	if (running >= job->parallel || list(jobs, &query, arena, &page) != STORE_DONE)
		return;
	for (size_t i = 0; i < page.count && running < job->parallel && jobs->run_count < RUNS_MAX; i++) {
		if (run_of(jobs, page.rows[i].id))
			continue;
		run_claim(jobs, job, page.rows[i].id);
		running++;
	}
}

static void count_queued(struct jobs *jobs, struct arena *arena)
{
	const struct store_filter filter = { .member = JOB_MEMBER_STATUS,
		                             .values = &queued_name,
		                             .count = 1 };
	const struct store_query query = { .collection = collection_of(jobs),
		                           .filters = &filter,
		                           .filter_count = 1,
		                           .limit = 1,
		                           .counts_total = true };
	struct store_page page;

	if (list(jobs, &query, arena, &page) == STORE_DONE)
		atomic_store(&jobs->queued, page.total);
}

static void claim(struct jobs *jobs)
{
	struct arena arena;

	arena_init(&arena, 16384, PAGE_ARENA_MAX);
	for (const struct job *job = jobs->source->api->jobs->jobs; job; job = job->next) {
		claim_of(jobs, &arena, job);
		arena_reset(&arena);
	}
	count_queued(jobs, &arena);
	arena_done(&arena);
}

/* ---- Sweeping: what was kept long enough ----------------------------------------------- */

/* First its result goes, and a word stays that it was there; then that goes too. */
static enum store_verb forget(struct job_write *write, struct job_record *record, struct str *secret,
                              int64_t now_ms)
{
	struct jobs *jobs = write->jobs;

	if (!job_has_ended(record->status))
		return STORE_NOTHING;
	if (record->status == JOB_EXPIRED || jobs->excess)
		return STORE_DELETE;
	if (record->until_ms > now_ms)
		return STORE_NOTHING;
	job_record_end(record, JOB_EXPIRED, now_ms);
	record->message = record->location = (struct str){ 0 };
	*secret = (struct str){ 0 };
	return STORE_REPLACE;
}

static void was_forgotten(struct job_write *write, bool was_written)
{
	struct jobs *jobs = write->jobs;

	if (!was_written)
		return;
	jobs->sweep_ms = 0; /* the next one may be due, too */
	if (jobs->excess)
		jobs->excess--;
}

/* The one that ends first, of all that have ended; *ret_total of them there are. */
static bool find_oldest(struct jobs *jobs, struct arena *arena, struct store_row *ret_row,
                        uint64_t *ret_total)
{
	struct str names[JOB_STATUSES];
	size_t count = 0;
	const struct store_filter filter = { .member = JOB_MEMBER_STATUS,
		                             .values = names,
		                             .count = JOB_EXPIRED - JOB_DONE + 1 };
	const struct store_sort sort = { .member = JOB_MEMBER_UNTIL };
	const struct store_query query = { .collection = collection_of(jobs),
		                           .filters = &filter,
		                           .filter_count = 1,
		                           .sorts = &sort,
		                           .sort_count = 1,
		                           .limit = 1,
		                           .counts_total = jobs->count_ms <= jobs_now(jobs) };
	struct store_page page;

	for (enum job_status status = JOB_DONE; status <= JOB_EXPIRED; status++)
		names[count++] = job_status_name(status);
	if (list(jobs, &query, arena, &page) != STORE_DONE || !page.count)
		return false;
	*ret_row = page.rows[0];
	*ret_total = page.total;
	return true;
}

static void sweep(struct jobs *jobs)
{
	struct job_record record;
	struct store_row row;
	struct arena arena;
	uint64_t now = jobs_now(jobs), wait = SWEEP_MS, total = 0;
	int64_t left = SWEEP_MS;

	arena_init(&arena, 16384, PAGE_ARENA_MAX);
	if (find_oldest(jobs, &arena, &row, &total) && job_record_read(&arena, row.body, &record) == 0) {
		if (jobs->count_ms <= now) {
			jobs->excess = total > KEPT_MAX ? total - KEPT_MAX : 0;
			jobs->count_ms = now + SWEEP_MS;
		}
		left = record.until_ms - clock_wall_ms();
		if (left <= 0 || jobs->excess) {
			jobs->sweeping.change = forget;
			jobs->sweeping.then = was_forgotten;
			job_write_begin(&jobs->sweeping, row.id);
		}
	}
	if (left > SWEEP_LEAST_MS && left < SWEEP_MS)
		wait = (uint64_t)left;
	else if (left <= SWEEP_LEAST_MS)
		wait = SWEEP_LEAST_MS;
	jobs->sweep_ms = now + wait;
	arena_done(&arena);
}

/* ---------------------------------------------------------------------------------------- */

void schedule_begin(struct jobs *jobs)
{
	jobs->must_recover = true;
	jobs->sweep_ms = jobs->count_ms = jobs->pause_ms = 0;
	buf_reset(&jobs->cursor);
}

void schedule_sweep(struct jobs *jobs, uint64_t in_ms)
{
	uint64_t due = jobs_now(jobs) + in_ms + SWEEP_LEAST_MS;

	if (due < jobs->sweep_ms)
		jobs->sweep_ms = due;
}

void schedule_go_on(struct jobs *jobs)
{
	uint64_t now = jobs_now(jobs);

	if (!is_mine(jobs) || jobs->pause_ms > now)
		return;
	store_reader_refresh(jobs->source->reader);
	if (jobs->must_recover)
		recover(jobs);
	claim(jobs);
	if (jobs->sweeping.state == JOB_WRITE_IDLE && (jobs->sweep_ms <= now || jobs->excess))
		sweep(jobs);
}

uint64_t schedule_due(const struct jobs *jobs)
{
	uint64_t now = jobs_now(jobs);

	if (!is_mine(jobs))
		return now + NEVER_MS;
	if (jobs->runs && jobs->look_ms > now && jobs->look_ms < jobs->sweep_ms)
		return jobs->look_ms;
	return jobs->pause_ms > now   ? jobs->pause_ms
	       : jobs->sweep_ms > now ? jobs->sweep_ms
	                              : now + SWEEP_LEAST_MS;
}
