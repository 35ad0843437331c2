/* The certificates that a server serves with, and what follows them: several threads take them. */
#ifndef STATUTE_SERVER_CERTIFICATES_H
#define STATUTE_SERVER_CERTIFICATES_H

#include "server/shared.h"
#include "wire/tls.h"

/*
 * Reads those of the options, where there are any; then connections speak TLS. Problems as of
 * tls_server_new. 0, STATUTE_EINVAL or STATUTE_ENOMEM.
 */
STATUTE_CHECK int certificates_open(struct shared *shared, struct arena *arena,
                                    const struct statute_server_options *options, struct buf *problems);
/* Reads the files anew: connections that begin from now on have them. Where it fails, nothing changes. */
STATUTE_CHECK int certificates_reload(struct shared *shared, struct buf *problems);
/* Any thread: a reference to those of now, for tls_new. */
struct tls_server *certificates_take(struct shared *shared);
/* Any thread: when the first of them ends, Unix time; 0 where there is none. */
int64_t certificates_end(struct shared *shared);
/* At the server's end. */
void certificates_close(struct shared *shared);

#endif
