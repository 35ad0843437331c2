/* Starting the command of a run, and hearing what it writes. */
#include "jobs/inside.h"
#include "jobs/spawn.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum { CPU_MORE_S = 10, ENVIRONMENT_VARIABLES = 9 };

/* ---- What it writes ---------------------------------------------------------------------- */

static void take_line(struct run *run, struct str line)
{
	struct str message;

	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	if (job_progress_read(line, &run->progress, &message)) {
		memcpy(run->message, message.len ? message.at : "", message.len);
		run->message_len = message.len;
		run->has_news = true;
		run_set_timer(run);
	} else if (line.len) {
		memcpy(run->last_line, line.at, line.len);
		run->last_line_len = line.len;
		tell_line(run, line);
	}
}

/* Lines of any length and number may come: what is beyond a line's bound is dropped. */
static void take_errors(struct run *run, struct str text)
{
	while (text.len) {
		size_t end = str_find(text, '\n'), room = sizeof(run->line) - run->line_len;
		size_t some = end < room ? end : room;

		memcpy(run->line + run->line_len, text.at, some);
		run->line_len += some;
		if (end == text.len)
			return;
		take_line(run, str_of(run->line, run->line_len));
		run->line_len = 0;
		text = str_sub(text, end + 1, text.len);
	}
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
	struct run *run = handle->data;

	(void)suggested;
	*ret_buf = uv_buf_init(run->jobs->input, READ_MAX);
}

static void on_output(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct run *run = stream->data;

	if (len < 0) {
		run->output_ended = true;
		uv_read_stop(stream);
		run_conclude_if_ended(run);
		return;
	}
	if (run->output.len + (size_t)len <= run->job.output)
		buf_add(&run->output, str_of(buf->base, (size_t)len));
	else
		run->output.failed = true;
	if (run->output.failed) {
		uv_read_stop(stream);
		run->output_ended = true;
		run_stop(run, STOP_OUTPUT);
		if (!run->stop) /* it has exited already */
			run->stop = STOP_OUTPUT;
	}
}

static void on_errors(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct run *run = stream->data;

	if (len >= 0) {
		take_errors(run, str_of(buf->base, (size_t)len));
		return;
	}
	run->error_ended = true;
	uv_read_stop(stream);
	if (run->line_len)
		take_line(run, str_of(run->line, run->line_len));
	run->line_len = 0;
	run_conclude_if_ended(run);
}

/* ---- Its beginning ------------------------------------------------------------------------ */

/* A variable ends at a NUL: rather than a part of a name, which may be another's, it is empty. */
static const char *variable(struct run *run, const char *name, struct str value)
{
	if (value.len && memchr(value.at, '\0', value.len))
		value = (struct str){ 0 };
	return str_printf(&run->arena, "%s=%.*s", name, STR_ARG(value)).at;
}

/* All that a command is told beside its input. docs/jobs.md says the same. */
static bool make_environment(struct run *run, const char *list[ENVIRONMENT_VARIABLES])
{
	const struct job_record *record = &run->write.record;
	char attempt[STR_INTEGER_LEN];
	size_t count = 0;

	list[count++] = variable(run, "STATUTE_JOB_ID", str_of(run->id, UUID_LEN));
	list[count++] = variable(run, "STATUTE_ATTEMPT",
	                         str_of(attempt, str_put_i64(attempt, record->attempts)));
	list[count++] = variable(run, "STATUTE_REQUEST_ID", record->request);
	list[count++] = variable(run, "STATUTE_PRINCIPAL", record->principal);
	list[count++] = variable(run, "STATUTE_PATH", record->path);
	list[count++] = variable(run, "STATUTE_QUERY", record->query);
	list[count++] = variable(run, "PATH", S("/usr/local/bin:/usr/bin:/bin"));
	list[count++] = variable(run, "LANG", S("C.UTF-8"));
	list[count] = NULL;
	return !run->arena.failed;
}

static int open_pipe(struct run *run, uv_pipe_t *pipe, int fd, uv_read_cb on_read)
{
	pipe->data = run;
	run->handles++;
	if (uv_pipe_init(&run->jobs->loop, pipe, 0) < 0 || uv_pipe_open(pipe, fd) < 0) {
		close(fd);
		return STATUTE_ESYSTEM;
	}
	return uv_read_start((uv_stream_t *)pipe, on_alloc, on_read) < 0 ? STATUTE_ESYSTEM : 0;
}

static int give_up_child(const struct spawned *spawned)
{
	spawn_signal(spawned->pid, SIGKILL);
	spawn_reap(spawned->pid);
	close(spawned->fd);
	close(spawned->output);
	close(spawned->errors);
	return -ENOMEM;
}

/* From here on its exit is seen, whatever else cannot be. */
static int watch(struct run *run, const struct spawned *spawned)
{
	uv_loop_t *loop = &run->jobs->loop;
	bool is_heard;

	if (uv_poll_init(loop, &run->exited, spawned->fd) < 0)
		return give_up_child(spawned);
	uv_poll_start(&run->exited, UV_READABLE, run_exited);
	uv_timer_init(loop, &run->timer);
	run->exited.data = run->timer.data = run;
	run->handles = 2;
	run->state = RUN_WORKING;
	run->pid = spawned->pid;
	run->exit_fd = spawned->fd;
	is_heard = open_pipe(run, &run->output_pipe, spawned->output, on_output) == 0;
	run->output_ended = !is_heard;
	run->error_ended = open_pipe(run, &run->error_pipe, spawned->errors, on_errors) < 0;
	if (!is_heard)
		run_stop(run, STOP_DRAINED);
	run_set_timer(run);
	return 0;
}

int run_start(struct run *run)
{
	const char *environment[ENVIRONMENT_VARIABLES];
	const struct spawn spawn = {
		.argv = run->job.argv,
		.environment = environment,
		.folder = run->job.folder,
		.input = run->write.secret,
		.memory = run->job.memory,
		.cpu_s = run->job.timeout_ms / 1000 * uv_available_parallelism() + CPU_MORE_S,
	};
	struct spawned spawned;
	int r = make_environment(run, environment) ? 0 : -ENOMEM;

	if (r == 0)
		r = spawn_command(&spawn, &spawned, &run->cannot_start);
	return r == 0 ? watch(run, &spawned) : r;
}
