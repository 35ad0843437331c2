/* The text format 0.0.4 of Prometheus. Pure: appends to a buffer. */
#ifndef STATUTE_OBSERVE_METRICS_TEXT_H
#define STATUTE_OBSERVE_METRICS_TEXT_H

#include "base/buf.h"

void metrics_head(struct buf *buf, const char *name, const char *type, const char *help);
/* A metric without labels, whole. */
void metrics_one(struct buf *buf, const char *name, const char *type, const char *help, uint64_t value);
/* A label's value, quoted: backslash, quote and line end are escaped. */
void metrics_value(struct buf *buf, struct str text);
/* Microseconds as seconds: "0.00025". */
void metrics_seconds(struct buf *buf, uint64_t us);

struct metrics_histogram {
	const char *name;
	struct str labels;      /* as they stand in the braces, without "le"; may be empty */
	const uint64_t *counts; /* of each bucket alone, and of what is beyond the last */
	size_t buckets;
	void (*write_bound)(struct buf *buf, size_t bucket);
	void (*write_sum)(struct buf *buf, uint64_t sum);
	uint64_t sum;
};
/* Its series: buckets, sum and count. */
void metrics_histogram(struct buf *buf, const struct metrics_histogram *histogram);

#endif
