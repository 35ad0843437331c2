/* The text format of Prometheus: see metrics_text.h. */
#include "observe/metrics_text.h"

void metrics_head(struct buf *buf, const char *name, const char *type, const char *help)
{
	buf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_one(struct buf *buf, const char *name, const char *type, const char *help, uint64_t value)
{
	metrics_head(buf, name, type, help);
	buf_printf(buf, "%s %llu\n", name, (unsigned long long)value);
}

void metrics_value(struct buf *buf, struct str text)
{
	buf_add_char(buf, '"');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c == '\n') {
			buf_lit(buf, "\\n");
			continue;
		}
		if (c == '"' || c == '\\')
			buf_add_char(buf, '\\');
		buf_add_char(buf, c);
	}
	buf_add_char(buf, '"');
}

void metrics_seconds(struct buf *buf, uint64_t us)
{
	uint64_t fraction = us % 1000000;

	buf_add_u64(buf, us / 1000000);
	if (fraction)
		buf_add_char(buf, '.');
	for (uint64_t unit = 100000; fraction; unit /= 10) {
		buf_add_char(buf, (char)('0' + fraction / unit));
		fraction %= unit;
	}
}

static void write_bucket(struct buf *buf, const struct metrics_histogram *histogram, size_t bucket, uint64_t count)
{
	buf_printf(buf, "%s_bucket{%.*s%sle=\"", histogram->name, STR_ARG(histogram->labels),
	           histogram->labels.len ? "," : "");
	if (bucket < histogram->buckets)
		histogram->write_bound(buf, bucket);
	else
		buf_lit(buf, "+Inf");
	buf_printf(buf, "\"} %llu\n", (unsigned long long)count);
}

static void begin_total(struct buf *buf, const struct metrics_histogram *histogram, const char *what)
{
	buf_printf(buf, "%s_%s", histogram->name, what);
	if (histogram->labels.len)
		buf_printf(buf, "{%.*s}", STR_ARG(histogram->labels));
	buf_add_char(buf, ' ');
}

void metrics_histogram(struct buf *buf, const struct metrics_histogram *histogram)
{
	uint64_t count = 0;

	for (size_t i = 0; i <= histogram->buckets; i++) {
		count += histogram->counts[i];
		write_bucket(buf, histogram, i, count);
	}
	begin_total(buf, histogram, "sum");
	histogram->write_sum(buf, histogram->sum);
	buf_add_char(buf, '\n');
	begin_total(buf, histogram, "count");
	buf_printf(buf, "%llu\n", (unsigned long long)count);
}
