/* Taking down what is kept of a request: see trace.h. */
#include "observe/trace.h"

#include "exchange/exchange.h"

static const uint16_t text_max[TRACE_TEXTS] = {
#define T(name, max) [TRACE_##name] = (max),
#include "observe/trace_text.def"
#undef T
};
_Static_assert(TRACE_TEXTS <= 16, "trace->present has a bit for each text");

/* Behind the `used` bytes that are there; what has no room is cut. Returns how many there are then. */
static size_t put(struct trace *trace, size_t used, enum trace_text which, struct str text)
{
	size_t room = TRACE_BYTES - used < text_max[which] ? TRACE_BYTES - used : text_max[which];
	size_t len = text.len < room ? text.len : room;

	memcpy(trace->texts + used, text.at, len);
	trace->present = (uint16_t)(trace->present | 1u << which);
	trace->begins[which] = (uint16_t)used;
	trace->ends[which] = (uint16_t)(used + len);
	return used + len;
}

/* Most requests have few of the texts: one that is missing costs no more than finding that out. */
static inline size_t put_any(struct trace *trace, size_t used, enum trace_text which, struct str text)
{
	return text.len ? put(trace, used, which, text) : used;
}

static size_t put_fields(struct trace *trace, size_t used, const struct request *request)
{
	static const struct {
		uint8_t text, field;
	} kept[] = {
		{ TRACE_IF_MATCH, FIELD_IF_MATCH },
		{ TRACE_IF_NONE_MATCH, FIELD_IF_NONE_MATCH },
		{ TRACE_IF_MODIFIED_SINCE, FIELD_IF_MODIFIED_SINCE },
		{ TRACE_IF_UNMODIFIED_SINCE, FIELD_IF_UNMODIFIED_SINCE },
		{ TRACE_CONTENT_TYPE, FIELD_CONTENT_TYPE },
		{ TRACE_ACCEPT, FIELD_ACCEPT },
	};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (request->lines[kept[i].field])
			used = put_any(trace, used, kept[i].text, request_field(request, kept[i].field));
	return used;
}

/* The first of what is wrong with the content, or with the parameters. */
static size_t put_fault(struct trace *trace, size_t used, const struct problem *problem)
{
	trace->faults = (uint32_t)problem->error_count;
	if (!problem->error_count)
		return used;
	used = put_any(trace, used, TRACE_FAULT, problem->errors[0].field);
	return put_any(trace, used, TRACE_FAULT_CODE, problem->errors[0].code);
}

/* In the order of the list, since what comes late may find no room. */
static void put_texts(struct trace *trace, const struct exchange *x, const struct observed *observed)
{
	size_t used = put_any(trace, 0, TRACE_ID, x->id);

	if (x->request.method == METHOD_UNKNOWN)
		used = put_any(trace, used, TRACE_METHOD, x->request.method_text);
	used = put_any(trace, used, TRACE_PATH, x->request.path);
	used = put_any(trace, used, TRACE_ERROR, observed->error);
	if (observed->status >= 500)
		used = put_any(trace, used, TRACE_CAUSE, str_from(x->cause));
	used = put_any(trace, used, TRACE_ETAG, x->target.etag);
	used = put_fields(trace, used, &x->request);
	used = put_any(trace, used, TRACE_HOST, x->request.authority);
	used = put_fault(trace, used, &x->problem);
	put_any(trace, used, TRACE_PRINCIPAL, x->principal.id);
}

struct str trace_method(const struct trace *trace)
{
	return trace->method ? method_name(trace->method) : trace_text(trace, TRACE_METHOD);
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
	trace->method = x->request.method;
	trace->present = 0;
	trace->is_dropped = observed->is_dropped;
	trace->has_content = x->request.has_content;
	trace->is_chunked = x->request.is_chunked;
	put_texts(trace, x, observed);
}
