/* Listening sockets: several on one port, so that the system spreads connections over the workers. */
#ifndef STATUTE_SERVER_LISTENER_H
#define STATUTE_SERVER_LISTENER_H

#include "server/address.h"

/*
 * Binds `count` sockets to `address`, whose port 0 becomes the one that the system
 * chose; the caller closes them. On failure none is open: STATUTE_EADDRESS with
 * *ret_cause, static text of the system.
 */
STATUTE_CHECK int listener_bind(struct address *address, size_t count, int *ret_fds, const char **ret_cause);

#endif
