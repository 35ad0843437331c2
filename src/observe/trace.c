/* Taking down what is kept of a request: see trace.h. */
#include "observe/trace.h"

#include "exchange/exchange.h"

static const uint16_t text_max[TRACE_TEXTS] = {
#define T(name, max) [TRACE_##name] = max,
#include "observe/trace_text.def"
#undef T
};

/* They come in order; what has no room is cut. */
static void put(struct trace *trace, enum trace_text which, struct str text)
{
	size_t from = which ? trace->ends[which - 1] : 0;
	size_t room = TRACE_BYTES - from < text_max[which] ? TRACE_BYTES - from : text_max[which];
	size_t len = text.len < room ? text.len : room;

	if (len)
		memcpy(trace->texts + from, text.at, len);
	trace->ends[which] = (uint16_t)(from + len);
}

static void put_field(struct trace *trace, enum trace_text which, const struct exchange *x, enum field_id id)
{
	put(trace, which, request_field(&x->request, id));
}

/* The first of what is wrong with the content, or with the parameters. */
static void put_fault(struct trace *trace, const struct exchange *x)
{
	struct str where = { 0 }, code = { 0 };

	trace->faults = (uint32_t)x->problem.error_count;
	if (x->problem.error_count) {
		where = x->problem.errors[0].field;
		code = x->problem.errors[0].code;
	}
	put(trace, TRACE_FAULT, where);
	put(trace, TRACE_FAULT_CODE, code);
}

static void put_texts(struct trace *trace, const struct exchange *x, const struct observed *observed)
{
	put(trace, TRACE_ID, x->id);
	put(trace, TRACE_METHOD, x->request.method_text);
	put(trace, TRACE_PATH, x->request.path);
	put(trace, TRACE_ERROR, observed->error);
	put(trace, TRACE_CAUSE, observed->status >= 500 ? str_from(x->cause) : (struct str){ 0 });
	put(trace, TRACE_ETAG, x->target.etag);
	put_field(trace, TRACE_IF_MATCH, x, FIELD_IF_MATCH);
	put_field(trace, TRACE_IF_NONE_MATCH, x, FIELD_IF_NONE_MATCH);
	put_field(trace, TRACE_IF_MODIFIED_SINCE, x, FIELD_IF_MODIFIED_SINCE);
	put_field(trace, TRACE_IF_UNMODIFIED_SINCE, x, FIELD_IF_UNMODIFIED_SINCE);
	put_field(trace, TRACE_CONTENT_TYPE, x, FIELD_CONTENT_TYPE);
	put_field(trace, TRACE_ACCEPT, x, FIELD_ACCEPT);
	put(trace, TRACE_HOST, x->request.authority);
	put_fault(trace, x);
}

void trace_take(struct trace *trace, const struct exchange *x, const struct observed *observed,
                const char *route)
{
	trace->ended_us = observed->ended_us;
	trace->us = observed->us;
	trace->in = observed->in;
	trace->out = observed->out;
	trace->wall_ms = observed->wall_ms;
	trace->modified_s = x->target.modified_s;
	trace->content_length = x->request.content_length;
	trace->facts = x->facts;
	trace->node = x->final_node ? x->final_node : "";
	trace->outcome = x->verdict.code ? x->verdict.code : "";
	trace->refusal = x->refusal;
	trace->route = route;
	trace->status = (uint16_t)observed->status;
	trace->is_dropped = observed->is_dropped;
	trace->has_content = x->request.has_content;
	trace->is_chunked = x->request.is_chunked;
	put_texts(trace, x, observed);
}
