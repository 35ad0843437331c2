/* The Prefer field (RFC 7240). Pure; thread-safe. */
#ifndef STATUTE_MESSAGE_PREFER_H
#define STATUTE_MESSAGE_PREFER_H

#include "base/str.h"

struct prefer {
	bool minimal;        /* return=minimal */
	bool representation; /* return=representation */
	bool respond_async;
	bool strict, lenient;   /* handling= */
	int64_t wait_seconds;   /* -1 where absent */
};

/* Unknown and malformed preferences are ignored; of repeated ones the first counts. */
struct prefer prefer_parse(struct str field);

#endif
