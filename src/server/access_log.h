/*
 * The access log: one JSON object a request, one line an object.
 *
 * Each worker gathers its lines and writes them once a turn of its loop. What the
 * sink has no room for waits, up to a bound; lines past it are dropped and counted,
 * and the count is a line of its own as soon as there is room.
 */
#ifndef STATUTE_SERVER_ACCESS_LOG_H
#define STATUTE_SERVER_ACCESS_LOG_H

#include "base/buf.h"
#include "server/log_sink.h"

/* What is said of one request; an empty text is left out. */
struct access_entry {
	int64_t wall_ms;    /* when it was answered */
	struct str id;      /* its X-Request-Id */
	struct str client;  /* the address, without port */
	struct str principal; /* who it was, once credentials said so; never the credentials */
	struct str method, path;
	struct str route;   /* the template: "/users/{id}" */
	int status;         /* 0: no answer could be given */
	struct str error;   /* the error code */
	struct str node;    /* where the graph decided */
	uint64_t us;        /* from the head's arrival to the answer */
	uint64_t in, out;   /* bytes as they went over the wire */
	bool is_dropped;    /* the client was gone when the answer was there */
	struct str cause;   /* of a 5xx */
};

/* Appends the line; its longest texts are cut so that it has at most LOG_LINE_MAX bytes. */
void access_entry_write(const struct access_entry *entry, struct buf *buf);

struct access_log {
	struct log_sink *sink;
	struct buf lines;
	uint64_t dropped;
};

void access_log_init(struct access_log *log, struct log_sink *sink);
void access_log_done(struct access_log *log);
/* False where there is no room for the line: it is lost. */
bool access_log_add(struct access_log *log, const struct access_entry *entry);
/* Writes what was gathered, as far as the sink takes it. */
void access_log_flush(struct access_log *log);

#endif
