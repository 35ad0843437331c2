/* Inside the room: what an observer is made of. */
#ifndef STATUTE_OBSERVE_INSIDE_H
#define STATUTE_OBSERVE_INSIDE_H

#include <pthread.h>

#include "base/map.h"
#include "observe/counters.h"
#include "observe/observe.h"
#include "observe/rates.h"
#include "observe/ring.h"

enum {
	LABEL_NONE,    /* no path of the document matched */
	LABEL_OWN,     /* the server's own paths */
	LABEL_OTHER,   /* paths past LABELS_MAX */
	LABEL_FIRST,   /* of a document */
	LABELS_MAX = 4096
};

struct label {
	const char *template_text;       /* as long as the server lives */
	struct route_counters *counters; /* by observer */
};

struct observer {
	struct observe *observe;
	size_t index;
	struct ring ring;
	struct rates rates;
	atomic_uint_fast64_t *errors; /* by error code; after the last of the catalogue, any other */
	atomic_uint_fast64_t in, out; /* bytes over the wire */
	atomic_uint_fast64_t lost_lines;
	atomic_uint_fast64_t in_flight;
	atomic_uint_fast64_t feeds, feed_events, slow_feeds;
};

struct observe {
	struct arena arena;
	struct observer *observers;
	size_t observer_count;
	pthread_mutex_t readers;  /* of the rings: one at a time */
	struct label labels[LABELS_MAX]; /* those below label_count do not change */
	atomic_size_t label_count;
	struct map label_of;      /* template to its entry in `labels` */
	int64_t began_s;          /* Unix time */
	size_t code_count;        /* of the catalogue of error codes */
	uint8_t status_slots[600];
	uint16_t edge_codes[256][2]; /* index of the code that each edge of the graph ends with, where it is one */
	atomic_uint_fast64_t reloads[2]; /* of documents: refused, taken over */
};

/* count.c */
/* The tables that need to be made only once. */
void count_init(struct observe *observe);
/* Of the worker's thread: counts what was answered. */
void count_request(struct observer *observer, size_t label, const struct exchange *x,
                   const struct observed *observed);

/* The label of an answered request. */
size_t observe_label_of(const struct exchange *x);

#endif
