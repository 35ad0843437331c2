/*
 * x-statute: {job: {run: [./report.sh], …}} on a POST: a command does its work in the background.
 * See struct job, and docs/jobs.md for what each key says.
 */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/duration.h"
#include "openapi/binder.h"

#define EXAMPLE "write job: {run: [./report.sh]}"
/* Where a command without a path is looked for; it is what the command itself gets, too. */
#define COMMAND_PATH "/usr/local/bin:/usr/bin:/bin"

enum {
	WORDS_MAX = 64,
	TIMEOUT_MAX_S = 7 * 86400,
	KEEP_MAX_S = 366 * 86400,
	WAIT_MAX_S = 30,
	ATTEMPTS_MAX = 100,
	QUEUE_MAX = 100000,
	PARALLEL_MAX = 64
};
#define MEMORY_MIN (UINT64_C(16) << 20)
#define MEMORY_MAX (UINT64_C(1) << 40)
#define OUTPUT_MAX (UINT64_C(16) << 20)

struct reading_job {
	struct binder *binder;
	struct job *job;
	bool has_run;
};

static void issue(const struct reading_job *reading, const struct json *at, const char *remedy,
                  const char *message)
{
	issues_add(reading->binder->issues, at->at, remedy, "%s", message);
}

/* ---- Numbers -------------------------------------------------------------- */

static bool read_count(const struct json *value, uint64_t max, uint64_t *ret_count)
{
	int64_t number;

	if (!json_is(value, JSON_NUMBER) || !json_to_i64(value, &number) || number < 1 ||
	    (uint64_t)number > max)
		return false;
	*ret_count = (uint64_t)number;
	return true;
}

static void read_uint(const struct reading_job *reading, const struct json *value, uint64_t max,
                      uint32_t *ret_count)
{
	uint64_t count;

	if (read_count(value, max, &count))
		*ret_count = (uint32_t)count;
	else
		issues_add(reading->binder->issues, value->at, NULL,
		           "x-statute.job.%.*s is no number from 1 to %llu", STR_ARG(value->name),
		           (unsigned long long)max);
}

/* 60, or "1m". */
static void read_time(const struct reading_job *reading, const struct json *value, uint64_t max_s,
                      uint64_t *ret_ms)
{
	uint64_t seconds, ms;

	if (json_is(value, JSON_STRING) && duration_read(value->text, &ms) && ms && ms <= max_s * 1000)
		*ret_ms = ms;
	else if (read_count(value, max_s, &seconds))
		*ret_ms = seconds * 1000;
	else
		issues_add(reading->binder->issues, value->at, "write a number of seconds, or 10m",
		           "x-statute.job.%.*s is no time from 1 s to %llu s", STR_ARG(value->name),
		           (unsigned long long)max_s);
}

/* 1048576, or "1MiB". */
static bool size_of(const struct json *value, uint64_t *ret_size)
{
	static const struct {
		struct str unit;
		unsigned shift;
	} units[] = { { STR_INIT("KiB"), 10 }, { STR_INIT("MiB"), 20 }, { STR_INIT("GiB"), 30 } };

	if (read_count(value, MEMORY_MAX, ret_size))
		return true;
	for (size_t i = 0; json_is(value, JSON_STRING) && i < sizeof(units) / sizeof(units[0]); i++) {
		struct str unit = units[i].unit;
		uint64_t count;

		if (!str_ends(value->text, unit) ||
		    !str_to_u64(str_sub(value->text, 0, value->text.len - unit.len), &count) ||
		    count > MEMORY_MAX >> units[i].shift)
			continue;
		*ret_size = count << units[i].shift;
		return true;
	}
	return false;
}

static void read_size(const struct reading_job *reading, const struct json *value, uint64_t min, uint64_t max,
                      uint64_t *ret_size)
{
	uint64_t size;

	if (size_of(value, &size) && size >= min && size <= max)
		*ret_size = size;
	else
		issues_add(reading->binder->issues, value->at, "write a number of bytes, or 64MiB",
		           "x-statute.job.%.*s is no size from %llu to %llu bytes", STR_ARG(value->name),
		           (unsigned long long)min, (unsigned long long)max);
}

/* ---- The command ---------------------------------------------------------- */

static bool is_program(const char *path)
{
	return access(path, X_OK) == 0 && access(path, F_OK) == 0;
}

/* The absolute path of a command: {NULL, 0} where there is none, or no memory. */
static struct str find_program(const struct reading_job *reading, struct str name)
{
	struct arena *arena = reading->binder->arena;
	struct str folders = S(COMMAND_PATH), path;

	if (str_find(name, '/') < name.len) {
		path = name.at[0] == '/' ? str_dup(arena, name)
		                         : str_printf(arena, "%s/%.*s", reading->job->folder, STR_ARG(name));
		return path.at && is_program(path.at) ? path : (struct str){ 0 };
	}
	while (folders.at) {
		struct str folder = str_cut(&folders, ':');

		path = str_printf(arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
		if (path.at && is_program(path.at))
			return path;
	}
	return (struct str){ 0 };
}

static bool is_word(const struct json *word)
{
	return json_is(word, JSON_STRING) &&
	       !memchr(word->text.at ? word->text.at : "", '\0', word->text.len);
}

static int read_run(struct reading_job *reading, const struct json *value)
{
	const char **argv = arena_array(reading->binder->arena, value->count + 1, sizeof(*argv));
	size_t count = 0;

	if (!argv)
		return STATUTE_ENOMEM;
	reading->has_run = true;
	if (!json_is(value, JSON_ARRAY) || !value->count || value->count > WORDS_MAX) {
		issue(reading, value, EXAMPLE,
		      "x-statute.job.run is no list of a command and its arguments, 64 at most");
		return 0;
	}
	json_each(word, value) {
		struct str text;

		if (!is_word(word)) {
			issue(reading, word, "quote it", "a word of x-statute.job.run is no text");
			return 0;
		}
		text = count ? str_dup(reading->binder->arena, word->text)
		             : find_program(reading, word->text);
		if (!text.at && !count) {
			issues_add(reading->binder->issues, word->at,
			           "name a file beside the document, ./report.sh, and chmod +x it",
			           "the command '%.*s' is no program that can be run", STR_ARG(word->text));
			return reading->binder->arena->failed ? STATUTE_ENOMEM : 0;
		}
		if (!text.at)
			return STATUTE_ENOMEM;
		argv[count++] = text.at;
	}
	reading->job->argv = argv;
	return 0;
}

/* A path, or a URL, with members of the result in braces, and nothing that would end a field. */
static bool is_result(struct str text)
{
	bool is_in = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if ((unsigned char)c <= ' ' || c == 0x7F || (c == '{' && is_in) || (c == '}' && !is_in))
			return false;
		if (c == '}' && text.at[i - 1] == '{')
			return false;
		is_in = c == '{' || (is_in && c != '}');
	}
	return !is_in && (str_starts(text, S("/")) || str_starts(text, S("https://")) ||
	                  str_starts(text, S("http://")));
}

static void read_result(const struct reading_job *reading, const struct json *value)
{
	if (json_is(value, JSON_STRING) && is_result(value->text))
		reading->job->result = value->text;
	else
		issue(reading, value,
		      "write result: \"/reports/{id}\", `id` being a member of what the command writes",
		      "x-statute.job.result is no path and no URL");
}

static int read_member(struct reading_job *reading, const struct json *member)
{
	struct job *job = reading->job;
	struct str name = member->name;

	if (str_eq(name, S("run")))
		return read_run(reading, member);
	if (str_eq(name, S("timeout")))
		read_time(reading, member, TIMEOUT_MAX_S, &job->timeout_ms);
	else if (str_eq(name, S("keep")))
		read_time(reading, member, KEEP_MAX_S, &job->keep_ms);
	else if (str_eq(name, S("wait")))
		read_time(reading, member, WAIT_MAX_S, &job->wait_ms);
	else if (str_eq(name, S("memory")))
		read_size(reading, member, MEMORY_MIN, MEMORY_MAX, &job->memory);
	else if (str_eq(name, S("output")))
		read_size(reading, member, 1, OUTPUT_MAX, &job->output);
	else if (str_eq(name, S("attempts")))
		read_uint(reading, member, ATTEMPTS_MAX, &job->attempts);
	else if (str_eq(name, S("queue")))
		read_uint(reading, member, QUEUE_MAX, &job->queue);
	else if (str_eq(name, S("parallel")))
		read_uint(reading, member, PARALLEL_MAX, &job->parallel);
	else if (str_eq(name, S("result")))
		read_result(reading, member);
	else
		issues_add(
			reading->binder->issues, member->name_at,
			"use run, timeout, memory, output, attempts, keep, queue, parallel, wait and result",
			"x-statute.job has no key '%.*s'", STR_ARG(name));
	return 0;
}

/* The folder of the document, absolute: a server may be started anywhere. NULL without memory. */
static const char *find_folder(const struct binder *binder)
{
	const struct sources *sources = &binder->document->sources;
	struct str path = sources->count ? sources->list[0].path : S("");
	char absolute[PATH_MAX];
	size_t len = path.len;

	while (len && path.at[len - 1] != '/')
		len--;
	path = len ? str_dup(binder->arena, str_sub(path, 0, len)) : S(".");
	if (!path.at || !realpath(path.at, absolute))
		return path.at;
	return str_dup(binder->arena, str_from(absolute)).at;
}

int job_read(struct binder *binder, const struct path_item *path, const struct json *value,
             const void **ret_said)
{
	struct job *job = arena_new(binder->arena, struct job);
	struct reading_job reading = { .binder = binder, .job = job };
	int r;

	(void)path;
	if (!job)
		return STATUTE_ENOMEM;
	*job = (struct job){
		.folder = find_folder(binder),
		.timeout_ms = UINT64_C(600) * 1000,
		.keep_ms = UINT64_C(86400) * 1000,
		.memory = UINT64_C(256) << 20,
		.output = UINT64_C(1) << 20,
		.attempts = 3,
		.queue = 1000,
		.parallel = 2,
		.at = value->name_at,
	};
	if (!job->folder)
		return STATUTE_ENOMEM;
	json_each(member, json_is(value, JSON_OBJECT) ? value : NULL)
		if ((r = read_member(&reading, member)) < 0)
			return r;
	if (!reading.has_run)
		issue(&reading, value, EXAMPLE, "x-statute.job does not say what to run");
	*ret_said = job;
	return 0;
}

static bool takes_json_alone(const struct bound_operation *bound)
{
	const struct request_body *body = bound->operation->body;

	for (size_t i = 0; body && i < body->media_count; i++)
		if (!body->media[i].is_json)
			return false;
	return true;
}

/* Each operation has one of its own, even where the key stands on the path. */
int job_complete(struct binder *binder, struct bound_operation *bound)
{
	const struct operation *operation = bound->operation;
	struct job_api *api = job_api_of(binder);
	struct job *job = arena_new(binder->arena, struct job), **last;

	if (!api || !job)
		return STATUTE_ENOMEM;
	*job = *(const struct job *)bound->special.said;
	bound->special.said = job;
	if (operation->method != METHOD_POST)
		issues_add(binder->issues, job->at, "put it under `post`",
		           "a job is made by POST, and not by %.*s", STR_ARG(method_name(operation->method)));
	else if (!takes_json_alone(bound))
		issues_add(binder->issues, operation->body->at, "declare application/json",
		           "a job reads JSON, and no other content");
	job->operation = str_printf(binder->arena, "%.*s %.*s", STR_ARG(method_name(operation->method)),
	                            STR_ARG(operation->path->template_text));
	if (!job->operation.at)
		return STATUTE_ENOMEM;
	for (last = &api->jobs; *last; last = &(*last)->next)
		;
	*last = job;
	return 0;
}
