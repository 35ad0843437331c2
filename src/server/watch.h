/*
 * What libuv does not survive, prevented: it ends the process where its table of
 * descriptors cannot grow, where the system refuses to watch one, and where it cannot
 * start the threads of its pool. All three are done here ahead of it, where a refusal
 * can be an error; only in worker_new does one of libuv's own still end the process.
 */
#ifndef STATUTE_SERVER_WATCH_H
#define STATUTE_SERVER_WATCH_H

#include <uv.h>

#include <statute/error.h>

/* What a loop needs for it; lives as long as the loop. */
struct watch {
	uv_poll_t poll;
	uv_work_t work;
};

/*
 * Makes a loop's table large enough for `descriptors`, or as many as the process may have, and starts
 * the pool. `fd` is any socket; it is left as it is. 0 or STATUTE_ESYSTEM. Its handles are closed by the loop's end.
 */
STATUTE_CHECK int watch_prepare(uv_loop_t *loop, struct watch *watch, int fd, size_t descriptors);
/* Before the first read of a socket that was accepted: the loop will be able to watch it. 0 or STATUTE_ESYSTEM. */
STATUTE_CHECK int watch_add(const uv_loop_t *loop, int fd);

#endif
