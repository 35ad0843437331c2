/* What a server that died left running: see spawn_kill_orphans. */
#include "jobs/spawn.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ENVIRONMENT_MAX = 256 * 1024, ROUNDS_MAX = 200, ROUND_NS = 5000000 };

/* A whole environment, or its first part; 0 where it is not ours to read. */
static size_t read_environment(const char *pid, char *into, size_t max)
{
	char path[64];
	size_t len = 0;
	ssize_t some;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && len < max && (some = read(fd, into + len, max - len)) > 0)
		len += (size_t)some;
	if (fd >= 0)
		close(fd);
	return len;
}

/* Does one of its variables say just this? */
static bool has_variable(struct str environment, struct str variable)
{
	while (environment.at)
		if (str_eq(str_cut(&environment, '\0'), variable))
			return true;
	return false;
}

static size_t kill_round(struct str variable, char *room)
{
	DIR *folder = opendir("/proc");
	size_t count = 0;
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		long pid = isdigit((unsigned char)entry->d_name[0]) ? strtol(entry->d_name, NULL, 10) : 0;

		if (pid <= 1 || pid == (long)getpid())
			continue;
		if (!has_variable(str_of(room, read_environment(entry->d_name, room, ENVIRONMENT_MAX)),
		                  variable))
			continue;
		kill((pid_t)pid, SIGKILL);
		count++;
	}
	if (folder)
		closedir(folder);
	return count;
}

void spawn_kill_orphans(struct str id)
{
	const struct timespec pause = { .tv_nsec = ROUND_NS };
	char variable[128], *room = malloc(ENVIRONMENT_MAX);
	int len = snprintf(variable, sizeof(variable), "STATUTE_JOB_ID=%.*s", STR_ARG(id));

	/* What was killed has no environment any more, and what it had just started will be found in the next round. */
	for (int i = 0; room && i < ROUNDS_MAX && kill_round(str_of(variable, (size_t)len), room); i++)
		nanosleep(&pause, NULL);
	free(room);
}
