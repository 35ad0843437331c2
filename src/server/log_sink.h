/*
 * Where log lines go: a file, or stdout. One sink serves all workers.
 *
 * Lines of different workers never mix: each write is of whole lines, under one
 * lock. A pipe that nobody reads never blocks the server: what does not fit now is
 * left with the caller.
 */
#ifndef STATUTE_SERVER_LOG_SINK_H
#define STATUTE_SERVER_LOG_SINK_H

#include <pthread.h>
#include <stdatomic.h>

#include <statute/error.h>

#include "base/str.h"

struct log_sink {
	pthread_mutex_t lock;
	const char *path;   /* of a file, to open it anew; NULL for stdout and off */
	int fd;             /* -1: off */
	bool is_regular;    /* a file on a disk, which takes everything at once */
	atomic_bool reopen; /* was asked for */
	atomic_uint_fast64_t refused_lines; /* that the system refused for good */
};

/* The longest line: what a pipe takes at once (PIPE_BUF of Linux). */
enum { LOG_LINE_MAX = 4096 };

/* `path`: a file, "-", or NULL or "off"; borrowed. 0 or STATUTE_EIO; log_sink_close is due in any case. */
STATUTE_CHECK int log_sink_open(struct log_sink *sink, const char *path);
void log_sink_close(struct log_sink *sink);
static inline bool log_sink_is_off(const struct log_sink *sink) { return !sink->path && sink->fd < 0; }
/* Any thread, and from a signal handler: the next write opens the file anew. */
void log_sink_reopen(struct log_sink *sink);
/*
 * Any thread. Writes whole lines, each at most LOG_LINE_MAX bytes; returns how many
 * bytes are done with. Fewer than all: there is no room now, try again later. What
 * the system refuses for good (a full disk, a closed pipe) counts as done with.
 */
size_t log_sink_write(struct log_sink *sink, struct str lines);

#endif
