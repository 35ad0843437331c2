/*
 * Asking what happened: the newest requests of all workers in one order.
 *
 * Each ring is looked through slot by slot while its worker goes on, for what matches and
 * when it ended; the newest are then copied out one by one. One that was overwritten
 * meanwhile is left out: it is no longer among the newest.
 */
#include <stdlib.h>

#include "json/json.h"
#include "observe/inside.h"

struct place {
	uint64_t ended_us, number;
	uint16_t observer, slot;
	bool matches;
};

/* ---- Cursors: what each worker had written, in hexadecimal, with dots between ---- */

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool cut_number(struct str *rest, uint64_t *ret_number)
{
	struct str digits = str_cut(rest, '.');
	uint64_t number = 0;

	if (!digits.len || digits.len > 16)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		char c = digits.at[i];

		if (!is_hex(c))
			return false;
		number = number << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret_number = number;
	return true;
}

bool recent_is_cursor(struct str text)
{
	uint64_t number;

	do
		if (!cut_number(&text, &number))
			return false;
	while (text.at);
	return true;
}

/* One of another server, or of the same before it was started anew, stands for nothing: everything is newer. */
static void read_cursor(struct str text, const uint64_t *newest, size_t count, uint64_t *ret_seen)
{
	size_t i = 0;

	while (text.at && i < count && cut_number(&text, &ret_seen[i]) && ret_seen[i] <= newest[i])
		i++;
	if (i < count || text.at)
		memset(ret_seen, 0, count * sizeof(*ret_seen));
}

static void write_cursor(struct buf *buf, const uint64_t *newest, size_t count)
{
	buf_add_char(buf, '"');
	for (size_t i = 0; i < count; i++)
		buf_printf(buf, "%s%llx", i ? "." : "", (unsigned long long)newest[i]);
	buf_add_char(buf, '"');
}

/* ---- Looking through the rings -------------------------------------------- */

static bool has_status(const struct trace *trace, int status)
{
	if (status == RECENT_ANY)
		return true;
	return status > 0 && status < 10 ? trace->status / 100 == status : trace->status == status;
}

static bool matches(const struct trace *trace, const struct recent_query *query)
{
	return has_status(trace, query->status) && (!query->route.at || str_eq(str_from(trace->route), query->route)) &&
	       (!query->node.at || str_eq(str_from(trace->node), query->node));
}

static size_t look_through(struct observe *observe, size_t index, const struct recent_query *query,
                           struct place *places, uint64_t *newest)
{
	struct ring *ring = &observe->observers[index].ring;
	size_t count = 0;

	for (size_t i = 0; i < RING_SLOTS; i++) {
		const struct trace *trace = ring_hold(ring, i);

		if (!trace)
			continue;
		places[count++] = (struct place){ trace->ended_us, trace->number, (uint16_t)index, (uint16_t)i,
			                          matches(trace, query) };
		if (trace->number > *newest)
			*newest = trace->number;
		ring_release(ring, i);
	}
	return count;
}

/* Newest first. */
static int compare(const void *one, const void *other)
{
	const struct place *a = one, *b = other;

	if (a->ended_us != b->ended_us)
		return a->ended_us < b->ended_us ? 1 : -1;
	if (a->observer != b->observer)
		return a->observer < b->observer ? 1 : -1;
	return a->number < b->number ? 1 : a->number > b->number ? -1 : 0;
}

/* Copies it out; false where it is no longer there. */
static bool fetch(struct observe *observe, const struct place *place, struct trace *ret_trace)
{
	struct ring *ring = &observe->observers[place->observer].ring;
	const struct trace *trace = ring_hold(ring, place->slot);
	bool is_there = trace && trace->number == place->number;

	if (is_there)
		*ret_trace = *trace;
	if (trace)
		ring_release(ring, place->slot);
	return is_there;
}

/* ---- What is told --------------------------------------------------------- */

static void write_counts(struct buf *buf, const char *class, const uint64_t counts[RATES_SECONDS])
{
	buf_printf(buf, ",\"%s\":[", class);
	for (size_t i = 0; i < RATES_SECONDS; i++) {
		if (i)
			buf_add_char(buf, ',');
		buf_add_u64(buf, counts[i]);
	}
	buf_add_char(buf, ']');
}

static void write_rates(struct observe *observe, int64_t now_s, struct buf *buf)
{
	static const char *const classes[RATES_CLASSES] = { [2] = "2xx", [3] = "3xx", [4] = "4xx", [5] = "5xx" };
	uint64_t counts[RATES_CLASSES][RATES_SECONDS] = { 0 };

	for (size_t i = 0; i < observe->observer_count; i++)
		rates_sum(&observe->observers[i].rates, now_s, counts);
	buf_printf(buf, ",\"rates\":{\"until\":%lld,\"seconds\":%d", (long long)now_s, RATES_SECONDS);
	for (size_t i = 2; i < RATES_CLASSES; i++)
		write_counts(buf, classes[i], counts[i]);
	write_counts(buf, "none", counts[0]);
	buf_add_char(buf, '}');
}

struct search {
	struct place *places;
	uint64_t *newest, *seen; /* by observer */
	size_t count;
};

static int search(struct observe *observe, const struct recent_query *query, struct arena *arena,
                  struct search *ret_search)
{
	size_t observers = observe->observer_count;
	struct search found = {
		.places = arena_array(arena, observers * RING_SLOTS, sizeof(struct place)),
		.newest = arena_array(arena, observers, sizeof(uint64_t)),
		.seen = arena_array(arena, observers, sizeof(uint64_t)),
	};

	if (!found.places || !found.newest || !found.seen)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < observers; i++)
		found.count += look_through(observe, i, query, found.places + found.count, &found.newest[i]);
	qsort(found.places, found.count, sizeof(struct place), compare);
	if (found.count > RECENT_MAX)
		found.count = RECENT_MAX;
	if (query->since.at)
		read_cursor(query->since, found.newest, observers, found.seen);
	*ret_search = found;
	return 0;
}

static void write_traces(struct observe *observe, const struct search *found, size_t limit, struct buf *buf)
{
	size_t written = 0;
	struct trace trace;

	for (size_t i = 0; i < found->count && written < limit; i++) {
		const struct place *place = &found->places[i];

		if (!place->matches || place->number <= found->seen[place->observer] ||
		    !fetch(observe, place, &trace))
			continue;
		if (written++)
			buf_add_char(buf, ',');
		trace_write_short(&trace, buf);
	}
}

int recent_write(struct observe *observe, const struct recent_query *query, int64_t now_s, struct arena *arena,
                 struct buf *buf)
{
	struct search found;
	int r;

	pthread_mutex_lock(&observe->readers);
	r = search(observe, query, arena, &found);
	if (r == 0) {
		buf_lit(buf, "{\"traces\":[");
		write_traces(observe, &found, query->limit, buf);
	}
	pthread_mutex_unlock(&observe->readers);
	if (r < 0)
		return r;
	buf_lit(buf, "],\"cursor\":");
	write_cursor(buf, found.newest, observe->observer_count);
	buf_printf(buf, ",\"kept\":%d", RECENT_MAX);
	write_rates(observe, now_s, buf);
	buf_add_char(buf, '}');
	return buf->failed ? STATUTE_ENOMEM : 0;
}

int recent_find(struct observe *observe, struct str id, struct trace *ret_trace)
{
	struct trace best = { 0 };

	pthread_mutex_lock(&observe->readers);
	for (size_t i = 0; i < observe->observer_count * RING_SLOTS; i++) {
		struct ring *ring = &observe->observers[i / RING_SLOTS].ring;
		const struct trace *trace = ring_hold(ring, i % RING_SLOTS);

		if (!trace)
			continue;
		if (str_eq(trace_text(trace, TRACE_ID), id) && (!best.number || trace->ended_us >= best.ended_us))
			best = *trace;
		ring_release(ring, i % RING_SLOTS);
	}
	pthread_mutex_unlock(&observe->readers);
	if (!best.number)
		return STATUTE_ENOTFOUND;
	*ret_trace = best;
	return 0;
}
