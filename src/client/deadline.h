/* Waiting for a descriptor, to an end: a point in time, or somebody who says to give up. */
#ifndef STATUTE_CLIENT_DEADLINE_H
#define STATUTE_CLIENT_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

struct deadline {
	uint64_t due_us; /* of clock_monotonic_us */
	int stop_fd;     /* readable: give up; -1: nobody says so */
};

/* Waits until `fd` has one of the events of poll(2). False where the end came first. */
bool deadline_await(const struct deadline *deadline, int fd, short events);

#endif
