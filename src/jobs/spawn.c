/* Starting commands: see spawn.h. */
#include "jobs/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OPEN_FILES = 256, FIRST_FREE = 3 };

/* ---- In the child, before the command: nothing but system calls ------------ */

static void set_limit(__rlimit_resource_t resource, uint64_t value)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || value < limit.rlim_max ? value : limit.rlim_max;
	limit.rlim_max = limit.rlim_cur;
	setrlimit(resource, &limit);
}

/* The server ignores SIGPIPE and blocks some, which an exec would hand on. */
static void reset_signals(void)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &usual, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_rest(int from)
{
	if (close_range((unsigned)from, ~0U, 0) == 0)
		return;
	for (int fd = from; fd < 65536; fd++)
		close(fd);
}

struct child_pipes {
	int input, output, errors, failure;
};

static void run_child(const struct spawn *spawn, const struct child_pipes *pipes, pid_t parent)
{
	int failure, error;

	setsid();
	reset_signals();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(127);
	if (dup2(pipes->input, STDIN_FILENO) < 0 || dup2(pipes->output, STDOUT_FILENO) < 0 ||
	    dup2(pipes->errors, STDERR_FILENO) < 0)
		_exit(127);
	failure = dup2(pipes->failure, FIRST_FREE);
	fcntl(failure, F_SETFD, FD_CLOEXEC);
	close_rest(FIRST_FREE + 1);
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_NOFILE, OPEN_FILES);
	set_limit(RLIMIT_CPU, spawn->cpu_s);
	set_limit(RLIMIT_DATA, spawn->memory);
	if (chdir(spawn->folder) == 0)
		execve(spawn->argv[0], (char *const *)(uintptr_t)spawn->argv,
		       (char *const *)(uintptr_t)spawn->environment); /* which changes neither */
	error = errno;
	error = (int)write(failure, &error, sizeof(error));
	_exit(error > 0 ? 127 : 126);
}

/* ---- In the server --------------------------------------------------------- */

/* Away from 0, 1 and 2, which a server may have been started without, and from FIRST_FREE. */
static int move_up(int fd)
{
	int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE + 1);

	if (fd >= 0)
		close(fd);
	return moved;
}

static void close_pair(int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static bool make_pipe(int fds[2])
{
	fds[0] = fds[1] = -1;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return false;
	fds[0] = move_up(fds[0]);
	fds[1] = move_up(fds[1]);
	return fds[0] >= 0 && fds[1] >= 0;
}

/* In memory, so that nobody needs to write as the command reads; sealed: it is the command's to read alone. */
static int make_input(struct str input)
{
	int fd = move_up(memfd_create("job", MFD_CLOEXEC | MFD_ALLOW_SEALING));
	size_t done = 0;

	while (fd >= 0 && done < input.len) {
		ssize_t some = write(fd, input.at + done, input.len - done);

		if (some > 0)
			done += (size_t)some;
		else if (errno != EINTR)
			break;
	}
	if (fd >= 0 && (done < input.len || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	if (fd >= 0)
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	return fd;
}

struct all_pipes {
	int input, output[2], errors[2], failure[2];
};

static bool make_all(const struct spawn *spawn, struct all_pipes *pipes)
{
	*pipes = (struct all_pipes){ -1, { -1, -1 }, { -1, -1 }, { -1, -1 } };
	pipes->input = make_input(spawn->input);
	return pipes->input >= 0 && make_pipe(pipes->output) && make_pipe(pipes->errors) &&
	       make_pipe(pipes->failure);
}

static void close_all(struct all_pipes *pipes)
{
	if (pipes->input >= 0)
		close(pipes->input);
	close_pair(pipes->output);
	close_pair(pipes->errors);
	close_pair(pipes->failure);
}

/* All signals wait until the child has its own handlers: one of ours must not run there. */
static pid_t fork_child(const struct spawn *spawn, const struct all_pipes *all)
{
	const struct child_pipes pipes = { all->input, all->output[1], all->errors[1], all->failure[1] };
	pid_t parent = getpid(), pid;
	sigset_t every, before;

	sigfillset(&every);
	pthread_sigmask(SIG_SETMASK, &every, &before);
	pid = fork();
	if (pid == 0)
		run_child(spawn, &pipes, parent);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/* What kept the child from becoming the command, as an errno; 0: nothing. */
static int read_failure(int fd)
{
	int error = 0;
	ssize_t len;

	do
		len = read(fd, &error, sizeof(error));
	while (len < 0 && errno == EINTR);
	return len == (ssize_t)sizeof(error) ? error : 0;
}

static int take_child(pid_t pid, struct all_pipes *pipes, struct spawned *ret_spawned, bool *ret_is_command)
{
	int error, fd;

	close(pipes->failure[1]);
	pipes->failure[1] = -1;
	error = read_failure(pipes->failure[0]);
	*ret_is_command = error != 0;
	fd = error ? -1 : pidfd_open(pid, 0);
	if (fd < 0) {
		error = error ? error : errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return -error;
	}
	*ret_spawned = (struct spawned){ pid, fd, pipes->output[0], pipes->errors[0] };
	pipes->output[0] = pipes->errors[0] = -1;
	return 0;
}

int spawn_command(const struct spawn *spawn, struct spawned *ret_spawned, bool *ret_is_command)
{
	struct all_pipes pipes;
	int r = 0;
	pid_t pid;

	*ret_is_command = false;
	if (!make_all(spawn, &pipes) || (pid = fork_child(spawn, &pipes)) < 0)
		r = errno ? -errno : -ENOMEM;
	else
		r = take_child(pid, &pipes, ret_spawned, ret_is_command);
	close_all(&pipes);
	return r;
}

void spawn_signal(pid_t group, int number)
{
	kill(-group, number);
}

/* While its leader is not taken, nobody else can be given the group's number. */
int spawn_reap(pid_t pid)
{
	int status = 0;
	siginfo_t info;

	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}
