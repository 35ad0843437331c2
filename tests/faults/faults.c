/* Which call is to fail: see faults.h. One kind at a time; any thread counts. */
#include "faults.h"

#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <string.h>

extern void __lsan_disable(void) __attribute__((weak));
extern void __lsan_enable(void) __attribute__((weak));

enum { FRAMES_MAX = 40 };

static atomic_int armed_kind;
static atomic_long left, calls, hits;
static atomic_bool lasts, shortens;
static int error;
static void *frames[FRAMES_MAX];
static atomic_int frame_count;
static _Thread_local bool is_spared =
	true; /* until the thread has begun: what begins it is not the server's */

enum fault_kind fault_find(const char *name)
{
	static const char *const names[FAULT_KINDS] = {
#define F(name, text) [FAULT_##name] = (text),
#include "faults.def"
#undef F
	};

	for (int kind = FAULT_NONE + 1; kind < FAULT_KINDS; kind++)
		if (strcmp(names[kind], name) == 0)
			return (enum fault_kind)kind;
	return FAULT_NONE;
}

void fault_arm(enum fault_kind kind, long at, bool is_for_good, int number)
{
	atomic_store(&left, at);
	atomic_store(&lasts, is_for_good);
	atomic_store(&calls, 0);
	atomic_store(&hits, 0);
	error = number;
	atomic_store(&armed_kind, (int)kind);
}

long fault_disarm(long *ret_calls)
{
	atomic_store(&armed_kind, FAULT_NONE);
	*ret_calls = atomic_load(&calls);
	return atomic_load(&hits);
}

void fault_spare(bool spares)
{
	is_spared = spares;
}

void fault_shorten(bool is_on)
{
	atomic_store(&shortens, is_on);
}

bool fault_shortens(void)
{
	return !is_spared && atomic_load(&shortens);
}

/* The first one is remembered; with that many threads in it, two at once are not worth a lock. */
static void strike(void)
{
	if (atomic_fetch_add(&hits, 1) == 0) {
		bool was_spared = is_spared;

		is_spared = true;
		frame_count = backtrace(frames, FRAMES_MAX);
		is_spared = was_spared;
	}
	errno = error;
}

bool fault_is_due(enum fault_kind kind)
{
	long number;

	if (atomic_load_explicit(&armed_kind, memory_order_relaxed) != (int)kind || is_spared)
		return false;
	atomic_fetch_add(&calls, 1);
	number = atomic_fetch_sub(&left, 1);
	if (number > 1 || (number < 1 && !atomic_load(&lasts)))
		return false;
	strike();
	return true;
}

/* Loads what `backtrace` needs, which allocates, and is never freed. */
__attribute__((constructor)) static void prepare(void)
{
	if (__lsan_disable)
		__lsan_disable();
	frame_count = backtrace(frames, 1);
	if (__lsan_enable)
		__lsan_enable();
}

void fault_trace(int fd)
{
	backtrace_symbols_fd(frames, frame_count, fd);
}

void fault_trace_here(int fd)
{
	void *here[FRAMES_MAX];

	backtrace_symbols_fd(here, backtrace(here, FRAMES_MAX), fd);
}
