/* Which requests are let in: see admission.h. */
#include "server/admission.h"

enum {
	NS_PER_MS = 1000000, US_PER_MS = 1000,
	IDLE_NS = 200000 /* a loop that waited so long between two turns had nothing to do */
};

static uint64_t age_max_ns(const struct worker *worker)
{
	return worker->shared->limits.queue_age * NS_PER_MS;
}

void admission_begin_turn(struct worker *worker, uint64_t now)
{
	if (now == worker->busy_at)
		return;
	worker->busy_at = now;
	worker->busy_since = uv_hrtime();
	if (!worker->has_left_work && worker->busy_since - worker->turn_ended >= IDLE_NS)
		worker->calm_at = worker->busy_since;
}

void admission_end_turn(struct worker *worker)
{
	uint64_t now;

	if (!worker->busy_at)
		return;
	now = worker->turn_ended = uv_hrtime();
	if (now - worker->busy_since < age_max_ns(worker))
		worker->calm_at = now;
	worker->has_left_work = timeouts_first(&worker->timeouts, TIMEOUT_TURN) != NULL;
	worker->busy_at = 0;
}

/* No clock is asked while all is well. */
static bool is_behind(const struct worker *worker)
{
	uint64_t most = age_max_ns(worker);

	return worker->busy_since - worker->calm_at >= most && uv_hrtime() - worker->busy_since >= most;
}

static bool is_overloaded(const struct worker *worker, const struct request *request, struct store *store)
{
	if (worker->in_flight >= worker->in_flight_max || is_behind(worker))
		return true;
	return !method_is_safe(request->method) &&
	       store_waiting_us(store) >= worker->shared->limits.queue_age * US_PER_MS;
}

bool admission_to_background(const struct worker *worker)
{
	return worker->background < worker->background_max &&
	       !(worker->background && worker->background_wait >= age_max_ns(worker));
}

void admission_ask(struct worker *worker, const struct request *request, struct exchange_host *host)
{
	host->is_draining = worker_is_draining(worker);
	host->maintenance = maintenance_now(&worker->shared->maintenance, host->api->maintenance);
	host->is_overloaded = !worker->is_admin && is_overloaded(worker, request, host->store);
}
