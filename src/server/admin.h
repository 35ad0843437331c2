/*
 * The admin listener: what an operator may see and the public may not, on an address
 * of its own.
 *
 * A web page from anywhere can make a browser ask an address of this machine, and read
 * the answer where the page's own name was made to point there (DNS rebinding). Its
 * requests then name that host: so only addresses, localhost and the name that the owner
 * set are answered here; others get 421 (RFC 9110 section 15.5.20).
 */
#ifndef STATUTE_SERVER_ADMIN_H
#define STATUTE_SERVER_ADMIN_H

#include "exchange/exchange.h"
#include "server/address.h"

/* exchange_host.own_path of the admin worker: every path is the server's own. */
const struct exchange_kind *admin_path(struct exchange *x, struct str path);
/*
 * Is the authority of a request ("127.0.0.1:8081", "[::1]") an IP address, localhost or
 * `name` (may be empty), with any port or none? An empty one comes from no browser, and is.
 */
bool admin_authority_is_ours(struct str authority, struct str name);
/*
 * Binds the listener's socket, which the caller closes, to `option`; where that is NULL to
 * loopback, on the port after that of `listen`, or where that is taken or the system chose the
 * port of `listen` (`is_chosen`), on one that the system chooses. Says in `problems` what goes wrong.
 * 0, with *ret_fd untouched where the default cannot be had (a warning); STATUTE_EINVAL or
 * STATUTE_EADDRESS where `option` cannot.
 */
STATUTE_CHECK int admin_bind(const char *option, const struct address *listen, bool is_chosen,
                             struct buf *problems, struct address *ret_address, int *ret_fd);

#endif
