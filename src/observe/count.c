/* Counting requests: see counters.h. Fixed tables, made beforehand. */
#include <statute/problem.h>
#include <statute/status.h>

#include "exchange/exchange.h"
#include "observe/inside.h"

static size_t find_code(const struct observe *observe, const char *code)
{
	for (size_t i = 0; i < observe->code_count; i++)
		if (strcmp(statute_error_code_at(i)->code, code) == 0)
			return i;
	return observe->code_count;
}

static uint16_t code_of_edge(const struct observe *observe, const struct statute_edge *edge)
{
	return (uint16_t)(edge->to == STATUTE_NODE_END ? find_code(observe, edge->code) : observe->code_count);
}

void count_init(struct observe *observe)
{
	const struct statute_node *node;
	const struct statute_status *status;

	while (statute_error_code_at(observe->code_count))
		observe->code_count++;
	memset(observe->status_slots, STATUS_SLOTS - 1, sizeof(observe->status_slots));
	observe->status_slots[0] = STATUS_NONE;
	for (size_t i = 0; (status = statute_status_at(i)) && i + 1 < STATUS_SLOTS - 1; i++)
		observe->status_slots[status->code] = (uint8_t)(i + 1);
	for (size_t i = 0; (node = statute_graph_node(i)); i++) {
		observe->edge_codes[i][false] = code_of_edge(observe, &node->no);
		observe->edge_codes[i][true] = code_of_edge(observe, &node->yes);
	}
}

/*
 * The verdict's code, not the answer's, which a document may have made. The edge that the
 * walk ended with tells it at once, unless something else decided.
 */
static size_t code_of(const struct observe *observe, const struct statute_verdict *verdict)
{
	size_t code = observe->edge_codes[verdict->node][verdict->answer];

	if (code < observe->code_count && strcmp(statute_error_code_at(code)->code, verdict->code) == 0)
		return code;
	return find_code(observe, verdict->code);
}

void count_request(struct observer *observer, size_t label, const struct exchange *x,
                   const struct observed *observed)
{
	const struct observe *observe = observer->observe;
	struct route_counters *counters = &observe->labels[label].counters[observer->index];
	size_t slot = observe->status_slots[observed->status % 600];

	counter_add(&counters->answers[x->request.method][slot], 1);
	counter_add(&counters->durations[duration_bucket(observed->us)], 1);
	counter_add(&counters->us, observed->us);
	counter_add(&observer->in, observed->in);
	counter_add(&observer->out, observed->out);
	if (observed->status >= 400 && x->verdict.code)
		counter_add(&observer->errors[code_of(observe, &x->verdict)], 1);
}

void observe_in_flight(struct observer *observer, size_t count)
{
	counter_set(&observer->in_flight, count);
}

void observe_feeds(struct observer *observer, size_t count)
{
	counter_set(&observer->feeds, count);
}

void observe_feed_event(struct observer *observer)
{
	counter_add(&observer->feed_events, 1);
}

void observe_slow_feed(struct observer *observer)
{
	counter_add(&observer->slow_feeds, 1);
}

void observe_lost_line(struct observer *observer)
{
	counter_add(&observer->lost_lines, 1);
}

void observe_reload(struct observe *observe, bool took_over)
{
	atomic_fetch_add(&observe->reloads[took_over], 1);
}
