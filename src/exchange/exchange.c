/*
 * The walk of one request: see exchange.h.
 *
 * The graph says which fact it needs next; the phase of the fact says who finds
 * it. Nothing here decides a status.
 */
#include "exchange/exchange.h"

#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "exchange/facts.h"

enum { ARENA_FIRST = 16 * 1024, ID_MAX = 128 };

void exchange_init(struct exchange *x, const struct exchange_host *host)
{
	*x = (struct exchange){ .host = host };
	arena_init(&x->arena, ARENA_FIRST, host->settings->arena_max);
}

void exchange_done(struct exchange *x)
{
	exchange_give_key(x);
	response_end_source(&x->response);
	arena_done(&x->arena);
}

void exchange_reset(struct exchange *x)
{
	struct arena arena = x->arena;
	const struct exchange_host *host = x->host;
	void *host_data = x->host_data;

	exchange_give_key(x);
	response_end_source(&x->response);
	arena_reset(&arena);
	memset(x, 0, offsetof(struct exchange, response));
	response_clear(&x->response);
	x->match.path = NULL;
	x->arena = arena;
	x->host = host;
	x->host_data = host_data;
}

/* A client's id is kept where it is short and plain; it ends up in logs and headers. */
static bool is_sane_id(struct str id)
{
	if (!id.len || id.len > ID_MAX)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		char c = id.at[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      c == '-' || c == '_' || c == '.' || c == ':' || c == '/' || c == '+' || c == '='))
			return false;
	}
	return true;
}

static struct str make_id(struct exchange *x)
{
	static const char prefix[4] = { 'r', 'e', 'q', '_' };

	memcpy(x->made_id, prefix, sizeof(prefix));
	random_sortable_id(x->made_id + sizeof(prefix), x->now_ms);
	return str_of(x->made_id, sizeof(x->made_id));
}

static void begin(struct exchange *x)
{
	struct str sent = request_field(&x->request, FIELD_X_REQUEST_ID);

	x->now_ms = clock_wall_ms();
	x->began_us = clock_monotonic_us();
	x->target.modified_s = -1;
	if (x->request.lines[FIELD_X_REQUEST_ID] == 1 && is_sane_id(sent))
		x->id = sent;
	else
		x->id = make_id(x);
	x->content_max = x->host->settings->content_max;
	buf_init(&x->content, &x->arena, (size_t)x->content_max);
}

enum advance { ADVANCE_VERDICT, ADVANCE_CONTENT, ADVANCE_WAIT, ADVANCE_WRITE, ADVANCE_ON };

static enum advance failed(struct exchange *x, int err)
{
	exchange_fail(x, err);
	return ADVANCE_VERDICT;
}

static enum advance find_target(struct exchange *x)
{
	int r = x->kind && !x->was_found ? x->kind->find(x) : STATUTE_EINVAL;

	if (r == STATUTE_EAGAIN)
		return ADVANCE_WAIT;
	if (r < 0)
		return failed(x, r);
	x->was_found = true;
	statute_facts_settle(&x->facts, STATUTE_PHASE_STORE);
	return ADVANCE_ON;
}

static enum advance find_identity(struct exchange *x)
{
	int r = exchange_find_identity(x, x->verdict.fact);

	if (r == STATUTE_EAGAIN)
		return ADVANCE_WAIT;
	return r < 0 ? failed(x, r) : ADVANCE_ON;
}

static enum advance find_limits(struct exchange *x)
{
	int r = exchange_find_limits(x, x->verdict.fact);

	return r < 0 ? failed(x, r) : ADVANCE_ON;
}

static enum advance find_key(struct exchange *x)
{
	int r = exchange_find_key(x);

	if (r < 0)
		return failed(x, r);
	statute_facts_settle(&x->facts, STATUTE_PHASE_KEY);
	return ADVANCE_ON;
}

static bool content_is_wanted(const struct exchange *x)
{
	return statute_fact_is(&x->facts, STATUTE_FACT_HAS_CONTENT) &&
	       statute_fact_is(&x->facts, STATUTE_FACT_TAKES_CONTENT);
}

/* Once, whatever is decided again. */
static void send_hints(struct exchange *x)
{
	if (!x->was_hinted)
		x->host->hint(x);
	x->was_hinted = true;
	FACT(EARLY_HINTS_SENT, true);
}

static enum advance find_meaning(struct exchange *x)
{
	int r;

	if (x->verdict.fact == STATUTE_FACT_EARLY_HINTS_SENT) {
		send_hints(x);
		return ADVANCE_ON;
	}
	if (!x->was_content_taken && content_is_wanted(x)) {
		FACT(CONTINUE_SENT, true); /* the server does, where nothing has come yet */
		return ADVANCE_CONTENT;
	}
	if (x->verdict.fact == STATUTE_FACT_SAME_REQUEST) {
		r = exchange_compare_request(x);
		return r < 0 ? failed(x, r) : ADVANCE_ON;
	}
	r = x->kind && !x->was_understood ? x->kind->understand(x) : STATUTE_EINVAL;
	if (r == STATUTE_EAGAIN)
		return ADVANCE_WAIT;
	if (r < 0)
		return failed(x, r);
	x->was_understood = true;
	statute_facts_settle(&x->facts, STATUTE_PHASE_BODY);
	return ADVANCE_ON;
}

/* Walks until there is a verdict, or something that takes time. */
static enum advance advance(struct exchange *x)
{
	enum advance next = ADVANCE_ON;

	while (next == ADVANCE_ON) {
		if (statute_graph_walk(&x->facts, &x->node, &x->verdict) == STATUTE_WALK_DONE)
			return ADVANCE_VERDICT;
		switch (statute_fact_info(x->verdict.fact)->phase) {
		case STATUTE_PHASE_ACCESS: next = find_identity(x); break;
		case STATUTE_PHASE_LIMIT: next = find_limits(x); break;
		case STATUTE_PHASE_KEY: next = find_key(x); break;
		case STATUTE_PHASE_STORE: next = find_target(x); break;
		case STATUTE_PHASE_BODY: next = find_meaning(x); break;
		case STATUTE_PHASE_WRITE: x->write_node = x->node; return ADVANCE_WRITE;
		default: /* a fact that should have been known before the walk: our bug */
			x->cause = statute_fact_info(x->verdict.fact)->name;
			next = failed(x, STATUTE_EINVAL);
		}
	}
	return next;
}

enum exchange_step exchange_walk(struct exchange *x)
{
	for (;;) {
		int r;

		switch (advance(x)) {
		case ADVANCE_CONTENT: return EXCHANGE_CONTENT;
		case ADVANCE_WAIT: x->is_waiting = true; return EXCHANGE_WAIT;
		case ADVANCE_WRITE:
			r = x->kind && x->kind->write ? x->kind->write(x) : STATUTE_EINVAL;
			if (r == STATUTE_EAGAIN) {
				x->is_waiting = true;
				return EXCHANGE_WAIT;
			}
			statute_facts_settle(&x->facts, STATUTE_PHASE_WRITE);
			if (r == 0)
				break;
			exchange_fail(x, r);
			exchange_answer(x);
			return EXCHANGE_DONE;
		default: exchange_answer(x); return EXCHANGE_DONE;
		}
	}
}

void exchange_walk_anew(struct exchange *x)
{
	x->node = STATUTE_NODE_FIRST;
}

bool exchange_decide_again(struct exchange *x)
{
	statute_facts_run_again(&x->facts, &x->bound->fixed, &x->node);
	x->problem = (struct problem){ 0 };
	x->was_found = x->was_understood = false;
	if (x->was_content_taken && exchange_take_content(x) < 0)
		exchange_fail(x, STATUTE_ENOMEM);
	else if (advance(x) == ADVANCE_WRITE)
		return true;
	x->is_decided = true;
	return false;
}

enum exchange_step exchange_begin(struct exchange *x)
{
	int r;

	begin(x);
	r = exchange_find_request_facts(x);
	if (r < 0) {
		exchange_fail(x, r);
		exchange_answer(x);
		return EXCHANGE_DONE;
	}
	x->node = STATUTE_NODE_FIRST;
	return exchange_walk(x);
}

enum exchange_step exchange_resume(struct exchange *x)
{
	x->is_waiting = false;
	x->hurry = NULL;
	if (x->is_taking)
		return exchange_go_on_taking(x);
	if (x->is_decided && x->write.outcome == STORE_REFUSED) {
		exchange_answer(x);
		return EXCHANGE_DONE;
	}
	/* What was decided in a transaction that failed rests on rows that may not be: how it failed is the answer. */
	if (x->is_decided)
		x->node = x->write_node;
	x->is_decided = false;
	return exchange_walk(x);
}

/* What broke off in the midst of the content is a fact like any other, for whoever asks why later. */
static void state_broken_content(struct exchange *x, enum h1_refusal refusal)
{
	bool is_late = refusal == H1_REFUSAL_CONTENT_TIMEOUT;

	FACT(CLIENT_GONE, false);
	FACT(CONTENT_IN_TIME, !is_late);
	if (is_late)
		return;
	FACT(CONTENT_WITHIN_LIMIT, true);
	FACT(CONTENT_COMPLETE, false);
}

void exchange_abandon(struct exchange *x)
{
	FACT(CLIENT_GONE, true);
	if (statute_graph_walk(&x->facts, &x->node, &x->verdict) == STATUTE_WALK_DONE)
		x->final_node = statute_graph_node(x->verdict.node)->id;
}

void exchange_refuse(struct exchange *x, enum h1_refusal refusal, struct str blamed)
{
	const struct h1_refusal_row *row = h1_refusal_row(refusal);

	if (!x->id.at)
		begin(x);
	if (row->node[0] == 'I')
		state_broken_content(x, refusal);
	x->refusal = row->detail;
	x->verdict = (struct statute_verdict){ .status = (uint16_t)row->status, .code = row->code };
	x->final_node = row->node;
	x->problem.detail = str_from(row->detail);
	if (blamed.len && str_is_utf8(blamed)) {
		struct json *details = json_new(&x->arena, JSON_OBJECT);

		if (details &&
		    json_set(&x->arena, details, S("field"), json_new_string(&x->arena, blamed)) == 0)
			x->problem.details = details;
	}
	exchange_answer(x);
	x->response.must_close = true;
}
