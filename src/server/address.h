/* The address to listen on, as people write it. Pure. */
#ifndef STATUTE_SERVER_ADDRESS_H
#define STATUTE_SERVER_ADDRESS_H

#include <sys/socket.h>

#include <statute/error.h>

#include "base/str.h"

struct address {
	struct sockaddr_storage at;
	socklen_t len;
};

/* "[0123:4567:89ab:cdef:0123:4567:255.255.255.255]:65535" and a NUL. */
enum { ADDRESS_TEXT_MAX = 64 };

/* What address_parse takes, said to who wrote something else. */
#define ADDRESS_FORM "not ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080"

/*
 * "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (127.0.0.1), ":8080" and "*:8080"
 * (every IPv4 address); names are not looked up. 0 or STATUTE_EINVAL.
 */
STATUTE_CHECK int address_parse(struct str text, struct address *ret_address);
unsigned address_port(const struct address *address);
void address_set_port(struct address *address, unsigned port);
/* "127.0.0.1:8080" or "[::1]:8080", NUL-terminated. */
void address_write(const struct address *address, char out[ADDRESS_TEXT_MAX]);
/* Without port and brackets: "::1", for logs. An IPv4 address mapped into IPv6 is written as IPv4. */
void address_write_host(const struct sockaddr *at, char out[ADDRESS_TEXT_MAX]);

/*
 * Whose address it is, for limits: an IPv4 address mapped into IPv6, or the first 64 bits of an
 * IPv6 one, of which one client has all others; the rest is 0.
 */
enum { ADDRESS_NETWORK = 16 };
void address_network(const struct sockaddr *at, unsigned char ret_network[ADDRESS_NETWORK]);

#endif
