/* Which requests are let in: see admission.h. */
#include "server/admission.h"

#include <poll.h>

#include "server/worker.h"

enum { NS_PER_MS = 1000000, US_PER_MS = 1000 };

static uint64_t age_max_ns(const struct worker *worker)
{
	return worker->shared->limits.queue_age * NS_PER_MS;
}

/* How long it must have lasted, as of `now`. */
static uint64_t patience_ns(const struct worker *worker, uint64_t now)
{
	uint64_t whole = (uint64_t)ADMISSION_PATIENCE_MS * NS_PER_MS, brief = age_max_ns(worker);

	return now < worker->admission.alert_until && brief < whole ? brief : whole;
}

void admission_begin_turn(struct worker *worker, uint64_t now)
{
	if (now == worker->admission.turn_at)
		return;
	worker->admission.turn_at = now;
	worker->admission.began = uv_hrtime();
	if (worker->admission.was_calm)
		worker->admission.calm_at = worker->admission.began;
	worker->admission.was_calm = false;
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

	if (!admission->turn_at)
		return;
	admission->was_calm = uv_hrtime() - admission->began < age_max_ns(worker) || is_idle(worker);
	admission->turn_at = 0;
}

/* No clock is asked while all is well. */
static bool is_loop_behind(const struct worker *worker)
{
	const struct admission *admission = &worker->admission;

	return admission->began - admission->calm_at >= patience_ns(worker, admission->began) &&
	       uv_hrtime() - admission->began >= age_max_ns(worker);
}

/* Was it late whenever it was looked at, for long enough? */
static bool lasts(const struct worker *worker, struct lateness *lateness, bool is_late)
{
	uint64_t now, patience;

	if (!is_late) {
		lateness->since = 0;
		return false;
	}
	now = uv_hrtime();
	patience = patience_ns(worker, now);
	if (!lateness->since || now - lateness->looked >= (uint64_t)ADMISSION_PATIENCE_MS * NS_PER_MS)
		lateness->since = now;
	lateness->looked = now;
	return now - lateness->since >= patience;
}

static bool is_overloaded(struct worker *worker, const struct request *request, struct store *store)
{
	if (worker->in_flight >= worker->in_flight_max || is_loop_behind(worker))
		return true;
	return !method_is_safe(request->method) &&
	       lasts(worker, &worker->admission.store,
	             store_waiting_us(store) >= worker->shared->limits.queue_age * US_PER_MS);
}

bool admission_to_background(struct worker *worker)
{
	bool is_late = worker->background && worker->admission.background_wait >= age_max_ns(worker);

	return !lasts(worker, &worker->admission.background, is_late) &&
	       worker->background < worker->background_max;
}

static bool lists(const struct request *request, enum field_id id, struct str word)
{
	for (size_t i = 0; request->lines[id] && i < request->field_count; i++) {
		struct str rest = request->fields[i].value;

		if (request->fields[i].id != id)
			continue;
		while (rest.at) {
			struct str member = str_cut(&rest, ',');

			if (str_eq_nocase(str_trim(str_cut(&member, ';')), word))
				return true;
		}
	}
	return false;
}

/* A feed lasts: whether there is room for one more is asked before anything else, as for any request. */
static bool is_feed_too_many(const struct worker *worker, const struct request *request)
{
	if (atomic_load(&worker->shared->feeds) < worker->shared->limits.feeds)
		return false;
	return lists(request, FIELD_UPGRADE, S("websocket")) || lists(request, FIELD_ACCEPT, S("text/event-stream"));
}

void admission_ask(struct worker *worker, const struct request *request, struct exchange_host *host)
{
	host->is_draining = worker_is_draining(worker);
	host->maintenance = maintenance_now(&worker->shared->maintenance, host->api->maintenance);
	host->is_overloaded = !worker->is_admin && is_overloaded(worker, request, host->store);
	if (host->is_overloaded)
		worker->admission.alert_until = uv_hrtime() + (uint64_t)ADMISSION_ALERT_MS * NS_PER_MS;
	host->is_overloaded |= !worker->is_admin && is_feed_too_many(worker, request);
}
