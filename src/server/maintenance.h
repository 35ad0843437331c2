/*
 * Out of service by choice: every request but for health probes and what is the server's own is
 * answered 503 MAINTENANCE, until somebody ends it. An operator says so to the running server, or the
 * owner in the document. Any thread, and signal handlers.
 */
#ifndef STATUTE_SERVER_MAINTENANCE_H
#define STATUTE_SERVER_MAINTENANCE_H

#include <stdatomic.h>

#include "openapi/bind.h"

/* What the operator says: MAINTENANCE_OFF, MAINTENANCE_OPEN, or the Unix time when it is expected to end. */
struct maintenance {
	_Atomic int64_t until;
};

static inline void maintenance_set(struct maintenance *maintenance, int64_t until)
{
	atomic_store(&maintenance->until, until);
}

/* As of now, for a document that says `declared`; what the operator says is the newer word. */
static inline int64_t maintenance_now(const struct maintenance *maintenance, int64_t declared)
{
	int64_t until = atomic_load_explicit(&maintenance->until, memory_order_relaxed);

	return until != MAINTENANCE_OFF ? until : declared;
}

#endif
