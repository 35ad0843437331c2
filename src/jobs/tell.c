/* What the log says of jobs: a line of JSON each, with the job, its operation and the request that made it. */
#include "base/clock.h"
#include "jobs/inside.h"

enum { TOLD_MAX = 4096 };

static void begin(struct buf *buf, struct str id, struct str operation, struct str request)
{
	char time[CLOCK_RFC3339_LEN];

	buf_init(buf, NULL, TOLD_MAX);
	buf_printf(buf, "{\"time\":\"%.*s\",\"job\":", (int)clock_rfc3339(time, clock_wall_ms(), true), time);
	json_write_string(buf, id);
	buf_lit(buf, ",\"operation\":");
	json_write_string(buf, operation);
	buf_lit(buf, ",\"request\":");
	json_write_string(buf, request);
}

/* A command may write anything: what is no UTF-8 is told as '?'. */
static void add_any(struct buf *buf, const char *name, struct str text)
{
	char copy[LINE_MAX_LEN];
	size_t len = text.len < sizeof(copy) ? text.len : sizeof(copy);

	while (len && len < text.len && ((unsigned char)text.at[len] & 0xC0) == 0x80)
		len--;
	if (len)
		memcpy(copy, text.at, len);
	for (size_t i = 0; !str_is_utf8(str_of(copy, len)) && i < len; i++)
		if ((unsigned char)copy[i] >= 0x80)
			copy[i] = '?';
	buf_printf(buf, ",\"%s\":", name);
	json_write_string(buf, str_of(copy, len));
}

static void end(struct jobs *jobs, struct buf *buf)
{
	buf_lit(buf, "}\n");
	if (!buf->failed && jobs->options.tell)
		jobs->options.tell(jobs->options.data, buf_str(buf));
	buf_done(buf);
}

void tell_event(const struct run *run, const char *event, struct str detail)
{
	struct buf buf;

	begin(&buf, str_of(run->id, UUID_LEN), run->job.operation, run->request);
	buf_printf(&buf, ",\"event\":\"%s\",\"attempt\":%lld", event, (long long)run->attempt);
	if (run->state == RUN_ENDING && run->began_us)
		buf_printf(&buf, ",\"us\":%llu", (unsigned long long)(clock_monotonic_us() - run->began_us));
	if (detail.len)
		add_any(&buf, "detail", detail);
	end(run->jobs, &buf);
}

void tell_line(struct run *run, struct str line)
{
	struct buf buf;

	if (run->lines++ >= LINES_MAX)
		return;
	begin(&buf, str_of(run->id, UUID_LEN), run->job.operation, run->request);
	add_any(&buf, "says", line);
	end(run->jobs, &buf);
}

void tell_record(struct jobs *jobs, struct str id, const struct job_record *record, const char *event)
{
	struct buf buf;

	begin(&buf, id, record->operation, record->request);
	buf_printf(&buf, ",\"event\":\"%s\",\"attempt\":%lld", event, (long long)record->attempts);
	end(jobs, &buf);
}
