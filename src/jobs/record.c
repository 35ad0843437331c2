/* A job as it is kept: see record.h. */
#include "jobs/record.h"

#include "base/buf.h"
#include "json/json.h"
#include "message/uri.h"

enum { TEXT_MAX = 1 << 20, LOCATION_MAX = 4096 };

static const struct str names[JOB_STATUSES] = {
	[JOB_QUEUED] = STR_INIT("queued"),       [JOB_RUNNING] = STR_INIT("running"),
	[JOB_DONE] = STR_INIT("done"),           [JOB_FAILED] = STR_INIT("failed"),
	[JOB_CANCELLED] = STR_INIT("cancelled"), [JOB_EXPIRED] = STR_INIT("expired"),
};

struct str job_status_name(enum job_status status)
{
	return names[status];
}

/* ---- Reading and writing --------------------------------------------------- */

static bool read_status(struct str name, enum job_status *ret_status)
{
	for (int i = 0; i < JOB_STATUSES; i++) {
		if (!str_eq(names[i], name))
			continue;
		*ret_status = (enum job_status)i;
		return true;
	}
	return false;
}

static int64_t number(const struct json *root, struct str name, int64_t otherwise)
{
	int64_t value;

	return json_to_i64(json_get(root, name), &value) ? value : otherwise;
}

int job_record_read(struct arena *arena, struct str body, struct job_record *ret_record)
{
	const struct json_limits limits = { .depth = 4, .nodes = 64 };
	struct job_record record = { 0 };
	struct json_fault fault;
	struct json *root;
	int r = json_parse(arena, body, &limits, &root, &fault);

	if (r < 0)
		return r == STATUTE_ENOMEM ? r : STATUTE_ESTORE;
	if (!read_status(json_get_text(root, S("status")), &record.status))
		return STATUTE_ESTORE;
	record.operation = json_get_text(root, S("operation"));
	record.principal = json_get_text(root, S("principal"));
	record.request = json_get_text(root, S("requestId"));
	record.path = json_get_text(root, S("path"));
	record.query = json_get_text(root, S("query"));
	record.message = json_get_text(root, S("message"));
	record.location = json_get_text(root, S("location"));
	record.is_embedded = json_is_true(json_get(root, S("embedded")));
	record.attempts = number(root, S("attempts"), 0);
	record.progress = number(root, S("progress"), -1);
	record.created_ms = number(root, S("created"), 0);
	record.started_ms = number(root, S("started"), 0);
	record.ended_ms = number(root, S("ended"), 0);
	record.keep_ms = number(root, S("keep"), 0);
	record.until_ms = number(root, S("until"), 0);
	*ret_record = record;
	return 0;
}

static void add_text(struct buf *buf, const char *name, struct str text)
{
	if (!text.len)
		return;
	buf_printf(buf, ",\"%s\":", name);
	json_write_string(buf, text);
}

static void add_number(struct buf *buf, const char *name, int64_t value, int64_t otherwise)
{
	if (value != otherwise)
		buf_printf(buf, ",\"%s\":%lld", name, (long long)value);
}

struct str job_record_text(struct arena *arena, struct str id, const struct job_record *record)
{
	struct buf buf;

	buf_init(&buf, arena, TEXT_MAX);
	buf_lit(&buf, "{\"jobId\":");
	json_write_string(&buf, id);
	add_text(&buf, "status", names[record->status]);
	add_text(&buf, "operation", record->operation);
	add_text(&buf, "principal", record->principal);
	add_text(&buf, "requestId", record->request);
	add_text(&buf, "path", record->path);
	add_text(&buf, "query", record->query);
	add_text(&buf, "message", record->message);
	add_text(&buf, "location", record->location);
	if (record->is_embedded)
		buf_lit(&buf, ",\"embedded\":true");
	add_number(&buf, "attempts", record->attempts, 0);
	add_number(&buf, "progress", record->progress, -1);
	add_number(&buf, "created", record->created_ms, 0);
	add_number(&buf, "started", record->started_ms, 0);
	add_number(&buf, "ended", record->ended_ms, 0);
	add_number(&buf, "keep", record->keep_ms, 0);
	add_number(&buf, "until", record->until_ms, 0);
	buf_add_char(&buf, '}');
	return buf_whole(&buf);
}

void job_record_end(struct job_record *record, enum job_status status, int64_t now_ms)
{
	record->status = status;
	if (!record->ended_ms)
		record->ended_ms = now_ms;
	record->until_ms = now_ms + record->keep_ms;
}

/* ---- What a command says --------------------------------------------------- */

static struct str skip_blanks(struct str text)
{
	while (text.len && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = str_sub(text, 1, text.len);
	return text;
}

/* Between characters of UTF-8; empty where it is none. */
static struct str cut_message(struct str text)
{
	size_t len = text.len < JOB_MESSAGE_MAX ? text.len : JOB_MESSAGE_MAX;

	if (!str_is_utf8(text))
		return (struct str){ 0 };
	while (len < text.len && ((unsigned char)text.at[len] & 0xC0) == 0x80)
		len--;
	return str_sub(text, 0, len);
}

bool job_progress_read(struct str line, int64_t *ret_percent, struct str *ret_message)
{
	size_t digits = 0;
	uint64_t percent;

	if (!str_starts(line, S("progress:")))
		return false;
	line = skip_blanks(str_sub(line, 9, line.len));
	while (digits < line.len && line.at[digits] >= '0' && line.at[digits] <= '9')
		digits++;
	if (!str_to_u64(str_sub(line, 0, digits), &percent) || percent > 100)
		return false;
	line = str_sub(line, digits, line.len);
	if (line.len && line.at[0] == '%')
		line = str_sub(line, 1, line.len);
	if (line.len && line.at[0] != ' ' && line.at[0] != '\t' && line.at[0] != '\r')
		return false;
	*ret_percent = (int64_t)percent;
	*ret_message = cut_message(str_trim(line));
	return true;
}

int job_location_fill(struct arena *arena, struct str pattern, const struct json *result,
                      struct str *ret_location, struct str *ret_name)
{
	struct buf buf;

	buf_init(&buf, arena, LOCATION_MAX);
	for (;;) {
		struct str before = str_cut(&pattern, '{'), name;
		const struct json *value;

		buf_add(&buf, before);
		if (!pattern.at)
			break;
		name = str_cut(&pattern, '}');
		value = json_get(result, name);
		if (!(json_is(value, JSON_STRING) || json_is(value, JSON_NUMBER)) || !value->text.len) {
			*ret_name = name;
			return STATUTE_ENOTFOUND;
		}
		uri_encode(&buf, value->text);
		if (!pattern.at)
			break;
	}
	if (buf.failed)
		return STATUTE_ENOMEM;
	*ret_location = buf_str(&buf);
	return 0;
}
