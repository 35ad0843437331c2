/* One request to a worker: see request.h. */
#include "server/request.h"

#include "base/clock.h"
#include "server/admission.h"
#include "server/connection.h"
#include "server/own_paths.h"

struct str request_error(const struct exchange *x)
{
	if (x->response.status < 400)
		return (struct str){ 0 };
	return x->problem.code.len ? x->problem.code : str_from(x->verdict.code);
}

/* Looking inside is not traffic: it would hide what is looked for. */
static void observe_answer(struct worker *worker, const struct exchange *x, const struct access_entry *entry,
                           uint64_t now_us)
{
	const struct observed observed = {
		.status = entry->status,
		.error = entry->error,
		.wall_ms = entry->wall_ms,
		.ended_us = now_us,
		.us = entry->us,
		.in = entry->in,
		.out = entry->out,
		.is_dropped = entry->is_dropped,
	};

	if (worker->observer && !own_path_is_admin(x))
		observe_request(worker->observer, x, &observed);
}

void request_log_entry(struct worker *worker, const struct access_entry *entry)
{
	if (!access_log_add(&worker->log, entry) && worker->observer)
		observe_lost_line(worker->observer);
}

void request_observe_opened(struct worker *worker, const struct exchange *x, uint64_t in, uint64_t out)
{
	uint64_t now_us = clock_monotonic_us();
	const struct access_entry entry = {
		.wall_ms = clock_wall_ms(),
		.status = x->response.status,
		.us = now_us - x->began_us,
		.in = in,
		.out = out,
	};

	observe_answer(worker, x, &entry, now_us);
}

void request_log(struct worker *worker, const struct exchange *x, const struct request_end *end)
{
	struct access_entry entry = {
		.wall_ms = end->wall_ms,
		.id = x->id,
		.client = str_from(end->client),
		.principal = x->principal.id,
		.method = x->request.method_text,
		.path = x->request.path,
		.status = end->status,
		.error = end->error,
		.node = str_from(x->final_node),
		.us = x->began_us ? end->now_us - x->began_us : 0,
		.in = end->in,
		.out = end->out,
		.is_dropped = end->is_dropped,
		.cause = end->status >= 500 ? str_from(x->cause) : (struct str){ 0 },
	};

	if (worker->is_admin)
		return;
	if (x->match.path)
		entry.route = x->match.path->template_text;
	request_log_entry(worker, &entry);
	observe_answer(worker, x, &entry, end->now_us);
}

static void count_in_flight(struct worker *worker, size_t count)
{
	worker->in_flight = count;
	if (worker->observer)
		observe_in_flight(worker->observer, count);
}

void request_leave(struct worker *worker)
{
	count_in_flight(worker, worker->in_flight - 1);
}

enum exchange_step request_begin(struct worker *worker, struct exchange *x)
{
	if (worker->in_flight >= worker->in_flight_max)
		connection_yield_flight(worker);
	serving_begin(worker, x);
	admission_ask(worker, &x->request, &worker->serving->host);
	count_in_flight(worker, worker->in_flight + 1);
	worker->did_read = true;
	return exchange_begin(x);
}
