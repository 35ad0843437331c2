/* Waiting to an end: see deadline.h. */
#include "client/deadline.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "base/clock.h"

/* Milliseconds until then; 0 past it. */
static int ms_left(const struct deadline *deadline)
{
	uint64_t now = clock_monotonic_us(), ms;

	if (now >= deadline->due_us)
		return 0;
	ms = (deadline->due_us - now + 999) / 1000;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

bool deadline_await(const struct deadline *deadline, int fd, short events)
{
	struct pollfd what[2] = { { .fd = fd, .events = events }, { .fd = deadline->stop_fd, .events = POLLIN } };
	int r;

	do
		r = poll(what, 2, ms_left(deadline));
	while (r < 0 && errno == EINTR);
	return r > 0 && !what[1].revents;
}
