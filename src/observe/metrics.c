/*
 * All numbers, as Prometheus reads them. They are summed over the workers when somebody
 * asks; what was never counted has no line. See docs/inside.md.
 */
#include <statute/problem.h>
#include <statute/status.h>
#include <statute/version.h>

#include "observe/inside.h"
#include "observe/metrics_text.h"

enum { LABELS_TEXT_MAX = 64 << 10 };

/* ---- Sums over the workers ------------------------------------------------ */

static uint64_t sum_answers(const struct observe *observe, const struct label *label, size_t method, size_t slot)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < observe->observer_count; i++)
		sum += counter_read(&label->counters[i].answers[method][slot]);
	return sum;
}

/* How many requests there were. */
static uint64_t sum_durations(const struct observe *observe, const struct label *label,
                              uint64_t ret_counts[DURATION_BUCKETS + 1], uint64_t *ret_us)
{
	uint64_t all = 0;

	memset(ret_counts, 0, (DURATION_BUCKETS + 1) * sizeof(*ret_counts));
	*ret_us = 0;
	for (size_t i = 0; i < observe->observer_count; i++) {
		const struct route_counters *counters = &label->counters[i];

		for (size_t bucket = 0; bucket <= DURATION_BUCKETS; bucket++) {
			uint64_t count = counter_read(&counters->durations[bucket]);

			ret_counts[bucket] += count;
			all += count;
		}
		*ret_us += counter_read(&counters->us);
	}
	return all;
}

#define SUM(observe, member) \
	({ \
		uint64_t sum_ = 0; \
		for (size_t i_ = 0; i_ < (observe)->observer_count; i_++) \
			sum_ += counter_read(&(observe)->observers[i_].member); \
		sum_; \
	})

/* ---- Requests ------------------------------------------------------------- */

static struct str method_label(size_t method)
{
	return method == METHOD_UNKNOWN ? S("other") : method_name((enum method)method);
}

/* The code that a slot counts: 0 where there was no answer. */
static int code_of_slot(size_t slot)
{
	const struct statute_status *status = slot ? statute_status_at(slot - 1) : NULL;

	return status ? status->code : 0;
}

static void write_answers_of(const struct observe *observe, const struct label *label, struct buf *buf)
{
	for (size_t i = 0; i < (size_t)METHOD_COUNT * STATUS_SLOTS; i++) {
		size_t method = i / STATUS_SLOTS, slot = i % STATUS_SLOTS;
		uint64_t count = sum_answers(observe, label, method, slot);

		if (!count)
			continue;
		buf_lit(buf, "statute_requests_total{route=");
		metrics_value(buf, str_from(label->template_text));
		buf_printf(buf, ",method=\"%.*s\",status=\"%d\"} %llu\n", STR_ARG(method_label(method)),
		           code_of_slot(slot), (unsigned long long)count);
	}
}

static void write_answers(struct observe *observe, struct buf *buf)
{
	metrics_head(buf, "statute_requests_total", "counter",
	             "Requests answered, by the path of the document, method and status; status 0: the client left.");
	for (size_t i = 0; i < atomic_load(&observe->label_count); i++)
		write_answers_of(observe, &observe->labels[i], buf);
}

static void write_errors(struct observe *observe, struct buf *buf)
{
	metrics_head(buf, "statute_errors_total", "counter", "Answers from 400 on, by error code.");
	for (size_t i = 0; i <= observe->code_count; i++) {
		const struct statute_error_code *code = statute_error_code_at(i);
		uint64_t count = SUM(observe, errors[i]);

		if (count)
			buf_printf(buf, "statute_errors_total{code=\"%s\"} %llu\n", code ? code->code : "other",
			           (unsigned long long)count);
	}
}

static void write_duration_bound(struct buf *buf, size_t bucket)
{
	metrics_seconds(buf, duration_bounds[bucket]);
}

static void write_durations_of(const struct observe *observe, const struct label *label, struct buf *buf)
{
	uint64_t counts[DURATION_BUCKETS + 1], us;
	struct buf labels;

	if (!sum_durations(observe, label, counts, &us))
		return;
	buf_init(&labels, NULL, LABELS_TEXT_MAX);
	buf_lit(&labels, "route=");
	metrics_value(&labels, str_from(label->template_text));
	if (labels.failed)
		buf->failed = true;
	metrics_histogram(buf, &(struct metrics_histogram){
		.name = "statute_request_duration_seconds",
		.labels = buf_str(&labels),
		.counts = counts,
		.buckets = DURATION_BUCKETS,
		.write_bound = write_duration_bound,
		.write_sum = metrics_seconds,
		.sum = us,
	});
	buf_done(&labels);
}

static void write_durations(struct observe *observe, struct buf *buf)
{
	metrics_head(buf, "statute_request_duration_seconds", "histogram",
	             "From the end of a request's head to its answer, by the path of the document.");
	for (size_t i = 0; i < atomic_load(&observe->label_count); i++)
		write_durations_of(observe, &observe->labels[i], buf);
}

/* ---- The server, its store, its log --------------------------------------- */

static void write_traffic(struct observe *observe, const struct observe_gauges *gauges, struct buf *buf)
{
	metrics_one(buf, "statute_requests_in_flight", "gauge", "Requests that have begun and are not answered.",
	            SUM(observe, in_flight));
	metrics_one(buf, "statute_connections_open", "gauge", "Open connections of the public listener.",
	            gauges->connections);
	if (gauges->certificate_end_s > 0)
		metrics_one(buf, "statute_certificate_end_time_seconds", "gauge",
		            "When the certificate that ends first does, Unix time.",
		            (uint64_t)gauges->certificate_end_s);
	metrics_one(buf, "statute_received_bytes_total", "counter", "Bytes of requests, as they came over the wire.",
	            SUM(observe, in));
	metrics_one(buf, "statute_sent_bytes_total", "counter", "Bytes of answers, as they went over the wire.",
	            SUM(observe, out));
	metrics_one(buf, "statute_feeds_open", "gauge", "Open feeds, WebSockets and streams of events.",
	            SUM(observe, feeds));
	metrics_one(buf, "statute_feed_events_total", "counter", "Events that were sent to the clients of feeds.",
	            SUM(observe, feed_events));
	metrics_one(buf, "statute_feeds_dropped_total", "counter", "Feeds whose clients were too slow.",
	            SUM(observe, slow_feeds));
	metrics_one(buf, "statute_log_lost_lines_total", "counter", "Lines of the log that were lost.",
	            SUM(observe, lost_lines) + gauges->refused_lines);
}

static void write_batch_bound(struct buf *buf, size_t bucket)
{
	buf_add_u64(buf, UINT64_C(1) << bucket);
}

static void write_store(const struct store_counters *store, struct buf *buf)
{
	metrics_one(buf, "statute_store_queue_length", "gauge", "Writes that wait for the writer thread.",
	            store->queued);
	metrics_one(buf, "statute_store_writes_total", "counter", "Writes that were tried.", store->writes);
	metrics_one(buf, "statute_store_refused_writes_total", "counter",
	            "Writes that were tried and changed nothing, whatever the reason.", store->failed);
	metrics_head(buf, "statute_store_commit_duration_seconds", "histogram",
	             "How long each transaction of the writer thread took, its fsync included.");
	metrics_histogram(buf, &(struct metrics_histogram){
		.name = "statute_store_commit_duration_seconds",
		.counts = store->commit_times,
		.buckets = DURATION_BUCKETS,
		.write_bound = write_duration_bound,
		.write_sum = metrics_seconds,
		.sum = store->commit_us,
	});
	metrics_head(buf, "statute_store_batch_writes", "histogram", "How many writes shared each transaction.");
	metrics_histogram(buf, &(struct metrics_histogram){
		.name = "statute_store_batch_writes",
		.counts = store->batch_sizes,
		.buckets = STORE_BATCH_BUCKETS,
		.write_bound = write_batch_bound,
		.write_sum = buf_add_u64,
		.sum = store->writes,
	});
}

static void write_jobs(const struct jobs_counters *jobs, struct buf *buf)
{
	metrics_one(buf, "statute_jobs_queued", "gauge", "Jobs that wait to be begun.", jobs->queued);
	metrics_one(buf, "statute_jobs_running", "gauge", "Jobs whose command runs.", jobs->running);
	metrics_one(buf, "statute_jobs_lost_total", "counter",
	            "Jobs that were put back into the queue, since the server that ran them died.", jobs->lost);
	metrics_head(buf, "statute_jobs_ended_total", "counter", "Jobs that ended, by how.");
	buf_printf(buf, "statute_jobs_ended_total{status=\"cancelled\"} %llu\n", (unsigned long long)jobs->cancelled);
	buf_printf(buf, "statute_jobs_ended_total{status=\"done\"} %llu\n", (unsigned long long)jobs->done);
	buf_printf(buf, "statute_jobs_ended_total{status=\"failed\"} %llu\n", (unsigned long long)jobs->failed);
	metrics_head(buf, "statute_job_duration_seconds", "histogram", "From a command's beginning to its end.");
	metrics_histogram(buf, &(struct metrics_histogram){
		.name = "statute_job_duration_seconds",
		.counts = jobs->times,
		.buckets = DURATION_BUCKETS,
		.write_bound = write_duration_bound,
		.write_sum = metrics_seconds,
		.sum = jobs->us,
	});
}

static void write_build(struct observe *observe, struct buf *buf)
{
	metrics_head(buf, "statute_document_reloads_total", "counter",
	             "How often the document was read again, by what came of it.");
	buf_printf(buf, "statute_document_reloads_total{result=\"refused\"} %llu\n",
	           (unsigned long long)counter_read(&observe->reloads[false]));
	buf_printf(buf, "statute_document_reloads_total{result=\"taken\"} %llu\n",
	           (unsigned long long)counter_read(&observe->reloads[true]));
	metrics_head(buf, "statute_build_info", "gauge", "1; its label says which version this is.");
	buf_lit(buf, "statute_build_info{version=\"" STATUTE_VERSION "\"} 1\n");
	metrics_one(buf, "statute_start_time_seconds", "gauge", "When the server was started, Unix time.",
	            (uint64_t)observe->began_s);
}

void metrics_write(struct observe *observe, const struct observe_gauges *gauges, struct buf *buf)
{
	write_build(observe, buf);
	write_answers(observe, buf);
	write_errors(observe, buf);
	write_durations(observe, buf);
	write_traffic(observe, gauges, buf);
	write_store(&gauges->store, buf);
	write_jobs(&gauges->jobs, buf);
}
