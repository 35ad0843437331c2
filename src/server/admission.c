/* Which requests are let in: see admission.h. */
#include "server/admission.h"

#include <poll.h>

#include "server/worker.h"

enum { NS_PER_MS = 1000000, US_PER_MS = 1000 };

static const uint64_t patience_ns = (uint64_t)ADMISSION_PATIENCE_MS * NS_PER_MS;

static uint64_t age_max_ns(const struct worker *worker)
{
	return worker->shared->limits.queue_age * NS_PER_MS;
}

void admission_begin_turn(struct worker *worker, uint64_t now)
{
	if (now == worker->admission.turn_at)
		return;
	worker->admission.turn_at = now;
	worker->admission.began = uv_hrtime();
}

/* Is nothing there that the loop would not have to wait for? */
static bool is_idle(struct worker *worker)
{
	struct pollfd events = { .fd = uv_backend_fd(&worker->loop), .events = POLLIN };

	return !timeouts_first(&worker->timeouts, TIMEOUT_TURN) && poll(&events, 1, 0) == 0;
}

void admission_end_turn(struct worker *worker)
{
	struct admission *admission = &worker->admission;
	uint64_t now;

	if (!admission->turn_at)
		return;
	now = uv_hrtime();
	if (now - admission->began < age_max_ns(worker) || is_idle(worker))
		admission->calm_at = now;
	admission->turn_at = 0;
}

/* No clock is asked while all is well. */
static bool is_loop_behind(const struct worker *worker)
{
	const struct admission *admission = &worker->admission;

	return admission->began - admission->calm_at >= patience_ns &&
	       uv_hrtime() - admission->began >= age_max_ns(worker);
}

/* Was it late whenever it was looked at, for long enough? */
static bool lasts(struct lateness *lateness, bool is_late)
{
	uint64_t now;

	if (!is_late) {
		lateness->since = 0;
		return false;
	}
	now = uv_hrtime();
	if (!lateness->since || now - lateness->looked >= patience_ns)
		lateness->since = now;
	lateness->looked = now;
	return now - lateness->since >= patience_ns;
}

static bool is_overloaded(struct worker *worker, const struct request *request, struct store *store)
{
	if (worker->in_flight >= worker->in_flight_max || is_loop_behind(worker))
		return true;
	return !method_is_safe(request->method) &&
	       lasts(&worker->admission.store,
	             store_waiting_us(store) >= worker->shared->limits.queue_age * US_PER_MS);
}

bool admission_to_background(struct worker *worker)
{
	bool is_late = worker->background && worker->admission.background_wait >= age_max_ns(worker);

	return !lasts(&worker->admission.background, is_late) && worker->background < worker->background_max;
}

void admission_ask(struct worker *worker, const struct request *request, struct exchange_host *host)
{
	host->is_draining = worker_is_draining(worker);
	host->maintenance = maintenance_now(&worker->shared->maintenance, host->api->maintenance);
	host->is_overloaded = !worker->is_admin && is_overloaded(worker, request, host->store);
}
