/* Inside the room: what an observer is made of. */
#ifndef STATUTE_OBSERVE_INSIDE_H
#define STATUTE_OBSERVE_INSIDE_H

#include <pthread.h>

#include "base/map.h"
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

struct observer {
	struct observe *observe;
	struct ring ring;
	struct rates rates;
};

struct observe {
	struct arena arena;
	struct observer *observers;
	size_t observer_count;
	pthread_mutex_t readers;  /* of the rings: one at a time */
	const char *labels[LABELS_MAX]; /* templates; those below label_count do not change */
	atomic_size_t label_count;
	struct map label_of;      /* template to its entry in `labels` */
};

/* The label of an answered request. */
size_t observe_label_of(const struct exchange *x);

#endif
