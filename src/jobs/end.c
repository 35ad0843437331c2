/* From what a command left to what its row says. */
#include "jobs/inside.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <statute/status.h>

enum { PROBLEM_MAX = 4096, RESULT_DEPTH = 64 };

struct str job_problem(struct arena *arena, const char *code, int status, struct str detail)
{
	const struct statute_status *info = statute_status_find(status);
	struct buf buf;

	buf_init(&buf, arena, PROBLEM_MAX);
	buf_printf(&buf, "{\"type\":\"/-/errors/%s\",\"title\":\"%s\",\"status\":%d,\"detail\":", code,
	           info ? info->phrase : "", status);
	json_write_string(&buf, detail);
	buf_printf(&buf, ",\"error\":\"%s\",\"message\":", code);
	json_write_string(&buf, detail);
	buf_add_char(&buf, '}');
	return buf_whole(&buf);
}

static void fail(struct run *run, const char *code, int status, struct str detail)
{
	run->end = JOB_FAILED;
	run->secret = job_problem(&run->arena, code, status, detail);
	if (!run->why.len)
		run->why = detail;
}

/* Without memory for the text of a problem, it is an empty one. */
static void ensure_secret(struct run *run)
{
	if (!run->secret.at)
		run->secret = S("{}");
}

static int parse(struct run *run, struct json **ret_root)
{
	const struct json_limits limits = { .depth = RESULT_DEPTH, .nodes = UINT32_MAX };
	struct json_fault fault;
	struct str text = buf_str(&run->output);
	size_t blanks = 0;

	while (blanks < text.len && strchr(" \t\r\n", text.at[blanks]))
		blanks++;
	return json_parse(&run->arena, blanks == text.len ? S("null") : text, &limits, ret_root, &fault);
}

static void keep_text(struct run *run, const struct json *value)
{
	struct buf buf;

	buf_init(&buf, &run->arena, run->job.output * 8 + PROBLEM_MAX);
	json_write(&buf, value);
	run->secret = buf_whole(&buf);
}

static void conclude_result(struct run *run, const struct json *result)
{
	struct str name;
	int r = 0;

	if (run->job.result.len)
		r = job_location_fill(&run->arena, run->job.result, result, &run->location, &name);
	if (r == STATUTE_ENOTFOUND) {
		fail(run, "JOB_COMMAND_FAILED", 500,
		     str_printf(&run->arena, "The command's result lacks the member '%.*s' of its address.",
		                STR_ARG(name)));
		return;
	}
	run->end = JOB_DONE;
	keep_text(run, result);
	if (r < 0 || !run->secret.at)
		fail(run, "JOB_COMMAND_FAILED", 500, S("There was no memory for the result."));
}

static void conclude_success(struct run *run)
{
	struct json *result;
	int r = parse(run, &result);

	if (r == 0)
		conclude_result(run, result);
	else
		fail(run, "JOB_COMMAND_FAILED", 500, S("What the command wrote is no JSON."));
}

/* An object that is a problem by its members: a client shows it as any other. */
static bool is_problem(const struct json *value)
{
	return json_is(value, JSON_OBJECT) && (json_is(json_get(value, S("title")), JSON_STRING) ||
	                                       json_is(json_get(value, S("detail")), JSON_STRING));
}

/* The command said that it failed; what it says on its standard error is for the log alone. */
static void conclude_failure(struct run *run)
{
	char how[64];
	struct json *said;

	if (WIFSIGNALED(run->status))
		snprintf(how, sizeof(how), "signal %d", WTERMSIG(run->status));
	else
		snprintf(how, sizeof(how), "exit code %d", WEXITSTATUS(run->status));
	run->why = str_printf(&run->arena, "%s%s%.*s", how, run->last_line_len ? ": " : "",
	                      (int)run->last_line_len, run->last_line);
	fail(run, "JOB_COMMAND_FAILED", 500, S("The command failed."));
	if (run->output.len && parse(run, &said) == 0 && is_problem(said))
		keep_text(run, said);
}

static bool has_exited_well(const struct run *run)
{
	return WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0;
}

void run_conclude(struct run *run)
{
	if (run->cannot_start)
		fail(run, "JOB_COMMAND_FAILED", 500, S("The command cannot be started."));
	else if (run->is_put_off || run->stop == STOP_DRAINED)
		run->end = JOB_QUEUED;
	else if (run->stop == STOP_OUTPUT)
		fail(run, "JOB_OUTPUT_TOO_LARGE", 500, S("The command wrote more than it may."));
	else if (run->stop == STOP_TIMEOUT)
		fail(run, "JOB_TIMED_OUT", 504, S("The command took longer than it may."));
	else if (run->stop == STOP_CANCELLED)
		run->end = JOB_CANCELLED;
	else if (has_exited_well(run))
		conclude_success(run);
	else
		conclude_failure(run);
	if (run->end == JOB_FAILED)
		ensure_secret(run);
}
