/* A job as its clients see it: JSON, with links to its monitor, its end and its result. */
#include "resource/job.h"

#include "base/clock.h"
#include "message/prefer.h"
#include "message/uri.h"

enum { SHOWN_MAX = 80 << 20, PATH_LIMIT = 1 << 16, RETRY_LEAST_S = 1, RETRY_MOST_S = 30 };

/* A path with the job's id as its one parameter. */
static void add_path(struct exchange *x, struct buf *buf, const struct path_item *item, struct str id)
{
	buf_add(buf, x->prefix);
	for (size_t i = 0; i < item->segment_count; i++) {
		const struct path_segment *segment = &item->segments[i];

		buf_add_char(buf, '/');
		buf_add(buf, segment->parameter.at ? segment->prefix : segment->literal);
		if (!segment->parameter.at)
			continue;
		uri_encode(buf, id);
		buf_add(buf, segment->suffix);
	}
}

static struct str path_of(struct exchange *x, const struct path_item *item, struct str id)
{
	struct buf buf;

	buf_init(&buf, &x->arena, PATH_LIMIT);
	add_path(x, &buf, item, id);
	return buf_whole(&buf);
}

static struct str monitor_path(struct exchange *x)
{
	return path_of(x, x->host->api->jobs->monitor, x->target.row.id);
}

/* Empty: the monitor has it. */
static struct str result_path(struct exchange *x, const struct job_record *record)
{
	const struct path_item *item = x->host->api->jobs->result;

	if (record->status != JOB_DONE || record->is_embedded)
		return (struct str){ 0 };
	if (record->location.len && record->location.at[0] == '/')
		return str_printf(&x->arena, "%.*s%.*s", STR_ARG(x->prefix), STR_ARG(record->location));
	if (record->location.len)
		return record->location;
	return item ? path_of(x, item, x->target.row.id) : (struct str){ 0 };
}

/* ---- The representation -------------------------------------------------------- */

static void add_text(struct buf *buf, const char *name, struct str text)
{
	if (!text.len)
		return;
	buf_printf(buf, ",\"%s\":", name);
	json_write_string(buf, text);
}

static void add_time(struct buf *buf, const char *name, int64_t ms)
{
	char text[CLOCK_RFC3339_LEN];

	if (ms)
		add_text(buf, name, str_of(text, clock_rfc3339(text, ms, true)));
}

static void add_raw(struct buf *buf, const char *name, struct str json)
{
	if (!json.len)
		return;
	buf_printf(buf, ",\"%s\":", name);
	buf_add(buf, json);
}

static void add_links(struct exchange *x, struct buf *buf, const struct job_record *record,
                      struct str monitor, struct str result)
{
	const struct bound_path *path = &x->host->api->paths[x->host->api->jobs->monitor->index];

	buf_lit(buf, ",\"_links\":{\"status\":{\"href\":");
	json_write_string(buf, monitor);
	if (!job_has_ended(record->status) && path->operations[METHOD_DELETE]) {
		buf_lit(buf, "},\"cancel\":{\"href\":");
		json_write_string(buf, monitor);
		buf_lit(buf, ",\"method\":\"DELETE\"");
	}
	if (result.len) {
		buf_lit(buf, "},\"result\":{\"href\":");
		json_write_string(buf, result);
	}
	buf_lit(buf, "}}");
}

static int add_content(struct exchange *x, const struct job_record *record, struct str monitor)
{
	struct str result = result_path(x, record);
	struct buf buf;

	buf_init(&buf, &x->arena, SHOWN_MAX);
	buf_lit(&buf, "{\"jobId\":");
	json_write_string(&buf, x->target.row.id);
	add_text(&buf, "status", job_status_name(record->status));
	add_text(&buf, "statusUrl", monitor);
	if (record->attempts)
		buf_printf(&buf, ",\"attempts\":%lld", (long long)record->attempts);
	if (record->progress >= 0)
		buf_printf(&buf, ",\"progress\":%lld", (long long)record->progress);
	add_text(&buf, "message", record->message);
	add_time(&buf, "createdAt", record->created_ms);
	add_time(&buf, "startedAt", record->started_ms);
	add_time(&buf, "endedAt", record->ended_ms);
	if (record->status == JOB_DONE && !result.len)
		add_raw(&buf, "result", x->target.row.secret);
	if (record->status == JOB_FAILED)
		add_raw(&buf, "problem", x->target.row.secret);
	add_links(x, &buf, record, monitor, result);
	buf_add_char(&buf, '}');
	if (buf.failed)
		return STATUTE_ENOMEM;
	x->response.content = buf_str(&buf);
	x->response.has_content = true;
	response_set(&x->response, S("Content-Type"), resource_media_type(x));
	return 0;
}

/* ---- Fields ---------------------------------------------------------------------- */

/* The longer it takes already, the less often it is worth asking. */
static void add_retry_after(struct exchange *x, const struct job_record *record)
{
	int64_t seconds = (x->now_ms - record->created_ms) / 10000;

	seconds = seconds < RETRY_LEAST_S ? RETRY_LEAST_S : seconds > RETRY_MOST_S ? RETRY_MOST_S : seconds;
	response_set(&x->response, S("Retry-After"), str_printf(&x->arena, "%lld", (long long)seconds));
}

static void add_preference(struct exchange *x, const struct job_request *request)
{
	struct prefer prefer = prefer_parse(request_list(&x->request, FIELD_PREFER, &x->arena));

	if (prefer.wait_seconds >= 0 && request->has_waited)
		response_add(&x->response, S("Preference-Applied"),
		             str_printf(&x->arena, "wait=%lld", (long long)prefer.wait_seconds));
	if (prefer.respond_async && x->response.status == 202)
		response_add(&x->response, S("Preference-Applied"), S("respond-async"));
}

int job_reply(struct exchange *x)
{
	const struct job_request *request = job_request_of(x);
	const struct job_record *record = &request->record;
	struct response *response = &x->response;
	struct str monitor = monitor_path(x);

	if (!monitor.at)
		return STATUTE_ENOMEM;
	add_preference(x, request);
	if (response->status == 202)
		response_set(response, S("Location"), monitor);
	if (response->status == 303)
		response_set(response, S("Location"), result_path(x, record));
	if (!job_has_ended(record->status))
		add_retry_after(x, record);
	response_set(response, S("Cache-Control"), S("no-cache"));
	response_add(response, S("Vary"), S("Accept"));
	return add_content(x, record, monitor);
}
