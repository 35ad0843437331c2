/* The runner of jobs as a part of the server: which documents it serves, and where its lines go. */
#ifndef STATUTE_SERVER_BACKGROUND_JOBS_H
#define STATUTE_SERVER_BACKGROUND_JOBS_H

#include "jobs/jobs.h"
#include "server/server.h"

/* Makes it, for the first document. 0, STATUTE_ENOMEM, STATUTE_ESTORE, STATUTE_ESYSTEM. */
STATUTE_CHECK int background_jobs_open(struct statute_server *server);
/*
 * All that can fail of serving another document, whose generation it enters; *ret_source is NULL where the
 * document has no jobs. For jobs_serve, or jobs_source_free.
 */
STATUTE_CHECK int background_jobs_prepare(struct statute_server *server, struct generation *generation,
                                          struct jobs_source **ret_source);
/* It does not run. */
void background_jobs_close(struct statute_server *server);

#endif
