/* The access log: see access_log.h. */
#include "server/access_log.h"

#include "base/clock.h"
#include "json/json.h"

enum {
	LINES_MAX = 1 << 20, /* bytes that wait for the sink */
	TEXT_MAX = 512,      /* of a text that a client chose, before it is escaped */
	TEXT_MIN = 64        /* the same where escaping made the line too long */
};

static void write_time(struct buf *buf, int64_t wall_ms)
{
	char time[CLOCK_RFC3339_LEN];

	buf_lit(buf, "{\"time\":\"");
	buf_add(buf, str_of(time, clock_rfc3339(time, wall_ms, true)));
	buf_add_char(buf, '"');
}

static void write_text(struct buf *buf, struct str member, struct str text, size_t max)
{
	if (!text.len)
		return;
	buf_add(buf, member);
	json_write_string(buf, str_sub(text, 0, max));
}

static void write_number(struct buf *buf, struct str member, uint64_t value)
{
	buf_add(buf, member);
	buf_add_u64(buf, value);
}

static void write_entry(const struct access_entry *entry, size_t max, struct buf *buf)
{
	write_time(buf, entry->wall_ms);
	write_text(buf, S(",\"id\":"), entry->id, max);
	write_text(buf, S(",\"client\":"), entry->client, max);
	write_text(buf, S(",\"principal\":"), entry->principal, max);
	write_text(buf, S(",\"method\":"), entry->method, max);
	write_text(buf, S(",\"path\":"), entry->path, max);
	write_text(buf, S(",\"route\":"), entry->route, max);
	write_number(buf, S(",\"status\":"), (uint64_t)entry->status);
	write_text(buf, S(",\"error\":"), entry->error, max);
	write_text(buf, S(",\"node\":"), entry->node, max);
	write_number(buf, S(",\"us\":"), entry->us);
	write_number(buf, S(",\"in\":"), entry->in);
	write_number(buf, S(",\"out\":"), entry->out);
	if (entry->is_dropped)
		buf_lit(buf, ",\"dropped\":true");
	write_text(buf, S(",\"cause\":"), entry->cause, max);
	buf_lit(buf, "}\n");
}

/* A byte becomes at most six; nine texts of TEXT_MIN bytes and the rest fit in a line whatever they hold. */
void access_entry_write(const struct access_entry *entry, struct buf *buf)
{
	size_t before = buf->len;

	write_entry(entry, TEXT_MAX, buf);
	if (buf->failed || buf->len - before <= LOG_LINE_MAX)
		return;
	buf->len = before;
	write_entry(entry, TEXT_MIN, buf);
}

void access_log_init(struct access_log *log, struct log_sink *sink)
{
	*log = (struct access_log){ .sink = sink };
	buf_init(&log->lines, NULL, LINES_MAX);
}

void access_log_done(struct access_log *log)
{
	buf_done(&log->lines);
}

/* Takes back a line that found no room, so that no half of it stays. */
static bool keeps_room(struct access_log *log, size_t before)
{
	if (!log->lines.failed)
		return true;
	log->lines.len = before;
	log->lines.failed = false;
	return false;
}

static void tell_dropped(struct access_log *log)
{
	size_t before = log->lines.len;

	write_time(&log->lines, clock_wall_ms());
	write_number(&log->lines, S(",\"droppedLines\":"), log->dropped);
	buf_lit(&log->lines, "}\n");
	if (keeps_room(log, before))
		log->dropped = 0;
}

bool access_log_add(struct access_log *log, const struct access_entry *entry)
{
	size_t before = log->lines.len;

	if (log_sink_is_off(log->sink))
		return true;
	access_entry_write(entry, &log->lines);
	if (keeps_room(log, before))
		return true;
	log->dropped++;
	return false;
}

void access_log_flush(struct access_log *log)
{
	size_t done;

	if (log->dropped)
		tell_dropped(log);
	if (!log->lines.len)
		return;
	done = log_sink_write(log->sink, buf_str(&log->lines));
	log->lines.len -= done;
	if (log->lines.len)
		memmove(log->lines.at, log->lines.at + done, log->lines.len);
}
