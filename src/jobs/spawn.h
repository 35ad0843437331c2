/*
 * A command in a process group of its own: no shell, nothing inherited but what is named here, bounded by
 * rlimits, killed by the system when the thread that started it ends. And what a server that died left behind.
 */
#ifndef STATUTE_JOBS_SPAWN_H
#define STATUTE_JOBS_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <statute/error.h>

#include "base/str.h"

struct spawn {
	const char *const *argv; /* argv[0] is a path */
	const char *const *environment;
	const char *folder;
	struct str input; /* what it reads */
	uint64_t memory;  /* bytes that each of its processes may have of its own (RLIMIT_DATA) */
	uint64_t cpu_s;   /* seconds of processors, each */
};

struct spawned {
	pid_t pid;          /* of the group, too */
	int fd;             /* a pidfd: readable once it has ended */
	int output, errors; /* what it writes; like the pidfd the caller's to close */
};

/*
 * 0, or a negative errno where the system has no room for it; *ret_is_command is set where the command itself
 * cannot be run. The thread that calls must live as long as the command.
 */
STATUTE_CHECK int spawn_command(const struct spawn *spawn, struct spawned *ret_spawned, bool *ret_is_command);
/* To every process of the group. */
void spawn_signal(pid_t group, int number);
/* Once the pidfd is readable: kills what is left of the group, and takes the status of waitpid. */
int spawn_reap(pid_t pid);
/* Kills every process whose environment says that it is of this job: STATUTE_JOB_ID. Waits until they are gone. */
void spawn_kill_orphans(struct str id);

#endif
