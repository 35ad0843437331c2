/* What libuv does not survive, prevented: see watch.h. */
#include "server/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)poll, (void)status, (void)events;
}

static void do_nothing(uv_work_t *work)
{
	(void)work;
}

/* A copy of a descriptor with a number as high as any will be; -1 where there is none that high. */
static int copy_high(int fd, size_t descriptors)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -1;
	if (limit.rlim_cur != RLIM_INFINITY && descriptors >= limit.rlim_cur)
		descriptors = (size_t)limit.rlim_cur - 1;
	return fcntl(fd, F_DUPFD_CLOEXEC, (int)descriptors);
}

/* The table grows with the number of what is watched, and never shrinks. */
static int grow_table(uv_loop_t *loop, uv_poll_t *poll, int fd)
{
	int r = uv_poll_init(loop, poll, fd);

	if (r < 0)
		return STATUTE_ESYSTEM;
	r = uv_poll_start(poll, UV_READABLE, on_poll);
	uv_poll_stop(poll);
	uv_close((uv_handle_t *)poll, NULL);
	return r < 0 ? STATUTE_ESYSTEM : 0;
}

int watch_prepare(uv_loop_t *loop, struct watch *watch, int fd, size_t descriptors)
{
	int high = copy_high(fd, descriptors), r = 0;

	if (high >= 0) {
		r = grow_table(loop, &watch->poll, high);
		close(high);
	}
	if (r == 0 && uv_queue_work(loop, &watch->work, do_nothing, NULL) < 0)
		r = STATUTE_ESYSTEM;
	return r;
}

/* libuv, told that it is watched already, only says what for, which never fails. */
int watch_add(const uv_loop_t *loop, int fd)
{
	struct epoll_event event = { .data.fd = fd };

	if (epoll_ctl(uv_backend_fd(loop), EPOLL_CTL_ADD, fd, &event) < 0 && errno != EEXIST)
		return STATUTE_ESYSTEM;
	return 0;
}
