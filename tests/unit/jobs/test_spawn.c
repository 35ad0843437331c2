#include "unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "jobs/spawn.h"

/* Another run of these tests, at the same time, has other orphans. */
static char job[64];
static const char *const environment[] = { "PATH=/usr/bin:/bin", job, NULL };

static int name_job(void **state)
{
	(void)state;
	return snprintf(job, sizeof(job), "STATUTE_JOB_ID=test-of-spawn-%d", (int)getpid()) < 0;
}

static struct str job_id(void)
{
	return str_from(strchr(job, '=') + 1);
}

/* What a shell with this script writes, to its end; its status of waitpid. */
static int run(const char *script, const char *input, uint64_t memory, char *output, size_t max)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	const struct spawn spawn = {
		.argv = argv,
		.environment = environment,
		.folder = "/tmp",
		.input = str_from(input),
		.memory = memory,
		.cpu_s = 10,
	};
	struct spawned spawned;
	struct pollfd exited;
	bool is_command;
	size_t len = 0;
	ssize_t some;

	assert_int_equal(spawn_command(&spawn, &spawned, &is_command), 0);
	while (len + 1 < max && (some = read(spawned.output, output + len, max - len - 1)) > 0)
		len += (size_t)some;
	output[len] = '\0';
	exited = (struct pollfd){ .fd = spawned.fd, .events = POLLIN };
	assert_int_equal(poll(&exited, 1, 30000), 1);
	close(spawned.fd);
	close(spawned.output);
	close(spawned.errors);
	return spawn_reap(spawned.pid);
}

static void a_command_reads_its_input_and_stands_in_its_folder(void **state)
{
	char output[256];

	(void)state;
	assert_int_equal(
		run("cat; pwd; echo ${STATUTE_JOB_ID%-*}", "hello\n", 1 << 28, output, sizeof(output)), 0);
	assert_string_equal(output, "hello\n/tmp\ntest-of-spawn\n");
}

static void a_command_has_its_limits(void **state)
{
	char output[256];

	(void)state;
	assert_int_equal(
		run("ulimit -c; ulimit -n; ulimit -d; ulimit -t", "", 64 << 20, output, sizeof(output)), 0);
	assert_string_equal(output, "0\n256\n65536\n10\n");
}

static void a_command_has_no_other_descriptors_and_heeds_signals(void **state)
{
	char output[256];
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int fd = open("/dev/null", O_RDONLY), status; /* without O_CLOEXEC */

	(void)state;
	assert_true(fd >= 0);
	sigaction(SIGPIPE, &ignore, &before);
	status = run("for n in 0 1 2 3 4 5 6 7 8 9 10 11 12; do [ -e /proc/$$/fd/$n ] && echo $n; done; kill "
	             "-PIPE $$; echo alive",
	             "", 1 << 28, output, sizeof(output));
	sigaction(SIGPIPE, &before, NULL);
	close(fd);
	assert_string_equal(output, "0\n1\n2\n");
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
}

static void what_cannot_be_run_is_told(void **state)
{
	const char *const argv[] = { "/no/such/command", NULL };
	const struct spawn spawn = {
		.argv = argv, .environment = environment, .folder = "/", .memory = 1 << 28
	};
	struct spawned spawned;
	bool is_command = false;

	(void)state;
	assert_int_equal(spawn_command(&spawn, &spawned, &is_command), -ENOENT);
	assert_true(is_command);
}

static bool is_alive(pid_t pid)
{
	char path[64], text[512];
	FILE *file;
	bool alive = false;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (file && fgets(text, sizeof(text), file))
		alive = !strstr(text, ") Z");
	if (file)
		fclose(file);
	return alive;
}

/* It has been killed; what is left of it goes in its own time. */
static bool ends(pid_t pid)
{
	for (int i = 0; i < 2000 && is_alive(pid); i++)
		usleep(5000);
	return !is_alive(pid);
}

static void a_group_ends_with_its_leader(void **state)
{
	char output[256];
	pid_t child;

	(void)state;
	assert_int_equal(run("sleep 600 > /dev/null 2>&1 & echo $!", "", 1 << 28, output, sizeof(output)), 0);
	child = (pid_t)strtol(output, NULL, 10);
	assert_true(child > 1);
	assert_true(ends(child));
}

static void orphans_are_known_by_their_environment(void **state)
{
	char output[256];
	pid_t child;

	(void)state;
	/* in a session of its own: no signal to the group reaches it */
	assert_int_equal(
		run("setsid sleep 600 > /dev/null 2>&1 & echo $!", "", 1 << 28, output, sizeof(output)), 0);
	child = (pid_t)strtol(output, NULL, 10);
	spawn_kill_orphans(S("another-job"));
	spawn_kill_orphans(str_sub(job_id(), 0, job_id().len - 1));
	assert_true(child > 1);
	spawn_kill_orphans(job_id());
	assert_true(ends(child));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_reads_its_input_and_stands_in_its_folder),
		cmocka_unit_test(a_command_has_its_limits),
		cmocka_unit_test(a_command_has_no_other_descriptors_and_heeds_signals),
		cmocka_unit_test(what_cannot_be_run_is_told),
		cmocka_unit_test(a_group_ends_with_its_leader),
		cmocka_unit_test(orphans_are_known_by_their_environment),
	};

	return cmocka_run_group_tests(tests, name_job, NULL);
}
