/*
 * What is kept of one request: enough to tell why it was answered so. The facts of the
 * graph are kept as they were, and its way is walked again when somebody asks.
 *
 * A value without pointers to anything that ends before the server does.
 */
#ifndef STATUTE_OBSERVE_TRACE_H
#define STATUTE_OBSERVE_TRACE_H

#include <statute/graph.h>

#include "base/buf.h"
#include "message/message.h"

struct exchange;

enum trace_text {
#define T(name, max) TRACE_##name,
#include "observe/trace_text.def"
#undef T
	TRACE_TEXTS
};

enum { TRACE_BYTES = 512 };

/* What only the server knows of an answer. */
struct observed {
	int status;          /* 0: none could be given */
	struct str error;    /* its error code; empty below 400 */
	int64_t wall_ms;     /* when it was answered, */
	uint64_t ended_us;   /* and on the monotonic clock */
	uint64_t us;         /* from the end of the head to the answer */
	uint64_t in, out;    /* bytes as they went over the wire */
	bool is_dropped;     /* the client was gone when the answer was there */
};

struct trace {
	uint64_t number; /* of its ring, from 1 on */
	uint64_t ended_us, us, in, out;
	int64_t wall_ms;
	int64_t modified_s;      /* Last-Modified of the target; -1: unknown */
	uint64_t content_length; /* announced */
	struct statute_facts facts;
	const char *node;        /* "H03a", "A08", or "" */
	const char *outcome;     /* the verdict's code */
	const char *refusal;     /* why the parser refused it; else NULL */
	const char *route;       /* the template, as long as the server lives */
	uint32_t faults;         /* errors of its content or parameters */
	uint16_t status;
	enum method method;      /* METHOD_UNKNOWN: its text is kept */
	bool is_dropped, has_content, is_chunked;
	uint16_t present;            /* bit i: text i was not empty, and */
	uint16_t begins[TRACE_TEXTS]; /* is in `texts` from here */
	uint16_t ends[TRACE_TEXTS];   /* to there */
	char texts[TRACE_BYTES];
};

/* Fills all but `number`. `route` is kept as it is. Allocates nothing. */
void trace_take(struct trace *trace, const struct exchange *x, const struct observed *observed,
                const char *route);

static inline struct str trace_text(const struct trace *trace, enum trace_text which)
{
	if (!(trace->present >> which & 1))
		return (struct str){ 0 };
	return str_of(trace->texts + trace->begins[which], trace->ends[which] - trace->begins[which]);
}

/* Appends {"requestId": …} with its steps and verdict. */
void trace_write(const struct trace *trace, struct buf *buf);
/* The same as lines of text for a terminal. */
void trace_write_plain(const struct trace *trace, struct buf *buf);
/* The same as trace_write without what only a look at one request needs. */
void trace_write_short(const struct trace *trace, struct buf *buf);
struct str trace_method(const struct trace *trace);
/* The error code, or the outcome: "CREATED". */
struct str trace_code(const struct trace *trace);
/* Why, in a sentence: what the answer said, or what the status means. */
struct str trace_reason(const struct trace *trace);
/* What was behind a fact, in words, where that can be told: appends nothing where it cannot. Not quoted. */
void trace_write_detail(const struct trace *trace, enum statute_fact fact, struct buf *buf);

#endif
