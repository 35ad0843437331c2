/*
 * Content that is not in memory: a piece of a file, several of them, or what comes with time.
 * Whoever answers makes one (struct response: source), whoever has the connection takes bytes
 * out of it as fast as the client takes them, never more than a buffer ahead.
 *
 * All of it on the thread that has the exchange. A source lives as long as its exchange: `done`
 * is called once, when the exchange forgets its answer, whatever became of that.
 */
#ifndef STATUTE_MESSAGE_CONTENT_SOURCE_H
#define STATUTE_MESSAGE_CONTENT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <statute/error.h>

/* Of content whose end shows when it comes: chunked in HTTP/1.1. */
#define CONTENT_LENGTH_UNKNOWN UINT64_MAX

struct content_source {
	uint64_t length; /* bytes in all */
	/*
	 * 0 and *ret_len > 0: so many bytes, `max` at most. 0 and *ret_len 0: the end, which before `length` means
	 * that the content is broken off, and so does any error but STATUTE_EAGAIN: nothing there now, `wake` will be
	 * called.
	 */
	int (*read)(struct content_source *source, char *into, size_t max, size_t *ret_len);
	/*
	 * Are the next bytes a piece of a file, so that the system can send them by itself? May be NULL: they are
	 * not. `skip` says that so many of them were sent.
	 */
	bool (*next_file)(struct content_source *source, int *ret_fd, uint64_t *ret_offset, uint64_t *ret_len);
	void (*skip)(struct content_source *source, uint64_t len);
	void (*done)(struct content_source *source); /* may be NULL */
	/*
	 * Set by whoever reads, before the first read: to be called when there is something again. May be NULL: nobody
	 * waits. Not from within `read`.
	 */
	void (*wake)(struct content_source *source);
	void *host; /* the reader's */
};

#endif
