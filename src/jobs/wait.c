/* Those who wait for the end of a job: see jobs.h. */
#include "base/clock.h"
#include "jobs/inside.h"

static uint64_t now_ms(void)
{
	return clock_monotonic_us() / 1000;
}

bool jobs_wait(struct jobs *jobs, struct job_waiter *waiter)
{
	bool has_room;

	pthread_mutex_lock(&jobs->lock);
	has_room = jobs->waiter_count < WAITERS_MAX && atomic_load(&jobs->can_wake) &&
	           !atomic_load(&jobs->stops);
	if (has_room) {
		waiter->is_waiting = true;
		waiter->next = jobs->waiters;
		jobs->waiters = waiter;
		jobs->waiter_count++;
	}
	pthread_mutex_unlock(&jobs->lock);
	if (has_room)
		jobs_notify(jobs); /* its time may be the first to be over */
	return has_room;
}

/* Under the lock. */
static void take_out(struct jobs *jobs, struct job_waiter **at)
{
	struct job_waiter *waiter = *at;

	*at = waiter->next;
	waiter->is_waiting = false;
	jobs->waiter_count--;
}

bool jobs_leave(struct jobs *jobs, struct job_waiter *waiter)
{
	bool was_waiting;

	pthread_mutex_lock(&jobs->lock);
	was_waiting = waiter->is_waiting;
	for (struct job_waiter **at = &jobs->waiters; *at && was_waiting; at = &(*at)->next) {
		if (*at != waiter)
			continue;
		take_out(jobs, at);
		break;
	}
	pthread_mutex_unlock(&jobs->lock);
	return was_waiting;
}

/* `wake` is called outside of the lock: it may lead to anything. */
static void wake_all(struct job_waiter *first)
{
	for (struct job_waiter *next; first; first = next) {
		next = first->next;
		first->wake(first->data);
	}
}

static bool is_meant(const struct job_waiter *waiter, struct str id, uint64_t due)
{
	if (due)
		return waiter->due_ms <= due;
	return !id.at || str_eq(id, str_of(waiter->id, UUID_LEN));
}

/* Those of an id, all, or, where `due` is not 0, those whose time is over by then. */
static void wake(struct jobs *jobs, struct str id, uint64_t due)
{
	struct job_waiter *woken = NULL;

	pthread_mutex_lock(&jobs->lock);
	for (struct job_waiter **at = &jobs->waiters; *at;) {
		struct job_waiter *waiter = *at;

		if (!is_meant(waiter, id, due)) {
			at = &waiter->next;
			continue;
		}
		take_out(jobs, at);
		waiter->next = woken;
		woken = waiter;
	}
	pthread_mutex_unlock(&jobs->lock);
	wake_all(woken);
}

void waiters_wake(struct jobs *jobs, struct str id)
{
	wake(jobs, id, 0);
}

void waiters_wake_due(struct jobs *jobs)
{
	wake(jobs, (struct str){ 0 }, now_ms());
}

uint64_t waiters_due_in(struct jobs *jobs)
{
	uint64_t first = UINT64_MAX, now = now_ms();

	pthread_mutex_lock(&jobs->lock);
	for (const struct job_waiter *waiter = jobs->waiters; waiter; waiter = waiter->next)
		if (waiter->due_ms < first)
			first = waiter->due_ms;
	pthread_mutex_unlock(&jobs->lock);
	if (first == UINT64_MAX)
		return NEVER_MS;
	return first > now ? first - now : 0;
}
