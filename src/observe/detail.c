/* What was behind a fact, in words: see trace_write_detail. */
#include "message/date.h"
#include "observe/trace.h"

static void write_field(struct buf *buf, const char *name, struct str value)
{
	if (value.len)
		buf_printf(buf, "%s: %.*s", name, STR_ARG(value));
}

static void write_tags(const struct trace *trace, const char *name, enum trace_text which, struct buf *buf)
{
	struct str sent = trace_text(trace, which), current = trace_text(trace, TRACE_ETAG);

	if (!sent.len)
		return;
	write_field(buf, name, sent);
	if (current.len)
		buf_printf(buf, "; the current tag is %.*s", STR_ARG(current));
	else
		buf_lit(buf, "; there is no current tag");
}

static void write_modified(const struct trace *trace, struct buf *buf)
{
	char date[HTTP_DATE_LEN];

	if (trace->modified_s < 0)
		return;
	http_date_format(date, trace->modified_s);
	buf_printf(buf, "Last-Modified: %.*s", HTTP_DATE_LEN, date);
}

static void write_dates(const struct trace *trace, const char *name, enum trace_text which, struct buf *buf)
{
	struct str sent = trace_text(trace, which);

	if (!sent.len)
		return;
	write_field(buf, name, sent);
	if (trace->modified_s >= 0)
		buf_lit(buf, "; ");
	write_modified(trace, buf);
}

static void write_content(const struct trace *trace, struct buf *buf)
{
	if (trace->is_chunked)
		buf_lit(buf, "Transfer-Encoding: chunked");
	else if (trace->has_content)
		buf_printf(buf, "Content-Length: %llu", (unsigned long long)trace->content_length);
}

/* Of several faults the first. */
static void write_fault(const struct trace *trace, struct buf *buf)
{
	struct str where = trace_text(trace, TRACE_FAULT), code = trace_text(trace, TRACE_FAULT_CODE);

	if (!trace->faults)
		return;
	buf_printf(buf, "%.*s%s%.*s", STR_ARG(where), where.len ? ": " : "", STR_ARG(code));
	if (trace->faults > 1)
		buf_printf(buf, ", and %u more", (unsigned)trace->faults - 1);
}

static void write_route(const struct trace *trace, struct buf *buf)
{
	struct str path = trace_text(trace, TRACE_PATH);

	if (*trace->route)
		buf_printf(buf, "%.*s is %s", STR_ARG(path), trace->route);
	else
		buf_add(buf, path);
}

static void write_existence(const struct trace *trace, struct buf *buf)
{
	write_field(buf, "its tag", trace_text(trace, TRACE_ETAG));
}

/* What is wrong is told with the fact that says so. */
static void write_refused(const struct trace *trace, enum statute_fact fact, struct buf *buf)
{
	switch (fact) {
	case STATUTE_FACT_PARAMETERS_FIT:
	case STATUTE_FACT_PATH_PARAMETERS_FIT:
	case STATUTE_FACT_SCHEMA_HOLDS:
	case STATUTE_FACT_RULES_HOLD:
	case STATUTE_FACT_PATCH_RESULT_FITS:
		if (!statute_fact_is(&trace->facts, fact))
			write_fault(trace, buf);
		break;
	case STATUTE_FACT_DUPLICATE:
	case STATUTE_FACT_SETS_READ_ONLY:
	case STATUTE_FACT_REFERENCE_MISSING:
		if (statute_fact_is(&trace->facts, fact))
			trace->faults ? write_fault(trace, buf) : buf_add(buf, trace_text(trace, TRACE_ERROR));
		break;
	default: break;
	}
}

void trace_write_detail(const struct trace *trace, enum statute_fact fact, struct buf *buf)
{
	switch (fact) {
	case STATUTE_FACT_HOST_OURS: write_field(buf, "Host", trace_text(trace, TRACE_HOST)); break;
	case STATUTE_FACT_METHOD_KNOWN:
	case STATUTE_FACT_METHOD_ALLOWED: buf_add(buf, trace_method(trace)); break;
	case STATUTE_FACT_PATH_FOUND: write_route(trace, buf); break;
	case STATUTE_FACT_HAS_CONTENT:
	case STATUTE_FACT_HAS_LENGTH:
	case STATUTE_FACT_ANNOUNCED_TOO_LARGE: write_content(trace, buf); break;
	case STATUTE_FACT_TYPE_SUPPORTED:
		write_field(buf, "Content-Type", trace_text(trace, TRACE_CONTENT_TYPE));
		break;
	case STATUTE_FACT_ACCEPT_FITS: write_field(buf, "Accept", trace_text(trace, TRACE_ACCEPT)); break;
	case STATUTE_FACT_CREDENTIALS_VALID:
	case STATUTE_FACT_PERMITTED:
	case STATUTE_FACT_VISIBLE:
	case STATUTE_FACT_ALLOWED_ON_RESOURCE:
		write_field(buf, "Principal", trace_text(trace, TRACE_PRINCIPAL));
		break;
	case STATUTE_FACT_EXISTS: write_existence(trace, buf); break;
	case STATUTE_FACT_HAS_IF_MATCH: write_field(buf, "If-Match", trace_text(trace, TRACE_IF_MATCH)); break;
	case STATUTE_FACT_IF_MATCH_HOLDS: write_tags(trace, "If-Match", TRACE_IF_MATCH, buf); break;
	case STATUTE_FACT_HAS_IF_NONE_MATCH:
	case STATUTE_FACT_IF_NONE_MATCH_IS_ANY:
		write_field(buf, "If-None-Match", trace_text(trace, TRACE_IF_NONE_MATCH));
		break;
	case STATUTE_FACT_IF_NONE_MATCH_HOLDS: write_tags(trace, "If-None-Match", TRACE_IF_NONE_MATCH, buf); break;
	case STATUTE_FACT_HAS_MODIFICATION_DATE: write_modified(trace, buf); break;
	case STATUTE_FACT_HAS_IF_MODIFIED_SINCE:
	case STATUTE_FACT_MODIFIED_SINCE:
		write_dates(trace, "If-Modified-Since", TRACE_IF_MODIFIED_SINCE, buf);
		break;
	case STATUTE_FACT_HAS_IF_UNMODIFIED_SINCE:
	case STATUTE_FACT_UNMODIFIED_SINCE:
		write_dates(trace, "If-Unmodified-Since", TRACE_IF_UNMODIFIED_SINCE, buf);
		break;
	default: write_refused(trace, fact, buf); break;
	}
}
