/* The addresses of a host, found to an end: getaddrinfo(3) by itself may take minutes, and cannot be stopped. */
#ifndef STATUTE_CLIENT_RESOLVE_H
#define STATUTE_CLIENT_RESOLVE_H

#include <netdb.h>

#include <statute/error.h>

#include "base/str.h"
#include "client/deadline.h"

/*
 * *ret_list is to be freed with freeaddrinfo. STATUTE_EIO with a static text in *ret_cause; STATUTE_ENOMEM.
 * A lookup that is given up goes on by itself, and what it finds is freed.
 */
STATUTE_CHECK int resolve(struct str host, uint16_t port, const struct deadline *deadline,
                          struct addrinfo **ret_list, const char **ret_cause);
bool resolve_is_loopback(const struct sockaddr *address);

#endif
